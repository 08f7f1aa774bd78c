"""The timeline of a test to look at on a screen: curves, phases and symptoms over one axis of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from slumpcv.holds import judged_repetition
from slumpcv.language import text
from slumpcv.report.palette import DARK, LIGHT, PHASE_TINTS
from slumpcv.report.symptom_tables import source_of, symptom_name
from slumpcv.report.wording import phase_label, short_phase_name, stated_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.report.palette import Colours
    from slumpcv.session import Phase, PhaseIntensity, Session, Symptom

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

# Frames further apart than this are not joined, however slow the analysis was.
JOINED_S = 0.5
# Shown before the first and after the last phase.
AROUND_S = 0.5
HEADER_PX, TITLE_PX, AXIS_PX, ROW_PX, INTENSITY_PX = 26, 30, 44, 26, 40
# A phone held upright has this much for the curves, and a letter of a phase's name takes this much.
PHONE_PX, LETTER_PX = 310, 6.6


@dataclass(frozen=True)
class Panel:
    """One row of curves; ``least`` is the smallest range of its axis, so that noise does not fill it."""

    measures: tuple[str, ...]
    height_px: int
    least: float


PANELS = (
    Panel(("knee_flexion_deg",), 150, 30),
    Panel(("neck_flexion_deg", "head_angle_deg"), 150, 30),
    Panel(("trunk_lean_deg",), 110, 30),
    Panel(("slump_index",), 90, 0.12),
)


def timeline(angles: Angles, session: Session, dark: bool = False) -> go.Figure:
    """Draw the angles over the phases of the test, with the symptoms above them.

    Parameters
    ----------
    angles, session : the result. What was not seen stays empty; short gaps that were filled in are
        dashed.
    dark : whether the page around it is dark.

    Returns
    -------
    plotly.graph_objects.Figure
        Without zooming, so that a finger scrolls the page; one cursor goes through all rows.
    """
    return _Timeline(angles, session, DARK if dark else LIGHT).figure()


def segments(time_s: Floats, shown: Bools) -> Iterator[slice]:
    """Give the stretches that are joined: nothing missing between, and no pause of the recording."""
    if len(time_s) == 0:
        return
    breaks = np.flatnonzero((np.diff(shown.astype(int)) != 0) | (np.diff(time_s) > JOINED_S)) + 1
    edges = [0, *breaks.tolist(), len(time_s)]
    for start, end in zip(edges, edges[1:], strict=False):
        if shown[start]:
            yield slice(start, end)


class _Timeline:
    def __init__(self, angles: Angles, session: Session, colours: Colours) -> None:
        self.angles, self.session, self.colours = angles, session, colours
        self.errors = stated_errors(session)
        self.chart = go.Figure()
        self.shapes: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.span_s = self._span()
        heights = [self._lane_px(), *(panel.height_px for panel in PANELS)]
        self.rows = [height for height in heights if height]
        self.height_px = HEADER_PX + AXIS_PX + sum(height + TITLE_PX for height in self.rows)

    def figure(self) -> go.Figure:
        for phase in self.session.phases:
            self._band(phase)
        row = 0
        if self._lane_px():
            self._lane()
            row = 1
        for number, panel in enumerate(PANELS, start=row):
            self._panel(panel, number)
        self._layout()
        return self.chart

    def _span(self) -> tuple[float, float]:
        phases, time_s = self.session.phases, self.angles.time_s
        whole = (float(time_s[0]), float(time_s[-1])) if len(time_s) else (0.0, 1.0)
        if not phases:
            return whole
        start_s, end_s = phases[0].start_s - AROUND_S, phases[-1].end_s + AROUND_S
        return max(whole[0], start_s), min(whole[1], end_s)

    # --- rows ---------------------------------------------------------------------------------

    def _axis(self, row: int) -> str:
        return "y" if row == 0 else f"y{row + 1}"

    def _domain(self, row: int) -> tuple[float, float]:
        """Return the share of the drawing, from its lower edge, that a row takes."""
        inner_px = self.height_px - HEADER_PX - AXIS_PX
        above_px = sum(height + TITLE_PX for height in self.rows[:row]) + TITLE_PX
        top = 1 - above_px / inner_px
        return max(0.0, top - self.rows[row] / inner_px), top

    def _name(self, row: int, words: str, colour: str, shift_px: int = 0) -> None:
        self.notes.append(
            {
                "text": words,
                "x": 0,
                "y": self._domain(row)[1],
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "xshift": shift_px,
                "yshift": 3,
                "showarrow": False,
                "font": {"color": colour, "size": 13},
                "align": "left",
            }
        )

    # --- phases -------------------------------------------------------------------------------

    def _band(self, phase: Phase) -> None:
        lift = phase.phase == "HEAD_LIFT"
        self.shapes.append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": phase.start_s,
                "x1": phase.end_s,
                "y0": 0,
                "y1": 1,
                "fillcolor": PHASE_TINTS[phase.phase],
                "opacity": (0.5 if lift else 0.34) * self.colours.tint,
                "line": {"width": 0},
                "layer": "below",
            }
        )
        if lift:
            for at_s in (phase.start_s, phase.end_s):
                line = {"color": self.colours.lift, "width": 1.5, "dash": "dot"}
                place = {"xref": "x", "yref": "paper", "x0": at_s, "x1": at_s, "y0": 0, "y1": 1}
                self.shapes.append({"type": "line", **place, "line": line, "layer": "below"})
        self._band_name(phase, lift)

    def _band_name(self, phase: Phase, lift: bool) -> None:
        words = short_phase_name(phase.phase)
        room_px = (phase.end_s - phase.start_s) / (self.span_s[1] - self.span_s[0]) * PHONE_PX
        if room_px < len(words) * LETTER_PX:
            return
        self.notes.append(
            {
                "text": f"<b>{words}</b>" if lift else words,
                "x": (max(phase.start_s, self.span_s[0]) + min(phase.end_s, self.span_s[1])) / 2,
                "y": 1,
                "xref": "x",
                "yref": "paper",
                "yanchor": "bottom",
                "yshift": 2,
                "showarrow": False,
                "font": {"color": self.colours.lift if lift else self.colours.muted, "size": 12},
            }
        )

    # --- symptoms -----------------------------------------------------------------------------

    def _lane_px(self) -> int:
        course = self.session.course
        if course is None or not (course.intensities or self.session.symptoms):
            return 0
        return INTENSITY_PX + ROW_PX * len(self._timed())

    def _timed(self) -> list[Symptom]:
        return [s for s in self.session.symptoms if s.onset is not None and s.onset.time_s is not None]

    def _lane(self) -> None:
        self._name(0, f"<b>{text('replay.chart.symptoms')}</b>", self.colours.ink)
        assert self.session.course is not None
        known = [(i, p) for i in self.session.course.intensities if (p := self._phase(i)) is not None]
        numbered = [(i, p) for i, p in known if i.intensity is not None]
        self.chart.add_scatter(
            x=[(p.start_s + p.end_s) / 2 for _, p in numbered],
            y=[0.5] * len(numbered),
            text=[f"<b>{i.intensity}</b>" for i, _ in numbered],
            mode="text",
            textfont={"size": 17, "color": self.colours.ink},
            hovertext=[self._felt(i, p) for i, p in numbered],
            hovertemplate="%{hovertext}<extra></extra>",
            name="",
            yaxis=self._axis(0),
        )
        for number, symptom in enumerate(self._timed()):
            self._symptom(symptom, 1.0 + number)

    def _phase(self, here: PhaseIntensity) -> Phase | None:
        judged = judged_repetition(self.session.phases)
        return next((phase for phase in judged if phase.phase == here.phase), None)

    def _felt(self, here: PhaseIntensity, phase: Phase) -> str:
        words = text(
            "replay.chart.felt", phase=phase_label(phase, self.session.phases), number=here.intensity
        )
        usual = here.familiar == "yes" and here.intensity
        return f"{words}, {text('replay.chart.usual')}" if usual else words

    def _symptom(self, symptom: Symptom, row: float) -> None:
        onset, end = symptom.onset, symptom.end
        assert onset is not None
        ends_s = [onset.time_s] if end is None or end.time_s is None else [onset.time_s, end.time_s]
        words = f"{symptom_name(symptom)}<br>{source_of(symptom)}"
        self.chart.add_scatter(
            x=ends_s,
            y=[row + 0.4] * len(ends_s),
            mode="lines+markers",
            line={"color": self.colours.ink, "width": 7},
            marker={"color": self.colours.ink, "size": 11, "symbol": "circle"},
            hovertemplate=f"{words}<extra></extra>",
            name="",
            yaxis=self._axis(0),
        )

    # --- curves -------------------------------------------------------------------------------

    def _panel(self, panel: Panel, row: int) -> None:
        titles = []
        for measure, colour in zip(panel.measures, (self.colours.ink, self.colours.companion), strict=False):
            self._curve(measure, row, colour)
            titles.append(f'<span style="color:{colour}"><b>{text(f"replay.chart.{measure}")}</b></span>')
        self._name(row, " · ".join(titles), self.colours.ink)

    def _curve(self, measure: str, row: int, colour: str) -> None:
        values: Floats = getattr(self.angles, measure)
        seen = np.isfinite(values)
        self._band_of_error(values, seen, self.errors.get(measure, 0.0), row, colour)
        filled = self.angles.interpolated & seen
        # A filled stretch is drawn up to its seen neighbours, so that the dashes join the solid line.
        beside = (filled | np.roll(filled, 1) | np.roll(filled, -1)) & seen
        self._line(values, seen & ~filled, measure, row, {"color": colour, "width": 2.4}, hover=True)
        if filled.any():
            self._line(
                values, beside, measure, row, {"color": colour, "width": 2, "dash": "dot"}, hover=False
            )

    def _line(
        self, values: Floats, shown: Bools, measure: str, row: int, line: dict[str, Any], hover: bool
    ) -> None:
        x: list[float | None] = []
        y: list[float | None] = []
        for part in segments(self.angles.time_s, shown):
            x += [*self.angles.time_s[part].round(3).tolist(), None]
            y += [*values[part].round(3).tolist(), None]
        number = "%{y:.0f}°" if measure.endswith("_deg") else "%{y:.2f}"
        error = self._error_words(measure)
        more: dict[str, Any] = (
            {"hovertemplate": f"{text(f'replay.chart.{measure}')}: {number}{error}<extra></extra>"}
            if hover
            else {"hoverinfo": "skip"}
        )
        self.chart.add_scatter(
            x=x, y=y, mode="lines", line=line, connectgaps=False, name="", yaxis=self._axis(row), **more
        )

    def _error_words(self, measure: str) -> str:
        error = self.errors.get(measure)
        if error is None:
            return ""
        return (
            f" ±{np.ceil(error):.0f}°" if measure.endswith("_deg") else f" ±{np.ceil(error * 100) / 100:.2f}"
        )

    def _band_of_error(self, values: Floats, seen: Bools, error: float, row: int, colour: str) -> None:
        if not error:
            return
        x: list[float | None] = []
        y: list[float | None] = []
        for part in segments(self.angles.time_s, seen):
            time_s, value = self.angles.time_s[part].round(3), values[part].round(3)
            x += [*time_s.tolist(), *time_s[::-1].tolist(), None]
            y += [*(value + error).tolist(), *(value - error)[::-1].tolist(), None]
        self.chart.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=colour,
            opacity=0.16,
            hoverinfo="skip",
            name="",
            yaxis=self._axis(row),
        )

    def _range(self, panel: Panel) -> tuple[float, float]:
        inside = (self.angles.time_s >= self.span_s[0]) & (self.angles.time_s <= self.span_s[1])
        curves = [getattr(self.angles, name)[inside] for name in panel.measures]
        seen = np.concatenate([values[np.isfinite(values)] for values in curves])
        if len(seen) == 0:
            return 0.0, panel.least
        error = max(self.errors.get(name, 0.0) for name in panel.measures)
        low, high = float(seen.min()) - error, float(seen.max()) + error
        middle, half = (low + high) / 2, max(high - low, panel.least) / 2 * 1.08
        return middle - half, middle + half

    # --- the whole ----------------------------------------------------------------------------

    def _layout(self) -> None:
        colours = self.colours
        font = {"color": colours.ink, "size": 13, "family": "Source Sans, Source Sans Pro, sans-serif"}
        axes: dict[str, Any] = {}
        panels: Sequence[Panel | None] = (*([None] if self._lane_px() else []), *PANELS)
        for row, panel in enumerate(panels):
            name = self._axis(row).replace("y", "yaxis")
            axes[name] = {"domain": self._domain(row), "fixedrange": True, "zeroline": False, "anchor": "x"}
            if panel is None:
                axes[name] |= {"visible": False, "range": [1.0 + len(self._timed()), 0]}
                continue
            unit = "°" if panel.measures[0].endswith("_deg") else ""
            axes[name] |= {
                "range": self._range(panel),
                "ticksuffix": unit,
                "nticks": 5,
                "gridcolor": colours.hairline,
                "tickfont": {"size": 12, "color": colours.muted},
            }
        self.chart.update_layout(
            height=self.height_px,
            margin={"l": 44, "r": 6, "t": HEADER_PX, "b": AXIS_PX},
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            font=font,
            showlegend=False,
            dragmode=False,
            hovermode="x unified",
            hoversubplots="axis",
            hoverlabel={"bgcolor": colours.paper, "bordercolor": colours.muted, "font": font},
            shapes=self.shapes,
            annotations=self.notes,
            xaxis={
                "range": self.span_s,
                "anchor": self._axis(len(self.rows) - 1),
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "title": {"text": text("replay.chart.time"), "font": {"size": 12, "color": colours.muted}},
                "tickfont": {"size": 12, "color": colours.muted},
                "ticksuffix": " s",
                "showspikes": True,
                "spikemode": "across",
                "spikesnap": "cursor",
                "spikethickness": 1.5,
                "spikedash": "solid",
                "spikecolor": colours.ink,
                "hoverformat": ".1f",
            },
            **axes,
        )
