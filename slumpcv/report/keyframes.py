"""Key frames: the postures that the result rests on, with skeleton and angles.

They are cut to the person. Without the video the same figure is drawn on an empty ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.holds import hold_span, judged_repetition
from slumpcv.report.drawing import jpeg, resized
from slumpcv.report.figure_on_video import Posture, draw_person
from slumpcv.report.moment import Moments
from slumpcv.report.privacy import HeadCover
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.phases import PhaseSpan
    from slumpcv.report.drawing import Picture
    from slumpcv.session import Session
    from slumpcv.terms import PhaseName
    from slumpcv.track import PoseTrack
    from slumpcv.video import FrameSource

    Which = Literal["BASELINE", "SLUMP", "KNEE_EXTENSION", "BEFORE_LIFT", "HEAD_LIFT"]
    Floats = NDArray[np.float64]

SOURCE_SIDE_PX = 1280
SIDE_PX = 640
"""Longer side of a key frame: twice what is printed, for a sharp picture."""
MARGIN = np.array([0.32, 0.17])
"""Room around the joints, across for the numbers and up for the head, as a share of the person's size."""
LATE_S = 0.5
"""A frame this much after the wanted one stands in where that one is damaged."""
GROUND = (44, 60, 76)
SHOWN = ("knee_flexion_deg", "trunk_lean_deg", "neck_flexion_deg")


@dataclass(frozen=True)
class Moment:
    """A key moment: what it shows, in which phase, and when."""

    which: Which
    phase: PhaseName
    time_s: float


@dataclass(frozen=True)
class KeyFrame:
    """A key moment with its picture (JPEG)."""

    moment: Moment
    jpeg: bytes


def key_moments(spans: Sequence[PhaseSpan]) -> list[Moment]:
    """Choose the middle of the holds that the result rests on, of the repetition that is judged.

    Parameters
    ----------
    spans : the phases of the clip.

    Returns
    -------
    list of Moment
        In order of time; fewer where a phase is missing. The end of the knee's extension is not
        shown twice where the head lift follows on it.
    """
    judged = judged_repetition(spans)
    lift = next((s for s in judged if s.phase == "HEAD_LIFT"), None)
    chosen: dict[Which, PhaseSpan] = {}
    for phase in ("BASELINE", "SLUMP", "KNEE_EXTENSION"):
        span = next((s for s in judged if s.phase == phase), None)
        if span is not None:
            chosen[phase] = span
    if lift is not None:
        before = [s for s in judged if s.end_s <= lift.start_s + 1e-9]
        if before and before[-1] not in chosen.values():
            chosen["BEFORE_LIFT"] = before[-1]
        chosen["HEAD_LIFT"] = lift
    moments = [Moment(w, s.phase, round(sum(hold_span(s)) / 2, 3)) for w, s in chosen.items()]
    return sorted(moments, key=lambda m: m.time_s)


def frames_of_clip(
    clip: str | Path,
    track: PoseTrack,
    angles: Angles,
    session: Session,
    spans: Sequence[PhaseSpan],
    blur_face: bool = False,
) -> list[KeyFrame]:
    """Read the key frames from a clip and draw the person's skeleton and angles into them.

    Parameters
    ----------
    clip : what the track was made from.
    track, angles, session, spans : the result.
    blur_face : whether the head is made unrecognisable.

    Raises
    ------
    InputError
        When the clip cannot be read.
    """
    moments = key_moments(spans)
    if not moments:
        return []
    cover = HeadCover(track) if blur_face else None
    with open_clip(clip, max_side_px=SOURCE_SIDE_PX) as source:
        shown = {m: found for m in moments if (found := _picture(source, m.time_s, cover)) is not None}
    return _drawn(shown, track, angles, session)


def figures_of_track(
    track: PoseTrack, angles: Angles, session: Session, spans: Sequence[PhaseSpan]
) -> list[KeyFrame]:
    """Draw the same moments without a video, on an empty ground."""
    source = track.source
    reduced = min(1.0, SOURCE_SIDE_PX / max(source.width_px, source.height_px))
    size = (round(source.height_px * reduced), round(source.width_px * reduced), 3)
    ground = np.full(size, GROUND, dtype=np.uint8)
    return _drawn({m: (m.time_s, ground) for m in key_moments(spans)}, track, angles, session)


def _picture(source: FrameSource, time_s: float, cover: HeadCover | None) -> tuple[float, Picture] | None:
    for frame in source.frames(start_s=time_s, end_s=time_s + LATE_S):
        return frame.time_s, frame.rgb if cover is None else cover.apply(frame.rgb, frame.time_s)
    return None


def _drawn(
    shown: Mapping[Moment, tuple[float, Picture]], track: PoseTrack, angles: Angles, session: Session
) -> list[KeyFrame]:
    moments = Moments(angles, session.side or angles.side)
    seen = {m: (picture, *moments.landmarks(time_s)) for m, (time_s, picture) in shown.items()}
    box = _box((landmarks for _, landmarks, _ in seen.values()), track)
    out = []
    for moment, (picture, landmarks_px, filled) in seen.items():
        part, scale = _cut(picture, box, track)
        values, errors = _held(session, moment.phase)
        posture = Posture(
            (landmarks_px - box[:2]) * scale,
            filled,
            session.side or angles.side,
            session.facing or angles.facing,
            values,
            errors,
        )
        draw_person(part, posture)
        out.append(KeyFrame(moment, jpeg(part)))
    return out


def _held(session: Session, phase: PhaseName) -> tuple[dict[str, float], dict[str, float]]:
    """Return the angles of a hold, as they stand in the table, and their errors."""
    held = session.measurements.get(phase, {})
    known = {n: held[n] for n in SHOWN if n in held}
    return (
        {n: m.value for n, m in known.items() if m.value is not None},
        {n: m.plus_minus for n, m in known.items() if m.plus_minus is not None},
    )


def _box(landmarks: Iterable[Floats], track: PoseTrack) -> Floats:
    """Return left, top, right, bottom around the person in all key frames, in source pixels.

    The whole picture where nothing was seen.
    """
    whole = np.array([0.0, 0.0, track.source.width_px, track.source.height_px])
    points = np.concatenate([np.empty((0, 2)), *landmarks])
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return whole
    low, high = points.min(axis=0), points.max(axis=0)
    room = MARGIN * (high - low).max()
    return np.round(np.concatenate([np.maximum(low - room, whole[:2]), np.minimum(high + room, whole[2:])]))


def _cut(picture: Picture, box: Floats, track: PoseTrack) -> tuple[Picture, float]:
    """Return the part of a frame in its printed size, and its pixels for each pixel of the source."""
    reduced = picture.shape[1] / track.source.width_px
    left, top, right, bottom = (round(edge * reduced) for edge in box)
    part = picture[top : max(bottom, top + 1), left : max(right, left + 1)]
    scale = SIDE_PX / max(part.shape[:2])
    size_px = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    return resized(part, size_px), reduced * scale
