"""From landmarks to the raw quantities that angles are made of, and the upright baseline."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import NOSE, Joint, landmark, other
from slumpcv.geometry import elevation_deg, forward_lean_deg, joint_angle_deg, length, wrap_deg
from slumpcv.smoothing import running_median, window_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.terms import Side

    Points = NDArray[np.float64]
    Series = NDArray[np.float64]

# Seated: the thigh within this of horizontal. Chairs that are too low or high stay within 30.
SEATED_THIGH_DEG = 40.0
# The person's own baseline is searched among stretches this long in which they sit still.
STILL_S = 1.0
SEARCH_STEP_S = 0.2
STILL_TRUNK_DEG = 2.5
STILL_HEAD_DEG = 6.0
STILL_KNEE_DEG = 8.0
# A trunk further from vertical than this is no sitting tall.
UPRIGHT_LEAN_DEG = 25.0
# Sitting tall again is as good as the tallest when the shoulder-hip line is this close to it.
AS_TALL = 0.97
# When the person sat taller than that at other times, no still stretch is a baseline.
TALL_SHARE = 0.92
TALL_PERCENTILE = 95
# Noise from picture to picture is no movement.
STEADY_S = 0.4


@dataclass(frozen=True)
class RawPosture:
    """Angles straight from the model's landmarks, (T,) each, in degrees, NaN where not seen.

    ``trunk_px`` is the shoulder-hip line from the middle of both sides, ``rise_px`` how far
    the near shoulder is above the near hip; ``thigh_deg`` the elevation of the knee over the
    hip; the ``*_apart_px`` are how far the near joint is ahead of the far one, which grows
    with the camera's yaw.
    """

    time_s: Series
    knee_flexion_deg: Series
    trunk_lean_deg: Series
    head_angle_deg: Series
    face_pitch_deg: Series
    ankle_deg: Series
    thigh_deg: Series
    trunk_px: Series
    rise_px: Series
    shoulders_apart_px: Series
    hips_apart_px: Series
    ears_apart_px: Series
    far_knee_flexion_deg: Series
    hip_y_px: Series
    thigh_px: float

    def since(self, time_s: float) -> RawPosture:
        """Return the frames from a time on."""
        late = self.time_s >= time_s
        series = (f.name for f in fields(self) if f.name != "thigh_px")
        return replace(self, **{name: getattr(self, name)[late] for name in series})


def raw_posture(
    points: Points, time_s: Series, near: Side, thigh_px: float, thigh_deg: Series | None = None
) -> RawPosture:
    """Compute the raw angles of the near side.

    Parameters
    ----------
    points : (T, 33, 2) forward points: y up, the person facing +x, in pixels.
    time_s : (T,) seconds.
    near : the side towards the camera.
    thigh_px : the clip's thigh length.
    thigh_deg : elevation of the near thigh where it is known better; from `points` by default.
    """

    def at(joint: Joint, side: Side = near) -> Points:
        return points[:, landmark(joint, side)]

    def apart(joint: Joint) -> Series:
        return (at(joint) - at(joint, other(near)))[:, 0]

    middle = (at("shoulder") + at("shoulder", other(near)) - at("hip") - at("hip", other(near))) / 2
    trunk, head = at("shoulder") - at("hip"), at("ear") - at("shoulder")
    shank_deg = elevation_deg(at("knee") - at("ankle"))
    foot_deg = elevation_deg(at("toe") - at("heel"))
    far = other(near)
    return RawPosture(
        time_s=time_s,
        knee_flexion_deg=180.0 - joint_angle_deg(at("hip"), at("knee"), at("ankle")),
        trunk_lean_deg=forward_lean_deg(trunk),
        head_angle_deg=forward_lean_deg(head),
        face_pitch_deg=-elevation_deg(points[:, NOSE] - at("ear")),
        ankle_deg=wrap_deg(foot_deg - shank_deg + 90.0),
        thigh_deg=elevation_deg(at("knee") - at("hip")) if thigh_deg is None else thigh_deg,
        trunk_px=length(middle),
        rise_px=trunk[:, 1],
        shoulders_apart_px=apart("shoulder"),
        hips_apart_px=apart("hip"),
        ears_apart_px=apart("ear"),
        far_knee_flexion_deg=180.0 - joint_angle_deg(at("hip", far), at("knee", far), at("ankle", far)),
        hip_y_px=at("hip")[:, 1],
        thigh_px=thigh_px,
    )


@dataclass(frozen=True)
class Baseline:
    """The person sitting tall: what slump is measured against. Medians over the stretch."""

    start_s: float
    end_s: float
    trunk_px: float
    rise_px: float
    trunk_lean_deg: float
    hip_y_px: float


def seated(raw: RawPosture) -> NDArray[np.bool_]:
    """Return the frames in which the person sits: thigh about level, trunk over the hips."""
    with np.errstate(invalid="ignore"):
        level = np.abs(raw.thigh_deg) < SEATED_THIGH_DEG
        return level & (raw.rise_px > 0.3 * raw.thigh_px)


def find_baseline(raw: RawPosture) -> Baseline | None:
    """Find the first stretch in which the person sits tall and still.

    Every stretch of :data:`STILL_S` with a still, upright trunk, head and knee is a candidate; the
    first that is about as tall as the tallest wins, so that neither a slumped start nor
    fidgeting is taken for the baseline.

    Returns
    -------
    Baseline or None
        None when the person never sits still and upright for long enough.
    """
    sits = seated(raw) & (np.abs(raw.trunk_lean_deg) < UPRIGHT_LEAN_DEG)
    windows = []
    for begin in _every(raw.time_s, SEARCH_STEP_S):
        end = int(np.searchsorted(raw.time_s, raw.time_s[begin] + STILL_S))
        if end >= len(raw.time_s):
            break
        if sits[begin : end + 1].all():
            windows.append(slice(begin, end + 1))
    candidates = [(float(np.median(raw.trunk_px[w])), w) for w in _still(raw, windows)]
    if not candidates:
        return None
    tallest = max(tall for tall, _ in candidates)
    if tallest < TALL_SHARE * float(np.percentile(raw.trunk_px[sits], TALL_PERCENTILE)):
        return None
    window = next(w for tall, w in candidates if tall >= AS_TALL * tallest)
    return Baseline(
        start_s=float(raw.time_s[window.start]),
        end_s=float(raw.time_s[window.stop - 1]),
        trunk_px=float(np.median(raw.trunk_px[window])),
        rise_px=float(np.median(raw.rise_px[window])),
        trunk_lean_deg=float(np.median(raw.trunk_lean_deg[window])),
        hip_y_px=float(np.median(raw.hip_y_px[window])),
    )


def _still(raw: RawPosture, windows: list[slice]) -> list[slice]:
    """Return the windows in which trunk, head and knee are still; all of one length at once."""
    limits = np.array([STILL_TRUNK_DEG, STILL_HEAD_DEG, STILL_KNEE_DEG])
    series = np.stack([raw.trunk_lean_deg, raw.head_angle_deg, raw.knee_flexion_deg], axis=1)
    width = window_frames(raw.time_s, STEADY_S)
    still: list[slice] = []
    for length_frames in {w.stop - w.start for w in windows}:
        alike = [w for w in windows if w.stop - w.start == length_frames]
        # (frames, windows, 3): the running median takes columns.
        values = np.stack([series[w] for w in alike], axis=1)
        steady = np.sort(running_median(values.reshape(length_frames, -1), width), axis=0)
        steady = steady.reshape(values.shape)
        seen = np.isfinite(steady).sum(axis=0)
        tenth = seen // 10
        high = np.take_along_axis(steady, np.maximum(seen - 1 - tenth, 0)[None], axis=0)[0]
        low = np.take_along_axis(steady, tenth[None], axis=0)[0]
        # A hidden shank says nothing about stillness; trunk and head must be seen.
        quiet = np.where(seen < 3, [False, False, True], ~(high - low > limits))
        still += [w for w, parts in zip(alike, quiet, strict=True) if parts.all()]
    return sorted(still, key=lambda w: w.start)


def _every(time_s: Series, step_s: float) -> list[int]:
    """Return indices of frames that lie at least a step apart."""
    steps = np.floor((time_s - time_s[0]) / step_s) if len(time_s) else time_s
    return [int(i) for i in np.unique(steps, return_index=True)[1]]
