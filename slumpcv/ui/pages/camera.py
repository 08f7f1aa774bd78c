"""The guided test: the component leads through it alone and says how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui import state
from slumpcv.ui.components.guide import guide

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
        state.go(visit, "upload")
