"""What the person agrees to before anything is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui import shell, state

if TYPE_CHECKING:
    from slumpcv.visits import Visit

POINTS = ("learn", "brings_on", "stop", "once", "recording", "reviewed")


def show(visit: Visit) -> None:
    """Say what will happen; go on once the person agrees."""
    shell.heading(text("app.consent.title"), text("app.consent.lead"))
    points = "".join(f"<li>{escape(text(f'app.consent.{point}'))}</li>" for point in POINTS)
    st.html(f'<ul class="points">{points}</ul>')
    if st.button(text("app.consent.agree"), type="primary", key="agree", icon=":material/check:"):
        if state.agreed_lately(visit):
            state.go(visit, "screen")
        state.go(visit, "screen", consented_at=datetime.now(UTC), screen=None)
