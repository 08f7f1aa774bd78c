"""The files of the sessions on a server such as S3, with copies for reading on this computer."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.library.names import check_names
from slumpcv.visits import FOR_THE_USER_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

# For how long a copy is kept that nobody looks at. [E]
UNUSED_S = 24 * 3600.0


class RemoteStore:
    """A server, by any address that fsspec knows; copies for reading are kept on this computer.

    Parameters
    ----------
    url : such as ``s3://bucket/folder``.
    home : folder on this computer for copies and unfinished files.
    worker : this process, by which others know whose unfinished files are.
    """

    def __init__(self, url: str, home: Path, worker: str) -> None:
        self._worker = worker
        self.fs, self.root = _connect(url)
        self.cache, self.scratch = home / ".cache", home / ".scratch"
        for folder in (self.cache, self.scratch):
            folder.mkdir(mode=FOR_THE_USER_ONLY, exist_ok=True)

    def put_all(self, session_id: str, folder: Path) -> None:
        """Copy each file whole; only the row that comes afterwards makes them count."""
        self.remove(session_id)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(session_id, path.relative_to(folder).as_posix(), path)
        shutil.rmtree(folder)

    def put(self, session_id: str, name: str, path: Path) -> None:
        """Copy one file whole, here too if the session has a copy here."""
        with _reachable():
            self.fs.put_file(str(path), self._path(session_id, name))
        copied = self.cache / session_id
        if copied.is_dir():
            self.fetch(session_id, name, copied / name)

    def names(self, session_id: str) -> list[str]:
        """Return all files, as the server knows them."""
        top = self._path(session_id)
        with _reachable():
            found = self.fs.find(top)
        return sorted(path.removeprefix(top).lstrip("/") for path in found)

    def fetch(self, session_id: str, name: str, target: Path) -> None:
        """Copy one file whole."""
        temporary = self.scratch / f"{self._worker}-{secrets.token_hex(8)}.part"
        with _reachable():
            self.fs.get_file(self._path(session_id, name), str(temporary))
        target.parent.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
        temporary.replace(target)

    def folder(self, session_id: str) -> Path:
        """Return the copy on this computer, made first where there is none."""
        copied = self.cache / session_id
        if copied.is_dir():
            os.utime(copied)
            return copied
        temporary = self.scratch / f"{self._worker}-{secrets.token_hex(8)}.part"
        temporary.mkdir(mode=FOR_THE_USER_ONLY)
        for name in self.names(session_id):
            self.fetch(session_id, name, temporary / name)
        with suppress(OSError):  # somebody else was quicker
            temporary.rename(copied)
        shutil.rmtree(temporary, ignore_errors=True)
        return copied

    def local(self, session_id: str, name: str, scratch: Path) -> Path:
        """Return a copy."""
        self.fetch(session_id, name, scratch / Path(name).name)
        return scratch / Path(name).name

    def remove(self, session_id: str, name: str = "") -> None:
        """Remove from the server, and from this computer."""
        path = self._path(session_id, name)
        with _reachable(), suppress(FileNotFoundError):
            self.fs.rm(path, recursive=not name)
        copied = self.cache / session_id
        if name:
            (copied / name).unlink(missing_ok=True)
        else:
            shutil.rmtree(copied, ignore_errors=True)

    def forget_unused(self) -> None:
        """Remove copies that nobody has looked at for a day."""
        for copied in self.cache.iterdir():
            if time.time() - copied.stat().st_mtime > UNUSED_S:
                shutil.rmtree(copied, ignore_errors=True)

    def _path(self, session_id: str, name: str = "") -> str:
        check_names(session_id, name)
        return f"{self.root}/sessions/{session_id}" + (f"/{name}" if name else "")


def _connect(url: str) -> tuple[Any, str]:
    import fsspec

    try:
        fs, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise InputError(
            later("library.storage.address", reason=error), later("library.fix.storage")
        ) from error
    return fs, str(root).rstrip("/")


@contextmanager
def _reachable() -> Iterator[None]:
    """Turn what a server's library raises into a sentence; a file that is not there stays one."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # each kind of server has errors of its own
        raise InputError(
            later("library.storage.unusable", kind=type(error).__name__, reason=error),
            later("library.fix.running"),
        ) from error
