"""Work in the background, as rows: it outlives the program that was asked for it.

A worker takes a job for a while and says so again with each step. What a worker that has ended
left undone is taken by the next one; what ends its workers again and again is given up.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update

from slumpcv.library.access import check, whose
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.models import JobTable, PatientTable
from slumpcv.library.removal import forget_job, give_up_all, remove_files
from slumpcv.library.terms import Conflict, Job, NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from slumpcv.errors import InputError
    from slumpcv.library.terms import Person

# For how long a worker on another computer is believed to be at it, without a word. [E]
SILENCE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
_SHOWN = [getattr(JobTable, field.name) for field in fields(Job)]


@dataclass(frozen=True)
class Task:
    """A job that this process has taken, with what it needs to do it."""

    id: str
    kind: str
    payload: dict[str, Any]
    patient_id: str | None
    session_id: str | None
    digest: str | None
    attempts: int


class Jobs(Core):
    """What can be done with jobs, by people and by workers."""

    def jobs(self, who: Person) -> tuple[Job, ...]:
        """Return all jobs that are not done, oldest first."""
        whose(who, "jobs")
        found = select(*_SHOWN).where(JobTable.state != "done").order_by(JobTable.created_at)
        with self.database.reading() as connection:
            return tuple(Job(**row) for row in connection.execute(found).mappings())

    def job(self, who: Person, job_id: str) -> Job:
        """Return a job, also one that is done.

        Raises
        ------
        NotFound
            When it was cancelled, or its patient deleted.
        """
        with self.database.reading() as connection:
            row = self._job(connection, who, job_id)
        return Job(**{field.name: row[field.name] for field in fields(Job)})

    def retry_job(self, who: Person, job_id: str) -> None:
        """Have a failed job tried again."""
        with self.database.writing() as connection:
            self._job(connection, who, job_id)
            failed = (JobTable.id == job_id, JobTable.state == "failed")
            fresh = {"state": "queued", "attempts": 0, "problem": "", "fix": "", "share": 0.0, "part": ""}
            connection.execute(update(JobTable).where(*failed).values(**fresh))

    def cancel_job(self, who: Person, job_id: str) -> None:
        """Give up a job, and remove its files; one that is done stays as it is.

        Who is at it finds out at the next step, and removes what was written meanwhile.
        """
        with self.database.writing() as connection:
            row = self._job(connection, who, job_id, lock=True)
            if row["state"] == "done":
                return
            forget_job(connection, row, self.presence.worker)
            self._note(connection, who, "cancel", row["patient_id"], row["session_id"], row["kind"])
        if row["session_id"]:
            remove_files(self, row)

    def take_job(self, kinds: tuple[str, ...]) -> Task | None:
        """Take the oldest job that nobody is at; None when there is none."""
        with self.database.reading() as connection:
            running = select(JobTable.worker).where(JobTable.state == "running").distinct()
            workers = [worker for worker in connection.scalars(running) if worker]
        gone = [worker for worker in workers if self.presence.is_gone(worker)]
        here = [worker for worker in workers if self.presence.is_gone(worker) is False]
        silent = JobTable.worker.not_in(here) & (JobTable.leased_until < now())
        free = or_(
            JobTable.state == "queued",
            (JobTable.state == "running") & or_(JobTable.worker.in_(gone), silent),
        )
        oldest = select(JobTable).where(free, JobTable.kind.in_(kinds)).order_by(JobTable.created_at).limit(1)
        with self.database.writing() as connection:
            row = connection.execute(oldest.with_for_update(skip_locked=True)).mappings().first()
            if row is None:
                return None
            taken = {"state": "running", "worker": self.presence.worker, "attempts": row["attempts"] + 1}
            at_it = {"leased_until": now() + SILENCE, "share": 0.0, "part": ""}
            of_job = JobTable.id == row["id"]
            connection.execute(update(JobTable).where(of_job).values(**taken, **at_it))
        values = {field.name: row[field.name] for field in fields(Task)}
        return Task(**values | {"attempts": row["attempts"] + 1})

    def reach(self, task: Task, part: str, share: float) -> None:
        """Note how far a job is, and that its worker is still at it.

        Raises
        ------
        Conflict
            When the job was cancelled, or taken by another worker.
        """
        values = {"part": part, "share": min(max(share, 0.0), 1.0), "leased_until": now() + SILENCE}
        with self.database.writing() as connection:
            self.end_step(connection, task, values)

    def end_step(self, connection: Connection, task: Task, values: dict[str, Any]) -> None:
        """Change a job's row, if it is still this process that has it; else raise Conflict."""
        mine = (JobTable.id == task.id, JobTable.state == "running", JobTable.worker == self.presence.worker)
        if connection.execute(update(JobTable).where(*mine).values(**values)).rowcount != 1:
            raise Conflict

    def fail_job(self, task: Task, error: InputError) -> None:
        """Note why a job could not be done."""
        values = {"state": "failed", "worker": None, "problem": error.problem, "fix": error.fix}
        with self.database.writing() as connection:
            self.end_step(connection, task, values)

    def put_back(self, task: Task) -> None:
        """Leave a job for whoever comes next: the program ends, which is no fault of the job's."""
        values = {"state": "queued", "worker": None, "attempts": task.attempts - 1}
        with self.database.writing() as connection:
            self.end_step(connection, task, values)

    def drop_files(self, task: Task) -> None:
        """Remove what this process wrote for a job that was cancelled meanwhile."""
        with self.database.reading() as connection:
            still = connection.scalar(select(JobTable.id).where(JobTable.id == task.id))
        if still is None and task.session_id is not None:
            give_up_all(self, task.session_id)

    def _job(self, connection: Connection, who: Person, job_id: str, lock: bool = False) -> Any:
        check(who, "jobs")
        found = select(JobTable).where(JobTable.id == job_id)
        row = connection.execute(found.with_for_update() if lock else found).mappings().one_or_none()
        if row is None:
            raise NotFound("job")
        return row


def insert_job(
    connection: Connection,
    kind: str,
    payload: dict[str, Any],
    patient_id: str | None = None,
    session_id: str | None = None,
    digest: str | None = None,
) -> str:
    """Insert the row of a job that waits, and return its id."""
    values = {"id": new_id(), "kind": kind, "payload": payload, "state": "queued", "created_at": now()}
    of = {"patient_id": patient_id, "session_id": session_id, "digest": digest}
    begun = {"part": "", "share": 0.0, "problem": "", "fix": "", "attempts": 0}
    connection.execute(insert(JobTable).values(**values, **of, **begun))
    return str(values["id"])


def patient_is_there(connection: Connection, patient_id: str) -> bool:
    """Return whether a patient exists and is not being deleted, and keep it so in this transaction."""
    there = (PatientTable.id == patient_id, PatientTable.deleted_at.is_(None))
    return connection.execute(select(PatientTable.id).where(*there).with_for_update()).first() is not None
