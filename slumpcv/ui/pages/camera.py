"""The guided test: the component leads through it alone and says how it ended."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui import state
from slumpcv.ui.components.guide import guide
from slumpcv.ui.server import hub, lan

if TYPE_CHECKING:
    from slumpcv.visits import Visit


def show(visit: Visit) -> None:
    """Hand over to the guided test, and go on where it ends."""
    if visit.test is None:
        state.go(visit, "prepare")
    if visit.test.clip is not None:
        st.info(text("app.camera.recorded"), icon=":material/movie:")
        if st.button(text("app.camera.go_on"), type="primary", key="next", icon=":material/arrow_forward:"):
            state.go(visit, "analysis")
    ending = guide(visit, visit.test)
    if ending == "over":
        state.go(visit, "analysis")
    if ending == "upload":
        if visit.is_demo:  # nobody has answered anything yet
            state.begin("upload")
        state.go(visit, "upload")
    seat = hub.seat(hub.open_seat(visit, visit.test.number))
    if seat is not None:
        _phone(seat.button)


def _phone(button: str) -> None:
    """Offer the code that makes a phone the button, where a phone can reach the app."""
    # A link works once, so that a new one with every run would make the one just scanned useless; only
    # so many links are good at a time, and the first one to go would be that which starts the app.
    name = f"pair_{button}"
    if name not in st.session_state:
        st.session_state[name] = lan.pairing(button)
    pair = st.session_state[name]
    if pair is None:
        return
    with st.expander(text("lan.pair.title"), icon=":material/qr_code:"):
        st.write(text("lan.pair.text"))
        code = f'<div class="code" role="img" aria-label="{escape(text("lan.pair.alt"))}">{pair.svg}</div>'
        st.markdown(code, unsafe_allow_html=True)
        st.code(pair.url, language=None, wrap_lines=True)
