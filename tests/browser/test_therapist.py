"""A therapist's whole way in a browser, by keys alone and by mouse alone: find, correct, sign, hand on."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import way
from conftest import ROOT, serving
from playwright.sync_api import expect
from test_desk import focused, tab_to

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from slumpcv.language import speaking, text
from slumpcv.library.audit import AuditQuery
from slumpcv.library.intake import bring
from slumpcv.library.library import Library, Query
from slumpcv.library.terms import LOCAL
from slumpcv.report.palette import DARK, LIGHT
from slumpcv.video import frame_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

SLOW_MS = 60_000
FOLLOWS_MS = 2000  # a run of the page follows a correction, and would take a file from under a click
SESSION = re.compile(r"\d{4}")  # its day
FILES = {
    "Report (PDF)": ("slump-test-report.pdf", b"%PDF-"),
    "All files (zip)": ("slump-test-slumpcv.zip", b"PK"),
    "FHIR Bundle": ("slump-test-fhir.json", b"{"),
    "Table (CSV)": ("slump-test-measurements.csv", b""),
    "OpenSim markers (.trc)": ("slump-test-markers.trc", b"PathFileType"),
    "OpenSim angles (.mot)": ("slump-test-angles.mot", b""),
}


@pytest.fixture
def desk(tmp_path: Path, measured: Path) -> Iterator[tuple[str, Library, str]]:
    """An app with one session in its library; gives the desk's address, the library and the session's id."""
    data = tmp_path / "data"
    data.mkdir()
    with serving(ROOT / "app.py", data) as address:
        library = Library.open(data=data)
        patient = library.add_patient(LOCAL, "P-1")
        session_id = bring(library, LOCAL, measured, patient.id).session_id
        assert session_id is not None
        yield f"{address}/desk", library, session_id
        library.close()


def opened(page: Page, address: str) -> None:
    """Come from the library's list to the session, by keys, and wait until the player is there."""
    page.goto(address)
    expect(page.locator("tbody tr")).to_have_count(1)
    way.settled(page)
    tab_to(page, SESSION.pattern)
    page.keyboard.press("Enter")
    page.locator(".player .stage").wait_for(timeout=SLOW_MS)
    expect(page.locator(".player video")).to_have_js_property("readyState", 4)
    way.settled(page)


def test_with_keys_only(open_page: Callable[..., Page], desk: tuple[str, Library, str]) -> None:
    address, library, session_id = desk
    page = open_page(viewport={"width": 1280, "height": 1000})
    opened(page, address)
    # Nothing has been clicked: the title has the focus, and the keys are the player's.
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "ArrowRight", "ArrowLeft", "["):
        page.keyboard.press(key)
    expect(page.locator(".changes")).to_contain_text("begins 0.05 s later")
    for key in ("Shift+ArrowRight", "s", "Shift+ArrowRight", "s", "7"):
        page.keyboard.press(key)
    mark = page.get_by_role("button", name=re.compile("^Symptom 1, .*, Intensity 7"))
    expect(mark.first).to_be_attached()
    expect(page.get_by_text(re.compile(r"Corrections: [1-9]"))).to_be_visible()  # the page has followed
    page.keyboard.press("d")
    tab_to(page, "Sign the report", most=3)
    page.keyboard.press("Enter")
    page.get_by_label("Your name, as it stands on the report").wait_for()
    tab_to(page, "Sign now$")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The report has no name to be signed with.")).to_be_visible(timeout=SLOW_MS)
    page.keyboard.press("Shift+Tab")
    assert focused(page).startswith("Your name")
    page.keyboard.type("Dr Keys")
    tab_to(page, "Sign now$")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 1, signed by Dr Keys")).to_be_visible(timeout=SLOW_MS)
    (signed,) = library.signed(LOCAL, session_id)
    assert signed.corrections == len(library.corrections(LOCAL, session_id))


def test_with_the_mouse_only(
    open_page: Callable[..., Page], desk: tuple[str, Library, str], tmp_path: Path
) -> None:
    address, library, _ = desk
    page = open_page(viewport={"width": 1280, "height": 1000})
    page.goto(address)
    page.get_by_role("link", name=SESSION).click()
    page.locator(".player .stage").wait_for(timeout=SLOW_MS)
    for name in ("Ten frames on", "Symptom begins", "Ten frames on", "Symptom ends here"):
        page.get_by_role("button", name=name).first.click()
    expect(page.locator(".changes")).not_to_be_empty()
    page.wait_for_timeout(FOLLOWS_MS)
    page.get_by_role("button", name="Mark as reviewed").click()
    expect(page.get_by_text("Status: Reviewed")).to_be_visible()
    for button, (name, begins) in FILES.items():
        with page.expect_download(timeout=SLOW_MS) as taken:
            page.get_by_role("button", name=button, exact=True).click()
        assert taken.value.suggested_filename == name
        content = Path(taken.value.path()).read_bytes()
        assert content.startswith(begins)
        if name.endswith(".zip"):
            assert "session.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
        if name.endswith("fhir.json"):
            assert json.loads(content)["resourceType"] == "Bundle"
    page.get_by_role("button", name="Make the annotated video").click()
    video = page.get_by_role("button", name="Annotated video (mp4)")
    video.wait_for(timeout=SLOW_MS)
    with page.expect_download() as taken:
        video.click()
    taken.value.save_as(tmp_path / "annotated.mp4")
    assert frame_times(tmp_path / "annotated.mp4").size > 150
    log = library.audit_entries(LOCAL, AuditQuery()).entries
    assert {entry.detail for entry in log if entry.action == "export"} >= {"report.pdf", "zip", "overlay.mp4"}
    assert library.search(LOCAL, Query(status="reviewed")).total == 1


def test_a_file_that_cannot_be_made_says_why_in_the_language_of_the_page(
    open_page: Callable[..., Page], desk: tuple[str, Library, str]
) -> None:
    address, library, session_id = desk
    page = open_page(excused="Failed to load", viewport={"width": 1280, "height": 1000})
    page.goto(f"{address}?at=review&session={session_id}&language=de")
    report = page.get_by_role("button", name="Bericht (PDF)", exact=True)
    report.wait_for(timeout=SLOW_MS)
    library.delete_session(LOCAL, session_id)
    report.click()
    with speaking("de"):
        gone = text("library.none.session")
    expect(page.get_by_text(gone)).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Failed to generate")).to_have_count(0)


def test_a_chart_turns_dark_with_the_page(
    open_page: Callable[..., Page], desk: tuple[str, Library, str], measured: Path, tmp_path: Path
) -> None:
    address, library, session_id = desk
    patient = library.session(LOCAL, session_id).patient_id
    shutil.copytree(measured, tmp_path / "again")
    note = tmp_path / "again" / "session.json"
    note.write_text(note.read_text() + " ")  # not recognised as the same
    bring(library, LOCAL, tmp_path / "again", patient, day=date(2026, 1, 2))
    page = open_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
    page.goto(f"{address}?at=patient&patient={patient}")
    name = page.locator(".js-plotly-plot .annotation-text").first
    expect(name).to_have_css("fill", rgb(LIGHT.ink), timeout=SLOW_MS)
    page.emulate_media(color_scheme="dark")
    expect(name).to_have_css("fill", rgb(DARK.ink))


def rgb(colour: str) -> str:
    """A colour of the palette as a browser tells it."""
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"
