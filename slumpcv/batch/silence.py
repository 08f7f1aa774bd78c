"""How long nothing was heard of a process, and whether it must be taken for hung."""

from __future__ import annotations

import time

# A silent process that gets between these shares of a core is not hung but short of time, on a machine that
# is busy with others: one that waits for something gets next to none, one that goes round in circles all of
# it. It is given so many times longer. [E]
SHORT_OF_TIME = (0.002, 0.25)
MORE_TIME = 10


class Silence:
    """How long nothing was heard of a process, and what it did meanwhile."""

    def __init__(self, beats: int, pid: int | None) -> None:
        self.beats, self._pid = beats, pid
        self._since_s, self._computed_s = time.monotonic(), _computed_s(pid)

    @property
    def seconds(self) -> float:
        """Return how long it has lasted."""
        return time.monotonic() - self._since_s

    def is_longer_than(self, silent_s: float) -> bool:
        """Return whether the process must be taken for hung."""
        seconds = self.seconds
        if seconds <= silent_s:
            return False
        share = (_computed_s(self._pid) - self._computed_s) / seconds
        short_of_time = SHORT_OF_TIME[0] < share < SHORT_OF_TIME[1]
        return not short_of_time or seconds > MORE_TIME * silent_s


def _computed_s(pid: int | None) -> float:
    import psutil

    try:
        spent = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(spent.user + spent.system)


def memory_mb(pid: int | None) -> float:
    """Return the resident memory of a process, in MB; 0 when it has ended."""
    import psutil

    try:
        return float(psutil.Process(pid).memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0
