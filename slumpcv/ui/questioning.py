"""What each answer after a test changes, and what is known before it is given; nothing here is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from slumpcv.answers import PROVOKED, Answers, Felt, Intake, Mark, StopReason
from slumpcv.assess.case import SIGNS_TO_STOP
from slumpcv.assess.wording import GO_AFTER_STOP
from slumpcv.moments import SUSPICIOUS, Moment

if TYPE_CHECKING:
    from slumpcv.live.record import GuidedTest
    from slumpcv.visits import Visit, VisitTest

Heard = Literal["yes", "no", "not_more", "silent"]
# Chosen in place of a reason by somebody who was only seen to come back up, and had not meant to stop.
NOT_STOPPED = "not_stopped"


def moment_key(moment: Moment) -> str:
    """Return the name of a moment, which is also that of the mark that belongs to it."""
    return f"phase-{moment.phase}" if moment.mark is None else f"mark-{moment.mark}"


def first_answers(live: GuidedTest | None, clip_end_s: float) -> Answers:
    """Return what is known before anything is asked: what was marked live, and where it was stopped.

    ``clip_end_s`` cuts marks that run past the last picture.
    """
    if live is None:
        return Answers(how="replay")
    marks = tuple(_within(mark, clip_end_s) for mark in live.symptoms())
    stopped_in = live.stopped_in if was_stopped(live) else None
    return Answers(how="replay", symptoms=marks, stopped_in=stopped_in)


def was_stopped(live: GuidedTest | None) -> bool:
    """Return whether the person stopped; a test that ended because a step was not seen is none."""
    return live is not None and live.status == "stopped" and live.stopped_by != "unseen"


def _within(mark: Mark, clip_end_s: float) -> Mark:
    assert mark.start_s is not None
    assert mark.end_s is not None
    start_s = min(mark.start_s, clip_end_s)
    return mark.model_copy(update={"start_s": start_s, "end_s": max(start_s, min(mark.end_s, clip_end_s))})


def whole(answers: Answers, visit: Visit, test: VisitTest) -> Answers:
    """Return answers with what was asked before the test: the safety screen and the intake.

    The screen stays the one of this test when it is asked again later, for the other leg.
    """
    intake = (visit.intake or Intake()).model_copy(update={"earlier_tests_24h": test.earlier_24h})
    return answers.model_copy(update={"screen": answers.screen or visit.screen, "intake": intake})


def reasons(live: GuidedTest | None) -> tuple[str, ...]:
    """Return what somebody can give as the reason for which a test ended early.

    A key or the button is a stop; sitting up or lowering the leg may also be the end of the movement.
    """
    pressed = live is not None and live.stopped_by in ("key", "button")
    return get_args(StopReason) if pressed else (*get_args(StopReason), NOT_STOPPED)


def stop_said(answers: Answers) -> str | None:
    """Return which of the `reasons` was given, None before that."""
    if answers.stop_reason is None and answers.stopped_in is None:
        return NOT_STOPPED
    return answers.stop_reason


def with_stop(answers: Answers, said: str | None, live: GuidedTest | None) -> Answers:
    """Return answers with one of the `reasons`; who had not stopped did not stop anywhere."""
    if said == NOT_STOPPED:
        return with_answer(answers, stop_reason=None, stopped_in=None)
    return with_answer(answers, stop_reason=said, stopped_in=None if live is None else live.stopped_in)


def felt_at(moment: Moment, answers: Answers) -> Felt | None:
    """Return what was answered about a moment, None when nothing was."""
    if moment.mark is not None:
        return marks_of_time(answers)[moment.mark]
    assert moment.phase is not None
    return answers.phases.get(moment.phase)


def felt_before_lift(answers: Answers) -> bool:
    """Return whether anything was felt that a head lift could change."""
    asked = [felt for phase, felt in answers.phases.items() if phase != "HEAD_LIFT"]
    return any(felt.is_anything for felt in [*asked, *answers.symptoms])


def heard_at(moment: Moment, answers: Answers, live: GuidedTest | None) -> Heard | None:
    """Return what was answered aloud, None when nobody asked.

    Who felt the usual symptom at rest is asked whether it is more than before: silence is then no
    zero. Nor is it where the person said that there was something after all, or after the head lift when
    something was felt before: that number decides the outcome.
    """
    if live is None or moment.phase is None or moment.mark is not None or moment.kind in SUSPICIOUS:
        return None
    heard = live.heard.get(moment.phase)
    if heard is None:
        return None
    if heard or (moment.phase in PROVOKED and live.heard.get("BASELINE", False)):
        return "yes" if heard else "not_more"
    changed = moment.kind == "head_lift" and felt_before_lift(answers)
    corrected = answers.phases.get(moment.phase, Felt(intensity=0)).intensity != 0
    return "silent" if changed or corrected else "no"


def filled_in(heard: Heard | None, answers: Answers) -> Felt:
    """Return what stands in the fields before anybody touches them, by what was answered aloud."""
    if heard == "yes":
        return Felt(familiar="yes")
    if heard == "not_more":
        return answers.phases.get("BASELINE", Felt())
    return Felt(intensity=0) if heard == "no" else Felt()


def needs_help(answers: Answers) -> bool:
    """Return whether a sign, or the reason to stop, calls for a doctor before anything else is asked."""
    return bool(answers.warning_signs) or answers.stop_reason in (*SIGNS_TO_STOP, *GO_AFTER_STOP)


def marks_of_time(answers: Answers) -> list[Mark]:
    """Return the marks that stand for themselves: made during the test."""
    return [mark for mark in answers.symptoms if mark.phase is None]


def mark_at(moment: Moment, answers: Answers) -> Mark | None:
    """Return the mark that belongs to a moment."""
    if moment.mark is not None:
        return marks_of_time(answers)[moment.mark]
    return next((mark for mark in answers.symptoms if mark.phase == moment.phase), None)


def with_felt(answers: Answers, moment: Moment, felt: Felt) -> Answers:
    """Return answers with what was felt at a moment; a mark at which nothing was felt goes."""
    values = felt.model_dump()
    mark = mark_at(moment, answers)
    if mark is not None:
        if felt.intensity == 0:
            answers = without_mark(answers, moment)
        else:
            answers = _replaced(answers, mark, mark.model_copy(update=values | {"regions": felt.regions}))
    if moment.phase is None or (moment.mark is not None and felt.intensity != 0):
        return answers
    return with_answer(answers, phases={**answers.phases, moment.phase: felt})


def with_mark(answers: Answers, moment: Moment, start_s: float, end_s: float) -> Answers:
    """Return answers with the mark of a moment moved, or set."""
    mark = mark_at(moment, answers)
    times = {"start_s": round(start_s, 3), "end_s": round(end_s, 3), "peak_s": None, "how": "replay"}
    if mark is not None:
        return _replaced(answers, mark, mark.model_copy(update=times))
    felt = felt_at(moment, answers) or Felt()
    new = Mark.model_validate({**felt.model_dump(), **times, "phase": moment.phase, "entered_by": "patient"})
    return with_answer(answers, symptoms=(*answers.symptoms, new))


def without_mark(answers: Answers, moment: Moment) -> Answers:
    """Return answers without the mark of a moment."""
    mark = mark_at(moment, answers)
    return with_answer(answers, symptoms=tuple(one for one in answers.symptoms if one is not mark))


def _replaced(answers: Answers, old: Mark, new: Mark) -> Answers:
    return with_answer(answers, symptoms=tuple(new if one is old else one for one in answers.symptoms))


def with_answer(answers: Answers, **changes: object) -> Answers:
    """Return answers with some of them changed, checked against the schema."""
    return Answers.model_validate(answers.model_dump() | changes)
