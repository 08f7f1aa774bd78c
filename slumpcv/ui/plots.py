"""How plotly's charts stand in a page: in its colours, and with the numbers of its language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import decimal_mark
from slumpcv.report.palette import DARK, LIGHT
from slumpcv.ui.components.theme import follow_theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from slumpcv.report.palette import Colours

# A finger scrolls the page; nothing is zoomed by accident.
STILL = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
THOUSANDS = "\N{NARROW NO-BREAK SPACE}"


def colours() -> Colours:
    """Return the colours that go with the page, dark or light."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def show(chart: go.Figure, key: str, alt: str | None = None) -> None:
    """Show a chart.

    Parameters
    ----------
    chart : in the page's own `colours`.
    key : that of the element.
    alt : words for those who do not see it.
    """
    chart.update_layout(separators=f"{decimal_mark()}{THOUSANDS}")
    with st.container(gap=None, key=f"{key}_plot"):
        st.plotly_chart(chart, theme=None, config=STILL, key=key, alt=alt)
        follow_theme(f"{key}_theme")
