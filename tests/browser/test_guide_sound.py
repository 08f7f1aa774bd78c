"""What is heard during the guided test, in a real browser: stopping is heard at once, whatever fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from test_camera import SLOW_MS, start, visit_on_disk

from slumpcv.live.voice import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, WebSocketRoute

STOP = "Stop. Head up. Lower the leg. Sit up."
# Notes what is played: its length, and whether it was cut off.
LISTEN = """
window.heard = [];
const start = AudioBufferSourceNode.prototype.start, stop = AudioBufferSourceNode.prototype.stop;
AudioBufferSourceNode.prototype.start = function () {
  window.heard.push(this.note = { seconds: this.buffer.duration, cut: false });
  start.call(this);
};
AudioBufferSourceNode.prototype.stop = function () { this.note.cut = true; stop.call(this); };
"""


class Line:
    """The page's connection to the coach, from which nothing comes any more while it is dead."""

    def __init__(self, page: Page) -> None:
        self.dead = False
        page.route_web_socket("**/slumpcv/live/**", self._route)

    def _route(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: None if self.dead else route.send(message))
        route.on_message(server.send)


def heard(page: Page, key: str) -> list[dict[str, object]]:
    """Every time that a prompt was played, told by its length."""
    seconds = seconds_of("en")(key)
    return [note for note in page.evaluate("heard") if abs(note["seconds"] - seconds) < 0.06]


def wait_for(page: Page, sounds: int, within_ms: int = SLOW_MS) -> None:
    """Wait until so many prompts have been played; the page's policy lets no string be waited for."""
    for _ in range(within_ms // 100):
        if len(page.evaluate("heard")) >= sounds:
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate("heard"))


def say(page: Page, *keys: str) -> None:
    """Have the page say some prompts, as if the coach had sent them."""
    script = "(host, keys) => { for (const key of keys) host.guided.sound.say([{ key, text: '' }]); }"
    page.locator(".guided-test").evaluate(script, keys)


def in_the_test(page: Page, address: str) -> None:
    start(page, address)
    expect(page.locator("dialog")).to_have_attribute("data-mode", "test", timeout=SLOW_MS)
    wait_for(page, 2)


@pytest.fixture
def listened(camera: Path, open_page: Callable[..., Page]) -> Page:
    page = open_page(camera)
    page.add_init_script(LISTEN)
    return page


def test_stop_is_heard_at_once_over_a_prompt_without_the_server(
    listened: Page, camera_app: tuple[str, Path]
) -> None:
    page, line = listened, Line(listened)
    in_the_test(page, camera_app[0])
    before = len(page.evaluate("heard"))
    line.dead = True
    say(page, "cue_return")
    page.keyboard.press("Escape")
    expect(page.locator("#words")).to_have_text(STOP)
    *_, last = page.evaluate("heard")
    assert last["seconds"] == pytest.approx(seconds_of("en")("stop"), abs=0.06)
    assert all(note["cut"] for note in page.evaluate("heard")[before:-1])
    # Nothing is said any more, neither what waits nor what comes.
    say(page, "cue_slump")
    page.wait_for_timeout(3500)
    assert page.evaluate("heard")[-1] == {"seconds": last["seconds"], "cut": False}


def test_who_is_not_watched_any_more_is_told_to_come_up(listened: Page, camera_app: tuple[str, Path]) -> None:
    page, line = listened, Line(listened)
    in_the_test(page, camera_app[0])
    line.dead = True
    expect(page.locator("#words")).to_have_text(STOP, timeout=9000)
    assert len(heard(page, "stop")) == 1
    line.dead = False
    expect(page.get_by_text("outcome: over")).to_be_attached(timeout=SLOW_MS)
    live = visit_on_disk(camera_app[1])[0].tests[0].live
    assert live is not None
    assert live.status == "stopped"
    assert len(heard(page, "stop")) == 1


def test_a_lost_camera_is_heard_and_not_only_shown(listened: Page, camera_app: tuple[str, Path]) -> None:
    in_the_test(listened, camera_app[0])
    ended = "video => video.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
    listened.locator(".stage video").evaluate(ended)
    expect(listened.get_by_text("The camera has gone.")).to_be_visible()
    (stop,) = heard(listened, "stop")
    assert not stop["cut"]


def test_a_second_go_is_spoken_like_the_first(listened: Page, camera_app: tuple[str, Path]) -> None:
    start(listened, camera_app[0])
    wait_for(listened, 1)
    listened.get_by_role("button", name="Back").click()
    listened.locator("button.start").click()
    wait_for(listened, 2)


def test_prompts_do_not_pile_up_and_one_that_never_ends_is_left_behind(
    listened: Page, camera_app: tuple[str, Path]
) -> None:
    page, line = listened, Line(listened)
    start(page, camera_app[0])
    wait_for(page, 1)
    line.dead = True
    # As by a call: nothing ends any more.
    hold_up = """({ guided: { sound } }) => {
      sound.silence();
      sound.context.resume = () => {};
      sound.context.suspend();
    }"""
    page.locator(".guided-test").evaluate(hold_up)
    say(page, "cue_baseline", "cue_slump", "cue_return")
    wait_for(page, 3, 9000)
    assert heard(page, "cue_return")
    assert not heard(page, "cue_slump")
