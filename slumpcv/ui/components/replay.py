"""The clip of a test beside its timeline, on which a mark can be moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from slumpcv.language import language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
# Streamlit takes one module; these are its parts, in the order in which they need each other.
SCRIPTS = ("replay_timeline", "replay_marks", "replay")
KEYS = (
    "replay.label",
    "replay.play",
    "replay.pause",
    "replay.back",
    "replay.forward",
    "replay.slow",
    "replay.cursor",
    "replay.begins",
    "replay.ends",
    "replay.add",
    "replay.remove",
    "replay.mark_start",
    "replay.mark_end",
    "replay.missing",
)
# One picture at a time where nobody knows how far apart they are: those of a usual camera.
FRAME_S = 1 / 30


@dataclass(frozen=True)
class Film:
    """A clip on this server.

    ``phases`` each have ``name``, ``short``, ``start``, ``end`` in seconds and ``colour``; ``frame_s``
    is the time from one picture to the next.
    """

    url: str
    duration_s: float
    phases: Sequence[dict[str, Any]]
    frame_s: float = FRAME_S


@dataclass(frozen=True)
class Look:
    """What to show of a clip.

    ``at_s`` is where it opens, and goes to whenever ``jump`` changes; ``focus`` the seconds that are
    asked about; ``active`` the mark that may be moved, or that a new one would be, where ``editable``.
    """

    at_s: float
    jump: str
    focus: tuple[float, float] | None = None
    active: str | None = None
    editable: bool = False


@cache
def _script() -> str:
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)


@cache
def _style() -> str:
    return Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def replay(
    film: Film, look: Look, marks: Sequence[dict[str, Any]], *, key: str = "replay"
) -> dict[str, Any] | None:
    """Show a clip and its timeline; scrubbing and moving a mark need no run of the page.

    Parameters
    ----------
    film, look : the clip, and what to show of it.
    marks : each with ``id``, ``start`` and ``end`` in seconds.
    key : tells this component from others on the page.

    Returns
    -------
    dict or None
        ``id`` with the new ``start`` and ``end`` of the active mark, or ``remove``; None when nothing
        was changed since the last run.
    """
    component = st.components.v2.component(
        "slumpcv_replay", html='<div class="replay"></div>', css=_style(), js=_script()
    )
    data = {
        "url": film.url,
        "duration": film.duration_s,
        "phases": list(film.phases),
        "frame": film.frame_s,
        "at": look.at_s,
        "jump": look.jump,
        "focus": None if look.focus is None else {"start": look.focus[0], "end": look.focus[1]},
        "active": look.active,
        "editable": look.editable,
        "marks": list(marks),
        "language": language(),
        "texts": {name.partition(".")[2]: text(name) for name in KEYS},
    }
    result = component(key=key, data=data, on_change_change=lambda: None)
    change: dict[str, Any] | None = result.change
    return change
