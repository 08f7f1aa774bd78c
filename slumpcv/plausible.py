"""Which joints of which frames can be believed, and putting swapped legs right.

The model's own visibility is no proof: it is 0.99 on wildly wrong frames, and an ankle that
furniture hides is invented. Bones that change their length and joints that jump are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import LEG, Joint, landmark, other
from slumpcv.geometry import elevation_deg, length
from slumpcv.posture import SEATED_THIGH_DEG
from slumpcv.smoothing import running_median, window_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.terms import Side

    Points = NDArray[np.float64]
    Mask = NDArray[np.bool_]

# Shank against thigh, hip-knee-ankle centres: 1.00 in Winter's body segment table (0.246 and
# 0.245 of stature). The model reads 0.83 to 1.10 on visible legs and 0.4 to 0.6 where a
# plinth hides the shank.
SHANK_PER_THIGH = (0.70, 1.40)
# Against the clip's own median; foreshortening up to 30 deg of camera yaw stays within 0.87.
THIGH_PER_MEDIAN = (0.75, 1.25)
# A slump shortens the shoulder-hip line by up to a quarter; 0.55 allows for a hip hinge on top.
TORSO_PER_MEDIAN = (0.55, 1.35)
# Below this the model calls a joint a guess: hidden ankles reach 0.18, visible ones 0.6 and more.
GUESSED_VISIBILITY = 0.2
# A joint this far from its own median over JUMP_WINDOW_S is a jump: a hasty knee extension
# (150 deg/s) moves the ankle by 0.2 thigh lengths against the median of its window.
JUMP_THIGHS = 0.3
JUMP_WINDOW_S = 0.5
# The seat carries the thigh: seated, it turns slowly if at all. Its vector stays within 0.059
# thigh lengths of its own median over this window in nine of the samples, while the model's knee
# jumps by 0.15 to 0.18 on some raised legs and by 0.07 and more where something hides it, at full
# visibility. A steady turn does not stand out against the median of a longer window.
THIGH_WINDOW_S = 5.0
THIGH_OFF_THIGHS = 0.06
# Without the frames to come, the median takes half a window to follow when the model shifts the
# knee for good, as it does by 0.06 to 0.1 on a raised leg: up to this, live, a knee that is off
# is taken as it is seen. A jump is still more.
THIGH_OFF_LIVE_THIGHS = 0.15
# What pulls the knee away may pull the hip along; at rest the hip stays within 0.02.
HIP_OFF_THIGHS = 0.04
# Single frames that look right between wrong ones this close are wrong as well.
CLOSE_S = 0.6
# What it costs, in thigh lengths of movement, to change between legs as labelled and swapped:
# more than noise gains while the legs hide each other, far less than the 5 by which both
# joints of both legs jump when a raised leg is relabelled.
CHANGE_THIGHS = 0.2
# Of two explanations that are as good, the one with fewer swapped frames is taken.
SWAPPED_FRAME_THIGHS = 0.001
# Live, legs that are exchanged in the last frame have to be changed back in some frame to come:
# so much has to speak for it, or a leg that is labelled wrongly in a single frame of a quick
# movement is lost for good.
SWAPPED_LAST_THIGHS = 1.0


LOWER: tuple[Joint, ...] = ("ankle", "heel", "toe")


@dataclass(frozen=True)
class Plausible:
    """Landmarks that can be believed.

    Attributes
    ----------
    points : (T, 33, 2) forward points (y up, facing +x); NaN where not believed.
    reasons : how many frames lost a joint, by reason: ``not_found``, ``torso_length``,
        ``thigh``, ``shank_length``, ``guessed``, ``jump``; and ``legs_swapped``, frames
        whose legs were exchanged and put right.
    shank_hidden : (T,) True where a person was found and the near shank cannot be believed.
    thigh_deg : (T,) elevation of the near thigh as seen, also where its knee is not believed:
        enough to tell sitting from standing.
    thigh_px : the clip's median thigh length, or the one that was known.
    swapped : (T,) True where the legs were exchanged and put right.
    """

    points: Points
    reasons: dict[str, int]
    shank_hidden: Mask
    thigh_deg: NDArray[np.float64]
    thigh_px: float
    swapped: Mask


@dataclass(frozen=True)
class Known:
    """What is known of a person before the latest frames of them are looked at, live.

    A whole clip needs none of it.

    Attributes
    ----------
    thigh_px, torso_px : lengths in the picture, instead of the frames' own medians.
    swapped : whether the legs of the first frame are exchanged.
    """

    thigh_px: float
    torso_px: float
    swapped: bool


def keep_plausible(
    points: Points,
    visibility: NDArray[np.float64],
    time_s: NDArray[np.float64],
    near: Side,
    known: Known | None = None,
    by_hand: Mask | None = None,
) -> Plausible:
    """Return the landmarks with every implausible joint of the near side set to NaN.

    Parameters
    ----------
    points : (T, 33, 2) forward points in pixels.
    visibility : (T, 33), 0 to 1.
    time_s : (T,) strictly increasing.
    near : the side towards the camera.
    known : what earlier frames of the same person have shown.
    by_hand : (T, 33) True where a person placed a landmark: no bone with it at an end is doubted.
    """
    points = points.copy()
    index = {j: landmark(j, near) for j in (*LEG, "ear", "shoulder")}
    free = {j: np.ones(len(points), bool) if by_hand is None else ~by_hand[:, i] for j, i in index.items()}
    hip, knee, ankle = (index[j] for j in ("hip", "knee", "ankle"))
    found = np.isfinite(points[:, hip, 0])
    thigh_px, torso_px = (known.thigh_px, known.torso_px) if known else body_lengths(points, near)
    swapped = swapped_legs(points, near, thigh_px, known.swapped if known else None)
    _exchange_legs(points, swapped, near)

    torso = length(points[:, index["shoulder"]] - points[:, hip])
    bad_torso = found & free["shoulder"] & free["hip"] & _outside(torso / torso_px, TORSO_PER_MEDIAN)
    bad_thigh = found & _outside(length(points[:, knee] - points[:, hip]) / thigh_px, THIGH_PER_MEDIAN)
    jumped = {j: found & free[j] & _jumps(points[:, i], time_s, thigh_px) for j, i in index.items()}
    points[bad_torso] = np.nan
    for joint, i in index.items():
        points[jumped[joint], i] = np.nan
    thigh_deg = elevation_deg(points[:, knee] - points[:, hip])
    believed_thighs = THIGH_OFF_LIVE_THIGHS if known else THIGH_OFF_THIGHS
    bad_thigh |= _steady_thigh(points, hip, knee, time_s, thigh_px, believed_thighs)
    bad_thigh &= free["hip"] & free["knee"]

    shank = length(points[:, ankle] - points[:, knee])
    bad_shank = found & free["knee"] & free["ankle"] & _outside(shank / thigh_px, SHANK_PER_THIGH)
    guessed = found & (visibility[:, ankle] < GUESSED_VISIBILITY)
    hidden = _close(bad_shank | guessed, time_s)
    for joint in LOWER:
        points[bad_thigh | hidden, index[joint]] = np.nan
    points[bad_thigh, knee] = np.nan
    reasons = {
        "not_found": ~found,
        "torso_length": bad_torso,
        "thigh": bad_thigh,
        "shank_length": bad_shank,
        "guessed": guessed,
        "jump": np.any(list(jumped.values()), axis=0),
        "legs_swapped": swapped,
    }
    counts = {k: int(v.sum()) for k, v in reasons.items()}
    return Plausible(points, counts, hidden & found, thigh_deg, thigh_px, swapped)


def body_lengths(points: Points, near: Side) -> tuple[float, float]:
    """Return the median lengths of thigh and torso of the near side, in pixels; NaN when never seen."""
    hip, knee, shoulder = (points[:, landmark(j, near)] for j in ("hip", "knee", "shoulder"))
    return _median(length(knee - hip)), _median(length(shoulder - hip))


def _steady_thigh(
    points: Points,
    hip: int,
    knee: int,
    time_s: NDArray[np.float64],
    thigh_px: float,
    believed_thighs: float,
) -> Mask:
    """Hold the knee to its thigh's running median; return where it cannot be believed at all.

    Changes `points`: knees that are not off lie at the end of the median thigh, and a hip that was
    pulled along with an unbelieved knee is NaN.
    """
    thigh = points[:, knee] - points[:, hip]
    with np.errstate(invalid="ignore"):
        sits = np.abs(elevation_deg(thigh)) < SEATED_THIGH_DEG
    # Only seated frames have a say: the median must not remember how the person sat down.
    steady = _over_time(np.where(sits[:, None], thigh, np.nan), time_s, THIGH_WINDOW_S)
    hip_off = length(points[:, hip] - _over_time(points[:, hip], time_s, THIGH_WINDOW_S))
    with np.errstate(invalid="ignore"):
        off_thighs = length(thigh - steady) / thigh_px
        pulled = hip_off > HIP_OFF_THIGHS * thigh_px
        bad = _close(sits & (off_thighs > believed_thighs), time_s)
        held = sits & ((off_thighs <= THIGH_OFF_THIGHS) | bad)
    points[held, knee] = points[held, hip] + steady[held]
    points[bad & pulled, hip] = np.nan
    return bad


def _close(mask: Mask, time_s: NDArray[np.float64]) -> Mask:
    """Return a mask with gaps of up to :data:`CLOSE_S` between its True stretches filled."""
    closed = mask.copy()
    at = np.flatnonzero(mask)
    for a, b in pairwise(at):
        if time_s[b] - time_s[a] <= CLOSE_S:
            closed[a:b] = True
    return closed


def swapped_legs(points: Points, near: Side, thigh_px: float, first: bool | None = None) -> Mask:
    """Return the frames whose left and right leg the model exchanged.

    The cheapest path through two states (as labelled, exchanged), where a frame costs the
    distance that both knees and ankles move from the frame before: legs do not trade places
    within a frame. A leg that is labelled wrongly from start to end cannot be found this way,
    unless `first` says whether the legs of the first frame are exchanged.

    Returns
    -------
    (T,) bool
    """
    pairs = [landmark(j, s) for s in (near, other(near)) for j in ("knee", "ankle")]
    legs = points[:, pairs].reshape(len(points), 2, 4) / thigh_px
    seen = np.isfinite(legs).all(axis=(1, 2))
    # Where somebody is not seen they stay where they were.
    last_seen = np.maximum.accumulate(np.where(seen, np.arange(len(points)), 0))
    legs = np.nan_to_num(legs[last_seen])
    stay = np.abs(np.diff(legs, axis=0)).sum(axis=(1, 2))
    change = CHANGE_THIGHS + np.abs(legs[1:] - legs[:-1, ::-1]).sum(axis=(1, 2))
    frame = np.array([0.0, SWAPPED_FRAME_THIGHS])
    cost = frame if first is None else np.where([first, not first], np.inf, frame)
    came_from = np.zeros((len(points), 2), dtype=np.intp)
    for t in range(1, len(points)):
        step = np.array([[stay[t - 1], change[t - 1]], [change[t - 1], stay[t - 1]]])
        total = cost[:, None] + step
        came_from[t] = total.argmin(axis=0)
        cost = total.min(axis=0) + frame
    if first is not None:
        cost = cost + np.array([0.0, SWAPPED_LAST_THIGHS])
    state = np.zeros(len(points), dtype=np.intp)
    if len(points):
        state[-1] = cost.argmin()
    for t in range(len(points) - 1, 0, -1):
        state[t - 1] = came_from[t, state[t]]
    return state.astype(bool)


def _exchange_legs(points: Points, frames: Mask, near: Side) -> None:
    for joint in LEG[1:]:
        a, b = landmark(joint, near), landmark(joint, other(near))
        points[frames, a], points[frames, b] = points[frames, b].copy(), points[frames, a].copy()


def _outside(ratio: NDArray[np.float64], limits: tuple[float, float]) -> Mask:
    with np.errstate(invalid="ignore"):
        return (ratio < limits[0]) | (ratio > limits[1])


def _median(values: NDArray[np.float64]) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


def _jumps(track: Points, time_s: NDArray[np.float64], thigh_px: float) -> Mask:
    """Return where a joint leaves its own running median."""
    away = track - _over_time(track, time_s, JUMP_WINDOW_S)
    with np.errstate(invalid="ignore"):
        return length(away) > JUMP_THIGHS * thigh_px


def _over_time(
    values: NDArray[np.float64], time_s: NDArray[np.float64], window_s: float
) -> NDArray[np.float64]:
    """Return the running median over a window in seconds."""
    return running_median(values, window_frames(time_s, window_s))
