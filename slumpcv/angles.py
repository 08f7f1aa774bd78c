"""The angles of the slump test over time, measured from a pose track."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import find_facing, forward_points, landmark
from slumpcv.by_hand import believe, rests_on_hand
from slumpcv.correction import features, load_correction
from slumpcv.geometry import wrap_deg
from slumpcv.plausible import keep_plausible
from slumpcv.posture import find_baseline, raw_posture
from slumpcv.smoothing import (
    fill_short_gaps,
    hold_last,
    remove_spikes,
    running_median,
    smooth_offline,
    window_frames,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from slumpcv.body import Joint
    from slumpcv.plausible import Plausible
    from slumpcv.posture import Baseline, RawPosture
    from slumpcv.terms import Side
    from slumpcv.track import PoseTrack

    Series = NDArray[np.float64]
    Mask = NDArray[np.bool_]

# Deviations below these are noise for the filter, not spikes.
LEAST_SPIKE_DEG = 6.0
LEAST_SPIKE_INDEX = 0.04
TOES_WINDOW_S = 0.8
CARRIED_GAP_S = 4.0


@dataclass(frozen=True)
class Angles:
    """Angles of the near side, in the person's own facing (+x forward, y up).

    All arrays are (T,) float64 unless said otherwise, NaN where not seen.

    Attributes
    ----------
    time_s : the analysed frames' own timestamps in seconds, strictly increasing.
    knee_flexion_deg : 0 is straight.
    trunk_lean_deg, head_angle_deg : against the vertical, forward positive.
    neck_flexion_deg : head angle minus trunk lean.
    face_pitch_deg : ear to nose against the horizontal, downwards positive.
    ankle_deg : shank against foot, neutral 0, dorsiflexion positive; advisory.
    slump_index : shortening of the shoulder-hip line against the upright baseline, 0 is
        upright; all NaN without a baseline.
    shoulder_drop : of the shoulder against the baseline, in thigh lengths.
    confidence : lowest visibility of ear, shoulder, hip, knee and ankle, 0 to 1; 0 where
        nothing was seen, or what was seen is implausible.
    interpolated : (T,) bool, True where any of the angles bridges a short gap.
    side, facing : the near leg, and where the person looks in the image.
    raw : the uncorrected quantities that the angles were made of.
    baseline : the stretch of sitting tall, or None.
    plausible : which landmarks were believed, and why others were not.
    by_hand : by angle, (T,) bool: True where it rests on a landmark that a person placed; empty
        when nobody did. `slumpcv.bands` widens the error there.
    """

    time_s: Series
    knee_flexion_deg: Series
    trunk_lean_deg: Series
    head_angle_deg: Series
    neck_flexion_deg: Series
    face_pitch_deg: Series
    ankle_deg: Series
    slump_index: Series
    shoulder_drop: Series
    confidence: Series
    interpolated: NDArray[np.bool_]
    side: Side
    facing: Side
    raw: RawPosture
    baseline: Baseline | None
    plausible: Plausible
    by_hand: Mapping[str, Mask] = field(default_factory=dict)


def measure(track: PoseTrack, by_hand: Mask | None = None) -> Angles:
    """Measure a whole track, with smoothing that uses the future.

    1. Lock the facing, and with it the near side, once for the clip.
    2. Keep plausible joints; put swapped legs right.
    3. Raw angles from pixels; the person's own upright baseline.
    4. Anatomical correction of each angle.
    5. Spikes out, gaps up to 0.4 s bridged and marked, zero-phase low-pass.

    Parameters
    ----------
    track : the pose track.
    by_hand : (T, 33) True where a person placed a landmark: it is believed, and no spike.

    Returns
    -------
    Angles
        Of the same frames. A track without a person gives NaN throughout.
    """
    facing: Side = find_facing(track) or "right"
    # Whoever looks to the image's right shows the camera the right side; a mirrored recording
    # swaps both together.
    near = facing
    points = forward_points(track, facing)
    visibility = track.visibility.astype(np.float64)
    plausible = keep_plausible(points, visibility, track.time_s, near, by_hand=by_hand)
    if by_hand is not None:
        plausible = believe(plausible, points, by_hand, visibility, near)
    raw = raw_posture(plausible.points, track.time_s, near, plausible.thigh_px, plausible.thigh_deg)
    baseline = find_baseline(raw)
    values = corrected(raw, baseline)
    placed = {} if by_hand is None else rests_on_hand(track.time_s, by_hand, near, baseline)
    interpolated = np.zeros(len(track), dtype=bool)
    for name, series in values.items():
        least = LEAST_SPIKE_INDEX if name in ("slump_index", "shoulder_drop") else LEAST_SPIKE_DEG
        clean = remove_spikes(track.time_s, series, least)
        if name in placed:
            clean = np.where(placed[name], series, clean)
        if name == "ankle_deg":
            clean = steady_toes(track.time_s, clean)
        filled, made = fill_short_gaps(track.time_s, clean)
        values[name] = smooth_offline(track.time_s, filled)
        interpolated |= made
    values["neck_flexion_deg"] = values["head_angle_deg"] - values["trunk_lean_deg"]
    return Angles(
        time_s=track.time_s,
        **values,
        confidence=_confidence(track, plausible, near),
        interpolated=interpolated,
        side=near,
        facing=facing,
        raw=raw,
        baseline=baseline,
        plausible=plausible,
        by_hand=placed,
    )


def corrected(raw: RawPosture, baseline: Baseline | None, *, live: bool = False) -> dict[str, Series]:
    """Return the corrected angles without any smoothing, by name (no neck flexion yet).

    ``live`` looks at no frame's future.
    """
    seen = features(raw, baseline)
    # What is added to an angle changes slowly, so it may be carried over longer gaps than the
    # angle itself: a hidden hip must not hide the head.
    if live:
        carried = {n: hold_last(raw.time_s, v, CARRIED_GAP_S) for n, v in seen.items()}
    else:
        carried = {n: fill_short_gaps(raw.time_s, v, CARRIED_GAP_S)[0] for n, v in seen.items()}
    add = {n: c.apply(seen if n == "slump_index" else carried) for n, c in load_correction().angles.items()}
    return {
        "knee_flexion_deg": raw.knee_flexion_deg + add["knee_flexion_deg"],
        "trunk_lean_deg": raw.trunk_lean_deg + add["trunk_lean_deg"],
        "head_angle_deg": raw.head_angle_deg + add["head_angle_deg"],
        "face_pitch_deg": wrap_deg(raw.face_pitch_deg + add["face_pitch_deg"]),
        "ankle_deg": raw.ankle_deg + add["ankle_deg"],
        "slump_index": add["slump_index"],
        "shoulder_drop": seen["shoulder_drop"],
    }


def steady_toes(time_s: Series, ankle_deg: Series) -> Series:
    """Return the ankle over a window: the model's toes jump off the foot for a few frames at a time."""
    steady = running_median(ankle_deg, window_frames(time_s, TOES_WINDOW_S))
    return np.where(np.isfinite(ankle_deg), steady, np.nan)


def _confidence(track: PoseTrack, plausible: Plausible, near: Side) -> Series:
    joints: tuple[Joint, ...] = ("ear", "shoulder", "hip", "knee", "ankle")
    columns = [landmark(j, near) for j in joints]
    believed = np.isfinite(plausible.points[:, columns, 0])
    visible = np.nan_to_num(track.visibility[:, columns].astype(np.float64))
    lowest: Series = np.where(believed, visible, 0.0).min(axis=1)
    return lowest
