"""Sessions that were measured again: files and row change together, whatever ends the program.

New files go into a folder beside the old ones. One transaction changes the row and makes these files count;
then they take their places, which the next start finishes if it must (see ``pending``).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from slumpcv.library.access import check
from slumpcv.library.core import Core, new_id
from slumpcv.library.models import PatientTable, SessionTable
from slumpcv.library.pending import arriving
from slumpcv.library.terms import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slumpcv.library.terms import Person, Status
    from slumpcv.session import IsolationStatus, OutcomeCode
    from slumpcv.terms import Side

# Files that wait to take the places of others; a folder of its own for each time.
NEXT = "next"


@dataclass(frozen=True)
class Kept:
    """What the rows know of a session that may be measured again; fields as of `SessionRow`."""

    id: str
    code: str
    side: Side | None
    status: Status
    corrections: int
    corrected_outcome: OutcomeCode | None
    corrected_isolation: IsolationStatus | None
    corrected_knee_deg: float | None
    corrected_head_lift_deg: float | None


@dataclass(frozen=True)
class Replacement:
    """A session as it was measured again.

    Attributes
    ----------
    files : its result files.
    values : of its row.
    corrections : how many there were when what follows from them was found.
    detail : for the audit log.
    """

    files: Sequence[Path]
    values: dict[str, Any]
    corrections: int
    detail: str


class Replacing(Core):
    """What it takes to measure all sessions again."""

    def all_sessions(self, who: Person) -> tuple[Kept, ...]:
        """Return all sessions, the oldest first."""
        check(who, "reanalyze")
        columns = [
            getattr(PatientTable if field.name == "code" else SessionTable, field.name)
            for field in fields(Kept)
        ]
        joined = select(*columns).join(PatientTable, PatientTable.id == SessionTable.patient_id)
        found = joined.where(SessionTable.deleted_at.is_(None))
        found = found.order_by(SessionTable.created_at, SessionTable.id)
        with self.database.reading() as connection:
            return tuple(Kept(**row) for row in connection.execute(found).mappings())

    def replace_session(self, who: Person, session_id: str, new: Replacement) -> None:
        """Have a session that was measured again take the place of the old one; what people added stays.

        Raises
        ------
        NotFound
            When the session was deleted.
        Conflict
            When it was corrected or signed meanwhile: it then stays as it is.
        InputError
            When the files cannot be stored. Files that count by then are stored by the next start.
        """
        folder = f"{NEXT}/{new_id()}/"
        with self.database.reading() as connection:
            self._session(connection, who, "reanalyze", session_id)
        with arriving(self, session_id, folder) as arrival:
            for path in new.files:
                self.store.put(session_id, f"{folder}{path.name}", path)
            with self.database.writing() as connection:
                row = self._session(connection, who, "reanalyze", session_id, lock=True)
                if row["status"] == "signed" or row["corrections"] != new.corrections:
                    raise Conflict
                arrival.settle_folder(connection)
                connection.execute(
                    update(SessionTable).where(SessionTable.id == session_id).values(**new.values)
                )
                self._note(connection, who, "reanalyze", row["patient_id"], session_id, new.detail)
