"""The outcome: the first line of the protocol's table that holds, in plain words.

Never a diagnosis and never reassurance: the texts are in the catalogue ``outcome``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.answers import Screen
from slumpcv.assess.case import SPINE, Case
from slumpcv.assess.remarks import addons, limitations
from slumpcv.assess.wording import next_step, outcome_text, outcome_title
from slumpcv.session import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slumpcv.answers import Answers
    from slumpcv.session import Course, OutcomeCode, Session, Symptom


def assess(
    session: Session,
    answers: Answers,
    symptoms: Sequence[Symptom],
    course: Course,
    other_side_knee_deg: float | None = None,
) -> Outcome:
    """Return the outcome of one test.

    Parameters
    ----------
    session : the movement report.
    answers : what was answered; everything missing is allowed, and said.
    symptoms, course : from the same answers.
    other_side_knee_deg : of the other leg's test, for the note on a difference between sides.

    Returns
    -------
    Outcome
        The first of :data:`RULES` that holds, with limitations and add-ons, which never change it.
    """
    case = Case(session, answers, symptoms, course, other_side_knee_deg)
    code = next(code for code, holds in RULES if holds(case))
    return Outcome(
        code=code,
        title=outcome_title(code),
        text=outcome_text(code, case),
        next_step=next_step(code, case),
        limitations=limitations(code, case),
        addons=addons(code, case),
    )


def _relieved(case: Case, relief: str) -> bool:
    return case.course.reproduced and case.course.head_lift.relief == relief


def _came(case: Case, familiar: str) -> bool:
    felt = [s for s in case.provoked if s.felt.is_anything or s.is_new(case.course.baseline)]
    return any(s.felt.familiar == familiar for s in felt)


def _spine_only(case: Case) -> bool:
    regions = {place.region for s in case.reproducing for place in s.felt.regions}
    return bool(regions) and regions <= SPINE


def _there_at_rest(case: Case) -> bool:
    at_rest = [s.felt for s in case.felt if s.phase == "BASELINE"]
    return any((f.intensity or 0) >= 1 and f.familiar != "no" for f in at_rest)


def _not_seen(case: Case) -> bool:
    """Return whether the view hides what the answers would need."""
    unseen = case.course.reproduced and case.session.isolation.status == "unseen"
    return not case.session.quality.usable or unseen


def _too_strong_at_rest(case: Case) -> bool:
    return (case.course.baseline or 0) >= thresholds.STRONG_AT_REST


RULES: tuple[tuple[OutcomeCode, Callable[[Case], bool]], ...] = (
    ("BLOCKED", lambda c: bool((c.answers.screen or Screen()).flags)),
    ("URGENT", lambda c: bool(c.warning_signs)),
    ("STOPPED", lambda c: c.stopped or c.became_too_strong or c.new_numbness),
    ("CANNOT_ASSESS_VIDEO", _not_seen),
    ("CANNOT_ASSESS_SYMPTOMS", lambda c: _too_strong_at_rest(c) or bool(c.missing)),
    (
        "INCONCLUSIVE_NO_HEAD_LIFT",
        lambda c: c.course.reproduced and c.session.isolation.status in ("no_lift", "small_lift"),
    ),
    (
        "INCONCLUSIVE_OTHER_MOVEMENT",
        lambda c: c.course.reproduced and c.session.isolation.status in ("moved", "too_close"),
    ),
    ("UNCLEAR", lambda c: c.course.reproduced and c.course.head_lift.conflict),
    ("SPINE_SYMPTOM_ONLY", _spine_only),
    ("EASED_WITH_HEAD_LIFT", lambda c: _relieved(c, "clear")),
    ("PARTLY_EASED", lambda c: _relieved(c, "partial")),
    ("UNCHANGED", lambda c: _relieved(c, "none")),
    ("WORSE_WITH_HEAD_LIFT", lambda c: _relieved(c, "worse")),
    ("FAMILIARITY_UNSURE", lambda c: _came(c, "unsure")),
    ("OTHER_SENSATION", lambda c: _came(c, "no")),
    ("NOT_CHANGED_BY_TEST", _there_at_rest),
    ("NOT_FULLY_PERFORMED", lambda c: bool(c.steps_not_reached)),
    ("NOT_REPRODUCED", lambda _: True),
)
"""The protocol's table of outcomes, in its order: the first that holds is the outcome."""
