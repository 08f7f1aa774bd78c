"""Which joints of which frames can be believed, and putting swapped legs right.

The model's own visibility is no proof: it is 0.99 on wildly wrong frames, and an ankle that
furniture hides is invented. Bones that change their length and joints that jump are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import LEG, Joint, landmark, other
from slumpcv.geometry import elevation_deg, length
from slumpcv.smoothing import running_median, window_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.session import Side

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
# The seat carries the thigh: it turns slowly if at all. The model's knee, though, jumps up and
# down by 10 deg of thigh for half a second on some raised legs. Against the median of this
# window a steady turn does not stand out.
THIGH_JUMP_DEG = 4.0
THIGH_WINDOW_S = 3.0
# What it costs, in thigh lengths of movement, to change between legs as labelled and swapped:
# more than noise gains while the legs hide each other, far less than the 5 by which both
# joints of both legs jump when a raised leg is relabelled.
CHANGE_THIGHS = 0.2
# Of two explanations that are as good, the one with fewer swapped frames is taken.
SWAPPED_FRAME_THIGHS = 0.001


@dataclass(frozen=True)
class Plausible:
    """Landmarks that can be believed.

    Attributes
    ----------
    points : (T, 33, 2) forward points (y up, facing +x); NaN where not believed.
    reasons : how many frames lost a joint, by reason: ``not_found``, ``torso_length``,
        ``thigh_length``, ``shank_length``, ``guessed``, ``jump``; and ``legs_swapped``, frames
        whose legs were exchanged and put right.
    shank_hidden : (T,) True where a person was found and the near shank cannot be believed.
    thigh_px : the clip's median thigh length.
    """

    points: Points
    reasons: dict[str, int]
    shank_hidden: Mask
    thigh_px: float


def keep_plausible(
    points: Points, visibility: NDArray[np.float64], time_s: NDArray[np.float64], near: Side
) -> Plausible:
    """Return the landmarks with every implausible joint of the near side set to NaN.

    Parameters
    ----------
    points : (T, 33, 2) forward points in pixels.
    visibility : (T, 33), 0 to 1.
    time_s : (T,) strictly increasing.
    near : the side towards the camera.
    """
    points = points.copy()
    index = {j: landmark(j, near) for j in (*LEG, "ear", "shoulder")}
    found = np.isfinite(points[:, index["hip"], 0])
    thigh = length(points[:, index["knee"]] - points[:, index["hip"]])
    thigh_px = float(np.nanmedian(thigh)) if found.any() else float("nan")
    swapped = swapped_legs(points, near, thigh_px)
    _exchange_legs(points, swapped, near)

    thigh = length(points[:, index["knee"]] - points[:, index["hip"]])
    torso = length(points[:, index["shoulder"]] - points[:, index["hip"]])
    shank = length(points[:, index["ankle"]] - points[:, index["knee"]])
    bad_torso = found & _outside(torso / _median(torso), TORSO_PER_MEDIAN)
    bad_thigh = found & _outside(thigh / thigh_px, THIGH_PER_MEDIAN)
    bad_shank = found & _outside(shank / thigh_px, SHANK_PER_THIGH)
    guessed = found & (visibility[:, index["ankle"]] < GUESSED_VISIBILITY)
    jumped = {j: found & _jumps(points[:, i], time_s, thigh_px) for j, i in index.items()}
    bad_thigh |= found & _thigh_jumps(points[:, index["knee"]] - points[:, index["hip"]], time_s)

    points[bad_torso] = np.nan
    lower: tuple[Joint, ...] = ("ankle", "heel", "toe")
    for joint, i in index.items():
        points[jumped[joint], i] = np.nan
        if joint in lower:
            points[bad_thigh | bad_shank | guessed, i] = np.nan
    points[bad_thigh, index["knee"]] = np.nan
    reasons = {
        "not_found": ~found,
        "torso_length": bad_torso,
        "thigh_length": bad_thigh,
        "shank_length": bad_shank,
        "guessed": guessed,
        "jump": np.any(list(jumped.values()), axis=0),
        "legs_swapped": swapped,
    }
    return Plausible(
        points, {k: int(v.sum()) for k, v in reasons.items()}, bad_shank | (guessed & found), thigh_px
    )


def swapped_legs(points: Points, near: Side, thigh_px: float) -> Mask:
    """Return the frames whose left and right leg the model exchanged.

    The cheapest path through two states (as labelled, exchanged), where a frame costs the
    distance that both knees and ankles move from the frame before: legs do not trade places
    within a frame. A leg that is labelled wrongly from start to end cannot be found this way.

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
    cost = frame
    came_from = np.zeros((len(points), 2), dtype=np.intp)
    for t in range(1, len(points)):
        step = np.array([[stay[t - 1], change[t - 1]], [change[t - 1], stay[t - 1]]])
        total = cost[:, None] + step
        came_from[t] = total.argmin(axis=0)
        cost = total.min(axis=0) + frame
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


def _thigh_jumps(thigh: Points, time_s: NDArray[np.float64]) -> Mask:
    """Return where the thigh of someone seated turns up or down for a moment."""
    angle_deg = elevation_deg(thigh)
    with np.errstate(invalid="ignore"):
        return np.abs(angle_deg - _over_time(angle_deg, time_s, THIGH_WINDOW_S)) > THIGH_JUMP_DEG


def _over_time(
    values: NDArray[np.float64], time_s: NDArray[np.float64], window_s: float
) -> NDArray[np.float64]:
    """Return the running median over a window in seconds."""
    return running_median(values, window_frames(time_s, window_s))
