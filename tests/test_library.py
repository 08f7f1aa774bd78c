"""Patients and sessions in the library, on both databases."""

from __future__ import annotations

import stat
import threading
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from library_case import ADMIN, THERAPIST, State, other_result, patient_person, result_folder
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from slumpcv.errors import InputError
from slumpcv.library.audit import AuditQuery
from slumpcv.library.database import SCHEMA, Database
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.models import Base
from slumpcv.library.search import SORTED_BY
from slumpcv.library.terms import Conflict, NotFound, Query, Sort
from slumpcv.session_file import load_session

# How a name could get in: it must not come out again anywhere.
NAMED = "Erika_Mustermann"


def brought(library: Library, folder: Path | None = None, code: str = "P-1") -> tuple[str, str]:
    """A patient with one session."""
    patient = library.add_patient(THERAPIST, code)
    found = bring(library, THERAPIST, folder or result_folder(), patient.id)
    assert found.session_id is not None
    return patient.id, found.session_id


def test_a_session_is_listed_with_what_its_result_says(library: Library) -> None:
    patient = library.add_patient(THERAPIST, " P-7 ", "E M", "Knee, Tuesdays")
    found = bring(library, THERAPIST, result_folder(), patient.id, "right", date(2026, 3, 4))
    row = library.session(THERAPIST, found.session_id or "")
    session = load_session(result_folder())
    assert (row.code, row.initials, row.label, row.day) == ("P-7", "E M", "Knee, Tuesdays", date(2026, 3, 4))
    assert (row.side, row.usable, row.isolation) == ("right", True, session.isolation.status)
    assert session.outcome is not None
    assert row.outcome == session.outcome.code
    assert row.knee_deg == session.measurements["KNEE_EXTENSION"]["knee_flexion_deg"].value
    assert row.head_lift_deg == session.isolation.head_lift_deg
    assert (row.status, row.corrections, row.source, row.has_clip) == ("new", 0, "folder", False)
    assert row.created_at.tzinfo == UTC
    assert (library.folder(THERAPIST, row.id) / "track.npz").is_file()


def test_the_same_result_is_recognised_as_folder_and_as_zip(library: Library) -> None:
    patient_id, session_id = brought(library)
    again = bring(library, THERAPIST, result_folder() / "export" / "slumpcv.zip", patient_id)
    assert (again.session_id, again.already) == (session_id, True)
    assert library.search(THERAPIST, Query()).total == 1


def test_a_session_of_the_other_leg_is_refused(library: Library) -> None:
    patient = library.add_patient(THERAPIST, "P-1")
    with pytest.raises(InputError, match="right leg"):
        bring(library, THERAPIST, result_folder(), patient.id, "left")
    assert library.search(THERAPIST, Query()).total == 0


def test_what_is_no_result_leaves_nothing(library: Library, tmp_path: Path) -> None:
    patient = library.add_patient(THERAPIST, "P-1")
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes((result_folder() / "export" / "slumpcv.zip").read_bytes()[:-3000])
    for path in (damaged, tmp_path, tmp_path / "none.zip"):
        with pytest.raises(InputError):
            bring(library, THERAPIST, path, patient.id)
    assert files_of(library) == []


def test_no_name_of_a_file_gets_into_the_library(library: Library, tmp_path: Path) -> None:
    folder = other_result(tmp_path / NAMED, "1")
    (folder / f"{NAMED}.txt").write_text(NAMED)
    brought(library, folder)
    assert not [name for name in files_of(library) if NAMED in name]
    with library.database.reading() as connection:
        for table in Base.metadata.sorted_tables:
            assert NAMED not in str(connection.execute(table.select()).all())


def files_of(library: Library) -> list[str]:
    root = library.store.scratch.parent / "sessions"
    return [str(path) for path in root.rglob("*")] + [str(path) for path in library.store.scratch.iterdir()]


