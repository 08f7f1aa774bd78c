"""The words of an outcome, filled with what happened; the texts are in the catalogue ``outcome``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.answers import Screen
from slumpcv.language import listed, text

if TYPE_CHECKING:
    from slumpcv.answers import StopReason
    from slumpcv.assess.case import Case
    from slumpcv.session import OutcomeCode

# Where somebody should go who stopped for more than pain.
GO_AFTER_STOP: dict[StopReason, str] = {
    "new_numbness_or_weakness": "same_day",
    "dizziness_or_vision": "urgent",
}


def outcome_title(code: OutcomeCode) -> str:
    """Return the headline of an outcome."""
    return text(f"outcome.{code}.title")


def outcome_name(code: str) -> str:
    """Name an outcome for those who read about a patient: two titles tell the patient what to do."""
    if code in ("BLOCKED", "URGENT"):
        return text(f"outcome.{code}.name")
    return text(f"outcome.{code}.title")


def outcome_text(code: OutcomeCode, case: Case) -> str:
    """Return what happened and what it may mean, in plain sentences."""
    course = case.course
    if code == "STOPPED" and not case.stopped:
        if not case.became_too_strong:
            return text("outcome.STOPPED.by_numbness")
        how = "by_strength" if course.baseline is None else "by_rule"
        return text(f"outcome.STOPPED.{how}", strongest=case.strongest, baseline=course.baseline)
    if code == "STOPPED" and case.answers.stop_reason is None:
        return text("outcome.STOPPED.no_reason")
    if code == "CANNOT_ASSESS_SYMPTOMS" and not case.missing:
        return text("outcome.CANNOT_ASSESS_SYMPTOMS.strong_at_rest", baseline=course.baseline)
    if code == "INCONCLUSIVE_OTHER_MOVEMENT" and case.session.isolation.status == "too_close":
        return text("outcome.INCONCLUSIVE_OTHER_MOVEMENT.too_close", reasons=_reasons(case))
    return text(f"outcome.{code}.text", **_values(code, case))


def _values(code: OutcomeCode, case: Case) -> dict[str, object]:
    lift = case.course.head_lift
    numbers: dict[str, object] = {"before": lift.before, "after": lift.after}
    stopped_by = case.answers.stop_reason
    values: dict[OutcomeCode, dict[str, object]] = {
        "BLOCKED": {"flags": _flags(case)},
        "URGENT": {"signs": listed([text(f"ask.warning_sign.{s}") for s in case.warning_signs])},
        "STOPPED": {"reason": text(f"ask.stop_reason.{stopped_by}")} if stopped_by else {},
        "CANNOT_ASSESS_VIDEO": {"reasons": _view(case)},
        "CANNOT_ASSESS_SYMPTOMS": {"missing": listed([text(f"outcome.missing.{m}") for m in case.missing])},
        "INCONCLUSIVE_OTHER_MOVEMENT": {"reasons": _reasons(case)},
        "EASED_WITH_HEAD_LIFT": numbers,
        "PARTLY_EASED": numbers,
        "UNCHANGED": {"after": lift.after},
        "WORSE_WITH_HEAD_LIFT": numbers,
        "NOT_FULLY_PERFORMED": {"steps": listed([text(f"outcome.step.{s}") for s in case.steps_not_reached])},
    }
    return values.get(code, {})


def next_step(code: OutcomeCode, case: Case) -> str:
    """Return what to do next; blocked and urgent outcomes name where to go."""
    if code == "BLOCKED":
        return text(f"outcome.go.{(case.answers.screen or Screen()).group}")
    if code == "STOPPED":
        reason = "new_numbness_or_weakness" if case.new_numbness else case.answers.stop_reason
        if reason in GO_AFTER_STOP:
            return f"{text(f'outcome.go.{GO_AFTER_STOP[reason]}')} {text('outcome.STOPPED.once')}"
    if code == "CANNOT_ASSESS_VIDEO":
        fixes = [f.fix for f in case.session.quality.findings if f.severity == "unusable" and f.fix]
        return " ".join([text("outcome.CANNOT_ASSESS_VIDEO.next_step"), *fixes])
    return text(f"outcome.{code}.next_step")


def _flags(case: Case) -> str:
    return "; ".join(text(f"ask.screen.{name}") for name in (case.answers.screen or Screen()).flags)


def _view(case: Case) -> str:
    unusable = [f.message for f in case.session.quality.findings if f.severity == "unusable"]
    return " ".join(unusable) or _reasons(case)


def _reasons(case: Case) -> str:
    return " ".join(case.session.isolation.reasons)
