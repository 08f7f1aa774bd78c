"""Sessions of the library measured again: what changed is shown first, and what people added is kept."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest
from batch_case import Here, change_method, reanalyze
from export_case import ANSWERS, drawn_analysis
from library_case import other_result, result_folder
from test_library_handing import SAMPLE

from slumpcv import cli_library_parts
from slumpcv.analysis import write_data
from slumpcv.answers import Responses
from slumpcv.batch import engine, task
from slumpcv.corrections import Corrections
from slumpcv.errors import InputError
from slumpcv.library.again import library_place
from slumpcv.library.audit import AuditQuery
from slumpcv.library.intake import bring
from slumpcv.library.terms import LOCAL, NotAllowed, Person, Query
from slumpcv.replay import REPLAY
from slumpcv.report.tables import write_session_json
from slumpcv.review.apply import apply
from slumpcv.session_file import load_session

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.library.library import Library
    from slumpcv.library.terms import SessionRow

NOTHING_FELT = Corrections(marks=(), responses=Responses())
PLAIN, CORRECTED, SIGNED, SHOWN = range(4)


@pytest.fixture
def ids(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Four sessions: as it came, corrected, signed, and a demonstration; everything runs in this process."""
    patient = library.add_patient(LOCAL, "P-1")
    found = []
    for number in range(4):
        folder = other_result(tmp_path / f"r{number}", str(number))
        for name in ("report.pdf", "timeline.png"):  # which take long to make
            (folder / name).unlink()
        if number == SHOWN:
            shown = load_session(folder).model_copy(update={"demonstration": True})
            write_session_json(folder / "session.json", shown)
        found.append(bring(library, LOCAL, folder, patient.id).session_id or "")
    corrected = apply(drawn_analysis(), NOTHING_FELT, ANSWERS).session
    library.correct(LOCAL, found[CORRECTED], "marks", NOTHING_FELT, result=corrected)
    library.sign(LOCAL, found[SIGNED], result_folder() / "report.pdf")
    library.set_note(LOCAL, found[PLAIN], "a note")
    library.tag(LOCAL, found[PLAIN], "study")
    library.set_status(LOCAL, found[PLAIN], "reviewed")
    monkeypatch.setattr(cli_library_parts, "open_library", lambda: library)
    monkeypatch.setattr(engine, "open_engine", lambda *_, **__: Here())
    return found


def rows(library: Library) -> dict[str, SessionRow]:
    return {row.id: row for row in library.search(LOCAL, Query()).rows}


def files(library: Library, session_id: str) -> dict[str, bytes]:
    folder = library.folder(LOCAL, session_id)
    return {name: (folder / name).read_bytes() for name in library.store.names(session_id)}


def waiting(library: Library) -> set[str]:
    return {path.name for path in (library.data / "reanalysis").glob("sessions/*/*")}


def replaced(library: Library) -> list[str | None]:
    entries = library.audit_entries(LOCAL, AuditQuery(action="reanalyze")).entries
    return sorted(entry.session_id for entry in entries if entry.session_id)


