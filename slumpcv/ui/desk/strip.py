"""The analyses that go on in the background, on every page of the desk."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui.desk.lines import part_of
from slumpcv.ui.desk.parts import by_itself
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.library.library import Library, Person
    from slumpcv.library.terms import Job, JobState

LOOK_EVERY_S = 2.0
STATES: tuple[JobState, ...] = ("running", "queued", "failed")


def show(who: Person, library: Library) -> None:
    """Show what is analysed now, waits, or failed; nothing when there is nothing."""
    jobs = library.jobs(who)
    if not jobs:
        return
    before = _ids(jobs)
    codes = {patient.id: patient.code for patient in library.patients(who)}
    goes_on = any(job.state != "failed" for job in jobs)
    by_itself(lambda: _strip(who, library, codes, before), LOOK_EVERY_S if goes_on else None)


def _ids(jobs: Sequence[Job]) -> list[tuple[str, bool]]:
    return [(job.id, job.state == "failed") for job in jobs]


def _strip(who: Person, library: Library, codes: dict[str, str], before: list[tuple[str, bool]]) -> None:
    jobs = library.jobs(who)
    if _ids(jobs) != before:  # the rest of the page shows what has come of it
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="jobs"):
        for job in [job for job in jobs if job.state == "running"][:1]:
            st.progress(job.share, text=_words(job, codes))
        with st.popover(_counted(jobs), icon=":material/pending_actions:"):
            for job in jobs:
                _row(who, library, job, codes)


def _counted(jobs: Sequence[Job]) -> str:
    """Say how many analyses run, wait and have failed; states without any are left out."""
    states = Counter(job.state for job in jobs)
    said = [text(f"desk.jobs.{state}", count=states[state]) for state in STATES if states[state]]
    return text("desk.jobs.title", states=", ".join(said))


def _words(job: Job, codes: dict[str, str]) -> str:
    return " · ".join(filter(None, (codes.get(job.patient_id or ""), text(f"desk.job.{part_of(job)}"))))


def _row(who: Person, library: Library, job: Job, codes: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"job_{job.id}"):
        if job.state == "failed":
            code = codes.get(job.patient_id or "", "")
            st.write(f"{code} · {text('app.problem', problem=job.problem, fix=job.fix)}")
            if st.button(text("desk.bring.again"), key=f"retry_{job.id}"):
                library.retry_job(who, job.id)
                hub.work().wake()
                st.rerun()
        else:
            st.progress(job.share, text=_words(job, codes))
        if st.button(text("desk.jobs.cancel"), key=f"cancel_{job.id}"):
            library.cancel_job(who, job.id)
            st.rerun()
