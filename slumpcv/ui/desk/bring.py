"""Import: many bundles and clips at once, each with a line of its own until the library has it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from slumpcv.language import language, text
from slumpcv.terms import Side
from slumpcv.ui import bringing, state
from slumpcv.ui.components.bring import bring_list
from slumpcv.ui.dates import day_format
from slumpcv.ui.desk import guided, lines, paths, patients
from slumpcv.ui.desk.parts import by_itself, said, top
from slumpcv.ui.server import hub
from slumpcv.ui.server.bring import token_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.library.library import Library, Patient, Person
    from slumpcv.ui.server.incoming import Item

LOOK_AGAIN_S = 2.0


def show(who: Person, library: Library) -> None:
    """Show where files are dropped, and the list of those that came."""
    with top(text("desk.bring.title"), text("desk.bring.lead")):
        pass
    said()
    known = library.patients(who)
    bringing.go_on(who, hub.incoming().of(who.id))
    chosen = _for_all(who, library, known)
    moving = lines.moving(lines.shown(who, library))
    by_itself(lambda: _list(who, library, known, chosen, moving), LOOK_AGAIN_S if moving else None)
    guided.show(who, library, chosen["patient_id"], bool(paths.given("guided")))


def _for_all(who: Person, library: Library, known: Sequence[Patient]) -> dict[str, Any]:
    """Ask whose files these are, and of which leg and day, where nothing else is said for one."""
    ids = [patient.id for patient in known]
    given = paths.given("patient")
    # Streamlit takes no value for a field that has been shown already: a new patient waits for the next run.
    added = st.session_state.pop("bring_added", None)
    if added is not None or "bring_patient" not in st.session_state:
        wanted = added or given
        st.session_state.bring_patient = wanted if wanted in ids else None
    names = {patient.id: patients.name_of(patient) for patient in known}

    def remember() -> None:
        st.query_params["patient"] = st.session_state.bring_patient or ""

    def take_new(patient: Patient) -> None:
        st.session_state.bring_added = st.query_params["patient"] = patient.id
        st.rerun()

    with st.container(horizontal=True, vertical_alignment="bottom", key="for_all"):
        patient_id = st.selectbox(
            text("desk.bring.whose"),
            ids,
            format_func=lambda one: names.get(one, ""),
            placeholder=text("desk.bring.choose_patient"),
            key="bring_patient",
            on_change=remember,
        )
        patients.new_patient(who, library, take_new)
        side = st.segmented_control(
            text("desk.bring.side"),
            get_args(Side),
            format_func=lambda one: text(f"ask.side.{one}"),
            key="bring_side",
        )
        day = st.date_input(text("desk.bring.day"), date.today(), format=day_format(), key="bring_day")
    st.caption(f"{text('desk.bring.side_help')} {text('desk.bring.day_help')}")
    return {"patient_id": patient_id, "side": side, "day": day}


def _list(
    who: Person, library: Library, known: Sequence[Patient], chosen: dict[str, Any], moving: bool
) -> None:
    shown = lines.shown(who, library)
    if lines.moving(shown) != moving:
        st.rerun()
    url = f"/slumpcv/bring/{token_of(who.id, state.owner())}?language={language()}"
    done = bring_list([lines.line(one) for one in shown], [(p.id, patients.name_of(p)) for p in known], url)
    items = [one.item for one in shown]
    ready = [item for item in items if item.state == "ready"]
    belong = [item for item in ready if item.patient_id or chosen["patient_id"]]
    with st.container(horizontal=True, vertical_alignment="center", key="bring_buttons"):
        if st.button(
            text("desk.bring.take", count=len(belong)),
            type="primary",
            disabled=not belong,
            icon=":material/library_add:",
            key="take",
        ):
            bringing.take(who, belong, **chosen)
            st.rerun()
        over = [item.id for item in items if item.state == "brought"]
        if over and st.button(text("desk.bring.clear"), key="clear", icon=":material/playlist_remove:"):
            for item_id in over:
                hub.incoming().remove(item_id)
            st.rerun()
        if len(belong) < len(ready):
            st.caption(text("desk.bring.whose_first"))
    _follow(who, library, done)


def _follow(who: Person, library: Library, done: dict[str, Any] | None) -> None:
    if done is None:
        return
    if "go" in done:
        paths.go(**done["go"])
    item = hub.incoming().item(str(done.get("item")))
    if item is None or item.who != who.id:
        return
    match done.get("do"):
        case "again" if item.job_id:
            library.retry_job(who, item.job_id)
            hub.work().wake()
        case "again":
            bringing.again(item)
        case "remove":
            hub.incoming().remove(item.id)
    _choose(item, done.get("set") or {})
    st.rerun()


def _choose(item: Item, given: dict[str, str]) -> None:
    changes: dict[str, Any] = {}
    if "patient" in given:
        changes["patient_id"] = given["patient"] or None
    if given.get("side") in {"", *get_args(Side)}:
        changes["side"] = given["side"] or None
    if "day" in given:
        changes["day"] = given["day"] or None
    if changes:
        hub.incoming().change(item.id, **changes)
