"""Which processes are at work: each holds a lock for as long as it lives, however it ends."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from pathlib import Path

DAY_S = 24 * 3600.0


class Presence:
    """The mark of this process, known to others that use the same folder by ``worker``.

    Parameters
    ----------
    folder : where the locks are; it must exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worker = secrets.token_hex(8)
        self._lock = FileLock(self._path(self.worker), mode=0o600)
        self._lock.acquire()

    def is_gone(self, worker: str) -> bool | None:
        """Return whether a process has ended; None when it never ran here, as on another machine."""
        path = self._path(worker)
        if worker == self.worker:
            return False
        if not path.exists():
            return None
        lock = FileLock(path, mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        lock.release()
        return True

    def forget_gone(self) -> None:
        """Remove locks of processes that ended more than a day ago."""
        for path in self.folder.glob("*.lock"):
            if time.time() - path.stat().st_mtime > DAY_S and self.is_gone(path.stem):
                path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Say that this process does nothing more with the library."""
        self._lock.release()

    def _path(self, worker: str) -> Path:
        return self.folder / f"{worker}.lock"
