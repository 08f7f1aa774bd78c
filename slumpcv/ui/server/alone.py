"""One program for each data folder: two at once would analyse and delete under each other's hands."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from slumpcv.errors import InputError
from slumpcv.place import data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

LOCK_FILE = "running.lock"
ADDRESS_FILE = "running.address"  # beside the lock, which others cannot read on every system

# Held until the process ends, however it ends: the lock is the operating system's.
_held: dict[Path, FileLock] = {}


def keep_alone() -> None:
    """Take the data folder for this program; harmless when repeated.

    Raises
    ------
    InputError
        When another program runs with it, or it cannot be written to.
    """
    folder = data_folder().resolve()
    if folder in _held:
        return
    lock = FileLock(folder / LOCK_FILE)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise InputError(
            f"slumpcv already runs with the data folder {folder}",
            f"Open {_address(folder)} in the browser, or name another folder in SLUMPCV_DATA.",
        ) from None
    except OSError as error:
        raise InputError(
            f"The data folder {folder} cannot be written to ({error.strerror})",
            "Allow writing there, or name another folder in SLUMPCV_DATA.",
        ) from error
    _held[folder] = lock
    (folder / ADDRESS_FILE).unlink(missing_ok=True)  # of a program that ended


def note_address(address: str) -> None:
    """Leave word for a second program where this one is to be found."""
    with suppress(OSError):
        (data_folder() / ADDRESS_FILE).write_text(address, encoding="utf-8")


def _address(folder: Path) -> str:
    try:
        return (folder / ADDRESS_FILE).read_text(encoding="utf-8")
    except OSError:
        return "its address"


class Alone:
    """Ends a server that would be the second one with its data folder, before it lets anybody in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything pass but the start of a second server."""
        if scope["type"] == "lifespan":
            try:
                keep_alone()
            except InputError as error:
                await receive()
                print(f"slumpcv: {error}", file=sys.stderr, flush=True)
                await send({"type": "lifespan.startup.failed", "message": ""})
                return
        await self.app(scope, receive, send)
