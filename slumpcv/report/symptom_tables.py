"""Each symptom with its time, its reaction band and the posture then, for the therapist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.holds import ANGLES
from slumpcv.language import numeral, text
from slumpcv.report.answer_words import answer, places_in, qualities_in
from slumpcv.report.blocks import NOTHING, heading, note, paragraph, seconds, table
from slumpcv.report.wording import format_measure, phase_name

if TYPE_CHECKING:
    from slumpcv.report.blocks import Block
    from slumpcv.session import Moment, Reading, Session, Symptom


def symptoms(session: Session) -> list[Block]:
    """Return a table for each symptom; nothing when none was marked."""
    if not session.symptoms:
        return []
    blocks = [heading(text("report.symptoms.title")), note(text("report.symptoms.reaction"))]
    for number, symptom in enumerate(session.symptoms, start=1):
        blocks += _symptom(number, symptom)
    return blocks


def symptom_name(symptom: Symptom) -> str:
    """Say where a symptom was felt and what it was like."""
    parts = [places_in([symptom.mark]), qualities_in([symptom.mark])]
    return ": ".join(p for p in parts if p) or text("report.symptoms.unnamed")


def source_of(symptom: Symptom) -> str:
    """Say who entered a symptom and how."""
    by, how = symptom.mark.entered_by or "patient", symptom.mark.how or "afterwards"
    return f"{text(f'ask.entered_by.{by}')}, {text(f'ask.how.{how}')}"


def _symptom(number: int, symptom: Symptom) -> list[Block]:
    mark = symptom.mark
    facts = text(
        "report.symptoms.facts",
        intensity=NOTHING if mark.intensity is None else mark.intensity,
        familiar=answer(mark.familiar),
        phase=NOTHING if symptom.phase is None else phase_name(symptom.phase),
        source=source_of(symptom),
    )
    blocks = [heading(f"{number}. {symptom_name(symptom)}", 3), paragraph(facts)]
    moments = {name: getattr(symptom, name) for name in ("onset", "peak", "end")}
    there: dict[str, Moment] = {name: moment for name, moment in moments.items() if moment is not None}
    if not there:
        return [*blocks, paragraph(text("report.symptoms.no_phase"))]
    columns = [text("report.symptoms.angle"), *(_moment(name, m) for name, m in there.items())]
    rows = [
        [text(f"report.angle.{name}"), *(_reading(name, m.angles.get(name)) for m in there.values())]
        for name in ANGLES
    ]
    widths = (1.2, *[1.5] * len(there))
    return [*blocks, table(columns, rows, widths), paragraph(_moved(symptom))]


def _moment(name: str, moment: Moment) -> str:
    band = seconds(moment.from_s, moment.to_s)
    if moment.time_s is None:
        return text(f"report.symptoms.{name}.within", band=band)
    where = "" if moment.phase is None else f"\n{phase_name(moment.phase)}"
    return text(f"report.symptoms.{name}", time=numeral(moment.time_s, ".1f"), band=band) + where


def _reading(name: str, reading: Reading | None) -> str:
    """Write a value with its ± and, in brackets, the least and most over the band of its time."""
    if reading is None or reading.low is None:
        return format_measure(name, None)
    low, high = format_measure(name, reading.low), format_measure(name, reading.high)
    passed = low if low == high else text("report.symptoms.range", low=low, high=high)
    if reading.value is None:
        return passed
    return f"{format_measure(name, reading.value, reading.plus_minus)} ({passed})"


def _moved(symptom: Symptom) -> str:
    if symptom.onset is None or symptom.onset.time_s is None:
        return text("report.symptoms.time_unknown")
    if not symptom.moved_before:
        return text("report.symptoms.still")
    said = [
        f"{text(f'report.angle.{m.angle}')} {format_measure(m.angle, m.change, m.plus_minus, signed=True)}"
        for m in symptom.moved_before
    ]
    return text("report.symptoms.moved", changes="; ".join(said))
