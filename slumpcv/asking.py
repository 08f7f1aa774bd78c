"""Asking the questions one by one: the way through them, without saying where they appear.

Whoever asks gives an :class:`Asker`: the terminal is one, a test's list of answers another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, get_args

from slumpcv.answers import (
    ASKED_PHASES,
    MIDLINE,
    SCREEN_GROUPS,
    Answers,
    HeadLiftChange,
    Quality,
    Region,
    StopReason,
    Tried,
    WarningSign,
)
from slumpcv.assess import follow_course
from slumpcv.language import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Save = Callable[[Answers], None]

LONGEST_CLIP_S = 100_000.0
YES_NO = ("yes", "no")
YES_NO_UNSURE = ("yes", "no", "unsure")


class Asker(Protocol):
    """Puts one question at a time; an empty answer is None, or an empty list."""

    def say(self, words: str) -> None:
        """Show a heading or an introduction."""

    def choose(self, question: str, kind: str, options: Sequence[str]) -> str | None:
        """Ask for one of some options; their words are those of ``ask.KIND.OPTION``."""

    def choose_some(self, question: str, kind: str, options: Sequence[str]) -> list[str]:
        """Ask for any number of options."""

    def number(self, question: str, least: float, most: float, whole: bool) -> float | None:
        """Ask for a number within limits."""


def ask(asker: Asker, save: Save, toes: bool = True, clip_end_s: float = LONGEST_CLIP_S) -> Answers:
    """Ask everything.

    1. The safety screen: the first yes ends the questions, since the test is then blocked.
    2. Intake.
    3. Each phase, and the change over the head lift, asked once more when words and numbers
       contradict each other.
    4. Symptoms by their times in the clip.
    5. Stopping, warning signs, recovery.

    Parameters
    ----------
    asker : who puts the questions.
    save : called with all answers so far after each part, so that none is lost.
    toes : whether the toes were pulled up, which is optional.
    clip_end_s : the latest time of a symptom.

    Returns
    -------
    Answers
    """
    given: dict[str, Any] = {}

    def keep(**more: Any) -> Answers:
        given.update({k: v for k, v in more.items() if v not in (None, {}, [])})
        answers = Answers.model_validate(given)
        save(answers)
        return answers

    answers = keep(screen=_screen(asker))
    if answers.screen is not None and answers.screen.flags:
        return answers
    keep(intake=_intake(asker))
    answers = keep(phases=_phases(asker, toes), head_lift_change=_change(asker))
    if (again := _agree(asker, answers)) is not None:
        keep(**again)
    keep(symptoms=_symptoms(asker, clip_end_s))
    return keep(**_after(asker))


def _screen(asker: Asker) -> dict[str, str]:
    asker.say(text("ask.title.screen"))
    asker.say(text("ask.intro.screen"))
    given: dict[str, str] = {}
    for name in (name for names in SCREEN_GROUPS.values() for name in names):
        item = text(f"ask.screen.{name}")
        answer = asker.choose(text("ask.screen.question", item=item), "answer", YES_NO)
        if answer is not None:
            given[name] = answer
        if answer == "yes":
            break
    return given


def _intake(asker: Asker) -> dict[str, Any]:
    asker.say(text("ask.title.intake"))
    tried = asker.choose_some(text("ask.intake.tried"), "tried", get_args(Tried))
    given: dict[str, Any] = {
        "side": asker.choose(text("ask.intake.side"), "side", ("left", "right")),
        "regions": _places(asker, "ask.intake.regions"),
        "qualities": asker.choose_some(text("ask.intake.qualities"), "quality", get_args(Quality)),
        "onset": asker.choose(text("ask.intake.onset"), "onset", ("injury", "gradual", "unknown")),
        "over_6_weeks": asker.choose(text("ask.intake.over_6_weeks"), "answer", YES_NO_UNSURE),
        "tried": [_treatment(asker, what) for what in tried],
    }
    for name in ("back_pain_now", "back_pain_ever", "tailbone_fall_ever", "headaches"):
        given[name] = asker.choose(text(f"ask.intake.{name}"), "answer", YES_NO)
    given["earlier_tests_24h"] = _whole(asker, "ask.intake.earlier_tests_24h", 50)
    return {name: value for name, value in given.items() if value not in (None, [])}


def _treatment(asker: Asker, what: str) -> dict[str, Any]:
    question = text("ask.intake.helped", what=text(f"ask.tried.{what}"))
    helped = asker.choose(question, "answer", YES_NO_UNSURE)
    return {"what": what} | ({} if helped is None else {"helped": helped})


def _phases(asker: Asker, toes: bool) -> dict[str, Any]:
    asker.say(text("ask.title.phases"))
    asker.say(text("ask.intro.phases"))
    given: dict[str, Any] = {}
    for phase in ASKED_PHASES:
        if phase == "DORSIFLEXION" and not toes:
            continue
        asker.say(text(f"ask.phase.{phase}"))
        if felt := _felt(asker):
            given[phase] = felt
    return given


def _felt(asker: Asker) -> dict[str, Any]:
    """Ask how strong it is, and only when there is something, what it is."""
    intensity = _whole(asker, "ask.felt.intensity", 10)
    if not intensity:
        return {} if intensity is None else {"intensity": 0}
    given = {
        "intensity": intensity,
        "familiar": asker.choose(text("ask.felt.familiar"), "answer", YES_NO_UNSURE),
        "regions": _places(asker, "ask.felt.regions"),
        "qualities": asker.choose_some(text("ask.felt.qualities"), "quality", get_args(Quality)),
    }
    return {name: value for name, value in given.items() if value not in (None, [])}


def _places(asker: Asker, key: str) -> list[dict[str, Any]]:
    """Ask where on the body, and for the side where there is one; a place without it is left out."""
    given: list[dict[str, Any]] = []
    for region in asker.choose_some(text(key), "region", get_args(Region)):
        if region in MIDLINE:
            given.append({"region": region})
            continue
        question = text("ask.felt.side", region=text(f"ask.region.{region}"))
        side = asker.choose(question, "side", ("left", "right"))
        if side is not None:
            given.append({"region": region, "side": side})
    return given


def _change(asker: Asker) -> str | None:
    asker.say(text("ask.title.head_lift"))
    return asker.choose(text("ask.felt.head_lift_change"), "change", get_args(HeadLiftChange))


def _agree(asker: Asker, answers: Answers) -> dict[str, Any] | None:
    """Ask once more when the words about the head lift contradict the numbers."""
    lift = follow_course(answers, (), isolated=None).head_lift
    if not lift.conflict or lift.said is None:
        return None
    said = text(f"ask.change.{lift.said}")
    asker.say(text("ask.felt.head_lift_again", said=said, before=lift.before, after=lift.after))
    change = asker.choose(text("ask.felt.head_lift_change"), "change", get_args(HeadLiftChange))
    after = _whole(asker, "ask.felt.intensity", 10)
    phases = {p: f.model_dump(exclude_none=True) for p, f in answers.phases.items()}
    if after is not None:
        phases["HEAD_LIFT"] = phases.get("HEAD_LIFT", {}) | {"intensity": after}
    return {"phases": phases, "head_lift_change": change}


def _symptoms(asker: Asker, clip_end_s: float) -> list[dict[str, Any]]:
    asker.say(text("ask.title.symptoms"))
    asker.say(text("ask.intro.symptoms"))
    given: list[dict[str, Any]] = []
    while (start_s := _seconds(asker, "ask.felt.start_s", 0.0, clip_end_s)) is not None:
        end_s = _seconds(asker, "ask.felt.end_s", start_s, clip_end_s)
        mark: dict[str, Any] = {"start_s": start_s, "end_s": end_s}
        if end_s is not None:
            mark["peak_s"] = asker.number(text("ask.felt.peak_s"), start_s, end_s, whole=False)
        given.append({k: v for k, v in mark.items() if v is not None} | _felt(asker))
    return given


def _after(asker: Asker) -> dict[str, Any]:
    asker.say(text("ask.title.stop"))
    reason = asker.choose(text("ask.felt.stop_reason"), "stop_reason", get_args(StopReason))
    given: dict[str, Any] = {"stop_reason": reason}
    if reason is not None:
        given["stopped_in"] = asker.choose(text("ask.felt.stopped_in"), "phase", ASKED_PHASES)
    given["warning_signs"] = asker.choose_some(
        text("ask.felt.warning_signs"), "warning_sign", get_args(WarningSign)
    )
    asker.say(text("ask.title.recovery"))
    intensity = _whole(asker, "ask.felt.recovery_intensity", 10)
    if intensity is not None:
        after_min = asker.number(text("ask.felt.recovery_after_min"), 0.1, 10_000.0, whole=False)
        if after_min is not None:
            given["recovery"] = {"intensity": intensity, "after_min": after_min}
    return given


def _whole(asker: Asker, key: str, most: int) -> int | None:
    given = asker.number(text(key), 0, most, whole=True)
    return None if given is None else int(given)


def _seconds(asker: Asker, key: str, least_s: float, most_s: float) -> float | None:
    return asker.number(text(key), least_s, most_s, whole=False)
