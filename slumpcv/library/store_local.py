"""The files of the sessions in a folder on this computer."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from slumpcv.library.names import check_names
from slumpcv.visits import FOR_THE_USER_ONLY

if TYPE_CHECKING:
    from pathlib import Path


class LocalStore:
    """A folder on this computer.

    Parameters
    ----------
    root : the folder; it must exist.
    worker : this process, by which others know whose unfinished files are.
    """

    def __init__(self, root: Path, worker: str) -> None:
        self._worker = worker
        self.root = root / "sessions"
        self.scratch = root / ".scratch"
        for folder in (self.root, self.scratch):
            folder.mkdir(mode=FOR_THE_USER_ONLY, exist_ok=True)

    def put_all(self, session_id: str, folder: Path) -> None:
        """Rename the folder, once all that it holds is on the disk."""
        for path in folder.rglob("*"):
            _flush(path)
        _flush(folder)
        target = self._path(session_id)
        self.remove(session_id)
        folder.rename(target)
        _flush(self.root)

    def put(self, session_id: str, name: str, path: Path) -> None:
        """Copy one file beside its place, and rename it."""
        target = self._path(session_id, name)
        target.parent.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
        temporary = self.scratch / f"{self._worker}-{secrets.token_hex(8)}.part"
        try:
            shutil.copyfile(path, temporary)
            _flush(temporary)
            temporary.replace(target)
            _flush(target.parent)
        finally:
            temporary.unlink(missing_ok=True)

    def names(self, session_id: str) -> list[str]:
        """Return all files, also those in folders."""
        folder = self._path(session_id)
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def fetch(self, session_id: str, name: str, target: Path) -> None:
        """Copy one file."""
        shutil.copyfile(self._path(session_id, name), target)

    def folder(self, session_id: str) -> Path:
        """Return the folder itself."""
        return self._path(session_id)

    def local(self, session_id: str, name: str, scratch: Path) -> Path:  # noqa: ARG002
        """Return the file itself."""
        return self._path(session_id, name)

    def remove(self, session_id: str, name: str = "") -> None:
        """Remove one file, or the folder: it is out of sight before the first file goes."""
        path = self._path(session_id, name)
        if name:
            path.unlink(missing_ok=True)
            _remove_empty(path.parent, self.root)
            return
        gone = self.scratch / f"{self._worker}-{secrets.token_hex(8)}.gone"
        with suppress(FileNotFoundError):
            path.rename(gone)
            shutil.rmtree(gone)

    def _path(self, session_id: str, name: str = "") -> Path:
        check_names(session_id, name)
        return self.root / session_id / name if name else self.root / session_id


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove folders that held nothing but what was removed."""
    with suppress(OSError):
        while folder != top:
            folder.rmdir()
            folder = folder.parent


def _flush(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
