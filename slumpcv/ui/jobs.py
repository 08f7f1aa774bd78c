"""Analyses in the background: from a recording to results and a clip to replay, one test at a time.

The work itself is done beside the program (`slumpcv.batch.beside`). An analysis uses both cores of a small
laptop, so that a second one beside it would only make both late; on a cluster, many go on at once. Whoever
asks for one that was cut off, as by the end of the program, has it begun anew.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, cast

from slumpcv.batch.beside import at_once
from slumpcv.batch.recording import Recording, Video, make_results, make_video
from slumpcv.errors import InputError
from slumpcv.export.bundle import VIDEO_NAME
from slumpcv.language import later, speaking
from slumpcv.ui.judging import answered
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slumpcv.answers import Answers
    from slumpcv.batch.beside import Reach
    from slumpcv.visits import Visit, VisitTest

# In a test's folder while its results are written again: what is there may be of two minds.
UNFINISHED = ".unfinished"

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
            raise InputError(later("trouble.ended"), later("trouble.fix.start"))
        with self._lock:
            self.part, self.share = part, max(self.share, min(share, 1.0))


# How long the end of the program waits for what is under way: each looks several times a second. [E]
LONGEST_END_S = 5.0

_pool = ThreadPoolExecutor(at_once(), thread_name_prefix="analysis")
_begun: set[Future[None]] = set()
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
                _begin(_run, visit, test, job)
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
        analysis = answered(visit, test, folder)
        hub.visits().update_test(visit, number, answers=answers)
        (folder / UNFINISHED).touch()
        write_results(analysis, folder, _recording(folder, test), overlay=False, made_on=date.today())
        (folder / UNFINISHED).unlink(missing_ok=True)
    hub.visits().update_test(visit, number, answered=True)
    want_video(visit, number)


def mend(visit: Visit, number: int) -> None:
    """Write a test's results again when the program ended while they were written; as `finish`."""
    test = _test(visit, number)
    with _writing:  # if somebody writes them now, they are whole afterwards
        cut_off = (hub.visits().folder(visit, test) / UNFINISHED).exists()
    if cut_off and test.answers is not None:
        finish(visit, number, test.answers)


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
    _begin(_make_video, visit, test, folder)


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
    """Give up what is under way, when the program ends: it is begun anew when somebody asks for it.

    Each looks whether it is over, and leaves the visit as it was before the results.
    """
    _ending.set()
    _pool.shutdown(wait=False, cancel_futures=True)
    wait(tuple(_begun), LONGEST_END_S)


def _begin(work: Callable[..., None], *given: object) -> None:
    task = _pool.submit(work, *given)
    _begun.add(task)
    task.add_done_callback(_begun.discard)


def _run(visit: Visit, test: VisitTest, job: Job) -> None:
    try:
        with speaking(visit.language):
            _analyze(visit, test, job)
    except InputError as error:
        job.error, job.part = error, "failed"
    except Exception as error:
        # Whatever it was, a person waits for a word; the log has the rest.
        _log.exception("an analysis failed")
        job.error = InputError(later("trouble.analysis", kind=type(error).__name__), later("trouble.fix.try"))
        job.part = "failed"


def _analyze(visit: Visit, test: VisitTest, job: Job) -> None:
    job.reach("following", 0.0)
    folder = hub.visits().folder(visit, test)
    clip = _clip(folder, test)
    demonstration = test.source == "demo"
    recording = Recording(clip, folder, test.side, date.today(), visit.language, demonstration)
    make_results(recording, cast("Reach", job.reach))
    hub.visits().update_test(visit, test.number, analysed=True)
    job.reach("done", 1.0)


def _clip(folder: Path, test: VisitTest) -> Path:
    """Return a test's recording, with the index that a browser could not give it while it ran."""
    from slumpcv.video import open_clip, seal

    if test.clip is None:
        raise InputError(later("trouble.no_recording"), later("trouble.fix.upload"))
    clip = folder / test.clip
    if test.source != "upload":
        with open_clip(clip) as source:
            sealed = source.info.duration_s is not None
        if not sealed:
            seal(clip)
    return clip


def _recording(folder: Path, test: VisitTest) -> Path | None:
    return None if test.clip is None else folder / test.clip


def _make_video(visit: Visit, test: VisitTest, folder: Path) -> None:
    try:
        clip = _recording(folder, test)
        assert clip is not None
        make_video(Video(clip, folder), lambda *_: _go_on(folder))
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
        raise InputError(later("trouble.ended"), later("trouble.fix.start"))


def _test(visit: Visit, number: int) -> VisitTest:
    latest = hub.visits().load(visit.id, visit.owner) or visit
    return next(test for test in latest.tests if test.number == number)
