"""What measuring again changed: each measure of each session, before and after, as a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.compare import compare_sessions
from slumpcv.export.measurements import cell_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from slumpcv.compare.schema import Cell, Verdict
    from slumpcv.session import Session

COLUMNS = ("session", "measure", "unit", "old", "new", "change", "error", "verdict")


@dataclass(frozen=True)
class Change:
    """One measure of one session, before and after.

    ``old`` and ``new`` are a number, a word, or why there is none; ``change`` and ``error`` (the larger of
    both sessions' 95 % bands) are None where there are no numbers. ``verdict`` is ``same`` to the last digit,
    ``within`` the error, ``more``, or ``different`` for words and for what is seen in one only.
    """

    session: str
    measure: str
    unit: str
    old: float | str
    new: float | str
    change: float | None
    error: float | None
    verdict: Verdict


def changes(name: str, old: Session, new: Session) -> list[Change]:
    """Compare two results of one clip, by the measures of `slumpcv compare`; those of neither are left out.

    Both share the clip and what is wrong with it, so that the error of a difference between two clips says
    nothing here; the error of one measurement is what a change is set against.

    Parameters
    ----------
    name : of the session.
    old, new : the results; a reviewer's counts where there is one.
    """
    compared = compare_sessions([old.used, new.used])
    found = []
    for row in compared.rows:
        before, after = row.cells
        if before.missing and before == after:
            continue
        error = max(before.plus_minus or 0.0, after.plus_minus or 0.0)
        found.append(change_of(name, row.measure, row.unit, (_said(before), _said(after)), error))
    return found


def change_of(
    name: str, measure: str, unit: str, values: tuple[float | str, float | str], error: float
) -> Change:
    """Compare one measure.

    Parameters
    ----------
    name : of the session.
    measure, unit : what is compared.
    values : before and after.
    error : of one measurement (95 % band); of words there is none.
    """
    before, after = values
    if isinstance(before, str) or isinstance(after, str):
        return Change(name, measure, unit, *values, None, None, "same" if before == after else "different")
    change = round(after - before, 3) + 0.0
    verdict: Verdict = "more" if abs(change) > error else "within"
    return Change(name, measure, unit, *values, change, error, "same" if before == after else verdict)


def write_differences(path: Path, found: Iterable[Change]) -> None:
    """Write all changes as CSV, a row for each measure of each session."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([cell_of(getattr(change, name)) for name in COLUMNS] for change in found)


@dataclass(frozen=True)
class Summary:
    """One measure over all sessions: how many have it, how many changed, and by how much."""

    measure: str
    unit: str
    sessions: int
    changed: int
    beyond_error: int
    median: float
    largest: float


def summarised(found: Sequence[Change]) -> list[Summary]:
    """Return a line for each measure, in the order of the protocol; NaN where it has no numbers."""
    measures = dict.fromkeys((change.measure, change.unit) for change in found)
    return [_summary(found, *named) for named in measures]


def _summary(found: Sequence[Change], measure: str, unit: str) -> Summary:
    mine = [change for change in found if change.measure == measure]
    sizes = np.abs([change.change for change in mine if change.change is not None])
    return Summary(
        measure,
        unit,
        len(mine),
        sum(change.verdict != "same" for change in mine),
        sum(change.verdict in ("more", "different") for change in mine),
        float(np.median(sizes)) if len(sizes) else float("nan"),
        float(np.max(sizes)) if len(sizes) else float("nan"),
    )


def _said(cell: Cell) -> float | str:
    if cell.value is not None:
        return cell.value
    return cell.word or cell.missing or ""
