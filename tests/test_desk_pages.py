"""The pages of the therapist's desk, empty and filled, as Streamlit runs them, without a browser."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st
from desk_case import desk_library, opened, press, run, words
from library_case import other_result, result_folder

from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.library.intake import bring
from slumpcv.library.jobs import insert_job
from slumpcv.library.library import Library, Person, Query
from slumpcv.library.terms import LOCAL, Job
from slumpcv.report.palette import DARK, LIGHT
from slumpcv.session_file import load_session
from slumpcv.ui.desk import bring as bring_page
from slumpcv.ui.desk import frame, lines, paths, rows, trend
from slumpcv.ui.desk import library as library_page
from slumpcv.ui.server import hub
from slumpcv.ui.server.incoming import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slumpcv.library.library import Patient
    from slumpcv.library.terms import JobState
    from slumpcv.ui.components.bring import Line
    from slumpcv.ui.components.table import Sheet

DAYS = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))


class Table:
    """Stands in for the table: keeps what it was given, and does once what a person would."""

    def __init__(self) -> None:
        self.sheet: Sheet | None = None
        self.done: dict[str, Any] | None = None

    def __call__(self, sheet: Sheet, act: Callable[[dict[str, Any]], None], **_: str) -> None:
        self.sheet = sheet
        done, self.done = self.done, None
        if done:
            act(done)
            st.rerun()

    def column(self, name: str) -> list[str]:
        assert self.sheet is not None
        at = [column.name for column in self.sheet.columns].index(name)
        return [row[at].text for row in self.sheet.rows]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    with desk_library(tmp_path, monkeypatch) as opened_library:
        yield opened_library


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    stand_in = Table()
    monkeypatch.setattr(library_page, "table", stand_in)
    return stand_in


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Patient:
    """A patient with three visits, and another with one."""
    patient, other = (library.add_patient(LOCAL, code, "AB", "runner") for code in ("P-1", "P-2"))
    for number, day in enumerate(DAYS):
        bring(library, LOCAL, other_result(tmp_path / f"r{number}", str(number)), patient.id, day=day)
    bring(library, LOCAL, result_folder(), other.id, day=DAYS[0])
    return patient


@pytest.mark.parametrize("at", ["", "nothing", "paths", "audit", "../library"])
def test_what_is_not_there_or_not_theirs_leads_to_the_library(at: str) -> None:
    assert frame.page_of(at, Person("t", "", "therapist")) == "library"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_names_the_page_the_ids_and_the_language(language: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        assert paths.address("review", session="s-1") == f"desk?at=review&session=s-1&language={language}"


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_library_says_how_to_begin(language: str) -> None:
    app = opened(language=language)
    with speaking(language):  # type: ignore[arg-type]
        assert text("desk.empty.words") in words(app)
        press(app, text("desk.empty.bring"))
        assert app.query_params["at"] == "bring"
        assert text("desk.bring.lead") in words(app)


def test_a_new_patient_needs_a_code_and_is_shown(library: Library) -> None:
    app = opened()
    press(app, text("desk.patient.add"))
    assert "needs a code" in words(app)
    app.text_input(key="code_new_0").set_value("P-7")
    press(app, text("desk.patient.add"))
    (patient,) = library.patients(LOCAL)
    assert app.query_params["patient"] == patient.id
    assert text("desk.no_visits") in words(app)


def test_sessions_are_searched_filtered_and_found_again_after_another_page(
    filled: Patient, table: Table
) -> None:
    app = opened()
    assert sorted(table.column("code")) == ["P-1", "P-1", "P-1", "P-2"]
    app.text_input(key="search_text").set_value("p-1")
    app.date_input(key="search_day_from").set_value(DAYS[1])
    run(app)
    assert table.column("day") == ["1 Nov 2026", "1 Oct 2026"]
    table.done = {"go": {"at": "patient", "patient": filled.id}}
    run(app)
    assert app.title[0].value == "P-1 · AB"
    app.query_params["at"] = "library"
    run(app)
    assert app.text_input(key="search_text").value == "p-1"
    assert table.column("code") == ["P-1", "P-1"]
    assert not any("p-1" in str(value) for value in app.query_params.values())
    press(app, f"{text('desk.column.day_from')}: 1 Oct 2026")
    assert len(table.column("code")) == 3


@pytest.mark.usefixtures("filled")
def test_sessions_are_sorted_and_turned_over_by_the_server(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slumpcv.ui.desk.filters.EMPTY", Query(limit=2))
    app = opened()
    for done, codes in (
        ({"sort": "code"}, ["P-1", "P-1"]),
        ({"sort": "code"}, ["P-2", "P-1"]),
        ({"offset": 2}, ["P-1", "P-1"]),
        ({"sort": "tags"}, ["P-1", "P-1"]),  # nothing can be sorted by tags
    ):
        table.done = done
        run(app)
        assert table.column("code") == codes
    assert table.sheet is not None
    assert (table.sheet.offset, table.sheet.total, table.sheet.descending) == (2, 4, True)


@pytest.mark.usefixtures("filled")
def test_nothing_found_can_be_undone(table: Table) -> None:
    app = opened()
    app.text_input(key="search_text").set_value("nobody")
    run(app)
    assert text("desk.nothing_found") in words(app)
    press(app, text("desk.show_all"))
    assert len(table.column("code")) == 4


def test_a_row_states_errors_and_the_corrected_result(library: Library, filled: Patient) -> None:
    row = library.search(LOCAL, Query(patient_id=filled.id)).rows[0]
    assert rows.knee(row).endswith(" ±6")
    assert rows.head_lift(row).endswith(" ±9")
    corrected = row.__class__(**vars(row) | {"corrections": 1, "corrected_knee_deg": 12.0})
    assert rows.knee(corrected) == "12° ±6"
    assert rows.outcome(corrected) == text("desk.no_outcome")


@pytest.mark.parametrize("code", ["BLOCKED", "URGENT"])
def test_no_row_tells_the_reader_what_to_do(library: Library, filled: Patient, code: str) -> None:
    row = library.search(LOCAL, Query(patient_id=filled.id)).rows[0]
    for language in LANGUAGES:
        with speaking(language):
            said = rows.outcome(row.__class__(**vars(row) | {"outcome": code}))
            assert said == text(f"outcome.{code}.name") != text(f"outcome.{code}.title")


def test_a_patients_page_keeps_notes_tags_and_visits(library: Library, filled: Patient) -> None:
    app = opened("patient", patient=filled.id)
    row = library.search(LOCAL, Query(patient_id=filled.id)).rows[0]
    app.text_area(key=f"session_note_{row.id}").set_value("in the calf")
    app.multiselect(key=f"tags_{row.id}").set_value(["follow up"])
    app.date_input(key=f"day_{row.id}").set_value(date(2026, 11, 2))
    next(b for b in app.button if b.form_id == f"form_{row.id}").click()
    run(app)
    row = library.session(LOCAL, row.id)
    assert (row.note, row.tags, row.day) == ("in the calf", ("follow up",), date(2026, 11, 2))
    assert "in the calf" in words(app)
    app.date_input(key="visit_day").set_value(date(2026, 11, 20))
    press(app, text("desk.visit.add"))
    assert [visit.day.day for visit in library.visits(LOCAL, filled.id)] == [20, 2, 1, 1]
    press(app, text("desk.visit.add"))
    assert "There is a visit on that day already" in words(app)


def test_a_patient_is_deleted_only_with_the_code(library: Library, filled: Patient, table: Table) -> None:
    app = opened("patient", patient=filled.id)
    assert app.button(key="delete_patient").disabled
    app.text_input(key="typed_code").set_value("P-1")
    run(app)
    files = sum(
        len(library.store.names(row.id)) for row in library.search(LOCAL, Query(patient_id=filled.id)).rows
    )
    app.button(key="delete_patient").click()
    run(app)
    assert text("desk.patient.deleted", code="P-1", count=3, files=files) in words(app)
    assert table.column("code") == ["P-2"]


@pytest.mark.usefixtures("library")
def test_a_patient_who_is_not_there_is_said_in_a_sentence() -> None:
    app = opened("patient", patient="nobody")
    assert "There is no such patient" in words(app)
    press(app, text("desk.to_library"))
    assert app.title[0].value == text("desk.area.library")


def test_a_trend_shows_errors_and_leaves_out_what_was_not_usable(library: Library, filled: Patient) -> None:
    found = library.search(LOCAL, Query(patient_id=filled.id)).rows
    peaks = trend.peaks_of(LOCAL, library, found)
    assert set(peaks) == {row.id for row in found}
    chart = trend.trend(found, peaks, LIGHT)
    assert chart is not None
    knee = next(trace for trace in chart.data if trace.name == text("app.leg.right"))
    assert knee.error_y.value == rows.knee_error_deg()
    assert list(knee.x) == list(DAYS)
    assert trend.trend(found[:1], peaks, DARK) is None
    assert trend.trend([row.__class__(**vars(row) | {"usable": False}) for row in found], peaks, True) is None


def test_nothing_felt_is_a_zero_of_the_trend_and_nothing_asked_is_none() -> None:
    course = load_session(result_folder()).course
    assert course is not None
    felt = [one.model_copy(update={"intensity": 0, "familiar": None}) for one in course.intensities]
    nothing = course.model_copy(update={"intensities": tuple(felt), "peak": None})
    unknown = felt[0].model_copy(update={"intensity": None})
    assert trend.peak_of(course) == course.peak
    assert trend.peak_of(nothing) == 0
    assert trend.peak_of(nothing.model_copy(update={"intensities": (*felt[1:], unknown)})) is None
    assert trend.peak_of(None) is None


@pytest.mark.usefixtures("library")
def test_every_state_of_a_file_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Line] = []
    monkeypatch.setattr(bring_page, "bring_list", lambda lines, *_: shown.__setitem__(slice(None), lines))
    monkeypatch.setattr(bring_page.bringing, "go_on", lambda *_: None)
    states = ("uploaded", "ready", "bringing", "brought", "refused")
    for number, state in enumerate(states):
        item = Item(
            id=f"{number:032}",
            who=LOCAL.id,
            name=f"{state}.zip",
            file="file.zip",
            size_bytes=1,
            came_at=datetime.now(UTC),
            state=state,
            problem="It is empty",
            fix="Bring another.",
        )
        hub.incoming().add(item)
    app = opened("bring")
    assert [line.name for line in shown] == [f"{state}.zip" for state in states]
    assert [line.choosing for line in shown] == [True, True, False, False, False]
    assert shown[-1].words == "It is empty. Bring another."
    assert app.button(key="take").disabled
    app.button(key="clear").click()
    run(app)
    assert [line.name for line in shown] == ["uploaded.zip", "ready.zip", "bringing.zip", "refused.zip"]


def job(state: JobState, part: str = "") -> Job:
    failed = ("It is dark", "Film again.") if state == "failed" else ("", "")
    return Job("j", "analyse", state, part, 0.4, *failed, 1, datetime.now(UTC), "p", None)


@pytest.mark.parametrize(
    ("state", "part", "said", "tone", "again"),
    [
        ("queued", "", "desk.job.waiting", "busy", False),
        ("running", "following", "desk.job.following", "busy", False),
        ("running", "something new", "desk.job.waiting", "busy", False),
        ("failed", "following", "It is dark. Film again.", "refused", True),
    ],
)
@pytest.mark.usefixtures("library")
def test_a_clips_line_follows_its_analysis(
    state: JobState, part: str, said: str, tone: str, again: bool
) -> None:
    made = {"id": "0" * 32, "who": LOCAL.id, "name": "a.mp4", "file": "file.mp4", "size_bytes": 1}
    item = Item(**made, came_at=datetime.now(UTC), state="brought", job_id="j")
    line = lines.line(lines.Shown(item, job(state, part)))
    assert line.words == (text(said) if said.startswith("desk.") else said)
    assert (line.tone, line.again, line.share is None) == (tone, again, again)


def test_an_analysis_is_shown_on_every_page_and_can_be_given_up(
    library: Library, filled: Patient, table: Table
) -> None:
    with library.database.writing() as connection:
        job_id = insert_job(connection, "of a later slumpcv", {}, filled.id)
    app = opened("patient", patient=filled.id)
    assert f"P-1 · {text('desk.job.waiting')}" in [bar.proto.text for bar in app.get("progress")]
    app.button(key=f"cancel_{job_id}").click()
    run(app)
    assert library.jobs(LOCAL) == ()
    assert not app.get("progress")
    app.query_params["at"] = "library"
    run(app)
    assert len(table.column("code")) == 4


def test_guided_tests_of_this_computer_are_taken_over_once(library: Library, filled: Patient) -> None:
    visit = hub.visits().add_test(hub.visits().new("anna", "en"), "right", "camera")
    folder = hub.visits().folder(visit, visit.tests[0])
    other_result(folder.with_name("made"), "9").rename(folder.with_name("put"))
    folder.rmdir()
    folder.with_name("put").rename(folder)
    visit = hub.visits().update_test(visit, 1, analysed=True)
    app = opened("bring", patient=filled.id, guided="yes")
    for count, known in ((1, 0), (0, 1)):
        app.multiselect(key="guided").set_value([f"{visit.id}/1"])
        run(app)
        app.button(key="take_guided").click()
        run(app)
        assert text("desk.guided.taken", count=count, known=known) in words(app)
    sources = [row.source for row in library.search(LOCAL, Query(patient_id=filled.id)).rows]
    assert sources.count("guided") == 1


def test_a_patients_sessions_can_be_compared(filled: Patient) -> None:
    app = opened("patient", patient=filled.id)
    press(app, text("pair.title"))
    assert app.query_params["at"] == "compare"
    said = words(app)
    assert text("pair.lead") in said
    assert "<table>" in said


@pytest.mark.parametrize(
    "query", [{"at": "compare", "a": "gone", "b": "gone"}, {"at": "agreement", "session": "gone"}]
)
def test_a_session_that_is_gone_is_said_and_leads_on(
    library: Library, filled: Patient, query: dict[str, str]
) -> None:
    library.call_oneself("Anna")
    app = opened(**query)
    assert "There is no such session" in words(app)
    if query["at"] == "compare":
        app.selectbox(key="pair_patient").set_value(filled.id).run()
        assert "<table>" in words(app)
    else:
        press(app, text("agreement.back"))
        assert text("agreement.lead") in words(app)


def test_every_patient_can_be_compared_however_old_the_sessions(library: Library, filled: Patient) -> None:
    library.add_patient(LOCAL, "P-0")
    app = opened("compare")
    assert f"{filled.code} · {filled.initials}" in app.selectbox(key="pair_patient").options
    assert "P-0" in app.selectbox(key="pair_patient").options
