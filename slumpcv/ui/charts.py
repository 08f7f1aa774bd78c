"""The timeline of a test to look at on a screen: curves, phases and symptoms over one axis of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from slumpcv.language import text
from slumpcv.report.palette import LIGHT, PHASE_TINTS
from slumpcv.report.wording import short_phase_name, stated_errors
from slumpcv.ui.chart_curves import curve, value_range
from slumpcv.ui.chart_lane import lane, lane_px, lane_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slumpcv.angles import Angles
    from slumpcv.report.palette import Colours
    from slumpcv.session import Phase, Session

# Shown before the first and after the last phase.
AROUND_S = 0.5
HEADER_PX, TITLE_PX, AXIS_PX = 26, 30, 44
# A phone held upright has this much for the curves, and a letter of a phase's name takes this much.
PHONE_PX, LETTER_PX = 310, 6.0
FONT = "Source Sans, Source Sans Pro, sans-serif"  # that of the pages


@dataclass(frozen=True)
class Panel:
    """One row of curves; ``least`` is the smallest range of its axis, so that noise does not fill it."""

    measures: tuple[str, ...]
    height_px: int
    least: float


PANELS = (
    Panel(("knee_flexion_deg",), 150, 30),
    Panel(("neck_flexion_deg", "head_angle_deg"), 150, 30),
    Panel(("trunk_lean_deg",), 110, 30),
    Panel(("slump_index",), 90, 0.12),
)


@dataclass(frozen=True)
class Row:
    """Where a row stands: the name of its axis, and the share of the drawing that it takes, from below."""

    axis: str
    low: float
    high: float


def timeline(angles: Angles, session: Session, colours: Colours = LIGHT) -> go.Figure:
    """Draw the angles over the phases of the test, with the symptoms above them.

    Parameters
    ----------
    angles, session : the result. What was not seen stays empty; short gaps that were filled in are
        dotted.
    colours : those of the page around it.

    Returns
    -------
    plotly.graph_objects.Figure
        Without zooming, so that a finger scrolls the page; one cursor goes through all rows.
    """
    errors = stated_errors(session)
    span_s = _span_s(angles, session)
    above = [height for height in [lane_px(session)] if height]
    rows, height_px = _rows([*above, *(panel.height_px for panel in PANELS)])
    chart = go.Figure()
    notes: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    if above:
        _add(chart, lane(session, colours), rows[0])
        notes.append(_row_name(rows[0], f"<b>{text('replay.chart.symptoms')}</b>", colours))
        axes |= _axis(rows[0], {"visible": False, "range": [lane_rows(session), 0]})
    for panel, row in zip(PANELS, rows[len(above) :], strict=True):
        for measure, colour in _coloured(panel, colours):
            _add(chart, curve(angles, measure, errors.get(measure), colour), row)
        notes.append(_row_name(row, _title(panel, colours), colours))
        axes |= _axis(row, _scale(panel, angles, errors, span_s, colours))
    shapes = [shape for phase in session.phases for shape in _band(phase, colours)]
    notes += [note for phase in session.phases for note in _band_name(phase, span_s, colours)]
    _lay_out(chart, height_px, span_s, colours, rows[-1])
    return chart.update_layout(shapes=shapes, annotations=notes, **axes)


def _span_s(angles: Angles, session: Session) -> tuple[float, float]:
    time_s, phases = angles.time_s, session.phases
    whole = (float(time_s[0]), float(time_s[-1])) if len(time_s) else (0.0, 1.0)
    if not phases:
        return whole
    return max(whole[0], phases[0].start_s - AROUND_S), min(whole[1], phases[-1].end_s + AROUND_S)


# --- rows ---------------------------------------------------------------------------------------


def _rows(heights_px: Sequence[int]) -> tuple[list[Row], int]:
    """Put rows below each other, each with room for its name above it; return the whole height too."""
    inner_px = sum(height + TITLE_PX for height in heights_px)
    rows, done_px = [], 0
    for number, height in enumerate(heights_px, start=1):
        high = 1 - (done_px + TITLE_PX) / inner_px
        done_px += TITLE_PX + height
        rows.append(Row("y" if number == 1 else f"y{number}", max(0.0, 1 - done_px / inner_px), high))
    return rows, HEADER_PX + inner_px + AXIS_PX


def _add(chart: go.Figure, traces: Sequence[go.Scatter], row: Row) -> None:
    for trace in traces:
        chart.add_trace(trace.update(yaxis=row.axis))


def _coloured(panel: Panel, colours: Colours) -> list[tuple[str, str]]:
    return list(zip(panel.measures, (colours.ink, colours.companion), strict=False))


def _title(panel: Panel, colours: Colours) -> str:
    names = [
        f'<span style="color:{colour}"><b>{text(f"report.angle.{measure}")}</b></span>'
        for measure, colour in _coloured(panel, colours)
    ]
    return " · ".join(names)


def _row_name(row: Row, words: str, colours: Colours) -> dict[str, Any]:
    place = {"x": 0, "y": row.high, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    font = {"color": colours.ink, "size": 13}
    return {"text": words, **place, "yshift": 3, "showarrow": False, "font": font, "align": "left"}


def _axis(row: Row, look: dict[str, Any]) -> dict[str, Any]:
    fixed = {"domain": [row.low, row.high], "fixedrange": True, "zeroline": False, "anchor": "x"}
    return {row.axis.replace("y", "yaxis"): {**fixed, **look}}


def _scale(
    panel: Panel,
    angles: Angles,
    errors: Mapping[str, float],
    span_s: tuple[float, float],
    colours: Colours,
) -> dict[str, Any]:
    inside = (angles.time_s >= span_s[0]) & (angles.time_s <= span_s[1])
    curves = [getattr(angles, name)[inside] for name in panel.measures]
    error = max(errors.get(name, 0.0) for name in panel.measures)
    return {
        "range": value_range(curves, error, panel.least),
        "ticksuffix": "°" if panel.measures[0].endswith("_deg") else "",
        "nticks": 5,
        "gridcolor": colours.hairline,
        "tickfont": {"size": 12, "color": colours.muted},
    }


# --- phases -------------------------------------------------------------------------------------


def _band(phase: Phase, colours: Colours) -> list[dict[str, Any]]:
    """Return a phase's band through all rows; the head lift is stronger and has edges."""
    over = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    lift = phase.phase == "HEAD_LIFT"
    band = {
        "type": "rect",
        "x0": phase.start_s,
        "x1": phase.end_s,
        "fillcolor": PHASE_TINTS[phase.phase],
        "opacity": (0.5 if lift else 0.34) * colours.tint,
        "line": {"width": 0},
    }
    edge = {"type": "line", "line": {"color": colours.lift, "width": 1.5, "dash": "dot"}}
    edges = [{**edge, "x0": at_s, "x1": at_s} for at_s in (phase.start_s, phase.end_s)]
    return [{**shape, **over} for shape in [band, *(edges if lift else [])]]


