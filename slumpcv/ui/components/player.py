"""The review player: a clip frame by frame over one axis of time, with all that a therapist corrects.

The page gives it a token only. It fetches the rest itself and sends each correction on its own, so
that no run of the page comes in between. Once corrections are kept, the page runs again: what stands around
the player follows from them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from slumpcv.language import text

HERE = Path(__file__).parent
# Streamlit takes one module; these are its parts, in the order in which they need each other.
PARTS = (
    "dom",
    "clock",
    "sender",
    "model",
    "curves",
    "axis",
    "lanes",
    "view",
    "overlay",
    "measure",
    "answers",
    "panel",
    "menu",
    "keys",
    "saving",
)
# Key of the container that comes after the player on a page: its key for "done" leads there.
AFTER = "after_player"
SCRIPTS = (*(f"player_{part}" for part in PARTS), "player")


@cache
def _script() -> str:
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)


@cache
def _style() -> str:
    return Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def player(token: str, *, key: str = "player") -> None:
    """Show the review that a token leads to.

    Parameters
    ----------
    token : of `slumpcv.ui.server.review.open_review`.
    key : tells this component from others on the page.
    """
    component = st.components.v2.component(
        "slumpcv_player", html='<div class="review-player"></div>', css=_style(), js=_script()
    )
    words = {
        "loading": text("player.loading"),
        "failed": text("player.failed"),
        "again": text("player.again"),
    }
    data = {"url": f"/slumpcv/review/{token}", **words}
    # Streamlit keeps two underscores for itself, and a random token may hold them.
    component(key=key.replace("_", "~"), data=data, on_kept_change=lambda: None)
