"""Plane geometry on arrays of points and vectors; NaN in, NaN out.

Points are ``(..., 2)`` with x to the right and **y up**. Angles are in degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def length(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Euclidean length of vectors, shape ``(..., 2)`` to ``(...)``."""
    return np.hypot(vector[..., 0], vector[..., 1])


def wrap_deg(angle_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same angles in [-180, 180)."""
    return (angle_deg + 180.0) % 360.0 - 180.0


def elevation_deg(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angle of vectors above the +x axis, in (-180, 180]."""
    return np.degrees(np.arctan2(vector[..., 1], vector[..., 0]))


def forward_lean_deg(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angle of vectors against the vertical, +x (forward) positive, in (-180, 180]."""
    return np.degrees(np.arctan2(vector[..., 0], vector[..., 1]))


def joint_angle_deg(
    proximal: NDArray[np.float64], joint: NDArray[np.float64], distal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the inner angle at ``joint`` between its two neighbours, in [0, 180].

    Computed with atan2 of cross and dot product, which stays accurate near 0 and 180
    where the arc cosine does not.
    """
    a, b = proximal - joint, distal - joint
    cross = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    dot = (a * b).sum(axis=-1)
    angle_deg: NDArray[np.float64] = np.degrees(np.arctan2(np.abs(cross), dot))
    return angle_deg
