"""The parts of a comparison's picture: values of one measure, and curves over the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from slumpcv.language import numeral
from slumpcv.report.comparison_curves import POINTS
from slumpcv.report.comparison_words import measure_note, measure_title
from slumpcv.report.fitting import shrink
from slumpcv.report.palette import BLANK, COMPANION, HAIRLINE, INK, LIFT, MUTED, PAPER, PHASE_TINTS
from slumpcv.report.wording import phase_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from slumpcv.compare.schema import Cell, Compared, Row, Unit
    from slumpcv.report.comparison_curves import Curves
    from slumpcv.terms import PhaseName

_TITLE_AT = -0.14  # of a panel's width: above the labels of its axis
_NOTHING = "\N{EN DASH}"
_NOTHING_STYLE: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 11, "color": MUTED}
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Look:
    """How one session is drawn; every part of it differs from the other sessions'."""

    colour: str
    marker: str
    line: tuple[float, tuple[float, ...] | None]


LOOKS = (
    Look(INK, "o", (0, None)),
    Look(LIFT, "s", (0, (5, 1.5))),
    Look(COMPANION, "^", (0, (1.5, 1.2))),
    Look("#1F7A72", "D", (0, (6, 1.5, 1.5, 1.5))),
    Look("#A8447A", "v", (0, (8, 3))),
    Look(MUTED, "P", (0, (3, 1.5, 1, 1.5, 1, 1.5))),
)
# The smallest range of an axis, so that noise does not fill a panel.
_LEAST: dict[Unit, float] = {"deg": 20.0, "index": 0.1, "points": 10.5}


def is_drawn(row: Row) -> bool:
    """Return whether a row holds numbers to draw."""
    return row.unit != "word" and any(cell.value is not None or cell.low is not None for cell in row.cells)


def draw_values(axes: Axes, row: Row, sessions: Sequence[Compared]) -> None:
    """Draw the values of one measure, side by side.

    Parameters
    ----------
    axes : where to draw.
    row : a measure with at least one value.
    sessions : in the order of the cells.
    """
    edges = [_draw_within(axes, row, place) for place in range(1, len(row.cells))]
    edges += [_draw_cell(axes, row.unit, cell, place) for place, cell in enumerate(row.cells)]
    seen = [edge for pair in edges for edge in pair]
    _scale(axes, row.unit, min(seen), max(seen))
    axes.set_xlim(-0.6, len(sessions) - 0.4)
    axes.set_xticks(range(len(sessions)), [one.letter for one in sessions], fontsize=10.5, color=INK)
    axes.tick_params(axis="x", length=0)
    title = axes.set_title(
        measure_title(row.measure), fontsize=10, fontweight="bold", loc="left", x=_TITLE_AT, pad=20
    )
    note = axes.text(_TITLE_AT, 1.05, measure_note(row), fontsize=8.5, color=MUTED, transform=axes.transAxes)
    room_px = axes.get_window_extent().width * (1 - _TITLE_AT)
    shrink(title, room_px)
    shrink(note, room_px)


def _draw_within(axes: Axes, row: Row, place: int) -> tuple[float, ...]:
    """Shade, in a later session's column, what is within the error of the first one's value."""
    reference, limit = row.cells[0].value, row.differences[place - 1].limit
    if reference is None or limit is None:
        return ()
    # A difference of points counts from the limit on, so that the limit itself is not shaded.
    reach = limit - 0.5 if row.unit == "points" else limit
    corner = (place - 0.36, reference - reach)
    axes.add_patch(
        Rectangle(corner, 0.72, 2 * reach, facecolor=PHASE_TINTS["KNEE_EXTENSION"], alpha=0.6, zorder=1)
    )
    return reference - reach, reference + reach


def _draw_cell(axes: Axes, unit: Unit, cell: Cell, place: int) -> tuple[float, ...]:
    """Draw a value with its error, or the range that is all that is known, or that nothing is."""
    look = LOOKS[place]
    low, high = _reach(cell)
    if low is None or high is None:
        axes.text(place, 0.5, _NOTHING, transform=axes.get_xaxis_transform(), **_NOTHING_STYLE)
        return ()
    style = "-" if cell.value is not None else (0, (1.5, 1.5))
    axes.plot([place] * 2, [low, high], color=look.colour, linewidth=1.8, linestyle=style, zorder=3)
    if unit != "points":
        caps = axes.plot(
            [place] * 2, [low, high], color=look.colour, marker="_", markersize=11, linestyle="none"
        )
        caps[0].set_zorder(3)
    if cell.value is not None:
        axes.plot(place, cell.value, marker=look.marker, color=look.colour, markersize=8, zorder=4)
    return low, high


def _reach(cell: Cell) -> tuple[float | None, float | None]:
    """Return what a value may be: its range at an onset, and its error beyond that."""
    error = cell.plus_minus or 0.0
    low = cell.value if cell.low is None else cell.low
    high = cell.value if cell.high is None else cell.high
    return None if low is None else low - error, None if high is None else high + error


def _scale(axes: Axes, unit: Unit, low: float, high: float) -> None:
    if unit == "points":  # the whole of the scale, and of what may rise with the head lift
        low, high = min(low, 0.0), 10.0
    centre, half = (low + high) / 2, max(high - low, _LEAST[unit]) / 2 * 1.08
    axes.set_ylim(centre - half, centre + half)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    _dress(axes, "°" if unit == "deg" else "")


def _dress(axes: Axes, sign: str) -> None:
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda tick, _: f"{numeral(tick)}{sign}".replace("-", _MINUS))
    )
    axes.set_facecolor(BLANK)
    axes.grid(axis="y", color=HAIRLINE, linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", labelsize=9, length=0)
    for edge in ("top", "right", "left", "bottom"):
        axes.spines[edge].set_visible(False)


def draw_curves(
    axes: Axes, angle: str, title: str, steps: Sequence[PhaseName], curves: Sequence[Curves]
) -> None:
    """Draw one angle of all tests over their steps, each step as wide as the others.

    Parameters
    ----------
    axes : where to draw.
    angle : name of the angle.
    title : written above.
    steps : from left to right.
    curves : of the tests.
    """
    for place, step in enumerate(steps):
        axes.axvspan(place, place + 1, color=PHASE_TINTS[step], alpha=0.5, linewidth=0, zorder=0)
        axes.axvline(place, color=PAPER, linewidth=1.2, zorder=0.5)
    for one in curves:
        look = LOOKS[one.place]
        for place, step in enumerate(steps):
            if step in one.steps:
                at = place + np.linspace(0, 1, POINTS)
                drawn = axes.plot(
                    at, one.steps[step][angle], color=look.colour, linestyle=look.line, linewidth=2
                )
                drawn[0].set(marker=look.marker, markevery=[POINTS // 2], markersize=6, zorder=3)
    axes.set_xlim(0, len(steps))
    names = [phase_name(step) for step in steps]
    axes.set_xticks([place + 0.5 for place in range(len(steps))], names, fontsize=8.5, color=INK)
    room_px = axes.get_window_extent().width / len(steps) - 8
    for label in axes.get_xticklabels():
        shrink(label, room_px)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    _dress(axes, "°")
    axes.set_title(title, fontsize=10, fontweight="bold", loc="left", x=-0.035, pad=6)
