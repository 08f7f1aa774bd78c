"""How angles and symptoms went from visit to visit, for each leg."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args

import plotly.graph_objects as go

from slumpcv.errors import InputError
from slumpcv.language import language, text
from slumpcv.session_file import FILE_NAME, load_session
from slumpcv.terms import Side
from slumpcv.ui.charts import FONT
from slumpcv.ui.desk import rows as words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from slumpcv.library.library import Library, Person, SessionRow
    from slumpcv.report.palette import Colours
    from slumpcv.session import Course

# Their symptoms have to be read from files; older ones are in the list all the same. [E]
MOST_SESSIONS = 40
# How a day is written; in words only where the chart's own names of months are right.
DAYS = {"en": "%-d %b %Y", "de": "%d.%m.%y", "es": "%d/%m/%y"}
ROW_PX, GAP, TOP_PX, BOTTOM_PX = 150, 0.13, 62, 40


@dataclass(frozen=True)
class Measure:
    """What is followed: its values, their error (None where there is none to state), and their unit."""

    name: str
    value: Callable[[SessionRow], float | None]
    error: float | None
    suffix: str


def trend(rows: Sequence[SessionRow], peaks: Mapping[str, int], colours: Colours) -> go.Figure | None:
    """Draw what came of each visit.

    Parameters
    ----------
    rows : a patient's sessions; those whose recording could not be used are left out.
    peaks : the strongest intensity of each session that has one, by the session's id.
    colours : those of the page around it.

    Returns
    -------
    plotly.graph_objects.Figure or None
        None for fewer than two days with something to show.
    """
    shown = [row for row in rows if row.usable][:MOST_SESSIONS]
    if len({row.day for row in shown}) < 2:
        return None
    measures = (
        Measure("knee", words.knee_deg, words.knee_error_deg(), "°"),
        Measure("head_lift", words.head_lift_deg, words.head_lift_error_deg(), "°"),
        Measure("intensity", lambda row: peaks.get(row.id), None, ""),
    )
    chart, notes, axes = go.Figure(), [], {}
    height = (1 - GAP * (len(measures) - 1)) / len(measures)
    for at, measure in enumerate(measures):
        axis, low = f"y{at + 1 if at else ''}", 1 - height - at * (height + GAP)
        for side in get_args(Side):
            chart.add_trace(_points(shown, measure, side, colours).update(yaxis=axis, showlegend=at == 0))
        notes.append(_name(measure, low + height, colours))
        axes[axis.replace("y", "yaxis")] = _axis(measure, (low, low + height), colours)
    return _laid_out(chart, colours).update_layout(annotations=notes, **axes)


def _points(rows: Sequence[SessionRow], measure: Measure, side: Side, colours: Colours) -> go.Scatter:
    values = [(row.day, measure.value(row)) for row in reversed(rows) if row.side == side]
    seen = [(day, value) for day, value in values if value is not None]
    right = side == "right"
    colour = colours.ink if right else colours.companion
    return go.Scatter(
        x=[day for day, _ in seen],
        y=[value for _, value in seen],
        name=text(f"app.leg.{side}"),
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": "solid" if right else "dash"},
        marker={"symbol": "circle" if right else "diamond-open", "size": 9, "color": colour},
        error_y=None
        if measure.error is None
        else {"type": "constant", "value": measure.error, "color": colour, "thickness": 1.2, "width": 4},
        hovertemplate=f"%{{x|{_days()}}}: %{{y:.0f}}{measure.suffix}<extra>%{{fullData.name}}</extra>",
    )


def _days() -> str:
    return DAYS.get(language(), DAYS["en"])


def _name(measure: Measure, high: float, colours: Colours) -> dict[str, Any]:
    place = {"x": 0, "y": high, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    title = f"<b>{text(f'desk.trend.{measure.name}')}</b>"
    return {
        "text": title,
        **place,
        "yshift": 4,
        "showarrow": False,
        "font": {"color": colours.ink, "size": 13},
    }


def _axis(measure: Measure, domain: tuple[float, float], colours: Colours) -> dict[str, Any]:
    return {
        "domain": [max(0.0, domain[0]), domain[1]],
        "range": [-0.5, 10.5] if measure.name == "intensity" else None,
        "rangemode": "tozero",
        "ticksuffix": measure.suffix,
        "nticks": 5,
        "fixedrange": True,
        "zeroline": False,
        "gridcolor": colours.hairline,
        "tickfont": {"size": 12, "color": colours.muted},
        "anchor": "x",
    }


def _laid_out(chart: go.Figure, colours: Colours) -> go.Figure:
    font = {"color": colours.ink, "size": 13, "family": FONT}
    return chart.update_layout(
        height=3 * ROW_PX + TOP_PX + BOTTOM_PX,
        margin={"l": 44, "r": 10, "t": TOP_PX, "b": BOTTOM_PX},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=font,
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
        dragmode=False,
        hoverlabel={"bgcolor": colours.paper, "bordercolor": colours.muted, "font": font},
        xaxis={
            "type": "date",
            "anchor": "y3",
            "fixedrange": True,
            "showgrid": False,
            "nticks": 6,
            "tickformat": _days(),
            "tickfont": {"size": 12, "color": colours.muted},
        },
    )


def peaks_of(who: Person, library: Library, rows: Sequence[SessionRow]) -> dict[str, int]:
    """Return the strongest intensity of each session that has one, by the session's id."""
    found: dict[str, int] = {}
    for row in rows[:MOST_SESSIONS]:
        if row.outcome is None:  # nothing was asked
            continue
        path = library.folder(who, row.id) / FILE_NAME
        peak = _peak(path, path.stat().st_mtime_ns if path.is_file() else 0)
        if peak is not None:
            found[row.id] = peak
    return found


@lru_cache(512)
def _peak(path: Path, _written: int) -> int | None:
    try:
        return peak_of(load_session(path).course)
    except InputError:
        return None


def peak_of(course: Course | None) -> int | None:
    """Return how strong the usual symptom became: 0 where nothing at all was felt, None if unknown."""
    if course is None:
        return None
    if course.peak is None and course.intensities and all(one.intensity == 0 for one in course.intensities):
        return 0
    return course.peak
