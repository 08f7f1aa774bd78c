"""Made-up sessions with answers, to be compared."""

from __future__ import annotations

from typing import Any

from fake_result import FRONTAL, fake_angles, fake_session

from slumpcv.answers import Felt, Mark, Responses
from slumpcv.session import (
    Course,
    HeadLiftResponse,
    Measured,
    Moment,
    Outcome,
    OutcomeCode,
    PhaseIntensity,
    Reading,
    Session,
    Symptom,
)
from slumpcv.terms import PhaseName

ANGLES = fake_angles()
PLAIN = fake_session(ANGLES, findings=())
UNUSABLE = fake_session(ANGLES, findings=(FRONTAL,))


def with_measure(session: Session, phase: PhaseName, name: str, value: float | None, error: float) -> Session:
    """The same session with another value at a hold; None is not seen."""
    measured = Measured(value=value, plus_minus=None if value is None else error)
    held = {**session.measurements[phase], name: measured}
    return session.model_copy(update={"measurements": {**session.measurements, phase: held}})


def with_lift(session: Session, **isolation: Any) -> Session:
    return session.model_copy(update={"isolation": session.isolation.model_copy(update=isolation)})


def reading(value: float | None, low: float, high: float, error: float = 3.0) -> Reading:
    return Reading(value=value, plus_minus=None if value is None else error, low=low, high=high)


def moment(
    knee: Reading,
    phase: PhaseName = "KNEE_EXTENSION",
    time_s: float | None = 11.0,
    neck: Reading | None = None,
) -> Moment:
    angles = {
        "knee_flexion_deg": knee,
        "neck_flexion_deg": neck or reading(60, 60, 60),
        "trunk_lean_deg": reading(20, 20, 20),
    }
    return Moment(time_s=time_s, from_s=10.8, to_s=11.2, phase=phase, angles=angles)


def symptom(onset: Moment | None, intensity: int | None = 5, familiar: Any = "yes") -> Symptom:
    phase: PhaseName = "KNEE_EXTENSION" if onset is None or onset.phase is None else onset.phase
    mark = Mark(phase=phase, intensity=intensity, familiar=familiar)
    return Symptom(
        mark=mark, phase=phase, strongest_in=phase, onset=onset, peak=None, end=None, moved_before=()
    )


def with_answers(
    session: Session,
    rest: int | None = 1,
    peak: int | None = 5,
    after: int | None = 1,
    symptoms: tuple[Symptom, ...] = (),
    code: OutcomeCode = "EASED_WITH_HEAD_LIFT",
) -> Session:
    """The same session with a course of symptoms."""
    drop = None if peak is None or after is None else peak - after
    felt: dict[Any, int | None] = {"BASELINE": rest, "KNEE_EXTENSION": peak, "HEAD_LIFT": after}
    course = Course(
        intensities=tuple(PhaseIntensity(phase=p, intensity=i, familiar="yes") for p, i in felt.items()),
        baseline=rest,
        peak=peak,
        reproduced=peak is not None and rest is not None and peak > rest,
        head_lift=HeadLiftResponse(
            before=peak,
            after=after,
            drop=drop,
            said=None,
            relief=None if drop is None else "clear" if drop > 1 else "none",
            conflict=False,
            isolated=session.isolation.isolated,
        ),
    )
    outcome = Outcome(code=code, title="T", text="X", next_step="Do this now.", limitations=(), addons=())
    answered = Responses(phases={p: Felt(intensity=i, familiar="yes") for p, i in felt.items()})
    known = {"course": course, "symptoms": symptoms, "outcome": outcome, "responses": answered}
    return session.model_copy(update=known)


FULL = with_answers(PLAIN, symptoms=(symptom(moment(reading(30, 28, 33))),))
"""A session in which every measure has a value."""
