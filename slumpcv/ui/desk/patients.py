"""A patient's code, initials and label: what is kept of who somebody is, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui.desk.parts import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.library.library import Library, Patient, Person, SessionRow

LONGEST_INITIALS = 4


def name_of(patient: Patient | SessionRow) -> str:
    """Return what a patient is called on the desk: the code, and the initials where there are any."""
    return " · ".join(filter(None, (patient.code, patient.initials)))


def new_patient(who: Person, library: Library, then: Callable[[Patient], object]) -> None:
    """Offer to add a patient, and go on once there is the patient.

    Parameters
    ----------
    who, library : who adds, and where.
    then : shows what comes next, in another run of the page.
    """
    # A popover closes only by becoming another one.
    times = st.session_state.get("patients_added", 0)
    with (
        st.popover(text("desk.new_patient"), icon=":material/person_add:", key=f"new_patient_{times}"),
        st.form(f"new_patient_form_{times}", border=False),
    ):
        code, initials, label = _fields(f"new_{times}", None)
        if st.form_submit_button(text("desk.patient.add"), type="primary"):
            with told():
                patient = library.add_patient(who, code, initials, label)
                st.session_state.patients_added = times + 1
                then(patient)


def change_patient(who: Person, library: Library, patient: Patient) -> bool:
    """Let somebody change what a patient is called; return whether it was changed just now."""
    with st.form("change_patient", border=False):
        code, initials, label = _fields(patient.id, patient)
        if st.form_submit_button(text("desk.save"), type="primary"):
            with told():
                library.change_patient(who, patient.id, code, initials, label)
                return True
    return False


def _fields(key: str, patient: Patient | None) -> tuple[str, str, str]:
    st.caption(text("desk.patient.identity"))
    given = ("", "", "") if patient is None else (patient.code, patient.initials, patient.label)
    code = st.text_input(text("desk.patient.code"), given[0], max_chars=40, key=f"code_{key}")
    initials = st.text_input(
        text("desk.patient.initials"), given[1], max_chars=LONGEST_INITIALS, key=f"initials_{key}"
    )
    label = st.text_input(text("desk.patient.label"), given[2], max_chars=120, key=f"label_{key}")
    return code, initials, label
