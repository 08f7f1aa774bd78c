"""Starts a new page at its top and tells the browser its language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

SCRIPT = Path(__file__).with_suffix(".js")


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def arrival(step: str, language: str) -> None:
    """Scroll to the top and set the focus on the title when the step is another one than before."""
    component = st.components.v2.component("slumpcv_arrival", js=_script(), isolate_styles=False)
    component(key="arrival", data={"step": step, "language": language}, height=1)
