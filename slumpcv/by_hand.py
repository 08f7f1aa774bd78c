"""Landmarks that a person placed: they are believed, and which angles rest on them is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from slumpcv.body import LEG, NOSE, landmark, other
from slumpcv.geometry import elevation_deg
from slumpcv.plausible import GUESSED_VISIBILITY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.body import Joint
    from slumpcv.plausible import Plausible
    from slumpcv.posture import Baseline
    from slumpcv.terms import Side

    Points = NDArray[np.float64]
    Series = NDArray[np.float64]
    Mask = NDArray[np.bool_]

# What each angle is read off: joints of the near side, the nose, and for the length of the trunk the
# far side's too.
MADE_OF: dict[str, tuple[Joint | Literal["nose"], ...]] = {
    "knee_flexion_deg": ("hip", "knee", "ankle"),
    "trunk_lean_deg": ("shoulder", "hip"),
    "head_angle_deg": ("ear", "shoulder"),
    "neck_flexion_deg": ("ear", "shoulder", "hip"),
    "face_pitch_deg": ("ear", "nose"),
    "ankle_deg": ("knee", "ankle", "heel", "toe"),
    "slump_index": ("shoulder", "hip"),
    "shoulder_drop": ("shoulder", "hip"),
}
AGAINST_BASELINE = ("slump_index", "shoulder_drop")


def believe(kept: Plausible, points: Points, by_hand: Mask, visibility: Series, near: Side) -> Plausible:
    """Return the landmarks with those believed that a person placed, whatever speaks against them.

    Parameters
    ----------
    kept : what was found plausible of `points`.
    points : (T, 33, 2) forward points in pixels, with the placed ones.
    by_hand : (T, 33) True where a person placed a landmark.
    visibility : (T, 33) as the model gave it.
    near : the side towards the camera.
    """
    if not by_hand.any():
        return kept
    believed = np.where(by_hand[..., None], points, kept.points)
    hip, knee, ankle, heel, toe = (landmark(j, near) for j in LEG)
    # Who places an ankle that furniture hides has not vouched for the foot that the model invented.
    for i in (heel, toe):
        guessed = by_hand[:, ankle] & ~by_hand[:, i] & (visibility[:, i] < GUESSED_VISIBILITY)
        believed[guessed, i] = np.nan
    thigh = by_hand[:, hip] | by_hand[:, knee]
    placed_deg = elevation_deg(believed[:, knee] - believed[:, hip])
    return replace(
        kept,
        points=believed,
        shank_hidden=kept.shank_hidden & ~by_hand[:, ankle],
        thigh_deg=np.where(thigh & np.isfinite(placed_deg), placed_deg, kept.thigh_deg),
    )


def rests_on_hand(time_s: Series, by_hand: Mask, near: Side, baseline: Baseline | None) -> dict[str, Mask]:
    """Return, for each angle that rests on a placed landmark anywhere, in which frames."""
    found = {}
    for name, joints in MADE_OF.items():
        columns = [NOSE if j == "nose" else landmark(j, near) for j in joints]
        if name == "slump_index":
            columns += [landmark(j, other(near)) for j in joints if j != "nose"]
        frames = np.asarray(by_hand[:, columns].any(axis=1))
        if name in AGAINST_BASELINE and baseline is not None:
            tall = (time_s >= baseline.start_s) & (time_s <= baseline.end_s)
            frames = np.logical_or(frames, frames[tall].any())
        if frames.any():
            found[name] = frames
    return found
