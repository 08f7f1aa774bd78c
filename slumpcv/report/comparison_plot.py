"""The picture of a comparison: values with their errors, and curves laid over each other.

Drawn like the timeline, so that the same sessions always give the same picture. Sessions differ
by marker and line style as well as by colour.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from slumpcv.language import text
from slumpcv.report.comparison_curves import ANGLES, shown_steps
from slumpcv.report.comparison_panels import LOOKS, draw_curves, draw_values, is_drawn
from slumpcv.report.comparison_words import comparison_title, session_name, shown_measures
from slumpcv.report.fitting import shrink
from slumpcv.report.palette import INK, MUTED, PAPER
from slumpcv.report.timeline import STYLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from slumpcv.compare import Comparison
    from slumpcv.report.comparison_curves import Curves

# Fewer pixels to the inch than that make type too small once the picture is on a page.
WIDTH_PX, DPI = 1600, 140
_COLUMNS = 5
_TITLE_PX, _LEGEND_PX, _LINE_PX = 56, 42, 27
_VALUES_PX, _VALUES_GAP_PX = 186, 96
_CURVE_PX, _CURVE_GAP_PX = 190, 62
_LEFT_PX, _RIGHT_PX, _APART_PX = 66, 16, 66
_NOTHING_PX, _NAME_PX = 80, 780


def comparison_png(comparison: Comparison, curves: Sequence[Curves], framed: bool = True) -> bytes:
    """Draw the picture.

    Parameters
    ----------
    comparison : what to draw.
    curves : of the sessions whose track is there; without any, only values are drawn.
    framed : whether title and limits are written around it, which a page has anyway.
    """
    out = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure = comparison_figure(comparison, curves, framed)
        # Without this, the version of matplotlib would be part of the file.
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def comparison_figure(comparison: Comparison, curves: Sequence[Curves], framed: bool) -> Figure:
    """Lay out the picture within ``rc_context(STYLE)``; see `comparison_png` for the parameters."""
    rows = [row for row in shown_measures(comparison) if is_drawn(row)]
    words = _words(comparison, bool(curves), framed)
    legend_px = _TITLE_PX if framed else 0
    values_px = legend_px + _LEGEND_PX * math.ceil(len(comparison.sessions) / 2)
    lines_px = math.ceil(len(rows) / _COLUMNS) * (_VALUES_PX + _VALUES_GAP_PX)
    curves_px = values_px + (lines_px or _NOTHING_PX)
    words_px = curves_px + (2 * (_CURVE_PX + _CURVE_GAP_PX) if curves else 0)
    height_px = words_px + _LINE_PX * len(words) + 20
    figure = Figure(figsize=(WIDTH_PX / DPI, height_px / DPI), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    if framed:
        _write(figure, 30, comparison_title(comparison), 15, INK, fontweight="bold")
    _draw_legend(figure, legend_px, comparison)
    for number, row in enumerate(rows):
        draw_values(_panel(figure, values_px, number), row, comparison.sessions)
    if not rows:
        _write(figure, values_px + _NOTHING_PX / 2, text("comparison.plot.nothing"), 11, INK)
    if curves:
        _draw_all_curves(figure, curves_px, curves)
    for line, said in enumerate(words):
        _write(figure, words_px + 20 + line * _LINE_PX, said, 9, MUTED)
    return figure


def _words(comparison: Comparison, with_curves: bool, framed: bool) -> list[str]:
    """Say what stands below the picture, line by line."""
    shaded = text("comparison.plot.shaded", first=comparison.sessions[0].letter)
    said = [f"{shaded} {text('comparison.plot.bars')}"]
    if any(cell.missing for row in shown_measures(comparison) for cell in row.cells):
        said[0] += f" {text('comparison.plot.none')}"
    if with_curves:
        said[0] += f" {text('comparison.plot.time')}"
    return [*said, text("comparison.limits")] if framed else said


def _write(figure: Figure, down_px: float, words: str, size: float, colour: str, **style: Any) -> None:
    """Write a line across the picture, smaller when it would not fit."""
    down = 1 - down_px / (figure.get_figheight() * DPI)
    said = figure.text(0.012, down, words, fontsize=size, color=colour, va="center", **style)
    shrink(said, 0.976 * WIDTH_PX)


def _axes(figure: Figure, left_px: float, top_px: float, width_px: float, height_px: float) -> Axes:
    whole_px = figure.get_figheight() * DPI
    bottom = 1 - (top_px + height_px) / whole_px
    return figure.add_axes((left_px / WIDTH_PX, bottom, width_px / WIDTH_PX, height_px / whole_px))


def _panel(figure: Figure, top_px: float, number: int) -> Axes:
    room_px = WIDTH_PX - _LEFT_PX - _RIGHT_PX - (_COLUMNS - 1) * _APART_PX
    width_px = room_px / _COLUMNS
    line, column = divmod(number, _COLUMNS)
    top_px += line * (_VALUES_PX + _VALUES_GAP_PX) + _VALUES_GAP_PX * 0.58
    return _axes(figure, _LEFT_PX + column * (width_px + _APART_PX), top_px, width_px, _VALUES_PX)


def _draw_all_curves(figure: Figure, top_px: float, curves: Sequence[Curves]) -> None:
    steps = shown_steps(curves)
    width_px = WIDTH_PX - _LEFT_PX - _RIGHT_PX
    titles = (text("comparison.plot.knee"), text("comparison.plot.neck"))
    for number, (angle, title) in enumerate(zip(ANGLES, titles, strict=True)):
        down_px = top_px + number * (_CURVE_PX + _CURVE_GAP_PX) + _CURVE_GAP_PX * 0.6
        axes = _axes(figure, _LEFT_PX, down_px, width_px, _CURVE_PX)
        draw_curves(axes, angle, title, steps, curves)


def _draw_legend(figure: Figure, top_px: float, comparison: Comparison) -> None:
    """Name the sessions, two to a line: a label may be long."""
    height_px = figure.get_figheight() * DPI
    for place, one in enumerate(comparison.sessions):
        look = LOOKS[place]
        line, column = divmod(place, 2)
        x = (20 + column * _NAME_PX) / WIDTH_PX
        y = 1 - (top_px + 20 + line * _LEGEND_PX) / height_px
        width = 70 / WIDTH_PX
        drawn = Line2D([x, x + width / 2, x + width], [y] * 3, color=look.colour)
        drawn.set(linestyle=look.line, marker=look.marker, markevery=[1], markersize=8, linewidth=2)
        figure.add_artist(drawn)
        words = f"{one.letter}: {session_name(one)}"
        if not one.usable:
            words += f" ({text('comparison.why.not_judged')})"
        said = figure.text(x + width + 12 / WIDTH_PX, y, words, fontsize=11, va="center_baseline")
        shrink(said, _NAME_PX - 20 - 70 - 24)
