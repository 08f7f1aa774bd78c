"""Whose visits are shown, which one is open, and the one way from step to step."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NoReturn, get_args

import streamlit as st

from slumpcv.language import LANGUAGES, Language
from slumpcv.ui import access
from slumpcv.ui.server import hub
from slumpcv.visits import DAY

if TYPE_CHECKING:
    from slumpcv.visits import Step, Visit

OWNER_COOKIE = access.OWNER_COOKIE
Way = Literal["camera", "upload"]


def owner() -> str:
    """Return whose visits are shown: the account's, the browser's, else this session's only."""
    known = access.owner()
    if known:
        return known
    if "owner" not in st.session_state:
        st.session_state.owner = secrets.token_urlsafe(24)
    return str(st.session_state.owner)


def language(visit: Visit | None) -> Language:
    """Return the visit's language, else the one chosen here, else the browser's, else English."""
    if visit is not None:
        return visit.language
    wished = (st.query_params.get("language", ""), (st.context.locale or "")[:2])
    return next((known for wish in wished for known in LANGUAGES if wish == known), "en")


def way() -> Way:
    """Return whether the person wants to film here or brings a clip."""
    wished = st.query_params.get("way")
    return next((known for known in get_args(Way) if wished == known), "camera")


def current() -> Visit | None:
    """Return the visit in the address; None when there is none, or it is not this person's."""
    visit_id = st.query_params.get("visit")
    visit = hub.visits().load(visit_id, owner()) if visit_id else None
    return hub.recover(visit) if visit is not None else None


def agreed_lately(visit: Visit) -> bool:
    """Return whether consent and safety questions are of today: not older than a day."""
    return visit.consented_at is not None and datetime.now(UTC) - visit.consented_at < DAY


def begin(way: Way) -> NoReturn:
    """Begin a visit; one that was begun and left before the first answer is taken again."""
    spoken = language(None)
    for visit in hub.visits().of_owner(owner()):
        if visit.step == "consent" and visit.consented_at is None and not visit.tests:
            break
    else:
        visit = hub.visits().new(owner(), spoken)
    st.query_params["way"] = way
    go(visit, "consent", language=spoken)


def begin_demo(sample: str) -> NoReturn:
    """Begin a visit in which a sample stands in for the person; it goes straight to the test."""
    visit = hub.visits().new(owner(), language(None))
    go(hub.visits().add_test(visit, "right", "demo", sample), "camera")


def keep(visit: Visit, **changes: Any) -> Visit:
    """Return a visit with changes, once they are on disk; nothing is written when nothing changed."""
    if all(getattr(visit, name) == value for name, value in changes.items()):
        return visit
    return hub.change(visit, **changes)


def go(visit: Visit, step: Step, **changes: Any) -> NoReturn:
    """Write a visit with its next step, then show that step."""
    hub.change(visit, step=step, **changes)
    st.query_params["visit"] = visit.id
    st.rerun()


def leave() -> NoReturn:
    """Go back to the first page; the visit stays as it is."""
    spoken = language(current())
    st.query_params.clear()
    st.query_params["language"] = spoken
    st.rerun()
