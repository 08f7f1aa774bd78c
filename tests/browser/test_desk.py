"""The therapist's desk in a browser: bringing, finding, noting and deleting; by mouse, and by keys."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import way
from conftest import ROOT, serving
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from library_case import other_result, result_folder

from slumpcv.export.run import export
from slumpcv.library.intake import bring
from slumpcv.library.library import Library, Query
from slumpcv.library.terms import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from slumpcv.library.library import Patient

CLIP = ROOT / "samples" / "right_no_lift.mp4"
LONGEST_ANALYSIS_MS = 120_000
DAYS = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An app with an empty library; gives the desk's address and where its data is."""
    data = tmp_path / "data"
    data.mkdir()
    with serving(ROOT / "app.py", data) as address:
        yield f"{address}/desk", data


@pytest.fixture
def filled(desk: tuple[str, Path], tmp_path: Path) -> Patient:
    """A patient with three visits in the library, and another with one."""
    library = Library.open(data=desk[1])
    patient, other = (library.add_patient(LOCAL, code, "AB") for code in ("P-1", "P-2"))
    for number, day in enumerate(DAYS):
        bring(library, LOCAL, other_result(tmp_path / f"r{number}", str(number)), patient.id, day=day)
    bring(library, LOCAL, result_folder(), other.id, day=DAYS[0])
    library.close()
    return patient


def rows_of(page: Page) -> Locator:
    return page.locator("tbody tr")


def focused(page: Page) -> str:
    """What the key that comes next goes to, also inside of a component."""
    return str(
        page.evaluate(
            "() => { let at = document.activeElement;"
            " while (at?.shadowRoot) at = at.shadowRoot.activeElement;"
            " return at?.matches('a, button, input') ? at.getAttribute('aria-label') || at.innerText : ''; }"
        )
    )


def tab_to(page: Page, words: str, most: int = 60) -> None:
    passed = []
    for _ in range(most):
        if re.search(words, focused(page)):
            return
        passed.append(focused(page))
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {words}, only to {passed}")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two bundles, a file that is none, and a clip."""
    second = other_result(tmp_path / "second", "1")
    export(second, ["zip"])
    first, again, junk = (tmp_path / name for name in ("Anna.zip", "again.zip", "junk.zip"))
    shutil.copy(result_folder() / "export" / "slumpcv.zip", first)
    shutil.copy(second / "export" / "slumpcv.zip", again)
    junk.write_bytes(b"junk")
    return [first, again, junk, CLIP]


def test_files_are_brought_found_noted_and_deleted(
    open_page: Callable[..., Page], desk: tuple[str, Path], files: list[Path]
) -> None:
    page = open_page()
    page.goto(desk[0])
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    way.press(page, "Bring a bundle or a clip")
    way.titled(page, "Import")
    bring_in(page, files)
    found = Library.open(data=desk[1])
    assert found.search(LOCAL, Query()).total == 3
    assert not re.search("Anna|77", page.url)
    page.get_by_role("link", name="Library").click()
    find(page)
    rows_of(page).first.get_by_role("link", name="P-77").click()
    way.titled(page, "P-77")
    note(page)
    delete(page)
    assert found.patients(LOCAL) == ()
    assert list((desk[1] / "library").glob("[!.]*/**/session.json")) == []
    found.close()


def bring_in(page: Page, files: list[Path]) -> None:
    """Bring files, of which one is of no use, for a new patient; a reload in between loses nothing."""
    page.locator("input[type=file]").set_input_files(files)
    lines = page.locator(".lines li")
    expect(lines.filter(has_text="Checked")).to_have_count(3)
    expect(lines.filter(has_text="junk.zip")).to_contain_text("Ask for a new one")
    page.reload()
    expect(lines.filter(has_text="Checked")).to_have_count(3)
    page.get_by_role("button", name="New patient").click()
    page.get_by_label("Code").fill("P-77")
    way.press(page, "Add patient")
    page.get_by_role("button", name="Take into the library (3)").click()
    expect(lines.filter(has_text="In the library")).to_have_count(3, timeout=LONGEST_ANALYSIS_MS)


def find(page: Page) -> None:
    """Search and filter, in vain and not."""
    for search, count in (("nobody", 0), ("p-77", 3)):
        page.get_by_label("Search").fill(search)
        page.keyboard.press("Enter")
        expect(rows_of(page)).to_have_count(count)
    page.get_by_test_id("stMain").get_by_role("radio", name="Reviewed").or_(
        page.get_by_role("button", name="Reviewed", exact=True)
    ).first.click()
    expect(page.get_by_text("No session matches.")).to_be_visible()
    way.press(page, "Show all")
    expect(rows_of(page)).to_have_count(3)


def note(page: Page) -> None:
    """Write a note about the first session."""
    page.get_by_role("button", name="Note, tags").first.click()
    page.get_by_label("Note", exact=True).last.fill("in the calf")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator(".session").first).to_contain_text("in the calf")
    page.keyboard.press("Escape")


def delete(page: Page) -> None:
    """Delete the patient, and read what that was."""
    way.press(page, "Delete")
    page.get_by_label("Type the code P-77 to confirm").fill("P-77")
    page.keyboard.press("Enter")
    way.press(page, "Delete for good")
    expect(page.get_by_text(re.compile(r"P-77 was deleted\. Sessions: 3, files: \d+\."))).to_be_visible()


def test_the_library_is_used_with_keys_only(
    open_page: Callable[..., Page], desk: tuple[str, Path], filled: Patient
) -> None:
    page = open_page()
    page.goto(desk[0])
    expect(rows_of(page)).to_have_count(4)
    way.settled(page)
    tab_to(page, "^Search")
    page.keyboard.type("p-1")
    page.keyboard.press("Enter")
    expect(rows_of(page)).to_have_count(3)
    tab_to(page, "^Session")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Session")).to_have_attribute("aria-sort", "ascending")
    assert re.search("^Session", focused(page))
    tab_to(page, "^P-1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    way.titled(page, "P-1 · AB")
    assert page.url.endswith(filled.id) or filled.id in page.url
    page.go_back()
    expect(rows_of(page)).to_have_count(3)
    expect(page.get_by_label("Search")).to_have_value("p-1")


@pytest.mark.usefixtures("filled")
def test_a_click_stays_in_the_language_of_the_page(
    open_page: Callable[..., Page], desk: tuple[str, Path]
) -> None:
    page = open_page()
    page.goto(f"{desk[0]}?language=de")
    rows_of(page).first.get_by_role("link", name="P-").click()
    way.titled(page, "P-1 · AB")
    expect(page.get_by_role("link", name="Bibliothek")).to_be_visible()
    assert "language=de" in page.url


def test_everybody_can_use_the_desk(
    open_page: Callable[..., Page], desk: tuple[str, Path], filled: Patient
) -> None:
    page = open_page()
    for query in ("at=library", f"at=patient&patient={filled.id}", f"at=bring&patient={filled.id}"):
        page.goto(f"{desk[0]}?{query}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        way.settled(page)
        way.accessible_everywhere(page)


def test_an_empty_desk_can_be_used_by_everybody(
    open_page: Callable[..., Page], desk: tuple[str, Path]
) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(desk[0])
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    way.settled(page)
    way.accessible(page)
    page.get_by_role("link", name="To the guided test").click()
    way.titled(page, "The slump test, guided at home")
    page.get_by_role("link", name="For therapists").click()
    way.titled(page, "Library")
