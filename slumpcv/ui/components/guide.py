"""The camera and the guided test, from the first click to the last piece of the recording.

One component lives through all of it without a run of the page in between: pictures and answers
go over the socket, the recording over its own route, and only the end comes back to the page.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from slumpcv.language import speaking, text
from slumpcv.ui.components.guide_texts import KEYS
from slumpcv.ui.server import hub
from slumpcv.ui.server.samples import chapters, sample_of
from slumpcv.ui.server.voices import keys_of

if TYPE_CHECKING:
    from slumpcv.visits import Visit, VisitTest

HERE = Path(__file__).parent
# Streamlit takes one module; these are its parts, in the order in which they need each other.
SCRIPTS = ("guide_sound", "guide_link", "guide_recorder", "guide_source", "guide_view", "guide")

Ending = Literal["over", "upload"]


@cache
def _script() -> str:
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)


@cache
def _style() -> str:
    return (HERE / "guide.css").read_text(encoding="utf-8")


def guide(visit: Visit, test: VisitTest, *, key: str = "guide") -> Ending | None:
    """Lead through set-up and test of one leg.

    Parameters
    ----------
    visit, test : whose test it is; a demonstration plays a sample in place of the camera.
    key : tells this component from others on the page.

    Returns
    -------
    {"over", "upload"} or None
        Over when the test has ended and its recording is whole on disk; upload when the person
        chose to give a clip instead; None before that.
    """
    component = st.components.v2.component(
        "slumpcv_guide", html='<div class="guided-test"></div>', css=_style(), js=_script()
    )
    result = component(key=key, data=_data(visit, test), on_outcome_change=lambda: None)
    outcome: Ending | None = result.outcome
    return outcome


def _data(visit: Visit, test: VisitTest) -> dict[str, Any]:
    token = hub.open_seat(visit, test.number)
    with speaking(visit.language):
        texts = {name.partition(".")[2]: text(name) for name in KEYS}
        sound_check, stop = text("say.sound_check"), text("say.stop")
    return {
        "live": f"/slumpcv/live/{token}",
        "clip": f"/slumpcv/clip/{token}",
        "voice": {"base": "/slumpcv/voice/", "keys": keys_of(visit.language)},
        "language": visit.language,
        "side": test.side,
        "demo": _demo(test) if test.source == "demo" else None,
        "texts": texts,
        "sound_check": sound_check,
        "stop": stop,
    }


def _demo(test: VisitTest) -> dict[str, Any]:
    name = sample_of(test)
    return {"url": f"/slumpcv/sample/{name}.mp4", "chapters": chapters(name)}
