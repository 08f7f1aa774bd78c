"""The log of who did what, as an admin reads it; nothing here changes or removes an entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from slumpcv.library.access import check
from slumpcv.library.core import Core
from slumpcv.library.models import AuditTable
from slumpcv.library.terms import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from slumpcv.library.terms import Person


@dataclass(frozen=True)
class AuditQuery:
    """What to list of the log, newest first: from ``since`` on and before ``until``; None is all."""

    since: datetime | None = None
    until: datetime | None = None
    who: str | None = None
    action: str | None = None
    offset: int = 0
    limit: int | None = 100


@dataclass(frozen=True)
class AuditPage:
    """Some of the entries that a query finds, and how many it finds in all."""

    entries: tuple[AuditEntry, ...]
    total: int


class Log(Core):
    """What can be done with the log."""

    def audit_entries(self, who: Person, query: AuditQuery) -> AuditPage:
        """Return what the log holds."""
        check(who, "audit")
        wanted = _wanted(query)
        found = select(AuditTable).where(*wanted).order_by(AuditTable.id.desc())
        found = found.offset(query.offset).limit(query.limit)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(AuditTable).where(*wanted)) or 0
            rows = connection.execute(found).mappings().all()
        self._note_view(who, "audit")
        return AuditPage(tuple(AuditEntry(**row) for row in rows), total)

    def export_audit(self, who: Person, query: AuditQuery) -> tuple[AuditEntry, ...]:
        """Return all that a query finds, for a file to take along, which is written down as well."""
        check(who, "audit")
        self.audit(who, "export_audit", detail=_said(query))
        return self.audit_entries(who, replace(query, offset=0, limit=None)).entries

    def audit_choices(self, who: Person) -> tuple[Sequence[str], Sequence[str]]:
        """Return who is in the log, and which actions are, both sorted."""
        check(who, "audit")
        with self.database.reading() as connection:
            people = connection.scalars(select(AuditTable.who).distinct()).all()
            actions = connection.scalars(select(AuditTable.action).distinct()).all()
        return sorted(people), sorted(actions)

    def audit(
        self,
        who: Person,
        action: str,
        *,
        patient_id: str | None = None,
        session_id: str | None = None,
        detail: str = "",
    ) -> None:
        """Write that somebody did something that no other method of the library does for them."""
        with self.database.writing() as connection:
            self._note(connection, who, action, patient_id, session_id, detail)


def _said(query: AuditQuery) -> str:
    chosen = {"since": query.since, "until": query.until, "who": query.who, "action": query.action}
    return ", ".join(f"{name} {value}" for name, value in chosen.items() if value is not None)


def _wanted(query: AuditQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if query.since is not None:
        wanted.append(AuditTable.at >= query.since)
    if query.until is not None:
        wanted.append(AuditTable.at < query.until)
    if query.who is not None:
        wanted.append(AuditTable.who == query.who)
    if query.action is not None:
        wanted.append(AuditTable.action == query.action)
    return wanted
