"""Observations of the FHIR export: positions held, the head lift, and symptoms."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from slumpcv.export.fhir_parts import absent, answer, component, concept, quantity, unit_of, value_range
from slumpcv.export.measurements import CHANGES, in_order
from slumpcv.language import text
from slumpcv.report.answer_words import place
from slumpcv.report.wording import headline, phase_name, verdict_sentence
from slumpcv.session import NOT_JUDGED
from slumpcv.terms import PhaseName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.answers import Felt
    from slumpcv.export.fhir_parts import Json
    from slumpcv.session import Measured, Moment, Session, Symptom


def observations(session: Session) -> Iterator[tuple[str, Json]]:
    """Give all Observations with a name that is theirs alone; without subject, device and date."""
    yield "head-lift", _head_lift(session)
    for phase in _phases(session):
        yield f"phase-{phase}", _phase(session, phase)
    for number, symptom in enumerate(session.symptoms, start=1):
        yield f"symptom-{number}", _symptom(session, symptom)
    if session.responses is not None and session.responses.recovery is not None:
        yield "recovery", _recovery(session)


def _phases(session: Session) -> list[PhaseName]:
    """Return the phases of which anything is known, in the order of the protocol."""
    answered = session.responses.phases if session.responses else {}
    return [name for name in get_args(PhaseName) if name in session.measurements or name in answered]


def _observation(session: Session, code: Json, components: list[Json], category: str = "category") -> Json:
    """Return an Observation; preliminary, for no clinician has looked at it."""
    made = {
        "resourceType": "Observation",
        "language": session.language,
        "status": "preliminary",
        "category": [concept(category)],
        "code": code,
        "method": concept("method"),
        "component": components,
    }
    if session.side is not None:
        made["bodySite"] = concept(f"{session.side}_leg")
    return {key: value for key, value in made.items() if value}


def _phase(session: Session, phase: PhaseName) -> Json:
    measured = session.measurements.get(phase, {})
    components = [part for name, held in in_order(measured) for part in _angle(session, phase, name, held)]
    answered = session.responses.phases if session.responses else {}
    components += [part for name, felt in answered.items() if name == phase for part in _felt(felt)]
    observation = _observation(session, concept("phase", more=phase_name(phase)), components)
    if not components:
        observation["dataAbsentReason"] = absent("unknown")
    return observation


def _angle(session: Session, phase: PhaseName, name: str, held: Measured) -> Iterator[Json]:
    code, unit = concept(name, session.side, phase), unit_of(name)
    if not session.quality.usable:
        yield component(code, None, unit, "error")
        return
    yield component(code, held.value, unit)
    if held.plus_minus is not None:
        yield component(concept(name, more=concept("plus_minus")["text"]), held.plus_minus, unit)


def _head_lift(session: Session) -> Json:
    isolation, outcome = session.isolation, session.outcome
    refused = outcome is not None and outcome.code in NOT_JUDGED
    judged = session.quality.usable and not refused
    reason = "unknown" if judged else "error"
    components = []
    for name in CHANGES:
        value = getattr(isolation, name) if judged else None
        components.append(component(concept(name), value, unit_of(name.removesuffix("_change")), reason))
        if value is not None and name in isolation.plus_minus:
            code = concept(name, more=concept("plus_minus")["text"])
            components.append(component(code, isolation.plus_minus[name], unit_of(name)))
    observation = _observation(session, concept("head_lift"), components)
    if isolation.isolated is None or refused:
        observation["dataAbsentReason"] = absent(reason)
    else:
        answered = text("ask.answer.yes" if isolation.isolated else "ask.answer.no")
        observation["valueCodeableConcept"] = {"text": answered}
    observation["note"] = [{"text": headline(session) if refused else verdict_sentence(isolation)}]
    return observation


def _symptom(session: Session, symptom: Symptom) -> Json:
    components = _felt(symptom.mark)
    moments = {"onset": symptom.onset, "peak": symptom.peak, "end": symptom.end}
    for name, moment in moments.items():
        if moment is not None:
            components += _moment(session, name, moment)
    where = phase_name(symptom.phase) if symptom.phase else ""
    return _observation(session, concept("symptom", more=where), components, "survey")


def _moment(session: Session, name: str, moment: Moment) -> Iterator[Json]:
    """Give a moment's time and posture, both as far as they are known; no posture of an unusable clip."""
    bounds = concept("range")["text"]
    yield component(concept("time", more=name), moment.time_s, "s")
    code = concept("time", more=f"{name}, {bounds}")
    yield {"code": code, "valueRange": value_range(moment.from_s, moment.to_s, "s")}
    for angle, reading in in_order(moment.angles):
        unit = unit_of(angle)
        if not session.quality.usable:
            yield component(concept(angle, more=name), None, unit, "error")
            continue
        yield component(concept(angle, more=name), reading.value, unit)
        if reading.plus_minus is not None:
            code = concept(angle, more=f"{name}, {concept('plus_minus')['text']}")
            yield component(code, reading.plus_minus, unit)
        if reading.low is not None and reading.high is not None:
            code = concept(angle, more=f"{name}, {bounds}")
            yield {"code": code, "valueRange": value_range(reading.low, reading.high, unit)}


def _recovery(session: Session) -> Json:
    assert session.responses is not None
    recovery = session.responses.recovery
    assert recovery is not None
    observation = _observation(session, concept("intensity"), [], "survey")
    observation["valueQuantity"] = quantity(recovery.intensity, "score")
    observation["note"] = [{"text": f"{text('ask.felt.recovery_after_min')} {recovery.after_min:g}"}]
    del observation["method"]
    return observation


def _felt(felt: Felt) -> list[Json]:
    """Return what was felt: intensity, whether it is the usual symptom, where, and what it is like."""
    familiar = None if felt.familiar is None else text(f"ask.answer.{felt.familiar}")
    return [
        component(concept("intensity"), felt.intensity, "score"),
        answer(concept("familiar"), familiar),
        *(answer(concept("region"), place(where)) for where in felt.regions),
        *(answer(concept("quality"), text(f"ask.quality.{quality}")) for quality in felt.qualities),
    ]
