"""The page on which a recording is measured: how far it is, and what to do when it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import speaking, text
from slumpcv.ui import jobs, shell, state

if TYPE_CHECKING:
    from slumpcv.ui.jobs import Job
    from slumpcv.visits import Visit

# Streamlit halts everything for a moment after each run, so not more often than needed. [E]
LOOK_EVERY_S = 1.0


def show(visit: Visit) -> None:
    """Show how far the analysis of the latest test is, and go on by itself when it is done."""
    test = visit.test
    if test is None or test.clip is None:
        state.go(visit, "prepare")
        return
    shell.heading(text("waiting.title"))
    job = jobs.start(visit, test.number)
    if job.part == "failed":
        _failed(visit, test.number, job)
        return
    st.write(text("waiting.intro"))
    _watch(visit, test.number)
    st.caption(text("waiting.leave"))


@st.fragment(run_every=LOOK_EVERY_S)
def _watch(visit: Visit, number: int) -> None:
    job = jobs.start(visit, number)
    if job.part == "failed":
        st.rerun(scope="app")
    if job.part == "done":
        state.go(visit, "questions")
    with speaking(visit.language):  # this runs alone, outside of the page
        st.progress(job.share, text=text(f"waiting.part.{job.part}"))


def _failed(visit: Visit, number: int, job: Job) -> None:
    assert job.error is not None
    st.error(f"{text('waiting.failed')} {job.error}")
    st.write(text("waiting.kept"))
    if st.button(text("waiting.again"), type="primary"):
        jobs.start(visit, number, again=True)
        st.rerun()
    if st.button(text("waiting.upload")):
        state.go(visit, "upload")