def test_search_finds_by_each_field(library: Library) -> None:
    patient_id, session_id = brought(library, code="Ärztin-100%")
    library.set_note(THERAPIST, session_id, "pulls in the CALF")
    library.tag(THERAPIST, session_id, "Study_A")
    row = library.session(THERAPIST, session_id)
    found = [
        {"text": "ÄRZTIN calf"},
        {"text": "study_a 100%"},
        {"side": "right"},
        {"status": "new"},
        {"outcome": row.outcome},
        {"tag": "Study_A"},
        {"patient_id": patient_id},
        {"day_from": row.day, "day_to": row.day},
    ]
    missed = [
        {"text": "ärztin thigh"},
        {"text": "study-a"},
        {"text": "1_0"},
        {"side": "left"},
        {"status": "signed"},
        {"outcome": "BLOCKED"},
        {"tag": "Study"},
        {"patient_id": "x"},
        {"day_to": date(2020, 1, 1)},
        {"day_from": date(2999, 1, 1)},
    ]
    assert {f.name for f in fields(Query)} - {"sort", "descending", "offset", "limit"} == {
        name for asked in found for name in asked
    }
    assert [library.search(THERAPIST, Query(**asked)).total for asked in found] == [1] * len(found)
    assert [library.search(THERAPIST, Query(**asked)).total for asked in missed] == [0] * len(missed)


def test_search_sorts_and_pages(library: Library, tmp_path: Path) -> None:
    ids = []
    for number, code in enumerate(["b", "C", "a"]):
        patient = library.add_patient(THERAPIST, code)
        folder = other_result(tmp_path / code, str(number))
        day = date(2026, 1, 3 - number)
        ids.append(bring(library, THERAPIST, folder, patient.id, day=day).session_id)
    with library.database.writing() as connection:
        connection.execute(text("UPDATE session SET knee_deg = NULL WHERE id = :id"), {"id": ids[0]})

    def codes(**asked: object) -> str:
        return "".join(row.code for row in library.search(THERAPIST, Query(**asked)).rows)  # type: ignore[arg-type]

    assert codes(sort="code", descending=False) == "abC"
    assert codes(sort="day") == "bCa"
    assert codes(sort="knee", descending=True)[-1] == codes(sort="knee", descending=False)[-1] == "b"
    page = library.search(THERAPIST, Query(sort="code", descending=False, offset=1, limit=1))
    assert [row.code for row in page.rows] == ["b"]
    assert page.total == 3
    for sort in get_args(Sort):
        assert len(codes(sort=sort)) == 3
    assert set(get_args(Sort)) == SORTED_BY.keys()


def test_tags_come_and_go(library: Library) -> None:
    _, session_id = brought(library)
    for name in ("b", "a", " a "):
        library.tag(THERAPIST, session_id, name)
    assert library.session(THERAPIST, session_id).tags == ("a", "b")
    assert library.tags(THERAPIST) == {"a": 1, "b": 1}
    library.untag(THERAPIST, session_id, "a")
    assert library.search(THERAPIST, Query()).rows[0].tags == ("b",)
    with pytest.raises(InputError, match="needs a word"):
        library.tag(THERAPIST, session_id, " ")


def test_codes_are_unique_until_deleted(library: Library) -> None:
    patient_id, _ = brought(library)
    with pytest.raises(InputError, match="already"):
        library.add_patient(THERAPIST, "P-1")
    library.delete_patient(THERAPIST, patient_id)
    assert library.add_patient(THERAPIST, "P-1").code == "P-1"
    with pytest.raises(InputError, match="needs a code"):
        library.add_patient(THERAPIST, "  ")


