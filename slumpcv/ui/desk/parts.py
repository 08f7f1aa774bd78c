"""Small parts that several pages of the desk share."""

from __future__ import annotations

from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import language, speaking, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAID = "said_on_desk"


@contextmanager
def top(title: str, below: str = "") -> Iterator[None]:
    """Show a page's title, and put what can be done on it beside the title."""
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        with st.container(key="named"):
            st.title(title, anchor=False)
            if below:
                st.html(f'<p class="below">{escape(below)}</p>')
        yield


def by_itself(work: Callable[[], None], every_s: float | None = None) -> None:
    """Show a part of the page that runs again by itself: with its own clicks, and every so often.

    Parameters
    ----------
    work : shows it; it runs outside of the page, so what the page has said is said again here.
    every_s : seconds from one run to the next; None for its own clicks only.
    """
    spoken = language()

    def alone() -> None:
        with speaking(spoken), told():
            work()

    st.fragment(alone, run_every=every_s)()


def say(words: str) -> None:
    """Have something said on the page that comes next."""
    st.session_state[SAID] = words


def said() -> None:
    """Say what the page before has left."""
    words = st.session_state.pop(SAID, None)
    if words:
        st.success(words, icon=":material/check:")


@contextmanager
def told() -> Iterator[None]:
    """Say what cannot be done where it was tried, and go on with the rest of the page."""
    try:
        yield
    except InputError as error:
        st.error(text("app.problem", problem=error.problem, fix=error.fix), icon=":material/error:")
