"""Landmarks that a reviewer dragged on key frames, and what becomes of the frames between.

What is interpolated is the *offset* from the tracked position: between two keys the landmark keeps
following the body, only so much aside. It is a straight line in time, because each key then changes
nothing beyond its two neighbours, and because an offset is a small, slowly changing error: a curve
through the keys would promise a smoothness that nobody saw, and reach further. Where nothing was
tracked, the positions themselves are joined by a straight line.

Outside of the first and the last key the tracker is believed again: the offset fades out within
`RAMP_S`. Without that, one key would change a single frame, which no hold would notice; held on for
good, it would move the landmark where nobody looked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slumpcv.corrections import KeyPoint
    from slumpcv.track import PoseTrack

    Series = NDArray[np.float64]
    Mask = NDArray[np.bool_]

RAMP_S = 0.2
"""Three frames at 15 a second: enough for no jump, and too little to reach into another movement. [E]"""
# A key this close to a frame is of that frame: times come back from a page in milliseconds.
SAME_FRAME_S = 0.002
# A ramp ends on a frame at 15 a second, give or take the last digit.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Placed:
    """A track with landmarks put where a person says they are.

    Attributes
    ----------
    track : with the moved landmarks; their visibility is 1, since somebody saw them.
    by_hand : (T, 33) True where a landmark was placed, or moved between or beside keys.
    """

    track: PoseTrack
    by_hand: Mask


def place(track: PoseTrack, keys: Sequence[KeyPoint]) -> Placed:
    """Move landmarks to their key positions, and between them.

    Parameters
    ----------
    track : as the model saw it.
    keys : in any order, at most one for a landmark and time.

    Returns
    -------
    Placed
        Without keys the very same track. Landmarks without a key are the same to the bit.
    """
    by_hand = np.zeros(track.landmarks_px.shape[:2], dtype=bool)
    if not keys or len(track) == 0:
        return Placed(track, by_hand)
    landmarks_px, visibility = track.landmarks_px.copy(), track.visibility.copy()
    ordered = sorted(keys, key=lambda k: (k.landmark, k.time_s))
    for landmark, own in groupby(ordered, key=lambda k: k.landmark):
        moved, touched = _move(track.time_s, track.landmarks_px[:, landmark].astype(np.float64), list(own))
        landmarks_px[touched, landmark] = moved[touched]
        visibility[touched, landmark] = 1.0
        by_hand[:, landmark] = touched
    return Placed(replace(track, landmarks_px=landmarks_px, visibility=visibility), by_hand)


def _move(time_s: Series, tracked: Series, keys: Sequence[KeyPoint]) -> tuple[Series, Mask]:
    """Return one landmark's positions, (T, 2), and which frames are not the tracker's own."""
    by_time = {_snapped(time_s, k.time_s): (k.x_px, k.y_px) for k in keys}
    at_s, want = np.array(list(by_time)), np.array(list(by_time.values()))
    between = (time_s >= at_s[0]) & (time_s <= at_s[-1])
    weight = np.clip(1.0 - np.maximum(at_s[0] - time_s, time_s - at_s[-1]) / RAMP_S, 0.0, 1.0)
    weight[weight < ROUNDING] = 0.0
    offset = want - _at(time_s, tracked, at_s)
    known = np.isfinite(offset).all(axis=1)
    moved = tracked.copy()
    if known.any():
        aside = [np.interp(time_s, at_s[known], offset[known, axis]) for axis in (0, 1)]
        moved += weight[:, None] * np.stack(aside, axis=1)
    keyed = np.isin(time_s, at_s)
    moved[keyed] = want[np.isin(at_s, time_s)]
    seen = between & np.isfinite(moved).all(axis=1)
    # Keys between two frames hold the line as well as those on a frame.
    anchors_s, first = np.unique(np.concatenate([at_s, time_s[seen]]), return_index=True)
    anchors = np.concatenate([want, moved[seen]])[first]
    unseen = between & ~seen
    for axis in (0, 1):
        moved[unseen, axis] = np.interp(time_s[unseen], anchors_s, anchors[:, axis])
    return moved, (weight > 0) & np.isfinite(moved).all(axis=1)


def _snapped(time_s: Series, key_s: float) -> float:
    """Return the time of the frame that a key is meant for, or the key's own between two frames."""
    nearest_s = float(time_s[np.abs(time_s - key_s).argmin()])
    return nearest_s if abs(nearest_s - key_s) <= SAME_FRAME_S else key_s


def _at(time_s: Series, tracked: Series, at_s: Series) -> Series:
    """Return tracked positions at times, (K, 2); NaN where a frame beside one was not tracked."""
    return np.stack([np.interp(at_s, time_s, tracked[:, axis]) for axis in (0, 1)], axis=1)
