"""A comparison as files: JSON and CSV for programs, a picture and a page for people.

The same sessions give the same bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slumpcv.files import atomic_write
from slumpcv.language import speaking
from slumpcv.report.comparison_page import comparison_pdf
from slumpcv.report.comparison_plot import comparison_png
from slumpcv.report.tables import csv_cell, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slumpcv.compare import Comparison
    from slumpcv.compare.schema import Cell, Compared, Difference, Row
    from slumpcv.report.comparison_curves import Curves

MOST_WITH_CURVES = 3
COMPARISON_COLUMNS = (
    "measure",
    "unit",
    "session",
    "label",
    "side",
    "value",
    "plus_minus",
    "low",
    "high",
    "word",
    "missing",
    "change",
    "change_plus_minus",
    "limit",
    "verdict",
    "reasons",
)


def write_comparison(comparison: Comparison, curves: Sequence[Curves], folder: Path) -> list[Path]:
    """Write all files of a comparison; each appears whole or not at all.

    Parameters
    ----------
    comparison : what to write.
    curves : of the sessions whose track is there; may be empty.
    folder : an existing folder.

    Returns
    -------
    list of Path
        The files, in the order of interest.

    Raises
    ------
    InputError
        When the disk is full or the folder cannot be written to.
    """
    with speaking(comparison.language):
        picture = comparison_png(comparison, curves)
        page = _page(comparison, curves)
    contents = {
        "compare.pdf": page,
        "compare.png": picture,
        "compare.json": comparison_json(comparison).encode(),
    }
    for name, content in contents.items():
        with atomic_write(folder / name) as temporary:
            temporary.write_bytes(content)
    write_csv(folder / "compare.csv", COMPARISON_COLUMNS, _lines(comparison))
    return [folder / name for name in ("compare.pdf", "compare.png", "compare.csv", "compare.json")]


def _page(comparison: Comparison, curves: Sequence[Curves]) -> bytes:
    """Give the page; beside the table of many sessions it has no room for curves."""
    shown = curves if len(comparison.sessions) <= MOST_WITH_CURVES else []
    return comparison_pdf(comparison, comparison_png(comparison, shown, framed=False), bool(shown))


def comparison_json(comparison: Comparison) -> str:
    """Give a comparison as JSON text: keys sorted, and null for what is not known."""
    plain = comparison.model_dump(mode="json")
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _lines(comparison: Comparison) -> Iterator[list[str]]:
    """Give a line for each measure of each session; the first session has no difference."""
    for row in comparison.rows:
        for place, one in enumerate(comparison.sessions):
            yield _line(row, one, row.cells[place], row.differences[place - 1] if place else None)


def _line(row: Row, one: Compared, cell: Cell, difference: Difference | None) -> list[str]:
    decimals = {"deg": 2, "points": 0}.get(row.unit, 4)
    numbers = [csv_cell(n, decimals) for n in (cell.value, cell.plus_minus, cell.low, cell.high)]
    line = [row.measure, row.unit, one.letter, one.label or "", one.side or "", *numbers]
    line += [cell.word or "", cell.missing or ""]
    if difference is None:
        return [*line, *[""] * 5]
    changes = (difference.change, difference.plus_minus, difference.limit)
    reasons = "; ".join(f"{reason.session} {reason.why}" for reason in difference.reasons)
    return [*line, *(csv_cell(n, decimals) for n in changes), difference.verdict, reasons]
