"""Sessions: finding, opening, noting, deleting, and taking in new ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from sqlalchemy import delete, func, insert, select, update

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.library.access import whose
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.models import JobTable, SessionTable, TagTable, VisitTable
from slumpcv.library.patients import LONGEST_NOTE, LONGEST_TEXT, check_length
from slumpcv.library.pending import arriving
from slumpcv.library.removal import drop_empty_visit, finish_removals, mark_sessions
from slumpcv.library.search import find, find_all, search
from slumpcv.library.terms import Brought, NotFound, Page, Query, SessionRow, Source, Status

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from slumpcv.library.terms import Person


@dataclass(frozen=True)
class NewSession:
    """What a session's row begins with; ``facts`` is what its result says."""

    patient_id: str
    digest: str
    source: Source
    facts: dict[str, Any]
    day: date | None = None
    recorded_at: datetime | None = None
    has_clip: bool = False
    id: str = field(default_factory=new_id)


class Sessions(Core):
    """What can be done with sessions as a whole."""

    def search(self, who: Person, query: Query) -> Page:
        """Return the sessions that a query asks for, among those that somebody may see."""
        only = whose(who, "list")
        with self.database.reading() as connection:
            page = search(connection, query, only)
        self._note_view(who, "list")
        return page

    def sessions(self, who: Person, session_ids: Collection[str]) -> dict[str, SessionRow]:
        """Return those of some sessions that are still there and that somebody may see, by their ids."""
        only = whose(who, "list")
        with self.database.reading() as connection:
            found = find_all(connection, session_ids, only)
        self._note_view(who, "list")
        return {row.id: row for row in found}

    def session(self, who: Person, session_id: str) -> SessionRow:
        """Return one session, and note the view in the audit log.

        Raises
        ------
        NotFound
            When there is none that this person may see.
        """
        with self.database.reading() as connection:
            row = self._session(connection, who, "view", session_id)
            found = find(connection, session_id, who.role == "patient")
        if found is None:
            raise NotFound("session")
        self._note_view(who, "view", row["patient_id"], session_id)
        return found

    def folder(self, who: Person, session_id: str) -> Path:
        """Return a folder on this computer with all files of a session; only to be read.

        Raises
        ------
        NotFound
            When there is no session that this person may see.
        InputError
            When the file storage cannot be reached.
        """
        with self.database.reading() as connection:
            row = self._session(connection, who, "view", session_id)
        self._note_view(who, "view", row["patient_id"], session_id)
        return self.store.folder(session_id)

    def set_status(self, who: Person, session_id: str, status: Status) -> None:
        """Say that a session is new or reviewed; only `sign` makes it signed.

        Raises
        ------
        InputError
            When it is to be signed this way, or a signed one to become new.
        """
        if status not in get_args(Status) or status == "signed":
            raise InputError(later("library.sign_first"), later("library.fix.sign"))
        with self.database.writing() as connection:
            row = self._session(connection, who, "set_status", session_id, lock=True)
            if row["status"] == status:
                return
            _change(connection, session_id, status=status)
            detail = f"{row['status']} to {status}"
            self._note(connection, who, "set_status", row["patient_id"], session_id, detail)

    def set_note(self, who: Person, session_id: str, note: str) -> None:
        """Write a note about a session, in place of the one it had."""
        check_length("note", note, LONGEST_NOTE)
        with self.database.writing() as connection:
            row = self._session(connection, who, "note", session_id, lock=True)
            _change(connection, session_id, note=note)
            self._note(connection, who, "note", row["patient_id"], session_id)

    def set_day(self, who: Person, session_id: str, day: date) -> None:
        """Say that a session was made on another day: it goes to that day's visit, made if there is none.

        A visit that then holds nothing is removed.
        """
        with self.database.writing() as connection:
            patient_id = self._session(connection, who, "note", session_id)["patient_id"]
            self._patient(connection, who, "note", patient_id, lock=True)
            before = self._session(connection, who, "note", session_id, lock=True)["visit_id"]
            visit_id = _visit_on(connection, patient_id, day)
            if visit_id == before:
                return
            _change(connection, session_id, visit_id=visit_id)
            drop_empty_visit(connection, before)
            self._note(connection, who, "set_day", patient_id, session_id)

    def tag(self, who: Person, session_id: str, name: str) -> None:
        """Give a session a tag, unless it has it already.

        Raises
        ------
        InputError
            When the tag is empty or too long.
        """
        name = name.strip()
        if not name:
            raise InputError(later("library.tag.empty"), later("library.fix.write"))
        check_length("tag", name, LONGEST_TEXT)
        with self.database.writing() as connection:
            row = self._session(connection, who, "tag", session_id, lock=True)
            has = select(TagTable).where(TagTable.session_id == session_id, TagTable.name == name)
            if connection.execute(has).first() is None:
                connection.execute(insert(TagTable).values(session_id=session_id, name=name))
                self._note(connection, who, "tag", row["patient_id"], session_id)

    def untag(self, who: Person, session_id: str, name: str) -> None:
        """Take a tag away from a session, if it has it."""
        with self.database.writing() as connection:
            row = self._session(connection, who, "tag", session_id, lock=True)
            named = (TagTable.session_id == session_id, TagTable.name == name)
            if connection.execute(delete(TagTable).where(*named)).rowcount:
                self._note(connection, who, "untag", row["patient_id"], session_id)

    def tags(self, who: Person) -> dict[str, int]:
        """Return all tags in use, with how many sessions have each."""
        if whose(who, "list") is not None:
            return {}
        joined = select(TagTable.name, func.count()).join(
            SessionTable, (SessionTable.id == TagTable.session_id) & SessionTable.deleted_at.is_(None)
        )
        with self.database.reading() as connection:
            found = connection.execute(joined.group_by(TagTable.name).order_by(TagTable.name))
            return {name: count for name, count in found}

    def delete_session(self, who: Person, session_id: str) -> None:
        """Delete a session with its files and everything that was added to it.

        Raises
        ------
        InputError
            When files cannot be removed now. Nobody sees the session any more all the same, and the
            next start tries again.
        """
        with self.database.writing() as connection:
            row = self._session(connection, who, "delete", session_id, lock=True)
            mark_sessions(connection, SessionTable.id == session_id)
            self._note(connection, who, "delete", row["patient_id"], session_id)
        finish_removals(self)

    def known(self, who: Person, patient_id: str, digest: str) -> Brought | None:
        """Return what became of something that was brought before; None when it was not.

        Raises
        ------
        NotFound
            When there is no such patient.
        """
        with self.database.reading() as connection:
            self._patient(connection, who, "import", patient_id)
            return known_already(connection, patient_id, digest)

    def add_session(self, who: Person, files: Path, new: NewSession) -> Brought:
        """Take a session in: its files first, then its row, so that there is never half of it.

        Parameters
        ----------
        who : the person who acts.
        files : a folder with the session's files, made by ``staging``; it is moved away.
        new : what the row says.

        Raises
        ------
        InputError
            When the patient is not there, or the files cannot be stored. Nothing is added then.
        """
        known = self.known(who, new.patient_id, new.digest)
        if known is not None:
            return known
        with arriving(self, new.id) as arrival:
            self.store.put_all(new.id, files)
            with self.database.writing() as connection:
                self._patient(connection, who, "import", new.patient_id, lock=True)
                known = known_already(connection, new.patient_id, new.digest)
                if known is None:
                    arrival.settle(connection)
                    insert_session(connection, new)
                    self._note(connection, who, "import", new.patient_id, new.id, new.source)
        return known or Brought(new.id, None)


