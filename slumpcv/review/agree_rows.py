"""The agreement of two reviewers as a table for other programs, and its notes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.language import text
from slumpcv.report.tables import csv_cell, write_csv
from slumpcv.review.agree import LEAST_DIFFERENCES, LEAST_SESSIONS, WITHIN_S, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slumpcv.review.agree import Agreement, Coefficient, Note

COLUMNS = ("what", "phase", "measure", "pairs", "statistic", "value", "low", "high", "note")
_DECIMALS = 4


def agreement_rows(agreement: Agreement) -> Iterator[list[str]]:
    """Yield a row for each statistic, under `COLUMNS`; a cell is empty where nothing can be said."""
    for start in agreement.starts:
        phase, pairs = start.phase or "ALL", start.limits.pairs
        yield _row("start", phase, "start_s", pairs, "limits_of_agreement", start.limits)
        yield _number("start", phase, f"within_{WITHIN_S:g}_s", pairs, "share", start.within)
        yield _number("start", phase, "only_one_rater", pairs, "count", start.only_one, 0)
    outcome = agreement.outcome
    yield _number("outcome", "", "outcome", outcome.sessions, "same", outcome.same, 0)
    yield _row("outcome", "", "outcome", outcome.sessions, "cohens_kappa", outcome.kappa)
    for angle in agreement.angles:
        place = ("angle", angle.phase, angle.angle, angle.limits.pairs)
        yield _row(*place, "limits_of_agreement", angle.limits)
        yield _row(*place, "icc_2_1", angle.icc_2_1)
        yield _row(*place, "icc_3_1", angle.icc_3_1)


def write_agreement_csv(path: Path, agreement: Agreement) -> None:
    """Write the table; value, low and high of limits of agreement are the bias and the limits.

    Raises
    ------
    InputError
        When the disk is full or the folder cannot be written to.
    """
    write_csv(path, COLUMNS, agreement_rows(agreement))


def note_in_words(note: Note, pairs: int, of: Limits | Coefficient) -> str:
    """Return in a sentence why there is no number.

    Parameters
    ----------
    note : of the result.
    pairs : how many were rated by both.
    of : the result, since limits need fewer pairs than coefficients.
    """
    needed = LEAST_DIFFERENCES if isinstance(of, Limits) else LEAST_SESSIONS
    words = {"pairs": pairs, "needed": needed} if note == "too_few" else {}
    return text(f"review.agree.note.{note}", **words)


def _row(
    what: str, phase: str, measure: str, pairs: int, statistic: str, of: Limits | Coefficient
) -> list[str]:
    value = of.bias if isinstance(of, Limits) else of.value
    cells = [csv_cell(number, _DECIMALS) for number in (value, of.low, of.high)]
    return [what, phase, measure, str(pairs), statistic, *cells, of.note or ""]


def _number(
    what: str,
    phase: str,
    measure: str,
    pairs: int,
    statistic: str,
    value: float | None,
    digits: int = _DECIMALS,
) -> list[str]:
    return [what, phase, measure, str(pairs), statistic, csv_cell(value, digits), "", "", ""]
