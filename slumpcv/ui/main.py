"""The page script: who it is, then the page that their visit has come to, or the therapist's desk."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import speaking, text
from slumpcv.ui import access, shell, state
from slumpcv.ui.desk import frame as desk
from slumpcv.ui.trouble import said_on_the_page

if TYPE_CHECKING:
    from slumpcv.library.library import Person
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
    """Show one page, in the visit's language; whatever fails, in words."""
    with speaking(state.language(None)), said_on_the_page():
        known = access.person()
        visit = state.current() if known is not None else None
        with speaking(state.language(visit)), said_on_the_page():
            _show(known, visit)


def _show(known: Person | None, visit: Visit | None) -> None:
    """Show one page: nothing but the way in to who has no role here."""
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
    page = "sign_in" if known is None else visit.step if visit else "welcome"
    import_module(f"slumpcv.ui.pages.{page}").show(visit)


# Two addresses only: the modules in pages/ and desk/ are none of their own.
st.navigation([st.Page(run, default=True), st.Page(desk.run, url_path="desk")], position="hidden").run()
