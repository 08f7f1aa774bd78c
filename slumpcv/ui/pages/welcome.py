"""The first page: what this is, ways to begin, and what this browser has kept."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, get_args

import streamlit as st

from slumpcv.language import LANGUAGES, language, listed, text
from slumpcv.terms import Side
from slumpcv.ui import access, jobs, shell, state
from slumpcv.ui.dates import leg_and_day, when
from slumpcv.ui.desk import paths
from slumpcv.ui.login import login
from slumpcv.ui.server import hub
from slumpcv.ui.server.samples import STORIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.visits import Visit

# Each in its own words, so that everybody finds theirs.
NAMES = {"en": "English", "es": "Español", "de": "Deutsch"}
IS = ("app.welcome.is.one_test", "app.welcome.is.record")
IS_NOT = ("app.welcome.is_not.diagnosis", "app.welcome.is_not.treatment", "app.welcome.is_not.reviewed")


def show(_visit: Visit | None) -> None:
    """Show the first page."""
    languages()
    if st.query_params.get("visit"):
        st.warning(text("app.welcome.unknown"), icon=":material/info:")
    shell.heading(text("app.welcome.title"), text("app.welcome.lead"))
    kept = hub.visits().of_owner(state.owner())
    _unfinished([visit for visit in kept if visit.step != "result" and _has_something(visit)])
    _lately()
    with st.container(horizontal=True, key="begin"):
        if st.button(text("app.welcome.start"), type="primary", key="start", icon=":material/play_arrow:"):
            state.begin("camera")
        if st.button(text("app.welcome.upload"), key="start_upload", icon=":material/upload:"):
            state.begin("upload")
    st.caption(text("app.welcome.needs"))
    _what()
    _samples()
    _results([visit for visit in kept if visit.step == "result" or any(t.answered for t in visit.tests)])
    _privacy()
    _therapists()


def languages() -> None:
    """Let the person choose a language."""
    if "language" not in st.session_state:
        st.session_state.language = language()

    def chosen() -> None:
        if st.session_state.language is not None:
            st.query_params["language"] = st.session_state.language

    with st.container(key="languages", horizontal=True, horizontal_alignment="right"):
        st.segmented_control(
            text("app.welcome.language"),
            LANGUAGES,
            format_func=NAMES.__getitem__,
            key="language",
            label_visibility="collapsed",
            required=True,
            on_change=chosen,
        )


def _lately() -> None:
    sides = [side for side in get_args(Side) if hub.visits().tested_lately(state.owner(), side)]
    if sides:
        legs = listed([text(f"app.leg.{side}") for side in sides])
        st.info(text("app.welcome.lately", legs=legs), icon=":material/schedule:")


def _what() -> None:
    cards = ""
    private = "app.welcome.is.offline" if login() is None else "access.is_private"
    for kind, points in (("is", (*IS, private)), ("is_not", IS_NOT)):
        items = "".join(f"<li>{escape(text(point))}</li>" for point in points)
        cards += f"<section><h2>{escape(text(f'app.welcome.{kind}.title'))}</h2><ul>{items}</ul></section>"
    st.html(f'<div class="cards">{cards}</div>')


def _samples() -> None:
    st.subheader(text("app.welcome.samples"), anchor=False)
    st.write(text("app.welcome.samples_lead"))
    with st.container(horizontal=True, key="samples"):
        for name in STORIES:
            if st.button(text(f"app.sample.{name}"), key=name, icon=":material/smart_display:"):
                state.begin_demo(name)


def _has_something(visit: Visit) -> bool:
    if visit.is_demo:
        return any(test.clip for test in visit.tests)
    return visit.consented_at is not None


def _unfinished(visits: Sequence[Visit]) -> None:
    if visits:
        st.subheader(text("app.welcome.unfinished"), anchor=False)
    for visit in visits:
        said = [when(visit.created_at), text(f"app.at.{visit.step}")]
        if _row(visit, "unfinished", said, text("app.welcome.continue")):
            st.query_params["visit"] = visit.id
            st.rerun()


def _results(visits: Sequence[Visit]) -> None:
    if visits:
        st.subheader(text("app.welcome.results"), anchor=False)
    for visit in visits:
        tests = [test for test in visit.tests if test.answered] or visit.tests
        said = [leg_and_day(test) for test in tests] or [when(visit.created_at)]
        if _row(visit, "result", said, text("app.welcome.open")):
            state.go(visit, "result")


def _row(visit: Visit, kind: str, said: Sequence[str], action: str) -> bool:
    """Show a visit with what can be done with it; return whether it is to be opened."""
    key = f"{kind}_{visit.id}"
    lines = [*said, text("app.welcome.sample")] if visit.is_demo else said
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"row_{key}"):
        first, *others = map(escape, lines)
        st.html(f'<p class="kept">{"<br>".join([f"<strong>{first}</strong>", *others])}</p>')
        opened = st.button(action, key=f"open_{key}")
        with st.popover(text("app.welcome.delete"), icon=":material/delete:"):
            st.write(text("app.welcome.delete_sure"))
            if st.button(text("app.welcome.delete_yes"), key=f"delete_{key}"):
                access.note("test_delete", visit)
                jobs.delete(visit)
                st.rerun()
    return opened


def _privacy() -> None:
    st.subheader(text("app.privacy.title"), anchor=False)
    if login() is not None:
        st.write(text("access.privacy"))
        return
    st.write(text("app.privacy.text"))
    st.code(str(hub.visits().root), language=None, wrap_lines=True)


def _therapists() -> None:
    known = access.person()
    if known is None or not access.may(known, "desk"):
        return
    href, words = paths.address(paths.HOME), text("app.welcome.therapists")
    st.html(f'<p class="therapists"><a href="{escape(href)}" target="_self">{escape(words)}</a></p>')
