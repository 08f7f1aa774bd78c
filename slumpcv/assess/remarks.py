"""What limits an outcome, and what is worth adding to it; neither ever changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.answers import Screen
from slumpcv.assess.case import BELOW_KNEE, LEG
from slumpcv.language import numeral, text
from slumpcv.session import NOT_JUDGED, Remark

if TYPE_CHECKING:
    from slumpcv.assess.case import Case
    from slumpcv.session import OutcomeCode


def limitations(code: OutcomeCode, case: Case) -> tuple[Remark, ...]:
    """Return what makes the outcome weaker, in the order in which it matters."""
    if code in NOT_JUDGED:
        return ()
    course, session = case.course, case.session
    if not session.quality.usable:  # what the view hides limits nothing that is said
        return ()
    found = {
        "screen_incomplete": bool((case.answers.screen or Screen()).unanswered),
        "one_point": course.reproduced and _rise(case) < thresholds.CLEAR_REPRODUCTION_RISE,
        "shallow_slump": course.reproduced and "SLUMP" in case.steps_not_reached,
        "little_neck_flexion": course.reproduced and "NECK_FLEXION" in case.steps_not_reached,
        "change_not_said": course.reproduced and _lifted(case) and course.head_lift.said is None,
        "regions_not_said": course.reproduced and not _places(case),
        "other_leg": _felt_in_the_other_leg(case),
        "entered_afterwards": any(
            s.mark.start_s is not None and s.mark.how == "afterwards" for s in case.symptoms
        ),
    }
    ours = [
        Remark(code=name, text=text(f"outcome.limitation.{name}")) for name, holds in found.items() if holds
    ]
    recording = [
        Remark(code=f.code.lower(), text=f.message)
        for f in session.quality.findings
        if f.severity == "warn" and f.code != "HIP_HINGE"
    ]
    remarked = session.isolation.reasons if session.isolation.isolated else ()
    movement = [Remark(code="moved_a_little", text=reason) for reason in remarked]
    return (*ours, *movement, *recording)


def addons(code: OutcomeCode, case: Case) -> tuple[Remark, ...]:
    """Return what a therapist would want to know besides."""
    if code in NOT_JUDGED:
        return ()
    recovery, intake, other = case.answers.recovery, case.answers.intake, case.other_side_knee_deg
    baseline = case.course.baseline
    found: list[tuple[str, dict[str, object]]] = []
    if any(place.region in BELOW_KNEE for s in case.reproducing for place in s.felt.regions):
        found.append(("below_knee", {}))
    ours = case.knee_deg if case.session.quality.usable else None
    if ours is not None and other is not None and abs(ours - other) >= thresholds.SIDE_DIFFERENCE_DEG:
        found.append(("side_difference", {"ours": round(ours), "other": round(other)}))
    if (
        recovery is not None
        and baseline is not None
        and recovery.intensity - baseline > thresholds.SETTLED_WITHIN
    ):
        late = recovery.after_min >= thresholds.ADVISE_AFTER_MIN
        values = {"after": recovery.intensity, "minutes": numeral(recovery.after_min), "baseline": baseline}
        found.append(("slow_recovery_late" if late else "slow_recovery", values))
    if any(f.code == "HIP_HINGE" for f in case.session.quality.findings):
        found.append(("hip_hinge", {}))
    if intake is not None and intake.earlier_tests_24h:
        found.append(("repeat_attempt", {}))
    return tuple(
        Remark(code=name.removesuffix("_late"), text=text(f"outcome.addon.{name}", **values))
        for name, values in found
    )


def _rise(case: Case) -> int:
    return (case.course.peak or 0) - (case.course.baseline or 0)


def _lifted(case: Case) -> bool:
    return case.session.isolation.status not in ("no_lift", "small_lift", "unusable")


def _places(case: Case) -> set[str]:
    return {place.region for s in case.reproducing for place in s.felt.regions}


def _felt_in_the_other_leg(case: Case) -> bool:
    sides = {p.side for s in case.new for p in s.felt.regions if p.region in LEG}
    return bool(sides) and case.session.side is not None and case.session.side not in sides
