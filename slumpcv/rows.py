"""From what each frame gave to a pose track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv import __version__
from slumpcv.pose import Pose
from slumpcv.track import LANDMARKS, PoseTrack, TrackSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slumpcv.models import ModelFile
    from slumpcv.survey import Survey
    from slumpcv.video import FrameSource

NOT_SEARCHED = 255


@dataclass
class Row:
    """What one frame gave."""

    time_s: float
    pose: Pose | None
    luma: float
    sharpness: float
    side_px: int
    """Longer side of the picture that was analysed."""


def make_track(
    rows: Sequence[Row], source: FrameSource, look: Survey, bundle: ModelFile, fps: float | None
) -> PoseTrack:
    """Put rows together to a track.

    Parameters
    ----------
    rows : in the order of time.
    source : where the frames came from.
    look : the first look, which counted the people.
    bundle : the model that found the poses.
    fps : how many frames a second were asked for.
    """
    blank = Pose(
        np.full((LANDMARKS, 2), np.nan, np.float32),
        np.full(LANDMARKS, np.nan, np.float32),
        np.full((LANDMARKS, 3), np.nan, np.float32),
    )
    poses = [r.pose or blank for r in rows]
    n = len(rows)
    # Frames come reduced only from a source that was opened so.
    scale = [max(source.info.width_px, source.info.height_px) / r.side_px for r in rows]
    return PoseTrack(
        time_s=np.array([r.time_s for r in rows], dtype=np.float64),
        landmarks_px=np.array([p.landmarks_px for p in poses], np.float32).reshape(n, LANDMARKS, 2)
        * np.array(scale, np.float32).reshape(n, 1, 1),
        visibility=np.array([p.visibility for p in poses], np.float32).reshape(n, LANDMARKS),
        world_m=np.array([p.world_m for p in poses], np.float32).reshape(n, LANDMARKS, 3),
        luma=np.array([r.luma for r in rows], np.float32),
        sharpness=np.array([r.sharpness for r in rows], np.float32),
        people=_people(rows, look),
        source=_source(source, bundle, fps, rows[-1].time_s if rows else 0.0),
    )


def _source(source: FrameSource, bundle: ModelFile, fps: float | None, duration_s: float) -> TrackSource:
    info = source.info
    return TrackSource(
        width_px=info.width_px,
        height_px=info.height_px,
        rotation_deg=info.rotation_deg,
        fps_nominal=info.fps_nominal,
        duration_s=duration_s,
        container=info.container,
        codec=info.codec,
        sha256=info.sha256,
        model=bundle.variant,
        model_sha256=bundle.sha256,
        slumpcv_version=__version__,
        asked_fps=fps,
        damaged_at_s=tuple(source.damaged_at_s),
    )


def _people(rows: Sequence[Row], look: Survey) -> NDArray[np.uint8]:
    """Return the number of people on the frames nearest to where the first look counted them."""
    times_s = np.array([r.time_s for r in rows])
    people = np.full(len(rows), NOT_SEARCHED, np.uint8)
    for time_s, count in look.people.items():
        if len(rows):
            people[np.abs(times_s - time_s).argmin()] = count
    return people
