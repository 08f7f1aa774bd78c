"""Angles measured by hand on a paused picture, beside what was measured automatically at that moment.

Points are pixels of the upright image, x right, y **down**. Nothing here enters a result: it is a
second opinion, shown beside it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from slumpcv.bands import band
from slumpcv.corrections import refused
from slumpcv.geometry import forward_lean_deg, joint_angle_deg
from slumpcv.terms import Strict

if TYPE_CHECKING:
    from slumpcv.angles import Angles
    from slumpcv.corrections import HandMeasure, Pixels
    from slumpcv.terms import Side

Compared = Literal["knee_flexion_deg", "trunk_lean_deg", "head_angle_deg"]
LEAST_ARM_PX = 3.0
"""Points closer than this give an angle that one pixel turns by 20 degrees. [E]"""
LONGEST_APART_S = 0.5
"""A picture further than this from every measured one has no automatic value. [E]"""


class Beside(Strict):
    """An angle by hand beside the automatic one; what was not seen is None.

    ``hand_deg`` is turned into the angle's own sense (180 minus the goniometer for the knee).
    ``difference_deg`` is hand minus automatic, ``plus_minus_deg`` the automatic value's 95 % band, and
    ``beyond_error`` whether the difference is larger than that.
    """

    angle: Compared
    hand_deg: float
    automatic_deg: float | None
    plus_minus_deg: float | None
    difference_deg: float | None
    beyond_error: bool | None


def goniometer_deg(first: Pixels, joint: Pixels, last: Pixels) -> float:
    """Return the angle at the middle one of three points, 0 to 180 degrees.

    Raises
    ------
    InputError
        When two of them are too close to give an angle.
    """
    _check_apart(first, joint)
    _check_apart(last, joint)
    return float(joint_angle_deg(np.array(first), np.array(joint), np.array(last)))


def vertical_deg(lower: Pixels, upper: Pixels, facing: Side) -> float:
    """Return the angle of the line from a lower to an upper point against the vertical.

    Parameters
    ----------
    lower, upper : the two points.
    facing : where the person looks in the picture: forward is positive, -180 to 180 degrees.

    Raises
    ------
    InputError
        When the points are too close to give an angle.
    """
    _check_apart(lower, upper)
    ahead = 1.0 if facing == "right" else -1.0
    up = np.array([ahead * (upper[0] - lower[0]), lower[1] - upper[1]])
    return float(forward_lean_deg(up))


def measured_deg(measure: HandMeasure, facing: Side) -> float:
    """Return the angle that the points of a measurement give.

    Raises
    ------
    InputError
        When they are too close to give an angle.
    """
    if measure.kind == "goniometer":
        return goniometer_deg(*measure.points_px)
    lower, upper = measure.points_px
    return vertical_deg(lower, upper, facing)


def beside(angles: Angles, measure: HandMeasure) -> tuple[Beside, ...]:
    """Return what was measured automatically in the same picture.

    Which joint was meant is not asked: a goniometer is put beside the knee, the angle to the vertical
    beside trunk and head.

    Raises
    ------
    InputError
        When the points are too close to give an angle.
    """
    hand_deg = measured_deg(measure, angles.facing)
    if measure.kind == "goniometer":
        return (_beside(angles, "knee_flexion_deg", 180.0 - hand_deg, measure.time_s),)
    return tuple(
        _beside(angles, name, hand_deg, measure.time_s) for name in ("trunk_lean_deg", "head_angle_deg")
    )


def _beside(angles: Angles, name: Compared, hand_deg: float, time_s: float) -> Beside:
    automatic_deg = _automatic(angles, name, time_s)
    if not math.isfinite(automatic_deg):
        return Beside(
            angle=name,
            hand_deg=round(hand_deg, 1),
            automatic_deg=None,
            plus_minus_deg=None,
            difference_deg=None,
            beyond_error=None,
        )
    error_deg = band(angles, name, "value", (time_s - LONGEST_APART_S / 2, time_s + LONGEST_APART_S / 2))
    difference_deg = hand_deg - automatic_deg
    return Beside(
        angle=name,
        hand_deg=round(hand_deg, 1),
        automatic_deg=round(automatic_deg, 1),
        plus_minus_deg=round(error_deg, 1),
        difference_deg=round(difference_deg, 1),
        beyond_error=abs(difference_deg) > error_deg,
    )


def _automatic(angles: Angles, name: Compared, time_s: float) -> float:
    """Return an angle at a time, between its two frames; NaN where it was not seen or is too far away."""
    if len(angles.time_s) == 0 or np.abs(angles.time_s - time_s).min() > LONGEST_APART_S:
        return math.nan
    return float(np.interp(time_s, angles.time_s, getattr(angles, name)))


def _check_apart(a: Pixels, b: Pixels) -> None:
    if math.dist(a, b) < LEAST_ARM_PX:
        raise refused("too_close")
