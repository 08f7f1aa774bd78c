"""Which page of the desk is shown, and the one way from page to page.

An address names pages and random ids only, never a person, a code or what was searched for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from slumpcv.language import language
from slumpcv.ui import state

if TYPE_CHECKING:
    from slumpcv.language import Language

HOME = "library"


def given(name: str) -> str:
    """Return what the address says of something, such as ``session``; empty when it says nothing."""
    return str(st.query_params.get(name, ""))


def address(at: str, **ids: str) -> str:
    """Return the address of a page of the desk, relative to where the app is.

    Parameters
    ----------
    at : the page.
    ids : what it shows, such as ``session``: ids that the library has made.
    """
    return "desk?" + "&".join(f"{name}={value}" for name, value in _query(at, ids, language()).items())


def go(at: str, **ids: str) -> NoReturn:
    """Show another page of the desk; see `address`."""
    lead(at, **ids)
    st.rerun()


def lead(at: str, **ids: str) -> None:
    """Have another page of the desk shown by the run that comes next; see `address`."""
    # A click is answered before the page is drawn, when no language is spoken yet.
    st.query_params.from_dict(_query(at, ids, state.language(None)))


def _query(at: str, ids: dict[str, str], spoken: Language) -> dict[str, str]:
    return {"at": at, **ids, "language": spoken}
