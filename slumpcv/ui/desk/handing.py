"""Everything about one patient: handed over in one file, or deleted."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui import state
from slumpcv.ui.desk import paths
from slumpcv.ui.desk.parts import say, told
from slumpcv.ui.server import hub
from slumpcv.ui.server.bring import token_of
from slumpcv.ui.server.review import close_reviews

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.library.library import Library, Patient, Person, SessionRow


def export(who: Person, patient: Patient) -> None:
    """Offer everything about a patient as one zip file, which is made when it is asked for."""
    st.write(text("desk.patient.export_words"))
    href = f"/slumpcv/patient/{token_of(who.id, state.owner())}/{patient.id}"
    words = text("desk.patient.export_save")
    st.html(f'<p><a class="fetch" download href="{escape(href)}">{escape(words)}</a></p>')


def delete(who: Person, library: Library, patient: Patient, found: Sequence[SessionRow]) -> None:
    """Delete a patient once the code was typed, and say what that was."""
    st.write(text("desk.patient.delete_sure", count=len(found)))
    typed = st.text_input(text("desk.patient.type_code", code=patient.code), key="typed_code")
    if st.button(
        text("desk.patient.delete_yes"),
        key="delete_patient",
        disabled=typed.strip() != patient.code,
        icon=":material/delete_forever:",
    ):
        with told():
            files = sum(len(library.store.names(row.id)) for row in found)
            hub.incoming().forget(patient.id)
            for row in found:
                close_reviews(row.id)
            gone = library.delete_patient(who, patient.id)
            say(text("desk.patient.deleted", code=patient.code, count=gone, files=files))
            paths.go(paths.HOME)
