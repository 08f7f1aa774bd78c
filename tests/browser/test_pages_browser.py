"""The patient's pages in a real browser: reloads, the scroll to the top, uploads, and who may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import way
from conftest import ROOT
from playwright.sync_api import expect
from way import Told

from slumpcv.answers import Intake, Screen
from slumpcv.live.record import GuidedTest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Kept
    from playwright.sync_api import Page

    from slumpcv.visits import Visit

WELCOME = "The slump test, guided at home"
BLOCKED = "Please do not do this test"


def test_consent_and_safety_survive_reloads(page: Page) -> None:
    way.press(page, "Start a test")
    way.titled(page, "Before you begin")
    page.reload()
    way.titled(page, "Before you begin")
    way.press(page, "I understand, and I agree")
    way.titled(page, "Safety questions")
    half = [*Screen.model_fields][:9]
    for name in half:
        way.safety(page, name, "No")
    no = page.get_by_role("radio", name="No", exact=True, checked=True)
    expect(no).to_have_count(len(half))
    way.settled(page)
    page.reload()
    expect(no).to_have_count(len(half))
    for name in [*Screen.model_fields][len(half) :]:
        way.safety(page, name, "No")
    expect(no).to_have_count(len(Screen.model_fields))
    way.press(page, "Continue")
    way.titled(page, "Your symptoms")
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()  # the answers were far down


def test_symptoms_and_leg_survive_reloads_and_no_stranger_sees_them(
    page: Page, whole_app: tuple[str, Path], open_page: Callable[..., Page], kept: Kept
) -> None:
    kept.open(page, whole_app[0], kept.visit("intake"))
    way.press(page, "Calf")
    calf = page.locator(".st-key-intake_calf").get_by_role("button", name="Left", exact=True)
    calf.click()
    expect(calf).to_have_attribute("aria-pressed", "true")
    way.settled(page)
    page.reload()
    expect(calf).to_have_attribute("aria-pressed", "true")
    way.press(page, "Continue")
    way.titled(page, "Getting ready")
    page.reload()
    way.titled(page, "Getting ready")
    expect(page.locator("svg.figure")).to_have_count(7)
    page.get_by_role("radio", name="Left", exact=True).click()
    way.press(page, "Go to the camera")
    start = page.get_by_role("button", name="Start the camera")
    expect(start).to_be_visible()
    page.reload()
    expect(start).to_be_visible()
    visit, _ = way.visit_of(page, whole_app[1])
    assert visit.test is not None
    assert (visit.step, visit.test.side) == ("camera", "left")
    assert visit.intake is not None
    assert [(place.region, place.side) for place in visit.intake.regions] == [("calf", "left")]
    stranger_sees_nothing(open_page(), page.url)


def stranger_sees_nothing(stranger: Page, url: str) -> None:
    stranger.goto(url)
    way.titled(stranger, WELCOME)
    for words in ("Continue", "Earlier results"):
        expect(stranger.get_by_text(words, exact=True)).to_have_count(0)


def test_questions_and_result_survive_reloads(
    open_page: Callable[..., Page], whole_app: tuple[str, Path], kept: Kept
) -> None:
    address, _ = whole_app
    page = open_page()
    kept.open(page, address, kept.tested("questions"))
    way.titled(page, "Sitting tall, before the test")
    way.number(page, 2)
    way.choose(page, "Was it your usual symptom?", "Yes")
    way.press(page, "Continue")
    way.titled(page, "With the whole back slumped")
    page.reload()
    way.titled(page, "With the whole back slumped")
    way.press(page, "Back")
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    way.press(page, "Continue")
    way.titled(page, "With the whole back slumped")
    titles = way.answer(page, {})
    assert titles[-2:] == ["During and after the test", "And now?"]
    way.titled(page, "There at rest, and not changed")
    page.reload()
    way.titled(page, "There at rest, and not changed")
    stranger_sees_nothing(open_page(), page.url)


def test_a_red_flag_ends_the_way_until_it_is_put_right(page: Page, whole_app: tuple[str, Path]) -> None:
    way.agree(page)
    way.safe(page)
    way.safety(page, "saddle_numbness", "Yes")
    way.press(page, "Continue")
    way.titled(page, BLOCKED)
    visit, _ = way.visit_of(page, whole_app[1])
    for query in (f"visit={visit.id}", f"visit={visit.id}&way=upload", f"way=camera&visit={visit.id}"):
        page.goto(f"{whole_app[0]}/?{query}")
        way.titled(page, BLOCKED)
        expect(page.get_by_role("alert")).to_contain_text("Get emergency help now")
        expect(page.get_by_role("button", name="Continue", exact=True)).to_have_count(0)
    way.press(page, "I tapped the wrong answer")
    way.titled(page, "Safety questions")
    way.safety(page, "saddle_numbness", "No")
    expect(page.get_by_role("radio", name="Yes", exact=True, checked=True)).to_have_count(0)
    way.press(page, "Continue")
    way.titled(page, "Your symptoms")


def test_a_clip_is_sent_and_a_bad_or_cancelled_one_leaves_nothing(
    page: Page, whole_app: tuple[str, Path], tmp_path: Path
) -> None:
    way.agree(page, "Upload a clip instead")
    way.safe(page)
    way.press(page, "Continue")
    way.titled(page, "Your symptoms")
    way.press(page, "Continue")
    way.titled(page, "Upload a clip")
    page.get_by_role("radio", name="Right", exact=True).click()
    file = page.locator("input[type=file]")

    bad = tmp_path / "notes.txt"
    bad.write_bytes(b"no video " * 1000)
    file.set_input_files(bad)
    expect(page.get_by_text("This file cannot be used as a clip")).to_be_visible()
    expect(file).to_have_count(1)  # a new field has taken the place of the old one

    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
    slow.send("Network.emulateNetworkConditions", limits)
    clip = ROOT / "samples" / "right_no_lift.mp4"
    file.set_input_files(clip)
    way.press(page, "Cancel")
    expect(page.get_by_text("Cancelled. Nothing was kept.")).to_be_visible()
    _, folder = way.visit_of(page, whole_app[1])
    for _ in range(100):  # the server sees a moment later that nobody sends any more
        left = [path.name for path in folder.rglob("*") if path.is_file()]
        if left == ["visit.json"]:
            break
        page.wait_for_timeout(100)
    assert left == ["visit.json"]

    slow.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": -1})
    file.set_input_files(clip)
    way.analysed(page)
    visit, folder = way.visit_of(page, whole_app[1])
    assert visit.test is not None
    assert (visit.step, visit.test.source) == ("questions", "upload")
    assert (folder / "1-right" / str(visit.test.clip)).read_bytes() == clip.read_bytes()


def test_a_sample_goes_the_whole_way_without_a_camera(
    open_page: Callable[..., Page], whole_app: tuple[str, Path]
) -> None:
    page = open_page(grant=False)
    page.goto(whole_app[0])
    way.press(page, "The head lift is clear")
    page.locator("button.start").click()
    way.lead([page])
    way.analysed(page)
    way.answer(page, {"You showed that you felt it": Told(3), "After lifting only the head": Told(0)})
    expect(page.get_by_role("button", name="Report as PDF")).to_be_visible()
    visit, _ = way.visit_of(page, whole_app[1])
    assert visit.test is not None
    assert visit.test.live is not None
    assert (visit.test.live.status, visit.test.source) == ("done", "demo")
    assert [prompt.key for prompt in visit.test.live.said] == way.played(page)[-len(visit.test.live.said) :]


STOPPED = GuidedTest(
    side="right", status="stopped", duration_s=15, stopped_by="sat_up", stopped_in="HEAD_LIFT"
)
PAGES: dict[str, Callable[[Kept], Visit]] = {
    "consent": lambda kept: kept.visit("consent", consented_at=None),
    "screen": lambda kept: kept.visit("screen"),
    "blocked": lambda kept: kept.visit("screen", screen=Screen(pregnancy="yes")),
    "intake": lambda kept: kept.visit(
        "intake", intake=Intake.model_validate({"side": "right", "regions": "right calf"})
    ),
    "prepare": lambda kept: kept.visit("prepare"),
    "camera": lambda kept: kept.visits.add_test(kept.visit("camera"), "right", "camera"),
    "upload": lambda kept: kept.visits.add_test(kept.visit("upload"), "right", "upload"),
    "stopped": lambda kept: kept.tested("questions", STOPPED),
    "questions": lambda kept: kept.tested("questions"),
    "result": lambda kept: kept.tested("result"),
}


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_a_page(
    name: str, open_page: Callable[..., Page], whole_app: tuple[str, Path], kept: Kept
) -> None:
    page = open_page()
    kept.open(page, whole_app[0], PAGES[name](kept))
    expect(
        page.get_by_role("heading", level=1).or_(page.get_by_role("button", name="Start the camera"))
    ).not_to_have_count(0)
    way.settled(page)
    way.accessible_everywhere(page)


def test_everybody_can_use_the_first_page(
    open_page: Callable[..., Page], whole_app: tuple[str, Path], kept: Kept
) -> None:
    kept.visit("intake")
    page = open_page()
    kept.open(page, whole_app[0])
    way.titled(page, WELCOME)
    way.settled(page)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        way.accessible(page)
