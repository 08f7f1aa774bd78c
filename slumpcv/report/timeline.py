"""The timeline: every angle over the phases of the test, as one picture.

Drawn through matplotlib's object interface, without pyplot and without the user's own style, so
that the same result always gives the same picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from slumpcv.files import atomic_write
from slumpcv.language import text
from slumpcv.report.fitting import shrink, wrap
from slumpcv.report.palette import BLANK, INK, LIFT, MUTED, PAPER, PHASE_TINTS
from slumpcv.report.timeline_panels import PANELS, draw_findings, draw_panel, finding_rows
from slumpcv.report.timeline_symptoms import draw_symptoms, lane_px
from slumpcv.report.wording import headline, phase_label, short_phase_name, stated_errors, title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from slumpcv.angles import Angles
    from slumpcv.session import Phase, Session

WIDTH_PX, HEIGHT_PX, DPI = 1600, 1000, 100
LEFT, RIGHT = 0.14, 0.878
_TITLE_PX, _HEADER_PX, _FOOTER_PX, _ROW_PX, _SPACE_PX = 98, 50, 92, 27, 10
# A long clip is shown around the test, or the test itself would be too narrow to read.
_PAD_S, _RECOVERY_SHOWN_S = 2.0, 8.0
# Sizes of type for the names of phases: the largest at which all of them fit is used for all.
_NAME_SIZES = (13.5, 12.5, 11.5, 10.5)
# Names that stand upright in a narrow band must not be longer than the band is high.
_TURNED_SIZE = 9.5

STYLE = {key: value for key, value in matplotlib.rcParamsDefault.items() if "backend" not in key} | {
    "font.family": ["DejaVu Sans"],
    "font.size": 13.0,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.linewidth": 0.8,
}


def shown_span(angles: Angles, session: Session) -> tuple[float, float]:
    """Give the stretch of the clip that the timeline shows, in seconds.

    Parameters
    ----------
    angles : Angles
        What was measured.
    session : Session
        With phases, the stretch runs from shortly before the first to shortly after the last;
        of a long recovery only the beginning is shown. Without, it is the whole clip.
    """
    start_s, end_s = (float(angles.time_s[0]), float(angles.time_s[-1])) if len(angles.time_s) else (0.0, 1.0)
    if session.phases:
        ends_s = [
            min(phase.end_s, phase.start_s + _RECOVERY_SHOWN_S) if phase.phase == "RECOVERY" else phase.end_s
            for phase in session.phases
        ]
        start_s = max(start_s, min(phase.start_s for phase in session.phases) - _PAD_S)
        end_s = min(end_s, max(ends_s) + _PAD_S)
    return start_s, max(end_s, start_s + 1.0)


def write_timeline(
    path: Path, angles: Angles, session: Session, plus_minus: Mapping[str, float] | None = None
) -> None:
    """Draw the timeline as a PNG of 1600 by 1000 pixels.

    Parameters
    ----------
    path : Path
        The file to write, usually ``timeline.png``.
    angles : Angles
        The curves. A gap stays a gap; a filled one is dashed.
    session : Session
        Phases, isolation and quality.
    plus_minus : mapping or None
        Error by measure name, drawn as a band; None takes the session's own.
    """
    with matplotlib.rc_context(STYLE), atomic_write(path) as temporary:
        figure = timeline_figure(angles, session, plus_minus)
        # Without this, the version of matplotlib would be part of the file.
        figure.savefig(temporary, format="png", metadata={"Software": None})


def timeline_figure(
    angles: Angles, session: Session, plus_minus: Mapping[str, float] | None = None
) -> Figure:
    """Lay out the timeline within ``rc_context(STYLE)``; see `write_timeline` for the parameters."""
    figure = Figure(figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    span_s = shown_span(angles, session)
    errors = stated_errors(session, plus_minus)
    rows = finding_rows(session.quality.findings)
    top_px = _draw_words(figure, session, span_s, bool(errors))
    symptoms_px = lane_px(session)
    panels_px = HEIGHT_PX - top_px - _HEADER_PX - _FOOTER_PX - _ROW_PX * len(rows) - symptoms_px
    weight_px = (panels_px - _SPACE_PX * (len(PANELS) + 2)) / sum(panel.weight for panel in PANELS)
    header = _axes(figure, top_px, _HEADER_PX, span_s)
    _draw_header(header, session.phases)
    top_px += _HEADER_PX + _SPACE_PX
    if symptoms_px:
        symptoms = _axes(figure, top_px - _SPACE_PX / 2, symptoms_px - _SPACE_PX / 2, span_s)
        _draw_bands(symptoms, session.phases)
        draw_symptoms(symptoms, session)
        top_px += symptoms_px
    for panel in PANELS:
        axes = _axes(figure, top_px, panel.weight * weight_px, span_s)
        _draw_bands(axes, session.phases)
        draw_panel(axes, panel, angles, errors, session.isolation)
        top_px += panel.weight * weight_px + _SPACE_PX
    lane = _axes(figure, top_px + _SPACE_PX / 2, _ROW_PX * len(rows), span_s)
    draw_findings(lane, rows, span_s)
    return figure


def _axes(figure: Figure, top_px: float, height_px: float, span_s: tuple[float, float]) -> Axes:
    bottom = 1 - (top_px + height_px) / HEIGHT_PX
    axes = figure.add_axes((LEFT, bottom, RIGHT - LEFT, height_px / HEIGHT_PX))
    axes.set_xlim(*span_s)
    axes.set_facecolor(BLANK)
    return axes


def _draw_bands(axes: Axes, phases: Sequence[Phase]) -> None:
    _fill_bands(
        axes, phases, [PHASE_TINTS[phase.phase] for phase in phases], alpha=0.5, linewidth=0, zorder=0
    )
    upright = axes.get_xaxis_transform()
    starts_s = [phase.start_s for phase in phases]
    axes.vlines(starts_s, 0, 1, colors=PAPER, linewidth=1.2, zorder=0.5, transform=upright)
    lifts_s = [s for phase in phases if phase.phase == "HEAD_LIFT" for s in (phase.start_s, phase.end_s)]
    axes.vlines(lifts_s, 0, 1, colors=LIFT, linewidth=1.8, zorder=3, transform=upright)


def _fill_bands(axes: Axes, phases: Sequence[Phase], colours: Sequence[str], **style: Any) -> None:
    """Fill the phases' stretches of time from edge to edge, as one artist: many are slow to draw."""
    spans = [(phase.start_s, phase.end_s - phase.start_s) for phase in phases]
    axes.broken_barh(spans, (0, 1), facecolors=colours, transform=axes.get_xaxis_transform(), **style)


