"""The movement part of a result: timeline, key frames, angles, and how well the clip could be seen."""

from __future__ import annotations

import base64
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, get_args

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.holds import ANGLES
from slumpcv.language import language, speaking, text
from slumpcv.report.blocks import NOTHING
from slumpcv.report.keyframes import figures_of_track, frames_of_clip
from slumpcv.report.pdf import key_picture, timeline_alt
from slumpcv.report.wording import by_weight, format_measure, phase_name, verdict_sentence
from slumpcv.terms import PhaseName
from slumpcv.ui import plots, shell
from slumpcv.ui.charts import timeline
from slumpcv.ui.stored import MOST_KEPT

if TYPE_CHECKING:
    from slumpcv.language import Language
    from slumpcv.report.blocks import Picture
    from slumpcv.session import Finding, Measured, Session
    from slumpcv.ui.stored import Stored


def show(stored: Stored, clip: str | None) -> None:
    """Show everything about the movement."""
    session = stored.session
    if session.phases:
        shell.part(text("report.timeline.title"))
        if session.quality.usable:
            st.write(verdict_sentence(session.isolation))
        _timeline(stored)
        _frames(stored, clip)
        _angles(session)
    _findings(session)


def _timeline(stored: Stored) -> None:
    chart = timeline(stored.angles, stored.session, plots.colours())
    plots.show(chart, "timeline", timeline_alt(stored.session))
    st.caption(text("replay.chart.note"))


def _frames(stored: Stored, clip: str | None) -> None:
    shell.part(text("report.frames.title"))
    pictures = _pictures(stored, clip, language())
    shown = "".join(
        f'<figure><img src="data:image/jpeg;base64,{base64.b64encode(picture.content).decode()}" '
        f'alt="{escape(picture.alt)}"><figcaption>{escape(picture.caption)}</figcaption></figure>'
        for picture in pictures
    )
    label = escape(text("report.frames.title"))
    st.html(f'<div class="strip" tabindex="0" role="group" aria-label="{label}">{shown}</div>')


@lru_cache(MOST_KEPT)
def _pictures(stored: Stored, clip: str | None, spoken: Language) -> tuple[Picture, ...]:
    result = stored.track, stored.angles, stored.session, stored.spans
    try:
        frames = figures_of_track(*result) if clip is None else frames_of_clip(stored.folder / clip, *result)
    except InputError:
        frames = figures_of_track(*result)  # the clip was taken away; the joints are still known
    with speaking(spoken):
        return tuple(key_picture(stored.session, frame) for frame in frames)


def _angles(session: Session) -> None:
    shell.part(text("report.angles.title"))
    if not session.measurements:
        st.write(text("report.angles.none"))
        return
    heads = "".join(f'<th scope="col">{escape(text(f"report.measure.{name}"))}</th>' for name in ANGLES)
    rows = "".join(
        f'<tr><th scope="row">{escape(phase_name(phase))}</th>'
        + "".join(f"<td>{escape(_cell(name, held.get(name)))}</td>" for name in ANGLES)
        + "</tr>"
        for phase in get_args(PhaseName)
        if (held := session.measurements.get(phase)) is not None
    )
    first = escape(text("report.phases.phase"))
    label = escape(text("report.angles.title"))
    st.html(
        f'<div class="angles" tabindex="0" role="group" aria-label="{label}"><table>'
        f'<thead><tr><th scope="col">{first}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    st.caption(text("report.angles.note"))


def _cell(name: str, measured: Measured | None) -> str:
    return NOTHING if measured is None else format_measure(name, measured.value, measured.plus_minus)


def _findings(session: Session) -> None:
    shell.part(text("report.recording.title"))
    findings = by_weight(session.quality.findings)
    if not findings:
        st.write(text("report.recording.none"))
        return
    st.html(f'<ul class="points">{"".join(_finding(finding) for finding in findings)}</ul>')


def _finding(finding: Finding) -> str:
    fix = f"<br>{escape(finding.fix)}" if finding.fix else ""
    return f"<li><strong>{escape(finding.message)}</strong>{fix}</li>"
