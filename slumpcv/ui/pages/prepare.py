"""Everything to know and to set up before the camera starts, and which leg."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, get_args

import streamlit as st

from slumpcv.language import text
from slumpcv.terms import Side
from slumpcv.ui import shell, state
from slumpcv.ui.dates import leg_and_day
from slumpcv.ui.fields import one_of
from slumpcv.ui.figures import figure
from slumpcv.ui.server import hub
from slumpcv.ui.server.voices import voice_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.visits import ClipSource, Visit

PLACE = ("chair", "camera", "clothes", "room")
STEPS = ("tall", "slump", "chin", "knee", "head_lift", "back")
SIDES: tuple[Side, ...] = get_args(Side)


def show(visit: Visit) -> None:
    """Explain, let try the sound, ask for the leg, and start."""
    shell.heading(text("app.prepare.title"), text("app.prepare.lead"))
    st.subheader(text("app.prepare.place"), anchor=False)
    st.html(_list([text(f"app.place.{name}") for name in PLACE]))
    st.subheader(text("app.prepare.steps"), anchor=False)
    _drawn(f'<ol class="steps">{"".join(_step(name) for name in STEPS)}</ol>')
    st.write(text("app.prepare.early"))
    _mark()
    st.html(f'<p class="stop">{escape(text("app.prepare.stop"))}</p>')
    _sound(visit)
    st.subheader(text("app.prepare.leg"), anchor=False)
    st.write(_advice(visit))
    side = choose_leg(visit, text("app.prepare.which_leg"))
    if side is not None and hub.visits().tested_lately(visit.owner, side):
        st.warning(text("app.prepare.lately", leg=text(f"app.leg.{side}")), icon=":material/schedule:")
    with st.container(horizontal=True):
        if st.button(text("app.prepare.start"), type="primary", key="next", icon=":material/videocam:"):
            _start(visit, side)
        if st.button(text("app.welcome.upload"), key="upload", icon=":material/upload:"):
            state.go(visit, "upload")
    if side is None and st.session_state.get("leg_missing"):
        st.warning(text("app.prepare.leg_missing"), icon=":material/edit:")
    _earlier(visit)


def choose_leg(visit: Visit, question: str) -> Side | None:
    """Ask for the leg of the test to begin."""
    begun = visit.test if visit.test is not None and not visit.test.analysed else None
    given = one_of(question, SIDES, "side", begun.side if begun else None, "leg")
    return next((side for side in SIDES if side == given), None)


def test_of(visit: Visit, side: Side, source: ClipSource) -> Visit:
    """Return the visit with a test of this leg to begin; one left without a clip is taken again."""
    test = visit.test
    if test is not None and test.clip is None and test.side == side:
        return hub.visits().begin_again(visit, test.number, source)
    return hub.visits().add_test(visit, side, source)


def _start(visit: Visit, side: Side | None) -> None:
    st.session_state.leg_missing = side is None
    if side is None:
        st.rerun()
    state.go(test_of(visit, side, "camera"), "camera")


def _earlier(visit: Visit) -> None:
    """Lead back to what came out for the leg before."""
    done = [test for test in visit.tests if test.answered]
    if not done:
        return
    st.subheader(text("app.earlier.title"), anchor=False)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="earlier"):
        lines = "<br>".join(escape(leg_and_day(test)) for test in done)
        st.html(f'<p class="kept">{lines}</p>')
        if st.button(text("app.earlier.open"), key="earlier_open"):
            state.go(visit, "result")


def _advice(visit: Visit) -> str:
    done = {test.side for test in visit.tests if test.clip is not None}
    if len(done) == 1:
        other = next(side for side in SIDES if side not in done)
        return text("app.prepare.other_leg", leg=text(f"app.leg.{other}"))
    worse = visit.intake.side if visit.intake is not None else None
    if worse is None:
        return text("app.prepare.less_painful")
    first = next(side for side in SIDES if side != worse)
    return text("app.prepare.first_leg", worse=text(f"app.leg.{worse}"), first=text(f"app.leg.{first}"))


def _list(items: Sequence[str]) -> str:
    return f'<ul class="points">{"".join(f"<li>{escape(item)}</li>" for item in items)}</ul>'


def _drawn(html: str) -> None:
    st.markdown(html, unsafe_allow_html=True)  # st.html leaves drawings out


def _step(name: str) -> str:
    title, words = escape(text(f"app.step.{name}.title")), escape(text(f"app.step.{name}.text"))
    return f"<li>{figure(name)}<strong>{title}</strong><span>{words}</span></li>"


def _mark() -> None:
    st.subheader(text("app.prepare.mark"), anchor=False)
    words = escape(text("app.prepare.mark_text"))
    _drawn(f'<div class="mark">{figure("mark")}<p>{words}</p></div>')


def _sound(visit: Visit) -> None:
    if voice_file(visit.language, "sound_check") is None:
        return
    st.subheader(text("app.prepare.sound"), anchor=False)
    st.write(text("app.prepare.sound_text"))
    st.html(f'<audio controls preload="none" src="/slumpcv/voice/{visit.language}/sound_check.mp3"></audio>')
