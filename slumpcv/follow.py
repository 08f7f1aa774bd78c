"""Following one person through a clip: frames in, a pose track out.

A first look (:mod:`slumpcv.survey`) tells which way the person faces and where they sit, the
anchor. Then the model tracks them frame by frame. Where it is found off the anchor while somebody
does sit there, it has gone over to a passer-by: it is led back to the person on the anchor.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import pairwise
from threading import Event, Lock
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.conditioning import Conditioner, needs_of
from slumpcv.models import find_model
from slumpcv.pose import MAX_PEOPLE, Landmarker, sharpness
from slumpcv.rows import Row, make_track
from slumpcv.survey import Survey, glances, seatedness, survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slumpcv.conditioning import Needs
    from slumpcv.models import ModelFile, Variant
    from slumpcv.pose import Image, Pose
    from slumpcv.track import PoseTrack
    from slumpcv.video import ClipInfo, Frame, FrameSource

# Movements of the test last 2 s and more; above this rate the angles do not get better.
DEFAULT_FPS = 15.0
# Frames are reduced to this before they are analysed: the model sees 256 pixels of the
# person, so more only costs memory.
ANALYSIS_SIDE_PX = 1280
# How often a patient who is not tracked is searched for.
SEARCH_WHEN_LOST_S = 0.5
# Walking through the picture in front of the patient takes up to this long.
PASSING_S = 3.0
# What is shown around the patient while the tracker is led back to them, and in which grey.
AROUND_TORSOS = 0.3
GREY = 128
# The clip is analysed in this many pieces side by side: one for each core of a small laptop.
PIECES = 2
# Each piece starts early by this much, to let the model's own smoothing settle.
LEAD_IN_S = 1.0
SHORTEST_PIECE_S = 4.0
# Decoders of larger pictures take so much memory that only one may run.
LARGEST_SHARED_PX = 1920 * 1200
# A tracker that has just found someone takes a few frames to settle; it is shown its first
# frame this many times before it counts, one usual frame interval apart.
SETTLING_FRAMES = 4
SETTLING_STEP_S = 1 / 15


class Follower:
    """Follows the patient through frames of increasing time, with one model in memory at a time."""

    def __init__(self, model: Path, look: Survey, needs: Needs) -> None:
        self._model = model
        self._look = look
        self._conditioner = Conditioner(needs)
        self._tracker = Landmarker(model, look.facing)
        self._searched_s = -np.inf
        self._seated_s = -np.inf
        self._nobody = False
        self._settled = False

    def close(self) -> None:
        """Free the model."""
        self._tracker.close()

    def step(self, frame: Frame) -> Row:
        """Return the patient in one frame."""
        shown = replace(frame, rgb=self._conditioner.show(frame.rgb))
        if not self._settled:
            self._settled = True
            self._settle(shown.rgb, frame.time_s)
        pose = None if self._nobody else self._track(shown)
        if self._sits_there(pose):
            self._seated_s = frame.time_s
        elif self._look.anchor is not None:
            pose = self._find_again(shown, pose)
        luma, side_px = float(frame.rgb[::8, ::8].mean()), max(frame.rgb.shape[:2])
        return Row(frame.time_s, pose, luma, sharpness(frame.rgb, pose), side_px)

    def _find_again(self, frame: Frame, pose: Pose | None) -> Pose | None:
        """Return the patient when the tracker is not on the seat; `pose` is whom it follows.

        Shortly after the patient was seen there, that is somebody who walks through the
        picture, or legs seen wrongly. Otherwise it may be the patient on the way.
        """
        passing = frame.time_s - self._seated_s < PASSING_S
        if frame.time_s >= self._searched_s + SEARCH_WHEN_LOST_S:
            return self._search(frame, passing)
        return None if passing else pose

    def _search(self, frame: Frame, passing: bool) -> Pose | None:
        """Look for the patient in the whole picture, and track them from there.

        That is who sits on the anchor. When nobody does and nobody is passing by, the only
        person in the picture is the patient on the way to the seat or from it.
        """
        self._searched_s = frame.time_s
        found = self._everybody(frame)
        seated = [p for p in found if self._sits_there(p)]
        alone = found if len(found) == 1 and not passing else []
        candidates = seated or alone
        self._nobody = not candidates
        return self._lock_on(frame, max(candidates, key=seatedness)) if candidates else None

    def _everybody(self, frame: Frame) -> list[Pose]:
        self._tracker.close()
        with closing(Landmarker(self._model, self._look.facing, MAX_PEOPLE)) as searcher:
            found = searcher.find(frame.rgb, frame.time_s)
        self._tracker = Landmarker(self._model, self._look.facing)
        return found

    def _track(self, frame: Frame) -> Pose | None:
        tracked = self._tracker.find(frame.rgb, frame.time_s)
        return tracked[0] if tracked else None

    def _sits_there(self, pose: Pose | None) -> bool:
        return pose is not None and self._look.anchor is not None and self._look.anchor.holds(pose)

    def _settle(self, rgb: Image, time_s: float) -> None:
        for k in range(SETTLING_FRAMES, 0, -1):
            self._tracker.find(rgb, time_s - k * SETTLING_STEP_S)

    def _lock_on(self, frame: Frame, patient: Pose) -> Pose:
        """Show the tracker a picture in which nobody but the patient can be seen."""
        low = patient.landmarks_px.min(axis=0) - AROUND_TORSOS * patient.torso_px
        high = patient.landmarks_px.max(axis=0) + AROUND_TORSOS * patient.torso_px
        (left, top), (right, bottom) = np.maximum(low, 0).astype(int), np.maximum(high, 0).astype(int)
        alone = np.full_like(frame.rgb, GREY)
        alone[top:bottom, left:right] = frame.rgb[top:bottom, left:right]
        self._settle(alone, frame.time_s)
        return self._track(frame) or patient


def estimate_pose(
    source: FrameSource,
    model: Variant = "full",
    fps: float | None = DEFAULT_FPS,
    progress: Callable[[float], None] | None = None,
    threads: int = PIECES,
) -> PoseTrack:
    """Follow one person through a clip.

    Parameters
    ----------
    source : an open clip, image sequence or camera (:func:`slumpcv.video.open_clip`).
    model : ``lite``, ``full`` or ``heavy``.
    fps : analyse at most so many frames a second of clip time; None for every frame.
    progress : called with the share done, 0 to 1, from worker threads.
    threads : how many pieces of the clip are followed side by side; the track is the same for any number.

    Returns
    -------
    PoseTrack
        A frame in which nobody was found has NaN landmarks.

    Raises
    ------
    InputError
        When the model is missing or altered, or the source cannot be read.
    """
    bundle = find_model(model)
    look, needs = _first_look(source, bundle)
    spans = _pieces(source.info)
    meter = _Meter(spans, source.info.duration_s, progress)
    stop = Event()

    def piece(number: int) -> Iterator[Row]:
        follower = Follower(bundle.path, look, needs)
        return _follow(source, follower, fps, spans[number], stop, partial(meter.reached, number))

    return make_track(_side_by_side(piece, len(spans), stop, threads), source, look, bundle, fps)


def _side_by_side(piece: Callable[[int], Iterator[Row]], count: int, stop: Event, threads: int) -> list[Row]:
    """Return the rows of all pieces, so many of which are followed at once."""

    def whole(number: int) -> list[Row]:
        try:
            return list(piece(number))
        except BaseException:
            # The other pieces stop at their next frame, whichever is waited for.
            stop.set()
            raise

    with ThreadPoolExecutor(min(count, threads)) as pool:
        try:
            parts = list(pool.map(whole, range(count)))
        except BaseException:
            # Ctrl-C, or one piece has failed.
            stop.set()
            raise
    return [row for part in parts for row in part]


def _first_look(source: FrameSource, bundle: ModelFile) -> tuple[Survey, Needs]:
    """Return where the person sits, and what the frames need; keeps none of those it looked at."""
    frames = glances(source)
    needs = needs_of(frame.rgb for frame in frames)
    return survey(frames, bundle.path, needs.gain), needs


def _follow(
    source: FrameSource,
    follower: Follower,
    fps: float | None,
    span: tuple[float, float],
    stop: Event,
    reached: Callable[[float], None],
) -> Iterator[Row]:
    """Yield the rows of one piece of the clip; frames of the lead-in only settle the model."""
    begin_s, end_s = span
    with closing(follower):
        for frame in source.frames(fps, start_s=begin_s - LEAD_IN_S, end_s=end_s):
            if stop.is_set():
                return
            row = follower.step(frame)
            if frame.time_s >= begin_s:
                reached(row.time_s)
                yield row


class _Meter:
    """Adds up how far all pieces have come."""

    def __init__(
        self,
        spans: list[tuple[float, float]],
        duration_s: float | None,
        progress: Callable[[float], None] | None,
    ) -> None:
        self._begin_s = [max(begin_s, 0.0) for begin_s, _ in spans]
        self._at_s = list(self._begin_s)
        self._duration_s = duration_s
        self._progress = progress
        self._lock = Lock()

    def reached(self, piece: int, time_s: float) -> None:
        """Note how far a piece has come."""
        if self._progress is None or not self._duration_s:
            return
        with self._lock:  # else one piece could report an older sum after another's newer one
            self._at_s[piece] = max(time_s, self._begin_s[piece])
            done_s = sum(at - begin for at, begin in zip(self._at_s, self._begin_s, strict=True))
            self._progress(min(done_s / self._duration_s, 1.0))


def _pieces(info: ClipInfo) -> list[tuple[float, float]]:
    """Return where to cut the clip; the same on every machine, so that results are."""
    large = info.width_px * info.height_px > LARGEST_SHARED_PX
    if large or info.duration_s is None or info.duration_s < PIECES * SHORTEST_PIECE_S:
        return [(-np.inf, np.inf)]
    cuts = [-np.inf, *(info.duration_s * k / PIECES for k in range(1, PIECES)), np.inf]
    return list(pairwise(cuts))
