"""Signing, exporting, backup and restore, on both databases."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from library_case import ADMIN, THERAPIST, State, other_result, result_folder
from servers import new_database
from sqlalchemy import text

from slumpcv.errors import InputError
from slumpcv.library.audit import AuditQuery
from slumpcv.library.backup import backup
from slumpcv.library.dump import TABLES
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.restoring import restore
from slumpcv.library.terms import Conflict, NotFound, Query

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = Path(__file__).parents[1] / "samples" / "right_plain.mp4"


def report(folder: Path, words: str) -> Path:
    path = folder / "report.pdf"
    path.write_bytes(b"%PDF-1.7 " + words.encode())
    return path


def session_in(library: Library) -> tuple[str, str]:
    patient = library.add_patient(THERAPIST, "P-1")
    return patient.id, bring(library, THERAPIST, result_folder(), patient.id).session_id or ""


def test_a_signed_report_is_frozen_and_a_correction_asks_for_a_new_version(
    library: Library, tmp_path: Path
) -> None:
    _, session_id = session_in(library)
    first = library.sign(THERAPIST, session_id, report(tmp_path, "one"), after=0)
    assert (first.version, first.made_by, first.corrections) == (1, "Dr T", 0)
    assert first.sha256 == hashlib.sha256(b"%PDF-1.7 one").hexdigest()
    assert library.sign(THERAPIST, session_id, report(tmp_path, "one")) == first, "signed twice is once"
    assert library.session(THERAPIST, session_id).status == "signed"
    library.correct(THERAPIST, session_id, "edge", State())
    assert library.session(THERAPIST, session_id).status == "reviewed"
    with pytest.raises(Conflict):
        library.sign(THERAPIST, session_id, report(tmp_path, "two"), after=0)
    second = library.sign(THERAPIST, session_id, report(tmp_path, "two"), after=1)
    assert (second.version, second.corrections) == (2, 1)
    assert library.signed(THERAPIST, session_id) == (first, second)
    assert library.signed_report(THERAPIST, session_id, 1) == b"%PDF-1.7 one"
    assert library.signed_report(THERAPIST, session_id, 2) == b"%PDF-1.7 two"
    stored = library.folder(THERAPIST, session_id) / "signed"
    assert len(list(stored.iterdir())) == 2, "what was not signed after all is gone"
    (stored / first.artefact.partition("/")[2]).write_bytes(b"%PDF-1.7 forged")
    with pytest.raises(InputError, match="not the one that was signed"):
        library.signed_report(THERAPIST, session_id, 1)
    with pytest.raises(NotFound):
        library.signed_report(THERAPIST, session_id, 3)


def test_only_a_report_makes_a_session_signed(library: Library, tmp_path: Path) -> None:
    _, session_id = session_in(library)
    with pytest.raises(InputError, match="Sign the report"):
        library.set_status(THERAPIST, session_id, "signed")
    with pytest.raises(InputError, match="no PDF"):
        library.sign(THERAPIST, session_id, result_folder() / "session.json")
    with pytest.raises(InputError, match="cannot be read"):
        library.sign(THERAPIST, session_id, tmp_path / "none.pdf")


def test_everything_about_one_patient_is_exported(library: Library, tmp_path: Path) -> None:
    patient_id, session_id = session_in(library)
    other = library.add_patient(THERAPIST, "OTHER")
    bring(library, THERAPIST, other_result(tmp_path / "other", "1"), other.id)
    bring(library, THERAPIST, SAMPLE, patient_id)
    library.tag(THERAPIST, session_id, "Ä")
    library.correct(THERAPIST, session_id, "edge", State(note="mine"))
    library.rate(THERAPIST, session_id, State())
    library.sign(THERAPIST, session_id, result_folder() / "report.pdf")
    account = library.add_account("iss", "sub", "Pat")
    library.set_role(ADMIN, account.id, "patient", patient_id)
    target = library.export_patient(THERAPIST, patient_id, tmp_path / "p.zip")
    with zipfile.ZipFile(target) as packed:
        assert packed.testzip() is None
        rows = json.loads(packed.read("patient.json"))["rows"]
        names = [name for name in packed.namelist() if name.startswith("files/")]
    assert {name: len(found) for name, found in rows.items() if name != "audit"} == {
        "patient": 1,
        "visit": 1,
        "session": 1,
        "tag": 1,
        "correction": 1,
        "rating": 1,
        "signed": 1,
        "account": 1,
        "job": 1,
    }
    assert rows["correction"][0]["state"]["note"] == "mine"
    assert {entry["patient_id"] for entry in rows["audit"]} == {patient_id}
    stored = library.store.names(session_id) + library.store.names(rows["job"][0]["session_id"])
    assert sorted(name.split("/", 2)[2] for name in names) == sorted(stored)
    assert other.id not in str(rows)


def snapshot(library: Library) -> dict[str, list[object]]:
    with library.database.reading() as connection:
        rows = {
            table.name: sorted(map(repr, (dict(r) for r in connection.execute(table.select()).mappings())))
            for table in TABLES
            if table.name != "audit"
        }
    ids = [path.name for path in (library.store.scratch.parent / "sessions").iterdir()]
    files = {
        f"{one}/{name}": (library.store.folder(one) / name).read_bytes()
        for one in ids
        for name in library.store.names(one)
    }
    return {**rows, "files": sorted(files.items())}


@pytest.fixture
def full(library: Library, tmp_path: Path) -> Library:
    """A library with something in each table."""
    patient_id, session_id = session_in(library)
    bring(library, THERAPIST, other_result(tmp_path / "two", "2"), patient_id)
    bring(library, THERAPIST, SAMPLE, patient_id)
    library.tag(THERAPIST, session_id, "Ä")
    library.correct(THERAPIST, session_id, "edge", State(note="mine"))
    library.rate(THERAPIST, session_id, State(), "UNCHANGED")
    library.sign(THERAPIST, session_id, result_folder() / "report.pdf")
    library.add_account("iss", "sub", "Pat")
    return library


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_backup_restores_everything_into_either_database(
    full: Library, into: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    copied = backup(full, ADMIN, tmp_path / "b.zip")
    assert (copied.patients, copied.sessions, copied.missing) == (1, 2, ())
    url = None if into == "sqlite" else new_database(request.getfixturevalue("postgres_server"))
    empty = Library.open(url, data=tmp_path / "restored")
    shares: list[float] = []
    assert restore(empty, ADMIN, tmp_path / "b.zip", shares.append) == copied
    assert shares[-1] == 1
    assert snapshot(empty) == snapshot(full)
    everything = AuditQuery(limit=None)
    before = [e for e in full.audit_entries(ADMIN, everything).entries if e.action not in ("backup", "audit")]
    empty.set_note(THERAPIST, empty.search(THERAPIST, Query()).rows[0].id, "new")
    after = empty.audit_entries(ADMIN, everything).entries
    assert [e.action for e in after[: -len(before)]] == ["note", "list", "restore"]
    assert list(after[-len(before) :]) == before, "the log goes on where it was"
    with pytest.raises(InputError, match="not empty"):
        restore(empty, ADMIN, tmp_path / "b.zip")
    empty.close()


def test_a_running_job_is_begun_anew_after_a_restore(full: Library, tmp_path: Path) -> None:
    assert full.take_job(("analyse",)) is not None
    backup(full, ADMIN, tmp_path / "b.zip")
    empty = Library.open(data=tmp_path / "restored")
    restore(empty, ADMIN, tmp_path / "b.zip")
    assert [job.state for job in empty.jobs(THERAPIST)] == ["queued"]
    empty.close()


def test_a_backup_says_which_files_are_missing(full: Library, tmp_path: Path) -> None:
    session_id = full.search(THERAPIST, Query(sort="created")).rows[0].id
    shutil.rmtree(full.store.folder(session_id))
    assert backup(full, ADMIN, tmp_path / "b.zip").missing == (session_id,)


def test_what_is_deleted_during_a_backup_is_not_in_it(
    full: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = full.search(THERAPIST, Query(sort="created")).rows[0].id
    names = type(full.store).names
    deleted: list[str] = []

    def delete_first(store: object, wanted: str) -> list[str]:
        if not deleted:
            deleted.append(session_id)
            full.delete_session(THERAPIST, session_id)
        return names(store, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(type(full.store), "names", delete_first)
    copied = backup(full, ADMIN, tmp_path / "b.zip")
    assert (copied.sessions, copied.missing) == (1, ())
    empty = Library.open(data=tmp_path / "restored")
    restore(empty, ADMIN, tmp_path / "b.zip")
    assert session_id not in {row.id for row in empty.search(THERAPIST, Query()).rows}
    empty.close()


def changed(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a zip file with some of its contents changed, or left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("track.npz is not what it was", lambda n, c: c[:-1] if n.endswith("track.npz") else c),
        ("signed.jsonl", lambda n, c: None if n == "rows/signed.jsonl" else c),
        ("manifest.json", lambda n, c: None if n == "manifest.json" else c),
        ("not a name", lambda n, c: c.replace(b"/track.npz", b"/../../x") if n == "manifest.json" else c),
        ("schema 9999", lambda n, c: c.replace(b'"0001"', b'"9999"') if n == "manifest.json" else c),
    ],
)
def test_a_backup_that_is_not_whole_restores_nothing(
    full: Library, tmp_path: Path, words: str, change: Callable[[str, bytes], bytes | None]
) -> None:
    backup(full, ADMIN, tmp_path / "b.zip")
    empty = Library.open(data=tmp_path / "restored")
    bad = changed(tmp_path / "b.zip", tmp_path / "bad.zip", change)
    with pytest.raises(InputError, match=words):
        restore(empty, ADMIN, bad)
    assert list((empty.store.scratch.parent / "sessions").iterdir()) == []
    with empty.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pending")) == 0
    restore(empty, ADMIN, tmp_path / "b.zip")
    empty.close()


def test_what_is_no_backup_is_a_sentence(library: Library, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing")
    for name in ("x.zip", "none.zip"):
        with pytest.raises(InputError):
            restore(library, ADMIN, tmp_path / name)
