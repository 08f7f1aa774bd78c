"""A patient's visits, newest first, each with its sessions, notes and tags."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui.dates import day_format
from slumpcv.ui.desk import paths, rows
from slumpcv.ui.desk.parts import say, told
from slumpcv.ui.server.review import close_reviews

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.library.library import Library, Patient, Person, SessionRow
    from slumpcv.library.terms import VisitRow

AT_FIRST = 10  # visits; the fields of a hundred would make the page slow


def show(who: Person, library: Library, patient: Patient, found: Sequence[SessionRow]) -> None:
    """Show a patient's visits.

    Parameters
    ----------
    who, library, patient : of whom.
    found : the patient's sessions.
    """
    visits = library.visits(who, patient.id)
    st.subheader(text("desk.visits", count=len(visits)), anchor=False)
    if not visits:
        st.info(text("desk.no_visits"), icon=":material/event:")
    names = list(library.tags(who))
    whole = st.session_state.get("all_visits") == patient.id
    for visit in visits if whole else visits[:AT_FIRST]:
        with st.container(border=True, key=f"visit_{visit.id}"):
            _visit(who, library, visit)
            for row in found:
                if row.visit_id == visit.id:
                    _session(who, library, row, names)
    if len(visits) > AT_FIRST and not whole and st.button(text("desk.all_visits"), key="older"):
        st.session_state.all_visits = patient.id
        st.rerun()


def _visit(who: Person, library: Library, visit: VisitRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"head_{visit.id}"):
        note = f'<p class="note">{escape(visit.note)}</p>' if visit.note else ""
        st.html(f'<div class="visit"><h3>{escape(rows.day(visit.day))}</h3>{note}</div>')
        with st.popover(text("desk.note"), icon=":material/edit_note:", key=f"note_{visit.id}"):
            _note_of_visit(who, library, visit)


def _note_of_visit(who: Person, library: Library, visit: VisitRow) -> None:
    with st.form(f"visit_note_{visit.id}", border=False):
        note = st.text_area(text("desk.visit.note"), visit.note, key=f"text_{visit.id}", max_chars=2000)
        if st.form_submit_button(text("desk.save"), type="primary"):
            with told():
                library.set_visit_note(who, visit.id, note)
                say(text("desk.saved"))
                st.rerun()


def _session(who: Person, library: Library, row: SessionRow, names: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"session_{row.id}"):
        st.html(_facts(row))
        if st.button(text("desk.open"), key=f"open_{row.id}", icon=":material/play_circle:"):
            paths.go("review", session=row.id)
        with st.popover(text("desk.edit"), icon=":material/edit:", key=f"more_{row.id}"):
            note_and_tags(who, library, row, names)
            _delete(who, library, row)


def _facts(row: SessionRow) -> str:
    """Return what came of a session, on a line or two."""
    facts = {
        "knee": rows.knee(row),
        "head_lift": rows.head_lift(row),
        "isolation": rows.isolation(row),
        "status": text(f"desk.status.{row.status}"),
    }
    said = "".join(
        f"<span>{escape(text(f'desk.column.{name}'))} <b>{escape(value)}</b></span>"
        for name, value in facts.items()
    )
    if not row.usable:
        said += f"<span><b>{escape(text('desk.usable.no'))}</b></span>"
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in row.tags)
    note = f'<p class="note">{escape(row.note)}</p>' if row.note else ""
    leg = text(f"app.leg.{row.side}") if row.side else text("desk.no_side")
    head = f"<strong>{escape(leg[:1].upper() + leg[1:])}</strong> {escape(rows.outcome(row))}"
    return f'<div class="session"><p>{head}</p><p class="facts">{said}</p>{note}{tags}</div>'


def note_and_tags(who: Person, library: Library, row: SessionRow, names: Sequence[str]) -> None:
    """Offer to change note, tags and day of a session; ``names`` are all tags that are used."""
    with st.form(f"form_{row.id}", border=False):
        day = st.date_input(text("desk.bring.day"), row.day, format=day_format(), key=f"day_{row.id}")
        tags = st.multiselect(
            text("desk.column.tags"),
            sorted({*names, *row.tags}),
            default=list(row.tags),
            accept_new_options=True,
            placeholder=text("desk.tag_hint"),
            key=f"tags_{row.id}",
        )
        note = st.text_area(text("desk.note"), row.note, key=f"session_note_{row.id}", max_chars=2000)
        if st.form_submit_button(text("desk.save"), type="primary"):
            with told():
                _save(who, library, row, tags, note)
                library.set_day(who, row.id, day)
                say(text("desk.saved"))
                st.rerun()


def _save(who: Person, library: Library, row: SessionRow, tags: Sequence[str], note: str) -> None:
    for tag in set(tags) - set(row.tags):
        library.tag(who, row.id, tag)
    for tag in set(row.tags) - set(tags):
        library.untag(who, row.id, tag)
    if note != row.note:
        library.set_note(who, row.id, note)


def _delete(who: Person, library: Library, row: SessionRow) -> None:
    sure = st.checkbox(text("desk.session.delete_sure"), key=f"sure_{row.id}")
    if st.button(text("desk.session.delete"), key=f"delete_{row.id}", disabled=not sure):
        with told():
            close_reviews(row.id)
            library.delete_session(who, row.id)
            say(text("desk.session.deleted"))
            st.rerun()
