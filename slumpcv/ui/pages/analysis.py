"""The page on which a recording is measured: how far it is, and what to do when it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import speaking, text
from slumpcv.ui import jobs, shell, state
from slumpcv.ui.server import hub
from slumpcv.ui.trouble import said_on_the_page, words

if TYPE_CHECKING:
    from slumpcv.ui.jobs import Job
    from slumpcv.visits import ClipSource, Visit, VisitTest

# Streamlit halts everything for a moment after each run, so not more often than needed. [E]
LOOK_EVERY_S = 1.0


def show(visit: Visit) -> None:
    """Show how far the analysis of the latest test is, and go on by itself when it is done."""
    test = visit.test
    if test is None or test.clip is None:
        state.go(visit, "prepare")
        return
    job = jobs.start(visit, test.number)
    if job.part == "failed":
        _failed(visit, test, job)
        return
    shell.heading(text("waiting.title"))
    st.write(text("waiting.intro"))
    _watch(visit, test.number)
    st.caption(text("waiting.leave"))


@st.fragment(run_every=LOOK_EVERY_S)
def _watch(visit: Visit, number: int) -> None:
    with speaking(visit.language), said_on_the_page():  # this runs alone, outside of the page
        job = jobs.start(visit, number)
        if job.part == "failed":
            st.rerun(scope="app")
        if job.part == "done":
            state.go(visit, "questions")
        st.progress(job.share, text=text(f"waiting.part.{job.part}"))


def _failed(visit: Visit, test: VisitTest, job: Job) -> None:
    """Say why it failed, and offer every way on; the recording stays with its own test."""
    assert job.error is not None
    assert test.clip is not None
    shell.heading(text("waiting.failed"))
    st.error(words(job.error, hub.visits().folder(visit, test) / test.clip), icon=":material/error:")
    st.write(text("waiting.kept"))
    with st.container(horizontal=True):
        if st.button(text("waiting.again"), type="primary", key="again", icon=":material/refresh:"):
            jobs.start(visit, test.number, again=True)
            st.rerun()
        if st.button(text("waiting.film"), key="film", icon=":material/videocam:"):
            _anew(visit, test, "demo" if test.source == "demo" else "camera")
        if st.button(text("waiting.upload"), key="upload", icon=":material/upload:"):
            if test.source == "demo":  # nobody has answered anything yet
                state.begin("upload")
            _anew(visit, test, "upload")


def _anew(visit: Visit, test: VisitTest, source: ClipSource) -> None:
    """Begin another test of the same leg, so that nothing takes the place of this recording."""
    visit = hub.visits().add_test(visit, test.side, source, test.sample)
    if source == "upload":  # another file of the same test, as likely as not: the leg was not tested again
        visit = hub.visits().update_test(visit, visit.tests[-1].number, earlier_24h=test.earlier_24h)
    state.go(visit, "upload" if source == "upload" else "camera")
