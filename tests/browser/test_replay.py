"""The replay in a real browser: looking at a moment, and moving a mark by key, by mouse and by button."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, serving

from slumpcv.answers import Screen
from slumpcv.live.record import GuidedTest, LiveMark
from slumpcv.replay import REPLAY
from slumpcv.report.tables import write_session_json
from slumpcv.track import save_track
from slumpcv.ui.state import OWNER_COOKIE
from slumpcv.visits import Visits

sys.path.insert(0, str(ROOT / "tests"))

from synthetic import make_track, perform

from slumpcv.analysis import analyze_track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from slumpcv.answers import Mark

GRAVE = {"serious", "critical"}
MARK = LiveMark(start_s=13.0, end_s=16.0, by="key")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Visits]]:
    data = tmp_path_factory.mktemp("data")
    with serving(ROOT / "app.py", data) as address:
        yield address, Visits(data / "visits")


@pytest.fixture
def at_the_mark(app: tuple[str, Visits], open_page: Callable[..., Page]) -> tuple[Page, Callable[[], Mark]]:
    """The page that asks about a mark, and what is on disk of it."""
    address, visits = app
    story = perform(hold_s=2.5).rest(2)
    analysis = analyze_track(make_track(story, story.times()))
    live = GuidedTest(side="right", status="done", duration_s=30, marks=(MARK,))
    screen = Screen(**dict.fromkeys(Screen.model_fields, "no"))
    visit = visits.new("anna", "en")
    visit = visits.update(visit, consented_at=datetime.now(UTC), screen=screen, step="questions")
    visit = visits.add_test(visit, "right", "camera")
    assert visit.test is not None
    folder = visits.folder(visit, visit.test)
    write_session_json(folder / "session.json", analysis.session)
    save_track(folder / "track.npz", analysis.track)
    shutil.copy(ROOT / "samples" / "right_plain.mp4", folder / REPLAY)
    zero = {phase: {"intensity": 0} for phase in ("BASELINE", "SLUMP", "NECK_FLEXION")}
    answers = {"phases": zero, "symptoms": [mark.model_dump() for mark in live.symptoms()], "how": "replay"}
    visits.update_test(visit, 1, clip="clip.mp4", live=live, analysed=True, answers=answers)

    def on_disk() -> Mark:
        found = visits.load(visit.id, "anna")
        assert found is not None
        assert found.test is not None
        assert found.test.answers is not None
        return found.test.answers.symptoms[0]

    page = open_page()
    page.context.add_cookies([{"name": OWNER_COOKIE, "value": "anna", "url": address}])
    page.goto(f"{address}/?visit={visit.id}")
    page.get_by_role("heading", name="You showed that you felt it").wait_for(timeout=30_000)
    page.locator(".grip.start").wait_for()
    return page, on_disk


def until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come to be")


def video(page: Page) -> Any:
    return page.locator("video").evaluate("v => ({at: v.currentTime, paused: v.paused, ready: v.readyState})")


def grave(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in GRAVE]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_questions_and_result_shut_nobody_out(
    app: tuple[str, Visits], at_the_mark: tuple[Page, Callable[[], Mark]], scheme: Any
) -> None:
    page, _ = at_the_mark
    page.emulate_media(color_scheme=scheme)
    page.wait_for_timeout(500)
    assert grave(page) == []
    visits = app[1]
    visit = next(one for one in visits.of_owner("anna") if one.id in page.url)
    visits.update(visit, step="result")
    page.reload()
    page.locator(".js-plotly-plot").wait_for(timeout=30_000)
    assert page.locator(".strip img").count() >= 3
    assert grave(page) == []


def test_a_mark_moves_by_key_by_mouse_and_by_button(at_the_mark: tuple[Page, Callable[[], Mark]]) -> None:
    page, on_disk = at_the_mark
    grip = page.get_by_role("slider", name="Begin of the mark")
    grip.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    until(page, lambda: on_disk().start_s == pytest.approx(12.7))
    assert on_disk().how == "replay"
    assert grip.get_attribute("aria-valuetext") == "12.7 s, Straighten knee"
    box = page.locator(".grip.end").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 8, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 48, box["y"] + 20, steps=5)
    page.mouse.up()
    until(page, lambda: (on_disk().end_s or 0) > 16.5)
    page.get_by_role("slider", name="Moment shown").focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    page.get_by_role("button", name="It begins here").click()
    until(page, lambda: on_disk().start_s == pytest.approx(1.0, abs=0.05))


def test_a_mark_that_was_moved_just_before_going_on_is_kept(
    at_the_mark: tuple[Page, Callable[[], Mark]],
) -> None:
    page, on_disk = at_the_mark
    page.get_by_role("slider", name="Begin of the mark").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="I do not remember").click()
    until(page, lambda: on_disk().start_s == pytest.approx(12.9))


def test_the_clip_opens_at_the_moment_and_moves_picture_by_picture(
    at_the_mark: tuple[Page, Callable[[], Mark]],
) -> None:
    page, _ = at_the_mark
    until(page, lambda: video(page)["ready"] >= 2 and abs(video(page)["at"] - 12.0) < 0.05)
    page.get_by_role("button", name="One picture on").click()
    until(page, lambda: 0.03 < video(page)["at"] - 12.0 < 0.1)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, lambda: video(page)["at"] > 12.4)
    page.get_by_role("button", name="Pause", exact=True).click()
    until(page, lambda: video(page)["paused"])
