"""Many files on their way into the library: a list in which each has a line, from its choice to its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from slumpcv.language import language, text
from slumpcv.ui.server.clipfile import LONGEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__)
HTML = """
<div class="bring">
  <label class="drop">
    <input type="file" multiple accept=".zip,video/*,.mkv,.mov,.avi">
    <span class="choose" data-text="choose"></span>
    <span class="hint" data-text="hint"></span>
  </label>
  <ul class="lines"></ul>
  <p class="said" role="status"></p>
</div>
"""
KEYS = (
    "choose",
    "hint",
    "waiting",
    "uploading",
    "too_large",
    "disk_full",
    "disk",
    "refused",
    "lost",
    "remove",
    "again",
    "for_all",
    "progress",
)
Tone = Literal["busy", "ready", "done", "refused"]


@dataclass(frozen=True)
class Line:
    """One file that has come.

    ``words`` say how far it is, ``detail`` what is known of it; ``share`` (0 to 1) is shown as a bar,
    unless it is None. ``choosing`` says whether patient, side and day can still be chosen. ``go``
    leads to its session, with the address ``href`` and the words ``open``.
    """

    id: str
    name: str
    tone: Tone
    words: str
    detail: str = ""
    share: float | None = None
    choosing: bool = False
    patient: str = ""
    side: str = ""
    day: str = ""
    again: bool = False
    go: dict[str, str] | None = None
    href: str = ""
    open: str = ""


@cache
def _read(suffix: str) -> str:
    return HERE.with_suffix(suffix).read_text(encoding="utf-8")


def bring_list(
    lines: Sequence[Line], patients: Sequence[tuple[str, str]], url: str, *, key: str = "bring"
) -> dict[str, Any] | None:
    """Let somebody choose or drop files, send them, and show how far each is.

    Parameters
    ----------
    lines : the files that have come.
    patients : id and name of each that a file can belong to.
    url : where files are sent; an id and the language are added to it.
    key : tells this component from others on the page.

    Returns
    -------
    dict or None
        What was done since the last run: ``item`` with ``set`` (a part of patient, side, day), or with
        ``do`` (``again`` or ``remove``); or ``go`` with the ids of what to open.
    """
    component = st.components.v2.component("slumpcv_bring", html=HTML, css=_read(".css"), js=_read(".js"))
    data = {
        "url": url,
        "language": language(),
        "longest": LONGEST_BYTES,
        "lines": [asdict(line) for line in lines],
        "patients": [list(patient) for patient in patients],
        "sides": [["right", text("ask.side.right")], ["left", text("ask.side.left")]],
        "texts": {name: text(f"desk.bring.{name}") for name in KEYS},
        "fields": {
            "patient": text("desk.column.code"),
            "side": text("desk.column.side"),
            "day": text("desk.visit.day"),
        },
    }
    result = component(key=key, data=data, on_act_change=lambda: None, on_arrived_change=lambda: None)
    done: dict[str, Any] | None = result.act
    return done
