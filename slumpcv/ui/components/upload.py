"""Takes a clip from the person's device to the server's disk, without holding it in memory."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import language, text
from slumpcv.ui.server import hub
from slumpcv.ui.server.clipfile import LONGEST_BYTES

if TYPE_CHECKING:
    from slumpcv.visits import Visit, VisitTest

HERE = Path(__file__).parent
HTML = """
<div class="upload">
  <label class="drop">
    <input type="file" accept="video/*,.mkv,.mov,.avi">
    <span class="choose" data-text="choose"></span>
    <span class="hint" data-text="hint"></span>
  </label>
  <div class="sending" hidden>
    <p class="name"></p>
    <progress max="1" value="0"></progress>
    <p class="count"></p>
    <button class="cancel" type="button" data-text="cancel"></button>
  </div>
  <p class="said" role="status"></p>
</div>
"""
TEXTS = (
    "app.upload.choose",
    "app.upload.hint",
    "app.upload.cancel",
    "app.upload.cancelled",
    "app.upload.checking",
    "app.upload.too_large",
    "app.upload.disk_full",
    "app.upload.disk",
    "app.upload.refused",
    "app.upload.lost",
)


@cache
def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def upload(visit: Visit, test: VisitTest, *, key: str = "upload_clip") -> str | None:
    """Let the person choose or drop a clip, and send it.

    Parameters
    ----------
    visit, test : which test the clip is of.
    key : tells this component from others on the page.

    Returns
    -------
    str or None
        The clip's name in the test's folder in the run after it arrived whole; None otherwise.
    """
    component = st.components.v2.component(
        "slumpcv_upload", html=HTML, css=_read("upload.css"), js=_read("upload.js")
    )
    data = {
        "url": f"/slumpcv/upload/{hub.open_seat(visit, test.number)}",
        "language": language(),
        "longest": LONGEST_BYTES,
        "texts": {name.rpartition(".")[2]: text(name) for name in TEXTS},
    }
    clip: str | None = component(key=key, data=data, on_clip_change=lambda: None).clip
    return clip
