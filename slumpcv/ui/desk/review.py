"""The review of one session: the player with what follows from each correction, and how it is finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import language, text
from slumpcv.ui import access, state
from slumpcv.ui.components.player import AFTER, player
from slumpcv.ui.desk import finishing, paths, patients, rows, visits
from slumpcv.ui.desk.parts import said, told, top
from slumpcv.ui.server.review import open_review, seat_of
from slumpcv.ui.server.review_library import LibraryLedger
from slumpcv.ui.server.review_source import FolderReview

if TYPE_CHECKING:
    from slumpcv.library.library import Library, Person, SessionRow


def show(who: Person, library: Library) -> None:
    """Show the session in the address."""
    try:
        row = library.session(who, paths.given("session"))
    except InputError as error:
        st.error(text("app.problem", problem=error.problem, fix=error.fix), icon=":material/error:")
        if st.button(text("desk.to_library"), icon=":material/arrow_back:", key="to_library"):
            paths.go(paths.HOME)
        return
    with top(_name(row), rows.outcome(row)):
        _actions(who, library, row)
    said()
    ledger = LibraryLedger(library, who, row.id)
    source = FolderReview(library.folder(who, row.id), ledger, row.side)
    owner = access.owner() or state.owner()
    show_player(open_review(row.id, owner, language(), source))
    with st.container(key=AFTER):
        finishing.show(who, library, row, ledger)


def show_player(token: str) -> None:
    """Show the review that a token leads to, in a page that is as wide as the window.

    Parameters
    ----------
    token : of `slumpcv.ui.server.review.open_review`.

    Raises
    ------
    InputError
        When there is no such review, or it is another browser's.
    """
    if seat_of(token, state.owner()) is None:
        raise InputError(text("player.gone"), text("player.gone_fix"))
    with st.container(key="review"):
        player(token, key=f"review-{token}")


def _name(row: SessionRow) -> str:
    leg = text(f"app.leg.{row.side}") if row.side else text("desk.no_side")
    return f"{patients.name_of(row)} · {leg} · {rows.day(row.day)}"


def _actions(who: Person, library: Library, row: SessionRow) -> None:
    if st.button(text("finish.patient"), icon=":material/person:", key="to_patient"):
        paths.go("patient", patient=row.patient_id)
    with st.popover(text("desk.edit"), icon=":material/edit:", key="more"), told():
        visits.note_and_tags(who, library, row, list(library.tags(who)))
