"""Sessions measured again: what changed is shown before anything is replaced."""

from __future__ import annotations

import csv
import hashlib
import shutil
from pathlib import Path

import pytest
from batch_case import QUICK, Here, change_method, reanalyze, run, write_tracks
from export_case import ANSWERS

from slumpcv.analysis import analyze_track, with_answers
from slumpcv.batch import engine
from slumpcv.batch.again_dest import DestPlace
from slumpcv.batch.dest import open_dest, session_name, session_path
from slumpcv.batch.dest_local import LocalDest
from slumpcv.batch.ledger import Ledger
from slumpcv.batch.run import Plan, save_plan
from slumpcv.report.tables import write_session_json
from slumpcv.session_file import load_session
from slumpcv.track import load_track

CLIPS = 3


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A batch of three clips, whose files are gone; everything runs in this process."""
    clips = write_tracks(tmp_path / "clips", CLIPS)
    run(tmp_path / "out", [clips], Here())
    save_plan(open_dest(str(tmp_path / "out")), Plan(patterns=(str(clips),), options=QUICK))
    for path in clips.iterdir():
        path.unlink()
    monkeypatch.setattr(engine, "open_engine", lambda *_, **__: Here())
    return tmp_path / "out"


@pytest.fixture
def another_method(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (comes first)
    change_method(monkeypatch)


def differences(out: Path) -> list[dict[str, str]]:
    with (out / "differences.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sessions(out: Path) -> dict[str, str]:
    """The content of each file of all sessions that count."""
    found = sorted(path for path in (out / "sessions").rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def knee(out: Path) -> list[float | None]:
    folders = sorted(path.parent for path in out.glob("sessions/*/*/session.json"))
    held = [load_session(folder).measurements["KNEE_EXTENSION"]["knee_flexion_deg"] for folder in folders]
    return [one.value for one in held]


def test_the_same_method_changes_nothing(out: Path) -> None:
    before = sessions(out)
    said = reanalyze(out).output
    assert f"Sessions measured from their tracks: {CLIPS}, from their clips: 0" in said
    assert "Nothing was replaced" in said
    assert {row["verdict"] for row in differences(out)} == {"same"}
    assert sessions(out) == before


@pytest.mark.usefixtures("another_method")
def test_what_another_method_changes_is_shown_then_replaced(out: Path) -> None:
    before, was = sessions(out), knee(out)
    reanalyze(out)
    changed = [row for row in differences(out) if row["verdict"] != "same"]
    assert {row["measure"] for row in changed} == {"knee_extension"}
    assert [float(row["change"]) for row in changed] == [3.0] * CLIPS
    assert {row["verdict"] for row in changed} == {"within"}, "the error of the knee is larger"
    assert (out / "differences.png").stat().st_size > 10_000
    assert sessions(out) == before
    assert f"Sessions replaced: {CLIPS}" in reanalyze(out, "--apply").output
    assert knee(out) == pytest.approx([(value or 0.0) + 3.0 for value in was])
    assert not list((out / "reanalysis").glob("sessions/*/*")), "nothing is left in the draft"
    with Ledger(open_dest(str(out))) as ledger:
        assert all("99.0" in row.made_by for row in ledger.rows())
        assert len(ledger) == CLIPS
    with (out / "summary.csv").open(newline="") as file:
        summary = [float(row["knee_extension_knee_flexion_deg"]) for row in csv.DictReader(file)]
    assert sorted(summary) == pytest.approx(sorted(value or 0.0 for value in knee(out)), abs=0.01)


@pytest.mark.usefixtures("another_method")
def test_replacing_that_is_cut_off_leaves_each_session_whole_and_goes_on(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, put = LocalDest.put_session, []

    def cut_off(dest: LocalDest, name: str, folder: Path) -> None:
        if dest.root == out and len(put) == 1:
            raise KeyboardInterrupt
        if dest.root == out:
            put.append(name)
        real(dest, name, folder)

    was = knee(out)
    with monkeypatch.context() as patched:
        patched.setattr(LocalDest, "put_session", cut_off)
        with pytest.raises((KeyboardInterrupt, AssertionError)):
            reanalyze(out, "--apply")
    assert sum(value != old for value, old in zip(knee(out), was, strict=True)) == 1
    reanalyze(out, "--apply")
    assert knee(out) == pytest.approx([(value or 0.0) + 3.0 for value in was])


@pytest.mark.usefixtures("another_method")
def test_a_session_that_is_whole_in_the_draft_only_is_put_in_its_place(out: Path) -> None:
    was = knee(out)
    reanalyze(out)
    name = min(open_dest(str(out)).whole())
    shutil.rmtree(out / session_path(name))  # as the program ended while the new one took its place
    assert "1 are whole in the draft only" in reanalyze(out, "--anew").output
    assert (out / "reanalysis" / session_path(name)).is_dir()
    assert f"Sessions replaced: {CLIPS}" in reanalyze(out, "--apply").output
    assert knee(out) == pytest.approx([(value or 0.0) + 3.0 for value in was])


def test_what_was_measured_is_measured_again_when_that_is_asked_for(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Here()
    monkeypatch.setattr(engine, "open_engine", lambda *_, **__: here)
    reanalyze(out)
    reanalyze(out)
    assert len(here.orders) == CLIPS, "the draft is used"
    reanalyze(out, "--anew")
    assert len(here.orders) == 2 * CLIPS


def test_answers_are_taken_along(out: Path) -> None:
    folder = next(out.glob("sessions/*/*"))
    told = with_answers(analyze_track(load_track(folder / "track.npz")), ANSWERS)
    write_session_json(folder / "session.json", told.session)
    reanalyze(out)
    assert {row["verdict"] for row in differences(out)} == {"same"}
    new = load_session(out / "reanalysis" / folder.relative_to(out))
    assert new == told.session
    assert new.outcome is not None


def test_another_model_needs_the_clips(out: Path, tmp_path: Path) -> None:
    dest = open_dest(str(out))

    def ways_of(ledger: Ledger) -> dict[str, str]:
        found = DestPlace(dest, ledger, Plan(patterns=(), options=QUICK)).sessions()
        return {one.name: one.way for one in found}

    with Ledger(dest) as ledger:
        one, other, same = ledger.rows()
        there = tmp_path / "there.mp4"
        there.touch()
        ledger.add(one.model_copy(update={"clip": str(tmp_path / "gone.mp4")}))
        ledger.add(other.model_copy(update={"clip": str(there)}))
        ways = ways_of(ledger)
    # Of a session under several names, any clip that is there will do; a track always does.
    assert set(ways) == {session_name(row.sha256 or "") for row in (one, other, same)}
    assert set(ways.values()) == {"track"}
    with Ledger(dest) as ledger:
        for row in (one, other):
            ledger.add(row.model_copy(update={"session": None}))  # the names that were tracks
        ways = ways_of(ledger)
    assert [ways[session_name(row.sha256 or "")] for row in (one, other, same)] == ["gone", "clip", "track"]
    said = reanalyze(out, code=1).output
    assert "from their tracks: 1, from their clips: 1" in said
    assert "1 stay as they are" in said
    assert "gone.mp4\n" in said
    assert "there.mp4" in said, "an empty file is no clip, and is named"
