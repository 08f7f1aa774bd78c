"""From a recording to results in the background, and again with answers."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slumpcv.answers_file import load_answers
from slumpcv.errors import InputError
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
    with open_clip(sample) as original, open_clip(folder / jobs.REPLAY) as replay:
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


def test_a_visit_deleted_while_it_is_analysed_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = threading.Event()

    def endless(_clip: Path, _side: str, progress: Callable[[float], None]) -> None:
        if at_work.is_set():
            raise InputError("This is the next clip", "It may fail.")
        at_work.set()
        while True:
            progress(0.5)
            time.sleep(0.01)

    monkeypatch.setattr("slumpcv.analysis.analyze", endless)
    visit = visit_with(lambda path: shutil.copy(SAMPLES / "right_no_lift.mp4", path), "clip.mp4")
    jobs.start(visit, 1)
    assert at_work.wait(LONGEST_WAIT_S)
    jobs.delete(visit)
    other = visit_with(lambda path: path.write_text("no video"), "clip.mp4")
    assert finished(other).part == "failed"  # the one thread is free again
    assert [path.name for path in hub.visits().root.iterdir()] == [other.id]


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