def test_nothing_is_replaced_before_it_is_asked_for_and_what_people_added_is_kept(
    library: Library, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_method(monkeypatch)
    before = rows(library), [files(library, one) for one in ids]
    said = reanalyze("--library").output
    assert "from their tracks: 3, from their clips: 0" in said
    assert "Signed, and staying as they are: 1" in said
    with (library.data / "reanalysis" / "differences.csv").open(newline="", encoding="utf-8") as file:
        changed = [row for row in csv.DictReader(file) if row["verdict"] != "same"]
    assert {row["session"] for row in changed} == {ids[PLAIN], ids[CORRECTED], ids[SHOWN]}
    assert {(row["measure"], float(row["change"])) for row in changed} == {
        ("knee_extension", 3.0),
        ("corrected_knee_extension", 3.0),
    }
    assert (rows(library), [files(library, one) for one in ids]) == before
    assert replaced(library) == []

    assert "Sessions replaced: 3" in reanalyze("--library", "--apply").output
    after, old = rows(library), before[0]
    for one in (ids[PLAIN], ids[CORRECTED], ids[SHOWN]):
        session = load_session(library.folder(LOCAL, one))
        assert session.software.slumpcv == after[one].software == "99.0"
        assert after[one].knee_deg == pytest.approx((old[one].knee_deg or 0.0) + 3.0)
        assert (after[one].outcome, after[one].side) == (old[one].outcome, old[one].side)
        assert session.responses is not None
    assert load_session(library.folder(LOCAL, ids[SHOWN])).demonstration
    assert after[ids[SIGNED]] == old[ids[SIGNED]]
    assert files(library, ids[SIGNED]) == before[1][SIGNED]
    plain = after[ids[PLAIN]]
    assert (plain.note, plain.tags, plain.status) == ("a note", ("study",), "reviewed")
    corrected = after[ids[CORRECTED]]
    assert corrected.corrected_knee_deg == pytest.approx(corrected.knee_deg)
    assert corrected.corrected_outcome != corrected.outcome, "it follows from the corrections"
    assert corrected.corrected_outcome == old[ids[CORRECTED]].corrected_outcome
    (kept,) = library.corrections(LOCAL, ids[CORRECTED])
    assert Corrections.model_validate(dict(kept.state)) == NOTHING_FELT
    assert load_session(library.folder(LOCAL, ids[CORRECTED])).review is None
    assert replaced(library) == sorted([ids[PLAIN], ids[CORRECTED], ids[SHOWN]])
    assert waiting(library) == set()
    again = bring(library, LOCAL, library.data.parent / "r0", plain.patient_id)
    assert again.already, "what was brought is still known"


def test_the_draft_is_gone_on_with_but_not_past_a_correction(
    library: Library, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_method(monkeypatch)
    here = Here()
    monkeypatch.setattr(engine, "open_engine", lambda *_, **__: here)
    reanalyze("--library")
    reanalyze("--library")
    assert len(here.orders) == 3
    library.correct(LOCAL, ids[PLAIN], "marks", NOTHING_FELT, result=drawn_analysis().session)
    reanalyze("--library", "--apply")
    assert [order.again.name for order in here.orders[3:]] == [ids[PLAIN]]
    assert rows(library)[ids[PLAIN]].corrected_outcome == rows(library)[ids[CORRECTED]].corrected_outcome


def test_what_is_corrected_or_signed_meanwhile_stays_as_it_is(
    library: Library, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_method(monkeypatch)
    real = library.replace_session

    def meanwhile(who: Person, session_id: str, new: object) -> None:
        if session_id == ids[PLAIN]:
            library.sign(who, session_id, result_folder() / "report.pdf")
        if session_id == ids[CORRECTED]:
            library.correct(who, session_id, "undo", Corrections())
        if session_id == ids[SHOWN]:
            library.delete_session(who, session_id)
        real(who, session_id, new)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "replace_session", meanwhile)
    before = [files(library, one) for one in (ids[PLAIN], ids[CORRECTED])]
    said = reanalyze("--library", "--apply", code=1).output
    assert f"{ids[PLAIN]} (P-1) stays as it is" in said
    assert "Sessions replaced: 0" in said
    after = [files(library, one) for one in (ids[PLAIN], ids[CORRECTED])]
    after[0] = {name: content for name, content in after[0].items() if not name.startswith("signed/")}
    assert after == before
    assert ids[SHOWN] not in waiting(library), "what was deleted is in no draft either"


def test_another_model_needs_the_recording(library: Library, ids: list[str]) -> None:
    library.store.put(ids[SHOWN], "recording.mp4", SAMPLE)
    said = reanalyze("--library", "--model", "full", code=1).output
    assert "from their tracks: 0, from their clips: 1" in said
    assert "2 stay as they are" in said
    assert f"{ids[PLAIN]} (P-1)\n" in said
    assert "is another clip now" in said, "the sample is not what the session was made of"


def test_pictures_of_the_report_come_from_the_copy_for_looking_at(
    library: Library, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        task.Job,
        "_write",
        lambda _, analysis, folder, path: asked.append(path) or write_data(folder, analysis),
    )
    library.store.put(ids[PLAIN], REPLAY, SAMPLE)
    library.store.put(ids[PLAIN], "report.pdf", result_folder() / "report.pdf")
    reanalyze("--library")
    assert sorted(path.name for path in asked) == [REPLAY, "track.npz", "track.npz"]


def test_a_session_whose_files_are_damaged_is_named(library: Library, ids: list[str]) -> None:
    folder = library.folder(LOCAL, ids[PLAIN])
    (folder / "session.json").write_text("{}")
    (library.folder(LOCAL, ids[SHOWN]) / "track.npz").unlink()
    said = reanalyze("--library", "--apply", code=1).output
    assert f"{ids[PLAIN]} (P-1): " in said
    assert f"{ids[SHOWN]} (P-1): " in said
    assert "Sessions replaced: 1" in said
    assert (folder / "session.json").read_text() == "{}"


def test_one_program_at_a_time_and_only_an_admin_may(library: Library, ids: list[str]) -> None:
    assert ids
    with library_place(library, LOCAL) as place:
        with pytest.raises(InputError, match="Another program"):
            reanalyze("--library")
        place.sessions()
    with library_place(library, Person("t", "", "therapist")) as place, pytest.raises(NotAllowed):
        place.sessions()


def test_either_a_destination_or_the_library() -> None:
    reanalyze(code=2)
    reanalyze("somewhere", "--library", code=2)


def test_what_waits_of_a_session_that_is_gone_is_removed(
    library: Library, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_method(monkeypatch)
    reanalyze("--library")
    assert ids[PLAIN] in waiting(library)
    library.delete_session(LOCAL, ids[PLAIN])
    assert ids[PLAIN] not in waiting(library)
    other = library.data / "reanalysis" / "sessions" / ids[CORRECTED][:2] / ids[CORRECTED]
    shutil.copytree(other, library.data / "reanalysis" / "sessions" / "xy" / "xyz")  # deleted elsewhere
    reanalyze("--library")
    assert waiting(library) == {ids[CORRECTED], ids[SHOWN]}
