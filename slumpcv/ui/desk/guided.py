"""Guided tests of this computer, which can be taken over into the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui.desk import rows
from slumpcv.ui.desk.parts import say, told
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from slumpcv.library.library import Library, Person
    from slumpcv.visits import Visit, VisitTest


@dataclass(frozen=True)
class Found:
    """One guided test that was analysed."""

    visit: Visit
    test: VisitTest

    @property
    def key(self) -> str:
        """Return what tells it from the others."""
        return f"{self.visit.id}/{self.test.number}"

    @property
    def words(self) -> str:
        """Return what it is called: its day and its leg."""
        leg = text(f"app.leg.{self.test.side}")
        return f"{rows.day(self.test.started_at.astimezone().date())} · {leg}"


def found() -> list[Found]:
    """Return the guided tests of this computer, newest first; samples are left out."""
    return [
        Found(visit, test)
        for visit in hub.visits().everybodys()
        if not visit.is_demo
        for test in visit.tests
        if test.analysed
    ]


def show(who: Person, library: Library, patient_id: str | None, opened: bool) -> None:
    """Offer the guided tests of this computer; nothing when there are none."""
    tests = {one.key: one for one in found()}
    if not tests:
        return
    title = text("desk.guided.title", count=len(tests))
    with st.expander(title, expanded=opened, icon=":material/computer:"):
        st.write(text("desk.guided.words"))
        chosen = st.multiselect(
            text("desk.guided.which"),
            list(tests),
            format_func=lambda key: tests[key].words,
            placeholder=text("desk.guided.none"),
            key="guided",
        )
        if st.button(
            text("desk.guided.take", count=len(chosen)),
            disabled=not (chosen and patient_id),
            key="take_guided",
        ):
            _take(who, library, patient_id or "", [tests[key] for key in chosen])
        if not patient_id:
            st.caption(text("desk.bring.whose_first"))


def _take(who: Person, library: Library, patient_id: str, chosen: list[Found]) -> None:
    from slumpcv.library.intake import bring

    new = 0
    with told():
        for one in chosen:
            folder = hub.visits().folder(one.visit, one.test)
            day = one.test.started_at.astimezone().date()
            new += not bring(library, who, folder, patient_id, one.test.side, day).already
        say(text("desk.guided.taken", count=new, known=len(chosen) - new))
        del st.session_state["guided"]
        st.rerun()