def _draw_header(axes: Axes, phases: Sequence[Phase]) -> None:
    axes.set_ylim(0, 1)
    axes.axis("off")
    colours = [LIFT if phase.phase == "HEAD_LIFT" else PHASE_TINTS[phase.phase] for phase in phases]
    _fill_bands(axes, phases, colours, edgecolor=PAPER, linewidth=1.5)
    _name_phases(axes, phases)
    if not phases:
        axes.text(
            0.5, 0.5, text("pictures.timeline.no_phases"), transform=axes.transAxes, ha="center", va="center"
        )


def _name_phases(axes: Axes, phases: Sequence[Phase]) -> None:
    """Write the names of all phases into their bands, in one size as far as they fit."""
    for size in _NAME_SIZES:
        written = [_fit_label(axes, phase, _forms(phase, phases), size) for phase in phases]
        if all(written):
            return
        if size != _NAME_SIZES[-1]:
            for fitting in filter(None, written):
                fitting.remove()
    for phase, label in zip(phases, written, strict=True):
        short = [short_phase_name(phase.phase)]
        if label is None and _fit_label(axes, phase, short, _NAME_SIZES[-1]) is None:
            _fit_label(axes, phase, short, _TURNED_SIZE, turn_deg=90)


def _forms(phase: Phase, phases: Sequence[Phase]) -> list[str]:
    """Give the ways to write a phase's name, the preferred one first."""
    name = phase_label(phase, phases)
    if not phase.reached:
        names = (name, short_phase_name(phase.phase))
        return [f"{words}\n{text('movement.not_reached')}" for words in names]
    return [name, name.replace(" ", "\n", 1)]


def _fit_label(
    axes: Axes, phase: Phase, forms: Sequence[str], size: float, turn_deg: float = 0
) -> Text | None:
    """Write the first form that fits into a phase's band; None when none does."""
    start_s, end_s = (
        min(max(edge, axes.get_xlim()[0]), axes.get_xlim()[1]) for edge in (phase.start_s, phase.end_s)
    )
    room_px = (axes.transData.transform((end_s, 0)) - axes.transData.transform((start_s, 0)))[0] - 6
    for words in forms:
        label = axes.text(
            (start_s + end_s) / 2,
            0.5,
            words,
            ha="center",
            # Names with and without descenders stand on one line.
            va="center" if turn_deg else "center_baseline",
            fontsize=size,
            rotation=turn_deg,
            linespacing=1.05,
            color=PAPER if phase.phase == "HEAD_LIFT" else INK,
            fontweight="bold" if phase.phase == "HEAD_LIFT" else "normal",
        )
        if label.get_window_extent().width <= room_px:
            return label
        label.remove()
    return None


def _draw_words(figure: Figure, session: Session, span_s: tuple[float, float], stated: bool) -> float:
    """Write what stands around the panels; return the pixels that the title takes.

    Parameters
    ----------
    figure : Figure
        Where to write.
    session : Session
        With the verdict.
    span_s : tuple
        The seconds shown.
    stated : bool
        Whether errors are stated.
    """
    figure.text(0.012, 0.977, title(session), fontsize=20, fontweight="bold", va="top")
    said = figure.text(0.012, 0.938, headline(session), fontsize=15, color=LIFT, fontweight="bold", va="top")
    wrap(said, 0.976 * WIDTH_PX)
    centre = (LEFT + RIGHT) / 2
    figure.text(centre, 0.052, _time_words(session, span_s), fontsize=13, ha="center", va="center")
    software = text(
        "pictures.timeline.software", version=session.software.slumpcv, model=session.software.model
    )
    made = figure.text(0.988, 0.019, software, fontsize=11.5, color=MUTED, va="center", ha="right")
    band = text("pictures.timeline.band") if stated else text("pictures.timeline.no_band")
    about = [] if session.outcome else [text("movement.no_outcome") + " "]
    words = " ".join([*about, band, text("pictures.timeline.lines")])
    legend = figure.text(0.012, 0.019, words, fontsize=11.5, color=MUTED, va="center")
    shrink(legend, made.get_window_extent().x0 - _SPACE_PX - legend.get_window_extent().x0)
    return float(max(_TITLE_PX, HEIGHT_PX - said.get_window_extent().y0 + _SPACE_PX))


def _time_words(session: Session, span_s: tuple[float, float]) -> str:
    """Name the axis of time, and what of the clip it shows when that is not all."""
    whole_s = session.clip.duration_s
    if span_s[1] - span_s[0] >= whole_s - 1:
        return text("pictures.timeline.time")
    return text("pictures.timeline.time_cropped", start_s=span_s[0], end_s=span_s[1], whole_s=whole_s)
