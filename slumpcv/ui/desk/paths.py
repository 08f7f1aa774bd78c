"""Which page of the desk is shown, and the one way from page to page.

An address names pages and random ids only, never a person, a code or what was searched for.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from slumpcv.language import language

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
    return "desk?" + "&".join(f"{name}={value}" for name, value in _query(at, ids).items())


def go(at: str, **ids: str) -> NoReturn:
    """Show another page of the desk; see `address`."""
    lead(at, **ids)
    st.rerun()


def lead(at: str, **ids: str) -> None:
    """Have another page of the desk shown by the run that comes next; see `address`."""
    st.query_params.from_dict(_query(at, ids))


def _query(at: str, ids: dict[str, str]) -> dict[str, str]:
    return {"at": at, **ids, "language": language()}
