"""The result as a person reads it on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from slumpcv.report.wording import (
    NO_OUTCOME,
    NOT_REVIEWED,
    PHASE_LABELS,
    beyond_limit,
    by_weight,
    format_deg,
    format_index,
    format_measure,
    headline,
    phase_label,
    verdict_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from slumpcv.session import Finding, Isolation, Measured, Moved, Phase, Session

__all__ = ["print_summary", "verdict_sentence"]

_MEASURES = (
    ("knee_flexion_deg", "Knee*"),
    ("trunk_lean_deg", "Trunk"),
    ("head_angle_deg", "Head"),
    ("neck_flexion_deg", "Neck"),
    ("face_pitch_deg", "Face"),
    ("ankle_deg", "Ankle"),
    ("slump_index", "Slump"),
)
_CHANGES = (
    ("head_lift_deg", "Head lifted"),
    ("knee_change_deg", "Knee"),
    ("trunk_change_deg", "Trunk"),
    ("slump_index_change", "Back (slump index)"),
    ("ankle_change_deg", "Ankle"),
)


def print_summary(session: Session, console: Console, files: Sequence[Path] = ()) -> None:
    """Print the verdict on the head lift, phases, angles, findings and files.

    Parameters
    ----------
    session : Session
        The result of one analysis.
    console : rich.console.Console
        Where to print; colour and width are the console's.
    files : sequence of Path
        Results that were written, in the order to list them.
    """
    side = f", {session.side} side" if session.side else ""
    console.print()
    console.print(Text(f"Slump test{side}: movement report", style="bold"))
    console.print(Text(headline(session), style="bold magenta"))
    if session.phases:
        _section(console, "Phases", _phase_table(session.phases))
    if session.measurements:
        _section(console, "Angles while holding each position, in degrees", _angle_table(session))
        console.print(Text("  * short of straight. Trunk, head and neck: forward is plus.", style="dim"))
    if session.isolation.head_lift_deg is not None:
        _section(console, "Change during the head lift", _change_table(session.isolation))
    _print_findings(console, by_weight(session.quality.findings))
    if files:
        console.print()
        console.print(Text("Files", style="bold"))
        for path in files:
            # One unbroken line each, so that a path can be copied from a narrow terminal.
            console.print(Text(f"  {path}"), soft_wrap=True)
    console.print()
    console.print(Text(NO_OUTCOME))
    console.print(Text(NOT_REVIEWED, style="dim"))


def _section(console: Console, title: str, table: Table) -> None:
    console.print()
    console.print(Text(title, style="bold"))
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
    if write(abs(phase.margin)) == write(0.0):
        return "just reached" if phase.margin >= 0 else "just missed"
    unit = "" if phase.margin_unit == "deg" else f" {phase.margin_unit}"
    return f"{write(abs(phase.margin))}{unit} {'to spare' if phase.margin >= 0 else 'short'}"


def _phase_table(phases: Sequence[Phase]) -> Table:
    table = _table("", "from", "to", "reached", "")
    for phase in phases:
        table.add_row(
            phase_label(phase, phases),
            f"{phase.start_s:.1f} s",
            f"{phase.end_s:.1f} s",
            "yes" if phase.reached else "no",
            _margin(phase),
        )
    return table


def _cell(name: str, measured: Measured | None) -> str:
    if measured is None:
        return ""
    return format_measure(name, measured.value, measured.plus_minus).replace("°", "")


def _angle_table(session: Session) -> Table:
    table = _table("", *(label for _, label in _MEASURES))
    for phase, measures in session.measurements.items():
        table.add_row(PHASE_LABELS[phase], *(_cell(name, measures.get(name)) for name, _ in _MEASURES))
    return table


def _change_table(isolation: Isolation) -> Table:
    moved: dict[str, Moved] = {part.part: part for part in isolation.moved}
    table = _table("", "change", "")
    for name, label in _CHANGES:
        write = format_deg if name.endswith("_deg") else format_index
        text = write(getattr(isolation, name), isolation.plus_minus.get(name), signed=name != "head_lift_deg")
        part = moved.get("back" if name == "slump_index_change" else name.split("_")[0])
        table.add_row(label, text, beyond_limit(isolation, part) if part else "")
    return table


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    console.print()
    console.print(Text("Recording", style="bold"))
    if not findings:
        console.print("  No findings.")
    for finding in findings:
        when = ", ".join(f"{span.start_s:.1f}-{span.end_s:.1f} s" for span in finding.spans)
        said = Text(f"{finding.message}{f' ({when})' if when else ''}")
        if finding.fix:
            said.append(f"\n{finding.fix}", style="dim")
        console.print(Padding(said, (0, 0, 0, 2)))
