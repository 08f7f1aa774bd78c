"""Files that no row speaks for yet: written down before they are written, swept when their writer is gone.

A write goes: pending row, files, then in one transaction the rows that the files belong to and the
end of the pending row. Wherever it is cut off, either all of it counts, or the pending row tells the
next start what to remove.

Files that take the place of others go into a folder first. The transaction then makes the pending row say
that they count, and only that row's end waits for them to be in their places, in this process or the next.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from slumpcv.errors import InputError
from slumpcv.export.bundle import VIDEO_NAME
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.models import PendingTable, SessionTable
from slumpcv.library.removal import LEASE, finish_removals
from slumpcv.library.store import staging, sweep_scratch
from slumpcv.library.terms import Conflict
from slumpcv.session_file import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, RowMapping

COUNTS = "*"
"""After the name of a folder in a pending row: its files count, and are on their way to their places."""
STALE = VIDEO_NAME
"""What shows the old result and is not made again: a video with drawings."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrival:
    """Files on their way: one, those of a folder (``next/``), or all of a session (an empty ``artefact``)."""

    id: str
    session_id: str
    artefact: str
    worker: str

    def settle(self, connection: Connection) -> None:
        """End the arrival, in the transaction that writes the rows which the files belong to.

        Raises
        ------
        Conflict
            When the arrival was given up meanwhile, and its files removed.
        """
        if connection.execute(delete(PendingTable).where(*self._mine())).rowcount != 1:
            raise Conflict

    def settle_folder(self, connection: Connection) -> None:
        """Have a folder's files count: on leaving `arriving` they take the places of those of their names.

        Raises: as `settle`.
        """
        counts = update(PendingTable).where(*self._mine()).values(artefact=self.artefact + COUNTS)
        if connection.execute(counts).rowcount != 1:
            raise Conflict

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return PendingTable.id == self.id, PendingTable.worker == self.worker


@contextmanager
def arriving(core: Core, session_id: str, artefact: str = "") -> Iterator[Arrival]:
    """Announce files; on leaving, they are removed again unless the arrival was settled.

    Parameters
    ----------
    core : the library.
    session_id : whose files.
    artefact : the one file's name, or that of a folder with a ``/`` after it; empty for all of a new session.
    """
    with _announced(core, [Arrival(new_id(), session_id, artefact, core.presence.worker)]) as arrivals:
        yield arrivals[0]


@contextmanager
def arriving_all(core: Core, session_ids: list[str]) -> Iterator[list[Arrival]]:
    """Announce the files of many new sessions at once, as `arriving` does those of one."""
    worker = core.presence.worker
    with _announced(core, [Arrival(new_id(), session_id, "", worker) for session_id in session_ids]) as all_:
        yield all_


@contextmanager
def _announced(core: Core, arrivals: list[Arrival]) -> Iterator[list[Arrival]]:
    with core.database.writing() as connection:
        for arrival in arrivals:
            _write_down(connection, arrival)
    try:
        yield arrivals
    finally:
        for arrival in _unsettled(core, arrivals):
            _end(core, arrival)


def _write_down(connection: Connection, arrival: Arrival) -> None:
    """Insert the row of an arrival."""
    values = {"id": arrival.id, "session_id": arrival.session_id, "artefact": arrival.artefact}
    lease = {"worker": arrival.worker, "leased_until": now() + LEASE}
    connection.execute(insert(PendingTable).values(**values, **lease))


def sweep(core: Core) -> None:
    """Remove what the ends of other processes left, and finish what they had decided.

    What cannot be removed now, as when the file storage does not answer, waits for the next start.
    """
    try:
        for arrival in _left_behind(core):
            _take_over(core, arrival)
        finish_removals(core)
    except InputError as error:
        _log.warning("unfinished files of the library were not removed: %s", error)
    sweep_scratch(core.store, core.presence)
    core.presence.forget_gone()


def _left_behind(core: Core) -> list[Arrival]:
    with core.database.reading() as connection:
        rows = connection.execute(select(PendingTable)).mappings().all()
    gone = {worker: core.presence.is_gone(worker) for worker in {row["worker"] for row in rows}}
    return [
        _arrival(row)
        for row in rows
        if gone[row["worker"]] or (gone[row["worker"]] is None and row["leased_until"] < now())
    ]


def _take_over(core: Core, arrival: Arrival) -> None:
    """Become the writer, so that the old one cannot settle any more, and do what it left undone."""
    mine = Arrival(arrival.id, arrival.session_id, arrival.artefact, core.presence.worker)
    values = {"worker": mine.worker, "leased_until": now() + LEASE}
    old = (
        PendingTable.id == arrival.id,
        PendingTable.worker == arrival.worker,
        PendingTable.artefact == arrival.artefact,  # else it has been decided meanwhile
    )
    with core.database.writing() as connection:
        taken = connection.execute(update(PendingTable).where(*old).values(**values)).rowcount
    if taken:
        _end(core, mine)


def _unsettled(core: Core, arrivals: list[Arrival]) -> list[Arrival]:
    """Return the arrivals that are not settled, as their rows have them: after a failure only these know."""
    mine = select(PendingTable).where(PendingTable.worker == core.presence.worker)
    with core.database.reading() as connection:
        left = {row["id"]: _arrival(row) for row in connection.execute(mine).mappings()}
    return [left[arrival.id] for arrival in arrivals if arrival.id in left]


def _arrival(row: RowMapping) -> Arrival:
    return Arrival(row["id"], row["session_id"], row["artefact"], row["worker"])


def _end(core: Core, arrival: Arrival) -> None:
    """Put files that count into their places, or remove those that do not; then remove the row."""
    folder = arrival.artefact.removesuffix(COUNTS)
    if folder != arrival.artefact:
        _place(core, arrival.session_id, folder)
    elif folder.endswith("/"):
        # Also what never came: its folder, made already, goes with it.
        for name in (*_inside(core, arrival.session_id, folder), folder + FILE_NAME):
            core.store.remove(arrival.session_id, name)
    else:
        core.store.remove(arrival.session_id, folder)
    with core.database.writing() as connection:
        connection.execute(delete(PendingTable).where(PendingTable.id == arrival.id))


def _place(core: Core, session_id: str, folder: str) -> None:
    """Have the files of a folder take their places, the session itself last; may be begun again."""
    with staging(core.store, core.presence) as scratch:
        for name in sorted(_inside(core, session_id, folder), key=lambda name: name.endswith(FILE_NAME)):
            with suppress(FileNotFoundError):  # the session is being deleted
                path = core.store.local(session_id, name, scratch)
                core.store.put(session_id, name.removeprefix(folder), path)
                core.store.remove(session_id, name)
    core.store.remove(session_id, STALE)
    with core.database.reading() as connection:
        mine = (SessionTable.id == session_id, SessionTable.deleted_at.is_(None))
        there = connection.scalar(select(SessionTable.id).where(*mine))
    if there is None:
        core.store.remove(session_id)


def _inside(core: Core, session_id: str, folder: str) -> list[str]:
    return [name for name in core.store.names(session_id) if name.startswith(folder)]
