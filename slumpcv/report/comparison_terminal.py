"""A comparison as a table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from slumpcv.language import speaking, text
from slumpcv.report.comparison_words import (
    column_heads,
    comparison_title,
    explanations,
    session_name,
    shown_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from slumpcv.compare import Comparison
    from slumpcv.report.comparison_words import ShownRow


def print_comparison(comparison: Comparison, console: Console, files: Sequence[Path] = ()) -> None:
    """Print sessions, table, remarks and files.

    Parameters
    ----------
    comparison : what to print.
    console : where to; colour and width are the console's.
    files : results that were written, in the order to list them.
    """
    with speaking(comparison.language):
        _print(comparison, console, files)


def _print(comparison: Comparison, console: Console, files: Sequence[Path]) -> None:
    console.print()
    console.print(Text(comparison_title(comparison), style="bold"))
    for one in comparison.sessions:
        console.print(Text(f"  {one.letter}: {session_name(one)}"))
    console.print()
    console.print(Padding(_table(comparison), (0, 0, 0, 1)))
    if comparison.remarks:
        _list(console, text("comparison.remarks"), [remark.text for remark in comparison.remarks])
    _list(console, text("comparison.how"), explanations(comparison))
    if files:
        console.print()
        console.print(Text(text("comparison.files"), style="bold"))
        for path in files:
            # One unbroken line each, so that a path can be copied from a narrow terminal.
            console.print(Text(f"  {path}"), soft_wrap=True)
    console.print()
    console.print(Text(text("comparison.limits"), style="dim"))


def _table(comparison: Comparison) -> Table:
    """Lay out the rows; with more than two sessions, differences stand below their values."""
    rows = shown_rows(comparison)
    with_trend = any(row.trend for row in rows)
    trend = [text("comparison.column.trend")] if with_trend else []
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for column in (*column_heads(comparison), *trend):
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = _two(row) if len(row.cells) == 2 else _many(row)
        end = [row.trend] if with_trend else []
        table.add_row(_title(row), row.cells[0], *cells, *end, end_section=True)
    return table


def _two(row: ShownRow) -> list[Text | str]:
    return [row.cells[1], _said(*row.verdicts[0], beyond=row.beyond[0])]


def _many(row: ShownRow) -> list[Text | str]:
    return [
        _said(value, change, verdict, beyond=beyond)
        for value, (change, verdict), beyond in zip(row.cells[1:], row.verdicts, row.beyond, strict=True)
    ]


def _said(*lines: str, beyond: bool) -> Text:
    """Put lines below each other, the last one bold when it says that a difference counts."""
    *above, verdict = lines
    said = Text("".join(f"{line}\n" for line in above if line))
    return said.append(verdict, style="bold" if beyond else "dim")


def _title(row: ShownRow) -> Text:
    title = Text(row.title)
    return title.append(f"\n{row.note}", style="dim") if row.note else title


def _list(console: Console, title: str, sentences: Sequence[str]) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    for sentence in sentences:
        console.print(Padding(Text(sentence), (0, 0, 0, 2)))