def test_corrections_stand_beside_the_result(library: Library) -> None:
    _, session_id = brought(library)
    before = library.session(THERAPIST, session_id)
    session = load_session(result_folder())
    assert session.outcome is not None
    corrected = session.model_copy(
        update={"outcome": session.outcome.model_copy(update={"code": "UNCHANGED"})}
    )
    first = library.correct(
        THERAPIST, session_id, "edge", State(note="1"), "saw it", after=0, result=corrected
    )
    library.correct(THERAPIST, session_id, "undo", State(note="2"))
    found = library.corrections(THERAPIST, session_id)
    assert [c.number for c in found] == [1, 2]
    assert (found[0], found[0].made_by, found[1].state["note"]) == (first, "Dr T", "2")
    row = library.session(THERAPIST, session_id)
    assert (row.outcome, row.corrected_outcome, row.corrections) == (before.outcome, "UNCHANGED", 2)
    assert library.search(THERAPIST, Query(outcome="UNCHANGED")).total == 1
    assert library.search(THERAPIST, Query(outcome=before.outcome)).total == 0
    with pytest.raises(Conflict):
        library.correct(THERAPIST, session_id, "edge", State(), after=1)


@pytest.mark.parametrize("table", ["correction", "rating", "audit"])
def test_rows_that_say_who_did_what_cannot_be_changed(library: Library, table: str) -> None:
    _, session_id = brought(library)
    library.correct(THERAPIST, session_id, "edge", State())
    library.rate(THERAPIST, session_id, State())
    with (
        pytest.raises(DBAPIError, match="stay as they were written"),
        library.database.writing() as connection,
    ):
        connection.execute(text(f"UPDATE {table} SET id = id"))
    if table == "audit":
        for statement in ("DELETE FROM audit", "TRUNCATE audit"):
            if statement.startswith("TRUNCATE") and library.database.is_sqlite:
                continue
            with (
                pytest.raises(DBAPIError, match="stay as they were written"),
                library.database.writing() as connection,
            ):
                connection.execute(text(statement))


def test_the_newest_rating_of_each_rater_counts(library: Library) -> None:
    _, session_id = brought(library)
    for rater, note in (("A", "1"), ("B", "2"), ("A", "3")):
        library.rate(THERAPIST, session_id, State(note=note), "UNCHANGED", rater)
    found = {r.rater: r.state["note"] for r in library.ratings(THERAPIST, session_id)}
    assert found == {"A": "3", "B": "2"}
    assert len(library.ratings(THERAPIST)) == 2


def test_deleting_a_session_removes_files_rows_and_the_empty_visit(library: Library) -> None:
    patient_id, session_id = brought(library)
    library.tag(THERAPIST, session_id, "a")
    library.correct(THERAPIST, session_id, "edge", State())
    library.delete_session(THERAPIST, session_id)
    assert files_of(library) == []
    assert library.visits(THERAPIST, patient_id) == ()
    with pytest.raises(NotFound):
        library.session(THERAPIST, session_id)
    left = rows_left(library)
    assert set(left) == {"patient", "audit"}
    again = bring(library, THERAPIST, result_folder(), patient_id)
    assert again.session_id is not None
    assert not again.already


def test_a_session_brought_under_a_wrong_day_goes_to_the_right_one(library: Library, tmp_path: Path) -> None:
    patient_id, first = brought(library)
    second = bring(library, THERAPIST, other_result(tmp_path / "r", "1"), patient_id).session_id or ""
    right = date(2026, 3, 4)
    library.set_day(THERAPIST, first, right)
    assert library.session(THERAPIST, first).day == right
    assert len(library.visits(THERAPIST, patient_id)) == 2
    library.set_day(THERAPIST, second, right)
    (visit,) = library.visits(THERAPIST, patient_id)
    assert visit.day == right
    library.set_visit_note(THERAPIST, visit.id, "with pain")
    library.set_day(THERAPIST, first, date(2026, 3, 5))
    library.set_day(THERAPIST, second, date(2026, 3, 5))
    notes = [one.note for one in library.visits(THERAPIST, patient_id)]
    assert notes == ["", "with pain"], "a noted one stays"
    noted = [entry.action for entry in library.audit_entries(ADMIN, AuditQuery()).entries]
    assert noted.count("set_day") == 4


