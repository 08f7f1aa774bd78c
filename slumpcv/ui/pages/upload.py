"""A clip that was filmed before, in place of the guided test."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import text
from slumpcv.ui import shell, state
from slumpcv.ui.components.upload import upload
from slumpcv.ui.pages.prepare import choose_leg, test_of
from slumpcv.ui.server import hub
from slumpcv.ui.trouble import words

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.terms import Side
    from slumpcv.visits import Visit, VisitTest

# One test takes 1 to 2 minutes; less than the holds alone, or a whole session, is not one. [E]
SHORTEST_S, LONGEST_S = 5.0, 600.0


def show(visit: Visit) -> None:
    """Ask for the leg and the clip, and look at it before it is measured."""
    shell.heading(text("app.upload.title"), text("app.upload.lead"))
    side = choose_leg(visit, text("app.upload.leg"))
    if side is None:
        return
    visit, test = _test_of(visit, side)
    st.subheader(text("app.upload.clip"), anchor=False)
    problem = st.session_state.pop("upload_problem", None)
    if problem:
        st.error(problem, icon=":material/error:")
    # After a clip that could not be used, the field begins anew.
    tried = st.session_state.get("uploads", 0)
    came = upload(visit, test, key=f"upload_{test.number}_{tried}")
    if test.clip is None:
        return
    st.info(text("app.upload.there"), icon=":material/movie:")
    if st.button(text("app.next"), type="primary", key="next", icon=":material/arrow_forward:") or came:
        _take(visit, test, test.clip)


def _test_of(visit: Visit, side: Side) -> tuple[Visit, VisitTest]:
    """Return the visit and its test of this leg that is to have a clip, or has it and was not measured."""
    test = visit.test
    if test is None or test.side != side or test.source != "upload" or test.analysed:
        visit = test_of(visit, side, "upload")
    return visit, visit.tests[-1]


def _take(visit: Visit, test: VisitTest, clip: str) -> NoReturn:
    """Go on with a clip that can be measured; put any other away and say why."""
    path = hub.visits().folder(visit, test) / clip
    try:
        with st.spinner(text("app.upload.checking")):
            check(path)
    except InputError as error:
        path.unlink(missing_ok=True)
        hub.visits().update_test(visit, test.number, clip=None)
        st.session_state.upload_problem = words(error)
        st.session_state.uploads = st.session_state.get("uploads", 0) + 1
        st.rerun()
    state.go(visit, "analysis")


def check(path: Path) -> None:
    """Look whether a clip can be opened and is about as long as a test.

    Raises
    ------
    InputError
        When it cannot be used, with the reason and what to do.
    """
    from slumpcv.video import open_clip

    try:
        with open_clip(path) as source:
            source.peek(1)
            duration_s = source.info.duration_s
    except InputError as error:
        reason = error.problem.replace(str(path), text("app.upload.file"))
        raise InputError(
            text("app.upload.unusable"), text("app.upload.unusable_fix", reason=reason)
        ) from error
    if duration_s is not None and duration_s < SHORTEST_S:
        raise InputError(text("app.upload.short", seconds=round(duration_s)), text("app.upload.short_fix"))
    if duration_s is not None and duration_s > LONGEST_S:
        raise InputError(text("app.upload.long", minutes=round(duration_s / 60)), text("app.upload.long_fix"))
