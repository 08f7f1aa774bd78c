"""Which landmark is which, which leg is near the camera, and the person's own axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.terms import Side
    from slumpcv.track import PoseTrack

Joint = Literal["ear", "eye", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toe"]

NOSE = 0
# Indices of MediaPipe's 33 landmarks: (left, right) of the person.
PAIRS: dict[Joint, tuple[int, int]] = {
    "eye": (2, 5),
    "ear": (7, 8),
    "shoulder": (11, 12),
    "elbow": (13, 14),
    "wrist": (15, 16),
    "hip": (23, 24),
    "knee": (25, 26),
    "ankle": (27, 28),
    "heel": (29, 30),
    "toe": (31, 32),
}
LEG: tuple[Joint, ...] = ("hip", "knee", "ankle", "heel", "toe")


def landmark(joint: Joint, side: Side) -> int:
    """Return the model's index of a paired joint."""
    return PAIRS[joint][0 if side == "left" else 1]


def other(side: Side) -> Side:
    """Return the opposite side."""
    return "right" if side == "left" else "left"


# Swapping left and right in a track of a mirrored image: index i of the mirrored body.
MIRROR_INDEX: NDArray[np.intp] = np.array(
    [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 if i % 2 else i - 1 for i in range(11, 33))], dtype=np.intp
)


def find_facing(track: PoseTrack) -> Side | None:
    """Return where the person looks in the image, or None when nobody is seen.

    Each frame votes with what points forward on a seated person: knees ahead of hips,
    nose ahead of ears, toes ahead of heels, each measured in torso lengths. The median over
    the clip decides, so that someone who walks in from the wrong side, or turns to the
    camera for a moment, does not.
    """
    p = track.landmarks_px.astype(np.float64)
    mid = {j: p[:, list(PAIRS[j])].mean(axis=1) for j in ("ear", "shoulder", "hip", "knee", "heel", "toe")}
    torso = np.hypot(*(mid["shoulder"] - mid["hip"]).T)
    ahead = (
        (mid["knee"] - mid["hip"])[:, 0]
        + 2.0 * (p[:, NOSE] - mid["ear"])[:, 0]
        + (mid["toe"] - mid["heel"])[:, 0]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        vote = np.clip(ahead / torso, -2.0, 2.0)
    if not np.isfinite(vote).any():
        return None
    return "right" if np.nanmedian(vote) >= 0 else "left"


def forward_points(track: PoseTrack, facing: Side) -> NDArray[np.float64]:
    """Return the landmarks with y up and the person facing +x.

    Returns
    -------
    (T, 33, 2) float64, in pixels; NaN where nothing was seen.
    """
    sign = 1.0 if facing == "right" else -1.0
    points: NDArray[np.float64] = track.landmarks_px.astype(np.float64) * np.array([sign, -1.0])
    return points
