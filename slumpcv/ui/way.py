"""The way through the questions after a test: which screens there are, and which comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slumpcv.answers import ASKED_PHASES, Felt
from slumpcv.assess import follow_course
from slumpcv.moments import SUSPICIOUS, Moment, find_moments
from slumpcv.symptoms import correlate
from slumpcv.ui.questioning import (
    felt_at,
    felt_before_lift,
    marks_of_time,
    moment_key,
    stop_said,
    with_answer,
    with_felt,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from slumpcv.angles import Angles
    from slumpcv.answers import Answers, AskedPhase
    from slumpcv.live.record import GuidedTest
    from slumpcv.phases import PhaseSpan

Name = Literal["stop", "signs", "quiet", "moment", "again", "recovery"]


@dataclass(frozen=True)
class Step:
    """One screen of questions: about one ``moment``, or about all the ``silent`` ones together."""

    name: Name
    moment: Moment | None = None
    silent: tuple[Moment, ...] = ()

    @property
    def key(self) -> str:
        """Return a name that stays the same from one run of the page to the next."""
        return self.name if self.moment is None else moment_key(self.moment)


def steps(
    answers: Answers,
    angles: Angles,
    spans: Sequence[PhaseSpan],
    stopped: bool,
    live: GuidedTest | None = None,
) -> list[Step]:
    """Return all screens in their order, as the answers so far have it.

    Whoever stopped is asked first why, and for signs that need help at once. The steps in which no
    hand was raised are asked about together, and those of them in which something was felt alone.
    """
    moments = moments_of(answers, angles, spans, live)
    first = [Step("moment", moment) for moment in moments if moment.kind in SUSPICIOUS]
    silent = quiet_moments(moments, live)
    alone = [
        Step("moment", moment)
        for moment in moments
        if moment.kind not in SUSPICIOUS and not _in_quiet(moment, silent, answers, live)
    ]
    quiet = [Step("quiet", silent=tuple(silent))] if silent else []
    again = [Step("again")] if conflict(answers, angles, spans) else []
    signs, recovery = Step("signs"), Step("recovery")
    asked = [*first, *quiet, *alone, *again]
    return [Step("stop"), signs, *asked, recovery] if stopped else [*asked, signs, recovery]


def moments_of(
    answers: Answers, angles: Angles, spans: Sequence[PhaseSpan], live: GuidedTest | None
) -> list[Moment]:
    """Return what to ask about.

    The guide never asks for the toes to be pulled up: who did it nevertheless is not asked about it,
    unless they marked it, and the answer for the straightened knee stands.
    """
    own = marks_of_time(answers)
    moments = find_moments(angles, spans, own)
    return [m for m in moments if live is None or m.phase != "DORSIFLEXION" or m.mark is not None]


def conflict(answers: Answers, angles: Angles, spans: Sequence[PhaseSpan]) -> bool:
    """Return whether words and numbers about the head lift contradict each other."""
    symptoms = correlate(angles, spans, answers)
    performed = {span.phase for span in spans} or ASKED_PHASES
    return follow_course(answers, symptoms, None, performed).head_lift.conflict


def quiet_phases(live: GuidedTest | None) -> tuple[AskedPhase, ...]:
    """Return the steps in which no hand was raised, when there is more than one to ask about together."""
    if live is None or live.heard.get("BASELINE", False):
        return ()  # silence of who felt it at rest is no zero
    silent = tuple(phase for phase in ASKED_PHASES if live.heard.get(phase) is False)
    return silent if len(silent) > 1 else ()


def quiet_moments(moments: Sequence[Moment], live: GuidedTest | None) -> list[Moment]:
    """Return the moments that are asked about together; the head lift goes with them, unnamed."""
    quiet = quiet_phases(live)
    return [m for m in moments if m.phase in quiet and m.mark is None and m.kind in ("rest", "phase")]


def quiet_answered(silent: Sequence[Moment], answers: Answers) -> bool:
    """Return whether it was said in which of the quiet steps something was felt."""
    return any(moment.phase in answers.phases for moment in silent)


def _in_quiet(moment: Moment, silent: Sequence[Moment], answers: Answers, live: GuidedTest | None) -> bool:
    """Return whether the question for all quiet steps together answers for a moment."""
    lift = moment.kind == "head_lift" and "HEAD_LIFT" in quiet_phases(live) and bool(silent)
    if moment.phase is None or not (moment in silent or (lift and not felt_before_lift(answers))):
        return False
    felt = answers.phases.get(moment.phase)
    return felt.intensity == 0 if felt is not None else not quiet_answered(silent, answers)


def felt_in(silent: Sequence[Moment], answers: Answers) -> list[AskedPhase]:
    """Return the quiet steps in which something was felt after all."""
    return [m.phase for m in silent if m.phase in answers.phases and answers.phases[m.phase].intensity != 0]


def with_quiet(
    answers: Answers, moments: Sequence[Moment], chosen: Collection[AskedPhase], live: GuidedTest | None
) -> Answers:
    """Return answers after the question for all quiet steps together.

    Parameters
    ----------
    moments : all there are.
    chosen : the steps in which something was felt; what it was is asked for each of them next. In the
        others nothing was felt. How it was after the head lift is asked alone as soon as anything was
        felt that it could have changed.
    """
    for moment in quiet_moments(moments, live):
        assert moment.phase is not None
        if moment.phase not in chosen:
            answers = with_felt(answers, moment, Felt(intensity=0))
        elif not answers.phases.get(moment.phase, Felt()).intensity:
            answers = with_answer(answers, phases={**answers.phases, moment.phase: Felt()})
    if "HEAD_LIFT" not in quiet_phases(live):
        return answers
    if not chosen and not felt_before_lift(answers):
        return with_answer(answers, phases={**answers.phases, "HEAD_LIFT": Felt(intensity=0)})
    if answers.head_lift_change is None and answers.phases.get("HEAD_LIFT") == Felt(intensity=0):
        others = {phase: felt for phase, felt in answers.phases.items() if phase != "HEAD_LIFT"}
        return with_answer(answers, phases=others)
    return answers


def is_answered(step: Step, answers: Answers) -> bool:
    """Return whether a screen holds an answer already, after a reload for instance."""
    if step.name == "quiet":
        return any(moment.phase in answers.phases for moment in step.silent)
    if step.moment is not None:
        felt = felt_at(step.moment, answers)
        return felt is not None and (felt.intensity == 0 or None not in (felt.intensity, felt.familiar))
    if step.name == "stop":
        return stop_said(answers) is not None
    return step.name == "recovery" and answers.recovery is not None


def following(old: Sequence[Step], number: int, new: Sequence[Step], answers: Answers) -> int:
    """Return which step comes after one, when its answer may have changed the way.

    Parameters
    ----------
    old, number : the steps before the answer, and which of them was answered.
    new, answers : the steps and answers now.

    Returns
    -------
    int
        ``len(new)`` when that was the last.
    """
    stayed = number < len(new) and new[number] == old[number]
    after = number + 1 if stayed else number
    known = {step.key for step in old}
    while after < len(new) and new[after].key not in known and is_answered(new[after], answers):
        after += 1
    return after
