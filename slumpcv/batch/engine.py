"""What does the work, behind one interface: processes of this computer (``pool``), or a ``cluster``."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

GivenT = TypeVar("GivenT")
ResultT = TypeVar("ResultT")

# Names the cluster of a clinic, for whatever works on clips.
ADDRESS_VARIABLE = "SLUMPCV_DASK"
# So many orders are with the engine for each worker: one that it does, one that it need not wait for. [E]
AHEAD = 2
# Windows lets Ctrl-C through only between two waits. [E]
LOOK_EVERY_S = 0.5


class Engine(Protocol):
    """Does tasks in other processes; whoever uses it sees no difference between kinds."""

    @property
    def width(self) -> int:
        """Return how many tasks are done at once."""

    def submit(self, task: Callable[[GivenT], ResultT], order: GivenT) -> Future[ResultT]:
        """Have a task done.

        Parameters
        ----------
        task : a function of a module, so that another process finds it.
        order : what it is called with; small, since it travels.

        Returns
        -------
        Future
            Of what the task returns. It raises InputError when the task took its process along (hung, ate
            memory, or ended it) and CancelledError after `close`.
        """

    def hold_back(self, slowly: bool) -> None:
        """Have tasks under way on this computer go on slowly, or as usual."""

    def close(self) -> None:
        """End at once, also what is under way."""


def open_engine(
    workers: int | None = None, memory_mb: float | None = None, dask: str | None = None
) -> Engine:
    """Return what does the work; whoever opens it closes it.

    Parameters
    ----------
    workers : processes on this computer; None takes one for each core.
    memory_mb : a process here is ended when it takes more; None takes the usual limit.
    dask : address of a scheduler, whose workers are used instead.

    Raises
    ------
    InputError
        When the scheduler does not answer.
    """
    if dask:
        from slumpcv.batch.cluster import Cluster

        return Cluster(dask)
    from slumpcv.batch.pool import Limits, Pool

    limits = Limits() if memory_mb is None else Limits(memory_mb=memory_mb)
    return Pool(workers or os.cpu_count() or 1, limits)


def drive(
    engine: Engine,
    task: Callable[[GivenT], ResultT],
    orders: Iterable[GivenT],
    alike: Callable[[GivenT], Hashable],
) -> Iterator[tuple[GivenT, Future[ResultT]]]:
    """Have all orders done, and give each with its future as soon as that is done.

    Parameters
    ----------
    engine : what does them.
    task : what is done with each.
    orders : taken lazily: only `AHEAD` for each worker are under way.
    alike : orders of which this says the same are never under way at once; the later one finds what
        the earlier one did.
    """
    feed = _Feed(orders, alike)
    under_way: dict[Future[ResultT], GivenT] = {}
    while True:
        while len(under_way) < AHEAD * engine.width:
            order = feed.take()
            if order is None:
                break
            under_way[engine.submit(task, order)] = order
        if not under_way:
            return
        for future in wait(under_way, LOOK_EVERY_S, FIRST_COMPLETED).done:
            order = under_way.pop(future)
            feed.done(order)
            yield order, future


class _Feed(Generic[GivenT]):
    """Gives orders, but none beside one that is alike."""

    def __init__(self, orders: Iterable[GivenT], alike: Callable[[GivenT], Hashable]) -> None:
        self._orders, self._alike = iter(orders), alike
        self._held_back: deque[GivenT] = deque()
        self._under_way: set[Hashable] = set()

    def take(self) -> GivenT | None:
        """Return the next order that may begin; None when there is none now."""
        for order in self._held_back:
            if self._alike(order) not in self._under_way:
                self._held_back.remove(order)
                return self._begun(order)
        for order in self._orders:
            if self._alike(order) not in self._under_way:
                return self._begun(order)
            self._held_back.append(order)
        return None

    def done(self, order: GivenT) -> None:
        """Note that an order is not under way any more."""
        self._under_way.discard(self._alike(order))

    def _begun(self, order: GivenT) -> GivenT:
        self._under_way.add(self._alike(order))
        return order
