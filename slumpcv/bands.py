"""The error that each angle is told with, as 95 % bands: the model's, and a placing hand's.

The model's errors were measured on people left out of the fit (`correction`). Nobody has measured
those of a reviewer who drags a landmark; they are estimated here, and on the careful side:

1. A hand places a point to about a centimetre. How much that turns an angle follows from the lengths
   of the limbs between the points.
2. Each angle is corrected from where the model habitually sees a point to the joint's own centre. Whether
   the hand meant the one or the other is not known, so the size of that correction counts as well.

Both are added to the model's error as independent errors are: the root of the sum of squares.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from slumpcv.correction import load_correction

if TYPE_CHECKING:
    from slumpcv.angles import Angles

    Kind = Literal["value", "change", "lift"]

PLACING_THIGHS = 0.025
"""Standard deviation of a placed point along each axis: 1 cm on a thigh of 40 cm. [E]"""
WITHIN_95 = 1.96
# Lengths in thighs: trunk, head (shoulder to ear), face (ear to nose), foot (heel to toe); a shank is 1.
# As on the rendered samples.
TRUNK, HEAD, FACE, FOOT = 1.15, 0.45, 0.25, 0.55
# For each angle by how many radians (or units of the index) a shift of each of its points by a thigh
# length turns it: the knee is taken near straight, where it is read.
LEVERS: dict[str, tuple[float, ...]] = {
    "knee_flexion_deg": (1.0, 2.0, 1.0),
    "trunk_lean_deg": (1 / TRUNK, 1 / TRUNK),
    "head_angle_deg": (1 / HEAD, 1 / HEAD),
    "neck_flexion_deg": (1 / HEAD, 1 / HEAD + 1 / TRUNK, 1 / TRUNK),
    "face_pitch_deg": (1 / FACE, 1 / FACE),
    "ankle_deg": (1.0, 1.0, 1 / FOOT, 1 / FOOT),
    "slump_index": (1 / TRUNK, 1 / TRUNK),
}


def model_band(name: str, kind: Kind = "value") -> float:
    """Return the model's own band of an angle, in the angle's unit."""
    return float(getattr(load_correction().errors[name], kind))


def hand_band(name: str) -> float:
    """Return the band that placing landmarks by hand adds to an angle, in the angle's unit."""
    turned = WITHIN_95 * PLACING_THIGHS * math.hypot(*LEVERS[name])
    if name == "slump_index":
        return turned
    return math.hypot(math.degrees(turned), _habit_deg(name))


def band(angles: Angles, name: str, kind: Kind, *stretches: tuple[float, float]) -> float:
    """Return the band of an angle that was read over some stretches of time.

    Parameters
    ----------
    angles : the measured clip.
    name : of the angle.
    kind : whether a value is told, a change between two holds, or the change during the head lift.
    stretches : start and end in seconds of what it was read from.
    """
    model = model_band(name, kind)
    placed = angles.by_hand.get(name)
    if placed is None:
        return model
    touched = any(
        placed[(angles.time_s >= start_s - 1e-9) & (angles.time_s <= end_s + 1e-9)].any()
        for start_s, end_s in stretches
    )
    return math.hypot(model, hand_band(name)) if touched else model


def _habit_deg(name: str) -> float:
    """Return how far the model's points lie from the joint's centres on average, as an angle."""
    fitted = load_correction().angles
    if name == "neck_flexion_deg":
        return abs(fitted["head_angle_deg"].intercept - fitted["trunk_lean_deg"].intercept)
    return abs(fitted[name].intercept)
