"""The clip of a test beside its timeline, on which a mark can be moved."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from slumpcv.language import language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
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


@cache
def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def replay(
    url: str,
    *,
    at_s: float,
    marks: Sequence[dict[str, Any]],
    phases: Sequence[dict[str, Any]],
    duration_s: float,
    jump: str = "",
    active: str | None = None,
    editable: bool = False,
    focus: tuple[float, float] | None = None,
    frame_s: float = FRAME_S,
    key: str = "replay",
) -> dict[str, Any] | None:
    """Show a clip and its timeline; scrubbing and moving a mark need no run of the page.

    Parameters
    ----------
    url : of the clip, on this server.
    at_s : where it opens, and goes to whenever ``jump`` changes.
    marks : each with ``id``, ``start`` and ``end`` in seconds.
    phases : each with ``name``, ``short``, ``start``, ``end`` in seconds and ``colour``.
    duration_s : of the clip.
    active : id of the mark that may be moved, or that a new mark would get.
    editable : whether there is one to move or to set.
    focus : start and end of the seconds that are asked about.
    frame_s : from one picture to the next.
    key : tells this component from others on the page.

    Returns
    -------
    dict or None
        ``id`` with the new ``start`` and ``end`` of the active mark, or ``remove``; None when nothing
        was changed since the last run.
    """
    component = st.components.v2.component(
        "slumpcv_replay",
        html='<div class="replay"></div>',
        css=_file("replay.css"),
        js=_file("replay.js"),
    )
    data = {
        "url": url,
        "at": at_s,
        "jump": jump,
        "marks": list(marks),
        "phases": list(phases),
        "duration": duration_s,
        "active": active,
        "editable": editable,
        "focus": None if focus is None else {"start": focus[0], "end": focus[1]},
        "frame": frame_s,
        "language": language(),
        "texts": {name.partition(".")[2]: text(name) for name in KEYS},
    }
    result = component(key=key, data=data, on_change_change=lambda: None)
    change: dict[str, Any] | None = result.change
    return change
