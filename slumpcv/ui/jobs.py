"""Analyses in the background: from a recording to results and a clip to replay, one test at a time.

An analysis uses both cores of a small laptop, so that a second one beside it would only make both
late. Whoever asks for one that was cut off, as by the end of the program, has it begun anew.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Literal

from slumpcv.errors import InputError
from slumpcv.language import speaking
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slumpcv.analysis import Analysis
    from slumpcv.answers import Answers
    from slumpcv.visits import Visit, VisitTest

REPLAY = "replay.mp4"
# Large enough to see what the body does, small enough for a phone to jump about in. [E]
REPLAY_SIDE_PX = 960
# How the time is spent, measured on recordings of a minute. [E]
FOLLOWING, REPLAYING = 0.75, 0.92

OVERLAY = "overlay.mp4"

Part = Literal["waiting", "following", "replay", "writing", "done", "failed"]


class GivenUpError(Exception):
    """What is under way is needed no more: the program ends, the visit was deleted, or answers changed."""


@dataclass
class Job:
    """How far one test's analysis is; ``share`` runs from 0 to 1, ``error`` says why it failed."""

    part: Part = "waiting"
    share: float = 0.0
    error: InputError | None = None
    given_up: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def over(self) -> bool:
        """Whether nothing more is done."""
        return self.part in ("done", "failed")

    def reach(self, part: Part, share: float) -> None:
        """Note how far it is; never backwards.

        Raises
        ------
        GivenUpError
            When nobody needs it any more.
        """
        if self.given_up or _ending.is_set():
            raise GivenUpError
        with self._lock:
            self.part, self.share = part, max(self.share, min(share, 1.0))


_pool = ThreadPoolExecutor(1, thread_name_prefix="analysis")
_jobs: dict[tuple[str, int, str | None], Job] = {}
_films: dict[tuple[str, int], Job] = {}
_lock = threading.Lock()
_writing = threading.Lock()  # of results; two pages of the same test may be answered at once
_ending = threading.Event()
_log = logging.getLogger(__name__)


def start(visit: Visit, number: int, *, again: bool = False) -> Job:
    """Have a test's recording analysed, unless it was or is being; return how far that is.

    Parameters
    ----------
    visit : whose test it is.
    number : of the test.
    again : whether to try once more after a failure.
    """
    test = _test(visit, number)
    key = visit.id, number, test.clip
    with _lock:
        job = _jobs.get(key)
        if job is None or (again and job.part == "failed"):
            job = _jobs[key] = Job()
            if test.analysed:
                job.reach("done", 1.0)
            else:
                _pool.submit(_run, job, visit, partial(_analyze, visit, test, job))
        return job


def film(visit: Visit, number: int, *, anew: bool = False) -> Job:
    """Have a test's annotated video written, unless it is there or under way; return how far that is.

    Parameters
    ----------
    visit : whose test it is.
    number : of the test; it must have been analysed.
    anew : whether what is there, or under way, shows answers that were changed.
    """
    test = _test(visit, number)
    key = visit.id, number
    with _lock:
        job = _films.get(key)
        if job is not None and anew:
            job.given_up = True
        if job is None or anew:
            job = _films[key] = Job()
            there = not anew and (hub.visits().folder(visit, test) / OVERLAY).is_file()
            if there or test.clip is None:
                job.reach("done", 1.0)
            else:
                _pool.submit(_run, job, visit, partial(_film, visit, test, job))
        return job


def delete(visit: Visit) -> None:
    """Remove a visit with all that it holds, and give up what is being made of it.

    Raises
    ------
    InputError
        When a file cannot be removed.
    """
    from slumpcv.ui.stored import forget

    with _lock:
        for key in [key for key in _jobs if key[0] == visit.id]:
            _jobs.pop(key).given_up = True
        for film_key in [key for key in _films if key[0] == visit.id]:
            _films.pop(film_key).given_up = True
    hub.delete(visit)
    forget()


def finish(visit: Visit, number: int, answers: Answers) -> None:
    """Write a test's results again, with the answers; the annotated video follows in the background.

    Parameters
    ----------
    visit : whose test it is.
    number : of the test; it must have been analysed.
    answers : all of them, with the visit's screen and intake.

    Raises
    ------
    InputError
        When a symptom lies after the end of the clip, or the disk is full.
    """
    test = _test(visit, number)
    with speaking(visit.language), _writing:
        analysis = _analysis(visit, test, answers)
        _write(analysis, hub.visits().folder(visit, test), test)
        hub.visits().update_test(visit, number, answers=answers, answered=True)
    film(visit, number, anew=True)


