"""The picture of what measuring again changed: the change of every session over its old value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from slumpcv.report.palette import HAIRLINE, INK, LIFT, MUTED, PAPER
from slumpcv.report.timeline import STYLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from slumpcv.batch.differences import Change

COLUMNS = 3
PANEL_IN, DPI = (4.2, 2.8), 120
UNITS = {"deg": "°", "index": "", "points": "points"}


def write_plot(path: Path, found: Sequence[Change]) -> None:
    """Draw a panel for each measure that has numbers; violet marks changes beyond the error (PNG).

    Parameters
    ----------
    path : the file to write.
    found : all changes.
    """
    measures = dict.fromkeys(change.measure for change in found if change.change is not None)
    rows = max(1, math.ceil(len(measures) / COLUMNS))
    with mpl.rc_context(STYLE):
        size = PANEL_IN[0] * COLUMNS, PANEL_IN[1] * rows + 0.5
        figure = Figure(figsize=size, dpi=DPI, facecolor=PAPER, layout="constrained")
        FigureCanvasAgg(figure)
        sessions = len({change.session for change in found})
        title = (
            f"Measured again: {sessions} sessions, new minus old (violet: more than the measurement error)"
        )
        figure.suptitle(title, color=INK, fontsize=11)
        for place, measure in enumerate(measures, start=1):
            mine = [c for c in found if c.measure == measure and c.change is not None]
            _draw(figure.add_subplot(rows, COLUMNS, place), mine)
        figure.savefig(path, format="png", metadata={"Software": None})


def _draw(axes: Axes, mine: Sequence[Change]) -> None:
    unit = UNITS[mine[0].unit]
    axes.set_title(mine[0].measure.replace("_", " "), color=INK, fontsize=9)
    axes.axhline(0.0, color=HAIRLINE, linewidth=1.0, zorder=1)
    for beyond, colour, marker in ((False, MUTED, "o"), (True, LIFT, "D")):
        some = [change for change in mine if (change.verdict == "more") == beyond]
        at = [float(change.old) for change in some]
        axes.scatter(at, [change.change or 0.0 for change in some], s=14, c=colour, marker=marker, zorder=2)
    axes.set_xlabel(f"old {unit}".strip(), color=MUTED, fontsize=8)
    axes.set_ylabel(f"change {unit}".strip(), color=MUTED, fontsize=8)
    axes.tick_params(colors=MUTED, labelsize=8)
    # One point alone would be given an axis of no length.
    highest = max(1e-3, *(abs(change.change or 0.0) for change in mine))
    axes.set_ylim(-1.2 * highest, 1.2 * highest)
