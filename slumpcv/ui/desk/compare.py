"""Two sessions side by side: played by phase, curves laid over each other, differences with their error."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import ascii_uppercase
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.compare import compare_sessions
from slumpcv.compare.steps import shared_steps
from slumpcv.language import language, text
from slumpcv.library.library import Query
from slumpcv.report.comparison_curves import curves_of_angles
from slumpcv.report.comparison_words import column_heads, comparison_title, explanations, shown_rows
from slumpcv.report.wording import short_phase_name
from slumpcv.review.history import current
from slumpcv.ui import plots, state
from slumpcv.ui.components.pair import Side, pair
from slumpcv.ui.desk import paths, patients, rows
from slumpcv.ui.desk.pair_curves import NAMES, overlaid
from slumpcv.ui.desk.parts import told, top
from slumpcv.ui.server.review import open_review
from slumpcv.ui.server.review_library import LibraryLedger
from slumpcv.ui.server.review_result import reviewed_analysis
from slumpcv.ui.server.review_source import FolderReview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.analysis import Analysis
    from slumpcv.compare import Comparison
    from slumpcv.compare.steps import SharedStep
    from slumpcv.library.library import Library, Person, SessionRow

MOST = 200  # sessions to choose from; more than any patient has [E]


@dataclass(frozen=True)
class Chosen:
    """One of the two: its letter in the table, its row, its result as it counts, the token of its clip."""

    letter: str
    row: SessionRow
    analysis: Analysis
    corrected: bool
    token: str

    @property
    def which(self) -> str:
        """Its day and leg."""
        leg = text(f"app.leg.{self.row.side}") if self.row.side else text("desk.no_side")
        return f"{rows.day(self.row.day)}, {leg}"

    @property
    def name(self) -> str:
        """What it is called on the page, with the letter that the table has for it."""
        return f"{self.letter} · {self.which}"


def show(who: Person, library: Library) -> None:
    """Let somebody choose two sessions of a patient, and show them side by side."""
    with top(text("pair.title"), text("pair.lead")):
        pass
    asked = [paths.given("a"), paths.given("b")]
    patient = paths.given("patient")
    if not patient and asked[0]:
        with told():  # one that is gone is said, and another can be chosen
            patient = library.session(who, asked[0]).patient_id
    found = _sessions(who, library, patient)
    if len(found) < 2:
        st.info(text("pair.too_few"), icon=":material/info:")
        return
    rows_chosen = _choose(found, asked)
    if rows_chosen is None:
        return
    chosen = zip(ascii_uppercase, rows_chosen, strict=False)
    first, second = (_read(who, library, letter, row) for letter, row in chosen)
    _players(first, second)
    _table(first, second)


def _sessions(who: Person, library: Library, patient: str) -> Sequence[SessionRow]:
    """Ask for the patient, and return their sessions, the newest first."""
    names = {one.id: patients.name_of(one) for one in library.patients(who)}
    order = sorted(names, key=names.__getitem__)
    chosen = st.selectbox(
        text("pair.patient"),
        order,
        index=order.index(patient) if patient in names else None,
        format_func=names.__getitem__,
        placeholder=text("desk.bring.choose_patient"),
        key="pair_patient",
    )
    if chosen is None:
        return ()
    return library.search(who, Query(patient_id=chosen, sort="day", limit=MOST)).rows


def _choose(found: Sequence[SessionRow], asked: Sequence[str]) -> tuple[SessionRow, SessionRow] | None:
    """Let somebody choose two of a patient's sessions; the latest two to begin with."""
    by_id = {row.id: row for row in found}
    ids = list(by_id)

    def said(session_id: str) -> str:
        row = by_id[session_id]
        return f"{rows.day(row.day)} · {rows.side(row)} · {rows.outcome(row)}"

    first_at, second_at = st.columns(2)
    chosen = []
    asks = ((first_at, text("pair.first")), (second_at, text("pair.second")))
    for number, (place, name) in enumerate(asks):
        wanted = asked[number] if asked[number] in by_id else ids[1 - number]
        with place:
            chosen.append(
                st.selectbox(name, ids, index=ids.index(wanted), format_func=said, key=f"pair_{number}")
            )
    if chosen[0] == chosen[1]:
        st.info(text("pair.same"), icon=":material/info:")
        return None
    return by_id[chosen[0]], by_id[chosen[1]]


def _read(who: Person, library: Library, letter: str, row: SessionRow) -> Chosen:
    folder, ledger = library.folder(who, row.id), LibraryLedger(library, who, row.id)
    edits = ledger.rows()
    analysis = reviewed_analysis(folder, edits, row.side)
    token = open_review(row.id, state.owner(), language(), FolderReview(folder, ledger, row.side))
    return Chosen(letter, row, analysis.corrected or analysis, current(edits).changes_result, token)


def _players(first: Chosen, second: Chosen) -> None:
    steps = shared_steps(first.analysis.session, second.analysis.session)
    if not steps:
        st.info(text("pair.no_steps"), icon=":material/info:")
        return
    clips = [
        Side(f"/slumpcv/review/{one.token}/video" if one.row.has_clip else None, _called(one))
        for one in (first, second)
    ]
    shown = [
        {"name": short_phase_name(step.phase), "first": step.first_s, "second": step.second_s}
        for step in steps
    ]
    pair(clips[0], clips[1], shown, key=f"pair-{first.row.id}-{second.row.id}")
    _curves(first, second, steps)


def _called(one: Chosen) -> str:
    used = text("pair.corrected") if one.corrected else text("pair.automatic")
    return f"{one.name} ({used})"


def _curves(first: Chosen, second: Chosen, steps: Sequence[SharedStep]) -> None:
    curves = [
        curves_of_angles(place, one.analysis.session, one.analysis.angles, NAMES)
        for place, one in enumerate((first, second))
    ]
    if not any(curves):
        return
    st.subheader(text("pair.curves"), anchor=False)
    phases = [step.phase for step in steps]
    chart = overlaid(curves, [first.name, second.name], phases, plots.colours())
    plots.show(chart, "pair_curves")


def _table(first: Chosen, second: Chosen) -> None:
    comparison = compare_sessions(
        [first.analysis.session, second.analysis.session], [rows.day(one.row.day) for one in (first, second)]
    )
    st.subheader(comparison_title(comparison), anchor=False)
    st.html(f'<div class="angles differences">{_rows(comparison, first, second)}</div>')
    for words in (*(remark.text for remark in comparison.remarks), *explanations(comparison)):
        st.caption(words)


def _rows(comparison: Comparison, first: Chosen, second: Chosen) -> str:
    below = ("", first.which, second.which, "")
    heads = "".join(
        f'<th scope="col">{escape(head)}{f"<br><small>{escape(which)}</small>" if which else ""}</th>'
        for head, which in zip(column_heads(comparison), below, strict=True)
    )
    lines = ""
    for row in shown_rows(comparison):
        (change, verdict), beyond = row.verdicts[0], row.beyond[0]
        said = f"{change}<br><small>{escape(verdict)}</small>" if change else escape(verdict)
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
        note = f"<br><small>{escape(row.note)}</small>" if row.note else ""
        lines += (
            f'<tr><th scope="row">{escape(row.title)}{note}</th>{cells}'
            f"<td>{f'<strong>{said}</strong>' if beyond else said}</td></tr>"
        )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