def stop() -> None:
    """Give up what is under way, when the program ends: it is begun anew when somebody asks for it."""
    _ending.set()
    _pool.shutdown(wait=False, cancel_futures=True)


def _run(job: Job, visit: Visit, work: Callable[[], None]) -> None:
    try:
        with speaking(visit.language):
            work()
    except GivenUpError:
        return
    except InputError as error:
        job.error, job.part = error, "failed"
    except Exception as error:
        # Whatever it was, a person waits for a word; the log has the rest.
        _log.exception("an analysis failed")
        job.error = InputError(f"The recording could not be analysed ({type(error).__name__})", "Try again.")
        job.part = "failed"


def _analyze(visit: Visit, test: VisitTest, job: Job) -> None:
    from slumpcv.analysis import analyze

    folder = hub.visits().folder(visit, test)
    clip = _clip(folder, test)
    job.reach("following", 0.0)
    analysis = analyze(clip, test.side, progress=lambda share: job.reach("following", FOLLOWING * share))
    write_replay(
        clip, folder / REPLAY, lambda share: job.reach("replay", FOLLOWING + (REPLAYING - FOLLOWING) * share)
    )
    job.reach("writing", REPLAYING)
    with _writing:
        _write(analysis, folder, test)
    hub.visits().update_test(visit, test.number, analysed=True)
    job.reach("done", 1.0)


def _film(visit: Visit, test: VisitTest, job: Job) -> None:
    from slumpcv.analysis import write_film

    assert test.clip is not None
    job.reach("following", 0.0)
    folder = hub.visits().folder(visit, test)
    analysis = _analysis(visit, test, test.answers)
    write_film(folder / OVERLAY, analysis, folder / test.clip, lambda share: job.reach("writing", share))
    job.reach("done", 1.0)


def _analysis(visit: Visit, test: VisitTest, answers: Answers | None) -> Analysis:
    """Return what was measured, judged with these answers."""
    from slumpcv.analysis import analyze_track, with_answers
    from slumpcv.track import load_track

    analysis = analyze_track(load_track(hub.visits().folder(visit, test) / "track.npz"), test.side)
    if answers is None:
        return analysis
    return with_answers(analysis, answers, _other_knee_deg(visit, test))


def write_replay(clip: Path, replay: Path, progress: Callable[[float], None] | None = None) -> None:
    """Write a clip again so that every browser can play it and jump to any frame at once.

    Parameters
    ----------
    clip : the recording.
    replay : the mp4 file to make; its times are the recording's own.
    progress : called with the share done, 0 to 1.

    Raises
    ------
    InputError
        When the clip cannot be read, or the disk is full.
    """
    from slumpcv.video import H264Writer, open_clip

    with open_clip(clip, max_side_px=REPLAY_SIDE_PX) as source:
        frames = source.frames()
        first = next(frames)
        height_px, width_px = first.rgb.shape[:2]
        with H264Writer(replay, width_px, height_px) as writer:
            writer.write(first.rgb, first.time_s)
            for frame in frames:
                writer.write(frame.rgb, frame.time_s)
                if progress is not None and source.info.duration_s:
                    progress(frame.time_s / source.info.duration_s)


def _clip(folder: Path, test: VisitTest) -> Path:
    """Return a test's recording, with the index that a browser could not give it while it ran."""
    from slumpcv.video import open_clip, seal

    if test.clip is None:
        raise InputError("There is no recording of this test", "Upload a clip instead.")
    clip = folder / test.clip
    if test.source != "upload":
        with open_clip(clip) as source:
            sealed = source.info.duration_s is not None
        if not sealed:
            seal(clip)
    return clip


def _write(analysis: Analysis, folder: Path, test: VisitTest) -> None:
    from slumpcv.analysis import write_results

    clip = None if test.clip is None else folder / test.clip
    write_results(analysis, folder, clip, overlay=False, made_on=date.today())


def _other_knee_deg(visit: Visit, test: VisitTest) -> float | None:
    """Return how far from straight the other leg's knee stayed, when this visit has tested it."""
    from slumpcv.analysis import knee_held_deg
    from slumpcv.session_file import load_session

    for other in reversed(visit.tests):
        if other.side != test.side and other.analysed and other.source == test.source:
            return knee_held_deg(load_session(hub.visits().folder(visit, other) / "session.json"))
    return None


def _test(visit: Visit, number: int) -> VisitTest:
    latest = hub.visits().load(visit.id, visit.owner) or visit
    return next(test for test in latest.tests if test.number == number)
