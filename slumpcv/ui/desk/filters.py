"""What is searched for in the library: fields of the page, kept while somebody is elsewhere.

What is searched for may name a patient, so it is kept in the session of the page and in no address.
"""

from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from slumpcv.assess.wording import outcome_name
from slumpcv.language import text
from slumpcv.library.library import Query
from slumpcv.session import OutcomeCode
from slumpcv.terms import Side
from slumpcv.ui.dates import day_format
from slumpcv.ui.desk import rows
from slumpcv.ui.desk.patients import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slumpcv.library.library import Patient

KEPT = "searched_on_desk"
FIELD = "search_"  # in front of a field's key
STATUSES = ("new", "reviewed", "signed")
PAGE_ROWS = 25
# Shown as labels that can be taken away; search and status have fields in sight.
BEHIND = ("side", "outcome", "tag", "patient_id", "day_from", "day_to")
EMPTY = Query(limit=PAGE_ROWS)


def searched() -> Query:
    """Return what is searched for."""
    kept: Query = st.session_state.get(KEPT, EMPTY)
    return kept


def narrows(query: Query) -> bool:
    """Return whether a query leaves anything out."""
    return any(getattr(query, name) != getattr(EMPTY, name) for name in ("text", "status", *BEHIND))


def sort_by(name: str) -> None:
    """Sort by a column; by the same one a second time, the other way round."""
    query = searched()
    keep(sort=name, descending=not query.descending if query.sort == name else name == "day", offset=0)


def keep(**changes: Any) -> None:
    """Keep what is searched for now."""
    st.session_state[KEPT] = changed(searched(), **changes)


def clear(*names: str) -> None:
    """Take away some conditions."""
    keep(offset=0, **{name: getattr(EMPTY, name) for name in names})
    for name in names:
        st.session_state.pop(FIELD + name, None)


def show(known: Sequence[Patient], tags: Sequence[str]) -> None:
    """Show the fields, and the conditions that are in force behind them as labels.

    Parameters
    ----------
    known, tags : the patients and the tags that can be chosen.
    """
    patients = {one.id: name_of(one) for one in known}
    with st.container(horizontal=True, vertical_alignment="bottom", key="search"):
        st.text_input(
            text("desk.search"),
            placeholder=text("desk.search_hint"),
            icon=":material/search:",
            **_field("text"),
        )
        st.segmented_control(
            text("desk.column.status"),
            STATUSES,
            format_func=lambda status: text(f"desk.status.{status}"),
            **_field("status"),
        )
        with st.popover(text("desk.filter"), icon=":material/filter_list:"):
            _behind(patients, tags)
    _labels(patients)


def _behind(patients: dict[str, str], tags: Sequence[str]) -> None:
    _choice("side", get_args(Side), lambda side: text(f"ask.side.{side}"))
    _choice("outcome", get_args(OutcomeCode), outcome_name)
    _choice("tag", tags, str)
    _choice("patient_id", list(patients), lambda patient: patients.get(patient, ""))
    since, until = st.columns(2)
    for column, name in ((since, "day_from"), (until, "day_to")):
        column.date_input(text(f"desk.column.{name}"), format=day_format(), **_field(name))


def _choice(name: str, options: Sequence[str], words: Callable[[str], str]) -> None:
    st.selectbox(
        text(f"desk.column.{name}"),
        options,
        format_func=words,
        placeholder=text("desk.any"),
        **_field(name),
    )


def _field(name: str) -> dict[str, Any]:
    """Return a field's key, with what is searched for in it, and what to do once that changes."""
    key = FIELD + name
    if key not in st.session_state:  # Streamlit forgets what belongs to fields that are not shown
        st.session_state[key] = getattr(searched(), name)

    def changes() -> None:
        given = st.session_state[key]
        keep(offset=0, **{name: given if given is not None else getattr(EMPTY, name)})

    return {"key": key, "on_change": changes}


def _labels(patients: dict[str, str]) -> None:
    query = searched()
    in_force = [name for name in BEHIND if getattr(query, name) != getattr(EMPTY, name)]
    if not in_force:
        return
    with st.container(horizontal=True, key="conditions"):
        for name in in_force:
            words = f"{text(f'desk.column.{name}')}: {_words(name, getattr(query, name), patients)}"
            st.button(words, icon=":material/close:", key=f"without_{name}", on_click=clear, args=(name,))


def _words(name: str, value: Any, patients: dict[str, str]) -> str:
    match name:
        case "side":
            return text(f"ask.side.{value}")
        case "outcome":
            return outcome_name(value)
        case "patient_id":
            return patients.get(value, "")
        case "day_from" | "day_to":
            return rows.day(value)
    return str(value)
