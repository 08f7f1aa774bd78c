"""The list of sessions: one statement over rows, whatever is asked for, and no file is opened."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, exists, func, select

from slumpcv.library.models import PatientTable, SessionTable, TagTable, VisitTable
from slumpcv.library.terms import Page, Query, SessionRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping, Select

MOST_ROWS = 1000
OUTCOME = func.coalesce(SessionTable.corrected_outcome, SessionTable.outcome)
SORTED_BY: dict[str, Any] = {
    "day": VisitTable.day,
    "code": func.lower(PatientTable.code),
    "side": SessionTable.side,
    "status": case({"new": 0, "reviewed": 1, "signed": 2}, value=SessionTable.status),
    "outcome": OUTCOME,
    "knee": func.coalesce(SessionTable.corrected_knee_deg, SessionTable.knee_deg),
    "head_lift": func.coalesce(SessionTable.corrected_head_lift_deg, SessionTable.head_lift_deg),
    "duration": SessionTable.duration_s,
    "created": SessionTable.created_at,
}
_ELSEWHERE = {
    "code": PatientTable.code,
    "initials": PatientTable.initials,
    "label": PatientTable.label,
    "day": VisitTable.day,
    "visit_note": VisitTable.note,
}
_COLUMNS = [
    _ELSEWHERE[f.name].label(f.name) if f.name in _ELSEWHERE else getattr(SessionTable, f.name)
    for f in fields(SessionRow)
    if f.name != "tags"
]
# What a therapist notes is not for the patient's eyes.
_WITHHELD: dict[str, Any] = {"label": "", "visit_note": "", "note": "", "tags": ()}


def search(connection: Connection, query: Query, only_patient: str | None) -> Page:
    """Return the sessions that a query asks for.

    Parameters
    ----------
    connection : of a transaction.
    query : what to list.
    only_patient : the one patient whose sessions whoever asks may see; None for all.
    """
    wanted = [SessionTable.deleted_at.is_(None), *_conditions(query, only_patient is not None)]
    if only_patient is not None:
        wanted.append(SessionTable.patient_id == only_patient)
    key = SORTED_BY[query.sort]
    order = (key.is_(None), key.desc() if query.descending else key.asc(), SessionTable.created_at.desc())
    found = _joined(_COLUMNS).where(*wanted).order_by(*order, SessionTable.id)
    limited = found.offset(max(query.offset, 0)).limit(min(max(query.limit, 0), MOST_ROWS))
    rows = connection.execute(limited).mappings().all()
    total = connection.scalar(_joined([func.count()]).where(*wanted)) or 0
    return Page(with_tags(connection, rows, only_patient is not None), total)


def find(connection: Connection, session_id: str, withheld: bool = False) -> SessionRow | None:
    """Return one session as the list shows it; None when there is none."""
    return next(iter(_found(connection, [SessionTable.id == session_id], withheld)), None)


def find_all(
    connection: Connection, session_ids: Iterable[str], only_patient: str | None
) -> tuple[SessionRow, ...]:
    """Return those of some sessions that are still there; see `search` for ``only_patient``."""
    wanted: list[ColumnElement[bool]] = [SessionTable.id.in_(list(session_ids))]
    if only_patient is not None:
        wanted.append(SessionTable.patient_id == only_patient)
    return _found(connection, wanted, only_patient is not None)


def _found(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], withheld: bool
) -> tuple[SessionRow, ...]:
    found = _joined(_COLUMNS).where(SessionTable.deleted_at.is_(None), *wanted)
    return with_tags(connection, connection.execute(found).mappings().all(), withheld)


def with_tags(connection: Connection, rows: list[RowMapping] | Any, withheld: bool) -> tuple[SessionRow, ...]:
    """Return rows with their tags; those of a patient without what is the therapist's own."""
    if withheld:
        return tuple(SessionRow(**{**row, **_WITHHELD}) for row in rows)
    tags: dict[str, list[str]] = {row["id"]: [] for row in rows}
    named = select(TagTable).where(TagTable.session_id.in_(tags)).order_by(TagTable.name)
    for tag in connection.execute(named).mappings() if tags else ():
        tags[tag["session_id"]].append(tag["name"])
    return tuple(SessionRow(**row, tags=tuple(tags[row["id"]])) for row in rows)


def _joined(columns: list[Any]) -> Select[Any]:
    joined = select(*columns).select_from(SessionTable)
    joined = joined.join(VisitTable, VisitTable.id == SessionTable.visit_id)
    return joined.join(PatientTable, PatientTable.id == SessionTable.patient_id)


def _conditions(query: Query, withheld: bool) -> list[ColumnElement[bool]]:
    wanted = [column == value for value, column in _exact(query) if value is not None]
    if query.day_from is not None:
        wanted.append(VisitTable.day >= query.day_from)
    if query.day_to is not None:
        wanted.append(VisitTable.day <= query.day_to)
    if query.tag is not None and not withheld:
        wanted.append(_tagged(TagTable.name == query.tag))
    return wanted + [_mentions(word, withheld) for word in query.text.lower().split()]


def _exact(query: Query) -> list[tuple[str | None, Any]]:
    return [
        (query.side, SessionTable.side),
        (query.status, SessionTable.status),
        (query.outcome, OUTCOME),
        (query.patient_id, SessionTable.patient_id),
    ]


def _tagged(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(TagTable.session_id == SessionTable.id, which)


def _mentions(word: str, withheld: bool) -> ColumnElement[bool]:
    texts: ColumnElement[str] = PatientTable.code + " " + PatientTable.initials
    if withheld:
        return func.lower(texts).contains(word, autoescape=True)
    for more in (PatientTable.label, SessionTable.note, VisitTable.note):
        texts = texts + " " + more
    tag = _tagged(func.lower(TagTable.name).contains(word, autoescape=True))
    return func.lower(texts).contains(word, autoescape=True) | tag
