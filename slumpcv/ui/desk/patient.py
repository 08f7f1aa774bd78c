"""One patient: visits with their sessions, how they went, and what can be done with all of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import text
from slumpcv.library.library import Query
from slumpcv.ui import plots
from slumpcv.ui.dates import day_format
from slumpcv.ui.desk import handing, paths, patients, trend, visits
from slumpcv.ui.desk.parts import said, say, told, top

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.library.library import Library, Patient, Person, SessionRow

MOST = 1000  # sessions of one patient


def show(who: Person, library: Library) -> None:
    """Show the patient in the address."""
    try:
        patient = library.patient(who, paths.given("patient"))
    except InputError as error:
        st.error(text("app.problem", problem=error.problem, fix=error.fix), icon=":material/error:")
        if st.button(text("desk.to_library"), icon=":material/arrow_back:", key="to_library"):
            paths.go(paths.HOME)
        return
    found = library.search(who, Query(patient_id=patient.id, limit=MOST)).rows
    with top(patients.name_of(patient), patient.label):
        _actions(who, library, patient, found)
    said()
    _trend(who, library, found)
    visits.show(who, library, patient, found)


def _actions(who: Person, library: Library, patient: Patient, found: Sequence[SessionRow]) -> None:
    if st.button(text("desk.patient.bring"), type="primary", icon=":material/upload:", key="bring"):
        paths.go("bring", patient=patient.id)
    if len(found) > 1 and st.button(text("pair.title"), icon=":material/compare:", key="compare"):
        paths.go("compare", patient=patient.id)
    with st.popover(text("desk.patient.new_visit"), icon=":material/event:"):
        _new_visit(who, library, patient)
    with st.popover(text("desk.patient.change"), icon=":material/edit:"):
        if patients.change_patient(who, library, patient):
            say(text("desk.saved"))
            st.rerun()
    with st.popover(text("desk.patient.hand_over"), icon=":material/folder_zip:"):
        handing.export(who, patient)
    with st.popover(text("desk.patient.delete"), icon=":material/delete:"):
        handing.delete(who, library, patient, found)


def _new_visit(who: Person, library: Library, patient: Patient) -> None:
    with st.form("new_visit", border=False):
        day = st.date_input(text("desk.visit.day"), date.today(), format=day_format(), key="visit_day")
        note = st.text_area(text("desk.note"), key="visit_note", max_chars=2000)
        if st.form_submit_button(text("desk.visit.add"), type="primary"):
            with told():
                library.add_visit(who, patient.id, day, note)
                say(text("desk.visit.added"))
                st.rerun()


def _trend(who: Person, library: Library, found: Sequence[SessionRow]) -> None:
    if len({row.day for row in found}) < 2:
        return
    chart = trend.trend(found, trend.peaks_of(who, library, found), plots.colours())
    if chart is None:
        return
    st.subheader(text("desk.trend.title"), anchor=False)
    plots.show(chart, "trend")
    st.caption(text("desk.trend.note"))
