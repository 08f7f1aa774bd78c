"""Deleting: marked first, then the files, then the rows; what is cut off is finished at the next start.

From the mark on nobody sees it any more, and no import or analysis can add to it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, insert, select, update

from slumpcv.batch.dest import DRAFT, open_dest
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.models import (
    AccountTable,
    CorrectionTable,
    JobTable,
    PatientTable,
    PendingTable,
    RatingTable,
    SessionTable,
    SignedTable,
    TagTable,
    VisitTable,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping

# After this, files of a writer on another computer, of which nothing else is known, are given up. [E]
LEASE = timedelta(hours=6)
DELETED = "deleted:"  # in front of codes and digests of what is being removed, so that they can be used again
OF_A_SESSION = (TagTable, CorrectionTable, RatingTable, SignedTable)


def mark_sessions(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Take sessions out of everybody's sight."""
    marks = {"deleted_at": now(), "digest": DELETED + SessionTable.id}
    connection.execute(update(SessionTable).where(SessionTable.deleted_at.is_(None), *which).values(**marks))


def mark_patient(connection: Connection, patient_id: str) -> None:
    """Take a patient with all sessions out of everybody's sight."""
    mark_sessions(connection, SessionTable.patient_id == patient_id)
    marks = {"deleted_at": now(), "code": DELETED + PatientTable.id}
    connection.execute(update(PatientTable).where(PatientTable.id == patient_id).values(**marks))


def finish_removals(core: Core) -> None:
    """Remove files and rows of all that is marked; two may do so at once."""
    with core.database.reading() as connection:
        marked = select(SessionTable.id).where(SessionTable.deleted_at.is_not(None))
        sessions = list(connection.scalars(marked))
        gone = select(PatientTable.id).where(PatientTable.deleted_at.is_not(None))
        patients = list(connection.scalars(gone))
    for session_id in sessions:
        core.store.remove(session_id)
        open_dest(str(core.data / DRAFT)).remove_session(session_id)
        with core.database.writing() as connection:
            _remove_session_rows(connection, session_id)
    for patient_id in patients:
        _remove_patient(core, patient_id)


def _remove_session_rows(connection: Connection, session_id: str) -> None:
    """Remove a session's rows, and its visit when that held nothing else."""
    for table in OF_A_SESSION:
        connection.execute(delete(table).where(table.session_id == session_id))
    session = SessionTable.id == session_id
    _hold_patient(connection, session_id)
    visit_id = connection.scalar(select(SessionTable.visit_id).where(session))
    connection.execute(delete(JobTable).where(JobTable.session_id == session_id))
    connection.execute(delete(SessionTable).where(session))
    drop_empty_visit(connection, visit_id)


def drop_empty_visit(connection: Connection, visit_id: str | None) -> None:
    """Remove a visit without a session, unless something was noted about it."""
    empty = ~exists().where(SessionTable.visit_id == VisitTable.id)
    connection.execute(delete(VisitTable).where(VisitTable.id == visit_id, VisitTable.note == "", empty))


def _hold_patient(connection: Connection, session_id: str) -> None:
    """Keep imports from adding to the visit meanwhile."""
    patient_id = select(SessionTable.patient_id).where(SessionTable.id == session_id).scalar_subquery()
    connection.execute(select(PatientTable.id).where(PatientTable.id == patient_id).with_for_update())


def _remove_patient(core: Core, patient_id: str) -> None:
    """Remove a patient whose sessions are gone, with jobs, visits and accounts."""
    with core.database.writing() as connection:
        of_patient = JobTable.patient_id == patient_id
        jobs = connection.execute(select(JobTable).where(of_patient)).mappings().all()
        for job in jobs:
            forget_job(connection, job, core.presence.worker)
    for job in jobs:
        if job["session_id"]:
            remove_files(core, job)
    with core.database.writing() as connection:
        for table in (AccountTable, VisitTable):
            connection.execute(delete(table).where(table.patient_id == patient_id))
        connection.execute(delete(PatientTable).where(PatientTable.id == patient_id))


def forget_job(connection: Connection, row: RowMapping, worker: str) -> None:
    """Delete a job's row, and note that its files are to go once nobody writes them any more.

    Parameters
    ----------
    connection : of a transaction.
    row : the job.
    worker : this process, which removes the files when no other is at the job.
    """
    connection.execute(delete(JobTable).where(JobTable.id == row["id"]))
    if row["session_id"]:
        values = {"id": new_id(), "session_id": row["session_id"], "artefact": ""}
        lease = {"worker": row["worker"] or worker, "leased_until": now() + LEASE}
        connection.execute(insert(PendingTable).values(**values, **lease))


def remove_files(core: Core, job: RowMapping) -> None:
    """Remove the files of a job that was forgotten; whoever is at it removes what comes after this."""
    if job["worker"]:
        core.store.remove(job["session_id"])
    else:
        give_up_all(core, job["session_id"])


def give_up_all(core: Core, session_id: str) -> None:
    """Remove the files of a session that is not to come, with everything that this process announced."""
    core.store.remove(session_id)
    mine = (PendingTable.session_id == session_id, PendingTable.worker == core.presence.worker)
    with core.database.writing() as connection:
        connection.execute(delete(PendingTable).where(*mine))