def known_already(connection: Connection, patient_id: str, digest: str) -> Brought | None:
    """Return what became of the same result, or clip, when it was brought before; None when it was not.

    Only while the patient's row is locked nobody can bring it at the same time.
    """
    same = (SessionTable.patient_id == patient_id, SessionTable.digest == digest)
    session_id = connection.scalar(select(SessionTable.id).where(*same, SessionTable.deleted_at.is_(None)))
    if session_id is not None:
        return Brought(session_id, None, already=True)
    waiting = (JobTable.patient_id == patient_id, JobTable.digest == digest, JobTable.state != "done")
    job_id = connection.scalar(select(JobTable.id).where(*waiting))
    return None if job_id is None else Brought(None, job_id, already=True)


def insert_session(connection: Connection, new: NewSession) -> None:
    """Insert a session's row, and that of the visit unless there is one on that day."""
    day = new.day or (new.recorded_at or now()).astimezone().date()
    visit_id = _visit_on(connection, new.patient_id, day)
    values: dict[str, Any] = {
        "id": new.id,
        "patient_id": new.patient_id,
        "visit_id": visit_id,
        "status": "new",
        "corrections": 0,
        "note": "",
        "recorded_at": new.recorded_at,
        "created_at": now(),
        "digest": new.digest,
        "source": new.source,
        "has_clip": new.has_clip,
        **new.facts,
    }
    connection.execute(insert(SessionTable).values(**values))


def _visit_on(connection: Connection, patient_id: str, day: date) -> str:
    """Return the visit of a day; it is made where there is none."""
    same = (VisitTable.patient_id == patient_id, VisitTable.day == day)
    visit_id = connection.scalar(select(VisitTable.id).where(*same))
    if visit_id is None:
        visit_id = new_id()
        visit = {"id": visit_id, "patient_id": patient_id, "day": day, "note": ""}
        connection.execute(insert(VisitTable).values(**visit))
    return str(visit_id)


def _change(connection: Connection, session_id: str, **values: object) -> None:
    connection.execute(update(SessionTable).where(SessionTable.id == session_id).values(**values))
