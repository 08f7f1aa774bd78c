"""The person's skeleton and angles, drawn onto the picture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import landmark, other
from slumpcv.language import text
from slumpcv.report.drawing import (
    BOLD,
    draw_arc,
    draw_dot,
    draw_dotted,
    draw_halo_text,
    draw_limb,
    draw_line,
    text_width,
)
from slumpcv.report.wording import format_deg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from slumpcv.body import Joint
    from slumpcv.report.drawing import Picture
    from slumpcv.terms import Side

    Floats = NDArray[np.float64]

_NEAR = (86, 205, 255)
_FAR = (205, 212, 218)
_GUIDE = (255, 255, 255)
_ARC = (255, 221, 120)
_DARK = (12, 24, 36)

_JOINTS: tuple[Joint, ...] = ("ear", "shoulder", "hip", "knee", "ankle", "heel", "toe")
_LIMBS: tuple[tuple[Joint, Joint], ...] = (*pairwise(_JOINTS), ("ankle", "toe"))


@dataclass(frozen=True)
class Posture:
    """One moment of the person in the picture.

    Attributes
    ----------
    landmarks_px : (33, 2) array
        In pixels of the picture to draw on; NaN is left out.
    filled : (33,) bool array
        Landmarks drawn dotted.
    side, facing : "left" or "right"
        The tested side, and where the person looks in the picture.
    values, errors : mapping
        Angles to write and their errors, by measure name.
    """

    landmarks_px: Floats
    filled: NDArray[np.bool_]
    side: Side
    facing: Side
    values: Mapping[str, float]
    errors: Mapping[str, float]

    def at(self, joint: Joint, side: Side | None = None) -> Floats:
        """Give a joint's place, of the tested side unless told otherwise."""
        place: Floats = self.landmarks_px[landmark(joint, side or self.side)]
        return place

    def behind(self, back: float, up: float, height_px: int) -> Floats:
        """Give an offset behind and above the person, in parts of the picture's height."""
        return np.array([-back if self.facing == "right" else back, -up]) * height_px

    def value(self, name: str) -> float:
        """Give an angle; NaN when it is not to be written."""
        return self.values.get(name, float("nan"))

    def number(self, name: str) -> str:
        """Write an angle with its error."""
        return format_deg(self.value(name), self.errors.get(name))


def draw_person(picture: Picture, posture: Posture) -> None:
    """Draw the far side thinly, the tested side strongly, and its angles with their errors.

    The arcs follow the drawn points; the numbers are the measured angles, which are corrected
    from landmarks to joint centres and so can differ from the arcs by a few degrees.

    Parameters
    ----------
    picture : (H, W, 3) array
        Drawn on in place.
    posture : Posture
        What to draw.
    """
    width_px = max(2, round(picture.shape[0] / 150))
    far = other(posture.side)
    for start, end in _LIMBS:
        a, b = posture.at(start, far), posture.at(end, far)
        if np.isfinite([a, b]).all():
            draw_line(picture, _point(a), _point(b), _FAR, max(1, width_px // 3))
    for start, end in _LIMBS:
        a, b = posture.at(start), posture.at(end)
        if np.isfinite([a, b]).all():
            dotted = any(posture.filled[landmark(joint, posture.side)] for joint in (start, end))
            draw_limb(picture, _point(a), _point(b), _NEAR, width_px, dotted)
    for joint in _JOINTS:
        if np.isfinite(posture.at(joint)).all():
            draw_dot(picture, _point(posture.at(joint)), width_px * 0.8, _GUIDE, _DARK)
    _draw_knee(picture, posture)
    _draw_trunk(picture, posture)
    _draw_neck(picture, posture)


def _draw_knee(picture: Picture, posture: Posture) -> None:
    """Mark how far the shank is from the line of the thigh, which is what the number says."""
    hip, knee, ankle = posture.at("hip"), posture.at("knee"), posture.at("ankle")
    if not np.isfinite([*hip, *knee, *ankle, posture.value("knee_flexion_deg")]).all():
        return
    straight = knee + (knee - hip) * 0.55
    _mark(picture, knee, straight, ankle)
    value, _, error = posture.number("knee_flexion_deg").partition(" ")
    above = knee + posture.behind(-0.03, 0.11, picture.shape[0])
    full = text("pictures.overlay.knee_full", value=value, error=error)
    short = text("pictures.overlay.knee", value=value, error=error)
    room_px = picture.shape[1] - above[0] if posture.facing == "right" else above[0]
    # In a narrow picture the long form would be pushed back over the person.
    fits = text_width(full, label_size_px(*picture.shape[:2]), BOLD) + 4 <= room_px
    _write(picture, full if fits else short, above, posture.facing)


def _draw_trunk(picture: Picture, posture: Posture) -> None:
    """Mark the lean of the line from hip to shoulder against the vertical."""
    hip, shoulder = posture.at("hip"), posture.at("shoulder")
    if not np.isfinite([*hip, *shoulder, posture.value("trunk_lean_deg")]).all():
        return
    upright = hip - np.array([0.0, np.hypot(*(shoulder - hip)) * 0.8])
    _mark(picture, hip, upright, shoulder)
    beside = hip + posture.behind(0.11, 0.03, picture.shape[0])
    words = text("pictures.overlay.trunk", value=posture.number("trunk_lean_deg"))
    _write(picture, words, beside, other(posture.facing))


def _draw_neck(picture: Picture, posture: Posture) -> None:
    """Mark the bend between the line of the trunk and the line to the ear."""
    hip, shoulder, ear = posture.at("hip"), posture.at("shoulder"), posture.at("ear")
    if not np.isfinite([*hip, *shoulder, *ear, posture.value("neck_flexion_deg")]).all():
        return
    along = shoulder + _unit(shoulder - hip) * np.hypot(*(ear - shoulder)) * 1.1
    _mark(picture, shoulder, along, ear)
    beside = shoulder + posture.behind(0.09, 0.09, picture.shape[0])
    words = text("pictures.overlay.neck", value=posture.number("neck_flexion_deg"))
    _write(picture, words, beside, other(posture.facing))


def _mark(picture: Picture, corner: Floats, reference: Floats, arm: Floats) -> None:
    """Draw the dotted line that an angle is measured from, and its arc."""
    width_px = max(1, round(picture.shape[0] / 300))
    draw_dotted(picture, _point(corner), _point(reference), _GUIDE, width_px)
    radius_px = 0.8 * min(np.hypot(*(reference - corner)), np.hypot(*(arm - corner)))
    draw_arc(picture, _point(corner), _point(reference), _point(arm), radius_px, _ARC, width_px + 1)


def _write(picture: Picture, words: str, at: Floats, towards: Side) -> None:
    """Write a label that runs from a point to one side and stays inside the picture."""
    height_px, width_px = picture.shape[:2]
    size_px = label_size_px(height_px, width_px)
    length_px = text_width(words, size_px, BOLD)
    left = at[0] if towards == "right" else at[0] - length_px
    left = min(max(left, 4), width_px - length_px - 4)
    down = min(max(at[1] + size_px * 0.35, size_px + 2), height_px - 5)
    draw_halo_text(picture, words, (left, down), size_px, _GUIDE)


def label_size_px(height_px: int, width_px: int) -> int:
    """Give the size of type for a picture: relative to its height, but never too wide for it."""
    return round(max(11.0, min(height_px * 0.032, width_px / 25)))


def _unit(vector: Floats) -> Floats:
    length = float(np.hypot(*vector))
    return vector / length if length else vector


def _point(at: Floats) -> tuple[float, float]:
    return float(at[0]), float(at[1])