def test_deleting_a_patient_removes_everything_but_the_audit_log(library: Library) -> None:
    patient_id, session_id = brought(library)
    library.set_visit_note(THERAPIST, library.visits(THERAPIST, patient_id)[0].id, "note")
    library.rate(THERAPIST, session_id, State())
    assert library.delete_patient(THERAPIST, patient_id) == 1
    assert set(rows_left(library)) == {"audit"}
    assert files_of(library) == []


def rows_left(library: Library) -> dict[str, int]:
    with library.database.reading() as connection:
        counts = {
            table.name: len(connection.execute(table.select()).all()) for table in Base.metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def test_a_note_of_the_audit_log_goes_with_each_change_and_view(library: Library) -> None:
    _, session_id = brought(library)
    for _ in range(3):  # a page runs again with every click
        library.session(THERAPIST, session_id)
    library.set_status(THERAPIST, session_id, "reviewed")
    library.set_status(THERAPIST, session_id, "reviewed")
    library.delete_session(THERAPIST, session_id)
    with library.database.reading() as connection:
        rows = connection.execute(text("SELECT who, action, session_id FROM audit ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [
        ("t1", "add_patient", None),
        ("t1", "import", session_id),
        ("t1", "view", session_id),
        ("t1", "set_status", session_id),
        ("t1", "delete", session_id),
    ]


def test_a_patient_does_not_see_what_therapists_noted(library: Library) -> None:
    patient_id, session_id = brought(library)
    library.change_patient(THERAPIST, patient_id, "P-1", label="secret")
    library.set_note(THERAPIST, session_id, "secret")
    library.tag(THERAPIST, session_id, "secret")
    who = patient_person(patient_id)
    row = library.session(who, session_id)
    assert "secret" not in str((row, library.patients(who), library.visits(who, patient_id)))
    assert library.search(who, Query(text="secret")).total == library.search(who, Query(text="P-1")).total - 1
    assert library.search(THERAPIST, Query(text="secret")).total == 1


def test_twenty_threads_write_at_once(library: Library) -> None:
    _, session_id = brought(library)
    failed: list[Exception] = []

    def work(number: int) -> None:
        try:
            for _ in range(5):
                library.correct(ADMIN, session_id, "edge", State(note=str(number)))
                library.search(ADMIN, Query())
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [c.number for c in library.corrections(ADMIN, session_id)] == list(range(1, 101))


def test_the_tables_are_those_of_the_models(library: Library) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with library.database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == SCHEMA
        assert inspect(connection).has_table("audit")


def test_a_database_of_a_newer_program_is_refused(library: Library, database_url: str) -> None:
    with library.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match="newer slumpcv"):
        Database(database_url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody@127.0.0.1:9/none", "cannot be used"),
        ("mysql://x/y", "kind 'mysql'"),
        ("nonsense", "not the address"),
        ("sqlite://", "memory"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_sentence(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        Library.open(url, data=tmp_path)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(InputError, match="damaged"):
        Library.open(data=tmp_path)


def test_folders_and_database_are_for_the_user_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    library = Library.open(data=data)
    _, session_id = brought(library)
    folders = [path for path in (data, *data.rglob("*")) if path.is_dir()]
    assert library.folder(THERAPIST, session_id) in folders
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert stat.S_IMODE((data / "library.db").stat().st_mode) == 0o600
    assert Library.open(data=data) is library
    library.close()


def test_times_without_a_zone_are_refused(library: Library) -> None:
    from slumpcv.library.models import PatientTable

    values = {"id": "x", "code": "x", "initials": "", "label": "", "created_at": datetime(2026, 1, 1)}
    with pytest.raises(Exception, match="time zone"), library.database.writing() as connection:
        connection.execute(PatientTable.__table__.insert().values(**values))  # type: ignore[attr-defined]
    assert replace(Query(), text="x").text == "x"
