"""The areas of the therapist's desk, as links that need no new start of the page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__)
HTML = """
<header>
  <strong></strong>
  <nav><ul></ul></nav>
  <a class="home"></a>
</header>
"""


@dataclass(frozen=True)
class Area:
    """One area: its name in the address, what people read, and its address."""

    name: str
    label: str
    href: str


@cache
def _read(suffix: str) -> str:
    return HERE.with_suffix(suffix).read_text(encoding="utf-8")


def deskbar(areas: Sequence[Area], here: str) -> str | None:
    """Show the areas and the way back to the guided test.

    Parameters
    ----------
    areas : in their order.
    here : the area that is shown.

    Returns
    -------
    str or None
        The area that was chosen since the last run.
    """
    component = st.components.v2.component("slumpcv_deskbar", html=HTML, css=_read(".css"), js=_read(".js"))
    data = {
        "title": text("desk.title"),
        "label": text("desk.areas"),
        "areas": [asdict(area) for area in areas],
        "here": here,
        "home": {"label": text("desk.to_test"), "href": f"./?language={language()}"},
    }
    chosen: str | None = component(key="deskbar", data=data, on_go_change=lambda: None).go
    return chosen
