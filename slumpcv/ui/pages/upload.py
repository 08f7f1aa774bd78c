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

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.visits import Visit, VisitTest

# One test takes 1 to 2 minutes; less than the holds alone, or a whole session, is not one. [E]
SHORTEST_S, LONGEST_S = 5.0, 600.0


def show(visit: Visit) -> None:
    """Ask for the leg and the clip, and look at it before it is measured."""
    shell.heading(text("app.upload.title"), text("app.upload.lead"))
    if (came := _arrived(visit)) is not None:
        _take(visit, came)
    side = choose_leg(visit)
    if side is None:
        return
    visit = test_of(visit, side, "upload")
    test = visit.test
    if test is None:
        return
    st.subheader(text("app.upload.clip"), anchor=False)
    problem = st.session_state.pop("upload_problem", None)
    if problem:
        st.error(problem, icon=":material/error:")
    # After a clip that could not be used, the field begins anew.
    tried = st.session_state.get("uploads", 0)
    if upload(visit, test, key=f"upload_{test.number}_{tried}") is not None:
        st.rerun()  # the visit on disk has the clip now


def _arrived(visit: Visit) -> VisitTest | None:
    """Return the test of which the clip is on disk, but was not looked at yet."""
    test = visit.test
    waits = test is not None and test.source == "upload" and test.clip is not None and not test.analysed
    return test if waits else None


def _take(visit: Visit, test: VisitTest) -> NoReturn:
    """Go on with a clip that can be measured; put any other away and say why."""
    path = hub.visits().folder(visit, test) / str(test.clip)
    try:
        with st.spinner(text("app.upload.checking")):
            check(path)
    except InputError as error:
        path.unlink(missing_ok=True)
        hub.visits().update_test(visit, test.number, clip=None)
        st.session_state.upload_problem = text("app.problem", problem=error.problem, fix=error.fix)
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
