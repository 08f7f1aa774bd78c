"""The patient's way in a browser, page by page, as every test goes it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from slumpcv.answers import Screen
from slumpcv.visits import Visit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

GRAVE = {"serious", "critical"}
LONGEST_TEST_S = 180
LONGEST_ANALYSIS_MS = 120_000
MARK_S = 1.5
# What the loudspeaker is given, in order; the files' names are those of the prompts and tones.
LISTEN = """(() => {
  const names = new WeakMap();
  window.played = [];
  const body = Response.prototype.arrayBuffer;
  Response.prototype.arrayBuffer = async function () {
    const bytes = await body.call(this);
    names.set(bytes, this.url);
    return bytes;
  };
  const decode = BaseAudioContext.prototype.decodeAudioData;
  BaseAudioContext.prototype.decodeAudioData = async function (bytes, ...rest) {
    const name = names.get(bytes);
    const sound = await decode.call(this, bytes, ...rest);
    names.set(sound, name);
    return sound;
  };
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when) {
    window.played.push(names.get(this.buffer));
    return start.apply(this, when);
  };
})()"""
QUESTION = re.compile(r"^Question \d+ of \d+$")
GO_ON = re.compile("^(Continue|None of these|Answer this later)$")
ASKED_AFTER_KNEE = "dialog[data-asking] .dots li:nth-child(4).now"


@dataclass
class Told:
    """What somebody answers to a question after the test; None leaves what stands there."""

    intensity: int | None = None
    familiar: str | None = None
    regions: Sequence[str] = ()
    change: str | None = None
    reason: str | None = None


@dataclass
class Lead:
    """A guided test that runs in a page."""

    page: Page
    pressed_s: float | None = field(default=None)
    released: bool = False

    def look(self) -> bool:
        """Hold a key down for a moment when asked after the knee; return whether the test is over."""
        keyboard = self.page.keyboard
        if self.pressed_s is None:
            if self.page.locator(ASKED_AFTER_KNEE).count():
                keyboard.down("PageDown")
                self.pressed_s = time.monotonic()
        elif not self.released and time.monotonic() - self.pressed_s > MARK_S:
            keyboard.up("PageDown")
            self.released = True
        return not self.page.locator(".guided-test").count()


def titled(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words, exact=True)).to_be_visible()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def choose(page: Page, question: str, answer: str) -> None:
    """Choose an answer, unless it is chosen: a second click would take it back."""
    radio = page.get_by_role("radiogroup", name=question).get_by_role("radio", name=answer, exact=True)
    if radio.get_attribute("aria-checked") != "true":
        radio.click()
    expect(radio).to_be_checked()


def settled(page: Page) -> None:
    """Wait until the page's run is over."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


# What a run of the page has just written comes in gently, and is pale until then.
FADED_MS = 800


def accessible(page: Page) -> None:
    page.wait_for_timeout(FADED_MS)
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in GRAVE]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []


def accessible_everywhere(page: Page) -> None:
    """Check a page in light and dark, on a laptop and on a phone."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        page.wait_for_timeout(300)  # colours fade from one to the other
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            accessible(page)


def visit_of(page: Page, data: Path) -> tuple[Visit, Path]:
    """Return the visit in a page's address, as it is on disk, and its folder."""
    (visit_id,) = parse_qs(urlsplit(page.url).query)["visit"]
    folder = data / "visits" / visit_id
    return Visit.model_validate_json((folder / "visit.json").read_text(encoding="utf-8")), folder


# --- before the test ----------------------------------------------------------------------------


def agree(page: Page, way: str = "Start a test") -> None:
    """Begin on the first page, and agree."""
    titled(page, "The slump test, guided at home")
    press(page, way)
    titled(page, "Before you begin")
    press(page, "I understand, and I agree")
    titled(page, "Safety questions")


def safety(page: Page, name: str, answer: str) -> None:
    """Answer one safety question."""
    page.locator(f".st-key-screen_{name}").get_by_role("radio", name=answer, exact=True).click()


def safe(page: Page) -> None:
    """Answer every safety question with no."""
    for name in Screen.model_fields:
        safety(page, name, "No")
    expect(page.get_by_role("radio", name="No", exact=True, checked=True)).to_have_count(
        len(Screen.model_fields)
    )


def to_the_camera(page: Page, leg: str = "Right") -> None:
    """Go from the first page to the start of the guided test."""
    agree(page)
    safe(page)
    press(page, "Continue")
    titled(page, "Your symptoms")
    press(page, "Continue")
    titled(page, "Getting ready")
    page.get_by_role("radio", name=leg, exact=True).click()
    press(page, "Go to the camera")
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()


# --- the test -----------------------------------------------------------------------------------


def begin_test(page: Page) -> None:
    """Start the camera, and wait until the set-up is done and the recording runs."""
    press(page, "Start the camera")
    expect(page.locator("dialog")).to_have_attribute("data-mode", "test")


def lead(pages: Sequence[Page]) -> None:
    """Go through guided tests that have begun, all at once; each marks when asked after the knee."""
    running = [Lead(page) for page in pages]
    until_s = time.monotonic() + LONGEST_TEST_S
    while running:
        assert time.monotonic() < until_s
        running = [one for one in running if not one.look()]
        pages[0].wait_for_timeout(250)


def played(page: Page) -> list[str]:
    """Return the prompts that were played, in their order; `LISTEN` must have run in the page."""
    urls: list[str] = page.evaluate("window.played")
    return [url.rsplit("/", 1)[1].removesuffix(".mp3") for url in urls if "/tones/" not in url]


# --- after the test -----------------------------------------------------------------------------


def analysed(page: Page) -> None:
    """Wait until the recording is measured and the first question is there."""
    expect(page.get_by_text("Question 1 of")).to_be_visible(timeout=LONGEST_ANALYSIS_MS)


def answer(page: Page, told: Mapping[str, Told]) -> list[str]:
    """Answer all questions, by their titles, with 0 where nothing else is told and nothing filled in.

    Returns the titles in the order in which they came.
    """
    settled(page)
    titles: list[str] = []
    while page.get_by_text(QUESTION).count():
        title = page.get_by_role("heading", level=1).inner_text()
        titles.append(title)
        if title in told:
            _tell(page, told[title])
        elif page.get_by_role("button", name="Continue", exact=True, disabled=True).count():
            number(page, 0)
            settled(page)
        _go_on(page, title)
        settled(page)
    return titles


def _tell(page: Page, told: Told) -> None:
    if told.reason is not None:
        page.get_by_text(told.reason, exact=True).click()
    if told.change is not None:
        choose(page, "When you lifted only your head", told.change)
    if told.intensity is not None:
        number(page, told.intensity)
    if told.familiar is not None:
        choose(page, "Was it your usual symptom?", told.familiar)
    for region in told.regions:
        press(page, region)
    settled(page)


def number(page: Page, intensity: int) -> None:
    """Say how strong it was."""
    choose(page, "How strong", str(intensity))


def _go_on(page: Page, title: str) -> None:
    on = page.get_by_role("button", name=GO_ON)
    expect(on).to_be_enabled()
    on.click()
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_have_count(0)


def download(page: Page, words: str, folder: Path) -> Path:
    """Press a button that gives a file; return where it is."""
    with page.expect_download() as coming:
        press(page, words)
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path
