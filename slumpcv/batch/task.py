"""Measuring one clip, wherever a worker runs: from an order to a row, the results left in the destination."""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from slumpcv import __version__
from slumpcv.batch import signs
from slumpcv.batch.dest import ROW_NAME, is_url, open_dest, session_name, session_path
from slumpcv.batch.dest_remote import connect
from slumpcv.batch.row import Row, failed_row, row_of_session
from slumpcv.errors import InputError
from slumpcv.language import Language, speaking
from slumpcv.models import Variant
from slumpcv.terms import Side, Strict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from slumpcv.analysis import Analysis
    from slumpcv.batch.dest import Dest
    from slumpcv.batch.inputs import Clip
    from slumpcv.session import Session

# A worker computes in one thread: there are as many workers as the cores can feed.
WORKER_THREADS = 1
# So much of a clip is fetched between two signs of life. [E]
PIECE_BYTES = 1 << 23
_log = logging.getLogger(__name__)


class Options(Strict):
    """How clips are measured, as for `slumpcv.analyze` and `slumpcv.analysis.write_results`.

    ``report`` says whether each session gets its report and timeline, ``replay`` whether it gets the clip
    as a browser plays it, for a reviewer; that one shows the face.
    """

    side: Side | None = None
    model: Variant = "full"
    fps: float | None = 15.0
    language: Language = "en"
    report: bool = True
    overlay: bool = False
    replay: bool = False
    blur_face: bool = False

    def made_by(self, model_sha256: str | None = None) -> str:
        """Return what tells whether a session was made the same way: version, model and options.

        Parameters
        ----------
        model_sha256 : of the pose model; None takes that of the one that is installed.

        Raises
        ------
        InputError
            When that is missing or altered.
        """
        if model_sha256 is None:
            from slumpcv.models import find_model

            model_sha256 = find_model(self.model).sha256
        rate = "all" if self.fps is None else f"{self.fps:g}"
        words = [f"slumpcv {__version__}", f"{self.model} {model_sha256[:12]}", f"{rate} fps"]
        words += [self.side or "auto", self.language]
        chosen = {
            "report": self.report,
            "overlay": self.overlay,
            "replay": self.replay,
            "blurred": self.blur_face,
        }
        words += [word for word, is_chosen in chosen.items() if is_chosen]
        return ", ".join(words)


@dataclass(frozen=True)
class Order:
    """One clip to be measured; small, since it travels to a worker."""

    clip: Clip
    dest: str
    options: Options
    made_by: str


def measure_clip(order: Order) -> Row:
    """Measure a clip and put its session into the destination, whole or not at all.

    A session of the same content that was made the same way is not made again.

    Parameters
    ----------
    order : what to do.

    Returns
    -------
    Row
        Also when the clip cannot be used: it then says why. Only the end of the process leaves no row.
    """
    return guarded(order, _measure)


def guarded(order: Order, measure: Callable[[Job], Row]) -> Row:
    """Do an order in a folder of its own, and return a row whatever happens: no clip stops the others."""
    from slumpcv.allocator import give_back

    try:
        dest = open_dest(order.dest)
        with speaking(order.options.language), dest.staging() as scratch:
            return measure(Job(order, dest, scratch))
    except InputError as error:
        return failed_row(order.clip, order.made_by, error)
    except Exception as error:
        _log.exception("a clip was not measured")  # for a programmer
        problem = f"{order.clip.url} met an error in slumpcv ({type(error).__name__})"
        alone = InputError(problem, "Run it alone with slumpcv analyze, and report what that says.")
        return failed_row(order.clip, order.made_by, alone)
    finally:
        give_back()


def _measure(job: Job) -> Row:
    order = job.order
    path, sha256 = job.fetched()
    known = known_row(job.dest, session_name(sha256), order.made_by)
    if known is not None:
        return known.of_clip(order.clip, reused=True)
    try:
        return job.put(job.analysed(path), path, sha256, session_name(sha256))
    except InputError as error:
        # A copy's name says nothing to anybody.
        problem = error.problem.replace(str(path), order.clip.url)
        return failed_row(order.clip, order.made_by, InputError(problem, error.fix), sha256)


def known_row(dest: Dest, name: str, made_by: str | None = None) -> Row | None:
    """Return the row beside a session that is whole and was made this way; None where there is none.

    Without ``made_by``, any will do.
    """
    text = dest.read(f"{session_path(name)}/{ROW_NAME}")
    try:
        row = None if text is None else Row.model_validate_json(text)
    except ValidationError:
        return None
    return row if row is not None and made_by in (None, row.made_by) else None


