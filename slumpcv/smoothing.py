"""Closing short gaps and taking out noise: with the future for files, without it live."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Series = NDArray[np.float64]
    Mask = NDArray[np.bool_]

# Gaps up to this long are bridged by a straight line: at 45 deg/s, the fastest the protocol
# allows, a movement turns by 18 deg in that time.
SHORT_GAP_S = 0.4
# Width of the smoothing kernel. It halves the power at 2.7 Hz; movements of 1 s and more, the
# quickest that the protocol allows by far, keep 98 % of their size. Human movement from video
# is usually cut off at 4 to 6 Hz (Winter, Biomechanics and Motor Control of Human Movement);
# this test is slower.
KERNEL_SIGMA_S = 0.05
# Weights further out than this are below 0.0004.
KERNEL_REACH_SIGMAS = 4.0
# Spikes: distance from the running median, in robust standard deviations (Hampel filter).
HAMPEL_WINDOW_S = 0.6
HAMPEL_SIGMAS = 4.0


def fill_short_gaps(time_s: Series, values: Series, longest_s: float = SHORT_GAP_S) -> tuple[Series, Mask]:
    """Bridge gaps by straight lines in real time.

    Parameters
    ----------
    time_s : (T,) seconds, strictly increasing.
    values : (T,), NaN where missing.
    longest_s : a gap whose good neighbours are further apart stays NaN.

    Returns
    -------
    filled : (T,); gaps at either end and long ones stay NaN.
    interpolated : (T,) bool, True where a value was made up.
    """
    good = np.flatnonzero(np.isfinite(values))
    filled, made = values.copy(), np.zeros(len(values), dtype=bool)
    if len(good) < 2:
        return filled, made
    after = np.searchsorted(good, np.arange(len(values)))
    inside = ~np.isfinite(values) & (after > 0) & (after < len(good))
    left, right = good[np.clip(after - 1, 0, None)], good[np.clip(after, None, len(good) - 1)]
    made = inside & (time_s[right] - time_s[left] <= longest_s)
    filled[made] = np.interp(time_s[made], time_s[good], values[good])
    return filled, made


def hold_last(time_s: Series, values: Series, longest_s: float) -> Series:
    """Carry each value on over the gap after it, for so many seconds at most: no future is used.

    Parameters
    ----------
    time_s : (T,) seconds, strictly increasing.
    values : (T,), NaN where missing; gaps at the start stay NaN.
    longest_s : how old a value may become.
    """
    last = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), -1))
    held = np.where(last >= 0, values[last], np.nan)
    return np.where(time_s - time_s[last] <= longest_s, held, np.nan)


def remove_spikes(time_s: Series, values: Series, least: float) -> Series:
    """Set to NaN what stands out of its neighbourhood for a frame or two.

    Parameters
    ----------
    time_s : (T,) seconds.
    values : (T,), NaN where missing.
    least : deviations smaller than this are never spikes, in the unit of `values`.
    """
    if len(time_s) < 5:
        return values
    reach = max(2, math.ceil(HAMPEL_WINDOW_S / 2 / float(np.median(np.diff(time_s)))))
    padded = np.pad(values, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    with np.errstate(invalid="ignore"):
        middle = _row_median(windows)
        sigma = 1.4826 * _row_median(np.abs(windows - middle[:, None]))
        spike = np.abs(values - middle) > np.maximum(HAMPEL_SIGMAS * sigma, least)
    return np.where(spike, np.nan, values)


def _row_median(windows: Series) -> Series:
    """Return each row's median over what is finite there, NaN for an empty row."""
    ordered = np.sort(windows, axis=1)
    count = np.isfinite(windows).sum(axis=1)
    rows = np.arange(len(windows))
    low, high = np.maximum((count - 1) // 2, 0), np.maximum(count // 2, 0)
    median = (ordered[rows, low] + ordered[rows, np.minimum(high, windows.shape[1] - 1)]) / 2
    return np.where(count > 0, median, np.nan)


def running_median(values: Series, width: int) -> Series:
    """Return the median over a window of so many samples around each, NaN left out.

    Parameters
    ----------
    values : (T,) or (T, k); each column on its own.
    width : odd number of samples; windows are cut off at either end.
    """
    if len(values) == 0:
        return values
    columns = values.reshape(len(values), -1)
    padded = np.pad(columns, ((width // 2, width // 2), (0, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=0)
    return _row_median(windows.reshape(-1, width)).reshape(values.shape)


def window_frames(time_s: Series, window_s: float) -> int:
    """Return how many frames make a window, odd and at least 3; 1 where there are too few to tell."""
    if len(time_s) < 5:
        return 1
    return max(3, round(window_s / float(np.median(np.diff(time_s)))) | 1)


def smooth_offline(time_s: Series, values: Series, sigma_s: float = KERNEL_SIGMA_S) -> Series:
    """Take out noise without delay: a weighted straight-line fit around each moment.

    Weights are Gaussian in time, so irregular timestamps need no resampling, and a straight
    line rather than a mean keeps slopes and the ends of a stretch unbiased (local linear
    regression; Fan and Gijbels 1996). Each stretch between gaps is smoothed on its own.

    Parameters
    ----------
    time_s : (T,) seconds, strictly monotonic.
    values : (T,), NaN where missing; stays NaN there.
    sigma_s : standard deviation of the weights.
    """
    out = values.copy()
    for begin, end in stretches(np.isfinite(values)):
        if end - begin >= 3:
            out[begin:end] = _local_lines(time_s[begin:end], values[begin:end], sigma_s)
    return out


def _local_lines(time_s: Series, values: Series, sigma_s: float) -> Series:
    """Sum weights over neighbours at each offset; far ones have none."""
    nearest_s = float(np.abs(np.diff(time_s)).min())
    reach = min(len(values) - 1, math.ceil(KERNEL_REACH_SIGMAS * sigma_s / nearest_s))
    moments = np.zeros((5, len(values)))
    for offset in range(-reach, reach + 1):
        here = slice(max(0, -offset), len(values) - max(0, offset))
        there = slice(max(0, offset), len(values) - max(0, -offset))
        away_s = time_s[there] - time_s[here]
        weight = np.exp(-0.5 * (away_s / sigma_s) ** 2)
        terms = (np.ones_like(away_s), away_s, away_s**2, values[there], away_s * values[there])
        for moment, term in zip(moments, terms, strict=True):
            moment[here] += weight * term
    w, wt, wtt, wv, wtv = moments
    spread = w * wtt - wt**2
    line = np.divide(wtt * wv - wt * wtv, spread, out=wv / w, where=spread > 1e-12 * w * w)
    return np.asarray(line)


def stretches(mask: Mask) -> list[tuple[int, int]]:
    """Return the half-open index ranges in which a mask is True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


class OneEuro:
    """A causal smoother for live use: steady when still, quick when moving.

    After Casiez, Roussel and Vogel, "1 euro filter" (CHI 2012): a first-order low-pass whose
    cut-off rises with the speed of the signal.

    Parameters
    ----------
    least_cutoff_hz : cut-off at rest.
    speed_factor : how much the cut-off rises, in Hz per (unit per second).
    """

    def __init__(self, least_cutoff_hz: float = 1.0, speed_factor: float = 0.05) -> None:
        self._least_cutoff_hz = least_cutoff_hz
        self._speed_factor = speed_factor
        self._time_s = math.nan
        self._value = math.nan
        self._speed = 0.0

    def step(self, time_s: float, value: float) -> float:
        """Return the smoothed value; NaN in, NaN out, and a long gap starts afresh."""
        if not math.isfinite(value):
            return math.nan
        elapsed_s = time_s - self._time_s
        if not elapsed_s <= SHORT_GAP_S:
            self._time_s, self._value, self._speed = time_s, value, 0.0
            return value
        speed = (value - self._value) / elapsed_s
        self._speed += self._weight(elapsed_s, 1.0) * (speed - self._speed)
        cutoff_hz = self._least_cutoff_hz + self._speed_factor * abs(self._speed)
        self._value += self._weight(elapsed_s, cutoff_hz) * (value - self._value)
        self._time_s = time_s
        return self._value

    @staticmethod
    def _weight(elapsed_s: float, cutoff_hz: float) -> float:
        tau_s = 1 / (2 * math.pi * cutoff_hz)
        return elapsed_s / (elapsed_s + tau_s)
