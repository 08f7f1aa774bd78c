"""Tasks that go wrong in every way, for the tests of batches; quick to import in a new process."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from slumpcv.batch import signs
from slumpcv.batch.beside import Teller

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.batch.recording import Recording


def double(number: int) -> int:
    return 2 * number


def pid_of(_: object) -> int:
    return os.getpid()


def fail(words: str) -> None:
    raise ValueError(words)


def hang(_: object) -> None:
    time.sleep(600)


def work_long(seconds: float) -> str:
    """Gives signs of life all the time."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        signs.give()
        time.sleep(0.05)
    return "done"


def beats_in(seconds: float) -> int:
    """Counts the signs of life that it can give in the last third of a time."""
    until_s, count = time.monotonic() + seconds, 0
    while time.monotonic() < until_s:
        signs.give()
        count += time.monotonic() > until_s - 1 / 3
        time.sleep(0.01)
    return count


def eat(megabytes: int) -> int:
    held = bytearray(megabytes * 1_000_000)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(30)
    return len(held)


def die(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(mark: Path) -> str:
    """Ends its process the first time, as the system does when memory is short."""
    if mark.exists():
        return "done"
    mark.touch()
    die(mark)
    return "never"


def environment(name: str) -> str | None:
    return os.environ.get(name)


def half_done(folder: Path) -> int:
    """Tells in a folder that it is half done until a file ``enough`` is there; returns its process."""
    with Teller(folder) as tell:
        while not (folder / "enough").exists():
            tell("replay", 0.5)
            time.sleep(0.05)
    return os.getpid()


AT_WORK = "at_work"


def never_made(recording: Recording) -> None:
    """Gives signs of life for ever, after saying in the folder of results which process it is."""
    (recording.results / AT_WORK).write_text(str(os.getpid()))
    work_long(600)
