"""Has a page run again when the system turns light or dark."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

SCRIPT = Path(__file__).with_suffix(".js")


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def follow_theme(key: str) -> None:
    """Run the page anew when the theme turns: Streamlit tells Python of it with the next run only."""
    component = st.components.v2.component("slumpcv_theme", js=_script())
    component(key=key, height=1, on_turned_change=lambda: None)
