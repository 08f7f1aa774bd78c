"""Clips and other work in the background, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from export_case import drawn_analysis
from library_case import THERAPIST
from sqlalchemy import update

from slumpcv.batch import recording
from slumpcv.errors import InputError
from slumpcv.language import later, speaking
from slumpcv.library import clips, jobs
from slumpcv.library.intake import bring, bring_all
from slumpcv.library.models import JobTable
from slumpcv.library.presence import Presence
from slumpcv.library.terms import Conflict, NotFound, Query
from slumpcv.library.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.library.library import Library

SAMPLE = Path(__file__).parents[1] / "samples" / "right_plain.mp4"
LONGEST_WAIT_S = 30


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, in_here: None) -> list[Any]:  # noqa: ARG001
    """Analyses that take no time; gives what each was asked for."""
    asked: list[Any] = []

    def analyze(clip: Path, side: Any, progress: Any, **_: Any) -> Any:
        asked.append((clip.read_bytes()[:8], side))
        progress(0.5)
        return drawn_analysis()

    def write_replay(_clip: Path, replay: Path, progress: Any) -> None:
        progress(0.5)
        replay.write_bytes(b"replay")

    monkeypatch.setattr("slumpcv.analysis.analyze", analyze)
    monkeypatch.setattr(recording, "write_replay", write_replay)
    return asked


def with_clip(library: Library, path: Path = SAMPLE) -> tuple[str, str]:
    patient = library.add_patient(THERAPIST, "P-1")
    found = bring(library, THERAPIST, path, patient.id, "right")
    assert found.session_id is None
    assert found.job_id is not None
    return patient.id, found.job_id


@pytest.fixture
def other(library: Library, tmp_path: Path) -> Iterator[Library]:
    """The same library as another process has it open."""
    running = library.presence.folder
    another = type(library)(library.database, library.store, Presence(running), tmp_path)
    yield another
    another.presence.leave()


def files_of(library: Library) -> list[str]:
    root = library.store.scratch.parent / "sessions"
    return sorted(path.name for path in root.rglob("*"))


def test_a_clip_becomes_a_session(library: Library, quick: list[Any]) -> None:
    patient_id, job_id = with_clip(library)
    assert library.search(THERAPIST, Query()).total == 0
    assert [job.state for job in library.jobs(THERAPIST)] == ["queued"]
    told: list[tuple[str, float]] = []
    work = Work(library)
    assert work.run_one(lambda part, share: told.append((part, share)))
    assert not work.run_one()
    assert quick[0][1] == "right"
    assert (told[0], told[-1]) == (("following", 0.0), ("writing", 1.0))
    assert [share for _, share in told] == sorted(share for _, share in told)
    job = library.job(THERAPIST, job_id)
    row = library.session(THERAPIST, job.session_id or "")
    assert (job.state, row.source, row.has_clip, row.side) == ("done", "clip", True, "right")
    names = {path.name for path in library.folder(THERAPIST, row.id).iterdir()}
    assert {"recording.mp4", "replay.mp4", "session.json", "track.npz", "report.pdf"} <= names
    assert library.jobs(THERAPIST) == ()
    again = bring(library, THERAPIST, SAMPLE, patient_id)
    assert (again.session_id, again.already) == (row.id, True)


def test_a_clip_that_waits_is_recognised(library: Library) -> None:
    patient_id, job_id = with_clip(library)
    again = bring(library, THERAPIST, SAMPLE, patient_id)
    assert (again.job_id, again.already) == (job_id, True)
    assert [name for name in files_of(library) if name.endswith(".mp4")] == ["recording.mp4"]


def test_many_are_brought_whatever_is_among_them(library: Library, tmp_path: Path) -> None:
    patient = library.add_patient(THERAPIST, "P-1")
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    found = list(bring_all(library, THERAPIST, [bad, SAMPLE, SAMPLE], patient.id))
    assert [outcome.error is None for outcome in found] == [False, True, True]
    assert [outcome.brought.already for outcome in found if outcome.brought] == [False, True]


@pytest.mark.usefixtures("quick")
def test_what_fails_says_why_and_can_be_tried_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, job_id = with_clip(library)

    def analyze(clip: Path, *_: Any, **__: Any) -> Any:
        raise InputError(f"{clip} shows nobody", "Film a person.")

    with monkeypatch.context() as patched:
        patched.setattr("slumpcv.analysis.analyze", analyze)
        Work(library).run_one()
    job = library.job(THERAPIST, job_id)
    assert (job.state, job.problem, job.fix) == ("failed", "The recording shows nobody", "Film a person.")
    assert not Work(library).run_one()
    Work(library).retry(THERAPIST, job_id)
    assert Work(library).run_one()
    assert library.job(THERAPIST, job_id).state == "done"


@pytest.mark.usefixtures("in_here")
def test_what_fails_is_said_in_the_language_of_whoever_brought_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with speaking("de"):
        _, job_id = with_clip(library)

    def analyze(clip: Path, *_: Any, **__: Any) -> Any:
        raise InputError(later("trouble.no_stream", path=clip), later("trouble.fix.person"))

    monkeypatch.setattr("slumpcv.analysis.analyze", analyze)
    Work(library).run_one()
    job = library.job(THERAPIST, job_id)
    assert job.problem == "Die Aufnahme enthält kein Video"
    assert "die Person zu sehen" in job.fix


def test_that_a_program_ended_again_and_again_is_said_in_the_same_language(library: Library) -> None:
    with speaking("es"):
        _, job_id = with_clip(library)
    for _ in range(jobs.MOST_ATTEMPTS):
        task = library.take_job((clips.ANALYSE,))
        assert task is not None
        again = update(JobTable).where(JobTable.id == job_id).values(state="queued")
        with library.database.writing() as connection:
            connection.execute(again)
    Work(library).run_one()
    assert library.job(THERAPIST, job_id).problem.startswith("El programa se cerró 3 veces")


def test_an_unknown_fault_is_a_sentence(library: Library) -> None:
    def handler(*_: Any) -> None:
        raise ZeroDivisionError

    work = Work(library, {"odd": handler})
    job_id = work.submit("odd", {})
    assert work.run_one()
    assert library.job(THERAPIST, job_id).problem == "The recording could not be analysed (ZeroDivisionError)"


def test_a_cancelled_job_leaves_nothing(library: Library) -> None:
    _, job_id = with_clip(library)
    Work(library).cancel(THERAPIST, job_id)
    assert files_of(library) == []
    with pytest.raises(NotFound):
        library.job(THERAPIST, job_id)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_a_job_that_is_ended_while_it_runs_leaves_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    patient_id, job_id = with_clip(library)

    def write_replay(_clip: Path, replay: Path, _: Any) -> None:
        if how == "cancel":
            library.cancel_job(THERAPIST, job_id)
        else:
            library.delete_patient(THERAPIST, patient_id)
        replay.write_bytes(b"replay")

    monkeypatch.setattr(recording, "write_replay", write_replay)
    assert Work(library).run_one()
    assert files_of(library) == []
    assert library.search(THERAPIST, Query()).total == 0
    assert not Work(library).run_one()


def test_a_job_is_taken_by_one_worker_and_taken_over_when_it_has_ended(
    library: Library, other: Library
) -> None:
    with_clip(library)
    task = other.take_job((clips.ANALYSE,))
    assert task is not None
    assert library.take_job((clips.ANALYSE,)) is None
    other.presence.leave()  # as the end of its process does
    mine = library.take_job((clips.ANALYSE,))
    assert mine is not None
    assert (mine.id, mine.attempts) == (task.id, 2)
    with pytest.raises(Conflict):
        other.reach(task, "following", 0.5)


def test_what_ends_its_workers_again_and_again_is_given_up(library: Library, other: Library) -> None:
    _, job_id = with_clip(library)
    for _ in range(jobs.MOST_ATTEMPTS):
        ended = type(library)(
            library.database, library.store, Presence(library.presence.folder), library.data
        )
        assert ended.take_job((clips.ANALYSE,))
        ended.presence.leave()
    assert Work(other).run_one()
    job = library.job(THERAPIST, job_id)
    assert job.state == "failed"
    assert "ended 3 times" in job.problem


@pytest.mark.usefixtures("in_here")
def test_the_end_of_the_program_puts_a_job_back(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    _, job_id = with_clip(library)
    work, begun = Work(library), threading.Event()

    def analyze(_clip: Path, _side: Any, progress: Any, **_: Any) -> Any:
        begun.set()
        progress(0.1)
        work._ending.wait(LONGEST_WAIT_S)
        raise InputError("The recording is gone", "Try again.")

    monkeypatch.setattr("slumpcv.analysis.analyze", analyze)
    work.start()
    assert begun.wait(LONGEST_WAIT_S)
    work.stop(LONGEST_WAIT_S)
    with library.database.reading() as connection:
        row = library._job(connection, THERAPIST, job_id)
    assert (row["state"], row["attempts"], row["worker"]) == ("queued", 0, None)


def test_threads_do_the_jobs_of_others_too(library: Library, other: Library) -> None:
    done = threading.Event()
    work = Work(library, {"x": lambda _library, task, _reach: done.set() if task.payload["n"] == 2 else None})
    work.start(2)
    submitting = Work(other, {})
    for number in range(3):
        submitting.submit("x", {"n": number})
    assert done.wait(LONGEST_WAIT_S)
    work.stop(LONGEST_WAIT_S)


def test_a_real_clip_is_analysed(library: Library) -> None:
    if not library.database.is_sqlite:
        return  # once is enough: it takes some seconds
    _, job_id = with_clip(library)
    assert Work(library).run_one()
    job = library.job(THERAPIST, job_id)
    assert (job.problem, job.state) == ("", "done")
    row = library.session(THERAPIST, job.session_id or "")
    assert row.isolation == "isolated"
    assert (library.folder(THERAPIST, row.id) / "replay.mp4").stat().st_size > 100_000
