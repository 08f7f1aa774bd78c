"""Making the person's face unrecognisable in pictures, before anything is drawn on them.

Only the person who is followed is covered: the faces of others are not looked for. All landmarks
of the track count, believed or not, since one cover too many does no harm and one too few does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import PAIRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.report.drawing import Picture
    from slumpcv.track import PoseTrack

    Floats = NDArray[np.float64]

FACE = slice(0, 11)
"""Landmarks of nose, eyes, ears and mouth."""
AROUND_S = 0.25
"""The heads of all analysed frames this near are covered: it may have moved, or jumped in one."""
NEARBY_S = 1.0
"""The head of the nearest frame within this stands in where it was not found, twice as large."""
GROWN = 2.0
FACE_RADII, NECK_RADII = 1.9, 1.0
"""The cover's radius, in spreads of the face and in distances from ear to shoulder."""
BLOCKS = 5
"""Squares across a head: too few to tell a face by."""


class HeadCover:
    """Covers the head in the frames of one clip.

    Parameters
    ----------
    track : PoseTrack
        Its raw landmarks say where the head is.
    """

    def __init__(self, track: PoseTrack) -> None:
        self._time_s = track.time_s
        self._centres_px, self._radii_px = heads(track)
        self._source_px = np.array([track.source.width_px, track.source.height_px], dtype=np.float64)

    def circles(self, time_s: float) -> Floats:
        """Return what to cover at a time.

        Parameters
        ----------
        time_s : time in the clip.

        Returns
        -------
        (N, 3) array
            x, y and radius in pixels of the upright source; none when the head was not found
            within `NEARBY_S`.
        """
        found = np.flatnonzero(np.isfinite(self._radii_px))
        away_s = np.abs(self._time_s[found] - time_s)
        near = found[away_s <= AROUND_S]
        grown = 1.0
        if len(near) == 0:
            near = found[away_s <= NEARBY_S][np.argsort(away_s[away_s <= NEARBY_S])][:2]
            grown = GROWN
        return np.column_stack([self._centres_px[near], self._radii_px[near] * grown])

    def apply(self, rgb: Picture, time_s: float) -> Picture:
        """Return a copy of a frame with the head in coarse squares.

        Parameters
        ----------
        rgb : (H, W, 3) array
            The whole frame, in any size.
        time_s : time in the clip.

        Returns
        -------
        (H, W, 3) array
            Where the head was not found for long, the whole picture is made coarse.
        """
        covered = rgb.copy()
        scale = rgb.shape[1] / self._source_px[0]
        circles = self.circles(time_s) * scale
        if len(circles) == 0:
            _coarsen(covered, max(rgb.shape[:2]) / (4 * BLOCKS))
            return covered
        for x, y, radius in circles:
            _cover(covered, rgb, (x, y), radius)
        return covered


def heads(track: PoseTrack) -> tuple[Floats, Floats]:
    """Return centre (T, 2) and radius (T,) of the head in source pixels; NaN where it was not found."""
    landmarks_px = track.landmarks_px.astype(np.float64)
    face_px = landmarks_px[:, FACE]
    ear_px, shoulder_px = (_middle(landmarks_px[:, list(PAIRS[j])]) for j in ("ear", "shoulder"))
    # In side view the ears lie near the middle of the head, and the face to one side of it.
    face_middle_px = _middle(face_px)
    centre_px = np.where(np.isfinite(ear_px), ear_px + 0.2 * (face_middle_px - ear_px), face_middle_px)
    away_px = np.hypot(*np.moveaxis(face_px - centre_px[:, None], -1, 0))
    spread_px = np.where(np.isfinite(away_px), away_px, 0.0).max(axis=1)
    neck_px = np.hypot(*(shoulder_px - ear_px).T)
    # A bent neck shortens the distance, and a lost shoulder falsifies it: the clip's own is steadier.
    usual_px = float(np.median(neck_px[np.isfinite(neck_px)])) if np.isfinite(neck_px).any() else 0.0
    radius_px = np.maximum(FACE_RADII * spread_px, NECK_RADII * usual_px)
    return centre_px, np.where(np.isfinite(centre_px).all(axis=1), radius_px, np.nan)


def _middle(points: Floats) -> Floats:
    """Return the mean (T, 2) of those points (T, N, 2) that were found; NaN where none was."""
    found = np.isfinite(points).all(axis=2, keepdims=True)
    with np.errstate(invalid="ignore"):
        middle: Floats = np.where(found, points, 0.0).sum(axis=1) / found.sum(axis=1)
    return middle


def _cover(covered: Picture, rgb: Picture, centre: tuple[float, float], radius: float) -> None:
    """Make a circle coarse, in place; what lies outside of it stays as it is."""
    left, top = (max(0, int(c - radius)) for c in centre)
    right, bottom = (int(c + radius) + 1 for c in centre)
    part = covered[top:bottom, left:right]
    if part.size == 0:
        return
    coarse = rgb[top:bottom, left:right].copy()
    _coarsen(coarse, 2 * radius / BLOCKS)
    y, x = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
    inside = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 <= radius**2
    part[inside] = coarse[inside]


def _coarsen(picture: Picture, block: float) -> None:
    """Replace a picture by the means of squares, in place."""
    size = max(2, round(block))
    for top in range(0, picture.shape[0], size):
        for left in range(0, picture.shape[1], size):
            square = picture[top : top + size, left : left + size]
            square[:] = square.reshape(-1, 3).mean(axis=0).round()
