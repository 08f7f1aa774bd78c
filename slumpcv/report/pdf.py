"""``report.pdf``: a page for the person in plain words, and the record for the therapist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slumpcv.files import atomic_write
from slumpcv.language import language, locale, numeral, speaking, text
from slumpcv.report import palette
from slumpcv.report.background_pages import background, given_answers
from slumpcv.report.blocks import Picture, seconds, sheet
from slumpcv.report.keyframes import SHOWN
from slumpcv.report.patient_page import patient_sheet
from slumpcv.report.review_blocks import review_blocks
from slumpcv.report.symptom_tables import symptom_name, symptoms
from slumpcv.report.therapist_pages import (
    first_sheet,
    frames_sheet,
    measured,
    timeline_sheet,
)
from slumpcv.report.timeline_vector import timeline_svg
from slumpcv.report.typeset import typeset
from slumpcv.report.wording import format_measure, phase_name
from slumpcv.terms import Signature

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from slumpcv.angles import Angles
    from slumpcv.report.keyframes import KeyFrame
    from slumpcv.session import Session

TEMPLATE = "pages.typ"
_COLOURS = {
    "ink": palette.INK,
    "muted": palette.MUTED,
    "hairline": palette.HAIRLINE,
    "blank": palette.BLANK,
    "accent": palette.LIFT,
}


def write_report(
    path: Path,
    angles: Angles,
    session: Session,
    frames: Sequence[KeyFrame] = (),
    from_video: bool = True,
    made_on: date | Signature | None = None,
) -> None:
    """Write the report, in the session's language; the same input gives the same bytes.

    Parameters
    ----------
    path : the file to write, usually ``report.pdf``.
    angles : those of the result that counts: a reviewer's, where there is one.
    session : the result, with a review beside it where there is one.
    frames : from `slumpcv.report.keyframes`.
    from_video : whether they show the video; else they are figures on an empty ground.
    made_on : date to print on every page, or who signed it when; None prints none.
    """
    with speaking(session.language), atomic_write(path) as temporary:
        head = [_header(session.used), _written(made_on)]
        temporary.write_bytes(_pdf(angles, session, frames, from_video, head))


def _pdf(
    angles: Angles, session: Session, frames: Sequence[KeyFrame], from_video: bool, head: Sequence[str]
) -> bytes:
    review, session = review_blocks(session), session.used
    timeline = Picture(
        "timeline.svg",
        timeline_svg(angles, session).encode(),
        timeline_alt(session),
        text("report.timeline.caption"),
    )
    shown = [key_picture(session, frame) for frame in frames]
    sheets = [
        patient_sheet(session),
        first_sheet(session, review),
        timeline_sheet(timeline),
        frames_sheet(shown, drawn=not from_video),
        sheet([*measured(session), *symptoms(session), *given_answers(session), *background(session)]),
    ]
    data: dict[str, Any] = {
        "title": text("report.title"),
        "language": language(),
        "header": head,
        "footer": text("report.footer"),
        "page": text("report.page"),
        "palette": _COLOURS,
        "sheets": sheets,
    }
    return typeset(TEMPLATE, data, {p.file: p.content for p in (timeline, *shown)})


def _header(session: Session) -> str:
    header = text(f"report.header.{session.side or 'none'}")
    return text("report.header.demonstration", header=header) if session.demonstration else header


def _written(made_on: date | Signature | None) -> str:
    from babel.dates import format_date

    if made_on is None:
        return ""
    if not isinstance(made_on, Signature):
        return format_date(made_on, "long", locale=locale())
    signed = text("report.signed", who=made_on.who, version=made_on.version)
    return f"{signed} · {format_date(made_on.day, 'long', locale=locale())}"


def timeline_alt(session: Session) -> str:
    """Say what the timeline shows, for those who do not see it."""
    phases = [f"{phase_name(p.phase)} {seconds(p.start_s, p.end_s)}" for p in session.phases]
    felt = ""
    if session.symptoms:
        named = "; ".join(symptom_name(s) for s in session.symptoms)
        felt = text("report.timeline.alt.symptoms", symptoms=named)
    listed = "; ".join(phases) or text("report.timeline.alt.none")
    return text("report.timeline.alt", phases=listed, symptoms=felt).strip()


def key_picture(session: Session, frame: KeyFrame) -> Picture:
    """Return a key frame with its caption and the words for those who do not see it."""
    moment = frame.moment
    name = text(f"report.frames.{moment.which}", phase=phase_name(moment.phase))
    held = session.measurements.get(moment.phase, {})
    values = "; ".join(
        f"{text(f'report.angle.{n}')} {format_measure(n, held[n].value, held[n].plus_minus)}"
        for n in (*SHOWN, "slump_index")
        if n in held
    )
    return Picture(
        f"{moment.which.lower()}.jpg",
        frame.jpeg,
        text("report.frames.alt", name=name, values=values),
        text("report.frames.caption", name=name, at=numeral(moment.time_s, ".1f"), values=values),
    )
