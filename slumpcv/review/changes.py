"""What a review changed, for pages and tables; the report shows those that rounding does not hide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.report.changes import Change, changes
from slumpcv.report.tables import csv_cell, write_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["COLUMNS", "Change", "changes", "write_changes_csv"]

COLUMNS = ("kind", "phase", "repetition", "measure", "automatic", "corrected", "by", "unit", "plus_minus")


def write_changes_csv(path: Path, changed: Sequence[Change]) -> None:
    """Write one row for each change, under `COLUMNS`; without its sentence, which has a language.

    Raises
    ------
    InputError
        When the disk is full or the folder cannot be written to.
    """
    write_csv(path, COLUMNS, map(_row, changed))


def _row(change: Change) -> list[str]:
    return [
        change.kind,
        change.phase or "",
        "" if change.repetition is None else str(change.repetition),
        change.measure or "",
        change.automatic,
        change.corrected,
        csv_cell(change.by, 3),
        change.unit or "",
        csv_cell(change.plus_minus, 3),
    ]
