"""The page script: shows the page that the visit in the address has come to."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import speaking, text
from slumpcv.ui import shell, state

if TYPE_CHECKING:
    from slumpcv.visits import Step, Visit

WIDE = {"questions", "result"}  # a video or a timeline beside words


BEFORE_TEST = {"screen", "intake", "prepare", "camera", "upload"}


def allowed(visit: Visit) -> Step:
    """Return the step to show: never past the consent or the safety questions while these are open.

    What was true on another day may have changed: before a test they are asked again then.
    """
    if visit.is_demo:
        return visit.step
    recorded = visit.test is not None and visit.test.clip is not None and not visit.test.analysed
    if visit.step in BEFORE_TEST and not recorded and not state.agreed_lately(visit):
        return "consent"
    if visit.consented_at is None:
        return "consent"
    screened = visit.screen is not None and not visit.screen.unanswered and not visit.screen.flags
    return visit.step if screened or visit.step == "consent" else "screen"


def run() -> None:
    """Show one page, in the visit's language."""
    visit = state.current()
    with speaking(state.language(visit)):
        if visit is not None:
            visit = visit.model_copy(update={"step": allowed(visit)})
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
