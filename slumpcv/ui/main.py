"""The page script: shows the page that the visit in the address has come to."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import speaking, text
from slumpcv.ui import shell, state

WIDE = {"questions", "result"}  # a video or a timeline beside words


def run() -> None:
    """Show one page, in the visit's language."""
    visit = state.current()
    with speaking(state.language(visit)):
        wide = visit is not None and visit.step in WIDE
        st.set_page_config(
            page_title=text("app.name"),
            page_icon=str(shell.ICON),
            layout="wide" if wide else "centered",
            initial_sidebar_state="collapsed",
        )
        shell.frame(visit)
        try:
            import_module(f"slumpcv.ui.pages.{visit.step if visit else 'welcome'}").show(visit)
        except InputError as error:
            st.error(text("app.problem", problem=error.problem, fix=error.fix))


# One page only: the modules in pages/ are no addresses of their own.
st.navigation([st.Page(run, default=True)], position="hidden").run()
