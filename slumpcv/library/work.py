"""Doing the jobs: a thread that takes one after the other, for as long as the program runs."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from slumpcv.allocator import give_back
from slumpcv.errors import InputError
from slumpcv.language import later, speaking
from slumpcv.library.clips import ANALYSE, analyse
from slumpcv.library.jobs import MOST_ATTEMPTS, insert_job
from slumpcv.library.terms import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.library.jobs import Task
    from slumpcv.library.library import Library
    from slumpcv.library.terms import Job, Person

    Reach = Callable[[str, float], None]
    Handler = Callable[[Library, Task, Reach], None]

# How often the rows are asked for jobs that another program was given. [E]
LOOK_EVERY_S = 2.0
# How often progress is written down; each time is a write to the database. [E]
TELL_EVERY_S = 1.0
_log = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 (nothing is wrong)
    """The program ends: the job is left for the next one."""


class Work:
    """The jobs of a library, done by this process.

    An analysis uses both cores of a small computer, so one at a time is the default.

    Parameters
    ----------
    library : whose jobs.
    handlers : what does a kind of job; by default the analysis of clips.
    """

    def __init__(self, library: Library, handlers: dict[str, Handler] | None = None) -> None:
        self.library = library
        self.handlers = {ANALYSE: analyse} if handlers is None else handlers
        self._threads: list[threading.Thread] = []
        self._wake = threading.Event()
        self._ending = threading.Event()

    def submit(self, kind: str, payload: dict[str, Any], patient_id: str | None = None) -> str:
        """Add a job, and return its id; it is done also if this program ends."""
        with self.library.database.writing() as connection:
            job_id = insert_job(connection, kind, payload, patient_id)
        self.wake()
        return job_id

    def list(self, who: Person) -> tuple[Job, ...]:
        """Return all jobs that are not done, oldest first."""
        return self.library.jobs(who)

    def retry(self, who: Person, job_id: str) -> None:
        """Have a failed job tried again."""
        self.library.retry_job(who, job_id)
        self.wake()

    def cancel(self, who: Person, job_id: str) -> None:
        """Give up a job and remove its files."""
        self.library.cancel_job(who, job_id)

    def wake(self) -> None:
        """Say that there is something to do, which would else be noticed a little later."""
        self._wake.set()

    def start(self, threads: int = 1) -> None:
        """Do jobs in the background until `stop`; a second call changes nothing."""
        if self._threads:
            return
        for number in range(threads):
            thread = threading.Thread(target=self.run_forever, name=f"library-work-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, wait_s: float = 10.0) -> None:
        """Leave what is under way to the next start, and wait for the threads to notice."""
        self._ending.set()
        self.wake()
        for thread in self._threads:
            thread.join(wait_s)

    def run_forever(self) -> None:
        """Do jobs until `stop`."""
        while not self._ending.is_set():
            try:
                if self.run_one():
                    continue
            except InputError as error:  # the database does not answer: it may later
                _log.warning("the library's jobs cannot be done now: %s", error)
            except Exception:
                _log.exception("the library's jobs cannot be done now")
            self._wake.wait(LOOK_EVERY_S)
            self._wake.clear()

    def run_one(self, progress: Reach | None = None) -> bool:
        """Do the oldest job; return whether there was one.

        Parameters
        ----------
        progress : called with the part that is reached and the share done.
        """
        task = self.library.take_job(tuple(self.handlers))
        if task is None:
            return False
        try:
            # A row keeps what went wrong as words: in the language of whoever brought the clip.
            with speaking(task.payload.get("language", "en")):
                self._do(task, progress)
        except Stopped:
            self.library.put_back(task)
        except Conflict:
            self.library.drop_files(task)
        give_back()
        return True

    def _do(self, task: Task, progress: Reach | None) -> None:
        if task.attempts > MOST_ATTEMPTS:
            ended = later("library.gave_up", times=MOST_ATTEMPTS)
            self.library.fail_job(task, InputError(ended, later("library.fix.other_recording")))
            return
        try:
            self.handlers[task.kind](self.library, task, _Teller(self, task, progress))
        except (Stopped, Conflict):
            raise
        except InputError as error:
            self.library.fail_job(task, error)
        except Exception as error:
            # Whatever it was, a person waits for a word; the log has the rest.
            _log.exception("a job of the library failed")
            words = later("trouble.analysis", kind=type(error).__name__)
            self.library.fail_job(task, InputError(words, later("trouble.fix.try")))

    @property
    def is_ending(self) -> bool:
        """Return whether `stop` was called."""
        return self._ending.is_set()


class _Teller:
    """Writes down how far a job is, but not more often than anybody looks."""

    def __init__(self, work: Work, task: Task, progress: Reach | None) -> None:
        self._work, self._task, self._progress = work, task, progress
        self._told_s, self._part = -TELL_EVERY_S, ""
        self._lock = threading.Lock()

    def __call__(self, part: str, share: float) -> None:
        if self._work.is_ending:
            raise Stopped
        if self._progress is not None:
            self._progress(part, share)
        with self._lock:
            if part == self._part and time.monotonic() - self._told_s < TELL_EVERY_S:
                return
            self._told_s, self._part = time.monotonic(), part
        self._work.library.reach(self._task, part, share)
