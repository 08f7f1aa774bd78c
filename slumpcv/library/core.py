"""What all parts of the library share: database, files, and the ways in that check who asks."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from slumpcv.library.access import check
from slumpcv.library.models import AuditTable, PatientTable, SessionTable
from slumpcv.library.terms import NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, RowMapping

    from slumpcv.library.access import Action
    from slumpcv.library.database import Database
    from slumpcv.library.presence import Presence
    from slumpcv.library.store import Store
    from slumpcv.library.terms import Person

# Pages run again with every click, and a player asks for a clip in many parts: within this time it is
# one and the same view in the audit log. [E]
SAME_VIEW_S = 600.0


def new_id() -> str:
    """Return a name that nobody can guess, and that no program takes for an option or a hidden file."""
    while not (name := secrets.token_urlsafe(16))[0].isalnum():
        pass
    return name


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def write_audit(
    connection: Connection,
    who: Person,
    action: str,
    patient_id: str | None = None,
    session_id: str | None = None,
    detail: str = "",
) -> None:
    """Write who did what into the audit log; ``detail`` names nobody."""
    entry = {"at": now(), "who": who.id, "role": who.role, "action": action, "detail": detail}
    connection.execute(insert(AuditTable).values(**entry, patient_id=patient_id, session_id=session_id))


class Core:
    """The library's parts, without anything that can be done with them.

    Parameters
    ----------
    database : its rows.
    store : its files.
    presence : this process.
    data : folder for what belongs to this computer only.
    """

    def __init__(self, database: Database, store: Store, presence: Presence, data: Path) -> None:
        self.database = database
        self.store = store
        self.presence = presence
        self.data = data
        self._seen: dict[tuple[str, str, str | None], float] = {}
        self._seeing = threading.Lock()

    def _session(
        self, connection: Connection, who: Person, action: Action, session_id: str, *, lock: bool = False
    ) -> RowMapping:
        """Return a session's row, kept from others until the end of the transaction if so wished."""
        row = _row(connection, SessionTable, session_id, lock)
        if row is None:
            raise NotFound("session")
        check(who, action, row["patient_id"])
        return row

    def _patient(
        self, connection: Connection, who: Person, action: Action, patient_id: str, *, lock: bool = False
    ) -> RowMapping:
        """Return a patient's row, as `_session` does."""
        row = _row(connection, PatientTable, patient_id, lock)
        if row is None:
            raise NotFound("patient")
        check(who, action, patient_id, "patient")
        return row

    def _note(
        self,
        connection: Connection,
        who: Person,
        action: str,
        patient_id: str | None = None,
        session_id: str | None = None,
        detail: str = "",
    ) -> None:
        """Write who did what into the audit log, in the transaction in which it is done."""
        write_audit(connection, who, action, patient_id, session_id, detail)

    def _note_view(
        self, who: Person, action: str, patient_id: str | None = None, session_id: str | None = None
    ) -> None:
        """Write that somebody looked at something, unless they have just begun to."""
        key, at_s = (who.id, action, session_id or patient_id), time.monotonic()
        with self._seeing:
            seen_s = self._seen.get(key)
        if seen_s is not None and at_s - seen_s < SAME_VIEW_S:
            return
        with self.database.writing() as connection:
            self._note(connection, who, action, patient_id, session_id)
        with self._seeing:
            self._seen = {key: s for key, s in self._seen.items() if at_s - s < SAME_VIEW_S} | {key: at_s}


def _row(
    connection: Connection, table: type[PatientTable | SessionTable], row_id: str, lock: bool
) -> RowMapping | None:
    """Return a row that was not deleted."""
    found = select(table).where(table.id == row_id, table.deleted_at.is_(None))
    return connection.execute(found.with_for_update() if lock else found).mappings().one_or_none()
