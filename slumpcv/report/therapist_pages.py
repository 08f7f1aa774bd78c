"""The pages for the therapist: outcome, timeline, key frames, angles, isolation and recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.assess.wording import outcome_name
from slumpcv.holds import ANGLES
from slumpcv.language import numeral, text
from slumpcv.report.answer_words import places_in, qualities_in
from slumpcv.report.blocks import (
    NOTHING,
    bullets,
    heading,
    note,
    paragraph,
    pictures,
    seconds,
    sheet,
    strong,
    table,
)
from slumpcv.report.patient_page import felt_in
from slumpcv.report.review_blocks import used_result
from slumpcv.report.wording import (
    by_weight,
    format_deg,
    format_index,
    format_measure,
    headline,
    phase_name,
    verdict_sentence,
)
from slumpcv.session import NOT_JUDGED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from slumpcv.report.blocks import Block, Picture
    from slumpcv.session import Finding, Isolation, Measured, Moved, Outcome, Session

_CHANGES = (
    ("head_lift_deg", ""),
    ("knee_change_deg", "knee"),
    ("trunk_change_deg", "trunk"),
    ("slump_index_change", "back"),
    ("ankle_change_deg", "ankle"),
)
# A page holds the timeline with its heading, and three rows of key frames.
_TIMELINE_MM, _FRAME_MM = 147, 62


def first_sheet(session: Session, review: Sequence[Block] = ()) -> dict[str, Any]:
    """Return the outcome, the course of the symptoms and the head lift, and what a review changed."""
    return sheet(
        [
            heading(text("report.therapist.title"), 1),
            note(used_result(session)),
            *_outcome(session.outcome),
            *_course(session),
            *(_head_lift(session) if _is_judged(session) else []),
            *review,
        ]
    )


def timeline_sheet(timeline: Picture) -> dict[str, Any]:
    """Return the timeline on a page that lies on its longer side, or its words would be too small."""
    return sheet([heading(text("report.timeline.title")), pictures([timeline], 1, _TIMELINE_MM)], wide=True)


def frames_sheet(frames: Sequence[Picture], drawn: bool) -> dict[str, Any]:
    """Return the key frames; ``drawn`` when there was no video and they are figures only."""
    blocks = [heading(text("report.frames.title")), note(text("report.frames.note"))]
    if drawn and frames:
        blocks.append(paragraph(text("report.frames.no_video")))
    blocks.append(pictures(frames, 2, _FRAME_MM) if frames else paragraph(text("report.frames.none")))
    return sheet(blocks)


def measured(session: Session) -> list[Block]:
    """Return the angles of each phase, and what is to be known about the recording."""
    return [*_phases(session), *_angles(session), *_recording(session)]


def _outcome(outcome: Outcome | None) -> list[Block]:
    blocks = [heading(text("report.outcome.title"))]
    if outcome is None:
        return [*blocks, paragraph(text("report.felt.not_entered"), text("report.outcome.none"))]
    blocks += [
        strong(f"{outcome_name(outcome.code)} ({outcome.code})"),
        note(text("report.outcome.to_patient")),
        paragraph(outcome.text, outcome.next_step),
    ]
    if outcome.code in NOT_JUDGED:
        blocks.append(paragraph(text("report.outcome.not_judged")))
    for title, remarks in (("limitations", outcome.limitations), ("addons", outcome.addons)):
        if remarks:
            blocks += [heading(text(f"report.outcome.{title}"), 3), bullets([r.text for r in remarks])]
    return blocks


def _course(session: Session) -> list[Block]:
    course = session.course
    if course is None or not course.intensities:
        return []
    rows = []
    for here in course.intensities:
        felt = felt_in(session, here.phase)
        number = NOTHING if here.intensity is None else str(here.intensity)
        familiar = NOTHING if here.familiar is None else text(f"ask.answer.{here.familiar}")
        rows.append(
            [
                phase_name(here.phase),
                number,
                familiar,
                places_in(felt) or NOTHING,
                qualities_in(felt) or NOTHING,
            ]
        )
    columns = [text(f"report.course.{c}") for c in ("phase", "intensity", "familiar", "where", "how")]
    blocks = [heading(text("report.course.title")), table(columns, rows, (1.2, 0.8, 0.8, 1.8, 1.8))]
    if not _is_judged(session):
        return blocks
    reproduced = text("report.course.reproduced" if course.reproduced else "report.course.not_reproduced")
    return [*blocks, paragraph(reproduced)]


def _is_judged(session: Session) -> bool:
    return session.outcome is None or session.outcome.code not in NOT_JUDGED


def _head_lift(session: Session) -> list[Block]:
    """Return what the head lift changed in the symptoms, beside what it changed in the posture."""
    blocks = [heading(text("report.lift.title"))]
    if session.course is not None:
        lift = session.course.head_lift
        numbers = [NOTHING if n is None else str(n) for n in (lift.before, lift.after, lift.drop)]
        said = NOTHING if lift.said is None else text(f"ask.change.{lift.said}")
        relief = NOTHING if lift.relief is None else text(f"report.relief.{lift.relief}")
        agree = text(f"ask.answer.{'no' if lift.conflict else 'yes'}")
        only_head = text(f"report.status.{session.isolation.status}")
        columns = [
            text(f"report.response.{c}")
            for c in ("before", "after", "drop", "said", "relief", "agree", "isolated")
        ]
        row = [*numbers, said, relief, agree, only_head]
        blocks.append(table(columns, [row], (0.8, 0.8, 0.8, 1, 1, 1, 1.6)))
    blocks.append(paragraph(headline(session)))
    if session.quality.usable is False:
        blocks.append(paragraph(verdict_sentence(session.isolation)))
    return [*blocks, *_changes(session.isolation)]


def _changes(isolation: Isolation) -> list[Block]:
    if isolation.head_lift_deg is None:
        return []
    moved = {m.part: m for m in isolation.moved}
    rows = []
    for name, part in _CHANGES:
        write = format_deg if name.endswith("_deg") else format_index
        change = write(getattr(isolation, name), isolation.plus_minus.get(name), signed=bool(part))
        rows.append([text(f"report.change.{name}"), change, _worst(moved.get(part))])  # type: ignore[call-overload]
    columns = [text(f"report.change.{c}") for c in ("part", "change", "worst")]
    return [table(columns, rows, (1.2, 1, 2)), note(text("report.change.note"))]


def _worst(moved: Moved | None) -> str:
    if moved is None:
        return NOTHING
    write = format_deg if moved.unit == "deg" else format_index
    return text(
        "report.change.beyond",
        worst=write(moved.worst, moved.plus_minus, signed=True),
        at=numeral(moved.at_s, ".1f"),
        limit=write(moved.limit),
    )


def _phases(session: Session) -> list[Block]:
    blocks = [heading(text("report.phases.title"))]
    if not session.phases:
        return [*blocks, paragraph(text("report.phases.none"))]
    rows = []
    for phase in session.phases:
        margin = NOTHING
        if phase.margin is not None and phase.margin_unit is not None:
            write = format_deg if phase.margin_unit == "deg" else format_index
            margin = write(phase.margin, signed=True)
            if phase.margin_unit == "thigh lengths":
                margin = text("report.phases.thighs", margin=margin)
        reached = text(f"ask.answer.{'yes' if phase.reached else 'no'}")
        span = seconds(phase.start_s, phase.end_s)
        rows.append([phase_name(phase.phase), str(phase.repetition), span, reached, margin])
    columns = [text(f"report.phases.{c}") for c in ("phase", "repetition", "time", "reached", "margin")]
    return [*blocks, table(columns, rows, (1.4, 0.8, 1.2, 0.8, 1.2))]


def _angles(session: Session) -> list[Block]:
    blocks = [heading(text("report.angles.title"))]
    if not session.measurements:
        return [*blocks, paragraph(text("report.angles.none"))]
    rows = [
        [phase_name(phase), *(_cell(name, measures.get(name)) for name in ANGLES)]
        for phase, measures in session.measurements.items()
    ]
    columns = [text("report.phases.phase"), *(text(f"report.measure.{name}") for name in ANGLES)]
    return [*blocks, table(columns, rows, (1.35, *[1.0] * len(ANGLES))), note(text("report.angles.note"))]


def _cell(name: str, measured: Measured | None) -> str:
    return NOTHING if measured is None else format_measure(name, measured.value, measured.plus_minus)


def _recording(session: Session) -> list[Block]:
    quality = session.quality
    usable = text("report.recording.usable" if quality.usable else "report.recording.unusable")
    yaw = ""
    if quality.camera_yaw_deg is not None:
        yaw = format_deg(quality.camera_yaw_deg, quality.camera_yaw_plus_minus_deg)
        yaw = text("report.recording.yaw", yaw=yaw)
    blocks = [heading(text("report.recording.title")), paragraph(usable, yaw)]
    if not quality.findings:
        return [*blocks, paragraph(text("report.recording.none"))]
    rows = [_finding(finding) for finding in by_weight(quality.findings)]
    columns = [text(f"report.recording.{c}") for c in ("weight", "finding", "when")]
    return [*blocks, table(columns, rows, (0.7, 3.6, 0.8))]


def _finding(finding: Finding) -> list[str]:
    said = f"{finding.message}\n{finding.fix}" if finding.fix else finding.message
    when = "\n".join(seconds(s.start_s, s.end_s) for s in finding.spans)
    return [text(f"report.severity.{finding.severity}"), said, when or text("report.recording.whole")]
