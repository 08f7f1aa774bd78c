"""The timeline's lane of symptoms: how strong in each phase, and a row for each symptom.

There only when somebody answered; a movement report has no such lane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slumpcv.holds import judged_repetition
from slumpcv.language import text
from slumpcv.report.palette import INK, MUTED, PAPER
from slumpcv.report.symptom_tables import source_of, symptom_name
from slumpcv.report.timeline_panels import beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from slumpcv.session import Moment, PhaseIntensity, Session, Symptom

_ROW_PX = 42
_INTENSITY_ROWS = 0.75  # its height, in rows
_LEAST_PX = 46  # the two lines beside it need as much
_ROWS_AT_MOST = 4
_MARK_DOWN, _WORDS_DOWN = 0.74, 0.3
_EDGE_PX = 6


def symptom_rows(session: Session) -> list[Symptom | str]:
    """Return what the lane shows below the intensities: symptoms, or how many there are besides."""
    symptoms: list[Symptom | str] = list(session.symptoms)
    if len(symptoms) <= _ROWS_AT_MOST:
        return symptoms
    rest = len(symptoms) - _ROWS_AT_MOST + 1
    return [*symptoms[: _ROWS_AT_MOST - 1], text("report.lane.more", count=rest)]


def lane_px(session: Session) -> int:
    """Return the height of the lane in pixels; 0 when there is nothing to show."""
    if session.course is None or not (session.course.intensities or session.symptoms):
        return 0
    return max(_LEAST_PX, round(_ROW_PX * (_INTENSITY_ROWS + len(symptom_rows(session)))))


def draw_symptoms(axes: Axes, session: Session) -> None:
    """Draw the lane.

    Parameters
    ----------
    axes : where to draw; its time span is set already, and it is `lane_px` high.
    session : with answers.
    """
    rows = symptom_rows(session)
    axes.set_ylim(_INTENSITY_ROWS + len(rows), 0)
    axes.set_yticks([])
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    for edge in axes.spines.values():
        edge.set_visible(False)
    beside(axes, False, 12, text("report.lane.title"), 15, INK, bold=True)
    beside(axes, False, 33, text("report.lane.intensity"), 11.5, MUTED)
    if session.symptoms:
        beside(axes, False, 52, text("report.lane.legend"), 11.5, MUTED)
    assert session.course is not None
    for here in session.course.intensities:
        _write_intensity(axes, session, here)
    for number, symptom in enumerate(rows):
        row = _INTENSITY_ROWS + number
        if isinstance(symptom, str):
            _write(axes, row, axes.get_xlim()[0], symptom, MUTED)
        else:
            _draw_row(axes, row, symptom)


def _write_intensity(axes: Axes, session: Session, here: PhaseIntensity) -> None:
    phase = next((p for p in judged_repetition(session.phases) if p.phase == here.phase), None)
    if phase is None or here.intensity is None:
        return
    middle = (max(phase.start_s, axes.get_xlim()[0]) + min(phase.end_s, axes.get_xlim()[1])) / 2
    familiar = here.familiar == "yes" and here.intensity > 0
    room = axes.transData.transform((phase.end_s, 0))[0] - axes.transData.transform((phase.start_s, 0))[0]
    forms = [f"{here.intensity} · {text('report.lane.usual')}"] if familiar else []
    for words in [*forms, str(here.intensity)]:
        number = axes.text(
            middle, _INTENSITY_ROWS / 2, words, ha="center", va="center", fontsize=14, fontweight="bold"
        )
        if number.get_window_extent().width <= room - _EDGE_PX or words == str(here.intensity):
            return
        number.remove()


def _draw_row(axes: Axes, row: float, symptom: Symptom) -> None:
    onset, down = symptom.onset, row + _MARK_DOWN
    number = "" if symptom.mark.intensity is None else f"{symptom.mark.intensity} · "
    words = f"{number}{symptom_name(symptom)} · {source_of(symptom)}"
    if onset is None:
        _write(axes, row, axes.get_xlim()[0], words, INK)
        return
    if onset.time_s is None:
        spans = [(onset.from_s, onset.to_s - onset.from_s)]
        axes.broken_barh(spans, (down - 0.12, 0.24), facecolor="none", edgecolor=INK, hatch="////", zorder=4)
        _write(axes, row, onset.from_s, words, INK)
        return
    _draw_whisker(axes, onset, down)
    end = symptom.end
    if end is None or end.time_s is None:
        axes.plot([onset.time_s], [down], marker="D", markersize=8, color=INK, zorder=5)
    else:
        _draw_whisker(axes, end, down)
        axes.plot(
            [onset.time_s, end.time_s], [down] * 2, color=INK, linewidth=8, solid_capstyle="butt", zorder=5
        )
    if symptom.peak is not None and symptom.peak.time_s is not None:
        axes.plot([symptom.peak.time_s], [down], marker="v", markersize=5, color=PAPER, zorder=6)
    _write(axes, row, onset.time_s, words, INK)


def _draw_whisker(axes: Axes, moment: Moment, down: float) -> None:
    """Draw the stretch of time that a moment lies in."""
    ends_s = [moment.from_s, moment.to_s]
    axes.plot(ends_s, [down] * 2, color=INK, linewidth=1.3, marker="|", markersize=8, zorder=4)


def _write(axes: Axes, row: float, from_s: float, words: str, colour: str) -> None:
    """Write a row's words from a time on, moved to the left as far as they need to stay inside."""
    place: dict[str, Any] = {"va": "center", "fontsize": 12, "color": colour, "zorder": 6}
    written = axes.text(max(from_s, axes.get_xlim()[0]), row + _WORDS_DOWN, words, ha="left", **place)
    edge_px = axes.transAxes.transform((1, 0))[0] - _EDGE_PX
    over_px = written.get_window_extent().x1 - edge_px
    if over_px > 0:
        written.remove()
        axes.text(axes.get_xlim()[1], row + _WORDS_DOWN, words, ha="right", **place)
