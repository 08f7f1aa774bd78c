"""The files of the sessions: a folder for each, on this computer or on a server such as S3.

A file is there whole or not at all. Whether a folder's files count is decided by the rows: they come
last, so that files without rows are only what a crash left (see ``pending``).
"""

from __future__ import annotations

import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.library.store_local import LocalStore
from slumpcv.library.store_remote import RemoteStore
from slumpcv.visits import FOR_THE_USER_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.library.presence import Presence

# After this, unfinished files of a process of which nothing is known are given up. [E]
UNFINISHED_S = 24 * 3600.0


class Store(Protocol):
    """Where the files of all sessions are; names are relative, with ``/`` between folders."""

    scratch: Path
    """A folder for what is not complete yet; on the same disk where that matters."""

    def put_all(self, session_id: str, folder: Path) -> None:
        """Move a folder's files to a session, in place of any it had."""

    def put(self, session_id: str, name: str, path: Path) -> None:
        """Copy one file to a session."""

    def names(self, session_id: str) -> list[str]:
        """Return the names of a session's files, sorted."""

    def fetch(self, session_id: str, name: str, target: Path) -> None:
        """Copy one file of a session to a path."""

    def folder(self, session_id: str) -> Path:
        """Return a folder on this computer that holds a session's files; nothing may be written there."""

    def local(self, session_id: str, name: str, scratch: Path) -> Path:
        """Return one file on this computer; ``scratch`` is a folder for a copy of it."""

    def remove(self, session_id: str, name: str = "") -> None:
        """Remove a session's files, or one of them; what is not there is no error."""


def open_store(url: str | None, data: Path, worker: str) -> Store:
    """Return the store at an address; None is a folder in the data folder.

    Raises
    ------
    InputError
        When the address cannot be used.
    """
    home = data / "library"
    local = url is None or "://" not in url or url.startswith("file://")
    root = home if url is None else Path(url.removeprefix("file://"))
    try:
        for folder in (home, root if local else home):
            folder.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
        if local:
            return LocalStore(root, worker)
    except OSError as error:
        raise InputError(
            later("trouble.unwritable", folder=root, reason=error.strerror),
            later("library.fix.allow_or_space"),
        ) from error
    assert url is not None
    return RemoteStore(url, home, worker)


@contextmanager
def staging(store: Store, presence: Presence) -> Iterator[Path]:
    """Make an empty folder for what is not complete yet; it is removed unless it was moved away."""
    folder = store.scratch / f"{presence.worker}-{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=FOR_THE_USER_ONLY)
        yield folder
    except OSError as error:
        raise InputError(
            later("library.folder.unwritable", reason=error.strerror or error),
            later("trouble.fix.space_or_allow"),
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch(store: Store, presence: Presence) -> None:
    """Remove unfinished files of processes that have ended, and any that are older than a day."""
    for path in store.scratch.iterdir():
        with suppress(OSError):
            old = time.time() - path.stat().st_mtime > UNFINISHED_S
            gone = presence.is_gone(path.name.partition("-")[0])
            if gone or (gone is None and old):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    if isinstance(store, RemoteStore):
        store.forget_unused()
