"""The process of a worker: how it is started, and what it does first."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from multiprocessing import connection
from types import ModuleType
from typing import TYPE_CHECKING, Any

from slumpcv.batch import signs

if TYPE_CHECKING:
    from collections.abc import Iterator

# A process that is held back rests, after each sign of life, for so many times as long as it worked since the
# last one, but not so long that nothing goes on. With 9 times, a browser that recorded on the same two cores
# still lost 3 pictures in a test.
RESTS, LONGEST_REST_S = 24, 1.0
# Libraries that would else start a thread for each core beside the worker's own one.
ONE_THREAD = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
    )
}

_starting = threading.Lock()


@contextmanager
def without_main() -> Iterator[None]:
    """Have a new process not run the program's main module again.

    Tasks are functions of other modules. Of the command, running it again is a loss of time; Streamlit puts
    its page in the place of the main module, and the process would run the page.
    """
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def prepare_worker() -> None:
    """Have this process compute in one thread and give memory back, before anything slow is imported."""
    from slumpcv.allocator import return_large_blocks, share_arenas

    os.environ.update(ONE_THREAD)
    return_large_blocks()
    share_arenas()


def begin(beats: Any, held_back: Any) -> None:
    """Prepare this process, have its signs of life counted, and end it with the program.

    Parameters
    ----------
    beats : number of signs, in memory that the program shares.
    held_back : other than 0 while it is to work slowly; shared as well.
    """
    prepare_worker()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first ends the others

    worked_since_s = time.monotonic()

    def beat() -> None:
        nonlocal worked_since_s
        beats.value = (beats.value + 1) % (1 << 63)
        if held_back.value:
            time.sleep(min(RESTS * (time.monotonic() - worked_since_s), LONGEST_REST_S))
        worked_since_s = time.monotonic()

    signs.hear(beat)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """End when the program has ended, however it did: nobody would else tell."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
