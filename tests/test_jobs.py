"""From a recording to results in the background, and again with answers."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest
from batch_tasks import AT_WORK, die, never_made

from slumpcv.answers_file import load_answers
from slumpcv.batch import beside, recording
from slumpcv.replay import REPLAY
from slumpcv.session_file import load_session
from slumpcv.ui import jobs
from slumpcv.ui.server import hub
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slumpcv.visits import Visit

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
LONGEST_WAIT_S = 120


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    hub.visits.cache_clear()
    yield
    hub.visits.cache_clear()


def visit_with(put: Callable[[Path], None], name: str) -> Visit:
    visits = hub.visits()
    visit = visits.add_test(visits.new("somebody", "en"), "right", "upload")
    assert visit.test is not None
    put(visits.folder(visit, visit.test) / name)
    return visits.update_test(visit, 1, clip=name)


def finished(visit: Visit) -> jobs.Job:
    until = time.monotonic() + LONGEST_WAIT_S
    while (job := jobs.start(visit, 1)).part not in ("done", "failed"):
        assert time.monotonic() < until
        time.sleep(0.1)
    return job


def test_a_recording_becomes_results_and_a_clip_to_replay() -> None:
    sample = SAMPLES / "right_no_lift.mp4"
    visit = visit_with(lambda path: shutil.copy(sample, path), "clip.mp4")
    job = finished(visit)
    assert (job.part, job.share, job.error) == ("done", 1.0, None)
    now = hub.visits().load(visit.id, "somebody")
    assert now is not None
    assert now.test is not None
    assert now.test.analysed
    folder = hub.visits().folder(now, now.test)
    assert load_session(folder / "session.json").outcome is None
    with open_clip(sample) as original, open_clip(folder / REPLAY) as replay:
        assert [f.time_s for f in replay.frames()] == pytest.approx([f.time_s for f in original.frames()])

    answers = load_answers(SAMPLES / "answers" / "INCONCLUSIVE_NO_HEAD_LIFT.yaml")
    jobs.finish(now, 1, answers)
    outcome = load_session(folder / "session.json").outcome
    assert outcome is not None
    assert outcome.code == "INCONCLUSIVE_NO_HEAD_LIFT"
    after = hub.visits().load(visit.id, "somebody")
    assert after is not None
    assert after.test is not None
    assert after.test.answers == answers
    until = time.monotonic() + LONGEST_WAIT_S
    while not (folder / "overlay.mp4").exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    assert load_session(folder / "session.json").outcome == outcome


def begun(visit: Visit) -> tuple[jobs.Job, Path, int]:
    """Have an analysis begun that never ends; give it with the test's folder and its process."""
    job, folder = jobs.start(visit, 1), hub.visits().folder(visit, visit.tests[0])
    mark, until = folder / AT_WORK, time.monotonic() + LONGEST_WAIT_S
    while not mark.exists() or not mark.read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    return job, folder, int(mark.read_text())


def has_ended(pid: int) -> bool:
    until = time.monotonic() + LONGEST_WAIT_S
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_a_visit_deleted_while_it_is_analysed_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    visit = visit_with(lambda path: shutil.copy(SAMPLES / "right_no_lift.mp4", path), "clip.mp4")
    with monkeypatch.context() as patched:
        patched.setattr(recording, "results_made", never_made)
        _, _, pid = begun(visit)
    jobs.delete(visit)
    assert has_ended(pid)
    other = visit_with(lambda path: path.write_text("no video"), "clip.mp4")
    assert finished(other).part == "failed"  # the one process is free again
    assert [path.name for path in hub.visits().root.iterdir()] == [other.id]


def test_a_recording_that_ends_its_process_is_a_sentence_and_the_next_one_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visit = visit_with(lambda path: path.write_text("no video"), "clip.mp4")
    with monkeypatch.context() as patched:
        patched.setattr(recording, "results_made", die)
        job = finished(visit)
    assert (job.part, str(job.error)) == (
        "failed",
        "The program could not come to an end with this recording. Try again, or use another recording.",
    )
    jobs.start(visit, 1, again=True)
    assert "is not a video but a text file" in str(finished(visit).error)


def test_what_cannot_be_analysed_says_why_and_can_be_tried_again() -> None:
    visit = visit_with(lambda path: path.write_text("no video"), "clip.mp4")
    job = finished(visit)
    assert job.part == "failed"
    assert "is not a video but a text file" in str(job.error)
    assert jobs.start(visit, 1) is job
    assert jobs.start(visit, 1, again=True) is not job
    assert finished(visit).part == "failed"


def test_an_analysis_that_was_done_before_is_not_done_again() -> None:
    visit = visit_with(lambda path: path.write_text("no video"), "clip.mp4")
    visit = hub.visits().update_test(visit, 1, analysed=True)
    assert jobs.start(visit, 1).part == "done"


def test_the_end_of_the_program_ends_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_ending", threading.Event())
    monkeypatch.setattr(jobs, "_pool", ThreadPoolExecutor(1))
    monkeypatch.setattr(recording, "results_made", never_made)
    visit = visit_with(lambda path: shutil.copy(SAMPLES / "right_no_lift.mp4", path), "clip.mp4")
    job, folder, pid = begun(visit)
    jobs.stop()
    beside.leave()
    assert has_ended(pid)
    assert (job.part, folder.is_dir()) == ("failed", True)  # and begun anew by the next start


@pytest.mark.parametrize(("cores", "crowded"), [(2, True), (4, True), (8, False)])
def test_an_analysis_is_held_back_while_somebody_is_coached_on_few_cores(
    monkeypatch: pytest.MonkeyPatch, cores: int, crowded: bool
) -> None:
    def seat(coached: bool, idle_s: float) -> SimpleNamespace:
        return SimpleNamespace(coached=coached, used_at=time.monotonic() - idle_s)

    monkeypatch.setattr(hub.os, "cpu_count", lambda: cores)
    monkeypatch.setattr(hub, "_seats", {"gone": seat(True, 10.0), "filling in": seat(False, 0.0)})
    assert not hub.is_crowded()
    hub._seats["a"] = hub._seats["b"] = seat(True, 0.1)  # type: ignore[assignment]
    assert hub.is_crowded() is crowded
