"""The result as a person reads it on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from slumpcv.holds import ANGLES
from slumpcv.language import numeral, text
from slumpcv.report.review_blocks import used_result
from slumpcv.report.wording import (
    beyond_limit,
    by_weight,
    format_deg,
    format_index,
    format_measure,
    headline,
    phase_label,
    phase_name,
    title,
)
from slumpcv.session import NOT_JUDGED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from slumpcv.session import Finding, Isolation, Measured, Moved, Outcome, Phase, Session, Span

_CHANGES = (
    "head_lift_deg",
    "knee_change_deg",
    "trunk_change_deg",
    "slump_index_change",
    "ankle_change_deg",
)


def print_summary(session: Session, console: Console, files: Sequence[Path] = ()) -> None:
    """Print the outcome if there is one, the verdict on the head lift, phases, angles, findings and files.

    Parameters
    ----------
    session : Session
        The result of one analysis; a reviewer's counts where there is one, and that is said.
    console : rich.console.Console
        Where to print; colour and width are the console's.
    files : sequence of Path
        Results that were written, in the order to list them.
    """
    session = session.used
    console.print()
    console.print(Text(title(session), style="bold"))
    if session.review is not None:
        console.print(Text(used_result(session)))
    if session.outcome is not None:
        _print_outcome(console, session.outcome)
    if session.outcome is None or session.outcome.code not in NOT_JUDGED:
        _print_movement(console, session)
    if files:
        console.print()
        console.print(Text(text("movement.summary.files"), style="bold"))
        for path in files:
            # One unbroken line each, so that a path can be copied from a narrow terminal.
            console.print(Text(f"  {path}"), soft_wrap=True)
    console.print()
    if session.outcome is None:
        console.print(Text(text("movement.no_outcome")))
    console.print(Text(text("movement.not_reviewed"), style="dim"))


def _print_movement(console: Console, session: Session) -> None:
    console.print(Text(headline(session), style="bold magenta"))
    if session.phases:
        _section(console, text("movement.summary.phases"), _phase_table(session.phases))
    if session.measurements:
        _section(console, text("movement.summary.angles"), _angle_table(session))
        console.print(Text(f"  {text('movement.summary.note')}", style="dim"))
    if session.isolation.head_lift_deg is not None:
        _section(console, text("movement.summary.changes"), _change_table(session.isolation))
    _print_findings(console, by_weight(session.quality.findings))


def _print_outcome(console: Console, outcome: Outcome) -> None:
    """Print what to know first; what limits it and what to add come as a list."""
    console.print()
    console.print(Text(outcome.title, style="bold"))
    console.print(Text(outcome.text))
    console.print(Text(outcome.next_step, style="bold"))
    for remark in (*outcome.limitations, *outcome.addons):
        console.print(Padding(Text(f"- {remark.text}"), (0, 0, 0, 2)))
    console.print()


def _section(console: Console, heading: str, table: Table) -> None:
    console.print()
    console.print(Text(heading, style="bold"))
    console.print(Padding(table, (0, 0, 0, 1)))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _margin(phase: Phase) -> str:
    """Say by how much a phase's own criterion was passed or missed."""
    if phase.margin is None or phase.margin_unit is None:
        return ""
    write = format_deg if phase.margin_unit == "deg" else format_index
    passed, amount = phase.margin >= 0, write(abs(phase.margin))
    if amount == write(0.0):
        return text("movement.summary.just_reached" if passed else "movement.summary.just_missed")
    if phase.margin_unit != "deg":
        amount = text(f"movement.unit.{phase.margin_unit.replace(' ', '-')}", value=amount)
    return text("movement.summary.to_spare" if passed else "movement.summary.short", amount=amount)


def _phase_table(phases: Sequence[Phase]) -> Table:
    heads = text("movement.summary.from"), text("movement.summary.to"), text("movement.summary.reached")
    table = _table("", *heads, "")
    for phase in phases:
        table.add_row(
            phase_label(phase, phases),
            f"{numeral(phase.start_s, '.1f')} s",
            f"{numeral(phase.end_s, '.1f')} s",
            text("movement.summary.yes" if phase.reached else "movement.summary.no"),
            _margin(phase),
        )
    return table


def _cell(name: str, measured: Measured | None) -> str:
    if measured is None:
        return ""
    return format_measure(name, measured.value, measured.plus_minus).replace("°", "")


def _angle_table(session: Session) -> Table:
    table = _table("", *(text(f"movement.column.{name}") for name in ANGLES))
    for phase, measures in session.measurements.items():
        table.add_row(phase_name(phase), *(_cell(name, measures.get(name)) for name in ANGLES))
    return table


def _change_table(isolation: Isolation) -> Table:
    moved: dict[str, Moved] = {part.part: part for part in isolation.moved}
    table = _table("", text("movement.summary.change"), "")
    for name in _CHANGES:
        write = format_deg if name.endswith("_deg") else format_index
        signed = name != "head_lift_deg"
        change = write(getattr(isolation, name), isolation.plus_minus.get(name), signed)
        part = moved.get("back" if name == "slump_index_change" else name.split("_")[0])
        limit = beyond_limit(isolation, part) if part else ""
        table.add_row(text(f"movement.change.{name}"), change, limit)
    return table


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    console.print()
    console.print(Text(text("movement.summary.recording"), style="bold"))
    if not findings:
        console.print(f"  {text('movement.summary.no_findings')}")
    for finding in findings:
        when = ", ".join(_seconds(span) for span in finding.spans)
        said = Text(f"{finding.message}{f' ({when})' if when else ''}")
        if finding.fix:
            said.append(f"\n{finding.fix}", style="dim")
        console.print(Padding(said, (0, 0, 0, 2)))


def _seconds(span: Span) -> str:
    return f"{numeral(span.start_s, '.1f')}-{numeral(span.end_s, '.1f')} s"
