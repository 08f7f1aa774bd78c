"""The patient's pages in a real browser: reloads, the scroll to the top, uploads, and who may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, serving
from playwright.sync_api import expect

from slumpcv.answers import Intake, Place, Screen
from slumpcv.visits import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

SLOW_MS = 30_000  # two cores are shared by server and browser
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def whole_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    data = tmp_path_factory.mktemp("data")
    with serving(ROOT / "app.py", data) as address:
        yield address, data


@pytest.fixture
def page(open_page: Callable[..., Page], whole_app: tuple[str, Path]) -> Page:
    page = open_page(viewport={"width": 390, "height": 844})
    page.set_default_timeout(SLOW_MS)
    expect.set_options(timeout=SLOW_MS)
    page.goto(whole_app[0])
    return page


def titled(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words, exact=True)).to_be_visible()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def accessible(page: Page) -> None:
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in GRAVE]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []


def visit_on_disk(data: Path) -> tuple[Visit, Path]:
    newest = max(data.glob("visits/*/visit.json"), key=lambda path: path.stat().st_mtime)
    return Visit.model_validate_json(newest.read_text(encoding="utf-8")), newest.parent


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what comes to the disk a moment after it is on the page."""
    for _ in range(SLOW_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to the disk")


def answer_all_no(page: Page) -> None:
    for name in Screen.model_fields:
        page.locator(f".st-key-screen_{name}").get_by_role("radio", name="No", exact=True).click()


def test_the_way_to_the_camera_survives_reloads_at_every_step(
    page: Page, whole_app: tuple[str, Path]
) -> None:
    titled(page, "The slump test, guided at home")
    accessible(page)
    press(page, "Start a test")
    titled(page, "Before you begin")
    accessible(page)
    press(page, "I understand, and I agree")
    titled(page, "Safety questions")
    answer_all_no(page)
    expect(page.get_by_role("radio", name="No", exact=True, checked=True)).to_have_count(
        len(Screen.model_fields)
    )
    data = whole_app[1]
    wait_until(page, lambda: (visit_on_disk(data)[0].screen or Screen()).unanswered == ())
    page.reload()
    expect(page.get_by_role("radio", name="No", exact=True, checked=True)).to_have_count(
        len(Screen.model_fields)
    )
    accessible(page)
    press(page, "Continue")
    titled(page, "Your symptoms")
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()  # the answers were far down
    press(page, "Calf")
    page.locator(".st-key-intake_calf").get_by_role("button", name="Left", exact=True).click()
    calves = (Place(region="calf", side="left"),)
    wait_until(page, lambda: (visit_on_disk(data)[0].intake or Intake()).regions == calves)
    page.reload()
    calf = page.locator(".st-key-intake_calf").get_by_role("button", name="Left", exact=True)
    expect(calf).to_have_attribute("aria-pressed", "true")
    accessible(page)
    press(page, "Continue")
    titled(page, "Getting ready")
    expect(page.locator("svg.figure")).to_have_count(7)
    accessible(page)
    page.get_by_role("radio", name="Left", exact=True).click()
    press(page, "Go to the camera")
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    visit, _ = visit_on_disk(data)
    assert visit.test is not None
    assert (visit.step, visit.test.side) == ("camera", "left")


def test_a_red_flag_ends_the_way(page: Page) -> None:
    press(page, "Start a test")
    press(page, "I understand, and I agree")
    page.locator(".st-key-screen_saddle_numbness").get_by_role("radio", name="Yes", exact=True).click()
    press(page, "Continue")
    for _ in range(2):
        titled(page, "Please do not do this test")
        expect(page.get_by_role("alert")).to_contain_text("Get emergency help now")
        accessible(page)
        page.reload()


def test_a_clip_is_sent_and_a_bad_or_cancelled_one_leaves_nothing(
    page: Page, whole_app: tuple[str, Path], tmp_path: Path
) -> None:
    press(page, "Upload a clip instead")
    press(page, "I understand, and I agree")
    titled(page, "Safety questions")
    answer_all_no(page)
    press(page, "Continue")
    titled(page, "Your symptoms")
    press(page, "Continue")
    titled(page, "Upload a clip")
    page.get_by_role("radio", name="Right", exact=True).click()
    accessible(page)
    file = page.locator("input[type=file]")

    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video " * 1000)
    file.set_input_files(bad)
    expect(page.get_by_text("This file cannot be used as a clip")).to_be_visible()

    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
    slow.send("Network.emulateNetworkConditions", limits)
    clip = ROOT / "samples" / "right_plain.mp4"
    file.set_input_files(clip)
    press(page, "Cancel")
    expect(page.get_by_text("Cancelled. Nothing was kept.")).to_be_visible()
    _, folder = visit_on_disk(whole_app[1])
    wait_until(page, lambda: [path.name for path in folder.rglob("*") if path.is_file()] == ["visit.json"])

    slow.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": -1})
    file.set_input_files(clip)
    titled(page, "Measuring your recording")
    visit, folder = visit_on_disk(whole_app[1])
    assert visit.test is not None
    assert (visit.step, visit.test.source) == ("analysis", "upload")
    assert (folder / "1-right" / str(visit.test.clip)).read_bytes() == clip.read_bytes()
