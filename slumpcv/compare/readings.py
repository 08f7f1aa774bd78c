"""From one session to its cells: a number or a word for each measure, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.answers import PROVOKED, Responses
from slumpcv.assess.course import sensations
from slumpcv.compare.schema import Cell

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.compare.schema import Measure, Missing, Unit
    from slumpcv.session import Session, Symptom
    from slumpcv.terms import PhaseName


@dataclass(frozen=True)
class Reading:
    """How a measure is read from a session.

    ``least`` is a difference that never counts as more than the error, however small that is.
    ``head_alone`` marks what only means something when nothing but the head moved.
    """

    measure: Measure
    unit: Unit
    read: Callable[[Session], Cell]
    least: float = 0.0
    head_alone: bool = False


def onset(session: Session) -> Symptom | None:
    """Return the first mark of the familiar symptom after sitting tall, None without any.

    A mark without an answer of its own takes that of its phase. One that was no stronger than
    at rest is no onset.
    """
    found = [s for s in session.symptoms if s.phase in PROVOKED and _familiar_and_new(session, s)]
    return min(found, key=_when, default=None)


def _familiar_and_new(session: Session, symptom: Symptom) -> bool:
    at_rest = session.course.baseline if session.course else None
    felt = sensations(session.responses or Responses(), [symptom])
    return any(s.marked and s.felt.familiar == "yes" and s.is_new(at_rest) for s in felt)


def _when(symptom: Symptom) -> tuple[int, float]:
    """Order by phase where no time is known: the phases come in the order of the test."""
    order = [*PROVOKED].index(symptom.phase) if symptom.phase in PROVOKED else len(PROVOKED)
    moment = symptom.onset
    return order, float(
        "inf"
    ) if moment is None else moment.from_s if moment.time_s is None else moment.time_s


def onset_phase(session: Session) -> PhaseName | None:
    """Return the phase in which the familiar symptom first rose: of its mark, or else of the answers."""
    marked = onset(session)
    if marked is not None:
        return marked.phase
    course = session.course
    return next(
        (
            i.phase
            for i in (course.intensities if course else ())
            if i.phase in PROVOKED
            and i.familiar == "yes"
            and (i.intensity or 0) - (course.baseline or 0 if course else 0) >= thresholds.REPRODUCED_RISE
        ),
        None,
    )


def _missing(why: Missing) -> Cell:
    return Cell(missing=why)


def _no_symptom(session: Session) -> Missing:
    """Say why there is no onset or peak of the familiar symptom."""
    if session.course is None:
        return "no_answers"
    asked = [i for i in session.course.intensities if i.phase in PROVOKED]
    answered = any(i.intensity is not None or i.familiar is not None for i in asked)
    return "not_reported" if answered else "not_answered"


def _number(value: float | None, plus_minus: float | None) -> Cell:
    # A value whose error is not known could never be compared.
    if value is None or plus_minus is None:
        return _missing("not_seen")
    return Cell(value=value, plus_minus=plus_minus)


def _held(phase: PhaseName, angle: str) -> Callable[[Session], Cell]:
    def read(session: Session) -> Cell:
        if not session.quality.usable:
            return _missing("not_judged")
        if phase not in session.measurements:
            return _missing("no_phase")
        held = session.measurements[phase].get(angle)
        return _missing("not_seen") if held is None else _number(held.value, held.plus_minus)

    return read


def _at_onset(angle: str) -> Callable[[Session], Cell]:
    def read(session: Session) -> Cell:
        if not session.quality.usable:
            return _missing("not_judged")
        marked = onset(session)
        if marked is None:
            return _missing("not_marked" if onset_phase(session) else _no_symptom(session))
        if marked.onset is None:
            return _missing("no_phase")
        reading = marked.onset.angles.get(angle)
        if reading is None or reading.low is None or reading.high is None:
            return _missing("not_seen")
        if reading.value is None:
            return Cell(
                low=reading.low,
                high=reading.high,
                missing="phase_only" if marked.onset.time_s is None else "not_seen",
            )
        number = _number(reading.value, reading.plus_minus)
        return number.model_copy(update={"low": reading.low, "high": reading.high})

    return read


def _onset_phase(session: Session) -> Cell:
    if not session.quality.usable:
        return _missing("not_judged")
    phase = onset_phase(session)
    return Cell(word=phase) if phase else _missing(_no_symptom(session))


def _head_lift(session: Session) -> Cell:
    isolation = session.isolation
    if not session.quality.usable:
        return _missing("not_judged")
    if isolation.head_lift_deg is None:
        return _missing("no_lift" if isolation.status == "no_lift" else "not_seen")
    return _number(isolation.head_lift_deg, isolation.plus_minus.get("head_lift_deg"))


def _isolated(session: Session) -> Cell:
    if not session.quality.usable:
        return _missing("not_judged")
    isolated = session.isolation.isolated
    if isolated is None:
        return _missing("no_lift" if session.isolation.status == "no_lift" else "cannot_tell")
    return Cell(word="yes" if isolated else "no")


def _points(value: int | None, otherwise: Missing) -> Cell:
    return _missing(otherwise) if value is None else Cell(value=float(value))


def _at_rest(session: Session) -> Cell:
    course = session.course
    return _missing("no_answers") if course is None else _points(course.baseline, "not_answered")


def _peak(session: Session) -> Cell:
    course = session.course
    return _points(course.peak if course else None, _no_symptom(session))


def _lift_drop(session: Session) -> Cell:
    if session.course is None:
        return _missing("no_answers")
    if not session.quality.usable:
        return _missing("not_judged")
    return _points(session.course.head_lift.drop, "not_answered")


def _relief(session: Session) -> Cell:
    drop = _lift_drop(session)
    relief = session.course.head_lift.relief if session.course else None
    return drop if drop.missing or relief is None else Cell(word=relief)


def _outcome(session: Session) -> Cell:
    return Cell(word=session.outcome.code) if session.outcome else _missing("no_answers")


READINGS: tuple[Reading, ...] = (
    Reading(
        "knee_extension",
        "deg",
        _held("KNEE_EXTENSION", "knee_flexion_deg"),
        least=thresholds.KNEE_DIFFERENCE_DEG,
    ),
    Reading("onset_knee", "deg", _at_onset("knee_flexion_deg"), least=thresholds.KNEE_DIFFERENCE_DEG),
    Reading("onset_neck", "deg", _at_onset("neck_flexion_deg")),
    Reading("onset_trunk", "deg", _at_onset("trunk_lean_deg")),
    Reading("onset_phase", "word", _onset_phase),
    Reading("slump_index", "index", _held("SLUMP", "slump_index")),
    Reading("head_lift", "deg", _head_lift),
    Reading("isolated", "word", _isolated),
    Reading("intensity_rest", "points", _at_rest, least=thresholds.CLEAR_REPRODUCTION_RISE),
    Reading("intensity_peak", "points", _peak, least=thresholds.CLEAR_REPRODUCTION_RISE),
    Reading("lift_drop", "points", _lift_drop, least=thresholds.DROP_DIFFERENCE, head_alone=True),
    Reading("relief", "word", _relief, head_alone=True),
    Reading("outcome", "word", _outcome),
)
"""All measures that are compared, in the order in which they are shown."""
