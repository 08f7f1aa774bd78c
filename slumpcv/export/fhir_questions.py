"""The questions and answers as FHIR Questionnaire and QuestionnaireResponse.

Both are made from the same list, so that they cannot disagree about a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from slumpcv.answers import (
    ASKED_PHASES,
    MIDLINE,
    AskedPhase,
    Felt,
    HeadLiftChange,
    Intake,
    Place,
    Quality,
    Region,
    Responses,
    Screen,
    StopReason,
    Tried,
    WarningSign,
)
from slumpcv.export.fhir_parts import codes
from slumpcv.language import text
from slumpcv.report.answer_words import place
from slumpcv.report.wording import phase_name
from slumpcv.terms import PhaseName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slumpcv.export.fhir_parts import Json
    from slumpcv.session import Session

YES_NO = ("yes", "no")
UNSURE = (*YES_NO, "unsure")


@dataclass(frozen=True)
class Question:
    """A question, what may be chosen (nothing: a number is asked for), and what was answered.

    ``options`` are words by code; ``answers`` is empty when it was not answered.
    """

    link: str
    words: str
    kind: str
    answers: tuple[object, ...]
    options: Mapping[str, str]
    repeats: bool = False


@dataclass(frozen=True)
class Group:
    """Questions under one title."""

    link: str
    words: str
    items: Sequence[Question]


def questions(session: Session) -> list[Group]:
    """Return everything that is asked, with the answers of a session."""
    responses = session.responses or Responses()
    return [
        Group("screen", text("ask.title.screen"), list(_screen(session.screen or Screen()))),
        Group("intake", text("ask.title.intake"), list(_intake(session.intake or Intake()))),
        *(_phase(name, responses.phases.get(name) or Felt()) for name in ASKED_PHASES),
        Group("after", text("ask.title.recovery"), list(_after(responses))),
    ]


def questionnaire(groups: Iterable[Group], url: str, language: str) -> Json:
    """Return the Questionnaire."""
    return {
        "resourceType": "Questionnaire",
        "language": language,
        "url": url,
        "status": "active",
        "title": text("ask.title.phases"),
        "item": [
            {"linkId": g.link, "text": g.words, "type": "group", "item": [_asked(q) for q in g.items]}
            for g in groups
        ],
    }


def questionnaire_response(groups: Iterable[Group], url: str, language: str) -> Json:
    """Return the QuestionnaireResponse; questions without an answer are left out."""
    items: list[Json] = []
    for group in groups:
        answered = [_answered(q) for q in group.items if q.answers]
        if answered:
            items.append({"linkId": group.link, "text": group.words, "item": answered})
    response: Json = {
        "resourceType": "QuestionnaireResponse",
        "language": language,
        "questionnaire": url,
        "status": "completed",
    }
    if items:
        response["item"] = items
    return response


def _asked(question: Question) -> Json:
    item: Json = {"linkId": question.link, "text": question.words, "type": question.kind}
    if question.repeats:
        item["repeats"] = True
    if question.options:
        item["answerOption"] = [{"valueCoding": _coding(c, w)} for c, w in question.options.items()]
    return item


def _answered(question: Question) -> Json:
    if question.options:
        codes_given = [str(answer) for answer in question.answers]
        given: list[Json] = [{"valueCoding": _coding(c, question.options[c])} for c in codes_given]
    else:
        given = [{f"value{question.kind.capitalize()}": a} for a in question.answers]
    return {"linkId": question.link, "text": question.words, "answer": given}


def _coding(code: str, words: str) -> Json:
    return {"system": codes()["systems"]["answers"], "code": code, "display": words}


def _choice(link: str, words: str, answer: str | None, options: Mapping[str, str]) -> Question:
    return Question(link, words, "choice", () if answer is None else (answer,), options)


def _several(link: str, words: str, answers: Iterable[str], options: Mapping[str, str]) -> Question:
    return Question(link, words, "choice", tuple(answers), options, repeats=True)


def _number(link: str, words: str, answer: float | None, kind: str = "integer") -> Question:
    return Question(link, words, kind, () if answer is None else (answer,), {})


def _words(catalogue: str, names: Iterable[str]) -> dict[str, str]:
    return {name: text(f"ask.{catalogue}.{name}") for name in names}


def _screen(screen: Screen) -> Iterator[Question]:
    for name, answer in screen:
        words = text("ask.screen.question", item=text(f"ask.screen.{name}"))
        yield _choice(f"screen.{name}", words, answer, _words("answer", YES_NO))


def _intake(intake: Intake) -> Iterator[Question]:
    def asked(name: str, options: Mapping[str, str]) -> Question:
        return _choice(f"intake.{name}", text(f"ask.intake.{name}"), getattr(intake, name), options)

    yield asked("side", _words("side", ("left", "right")))
    yield from _where_and_what("intake", "intake", intake)
    yield asked("onset", _words("onset", ("injury", "gradual", "unknown")))
    yield asked("over_6_weeks", _words("answer", UNSURE))
    helped: dict[str, str] = {treatment.what: treatment.helped or "none" for treatment in intake.tried}
    for name, words in _words("tried", get_args(Tried)).items():
        question = f"{text('ask.intake.tried')} {words}"
        yield _choice(f"intake.tried.{name}", question, helped.get(name), _words("answer", (*UNSURE, "none")))
    for name in ("back_pain_now", "back_pain_ever", "tailbone_fall_ever", "headaches"):
        yield asked(name, _words("answer", YES_NO))
    words = text("ask.intake.earlier_tests_24h")
    yield _number("intake.earlier_tests_24h", words, intake.earlier_tests_24h)


def _phase(name: AskedPhase, felt: Felt) -> Group:
    link = f"phase.{name}"
    items = [
        _number(f"{link}.intensity", text("ask.felt.intensity"), felt.intensity),
        _choice(f"{link}.familiar", text("ask.felt.familiar"), felt.familiar, _words("answer", UNSURE)),
        *_where_and_what(link, "felt", felt),
    ]
    return Group(link, f"{text('ask.title.phases')}: {phase_name(name)}", items)


def _where_and_what(link: str, about: str, of: Felt | Intake) -> Iterator[Question]:
    places = [_place_code(where) for where in of.regions]
    yield _several(f"{link}.regions", text(f"ask.{about}.regions"), places, _places())
    words = text(f"ask.{about}.qualities")
    yield _several(f"{link}.qualities", words, of.qualities, _words("quality", get_args(Quality)))


def _after(responses: Responses) -> Iterator[Question]:
    change = _words("change", get_args(HeadLiftChange))
    yield _choice("head_lift_change", text("ask.felt.head_lift_change"), responses.head_lift_change, change)
    reasons = _words("stop_reason", get_args(StopReason))
    yield _choice("stop_reason", text("ask.felt.stop_reason"), responses.stop_reason, reasons)
    phases = {name: phase_name(name) for name in get_args(PhaseName)}
    yield _choice("stopped_in", text("ask.felt.stopped_in"), responses.stopped_in, phases)
    signs = _words("warning_sign", get_args(WarningSign))
    yield _several("warning_signs", text("ask.felt.warning_signs"), responses.warning_signs, signs)
    recovery = responses.recovery
    intensity = recovery.intensity if recovery else None
    yield _number("recovery.intensity", text("ask.felt.recovery_intensity"), intensity)
    after_min = recovery.after_min if recovery else None
    yield _number("recovery.after_min", text("ask.felt.recovery_after_min"), after_min, "decimal")


def _place_code(where: Place) -> str:
    return where.region if where.side is None else f"{where.region}.{where.side}"


def _places() -> dict[str, str]:
    """Return all places in words by code: left and right of each, and the midline without."""
    places = [
        Place(region=region, side=side)
        for region in get_args(Region)
        for side in (("left", "right", None) if region in MIDLINE else ("left", "right"))
    ]
    return {_place_code(where): place(where) for where in places}
