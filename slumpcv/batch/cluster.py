"""A cluster as an engine: the workers of a Dask scheduler, on this computer or on many.

A worker must have slumpcv installed, in the same version, and one thread (``--nthreads 1``). Nothing but
orders and rows travels: workers fetch clips and write sessions themselves.
"""

from __future__ import annotations

import faulthandler
import threading
import time
from collections import deque
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slumpcv.batch import signs
from slumpcv.batch.pool import MOST_ATTEMPTS, Limits, given_up
from slumpcv.batch.process import prepare_worker
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.batch.engine import GivenT, ResultT

# A scheduler that is there answers in a moment; one that is being started takes some. [E]
LONGEST_CONNECT_S = 20.0
LONGEST_CLOSE_S = 5.0
# A worker that has just ended is noticed after as long as a connection may take, 30 s; then once more. [E]
LONGEST_WATCH_S = 70.0
# How often a sign of life is passed on: each time a thread of the system is started anew. [E]
BEAT_EVERY_S = 1.0
# How often it is asked how many workers there are; they come and go. [E]
COUNT_EVERY_S = 5.0
# Dask does tasks of a higher priority first; those of everybody else have 0.
FIRST = 10


@dataclass(eq=False)
class _Work:
    """A task that was asked for, and how often a worker of it ended."""

    task: Callable[[Any], Any]
    order: Any
    future: Future[Any]
    remote: Any = None
    deaths: int = 0

    def cancel_remote(self, future: Future[Any]) -> None:
        """Have the cluster drop it, where whoever asked for it does not want it any more."""
        if future.cancelled() and self.remote is not None:
            self.remote.cancel(force=True)

    def end(self, error: Exception) -> None:
        """Have it fail, unless it has come to an end."""
        with suppress(InvalidStateError):
            self.future.set_exception(error)


class Cluster:
    """An engine of Dask workers.

    Dask blames the end of a worker on all tasks that were given to it, also on those that only waited there.
    Those that it gives up are therefore tried once more, one at a time and before all others.

    Parameters
    ----------
    address : of the scheduler, such as ``tcp://10.0.0.5:8786``; ``tls://`` with Dask's own settings.
    silent_s : a worker whose task gives no sign of life for so long is ended.

    Raises
    ------
    InputError
        When distributed is not installed, or nobody answers there.
    """

    def __init__(self, address: str, silent_s: float = Limits.silent_s) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise InputError(
                "A cluster needs the package distributed, which is not installed",
                'Install it with: pip install "slumpcv[cluster]".',
            ) from error
        try:
            self._client = Client(address, timeout=LONGEST_CONNECT_S, set_as_default=False, name="slumpcv")
        except (OSError, ValueError) as error:
            raise InputError(
                f"No Dask scheduler answers at {address} ({type(error).__name__})",
                "Check the address, and start one with: dask scheduler.",
            ) from error
        self._watch_over_workers(silent_s)
        self._lock = threading.Lock()
        self._under_way: dict[Any, _Work] = {}
        self._suspects: deque[_Work] = deque()
        self._counted_s, self._width = 0.0, 1

    def _watch_over_workers(self, silent_s: float) -> None:
        """Send the watch to all workers there are, and those that come; one may be ending just now."""
        until_s = time.monotonic() + LONGEST_WATCH_S
        while True:
            try:
                self._client.register_plugin(_watch(silent_s))
                return
            except OSError:
                if time.monotonic() > until_s:
                    raise
                time.sleep(BEAT_EVERY_S)

    @property
    def width(self) -> int:
        """Return how many threads all workers have now; 1 while there is none yet."""
        if time.monotonic() - self._counted_s > COUNT_EVERY_S:
            self._width = max(1, sum(self._client.nthreads().values()))
            self._counted_s = time.monotonic()
        return self._width

    def submit(self, task: Callable[[GivenT], ResultT], order: GivenT) -> Future[ResultT]:
        """Have a task done, as `engine.Engine.submit`."""
        work = _Work(task, order, Future())
        work.future.add_done_callback(work.cancel_remote)
        self._send(work)
        return work.future

    def hold_back(self, slowly: bool) -> None:
        """Do nothing: its workers have computers of their own."""

    def close(self) -> None:
        """Cancel what is under way and leave; the cluster stays."""
        with self._lock:
            left, waiting = dict(self._under_way), list(self._suspects)
            self._suspects.clear()
        with suppress(Exception):  # the scheduler may be gone
            self._client.cancel(list(left), force=True)
        for work in (*left.values(), *waiting):
            work.end(CancelledError())
        self._client.close(LONGEST_CLOSE_S)

    def _send(self, work: _Work) -> None:
        work.remote = remote = self._client.submit(
            work.task,
            work.order,
            pure=False,
            retries=MOST_ATTEMPTS - 1,
            priority=FIRST if work.deaths else 0,
        )
        with self._lock:  # Dask drops what nobody holds
            self._under_way[remote] = work
        remote.add_done_callback(self._ended)

    def _ended(self, remote: Any) -> None:
        """Pass on what became of a task; called in a thread of Dask's."""
        from distributed import KilledWorker

        with self._lock:
            work = self._under_way.pop(remote)
        alone = work.deaths > 0
        try:
            result = remote.result(LONGEST_CONNECT_S)
        except KilledWorker as error:
            work.deaths += error.allowed_failures + 1
            if alone:
                times = f"its worker ended {work.deaths} times (killed, out of memory, or hung)"
                work.end(given_up(times))
            else:
                self._suspect(work)
        except Exception as error:
            work.end(_as_ours(error))
        else:
            with suppress(InvalidStateError):
                work.future.set_result(result)
        remote.release()
        if alone:
            self._try_next_suspect()

    def _suspect(self, work: _Work) -> None:
        """Have it tried once more, when no other suspect is."""
        with self._lock:
            self._suspects.append(work)
            busy = any(other.deaths for other in self._under_way.values())
        if not busy:
            self._try_next_suspect()

    def _try_next_suspect(self) -> None:
        with self._lock:
            work = next((one for one in self._suspects if not one.future.cancelled()), None)
            if work is not None:
                self._suspects.remove(work)
        if work is not None:
            self._send(work)


def _as_ours(error: Exception) -> Exception:
    from distributed import CancelledError as Cancelled

    return CancelledError() if isinstance(error, Cancelled) else error


def _watch(silent_s: float) -> Any:
    """Return what each worker gets: it ends itself when a task gives no sign of life.

    The watch is a thread of the system's, so that it also ends a worker that never lets Python run.
    """
    from distributed import WorkerPlugin

    class Watch(WorkerPlugin):  # type: ignore[misc]
        """Watches over the task of a worker."""

        name = "slumpcv-watch"

        def setup(self, worker: Any) -> None:  # noqa: ARG002
            """Prepare the process, and listen for signs of life."""
            prepare_worker()
            self._heard_s = 0.0
            self._lock = threading.Lock()
            self._busy: set[Any] = set()
            signs.hear(self.beat)

        def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
            """Begin and end to watch with the task."""
            if finish == "executing":
                self._busy.add(key)
                self._heard_s = -BEAT_EVERY_S  # the watch of the task before is over, however new it was
                self.beat()
            elif start == "executing":
                self._busy.discard(key)
                faulthandler.cancel_dump_traceback_later()

        def beat(self) -> None:
            """Put the end off."""
            with self._lock:
                if self._busy and time.monotonic() - self._heard_s > BEAT_EVERY_S:
                    self._heard_s = time.monotonic()
                    faulthandler.dump_traceback_later(silent_s, exit=True)

    return Watch()
