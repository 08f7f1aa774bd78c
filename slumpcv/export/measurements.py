"""All measurements of a session as one long table for statistics: a row for each value.

Every row repeats the facts of its session, so that tables of many sessions can be put below
each other and grouped at once.
"""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING, NamedTuple, TypeVar, get_args

from slumpcv.answers import ASKED_PHASES
from slumpcv.holds import ANGLES, judged_repetition
from slumpcv.terms import PhaseName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slumpcv.answers import Felt
    from slumpcv.session import Moment, Session, Symptom

SESSION_COLUMNS = (
    "clip_sha256",
    "slumpcv_version",
    "model",
    "side",
    "facing",
    "usable",
    "isolated",
    "isolation_status",
    "outcome",
)
ROW_COLUMNS = (
    "kind",
    "symptom",
    "moment",
    "phase",
    "time_s",
    "from_s",
    "to_s",
    "familiar",
    "regions",
    "qualities",
    "measure",
    "value",
    "plus_minus",
    "low",
    "high",
    "unit",
)
CHANGES = {
    "head_lift_deg": "deg",
    "knee_change_deg": "deg",
    "trunk_change_deg": "deg",
    "slump_index_change": "index",
    "ankle_change_deg": "deg",
}
# What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


T = TypeVar("T")


class Row(NamedTuple):
    """One value; None is missing, and becomes an empty cell. The names are the columns."""

    kind: str
    measure: str
    unit: str
    value: float | None = None
    plus_minus: float | None = None
    low: float | None = None
    high: float | None = None
    symptom: int | None = None
    moment: str | None = None
    phase: str | None = None
    time_s: float | None = None
    from_s: float | None = None
    to_s: float | None = None
    familiar: str | None = None
    regions: str | None = None
    qualities: str | None = None


def write_measurements(path: Path, session: Session) -> None:
    """Write the table as CSV (UTF-8, comma, point); the same session gives the same bytes.

    Parameters
    ----------
    path : the file to write.
    session : the result of one analysis. What was not seen or not answered is an empty cell.
    """
    facts = _facts(session)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*SESSION_COLUMNS, *ROW_COLUMNS))
        for row in rows(session):
            writer.writerow((*facts, *(cell_of(getattr(row, name)) for name in ROW_COLUMNS)))


def rows(session: Session) -> Iterator[Row]:
    """Give all values: held positions, the head lift, and symptoms, in this order."""
    yield from _held(session)
    yield from _head_lift(session)
    yield from _answered(session)
    for number, symptom in enumerate(session.symptoms, start=1):
        yield from _felt_on_the_clip(number, symptom)


def _held(session: Session) -> Iterator[Row]:
    judged = {p.phase: p for p in reversed(judged_repetition(session.phases))}
    for name in (n for n in get_args(PhaseName) if n in session.measurements):
        phase, measures = judged.get(name), session.measurements[name]
        for measure, held in in_order(measures):
            yield Row(
                kind="phase",
                moment="hold",
                phase=name,
                from_s=None if phase is None else phase.start_s,
                to_s=None if phase is None else phase.end_s,
                measure=measure,
                value=held.value,
                plus_minus=held.plus_minus,
                unit=_unit(measure),
            )


def _head_lift(session: Session) -> Iterator[Row]:
    for measure, unit in CHANGES.items():
        yield Row(
            kind="head_lift",
            moment="change",
            phase="HEAD_LIFT",
            measure=measure,
            value=getattr(session.isolation, measure),
            plus_minus=session.isolation.plus_minus.get(measure),
            unit=unit,
        )


def _answered(session: Session) -> Iterator[Row]:
    """Give what was answered for whole phases."""
    if session.responses is None:
        return
    answered = session.responses.phases
    for phase in (name for name in ASKED_PHASES if name in answered):
        felt = answered[phase]
        yield _intensity(Row(kind="phase", moment="answer", phase=phase, measure="", unit=""), felt)
    recovery = session.responses.recovery
    if recovery is not None:
        yield Row(
            kind="phase",
            moment=f"after {recovery.after_min:g} min",
            phase="RECOVERY",
            measure="intensity",
            value=recovery.intensity,
            unit="0-10",
        )


def _felt_on_the_clip(number: int, symptom: Symptom) -> Iterator[Row]:
    blank = Row(kind="symptom", symptom=number, phase=symptom.phase, measure="", unit="")
    yield _intensity(blank, symptom.mark)
    moments = {"onset": symptom.onset, "peak": symptom.peak, "end": symptom.end}
    for name, moment in moments.items():
        if moment is not None:
            yield from _posture(blank._replace(moment=name), moment)


def _posture(blank: Row, moment: Moment) -> Iterator[Row]:
    """Give the angles at a moment of a symptom, with the range that each may have had."""
    for measure, reading in in_order(moment.angles):
        yield blank._replace(
            phase=moment.phase,
            time_s=moment.time_s,
            from_s=moment.from_s,
            to_s=moment.to_s,
            measure=measure,
            value=reading.value,
            plus_minus=reading.plus_minus,
            low=reading.low,
            high=reading.high,
            unit=_unit(measure),
        )


def in_order(measures: Mapping[str, T]) -> Iterator[tuple[str, T]]:
    """Give angles in the order of the protocol; a session that was read back has them by name."""
    return ((name, measures[name]) for name in ANGLES if name in measures)


def _intensity(blank: Row, felt: Felt) -> Row:
    places = [f"{p.side} {p.region}" if p.side else p.region for p in felt.regions]
    return blank._replace(
        measure="intensity",
        value=felt.intensity,
        unit="0-10",
        familiar=felt.familiar,
        regions="; ".join(places) or None,
        qualities="; ".join(felt.qualities) or None,
    )


def _unit(measure: str) -> str:
    return "deg" if measure.endswith("_deg") else "index"


def _facts(session: Session) -> tuple[str, ...]:
    facts = (
        session.clip.sha256,
        session.software.slumpcv,
        session.software.model,
        session.side,
        session.facing,
        session.quality.usable,
        session.isolation.isolated,
        session.isolation.status,
        session.outcome.code if session.outcome else None,
    )
    return tuple(cell_of(fact) for fact in facts)


def cell_of(value: object) -> str:
    """Return a value as it stands in a cell of a table for spreadsheets."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if math.isfinite(value) else ""
    said = str(value)
    # A session may come from a stranger, and spreadsheets run what looks like a formula.
    return f"'{said}" if isinstance(value, str) and said.startswith(_FORMULA) else said
