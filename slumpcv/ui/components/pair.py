"""Two clips side by side, kept at the same place of the test."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from slumpcv.language import language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = ("pair.play", "pair.pause", "pair.back", "pair.forward", "pair.seek", "pair.missing", "pair.keys")


@dataclass(frozen=True)
class Side:
    """One of the clips: where it is, None without one, and what it is called."""

    url: str | None
    name: str


@cache
def _part(suffix: str) -> str:
    return Path(__file__).with_suffix(suffix).read_text(encoding="utf-8")


def pair(first: Side, second: Side, steps: Sequence[dict[str, Any]], *, key: str = "pair") -> None:
    """Show two clips that play, step and scrub together, phase by phase.

    Parameters
    ----------
    first, second : the clips.
    steps : phases that both have, in order: ``name``; ``first`` and ``second``, start and end in seconds.
    key : tells this component from others on the page.
    """
    component = st.components.v2.component(
        "slumpcv_pair", html='<div class="pair" tabindex="0"></div>', css=_part(".css"), js=_part(".js")
    )
    sides = [{"url": side.url, "name": side.name} for side in (first, second)]
    texts = {name.partition(".")[2]: text(name) for name in KEYS}
    component(key=key, data={"sides": sides, "steps": list(steps), "texts": texts, "language": language()})
