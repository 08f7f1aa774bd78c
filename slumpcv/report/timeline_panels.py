"""The rows of the timeline: one panel per measure, and the lane of findings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from slumpcv.language import numeral, text
from slumpcv.report.fitting import shrink
from slumpcv.report.palette import COMPANION, HAIRLINE, INK, LIFT, MUTED, NOTE
from slumpcv.report.wording import beyond_limit, by_weight, format_deg, format_index, format_measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.session import Finding, Isolation

    Floats = NDArray[np.float64]

# Frames further apart than this are not joined, however slow the analysis was.
_JOINED_S = 0.5
_ROWS_AT_MOST = 4
# Words beside a panel begin this far from its edge; tick labels stand between them and its left one.
_LABEL_PX, _CHANGE_PX, _TICKS_PX, _GAP_PX = 206, 18, 50, 6
_MINUS = "\N{MINUS SIGN}"
# Tick labels nearer than this to a panel's edge would run into the next panel's.
_EDGE_FRACTION = 0.09


@dataclass(frozen=True)
class Panel:
    """One row of the timeline.

    ``change`` names the field of the isolation that is written beside the row, and ``least`` is
    the smallest range of the axis, so that noise does not fill the panel.
    """

    measure: str
    weight: float
    least: float
    change: str = ""
    companion: str = ""


PANELS = (
    Panel("knee_flexion_deg", 1.3, 30, "knee_change_deg"),
    Panel("trunk_lean_deg", 1.0, 30, "trunk_change_deg"),
    Panel("neck_flexion_deg", 1.3, 30, "head_lift_deg", "head_angle_deg"),
    Panel("face_pitch_deg", 1.0, 30),
    Panel("slump_index", 1.0, 0.12, "slump_index_change"),
    Panel("ankle_deg", 0.75, 30, "ankle_change_deg"),
)
_MOVED_PARTS = {
    "knee_change_deg": "knee",
    "trunk_change_deg": "trunk",
    "slump_index_change": "back",
    "ankle_change_deg": "ankle",
}


def draw_panel(
    axes: Axes, panel: Panel, angles: Angles, errors: Mapping[str, float], isolation: Isolation
) -> None:
    """Draw one measure over time with its error, its axis and its change during the head lift.

    Parameters
    ----------
    axes : Axes
        Where to draw; its time span is set already.
    panel : Panel
        What to draw.
    angles : Angles
        The curves.
    errors : mapping
        Error by measure name, in the measure's own unit.
    isolation : Isolation
        The changes during the head lift.
    """
    values = getattr(angles, panel.measure)
    shown = [values]
    if panel.companion:
        other = getattr(angles, panel.companion)
        _draw_curve(axes, angles, other, errors.get(panel.companion, 0.0), COMPANION, 1.4)
        shown.append(other)
    _draw_curve(axes, angles, values, errors.get(panel.measure, 0.0), INK, 2.4)
    _scale(axes, np.concatenate(shown), errors.get(panel.measure, 0.0), panel)
    _label(axes, panel, errors.get(panel.measure))
    if isolation.head_lift_deg is not None and panel.change:
        _write_change(axes, panel, isolation)


def _draw_curve(axes: Axes, angles: Angles, values: Floats, error: float, colour: str, width: float) -> None:
    time_s, value, filled = _with_breaks(angles, values)
    if error:
        axes.fill_between(
            time_s, value - error, value + error, color=colour, alpha=0.13, linewidth=0, zorder=2
        )
    # A filled stretch is drawn up to its seen neighbours, so that the dashes join the solid line.
    beside = filled | np.roll(filled, 1) | np.roll(filled, -1)
    axes.plot(time_s, np.where(filled, np.nan, value), color=colour, linewidth=width, zorder=4)
    axes.plot(
        time_s,
        np.where(beside, value, np.nan),
        color=colour,
        linewidth=width * 0.7,
        linestyle=(0, (2.2, 1.6)),
        alpha=0.75,
        zorder=4,
    )


def _with_breaks(angles: Angles, values: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Put a missing value between frames that are too far apart to be joined."""
    after = np.flatnonzero(np.diff(angles.time_s) > _JOINED_S) + 1
    return (
        np.insert(angles.time_s, after, angles.time_s[after] - 1e-6),
        np.insert(values, after, np.nan),
        np.insert(angles.interpolated, after, False),
    )


def _scale(axes: Axes, values: Floats, error: float, panel: Panel) -> None:
    seen = values[np.isfinite(values)]
    low, high = (float(seen.min()) - error, float(seen.max()) + error) if len(seen) else (0.0, panel.least)
    centre, half = (low + high) / 2, max(high - low, panel.least) / 2 * 1.08
    axes.set_ylim(centre - half, centre + half)
    room = half * 2 * (0.5 - _EDGE_FRACTION)
    for bins in (4, 6, 8):
        ticks = MaxNLocator(nbins=bins, steps=[1, 2, 5, 10]).tick_values(centre - half, centre + half)
        inside = [tick for tick in ticks if abs(tick - centre) <= room]
        if len(inside) >= 2:
            break
    axes.set_yticks(inside)
    unit = "°" if panel.measure.endswith("_deg") else ""
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda tick, _: f"{numeral(tick)}{unit}".replace("-", _MINUS))
    )
    axes.grid(axis="y", color=HAIRLINE, linewidth=0.7, zorder=1)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", labelsize=12, length=0)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    for edge in ("top", "right", "left", "bottom"):
        axes.spines[edge].set_visible(False)


