"""A table of many rows, of which the server sends one page at a time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from slumpcv.language import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__)
HTML = """
<div class="whole">
  <label class="order"><span></span> <select></select></label>
  <table role="table">
    <caption></caption>
    <thead role="rowgroup"><tr role="row"></tr></thead>
    <tbody role="rowgroup"></tbody>
  </table>
  <nav>
    <button class="before" type="button"></button>
    <span class="count" role="status"></span>
    <button class="after" type="button"></button>
  </nav>
</div>
"""
Tone = Literal["", "none", "half", "full"]
KEYS = ("caption", "order", "before", "after", "ascending", "descending", "pages")


@dataclass(frozen=True)
class Column:
    """One column: its name, its head, whether rows can be sorted by it, and what stands in it."""

    name: str
    label: str
    sorts: bool = True
    kind: Literal["words", "number", "tags", "state"] = "words"


@dataclass(frozen=True)
class Cell:
    """What stands in one cell.

    ``below`` is a second, quieter line; ``go`` names what is opened from here, with its address
    ``href``, and ``opens`` says that a click anywhere in the row opens it too; ``tags`` are shown as
    labels; ``tone`` is what a state looks like: empty, half or full.
    """

    text: str
    below: str = ""
    go: dict[str, str] | None = None
    href: str = ""
    opens: bool = False
    tags: tuple[str, ...] = ()
    tone: Tone = ""


@dataclass(frozen=True)
class Sheet:
    """What a table shows: these rows, from ``offset`` on, of ``total``, in their order."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    sort: str
    descending: bool
    offset: int
    limit: int
    total: int


@cache
def _read(suffix: str) -> str:
    return HERE.with_suffix(suffix).read_text(encoding="utf-8")


def table(sheet: Sheet, act: Callable[[dict[str, Any]], None], *, key: str) -> None:
    """Show a page of rows.

    Parameters
    ----------
    sheet : what to show.
    act : told what was done, before the page runs again: ``go`` with the ids of what to open, ``sort``
        with a column's name, or ``offset`` with the row to begin at.
    key : tells this component from others on the page.
    """
    component = st.components.v2.component("slumpcv_table", html=HTML, css=_read(".css"), js=_read(".js"))
    data = asdict(sheet) | {
        "texts": {name: text(f"desk.table.{name}") for name in KEYS},
        "count": text(
            "desk.table.count",
            first=min(sheet.offset + 1, sheet.total),
            last=min(sheet.offset + len(sheet.rows), sheet.total),
            total=sheet.total,
        ),
    }

    def acted() -> None:
        done = st.session_state[key].get("act")
        if done:
            act(dict(done))

    component(key=key, data=data, on_act_change=acted)
