"""The log of who did what, for admins: filtered, and taken along as CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st
from babel.dates import format_datetime

from slumpcv.export.measurements import cell_of
from slumpcv.language import locale, text
from slumpcv.library.audit import AuditQuery
from slumpcv.library.terms import LOCAL, Source
from slumpcv.ui import access, shell
from slumpcv.ui.components.table import Cell, Column, Sheet, table
from slumpcv.ui.components.take import File, take
from slumpcv.ui.dates import day_format, zone
from slumpcv.ui.desk import paths, rows
from slumpcv.ui.login import login
from slumpcv.ui.server.review_words import action_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slumpcv.library.library import Library, Person, SessionRow
    from slumpcv.library.terms import AuditEntry

COLUMNS = ("at", "who", "role", "action", "patient", "session", "detail")
CSV_COLUMNS = ("id", "at", "who", "name", "role", "action", "patient_id", "session_id", "detail")
AT_ONCE = 50
SHOWN_DAYS = 7  # to begin with
# How the log writes down a signed version, and its checksum.
VERSION = re.compile(r"^(?:signed report, )?version (\d+)(.*)$")


def show(person: Person, library: Library) -> None:
    """Show what was done, newest first."""
    access.require("audit")
    shell.heading(text("access.audit.title"), text("access.audit.lead"))
    names = names_of(person, library)
    query = _filter(person, library, names)
    page = library.audit_entries(person, query)
    if not page.total:
        st.info(text("access.audit.none"), icon=":material/search_off:")
        return
    about = _about(person, library, page.entries)
    cells = [_cells(entry, names, about) for entry in page.entries]
    sheet = Sheet(_columns(), cells, "at", True, query.offset, AT_ONCE, page.total)
    table(sheet, _follow, key="audit")
    name = f"slumpcv-log-{date.today():%Y-%m-%d}.csv"
    csv_file = File(
        text("access.audit.csv"),
        name,
        lambda: as_csv(library.export_audit(person, query), names),
        icon="download",
    )
    take([csv_file], key="audit_csv")
    st.caption(text("access.audit.csv_note"))


@dataclass(frozen=True)
class About:
    """What entries are about, as far as it is still there: codes of patients, and sessions, by their ids."""

    codes: Mapping[str, str]
    sessions: Mapping[str, SessionRow]


def _about(person: Person, library: Library, entries: Sequence[AuditEntry]) -> About:
    patients = {entry.patient_id for entry in entries if entry.patient_id}
    ids = {entry.session_id for entry in entries if entry.session_id}
    return About(
        {one.id: one.code for one in library.patients(person)} if patients else {},
        library.sessions(person, ids) if ids else {},
    )


def names_of(person: Person, library: Library) -> dict[str, str]:
    """Return what people are called, by the ids that the log has of them."""
    here = {LOCAL.id: library.named(LOCAL).name or text("access.audit.here")}
    if login() is None:
        return here
    return here | {account.id: account.name for account in library.list_accounts(person) if account.name}


def as_csv(entries: Sequence[AuditEntry], names: Mapping[str, str]) -> bytes:
    """Return entries as a table that a spreadsheet reads; times are UTC."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for entry in entries:
        at = entry.at.isoformat(timespec="milliseconds")
        about = (entry.patient_id or "", entry.session_id or "", entry.detail)
        row = (entry.id, at, entry.who, names.get(entry.who, ""), entry.role, entry.action, *about)
        writer.writerow([cell_of(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _filter(person: Person, library: Library, names: Mapping[str, str]) -> AuditQuery:
    people, actions = library.audit_choices(person)
    today = datetime.now(zone()).date()
    with st.container(horizontal=True, vertical_alignment="bottom", key="audit_filter"):
        since = st.date_input(
            text("access.audit.from"),
            today - timedelta(days=SHOWN_DAYS),
            key="audit_from",
            format=day_format(),
            on_change=_first,
        )
        until = st.date_input(
            text("access.audit.to"), today, key="audit_to", format=day_format(), on_change=_first
        )
        who = st.selectbox(
            text("access.audit.who"),
            people,
            index=None,
            format_func=lambda one: names.get(one, one),
            placeholder=text("access.audit.any"),
            key="audit_who",
            on_change=_first,
        )
        action = st.selectbox(
            text("access.audit.action"),
            actions,
            index=None,
            format_func=_action,
            placeholder=text("access.audit.any"),
            key="audit_action",
            on_change=_first,
        )
    offset = st.session_state.get("audit_offset", 0)
    return AuditQuery(_midnight(since), _midnight(until + timedelta(days=1)), who, action, offset, AT_ONCE)


def _first() -> None:
    st.session_state.audit_offset = 0


def _follow(done: dict[str, Any]) -> None:
    if "go" in done:
        paths.lead(**done["go"])
    if isinstance(done.get("offset"), int):
        st.session_state.audit_offset = max(0, done["offset"])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def _columns() -> list[Column]:
    return [Column(name, text(f"access.audit.{name}"), sorts=False) for name in COLUMNS]


def _cells(entry: AuditEntry, names: Mapping[str, str], about: About) -> list[Cell]:
    at = format_datetime(entry.at, f"{rows.day_pattern()}, HH:mm:ss", tzinfo=zone(), locale=locale())
    words = (at, names.get(entry.who, entry.who), _role(entry.role), _action(entry.action))
    return [
        *map(Cell, words),
        _patient(entry.patient_id, about),
        _session(entry.session_id, about),
        Cell(_detail(entry, names)),
    ]


def _patient(patient_id: str | None, about: About) -> Cell:
    if not patient_id:
        return Cell("")
    if patient_id not in about.codes:
        return Cell(text("access.audit.no_patient"))
    to = {"at": "patient", "patient": patient_id}
    return Cell(about.codes[patient_id], go=to, href=paths.address(**to))


def _session(session_id: str | None, about: About) -> Cell:
    """Name a session as people know it; an id means nothing to anybody, and stays in the file."""
    if not session_id:
        return Cell("")
    row = about.sessions.get(session_id)
    if row is None:
        return Cell(text("access.audit.no_session"))
    to = {"at": "review", "session": session_id}
    said = ", ".join((row.code, rows.day(row.day), rows.side(row)))
    return Cell(said, go=to, href=paths.address(**to))


def _detail(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """Put into words what the log adds to what was done; what it has no words for stands as it is."""
    version = VERSION.search(entry.detail)
    if entry.action == "import" and entry.detail in get_args(Source):
        return text(f"access.detail.{entry.detail}")
    if entry.action == "set_status":
        return " → ".join(text(f"desk.status.{status}") for status in entry.detail.split(" to "))
    if entry.action == "correct":
        number, _, edit = entry.detail.partition(": ")
        return f"{number}: {action_name(edit)}"
    if version is not None:
        return text("access.detail.version", version=version[1]) + version[2]
    return " ".join(names.get(word, word) for word in entry.detail.split(" "))


def _action(action: str) -> str:
    """Name what was done; what has no name in the catalogue is shown as the log has it."""
    try:
        return text(f"access.action.{action}")
    except KeyError:
        return action


def _role(role: str) -> str:
    return text(f"access.accounts.role.{role}")