def _band_name(phase: Phase, span_s: tuple[float, float], colours: Colours) -> list[dict[str, Any]]:
    """Return a phase's name above its band, unless it would not fit on a phone."""
    words, lift = short_phase_name(phase.phase), phase.phase == "HEAD_LIFT"
    start_s, end_s = max(phase.start_s, span_s[0]), min(phase.end_s, span_s[1])
    if (end_s - start_s) / (span_s[1] - span_s[0]) * PHONE_PX < len(words) * LETTER_PX:
        return []
    place = {"x": (start_s + end_s) / 2, "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom"}
    font = {"color": colours.lift if lift else colours.muted, "size": 12}
    words = f"<b>{words}</b>" if lift else words
    return [{"text": words, **place, "yshift": 2, "showarrow": False, "font": font}]


# --- the whole ----------------------------------------------------------------------------------


def _lay_out(
    chart: go.Figure, height_px: int, span_s: tuple[float, float], colours: Colours, lowest: Row
) -> None:
    font = {"color": colours.ink, "size": 13, "family": FONT}
    quiet = {"size": 12, "color": colours.muted}
    chart.update_layout(
        height=height_px,
        margin={"l": 44, "r": 6, "t": HEADER_PX, "b": AXIS_PX},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=font,
        showlegend=False,
        dragmode=False,
        hovermode="x unified",
        hoversubplots="axis",
        hoverlabel={"bgcolor": colours.paper, "bordercolor": colours.muted, "font": font},
        xaxis={
            "range": span_s,
            "anchor": lowest.axis,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "title": {"text": text("replay.chart.time"), "font": quiet},
            "tickfont": quiet,
            "ticksuffix": " s",
            "showspikes": True,
            "spikemode": "across",
            "spikesnap": "cursor",
            "spikethickness": 1.5,
            "spikedash": "solid",
            "spikecolor": colours.ink,
            "hoverformat": ".1f",
        },
    )
