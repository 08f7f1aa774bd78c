"""What follows from the corrections, in words and numbers, beside what the machine alone came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slumpcv.assess.wording import outcome_name
from slumpcv.holds import judged_repetition
from slumpcv.language import text
from slumpcv.report.wording import (
    by_weight,
    format_deg,
    format_measure,
    phase_label,
    quality_sentence,
    verdict_sentence,
)
from slumpcv.review.changes import changes
from slumpcv.review.hand import beside
from slumpcv.ui.server.review_data import curves_of, landmarks_of, phases_of

if TYPE_CHECKING:
    from slumpcv.corrections import HandMeasure
    from slumpcv.session import Finding, Phase, Session
    from slumpcv.terms import PhaseName
    from slumpcv.ui.server.review_source import Reviewed

# The order of the table's columns.
COLUMNS = ("knee_flexion_deg", "neck_flexion_deg", "trunk_lean_deg", "slump_index")


def result_of(reviewed: Reviewed) -> dict[str, Any]:
    """Return everything that a correction can change, as the player takes it."""
    automatic, corrected, state = reviewed.automatic.session, reviewed.corrected.session, reviewed.state
    moved, side = bool(state.points), reviewed.automatic.angles.side
    return {
        "number": reviewed.number,
        "may_undo": reviewed.may_undo,
        "may_redo": reviewed.may_redo,
        "state": state.model_dump(mode="json"),
        "phases": phases_of(reviewed.corrected),
        "outcome": _outcome(automatic, corrected),
        "isolation": _isolation(automatic, corrected),
        "columns": [text(f"movement.column.{name}").rstrip("*") for name in COLUMNS],
        "rows": _rows(automatic, corrected),
        "changes": _changes(reviewed),
        "last": _last(reviewed),
        "findings": [_finding(one) for one in by_weight(corrected.quality.findings)],
        "measures": {one.id: _beside(reviewed, one) for one in state.measures},
        "landmarks": landmarks_of(reviewed.corrected.track, side) if moved else None,
        "angles": curves_of(reviewed.corrected.angles) if moved else None,
    }


def _outcome(automatic: Session, corrected: Session) -> dict[str, str | None]:
    now, before = _name(corrected), _name(automatic)
    told = corrected.outcome
    return {
        "title": now,
        "note": None if told is None else text("report.outcome.to_patient"),
        "words": text("report.outcome.none") if told is None else told.text,
        "automatic": before if before != now else None,
    }


def _name(session: Session) -> str:
    return text("player.no_outcome") if session.outcome is None else outcome_name(session.outcome.code)


def _isolation(automatic: Session, corrected: Session) -> dict[str, str | None]:
    now, before = _verdict(corrected), _verdict(automatic)
    return {"title": None, "words": now, "automatic": before if before != now else None}


def _verdict(session: Session) -> str:
    return quality_sentence(session.quality) or verdict_sentence(session.isolation)


# --- the angles held in each phase ---------------------------------------------------------------------


def _rows(automatic: Session, corrected: Session) -> list[dict[str, Any]]:
    judged: dict[PhaseName, Phase] = {}
    for phase in judged_repetition(corrected.phases):
        judged.setdefault(phase.phase, phase)
    return [
        {
            "name": phase_label(phase, corrected.phases),
            "start_s": phase.start_s,
            "time": text("player.span", start=phase.start_s, end=phase.end_s),
            "cells": [_cell(automatic, corrected, phase.phase, name) for name in COLUMNS]
            if judged.get(phase.phase) is phase
            else [{"now": "", "before": None}] * len(COLUMNS),
        }
        for phase in corrected.phases
    ]


def _cell(automatic: Session, corrected: Session, phase: PhaseName, name: str) -> dict[str, str | None]:
    now, before = _held(corrected, phase, name), _held(automatic, phase, name)
    return {"now": now, "before": before if before != now and before else None}


def _held(session: Session, phase: PhaseName, name: str) -> str:
    measured = session.measurements.get(phase, {}).get(name)
    return "" if measured is None else format_measure(name, measured.value, measured.plus_minus)


# --- what was changed ----------------------------------------------------------------------------------


def _changes(reviewed: Reviewed) -> list[str]:
    """Say what differs from the automatic result; of the angles the table does."""
    found = changes(reviewed.automatic.session, reviewed.corrected.session, reviewed.state)
    return [change.words for change in found if change.kind != "angle"]


def _last(reviewed: Reviewed) -> dict[str, str] | None:
    row = reviewed.last
    if row is None:
        return None
    return {
        "words": text(
            "player.last", action=action_name(row.action), who=row.made_by or text("player.unnamed")
        ),
        "at": row.made_at.isoformat(),
    }


def action_name(action: str) -> str:
    """Say in a few words what an action of the player did."""
    known = action if action in ACTIONS else "other"
    return text(f"player.action.{known}")


ACTIONS = (
    "move_edge",
    "rename_phase",
    "delete_phase",
    "add_phase",
    "add_mark",
    "change_mark",
    "move_mark",
    "delete_mark",
    "change_answers",
    "measure",
    "delete_measure",
    "move_point",
    "delete_point",
    "undo",
    "redo",
)


def _beside(reviewed: Reviewed, measure: HandMeasure) -> list[str]:
    """Say what was measured automatically in the same picture, and how far apart the two are."""
    said = []
    for one in beside(reviewed.corrected.angles, measure):
        name, shown = text(f"report.angle.{one.angle}"), format_deg(one.automatic_deg, one.plus_minus_deg)
        if one.difference_deg is None:
            said.append(text("player.beside.unseen", angle=name))
            continue
        values = {"angle": name, "hand": format_deg(one.hand_deg), "automatic": shown}
        how = "beyond" if one.beyond_error else "within"
        said.append(
            text(f"player.beside.{how}", difference=format_deg(one.difference_deg, signed=True), **values)
        )
    return said


def _finding(finding: Finding) -> dict[str, Any]:
    spans = [[span.start_s, span.end_s] for span in finding.spans]
    return {"severity": finding.severity, "message": finding.message, "fix": finding.fix, "spans": spans}
