"""Curves of the timeline on the screen: what was seen, what was filled in, and the stated error."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from slumpcv.language import numeral, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from slumpcv.angles import Angles

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

# Frames further apart than this are not joined, however slow the analysis was.
JOINED_S = 0.5


def segments(time_s: Floats, shown: Bools) -> Iterator[slice]:
    """Give the stretches that are joined: nothing missing between, and no pause of the recording."""
    if len(time_s) == 0:
        return
    breaks = np.flatnonzero((np.diff(shown.astype(int)) != 0) | (np.diff(time_s) > JOINED_S)) + 1
    for start, end in pairwise([0, *breaks.tolist(), len(time_s)]):
        if shown[start]:
            yield slice(start, end)


def curve(angles: Angles, measure: str, error: float | None, colour: str) -> list[go.Scatter]:
    """Return the traces of one measure.

    Parameters
    ----------
    angles : whose field ``measure`` is drawn; gaps stay gaps.
    error : ± in the measure's own unit, None when none is stated.
    colour : of line and band.
    """
    values: Floats = getattr(angles, measure)
    seen = np.isfinite(values)
    filled = angles.interpolated & seen
    # A filled stretch is drawn up to its seen neighbours, so that the dots join the solid line.
    beside = (filled | np.roll(filled, 1) | np.roll(filled, -1)) & seen
    line = _line(angles.time_s, values, seen & ~filled, {"color": colour, "width": 2.4})
    line.hovertemplate = f"{text(f'report.angle.{measure}')}: {_number(measure, error)}<extra></extra>"
    dots = _line(angles.time_s, values, beside, {"color": colour, "width": 2, "dash": "dot"})
    dots.hoverinfo = "skip"
    band = [] if error is None else [_error_band(angles.time_s, values, seen, error, colour)]
    return [*band, line, *([dots] if filled.any() else [])]


def value_range(curves: Sequence[Floats], error: float, least: float) -> tuple[float, float]:
    """Return the range of an axis; ``least`` is the smallest, so that noise does not fill it."""
    seen = np.concatenate([values[np.isfinite(values)] for values in curves])
    if len(seen) == 0:
        return 0.0, least
    low, high = float(seen.min()) - error, float(seen.max()) + error
    middle, half = (low + high) / 2, max(high - low, least) / 2 * 1.08
    return middle - half, middle + half


def _number(measure: str, error: float | None) -> str:
    """Return how a value is written; the error is rounded up, as everywhere."""
    if measure.endswith("_deg"):
        return "%{y:.0f}°" + ("" if error is None else f" ±{math.ceil(round(error, 6))}")
    return "%{y:.2f}" + (
        "" if error is None else f" ±{numeral(math.ceil(round(error * 100, 6)) / 100, '.2f')}"
    )


def _line(time_s: Floats, values: Floats, shown: Bools, line: dict[str, Any]) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for part in segments(time_s, shown):
        x += [*time_s[part].round(3).tolist(), None]
        y += [*values[part].round(3).tolist(), None]
    return go.Scatter(x=x, y=y, mode="lines", line=line, connectgaps=False, name="")


def _error_band(time_s: Floats, values: Floats, seen: Bools, error: float, colour: str) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for part in segments(time_s, seen):
        inside_s, value = time_s[part].round(3), values[part].round(3)
        x += [*inside_s.tolist(), *inside_s[::-1].tolist(), None]
        y += [*(value + error).tolist(), *(value - error)[::-1].tolist(), None]
    look = {"mode": "lines", "line": {"width": 0}, "fill": "toself", "fillcolor": colour, "opacity": 0.16}
    return go.Scatter(x=x, y=y, hoverinfo="skip", name="", **look)
