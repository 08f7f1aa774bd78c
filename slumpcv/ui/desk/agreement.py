"""Two raters: each rates sessions blind, then the page says how well they agree."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import language, text
from slumpcv.library.library import Query
from slumpcv.review.agree import Rated, agree
from slumpcv.review.apply import answers_in, apply
from slumpcv.review.corrections import read_corrections
from slumpcv.ui import state
from slumpcv.ui.components.player import AFTER
from slumpcv.ui.desk import agreement_tables, paths, patients, rows
from slumpcv.ui.desk.parts import said, say, told, top
from slumpcv.ui.desk.review import show_player
from slumpcv.ui.server.rating import RatingLedger
from slumpcv.ui.server.review import open_review
from slumpcv.ui.server.review_result import reviewed_analysis
from slumpcv.ui.server.review_source import FolderReview

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slumpcv.library.library import Library, Person, SessionRow
    from slumpcv.library.terms import Rating

RATER, LEDGER = "rater", "rating_ledger"
MOST = 500  # sessions to choose from; a study of agreement has some dozens [E]


def show(who: Person, library: Library) -> None:
    """Show one session to be rated, or who rated what and how well two raters agree."""
    rater = str(st.session_state.get(RATER) or who.name or "")
    if paths.given("session") and rater:
        _rate(who, library, paths.given("session"), rater)
        return
    with top(text("agreement.title"), text("agreement.lead")):
        pass
    said()
    _begin(who, library, rater)
    _result(who, library)


def _begin(who: Person, library: Library, rater: str) -> None:
    st.subheader(text("agreement.rate.title"), anchor=False)
    name = st.text_input(text("agreement.rater"), rater, max_chars=60, key="rater_name").strip()
    found = {row.id: row for row in library.search(who, Query(limit=MOST)).rows}
    if not found:
        st.info(text("agreement.no_sessions"), icon=":material/info:")
        return
    mine = {rating.session_id for rating in library.ratings(who) if rating.rater == name}

    def words(session_id: str) -> str:
        row = found[session_id]
        done = f" · {text('agreement.rated')}" if session_id in mine else ""
        return f"{patients.name_of(row)} · {rows.day(row.day)} · {rows.side(row)}{done}"

    left = next((at for at, session_id in enumerate(found) if session_id not in mine), 0)
    chosen = st.selectbox(text("agreement.which"), list(found), left, format_func=words, key="to_rate")
    if st.button(text("agreement.rate.open"), type="primary", key="rate"):
        with told():
            if not name:
                raise InputError(text("agreement.unnamed"), text("agreement.unnamed_fix"))
            st.session_state[RATER] = name
            paths.go("agreement", session=chosen)


def _rate(who: Person, library: Library, session_id: str, rater: str) -> None:
    try:
        row = library.session(who, session_id)
    except InputError as error:
        st.error(text("app.problem", problem=error.problem, fix=error.fix), icon=":material/error:")
        if st.button(text("agreement.back"), icon=":material/arrow_back:", key="rating_back"):
            paths.go("agreement")
        return
    with top(_named(row), text("agreement.blind", rater=rater)):
        if st.button(text("agreement.back"), icon=":material/arrow_back:", key="rating_back"):
            paths.go("agreement")
    ledger = _ledger(who, library, session_id, rater)
    folder = library.folder(who, session_id)
    source = FolderReview(folder, ledger, row.side)
    show_player(open_review(f"{session_id} {rater}", state.owner(), language(), source))
    with st.container(key=AFTER):
        done = st.button(text("agreement.done"), type="primary", key="rating_done", icon=":material/done:")
    if done:
        with told():
            ledger.keep(ledger.state, source.data().corrected.session)
            say(text("agreement.kept"))
            paths.go("agreement")


def _named(row: SessionRow) -> str:
    return f"{patients.name_of(row)} · {rows.side(row)} · {rows.day(row.day)}"


def _ledger(who: Person, library: Library, session_id: str, rater: str) -> RatingLedger:
    """Return the same ledger for all runs of the page: it holds what can be undone."""
    kept = st.session_state.get(LEDGER)
    if kept is None or kept[0] != (session_id, rater):
        kept = (session_id, rater), RatingLedger(library, who, session_id, rater)
        st.session_state[LEDGER] = kept
    ledger: RatingLedger = kept[1]
    return ledger


def _result(who: Person, library: Library) -> None:
    by_rater: dict[str, dict[str, Rating]] = defaultdict(dict)
    for rating in library.ratings(who):
        by_rater[rating.rater][rating.session_id] = rating
    st.subheader(text("agreement.result.title"), anchor=False)
    names = sorted(by_rater)
    if len(names) < 2:
        st.info(text("agreement.one_rater"), icon=":material/info:")
        return
    left, right = st.columns(2)
    count = _count(by_rater)
    first = left.selectbox(text("agreement.first"), names, index=0, format_func=count, key="rater_a")
    second = right.selectbox(text("agreement.second"), names, index=1, format_func=count, key="rater_b")
    shared = sorted(by_rater[first].keys() & by_rater[second].keys())
    if first == second or not shared:
        st.info(text("agreement.none_shared"), icon=":material/info:")
        return
    with st.spinner(text("agreement.counting")):
        pairs = [
            (
                _rated(who, library, by_rater[first][session_id]),
                _rated(who, library, by_rater[second][session_id]),
            )
            for session_id in shared
        ]
        found = agree(pairs, (first, second))
    agreement_tables.show(found, pairs)


def _count(by_rater: Mapping[str, Mapping[str, Rating]]) -> Callable[[str], str]:
    return lambda name: text("agreement.count", rater=name, count=len(by_rater[name]))


def _rated(who: Person, library: Library, rating: Rating) -> Rated:
    """Return a session as its rater sees it."""
    row = library.session(who, rating.session_id)
    analysis = reviewed_analysis(library.folder(who, rating.session_id), (), row.side)
    corrections = read_corrections(dict(rating.state))
    return Rated(apply(analysis, corrections, answers_in(analysis.session)).session, rating.outcome)
