"""The camera and the guided test in a real browser: what reaches the disk, the network and the eye."""

from __future__ import annotations

import io
import re
import struct
from itertools import pairwise
from typing import TYPE_CHECKING

import av
from playwright.sync_api import expect

from benchmarks.numbered import read_number
from slumpcv.visits import Visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, WebSocket

SLOW_MS = 30_000  # two cores are shared by server, browser and decoder
Pictures = list[tuple[float, int]]  # when, and which of the camera's pictures


def numbers(source: Path | io.BytesIO) -> Pictures:
    """Times of all pictures of a video, and the numbers that the camera gave them."""
    with av.open(source if isinstance(source, io.BytesIO) else str(source)) as container:
        stream = container.streams.video[0]
        return [
            (float(frame.time), read_number(frame.to_ndarray(format="gray")))
            for frame in container.decode(stream)
        ]


def visit_on_disk(data: Path) -> tuple[Visit, Path]:
    """The newest visit and its folder."""
    newest = max(data.glob("visits/*/visit.json"), key=lambda path: path.stat().st_mtime)
    return Visit.model_validate_json(newest.read_text(encoding="utf-8")), newest.parent


def start(page: Page, address: str, **query: str) -> None:
    page.goto(f"{address}/?" + "&".join(f"{name}={value}" for name, value in query.items()))
    page.get_by_role("button", name=re.compile("^Start the")).click(timeout=SLOW_MS)


def test_the_camera_is_shown_and_its_recording_is_whole(
    camera: Path, camera_app: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    address, data = camera_app
    page = open_page(camera)
    asked: list[str] = []
    sent: Pictures = []
    began: list[float] = []

    def note(message: str | bytes) -> None:
        if isinstance(message, bytes):
            sent.append((struct.unpack_from("<d", message)[0], numbers(io.BytesIO(message[8:]))[0][1]))
        elif '"recording"' in message:
            began.append(float(re.search(r'"t":([\d.]+)', message)[1]))  # type: ignore[index]

    page.on("request", lambda request: asked.append(request.url))

    def listen(socket: WebSocket) -> None:
        asked.append(socket.url)
        if "/slumpcv/live/" in socket.url:
            socket.on("framesent", note)

    page.on("websocket", listen)
    start(page, address)
    expect(page.locator(".checks li").first).to_be_visible(timeout=SLOW_MS)
    assert page.locator("video").evaluate("video => video.videoWidth") == 640
    expect(page.locator("dialog")).to_have_attribute("data-mode", "test", timeout=SLOW_MS)
    page.keyboard.down("PageDown")
    expect(page.get_by_text("Marked: you feel it")).to_be_visible()
    page.keyboard.up("PageDown")
    expect(page.get_by_text("outcome: over")).to_be_attached(timeout=SLOW_MS)

    # All of it came from our own server.
    own = (address, address.replace("http", "ws"), "blob:", "data:")
    assert [url for url in asked if not url.startswith(own)] == []

    visit, folder = visit_on_disk(data)
    test = visit.tests[0]
    assert test.live is not None
    assert test.live.status == "done"
    (mark,) = test.live.marks
    assert mark.by == "key"
    assert mark.end_s is not None
    assert mark.end_s - mark.start_s > 0.9  # a presenter's key is down for an instant only
    assert test.clip is not None
    recorded = numbers(folder / "1-right" / test.clip)
    check_whole(recorded, [(time_s - began[0], number) for time_s, number in sent])


def check_whole(recorded: Pictures, sent: Pictures) -> None:
    """The recording has every picture, and its clock is that of the pictures sent for coaching."""
    order = [number for _, number in recorded]
    assert len(order) > 60
    missing = sum(max(0, after - before - 1) for before, after in pairwise(order))
    assert missing <= 2
    at = {number: time_s for time_s, number in recorded}
    offsets = sorted(time_s - at[number] for time_s, number in sent if number in at)
    assert len(offsets) > 40
    assert abs(offsets[len(offsets) // 2]) < 2 / 15


def test_the_persons_stop_ends_the_test(
    camera: Path, camera_app: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    address, data = camera_app
    page = open_page(camera)
    start(page, address)
    expect(page.locator("dialog")).to_have_attribute("data-mode", "test", timeout=SLOW_MS)
    page.wait_for_timeout(1500)
    page.keyboard.press("Escape")
    expect(page.get_by_text("outcome: over")).to_be_attached(timeout=SLOW_MS)
    test = visit_on_disk(data)[0].tests[0]
    assert test.live is not None
    assert (test.live.status, test.live.stopped_by) == ("stopped", "key")
    assert test.clip is not None


def test_what_a_reload_cuts_off_is_kept(
    camera: Path, camera_app: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    address, data = camera_app
    page = open_page(camera)
    start(page, address)
    expect(page.locator("dialog")).to_have_attribute("data-mode", "test", timeout=SLOW_MS)
    page.wait_for_timeout(3000)
    page.goto("about:blank")
    page.wait_for_timeout(500)
    visit, folder = visit_on_disk(data)
    test = visit.tests[0]
    assert test.live is not None
    assert test.live.status == "interrupted"
    assert test.clip is not None
    assert len(numbers(folder / "1-right" / test.clip)) > 20


def test_a_refused_camera_leaves_a_way_on(
    camera_app: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    page = open_page(grant=False)
    start(page, camera_app[0])
    expect(page.get_by_text("The browser may not use the camera.")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    page.get_by_role("alertdialog").get_by_role("button", name="Upload a clip instead").click()
    expect(page.get_by_text("outcome: upload")).to_be_visible(timeout=SLOW_MS)


def test_an_unplugged_camera_keeps_what_was_recorded(
    camera: Path, camera_app: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    address, data = camera_app
    page = open_page(camera)
    start(page, address)
    expect(page.locator("dialog")).to_have_attribute("data-mode", "test", timeout=SLOW_MS)
    page.wait_for_timeout(3000)
    ended = "video => video.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
    page.locator(".stage video").evaluate(ended)
    expect(page.get_by_text("The camera has gone.")).to_be_visible()
    page.get_by_role("button", name="Go on with what is recorded").click()
    expect(page.get_by_text("outcome: over")).to_be_attached(timeout=SLOW_MS)
    visit, folder = visit_on_disk(data)
    assert visit.tests[0].clip is not None
    assert len(numbers(folder / "1-right" / visit.tests[0].clip)) > 20


def test_a_demonstration_needs_no_camera(
    camera_app: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    address, data = camera_app
    page = open_page(grant=False)
    page.goto(f"{address}/?source=demo&language=de")
    page.locator("button.start").click(timeout=SLOW_MS)
    expect(page.locator("dialog")).to_have_attribute("data-mode", "test", timeout=SLOW_MS)
    expect(page.get_by_text("outcome: over")).to_be_attached(timeout=SLOW_MS)
    visit, folder = visit_on_disk(data)
    assert visit.language == "de"
    assert visit.tests[0].clip is not None
    with av.open(str(folder / "1-right" / visit.tests[0].clip)) as container:
        times = [frame.time for frame in container.decode(container.streams.video[0])]
    assert times[-1] > 5
