"""A uniform grid of time, which OpenSim's files need and recordings do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.errors import InputError
from slumpcv.smoothing import SHORT_GAP_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Series = NDArray[np.float64]

# Nearer than this to a frame, a moment is that frame's: float noise must not make a gap.
SAME_S = 1e-6
# Four hours at 60 frames a second. A damaged track can claim years between two frames.
MOST_ROWS = 1_000_000


def uniform_grid(time_s: Series) -> tuple[float, Series]:
    """Return the recording's usual rate and a grid of moments at that rate.

    Parameters
    ----------
    time_s : (T,) the frames' own timestamps, strictly increasing.

    Returns
    -------
    rate_hz : one over the median distance of frames, rounded as it is written in the files.
    grid_s : (N,) from the first frame on, none after the last.

    Raises
    ------
    InputError
        With fewer than two frames there is no rate, and times may be too far apart for a grid.
    """
    if len(time_s) < 2:
        raise InputError("The clip has fewer than two analysed frames", "Record it again.")
    # Not below what makes a rate: the least step that a double can hold has none.
    step_s = max(float(np.median(np.diff(time_s))), SAME_S)
    rate_hz = round(1.0 / step_s, 6)
    steps = float(time_s[-1] - time_s[0] + SAME_S) * rate_hz
    if not (rate_hz > 0 and steps < MOST_ROWS):
        raise InputError(
            "The clip's frames are too far apart for an even grid of time", "Cut the clip to the test."
        )
    return rate_hz, time_s[0] + np.arange(int(steps) + 1) / rate_hz


def resample(time_s: Series, values: Series, grid_s: Series) -> Series:
    """Read a series at the moments of a grid by straight lines between frames.

    Parameters
    ----------
    time_s : (T,) strictly increasing.
    values : (T,), NaN where missing.
    grid_s : (N,) moments.

    Returns
    -------
    (N,); NaN outside of the recording, where either neighbouring frame misses the value, and
    where those two are further apart than ``SHORT_GAP_S``: nothing is made up across a gap.
    """
    after = np.clip(np.searchsorted(time_s, grid_s), 1, len(time_s) - 1)
    before = after - 1
    width_s = time_s[after] - time_s[before]
    part = (grid_s - time_s[before]) / width_s
    out: Series = values[before] + part * (values[after] - values[before])
    out[(width_s > SHORT_GAP_S) | (part < -SAME_S) | (part > 1 + SAME_S)] = np.nan
    for frame in (before, after):
        here = np.abs(grid_s - time_s[frame]) <= SAME_S
        out[here] = values[frame[here]]
    return out