class Job:
    """An order that is being done: its steps, and the seconds spent on each.

    Parameters
    ----------
    order : what to do.
    dest : where the session goes.
    scratch : an empty folder, removed afterwards.
    """

    def __init__(self, order: Order, dest: Dest, scratch: Path) -> None:
        self.order, self.dest, self.scratch = order, dest, scratch
        self._seconds: dict[str, float] = {}
        self._since_s = time.perf_counter()

    def fetched(self) -> tuple[Path, str]:
        """Return the clip on this computer, and its SHA-256.

        Raises
        ------
        InputError
            When it cannot be read.
        """
        signs.give()
        path = _fetched(self.order.clip, self.scratch)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._reach("reading_s")
        return path, sha256

    def analysed(self, path: Path) -> Analysis:
        """Return what a clip, or a saved track, says without answers."""
        from slumpcv.analysis import analyze_track, track_of

        options = self.order.options
        self._since_s = time.perf_counter()  # the first one has loaded what is slow to load
        track = track_of(path, options.model, options.fps, lambda _: signs.give(), WORKER_THREADS)
        self._reach("pose_s")
        return analyze_track(track, options.side)

    def put(
        self,
        analysis: Analysis,
        path: Path,
        sha256: str,
        name: str,
        beside: Mapping[str, Session] | None = None,
    ) -> Row:
        """Write a session, have it appear whole, and return its row.

        Parameters
        ----------
        analysis : what it says.
        path : the clip, for pictures, or the saved track where there is none.
        sha256 : of the clip.
        name : of the session in the destination.
        beside : further results, by the names of their files.
        """
        from slumpcv.report.tables import write_session_json

        folder = self.scratch / "session"
        folder.mkdir()
        self._write(analysis, folder, path)
        for file, session in (beside or {}).items():
            write_session_json(folder / file, session)
        self._reach("rest_s")
        known = {"sha256": sha256, "session": session_path(name), "recorded_on": _day(path), **self._seconds}
        row = row_of_session(analysis.session, self.order.made_by, **known)
        (folder / ROW_NAME).write_text(row.model_dump_json(indent=1), encoding="utf-8")
        self.dest.put_session(name, folder)
        return row.of_clip(self.order.clip)

    def _write(self, analysis: Analysis, folder: Path, path: Path) -> None:
        from slumpcv.analysis import is_track, write_data, write_results, write_video
        from slumpcv.replay import REPLAY, write_replay

        clip, options = None if is_track(path) else path, self.order.options
        if options.report:
            write_results(analysis, folder, clip, overlay=False, blur_face=options.blur_face)
        else:
            write_data(folder, analysis)
        signs.give()
        if clip is not None and options.overlay:
            write_video(folder, analysis, clip, lambda _: signs.give(), blur_face=options.blur_face)
        if clip is not None and options.replay:
            if clip.name == REPLAY:  # of the session that is measured again from its track
                shutil.copyfile(clip, folder / REPLAY)
            else:
                write_replay(clip, folder / REPLAY, lambda _: signs.give())

    def _reach(self, part: str) -> None:
        signs.give()
        now_s = time.perf_counter()
        self._seconds[part], self._since_s = round(now_s - self._since_s, 4), now_s


def _day(path: Path) -> date | None:
    """Return the day that a clip was recorded on, as far as its file tells."""
    from slumpcv.analysis import is_track
    from slumpcv.video import open_clip
    from slumpcv.video.recorded import day_of_recording

    if is_track(path):
        return None
    with open_clip(path) as source:
        moment = source.info.recorded_at
    return None if moment is None else day_of_recording(moment)


def _fetched(clip: Clip, scratch: Path) -> Path:
    """Return the clip on this computer."""
    if not is_url(clip.url):
        from slumpcv.video.probe import check_file

        check_file(Path(clip.url))
        return Path(clip.url)
    fs, path = connect(clip.url)
    target = scratch / f"clip{Path(path).suffix}"
    try:
        with fs.open(path, "rb") as source, target.open("wb") as copy:
            while piece := source.read(PIECE_BYTES):
                copy.write(piece)
                signs.give()
    except Exception as error:  # each kind of storage has errors of its own
        raise InputError(
            f"{clip.url} cannot be fetched ({type(error).__name__}: {error})",
            "Check that it is there, and what its storage needs to let you in.",
        ) from error
    return target
