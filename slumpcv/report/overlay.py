"""The clip with skeleton, angles and phases drawn in, as a video that plays anywhere."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.report.figure_on_video import Posture, draw_person, label_size_px
from slumpcv.report.moment import Moments
from slumpcv.report.privacy import HeadCover
from slumpcv.report.strip import SHOWN, Strip
from slumpcv.report.wording import stated_errors
from slumpcv.video.writer import H264Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from slumpcv.angles import Angles
    from slumpcv.report.drawing import Picture
    from slumpcv.session import Session
    from slumpcv.terms import Side
    from slumpcv.track import PoseTrack

HEIGHT_AT_MOST_PX, HEIGHT_AT_LEAST_PX = 720, 480


class ClipFrame(Protocol):
    """An upright frame with its own time."""

    @property
    def time_s(self) -> float:
        """Time in the clip."""

    @property
    def rgb(self) -> Picture:
        """The picture, (H, W, 3) uint8."""


class FrameWriter(Protocol):
    """Takes the frames of a video in the order of time."""

    def write(self, rgb: Picture, time_s: float) -> None:
        """Add a frame that is shown from ``time_s`` on."""


class Overlay:
    """Draws the frames of one clip; see `write_overlay` for the parameters."""

    def __init__(
        self,
        size_px: tuple[int, int],
        track: PoseTrack,
        angles: Angles,
        session: Session,
        blur_face: bool = False,
    ) -> None:
        self._cover = HeadCover(track) if blur_face else None
        self._errors = stated_errors(session)
        self._side: Side = session.side or angles.side
        self._facing: Side = session.facing or angles.facing
        self._moments = Moments(angles, self._side)
        self._source_px = np.array([track.source.width_px, track.source.height_px], dtype=np.float64)
        self.picture_px, self.strip = self._lay_out(size_px, session)

    def _lay_out(self, size_px: tuple[int, int], session: Session) -> tuple[tuple[int, int], Strip]:
        """Scale the picture so that it and the strip below it are high enough and not too high."""
        aspect = size_px[0] / size_px[1]
        height_px = min(max(size_px[1], HEIGHT_AT_LEAST_PX), HEIGHT_AT_MOST_PX) // 2 * 2
        while True:
            width_px = max(2, round(height_px * aspect / 2) * 2)
            strip = Strip(width_px, label_size_px(height_px, width_px), session, self._errors)
            if height_px + strip.height_px <= HEIGHT_AT_MOST_PX or height_px <= 240:
                return (width_px, height_px), strip
            height_px -= 4

    @property
    def frame_px(self) -> tuple[int, int]:
        """Width and height of the drawn frames, both even."""
        width_px, height_px = self.picture_px
        return width_px, height_px + self.strip.height_px

    def draw(self, rgb: Picture, time_s: float) -> Picture:
        """Give one frame of the clip with everything drawn in, as a new picture."""
        width_px, height_px = self.frame_px
        canvas = np.empty((height_px, width_px, 3), dtype=np.uint8)
        picture = canvas[: self.picture_px[1]]
        # Halving is cheap and keeps detail clean; one averaging step straight to size costs far more.
        while rgb.shape[0] >= 2 * picture.shape[0]:
            half_px = (rgb.shape[1] // 2, rgb.shape[0] // 2)
            rgb = np.asarray(cv2.resize(rgb, half_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        cv2.resize(rgb, self.picture_px, dst=picture, interpolation=cv2.INTER_LINEAR)
        if self._cover is not None:
            picture[:] = self._cover.apply(picture, time_s)
        landmarks_px, filled = self._moments.landmarks(time_s)
        landmarks_px *= np.array(self.picture_px) / self._source_px
        # Without a stated error a number is not shown either.
        values = {name: self._moments.value(name, time_s) for name in SHOWN if name in self._errors}
        posture = Posture(landmarks_px, filled, self._side, self._facing, values, self._errors)
        draw_person(picture, posture)
        self.strip.draw(canvas[self.picture_px[1] :], time_s, values)
        return canvas


def write_overlay(
    path: Path,
    clip_frames: Iterable[ClipFrame],
    track: PoseTrack,
    angles: Angles,
    session: Session,
    progress: Callable[[float], None] | None = None,
    blur_face: bool = False,
    writer_factory: Callable[[Path, int, int], AbstractContextManager[FrameWriter]] = H264Writer,
) -> None:
    """Draw every frame of a clip and write them at their own times.

    Memory does not grow with the length of the clip.

    Parameters
    ----------
    path : the file to write, usually ``overlay.mp4``.
    clip_frames : all decoded frames, upright, in the order of time.
    track : says which image size the landmarks refer to.
    angles : of the analysed frames, with the landmarks that they were made of.
    session : phases, findings and verdict.
    progress : told the time of each frame once it is written.
    blur_face : whether the person's head is made unrecognisable; see `slumpcv.report.privacy`.
    writer_factory : opens a video of a path, a width and a height; it is named only once complete.

    Raises
    ------
    InputError
        When there are no frames, or the file cannot be written.
    """
    frames = iter(clip_frames)
    first = next(frames, None)
    if first is None:
        raise InputError(later("trouble.no_frames"), later("trouble.fix.record"))
    overlay = Overlay((first.rgb.shape[1], first.rgb.shape[0]), track, angles, session, blur_face)
    with writer_factory(path, *overlay.frame_px) as writer:
        for frame in chain([first], frames):
            writer.write(overlay.draw(frame.rgb, frame.time_s), frame.time_s)
            if progress is not None:
                progress(frame.time_s)
