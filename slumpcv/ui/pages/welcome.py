"""The first page: what this is, ways to begin, and what this browser has kept."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel.dates import format_date, format_time

from slumpcv.language import LANGUAGES, language, listed, text
from slumpcv.terms import Side
from slumpcv.ui import jobs, shell, state
from slumpcv.ui.server import hub
from slumpcv.ui.server.samples import STORIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.visits import Visit

# Each in its own words, so that everybody finds theirs.
NAMES = {"en": "English", "es": "Español", "de": "Deutsch"}
IS = ("one_test", "record", "offline")
IS_NOT = ("diagnosis", "treatment", "reviewed")


def show(_visit: Visit | None) -> None:
    """Show the first page."""
    _languages()
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
    _results([visit for visit in kept if visit.step == "result"])
    _privacy()


def _languages() -> None:
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
    for kind, points in (("is", IS), ("is_not", IS_NOT)):
        items = "".join(f"<li>{escape(text(f'app.welcome.{kind}.{point}'))}</li>" for point in points)
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
        _row(visit, text("app.welcome.continue"), note=text(f"app.at.{visit.step}"))


def _results(visits: Sequence[Visit]) -> None:
    if visits:
        st.subheader(text("app.welcome.results"), anchor=False)
    for visit in visits:
        _row(visit, text("app.welcome.open"), note=_legs(visit))


def _row(visit: Visit, action: str, note: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"row_{visit.id}"):
        demo = f" · {text('app.welcome.sample')}" if visit.is_demo else ""
        st.html(
            f'<p class="kept"><strong>{escape(_when(visit))}</strong><br>{escape(note)}{escape(demo)}</p>'
        )
        if st.button(action, key=f"open_{visit.id}"):
            st.query_params["visit"] = visit.id
            st.rerun()
        with st.popover(text("app.welcome.delete"), icon=":material/delete:"):
            st.write(text("app.welcome.delete_sure"))
            if st.button(text("app.welcome.delete_yes"), key=f"delete_{visit.id}"):
                jobs.delete(visit)
                st.rerun()


def _legs(visit: Visit) -> str:
    sides = dict.fromkeys(test.side for test in visit.tests)
    return listed([text(f"app.leg.{side}") for side in sides])


def _when(visit: Visit) -> str:
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    day = format_date(visit.created_at.astimezone(zone), "long", locale=_locale())
    return f"{day}, {format_time(visit.created_at, 'HH:mm', tzinfo=zone, locale=_locale())}"


def _locale() -> str:
    return {"en": "en_GB"}.get(language(), language())  # the day before the month, in English too


def _privacy() -> None:
    st.subheader(text("app.privacy.title"), anchor=False)
    st.write(text("app.privacy.text"))
    st.code(str(hub.visits().root), language=None, wrap_lines=True)
