"""A comparison as people read it: titles, cells and differences in plain words.

What is larger or smaller is said, never what is better or worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from slumpcv.assess.wording import outcome_name
from slumpcv.language import text
from slumpcv.report.wording import format_deg, format_index, phase_name

if TYPE_CHECKING:
    from slumpcv.compare import Comparison
    from slumpcv.compare.schema import Cell, Compared, Difference, Measure, Row, Unit
    from slumpcv.terms import PhaseName


@dataclass(frozen=True)
class ShownRow:
    """One measure in words.

    ``verdicts`` has one entry for each later session: the difference, empty where none can be
    given, and what to make of it. ``beyond`` says where that is more than the measurement error.
    """

    title: str
    note: str
    cells: tuple[str, ...]
    verdicts: tuple[tuple[str, str], ...]
    beyond: tuple[bool, ...]
    trend: str


def comparison_title(comparison: Comparison) -> str:
    """Name what is compared: sides, visits, or a mixture."""
    kinds = {one.kind for one in comparison.sessions[1:]}
    kind = kinds.pop() if len(kinds) == 1 else "mixed"
    return text(f"comparison.title.{kind if kind in ('sides', 'visits') else 'mixed'}")


def session_name(one: Compared) -> str:
    """Name a session by its label, if it has one, and its side."""
    side = text(f"comparison.side.{one.side or 'unknown'}")
    return side if one.label is None else text("comparison.named", label=one.label, side=side)


def column_heads(comparison: Comparison) -> list[str]:
    """Name the columns: what, the first session, its value with two sessions, and each difference."""
    first, *later = [one.letter for one in comparison.sessions]
    differences = [text("comparison.column.difference", first=first, later=one) for one in later]
    second = later if len(later) == 1 else []
    return [text("comparison.column.measure"), first, *second, *differences]


def shown_rows(comparison: Comparison) -> list[ShownRow]:
    """Put all rows into words, but for those about symptoms when nobody entered any.

    Beside more than two sessions there is only room for few words.
    """
    brief = len(comparison.sessions) > 2
    return [_shown(row, brief) for row in shown_measures(comparison)]


def shown_measures(comparison: Comparison) -> list[Row]:
    """Leave out what is empty in every session because no symptoms were entered."""
    return [row for row in comparison.rows if any(cell.missing != "no_answers" for cell in row.cells)]


def measure_title(measure: Measure) -> str:
    """Name a measure."""
    return text(f"comparison.measure.{measure}")


def measure_note(row: Row) -> str:
    """Say what a number means; empty for words."""
    return "" if row.unit == "word" else text(f"comparison.note.{row.measure}")


def explanations(comparison: Comparison) -> list[str]:
    """Say how to read the comparison, as far as it holds such rows."""
    shown = {row.measure for row in shown_measures(comparison)}
    said = [text("comparison.how.error")]
    if "onset_knee" in shown:
        said.append(text("comparison.how.onset"))
    if "intensity_peak" in shown:
        said.append(text("comparison.how.points"))
    return said


def _shown(row: Row, brief: bool) -> ShownRow:
    return ShownRow(
        title=measure_title(row.measure),
        note=measure_note(row),
        cells=tuple(_cell(row, cell) for cell in row.cells),
        verdicts=tuple((_change(row.unit, d), _verdict(d, brief)) for d in row.differences),
        beyond=tuple(d.verdict == "more" for d in row.differences),
        trend=text(f"comparison.trend.{row.trend}") if row.trend else "",
    )


def _cell(row: Row, cell: Cell) -> str:
    if cell.missing:
        why = text(f"comparison.why.{cell.missing}")
        return f"{_range(row.unit, cell)} ({why})" if cell.low is not None else why
    if cell.word is not None:
        return _word(row.measure, cell.word)
    amount = _amount(row.unit, cell.value or 0.0, cell.plus_minus)
    ends = {_amount(row.unit, end) for end in (cell.low, cell.high) if end is not None}
    return f"{amount} ({_range(row.unit, cell)})" if len(ends) > 1 else amount


def _word(measure: Measure, code: str) -> str:
    if measure == "outcome":
        return outcome_name(code)
    if measure == "onset_phase":
        return phase_name(cast("PhaseName", code))
    return text(f"comparison.isolated.{code}") if measure == "isolated" else text(f"comparison.relief.{code}")


def _range(unit: Unit, cell: Cell) -> str:
    return text("comparison.range", low=_amount(unit, cell.low or 0.0), high=_amount(unit, cell.high or 0.0))


def _amount(unit: Unit, value: float, plus_minus: float | None = None) -> str:
    if unit == "points":
        return f"{round(value)}".replace("-", "\N{MINUS SIGN}")
    write = format_deg if unit == "deg" else format_index
    return write(value, plus_minus).replace("-", "\N{MINUS SIGN}")


def _change(unit: Unit, difference: Difference) -> str:
    """Say by how much a later value is larger or smaller; empty without one."""
    if difference.change is None:
        return ""
    size = abs(difference.change)
    if unit == "points":
        points = text(f"comparison.points.{'one' if round(size) == 1 else 'many'}", points=round(size))
        more = text("comparison.more", amount=points)
        less = text("comparison.less", amount=points)
    else:
        amount = _amount(unit, size, difference.plus_minus)
        more = text("comparison.larger", amount=amount)
        less = text("comparison.smaller", amount=amount)
    if _amount(unit, size) == _amount(unit, 0.0):
        return text("comparison.no_difference")
    return more if difference.change > 0 else less


def _verdict(difference: Difference, brief: bool) -> str:
    verdict = difference.verdict
    if brief and verdict in ("more", "within"):
        return text(f"comparison.brief.{verdict}")
    said = text(f"comparison.verdict.{verdict}")
    # What is missing stands in the cells, and what was stopped among the remarks: there is no
    # room to say it twice.
    told = [r for r in difference.reasons if not brief or r.why == "head_not_alone"]
    if not told:
        return said
    reasons = [
        text("comparison.reason", session=r.session, why=text(f"comparison.why.{r.why}")) for r in told
    ]
    return text("comparison.because", verdict=said, reasons="; ".join(reasons))
