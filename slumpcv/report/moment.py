"""What is known at any moment of the clip, between and at the analysed frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import landmark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.body import Joint
    from slumpcv.terms import Side

    Floats = NDArray[np.float64]

# Landmarks are joined over shorter gaps than this only; over longer ones nothing is drawn.
JOINED_S = 0.25
_SAME_S = 1e-4
_SHANK_AND_FOOT: tuple[Joint, ...] = ("knee", "ankle", "heel", "toe")


class Moments:
    """Landmarks and angles at any time, joined linearly over short gaps.

    The landmarks are those that the analysis believed, with swapped legs put right, and only
    where their angle is known: what is drawn is what was measured.

    Parameters
    ----------
    angles : Angles
        The angles, and the landmarks that they were made of.
    side : "left" or "right"
        The tested side.
    """

    def __init__(self, angles: Angles, side: Side) -> None:
        self._time_s = angles.time_s
        self._angles = angles
        self._landmarks_px = _believed_px(angles, side)
        seen = np.isfinite(self._landmarks_px[:, :, 0]) & np.isfinite(self._landmarks_px[:, :, 1])
        frames = np.arange(len(seen)).reshape(-1, 1)
        self._seen_before = np.maximum.accumulate(np.where(seen, frames, -1), axis=0)
        after = np.where(seen, frames, len(seen))[::-1]
        self._seen_after = np.minimum.accumulate(after, axis=0)[::-1]

    def _neighbours(self, time_s: float) -> tuple[int, int] | None:
        """Give the analysed frames before and after a time: twice the same one when it is there."""
        i = int(np.searchsorted(self._time_s, time_s + _SAME_S, side="right")) - 1
        if i >= 0 and abs(self._time_s[i] - time_s) <= _SAME_S:
            return i, i
        return (i, i + 1) if 0 <= i < len(self._time_s) - 1 else None

    def landmarks(self, time_s: float) -> tuple[Floats, NDArray[np.bool_]]:
        """Give landmarks at a time.

        Parameters
        ----------
        time_s : float
            Time in the clip.

        Returns
        -------
        landmarks_px : (33, 2) array
            In pixels of the upright source image; NaN where not seen.
        filled : (33,) bool array
            True where an analysed frame in which the landmark was not seen was passed over.
        """
        landmarks_px = np.full(self._landmarks_px.shape[1:], np.nan)
        filled = np.zeros(len(landmarks_px), dtype=bool)
        neighbours = self._neighbours(time_s)
        if neighbours is None:
            return landmarks_px, filled
        before, after = self._seen_before[neighbours[0]], self._seen_after[neighbours[1]]
        held = np.flatnonzero((before >= 0) & (after < len(self._time_s)))
        start, end = before[held], after[held]
        gap_s = self._time_s[end] - self._time_s[start]
        short = (gap_s < JOINED_S) | (start == end)
        held, start, end, gap_s = held[short], start[short], end[short], gap_s[short]
        part = np.where(gap_s > 0, (time_s - self._time_s[start]) / np.maximum(gap_s, _SAME_S), 0.0)[:, None]
        first, second = self._landmarks_px[start, held], self._landmarks_px[end, held]
        landmarks_px[held] = first + part * (second - first)
        filled[held] = end - start > 1
        return landmarks_px, filled

    def value(self, name: str, time_s: float) -> float:
        """Give a named measure of the angles at a time; NaN where not seen."""
        neighbours = self._neighbours(time_s)
        if neighbours is None:
            return float("nan")
        values: Floats = getattr(self._angles, name)
        start, end = neighbours
        gap_s = float(self._time_s[end] - self._time_s[start])
        if gap_s == 0:
            return float(values[start])
        if gap_s >= JOINED_S:
            return float("nan")
        part = (time_s - float(self._time_s[start])) / gap_s
        return float(values[start] + part * (values[end] - values[start]))


def _believed_px(angles: Angles, side: Side) -> Floats:
    """Give the believed landmarks in pixels of the image, less those whose angle is missing."""
    mirror = np.array([1.0 if angles.facing == "right" else -1.0, -1.0])
    landmarks_px: Floats = angles.plausible.points * mirror
    landmarks_px[(angles.confidence <= 0) | np.isnan(angles.trunk_lean_deg)] = np.nan
    for joint in _SHANK_AND_FOOT:
        landmarks_px[np.isnan(angles.knee_flexion_deg), landmark(joint, side)] = np.nan
    landmarks_px[np.isnan(angles.head_angle_deg), landmark("ear", side)] = np.nan
    return landmarks_px
