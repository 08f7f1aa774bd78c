"""Buttons for files to take along, which say in words when a file could not be made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import language, text
from slumpcv.ui import state
from slumpcv.ui.server.taking import Offer, open_offer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__)
HTML = '<div class="take"><div class="files"></div><p class="said" role="status"></p></div>'
KEYS = ("making", "lost")


@dataclass(frozen=True)
class File:
    """A file to take along.

    ``name`` is what it is called there, ``make`` makes it when it is asked for; ``icon`` is one of the
    names that Streamlit's own icons have.
    """

    label: str
    name: str
    make: Callable[[], bytes]
    icon: str = ""
    primary: bool = False


@cache
def _read(suffix: str) -> str:
    return HERE.with_suffix(suffix).read_text(encoding="utf-8")


def take(files: Sequence[File], *, key: str) -> None:
    """Offer files.

    Streamlit's own button for a file that is made when it is asked for says in English, and in no
    more than one sentence, when it could not be made.

    Parameters
    ----------
    files : with a label each of its own.
    key : tells this component from others on the page.
    """
    component = st.components.v2.component("slumpcv_take", html=HTML, css=_read(".css"), js=_read(".js"))
    offers = _offered(files, f"offers_{key}")
    shown = [
        {
            "label": file.label,
            "name": file.name,
            "icon": file.icon,
            "primary": file.primary,
            "url": f"/slumpcv/take/{offer.token}",
        }
        for file, offer in zip(files, offers, strict=True)
    ]
    component(key=key, data={"files": shown, "texts": {name: text(f"app.take.{name}") for name in KEYS}})


def _offered(files: Sequence[File], key: str) -> list[Offer]:
    """Return an offer for each file, at the address that it had when the page ran before."""
    before: dict[str, Offer] = st.session_state.get(key, {})
    offers = [Offer(state.owner(), language(), file.name, file.make) for file in files]
    offers = [
        replace(offer, token=before[file.label].token) if file.label in before else offer
        for file, offer in zip(files, offers, strict=True)
    ]
    st.session_state[key] = {file.label: offer for file, offer in zip(files, offers, strict=True)}
    for offer in offers:
        open_offer(offer)
    return offers
