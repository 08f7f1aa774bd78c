"""What a session of the library looks like in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date

from slumpcv.assess.wording import outcome_name
from slumpcv.correction import load_correction
from slumpcv.language import language, locale, text
from slumpcv.report.wording import format_deg
from slumpcv.ui.components.table import Cell, Column, Tone
from slumpcv.ui.desk import paths

if TYPE_CHECKING:
    from datetime import date

    from slumpcv.library.library import SessionRow
    from slumpcv.library.terms import Status

# Where a column can be sorted by, it has the library's own name for that.
COLUMNS = ("code", "day", "side", "outcome", "knee", "head_lift", "isolation", "usable", "status", "tags")
NUMBERS = {"knee", "head_lift"}
NOT_SORTED = {"isolation", "usable", "tags"}
SORTS = set(COLUMNS) - NOT_SORTED
TONES: dict[Status, Tone] = {"new": "none", "reviewed": "half", "signed": "full"}


def columns() -> list[Column]:
    """Return the heads of a table of sessions."""
    return [
        Column(
            name,
            text(f"desk.column.{name}"),
            sorts=name not in NOT_SORTED,
            kind="number" if name in NUMBERS else "words",
        )
        for name in COLUMNS
    ]


def cells(row: SessionRow) -> list[Cell]:
    """Return what is shown of a session, in the order of `COLUMNS`."""
    session, patient = {"session": row.id}, {"patient": row.patient_id}
    return [
        Cell(row.code, row.initials, {"at": "patient", **patient}, paths.address("patient", **patient)),
        Cell(
            day(row.day),
            go={"at": "review", **session},
            href=paths.address("review", **session),
            opens=True,
        ),
        Cell(side(row)),
        Cell(outcome(row)),
        Cell(knee(row)),
        Cell(head_lift(row)),
        Cell(isolation(row)),
        Cell(text("desk.usable.yes") if row.usable else text("desk.usable.no")),
        Cell(text(f"desk.status.{row.status}"), tone=TONES[row.status]),
        Cell("", tags=tuple(row.tags)),
    ]


def day(when: date) -> str:
    """Write a day so that it is read the same everywhere."""
    return str(format_date(when, day_pattern(), locale=locale()))


def day_pattern() -> str:
    """Return how a day is written: its month in letters, since figures are read in two orders."""
    return "d. MMM y" if language() == "de" else "d MMM y"


def side(row: SessionRow) -> str:
    """Name the tested leg."""
    return text(f"ask.side.{row.side}") if row.side else text("desk.no_side")


def outcome(row: SessionRow) -> str:
    """Say in a few words what came out, corrected where it was; without answers there is no outcome."""
    code = row.corrected_outcome if row.corrections else row.outcome
    return outcome_name(code) if code else text("desk.no_outcome")


def isolation(row: SessionRow) -> str:
    """Say whether only the head moved during the head lift."""
    return text(f"report.status.{(row.corrected_isolation if row.corrections else None) or row.isolation}")


def knee_deg(row: SessionRow) -> float | None:
    """Return how far from straight the knee was held, in degrees, corrected where it was."""
    return row.corrected_knee_deg if row.corrections else row.knee_deg


def head_lift_deg(row: SessionRow) -> float | None:
    """Return by how much the head was lifted, in degrees, corrected where it was."""
    return row.corrected_head_lift_deg if row.corrections else row.head_lift_deg


def knee_error_deg() -> float:
    """Return the stated error of a knee angle at a hold."""
    return load_correction().errors["knee_flexion_deg"].value


def head_lift_error_deg() -> float:
    """Return the stated error of a head lift."""
    return load_correction().errors["neck_flexion_deg"].lift


def knee(row: SessionRow) -> str:
    """Write how far from straight the knee was held."""
    return format_deg(knee_deg(row), knee_error_deg())


def head_lift(row: SessionRow) -> str:
    """Write by how much the head was lifted."""
    return format_deg(head_lift_deg(row), head_lift_error_deg())
