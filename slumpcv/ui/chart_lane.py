"""The lane of symptoms of the timeline on the screen: how strong in each phase, and a bar for each mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from slumpcv.holds import judged_repetition
from slumpcv.language import text
from slumpcv.report.symptom_tables import source_of, symptom_name
from slumpcv.report.wording import phase_label

if TYPE_CHECKING:
    from slumpcv.report.palette import Colours
    from slumpcv.session import Phase, PhaseIntensity, Session, Symptom

ROW_PX, INTENSITY_PX = 26, 40


def lane_rows(session: Session) -> int:
    """Return how many rows the lane has, the one of numbers included; 0 when there is nothing to show."""
    course = session.course
    if course is None or not (course.intensities or session.symptoms):
        return 0
    return 1 + len(_timed(session))


def lane_px(session: Session) -> int:
    """Return the height of the lane."""
    rows = lane_rows(session)
    return INTENSITY_PX + ROW_PX * (rows - 1) if rows else 0


def lane(session: Session, colours: Colours) -> list[go.Scatter]:
    """Return the traces of the lane; row 0 holds the numbers, each symptom with a time has one below."""
    bars = [_bar(symptom, row, colours) for row, symptom in enumerate(_timed(session), start=1)]
    return [_numbers(session, colours), *bars]


def _timed(session: Session) -> list[Symptom]:
    return [s for s in session.symptoms if s.onset is not None and s.onset.time_s is not None]


def _numbers(session: Session, colours: Colours) -> go.Scatter:
    assert session.course is not None
    judged = {phase.phase: phase for phase in reversed(judged_repetition(session.phases))}
    known = [(i, judged[i.phase]) for i in session.course.intensities if i.phase in judged]
    shown = [(here, phase) for here, phase in known if here.intensity is not None]
    return go.Scatter(
        x=[(phase.start_s + phase.end_s) / 2 for _, phase in shown],
        y=[0.5] * len(shown),
        text=[f"<b>{here.intensity}</b>" for here, _ in shown],
        mode="text",
        textfont={"size": 17, "color": colours.ink},
        hovertext=[_felt(session, here, phase) for here, phase in shown],
        hovertemplate="%{hovertext}<extra></extra>",
        name="",
    )


def _felt(session: Session, here: PhaseIntensity, phase: Phase) -> str:
    words = text("replay.chart.felt", phase=phase_label(phase, session.phases), number=here.intensity)
    usual = here.familiar == "yes" and here.intensity
    return f"{words}, {text('replay.chart.usual')}" if usual else words


def _bar(symptom: Symptom, row: int, colours: Colours) -> go.Scatter:
    onset, end = symptom.onset, symptom.end
    assert onset is not None
    ends_s = [onset.time_s] if end is None or end.time_s is None else [onset.time_s, end.time_s]
    return go.Scatter(
        x=ends_s,
        y=[row + 0.4] * len(ends_s),
        mode="lines+markers",
        line={"color": colours.ink, "width": 7},
        marker={"color": colours.ink, "size": 11},
        hovertemplate=f"{symptom_name(symptom)}<br>{source_of(symptom)}<extra></extra>",
        name="",
    )