def beside(
    axes: Axes, right: bool, down_px: float, words: str, size: float, colour: str, bold: bool = False
) -> None:
    """Write a line beside a row of the timeline, at a distance in pixels below its upper edge."""
    points_per_px = 72 / axes.figure.dpi
    line = axes.annotate(
        re.sub(r"-(?=\d)", _MINUS, words),
        xy=(1, 1) if right else (0, 1),
        xycoords="axes fraction",
        xytext=((_CHANGE_PX if right else -_LABEL_PX) * points_per_px, -down_px * points_per_px),
        textcoords="offset points",
        fontsize=size,
        color=colour,
        fontweight="bold" if bold else "normal",
        va="center",
        annotation_clip=False,
    )
    beyond_px = axes.figure.bbox.width - axes.bbox.x1
    shrink(line, beyond_px - _CHANGE_PX - _GAP_PX if right else _LABEL_PX - _TICKS_PX - _GAP_PX)


def _label(axes: Axes, panel: Panel, error: float | None) -> None:
    beside(axes, False, 15, text(f"pictures.timeline.title.{panel.measure}"), 15, INK, bold=True)
    beside(axes, False, 39, text(f"pictures.timeline.note.{panel.measure}"), 11.5, MUTED)
    down_px = 58
    if error is not None:
        number = format_measure(panel.measure, 0.0, error).partition("±")[2]
        unit = "°" if panel.measure.endswith("_deg") else ""
        beside(axes, False, down_px, text("pictures.timeline.error", error=f"{number}{unit}"), 11.5, MUTED)
        down_px += 19
    if panel.companion:
        beside(axes, False, down_px, text("pictures.timeline.companion"), 11.5, COMPANION)


def _write_change(axes: Axes, panel: Panel, isolation: Isolation) -> None:
    """Write how far the measure moved during the head lift, to the right of its panel."""
    lift = panel.change == "head_lift_deg"
    write = format_deg if panel.change.endswith("_deg") else format_index
    change = write(getattr(isolation, panel.change), isolation.plus_minus.get(panel.change), signed=not lift)
    beside(
        axes,
        True,
        15,
        text("pictures.timeline.lifted_by" if lift else "pictures.timeline.in_lift"),
        11.5,
        MUTED,
    )
    beside(axes, True, 38, change, 16, LIFT, bold=True)
    part = next((moved for moved in isolation.moved if moved.part == _MOVED_PARTS.get(panel.change)), None)
    if part is not None:
        beside(axes, True, 60, beyond_limit(isolation, part), 11.5, LIFT)
        axes.plot(
            [part.at_s], [axes.get_ylim()[1]], marker="v", markersize=11, color=LIFT, clip_on=False, zorder=5
        )


def finding_rows(findings: Sequence[Finding]) -> list[Finding | str]:
    """Choose what the lane of findings shows: the weightiest, or a word that there are none."""
    ordered = by_weight(findings)
    if not ordered:
        return [text("pictures.timeline.no_findings")]
    if len(ordered) <= _ROWS_AT_MOST:
        return list(ordered)
    rest = len(ordered) - _ROWS_AT_MOST + 1
    return [*ordered[: _ROWS_AT_MOST - 1], text("pictures.timeline.more_findings", rest=rest)]


def draw_findings(axes: Axes, rows: Sequence[Finding | str], span_s: tuple[float, float]) -> None:
    """Draw the lane of findings, one row each: the sentence above a bar over its seconds.

    Parameters
    ----------
    axes : Axes
        Where to draw; its time span is set already and its time axis is labelled here.
    rows : sequence
        From `finding_rows`.
    span_s : tuple
        The seconds shown; a finding without spans covers them all.
    """
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    axes.tick_params(axis="x", labelsize=12.5, length=4)
    for edge in ("top", "left", "right"):
        axes.spines[edge].set_visible(False)
    beside(axes, False, 14, text("pictures.timeline.recording"), 15, INK, bold=True)
    for row, finding in enumerate(rows):
        if isinstance(finding, str):
            _write_row(axes, row + 0.5, finding, MUTED)
            continue
        _write_row(axes, row + 0.4, finding.message, INK)
        colour = NOTE if finding.severity == "note" else INK
        for start_s, end_s in [(span.start_s, span.end_s) for span in finding.spans] or [span_s]:
            shown_s = [start_s, max(end_s, start_s + 0.05)]
            axes.plot(shown_s, [row + 0.86] * 2, color=colour, linewidth=4, solid_capstyle="butt")


def _write_row(axes: Axes, down: float, words: str, colour: str) -> None:
    line = axes.text(
        0.004, down, words, va="center", fontsize=12, color=colour, transform=axes.get_yaxis_transform()
    )
    shrink(line, axes.figure.bbox.width - line.get_window_extent().x0 - _CHANGE_PX)
