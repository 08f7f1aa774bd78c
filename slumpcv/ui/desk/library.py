"""The library: all sessions, to search, filter, sort and open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from slumpcv.language import text
from slumpcv.ui.components.table import Sheet, table
from slumpcv.ui.desk import filters, guided, paths, patients, rows
from slumpcv.ui.desk.parts import said, top

if TYPE_CHECKING:
    from slumpcv.library.library import Library, Page, Person, Query


def show(who: Person, library: Library) -> None:
    """Show the library, or how to begin one."""
    known = library.patients(who)
    empty = not known and not filters.narrows(filters.searched())
    with top(text("desk.area.library")):
        patients.new_patient(who, library, lambda patient: paths.go("patient", patient=patient.id))
        if not empty and st.button(
            text("desk.bring_now"), type="primary", icon=":material/upload:", key="bring"
        ):
            paths.go("bring")
    said()
    if empty:
        _empty()
        return
    filters.show(known, sorted(library.tags(who)))
    query = filters.searched()
    page = library.search(who, query)
    if query.offset and not page.rows:  # what was on the last page is gone
        filters.keep(offset=0)
        st.rerun()
    if page.total:
        table(_sheet(query, page), _follow, key="sessions")
    else:
        _nothing(filters.narrows(query))


def _sheet(query: Query, page: Page) -> Sheet:
    return Sheet(
        rows.columns(),
        [rows.cells(row) for row in page.rows],
        query.sort,
        query.descending,
        query.offset,
        query.limit,
        page.total,
    )


def _follow(done: dict[str, Any]) -> None:
    if "go" in done:
        paths.lead(**done["go"])
    if done.get("sort") in rows.SORTS:
        filters.sort_by(done["sort"])
    if isinstance(done.get("offset"), int):
        filters.keep(offset=done["offset"])


def _empty() -> None:
    with st.container(border=True, key="empty"):
        st.subheader(text("desk.empty.title"), anchor=False)
        st.write(text("desk.empty.words"))
        with st.container(horizontal=True):
            if st.button(
                text("desk.empty.bring"), type="primary", icon=":material/upload:", key="empty_bring"
            ):
                paths.go("bring")
            count = len(guided.found())
            words = text("desk.empty.guided", count=count)
            if count and st.button(words, icon=":material/computer:", key="empty_guided"):
                paths.go("bring", guided="yes")


def _nothing(narrowed: bool) -> None:
    words = text("desk.nothing_found") if narrowed else text("desk.no_sessions")
    st.info(words, icon=":material/search_off:")
    if narrowed:
        names = ("text", "status", *filters.BEHIND)
        st.button(text("desk.show_all"), key="show_all", on_click=filters.clear, args=names)
