"""Processes of this computer, each kept for many tasks and watched over by a thread of its own.

Each process is an executor of the standard library with one worker. They share no pipe and no lock, so that
the end of one, however sudden, is noticed by its own thread only. Pools with common queues (loky, pebble,
concurrent.futures with several workers) are broken as a whole by a process that ends at the wrong moment.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import CancelledError, Future, InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from slumpcv.batch.process import begin, without_main
from slumpcv.batch.silence import Silence, memory_mb
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.batch.engine import GivenT, ResultT

# How often a busy process is looked after. [E]
LOOK_EVERY_S = 0.25
# A process has so long to start: imports on a busy machine take seconds. [E]
LONGEST_START_S = 120.0
# How often a task is tried again whose process ended: a machine may be short of memory for a moment. [E]
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Limits:
    """When a process is ended.

    Attributes
    ----------
    silent_s : after so long without a sign of life. The longest silence of a clip that is well is that of
        writing its report, some seconds; a minute and more is left for slow and busy machines. [E]
    memory_mb : of resident memory, five times the most that docs/validation.md has for one clip. [E]
    """

    silent_s: float = 120.0
    memory_mb: float = 2000.0


@dataclass
class _Job:
    task: Callable[[Any], Any]
    order: Any
    future: Future[Any]


class Pool:
    """An engine of processes on this computer.

    Parameters
    ----------
    workers : how many; each computes in one thread.
    limits : when a process is ended together with its task.
    attempts : how often a task is tried whose process ended by itself.
    """

    def __init__(self, workers: int, limits: Limits | None = None, attempts: int = MOST_ATTEMPTS) -> None:
        self.width = workers
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._held_back = multiprocessing.get_context("spawn").Value("b", 0, lock=False)
        self._workers = [
            _Worker(self._jobs, limits or Limits(), attempts, self._held_back) for _ in range(workers)
        ]

    def submit(self, task: Callable[[GivenT], ResultT], order: GivenT) -> Future[ResultT]:
        """Have a task done, as `engine.Engine.submit`."""
        future: Future[ResultT] = Future()
        self._jobs.put(_Job(task, order, future))
        return future

    def hold_back(self, slowly: bool) -> None:
        """Have tasks under way go on slowly, or as usual, as `engine.Engine.hold_back`."""
        self._held_back.value = slowly

    def pids(self) -> list[int]:
        """Return the numbers of the processes that are there now."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    def close(self) -> None:
        """End all processes at once; tasks that were not done are cancelled."""
        for worker in self._workers:
            worker.end()
        for _ in self._workers:
            self._jobs.put(None)
        for worker in self._workers:
            worker.join()
        while not self._jobs.empty():
            job = self._jobs.get()
            if job is not None:
                job.future.cancel()


class _TookAlong(Exception):  # noqa: N818 (what happened)
    """The process was ended because of its task; says why."""


class _Worker:
    """A process, and the thread that gives it tasks and ends it when it must."""

    def __init__(self, jobs: SimpleQueue[_Job | None], limits: Limits, attempts: int, held_back: Any) -> None:
        self.pid: int | None = None
        self._jobs, self._limits = jobs, limits
        self._attempts, self._held_back = attempts, held_back
        self._executor: ProcessPoolExecutor | None = None
        self._beats = multiprocessing.get_context("spawn").Value("Q", 0, lock=False)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batch-worker", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Have the thread and its process end; may be called from another thread."""
        self._ending.set()
        self._kill()

    def join(self) -> None:
        """Wait until thread and process have ended."""
        self._thread.join()

    def _run(self) -> None:
        """Do one task after the other until `end`."""
        while (job := self._jobs.get()) is not None:
            if self._ending.is_set():
                job.future.cancel()
                continue
            with suppress(InvalidStateError):  # cancelled by whoever asked
                self._do(job)
        self._drop()

    def _do(self, job: _Job) -> None:
        for _ in range(self._attempts):
            try:
                job.future.set_result(self._once(job))
            except BrokenProcessPool:
                self._drop()
                if self._ending.is_set():
                    job.future.set_exception(CancelledError())
                    return
                continue
            except _TookAlong as why:
                self._drop()
                job.future.set_exception(given_up(str(why)))
            except Exception as error:
                job.future.set_exception(error)
            return
        times = f"its worker ended {self._attempts} times (killed, out of memory, or a crash)"
        job.future.set_exception(given_up(times))

    def _once(self, job: _Job) -> Any:
        """Return the result of a task.

        Raises
        ------
        BrokenProcessPool
            When the process ended.
        _TookAlong
            When it had to be ended.
        """
        executor = self._process()
        inner = executor.submit(job.task, job.order)
        silence = Silence(self._beats.value, self.pid)
        while True:
            with suppress(TimeoutError):
                return inner.result(LOOK_EVERY_S)
            if inner.done():  # just now, or the task itself raised TimeoutError
                return inner.result()
            if self._beats.value != silence.beats:
                silence = Silence(self._beats.value, self.pid)
            why = "nobody wants it" if job.future.cancelled() else self._reason_to_end(silence)
            if why:
                self._kill()
                raise _TookAlong(why)

    def _process(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(1, context, begin, (self._beats, self._held_back))
            try:
                with without_main():
                    asked = self._executor.submit(os.getpid)
                self.pid = asked.result(LONGEST_START_S)
            except TimeoutError as error:
                raise BrokenProcessPool("it did not start") from error
            if self._ending.is_set():  # it was asked to end before there was a process to kill
                self._kill()
        return self._executor

    def _reason_to_end(self, silence: Silence) -> str:
        if silence.is_longer_than(self._limits.silent_s):
            return f"nothing was heard of it for {silence.seconds:.0f} s"
        if memory_mb(self.pid) > self._limits.memory_mb:
            return f"it took more than {self._limits.memory_mb:g} MB of memory"
        return ""

    def _kill(self) -> None:
        if self.pid is None:
            return
        import psutil

        with suppress(psutil.Error):
            psutil.Process(self.pid).kill()

    def _drop(self) -> None:
        """Let go of the process; the next task gets a new one."""
        self._kill()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor, self.pid = None, None


class GivenUpError(InputError):
    """A task took its process along, again and again or in a way that leaves no doubt."""


def given_up(why: str) -> GivenUpError:
    """Return what is said of such a task."""
    return GivenUpError(
        f"It was given up: {why}",
        "Look at this clip alone with slumpcv analyze; it may be broken or very large.",
    )
