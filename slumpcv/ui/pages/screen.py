"""The safety questions; a yes ends the way to the test and says where to go instead."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.answers import SCREEN_GROUPS, Screen
from slumpcv.language import text
from slumpcv.ui import shell, state
from slumpcv.ui.fields import one_of, spoken

if TYPE_CHECKING:
    from slumpcv.visits import Visit

ANSWERS = ("no", "yes")


def show(visit: Visit) -> None:
    """Ask all questions, or show where to go when one was answered with yes."""
    given = visit.screen or Screen()
    # A yes counts once the person goes on, so that a slip of the finger can be put right at once.
    if not st.session_state.setdefault(_open(visit), not given.flags):
        _blocked(visit, given)
    else:
        _ask(visit, given)


def _open(visit: Visit) -> str:
    return f"screen_open_{visit.id}"


def _ask(visit: Visit, given: Screen) -> None:
    shell.heading(text("app.screen.title"), text("app.screen.lead"))
    missing = given.unanswered if st.session_state.get("screen_missing") else ()
    answers: dict[str, str | None] = {}
    for group, names in SCREEN_GROUPS.items():
        with st.container(border=True, key=f"group_{group}"):
            st.subheader(text(f"app.screen.{group}"), anchor=False)
            for name in names:
                answers[name] = _question(name, getattr(given, name), name in missing)
    screen = Screen.model_validate({name: answer for name, answer in answers.items() if answer})
    visit = state.keep(visit, screen=screen)
    if st.session_state.get("screen_missing") and screen.unanswered:
        st.warning(text("app.screen.missing", count=len(screen.unanswered)), icon=":material/edit:")
    if st.button(text("app.next"), type="primary", key="next", icon=":material/arrow_forward:"):
        _go_on(visit, screen)


def _question(name: str, given: str | None, missing: bool) -> str | None:
    with st.container(key=f"{'missing' if missing and given is None else 'asked'}_{name}"):
        return one_of(spoken(f"ask.screen.{name}"), ANSWERS, "answer", given, f"screen_{name}")


def _go_on(visit: Visit, screen: Screen) -> None:
    st.session_state[_open(visit)] = not screen.flags
    st.session_state.screen_missing = bool(screen.unanswered)
    if screen.flags or screen.unanswered:
        st.rerun()
    state.go(visit, "intake", screen=screen)


def _blocked(visit: Visit, given: Screen) -> None:
    shell.heading(text("outcome.BLOCKED.title"))
    st.html(f'<p class="go" role="alert">{escape(text(f"outcome.go.{given.group}"))}</p>')
    st.write(text("app.screen.said_yes"))
    flags = "".join(f"<li>{escape(spoken(f'ask.screen.{name}'))}</li>" for name in given.flags)
    st.html(f'<ul class="points">{flags}</ul>')
    st.write(text("app.screen.why"))
    with st.container(horizontal=True):
        if st.button(text("app.screen.correct"), key="correct", icon=":material/edit:"):
            st.session_state[_open(visit)] = True
            st.rerun()
        if st.button(text("app.screen.end"), key="end"):
            state.leave()
