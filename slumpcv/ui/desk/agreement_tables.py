"""How well two raters agree, as tables, a plot and a file."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st
from babel.numbers import format_percent

from slumpcv.language import language, numeral, text
from slumpcv.report.wording import phase_name
from slumpcv.review.agree import READ, WITHIN_S
from slumpcv.review.agree_rows import note_in_words, write_agreement_csv
from slumpcv.ui import plots
from slumpcv.ui.charts import FONT
from slumpcv.ui.components.take import File, take

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slumpcv.report.palette import Colours
    from slumpcv.review.agree import Agreement, AngleAgreement, Coefficient, Limits, Rated
    from slumpcv.terms import PhaseName

    Pairs = Sequence[tuple[Rated, Rated]]


def show(found: Agreement, pairs: Pairs) -> None:
    """Show an agreement.

    Parameters
    ----------
    found : what was counted.
    pairs : what it was counted from, for the plot.
    """
    outcome = found.outcome
    st.write(text("agreement.outcome", same=outcome.same, sessions=outcome.sessions))
    st.write(f"{text('agreement.kappa')}: {_coefficient(outcome.kappa, outcome.sessions)}")
    st.html(_table(("phase", "pairs", "bias_s", "limits_s", "within", "only_one"), _starts(found)))
    st.html(_table(("angle", "pairs", "bias", "limits", "icc_2_1", "icc_3_1"), map(_angle, found.angles)))
    first, second = found.raters
    st.caption(text("agreement.how.sign", first=first, second=second))
    st.caption(f"{text('agreement.how.icc')} {text('agreement.how.begun')}")
    _plot(found, pairs)
    take([File(text("agreement.csv"), "agreement.csv", lambda: _csv(found))], key="agreement_csv")


def _starts(found: Agreement) -> Iterable[list[str]]:
    for start in found.starts:
        name = phase_name(start.phase) if start.phase else text("agreement.all_phases")
        share = "" if start.within is None else format_percent(start.within, locale=language())
        yield [name, str(start.limits.pairs), *_limits(start.limits, 2), share, str(start.only_one)]


def _angle(one: AngleAgreement) -> list[str]:
    pairs, digits = one.limits.pairs, 3 if one.angle == "slump_index" else 1
    coefficients = [_coefficient(icc, pairs) for icc in (one.icc_2_1, one.icc_3_1)]
    limits = _limits(one.limits, digits, _unit(one.angle))
    return [_name(one.phase, one.angle), str(pairs), *limits, *coefficients]


def _name(phase: PhaseName, angle: str) -> str:
    return f"{text(f'report.angle.{angle}')}, {phase_name(phase)}"


def _unit(angle: str) -> str:
    return "" if angle == "slump_index" else "°"


def _limits(of: Limits, digits: int, unit: str = "") -> list[str]:
    if of.bias is None or of.low is None or of.high is None:
        return [note_in_words(of.note, of.pairs, of) if of.note else "", ""]
    bias, low, high = (
        f"{numeral(round(value, digits) + 0.0, f'.{digits}f')}{unit}".replace("-", "\N{MINUS SIGN}")
        for value in (of.bias, of.low, of.high)
    )
    return [bias, f"{low} … {high}"]


def _coefficient(of: Coefficient, pairs: int) -> str:
    if of.value is None:
        return note_in_words(of.note, pairs, of) if of.note else ""
    interval = (
        ""
        if of.low is None or of.high is None
        else f" ({numeral(of.low, '.2f')} … {numeral(of.high, '.2f')})"
    )
    return f"{numeral(of.value, '.2f')}{interval}"


def _table(columns: Sequence[str], lines: Iterable[list[str]]) -> str:
    heads = {"within": text("agreement.column.within", seconds=WITHIN_S)}
    shown = [heads.get(name) or text(f"agreement.column.{name}") for name in columns]
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in shown)
    body = "".join(
        f'<tr><th scope="row">{escape(line[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in line[1:])
        + "</tr>"
        for line in lines
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    # Wider than a phone: it has to be reached, and moved, with keys as well.
    name = escape(f"{text('agreement.result.title')}: {shown[0]}", quote=True)
    return f'<div class="angles agreed" role="region" tabindex="0" aria-label="{name}">{table}</div>'


def _plot(found: Agreement, pairs: Pairs) -> None:
    """Draw differences over means (Bland and Altman 1986) for the angle that is chosen."""
    chosen = st.selectbox(
        text("agreement.plot"), READ, format_func=lambda at: _name(*at), key="agreement_angle"
    )
    values = [
        (a, b)
        for first, second in pairs
        if (a := _held(first, *chosen)) is not None and (b := _held(second, *chosen)) is not None
    ]
    if not values:
        st.caption(text("agreement.nothing_to_plot"))
        return
    colours = plots.colours()
    chart = go.Figure(
        go.Scatter(
            x=[(a + b) / 2 for a, b in values],
            y=[b - a for a, b in values],
            mode="markers",
            marker={"size": 10, "color": colours.ink},
        )
    )
    unit = _unit(chosen[1])
    limits = next((one.limits for one in found.angles if (one.phase, one.angle) == chosen), None)
    if limits is not None:
        _lines(chart, limits, colours)
    axis = {"gridcolor": colours.hairline, "zerolinecolor": colours.muted, "ticksuffix": unit}
    chart.update_layout(
        height=320,
        margin={"l": 60, "r": 10, "t": 10, "b": 50},
        font={"family": FONT, "color": colours.ink},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={**axis, "title": text("agreement.mean"), "zeroline": False},
        yaxis={**axis, "title": text("agreement.difference")},
    )
    plots.show(chart, "agreement_plot")
    if limits is not None and limits.bias is not None:
        st.caption(text("agreement.how.lines"))


def _lines(chart: go.Figure, limits: Limits, colours: Colours) -> None:
    """Draw bias and limits of agreement across, where there are enough pairs for them."""
    for value, dash in ((limits.bias, "solid"), (limits.low, "dash"), (limits.high, "dash")):
        if value is not None:
            chart.add_hline(y=value, line={"color": colours.companion, "width": 1.5, "dash": dash})


def _held(rated: Rated, phase: PhaseName, angle: str) -> float | None:
    measured = rated.session.measurements.get(phase, {}).get(angle)
    return None if measured is None else measured.value


def _csv(found: Agreement) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agreement.csv"
        write_agreement_csv(path, found)
        return path.read_bytes()
