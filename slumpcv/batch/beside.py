"""Workers beside the pages: one process of this computer, or with ``SLUMPCV_DASK`` those of a cluster.

The app and the library have all long work on recordings done here, so that no page and no live coaching waits
for it, and no recording, however broken, ends the program. The workers see the data folder (``SLUMPCV_DATA``)
where the program does: nothing but an order and its result travels, and how far it is stands in a file there.
"""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING

from slumpcv.batch import signs
from slumpcv.batch.engine import ADDRESS_VARIABLE
from slumpcv.batch.pool import GivenUpError, Pool
from slumpcv.errors import InputError
from slumpcv.files import atomic_write
from slumpcv.language import later

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from slumpcv.batch.engine import Engine, GivenT, ResultT

    # Called with the part that is reached and the share done; raises when nobody wants the results any more.
    Reach = Callable[[str, float], None]

# How many recordings wait at once for workers of a cluster, which sorts out who comes first. [E]
AT_ONCE_ON_A_CLUSTER = 32
LOOK_EVERY_S = 0.25
# Seconds until the process of this computer ends when there is nothing to do: it holds some 300 MB. [E]
IDLE_S = 30.0
# Stands for this computer where a cluster has its address.
HERE = ""
# In the folder that an order is about, while a worker is at it.
REACHED = ".reached"

_go_before: list[Callable[[], bool]] = []


def at_once() -> int:
    """Return how many recordings are worth being under way at once."""
    return AT_ONCE_ON_A_CLUSTER if address() else 1


def address() -> str:
    """Return the address of the cluster, `HERE` without one."""
    return os.environ.get(ADDRESS_VARIABLE, HERE)


def make_way_for(somebody: Callable[[], bool]) -> None:
    """Have the process of this computer work slowly while somebody is there whom it would hinder."""
    _go_before[:] = [somebody]


def have_done(task: Callable[[GivenT], ResultT], order: GivenT, folder: Path, reach: Reach) -> ResultT:
    """Have a task done by a worker, and wait for it.

    Parameters
    ----------
    task, order : as for `engine.Engine.submit`.
    folder : that the task tells in how far it is (`Teller`).
    reach : called again and again with the part that is reached and the share done.

    Raises
    ------
    InputError
        When the task cannot be done, or the cluster does not do it.
    concurrent.futures.CancelledError
        When `leave` was called.
    """
    engine = _engines.begin(address())
    try:
        return _waited_for(engine, engine.submit(task, order), folder, reach)
    except GivenUpError as error:
        raise InputError(later("trouble.given_up"), later("library.fix.other_recording")) from error
    finally:
        _engines.end()


def _waited_for(engine: Engine, future: Future[ResultT], folder: Path, reach: Reach) -> ResultT:
    try:
        while True:
            engine.hold_back(any(somebody() for somebody in _go_before))
            reach(*_reached(folder))
            signs.give()
            try:
                return future.result(LOOK_EVERY_S)
            except TimeoutError:
                if future.done():  # just now, or the task itself raised it
                    return future.result()
    finally:
        future.cancel()


class Teller:
    """Tells in a folder how far a task on it is, for `have_done`; the file goes when the context is left."""

    def __init__(self, folder: Path) -> None:
        self._path, self._told_s = folder / REACHED, -LOOK_EVERY_S
        self._lock = threading.Lock()

    def __enter__(self) -> Teller:
        """Return the teller itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def __call__(self, part: str, share: float) -> None:
        """Tell it, as often as anybody looks; may be called from any thread."""
        signs.give()
        with self._lock:
            if time.monotonic() - self._told_s < LOOK_EVERY_S:
                return
            self._told_s = time.monotonic()
            with atomic_write(self._path) as path:
                path.write_text(json.dumps([part, share]), encoding="utf-8")


class _Engines:
    """What does the work: the process of this computer is there only while there is some."""

    def __init__(self) -> None:
        self._opened: dict[str, Engine] = {}
        self._users = 0
        self._idle: threading.Timer | None = None
        self._lock = threading.Lock()

    def begin(self, where: str) -> Engine:
        """Return the engine at an address, or of this computer; it stays until `end`."""
        with self._lock:
            if where not in self._opened:
                self._opened[where] = _cluster(where) if where else Pool(1)
            if self._idle is not None:
                self._idle.cancel()
            self._users, self._idle = self._users + 1, None
            return self._opened[where]

    def end(self) -> None:
        """Have the process of this computer end, when nobody needs it for a while."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and HERE in self._opened:
                self._idle = threading.Timer(IDLE_S, self._close_idle)
                self._idle.daemon = True
                self._idle.start()

    def close(self) -> None:
        """Close all."""
        with self._lock:
            while self._opened:
                self._opened.popitem()[1].close()

    def _close_idle(self) -> None:
        with self._lock:
            if self._users == 0 and HERE in self._opened:
                self._opened.pop(HERE).close()


_engines = _Engines()


def leave() -> None:
    """End the process of this computer, or leave the cluster; what was under way is cancelled."""
    _engines.close()


def _reached(folder: Path) -> tuple[str, float]:
    try:
        part, share = json.loads((folder / REACHED).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not yet begun, or just over
        return "following", 0.0
    return str(part), float(share)


def _cluster(where: str) -> Engine:
    from slumpcv.batch.cluster import Cluster

    try:
        return Cluster(where)
    except InputError as error:
        raise InputError(later("trouble.cluster"), later("trouble.fix.cluster")) from error
