"""Two sessions of the library side by side, in a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import way
from conftest import ROOT, serving
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from slumpcv.analysis import analyze, write_results
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.terms import LOCAL
from slumpcv.replay import REPLAY, write_replay
from slumpcv.review.history import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

LEFT = ROOT / "samples" / "left_stiff.mp4"
FRAME_S = 1 / 15
# Where both clips are, and where the phases that are shown begin and end.
AT = """(host) => { const { player } = host; return {
  place: player.place, steps: player.data.steps, times: player.videos.map((video) => video.currentTime),
  seeking: player.videos.some((video) => video.seeking) }; }"""

PUT = "(way, place) => { way.value = place; way.dispatchEvent(new Event('input', { bubbles: true })); }"


@pytest.fixture(scope="module")
def sessions(
    tmp_path_factory: pytest.TempPathFactory, measured: Path
) -> Iterator[tuple[str, Library, list[str]]]:
    """An app with a left and a right test of one patient in its library."""
    data, left = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("left")
    write_results(analyze(LEFT, "left"), left, LEFT, overlay=False)
    write_replay(LEFT, left / REPLAY)
    with serving(ROOT / "app.py", data) as address:
        library = Library.open(data=data)
        patient = library.add_patient(LOCAL, "P-1")
        ids = [bring(library, LOCAL, folder, patient.id).session_id or "" for folder in (measured, left)]
        yield f"{address}/desk", library, ids
        library.close()


def test_two_tests_are_played_by_phase(
    open_page: Callable[..., Page], sessions: tuple[str, Library, list[str]]
) -> None:
    address, _, ids = sessions
    page = open_page(viewport={"width": 1280, "height": 1000}, excused="404")
    page.goto(f"{address}?at=compare&a={ids[0]}&b={ids[1]}")
    pair = page.locator(".pair")
    expect(pair.locator("figcaption").first).to_contain_text("right leg", timeout=30_000)
    slider = pair.get_by_role("slider")
    for place in (1.5, 3.25, 4.8):
        slider.evaluate(
            "(n, at) => { n.value = at; n.dispatchEvent(new Event('input', {bubbles: true})); }", place
        )
        page.wait_for_timeout(700)
        seen = pair.evaluate(AT)
        step = seen["steps"][int(place)]
        for time_s, (start_s, end_s) in zip(seen["times"], (step["first"], step["second"]), strict=True):
            wanted_s = start_s + (place - int(place)) * (end_s - start_s)
            assert time_s == pytest.approx(wanted_s, abs=FRAME_S)
    before = pair.evaluate(AT)["place"]
    pair.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert pair.evaluate(AT)["place"] > before
    page.keyboard.press("Space")
    page.wait_for_timeout(1500)
    assert pair.evaluate(AT)["place"] > before + 0.1
    expect(page.get_by_text("more than the measurement error").first).to_be_visible()


def test_everybody_can_compare_rate_and_review(
    open_page: Callable[..., Page], sessions: tuple[str, Library, list[str]]
) -> None:
    address, library, ids = sessions
    for rater in ("Anna", "Ben"):
        for session_id in ids:
            library.rate(LOCAL, session_id, NOTHING, "NOT_REPRODUCED", rater)
    page = open_page(viewport={"width": 1280, "height": 1000}, excused="404")
    pages = {
        f"at=compare&a={ids[0]}&b={ids[1]}": page.locator(".pair figcaption").first,
        "at=agreement": page.get_by_text("Differences are Ben minus Anna"),
        f"at=review&session={ids[0]}": page.locator(".player .stage"),
    }
    for query, there in pages.items():
        page.goto(f"{address}?{query}")
        expect(there).to_be_visible(timeout=30_000)
        way.settled(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 1000})
                way.accessible(page)
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_table_of_differences_fits_a_phone(
    open_page: Callable[..., Page], sessions: tuple[str, Library, list[str]]
) -> None:
    address, _, ids = sessions
    page = open_page(viewport={"width": 390, "height": 844}, excused="404")
    page.goto(f"{address}?at=compare&a={ids[0]}&b={ids[1]}&language=de")
    table = page.locator(".differences")
    expect(table).to_be_visible(timeout=30_000)
    assert table.evaluate("(at) => at.scrollWidth <= at.clientWidth")
    expect(table.get_by_role("columnheader").nth(1)).to_contain_text("rechtes")
