"""What stands around every page: how far one is, the way back, and the look."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import language, text
from slumpcv.ui import access, state
from slumpcv.ui.components.arrival import arrival
from slumpcv.ui.login import login

if TYPE_CHECKING:
    from slumpcv.visits import Step, Visit

HERE = Path(__file__).parent
ICON = HERE / "icon.svg"
STYLE = HERE / "style.css"
QUESTION = "question"  # in the session: which of the questions after the test is shown
# The steps as the person knows them.
STATIONS: dict[str, tuple[Step, ...]] = {
    "safety": ("consent", "screen"),
    "symptoms": ("intake",),
    "prepare": ("prepare",),
    "test": ("camera", "upload"),
    "questions": ("analysis", "questions"),
    "result": ("result",),
}
BEFORE: dict[Step, Step] = {
    "screen": "consent",
    "intake": "screen",
    "prepare": "intake",
    "camera": "prepare",
    "upload": "prepare",
}


def frame(visit: Visit | None) -> None:
    """Show who has logged in, the line of steps and the way back, and start at the top of a new page."""
    st.html(STYLE)
    account()
    arrival(f"{visit.step} {st.session_state.get(QUESTION, '')}" if visit else "welcome", language())
    if visit is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="top"):
        if visit.step in ("consent", *BEFORE):
            st.button(text("app.back"), key="back", icon=":material/arrow_back:", type="tertiary")
        st.html(_line(visit))
        st.button(text("app.home"), key="home", icon=":material/home:", type="tertiary")
    if st.session_state.get("home"):
        state.leave()
    if st.session_state.get("back"):
        _back(visit)


def account() -> None:
    """Show who has logged in, and the way out."""
    known = access.who_logged_in() if login() is not None else None
    if known is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="account"):
        st.html(f'<p class="who">{escape(known.name)}</p>')
        if st.button(text("access.log_out"), key="log_out", icon=":material/logout:", type="tertiary"):
            st.logout()


def heading(title: str, lead: str | None = None) -> None:
    """Show a page's title, and below it what it is about."""
    st.title(title, anchor=False)
    if lead:
        st.html(f'<p class="lead">{escape(lead)}</p>')


def part(title: str) -> None:
    """Show the title of a part of a page: the level below that of the page, as screen readers expect."""
    st.html(f'<h2 class="part">{escape(title)}</h2>')


def _back(visit: Visit) -> None:
    before = BEFORE.get(visit.step)
    if before is None or visit.is_demo:
        state.leave()
    if visit.step == "prepare" and any(test.answered for test in visit.tests):
        before = "result"
    state.go(visit, before)


def _line(visit: Visit) -> str:
    now = next(number for number, steps in enumerate(STATIONS.values()) if visit.step in steps)
    marks = ("done" if number < now else "now" if number == now else "" for number in range(len(STATIONS)))
    name = text(f"app.station.{list(STATIONS)[now]}")
    words = escape(text("app.station_of", number=now + 1, count=len(STATIONS), name=name))
    bars = "".join(f'<span class="{mark}"></span>' for mark in marks)
    return f'<div class="way"><p>{words}</p><div aria-hidden="true">{bars}</div></div>'
