"""The angles of two tests laid over each other, each phase stretched to the same width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from slumpcv.language import text
from slumpcv.report.comparison_curves import POINTS
from slumpcv.report.wording import short_phase_name
from slumpcv.ui.charts import FONT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.report.comparison_curves import Curves
    from slumpcv.report.palette import Colours
    from slumpcv.terms import PhaseName

NAMES = ("knee_flexion_deg", "neck_flexion_deg", "trunk_lean_deg", "slump_index")
ROW_PX, GAP, TOP_PX, BOTTOM_PX = 150, 0.09, 84, 36


def overlaid(
    curves: Sequence[Curves | None], names: Sequence[str], steps: Sequence[PhaseName], colours: Colours
) -> go.Figure:
    """Draw the curves of two tests; a gap is where an angle was not seen.

    Parameters
    ----------
    curves : of the first and the second test; None where there is nothing to draw.
    names : what the tests are called.
    steps : phases that both have, in order.
    colours : those of the page around it.
    """
    height = (1 - GAP * (len(NAMES) - 1)) / len(NAMES)
    chart, notes, axes = go.Figure(), [], {}
    for at, angle in enumerate(NAMES):
        low = 1 - height - at * (height + GAP)
        axis = f"y{at + 1 if at else ''}"
        for number, one in enumerate(curves):
            if one is not None:
                line = _line(one, angle, steps, colours, number)
                chart.add_trace(line.update(name=names[number], yaxis=axis, showlegend=at == 0))
        notes.append(_title(angle, low + height, colours))
        axes[axis.replace("y", "yaxis")] = {
            "domain": [max(0.0, low), low + height],
            "gridcolor": colours.hairline,
            "zeroline": False,
            "ticksuffix": "" if angle == "slump_index" else "°",
        }
    return chart.update_layout(**_layout(steps, colours), annotations=notes, **axes)


def _line(
    curves: Curves, angle: str, steps: Sequence[PhaseName], colours: Colours, number: int
) -> go.Scatter:
    places = [np.linspace(at, at + 1, POINTS) for at in range(len(steps))]
    values = [curves.steps[step][angle] for step in steps]
    return go.Scatter(
        x=np.concatenate(places),
        y=np.concatenate(values),
        mode="lines",
        connectgaps=False,
        line={
            "color": colours.companion if number else colours.ink,
            "width": 2.2,
            "dash": "dash" if number else "solid",
        },
        hovertemplate="%{y:.2f}" if angle == "slump_index" else "%{y:.0f}°",
    )


def _title(angle: str, high: float, colours: Colours) -> dict[str, Any]:
    return {
        "text": f"<b>{text(f'pair.angle.{angle}')}</b>",
        "x": 0,
        "y": high,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": colours.ink, "size": 13},
    }


def _layout(steps: Sequence[PhaseName], colours: Colours) -> dict[str, Any]:
    return {
        "height": ROW_PX * len(NAMES) + TOP_PX + BOTTOM_PX,
        "margin": {"l": 44, "r": 8, "t": TOP_PX, "b": BOTTOM_PX},
        "font": {"family": FONT, "color": colours.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
        "xaxis": {
            "range": [0, len(steps)],
            "tickvals": [at + 0.5 for at in range(len(steps))],
            "ticktext": [short_phase_name(step) for step in steps],
            "anchor": "free",
            "position": 0,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "shapes": [
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": colours.hairline, "width": 1},
            }
            for at in range(1, len(steps))
        ],
    }
