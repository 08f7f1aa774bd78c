"""The page for the person who did the test: in plain words, without figures from studies.

Never a diagnosis, a score or reassurance; what the outcome says was written by `assess`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.answers import SCREEN_GROUPS
from slumpcv.language import text
from slumpcv.report.answer_words import places_in, qualities_in
from slumpcv.report.blocks import bullets, heading, lead, note, paragraph, sheet, strong
from slumpcv.report.wording import sentences
from slumpcv.session import NOT_JUDGED

if TYPE_CHECKING:
    from typing import Any

    from slumpcv.answers import AskedPhase, Felt
    from slumpcv.report.blocks import Block
    from slumpcv.session import Course, Outcome, PhaseIntensity, Session
    from slumpcv.terms import PhaseName

TYPE_PT = 10.5
# What a therapist adds to an outcome; these are for the person too.
FOR_PATIENTS = ("slow_recovery", "repeat_attempt")


def patient_sheet(session: Session) -> dict[str, Any]:
    """Return the first page."""
    outcome = session.outcome
    blocks = [heading(text("report.patient.title"), 1)]
    if session.demonstration:
        blocks.append(lead(strong(text("report.demonstration"))))
    if outcome is not None and outcome.code in NOT_JUDGED:
        blocks += _go_first(outcome)
    else:
        blocks += [heading(text("report.patient.did")), paragraph(*_did(session))]
        blocks += [heading(text("report.patient.felt")), *_felt(session)]
        blocks += [heading(text("report.patient.may")), *_may_mean(session)]
        blocks += [heading(text("report.patient.not")), bullets(_does_not_mean(outcome))]
        blocks += [heading(text("report.patient.next")), bullets(_next(session))]
    return sheet([*blocks, *_safety_net(outcome), note(text("report.next.not_reviewed"))], TYPE_PT)


def _go_first(outcome: Outcome) -> list[Block]:
    return [
        lead(heading(outcome.title), strong(outcome.next_step)),
        heading(text("report.patient.why")),
        paragraph(outcome.text),
        heading(text("report.patient.not")),
        bullets([text("report.not.diagnosis"), text(f"report.not.{outcome.code}")]),
    ]


def _did(session: Session) -> list[str]:
    steps = list(dict.fromkeys(p.phase for p in session.phases if p.phase != "RECOVERY"))
    if not steps:
        return [text("report.patient.filmed"), text("report.patient.no_steps")]
    if session.isolation.status == "small_lift":
        steps = [step for step in steps if step != "HEAD_LIFT"]  # the sentence about the lift says so
    lift = text(f"report.lift.{session.isolation.status}")
    return [text("report.patient.filmed"), *(_step(session, step) for step in steps), lift]


def _step(session: Session, step: PhaseName) -> str:
    """Say how far a step went, at best: stopping short where the symptom comes is no fault."""
    tries = [p for p in session.phases if p.phase == step]
    if any(p.reached for p in tries):
        return text(f"report.did.{step}")
    seen = any(p.margin is not None for p in tries)
    return text(f"report.did_part.{step}" if seen else f"report.did_unseen.{step}")


def _felt(session: Session) -> list[Block]:
    if session.course is None:
        return [paragraph(text("report.felt.not_entered"))]
    if _felt_nothing(session):
        return [paragraph(text("report.felt.nothing"))]
    lines = [_felt_line(session, i) for i in session.course.intensities]
    if not lines:
        return [paragraph(text("report.felt.not_entered"))]
    return [paragraph(text("report.felt.scale")), bullets([*lines, *_said(session.course)])]


def _felt_nothing(session: Session) -> bool:
    assert session.course is not None
    known = session.course.intensities
    return bool(known) and not session.symptoms and all(i.intensity == 0 for i in known)


def _felt_line(session: Session, here: PhaseIntensity) -> str:
    when = text(f"report.felt.when.{here.phase}")
    if here.intensity is None:
        said = [text("report.felt.no_number", when=when)]
    else:
        said = [text("report.felt.number", when=when, intensity=here.intensity)]
    if here.intensity != 0:
        if here.familiar is not None:
            said.append(text(f"report.felt.familiar.{here.familiar}"))
        felt = felt_in(session, here.phase)
        if places := places_in(felt):
            said.append(text("report.felt.where", places=places))
        if qualities := qualities_in(felt):
            said.append(text("report.felt.how", qualities=qualities))
    return " ".join(said)


def felt_in(session: Session, phase: AskedPhase) -> list[Felt]:
    """Return all that was answered for a phase or marked in it."""
    answered = session.responses.phases if session.responses else {}
    marked = [s.mark for s in session.symptoms if s.phase == phase]
    return [*([answered[phase]] if phase in answered else []), *marked]


def _said(course: Course) -> list[str]:
    said = course.head_lift.said
    return [] if said is None else [text("report.felt.said", change=text(f"ask.change.{said}"))]


def _may_mean(session: Session) -> list[Block]:
    outcome = session.outcome
    if outcome is None:
        refused = [f.message for f in session.quality.findings if f.severity == "unusable"]
        return [paragraph(text("report.may.no_outcome"), sentences(refused))]
    blocks = [strong(sentences([outcome.title])), paragraph(outcome.text)]
    if outcome.limitations:
        said = [sentences([remark.text]) for remark in outcome.limitations]
        blocks += [paragraph(text("report.patient.less_sure") + ":"), bullets(said)]
    return blocks


def _does_not_mean(outcome: Outcome | None) -> list[str]:
    own = text(f"report.not.{outcome.code}") if outcome else text("report.not.none")
    return [text("report.not.diagnosis"), own]


def _next(session: Session) -> list[str]:
    outcome = session.outcome
    if outcome is None:
        fixes = [f.fix for f in session.quality.findings if f.severity == "unusable" and f.fix]
        said = [text("report.next.no_outcome"), *fixes]
    else:
        said = [outcome.next_step, *(a.text for a in outcome.addons if a.code in FOR_PATIENTS)]
    return [*said, text("report.next.not_exercise"), text("report.next.therapist")]


def _safety_net(outcome: Outcome | None) -> list[Block]:
    """Return what always needs help at once, unless the page says so already."""
    if outcome is not None and outcome.code == "URGENT":
        return []
    signs = [sentences([text(f"ask.screen.{sign}")]) for sign in SCREEN_GROUPS["emergency"]]
    return [paragraph(text("report.next.help")), bullets(signs)]
