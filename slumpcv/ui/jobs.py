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
from typing import TYPE_CHECKING, Literal

from slumpcv.errors import InputError
from slumpcv.export.bundle import VIDEO_NAME
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

Part = Literal["waiting", "following", "replay", "writing", "done", "failed"]


@dataclass
class Job:
    """How far one test's analysis is; ``share`` runs from 0 to 1, ``error`` says why it failed."""

    part: Part = "waiting"
    share: float = 0.0
    error: InputError | None = None
    given_up: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, part: Part, share: float) -> None:
        """Note how far it is; never backwards."""
        if _ending.is_set() or self.given_up:
            raise InputError("The program was ended, or the visit deleted", "Start again.")
        with self._lock:
            self.part, self.share = part, max(self.share, min(share, 1.0))


_pool = ThreadPoolExecutor(1, thread_name_prefix="analysis")
_jobs: dict[tuple[str, int, str | None], Job] = {}
_lock = threading.Lock()
_writing = threading.Lock()  # of results: two pages may answer the same test at once
_videos: set[tuple[str, int]] = set()
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
                _pool.submit(_run, visit, test, job)
        return job


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
    from slumpcv.analysis import write_results

    test = _test(visit, number).model_copy(update={"answers": answers})
    folder = hub.visits().folder(visit, test)
    with speaking(visit.language), _writing:
        analysis = _answered(visit, test, folder)
        write_results(analysis, folder, _recording(folder, test), overlay=False, made_on=date.today())
    hub.visits().update_test(visit, number, answers=answers, answered=True)
    want_video(visit, number)


def want_video(visit: Visit, number: int) -> None:
    """Have a test's annotated video written, unless it is there or on its way.

    The end of the program may have cut it off; whoever looks at the result has it begun anew.
    """
    test = _test(visit, number)
    key, folder = (visit.id, number), hub.visits().folder(visit, test)
    with _lock:
        if key in _videos or test.clip is None or (folder / VIDEO_NAME).is_file():
            return
        _videos.add(key)
    _pool.submit(_make_video, visit, test, folder)


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
    hub.delete(visit)
    forget()


def stop() -> None:
    """Give up what is under way, when the program ends: it is begun anew when somebody asks for it."""
    _ending.set()
    _pool.shutdown(wait=False, cancel_futures=True)


def _run(visit: Visit, test: VisitTest, job: Job) -> None:
    try:
        with speaking(visit.language):
            _analyze(visit, test, job)
    except InputError as error:
        job.error, job.part = error, "failed"
    except Exception as error:
        # Whatever it was, a person waits for a word; the log has the rest.
        _log.exception("an analysis failed")
        job.error = InputError(f"The recording could not be analysed ({type(error).__name__})", "Try again.")
        job.part = "failed"


def _analyze(visit: Visit, test: VisitTest, job: Job) -> None:
    job.reach("following", 0.0)
    from slumpcv.analysis import analyze, write_results

    folder = hub.visits().folder(visit, test)
    clip = _clip(folder, test)
    analysis = analyze(clip, test.side, progress=lambda share: job.reach("following", FOLLOWING * share))
    write_replay(
        clip, folder / REPLAY, lambda share: job.reach("replay", FOLLOWING + (REPLAYING - FOLLOWING) * share)
    )
    job.reach("writing", REPLAYING)
    with _writing:
        write_results(analysis, folder, clip, overlay=False, made_on=date.today())
    hub.visits().update_test(visit, test.number, analysed=True)
    job.reach("done", 1.0)


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


def _recording(folder: Path, test: VisitTest) -> Path | None:
    return None if test.clip is None else folder / test.clip


def _answered(visit: Visit, test: VisitTest, folder: Path) -> Analysis:
    """Return a test's analysis, with its answers, from the saved track: without the slow part."""
    from slumpcv.analysis import analyze_track, with_answers
    from slumpcv.track import load_track

    analysis = analyze_track(load_track(folder / "track.npz"), test.side)
    if test.answers is None:
        return analysis
    return with_answers(analysis, test.answers, _other_knee_deg(visit, test))


def _make_video(visit: Visit, test: VisitTest, folder: Path) -> None:
    from slumpcv.analysis import write_video

    try:
        with speaking(visit.language):
            clip = _recording(folder, test)
            assert clip is not None
            write_video(folder, _answered(visit, test, folder), clip, lambda _: _go_on(folder))
    except InputError as error:
        _log.warning("an annotated video was not written: %s", error)
    except Exception:
        _log.exception("an annotated video was not written")
    finally:
        with _lock:
            _videos.discard((visit.id, test.number))


def _go_on(folder: Path) -> None:
    """Raise when nobody wants what is being made any more."""
    if _ending.is_set() or not folder.is_dir():
        raise InputError("The program was ended, or the visit deleted", "Start again.")


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
