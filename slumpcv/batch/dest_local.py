"""A batch's results in a folder on this computer: what is there was renamed into place."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from slumpcv.batch.dest import ROW_NAME, SESSIONS, session_path
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STAGED = ".staged"
# After this, unfinished files of another computer's workers are given up. [E]
UNFINISHED_S = 24 * 3600.0


class LocalDest:
    """A folder on this computer."""

    def __init__(self, root: Path) -> None:
        self.url, self.root = str(root), root
        self._staged = root / _STAGED

    def read(self, name: str) -> str | None:
        """Return a text file."""
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def put(self, name: str, path: Path) -> None:
        """Flush the file to the disk and rename it."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _flush(path)
        path.replace(target)

    def fetch(self, name: str, scratch: Path) -> Path:  # noqa: ARG002
        """Return the file itself."""
        return self.root / name

    def folder(self, name: str, scratch: Path) -> Path:  # noqa: ARG002
        """Return the folder itself."""
        return self.root / name

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        place = self.root / folder
        return sorted(path.name for path in place.iterdir() if path.is_file()) if place.is_dir() else []

    def put_session(self, name: str, folder: Path) -> None:
        """Rename the folder; the one that was there goes out of the way first and is removed last."""
        target = self.root / session_path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        _flush(folder / ROW_NAME)
        gone = self._out_of_the_way(target)
        try:
            folder.rename(target)
        except OSError:
            # Another worker had a clip of the same content, and was quicker.
            if not (target / ROW_NAME).is_file():
                raise
        shutil.rmtree(gone, ignore_errors=True)

    def remove_session(self, name: str) -> None:
        """Have the folder disappear at once, then remove it."""
        shutil.rmtree(self._out_of_the_way(self.root / session_path(name)), ignore_errors=True)

    def _out_of_the_way(self, folder: Path) -> Path:
        gone = self._staged / f"{_owner()}-{secrets.token_hex(8)}"
        with suppress(FileNotFoundError):
            folder.rename(gone)
        return gone

    def whole(self) -> set[str]:
        """Return the names of folders that hold `ROW_NAME`: each was renamed into place whole."""
        top = self.root / SESSIONS
        shards = [path for path in top.iterdir() if path.is_dir()] if top.is_dir() else []
        folders = (entry for shard in shards for entry in os.scandir(shard))
        return {entry.name for entry in folders if os.path.exists(f"{entry.path}/{ROW_NAME}")}  # noqa: PTH110

    def is_empty(self) -> bool:
        """Return whether the folder holds nothing."""
        return not self.root.is_dir() or all(path.name == _STAGED for path in self.root.iterdir())

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """Make a folder on the same disk, so that results can be renamed."""
        folder = self._staged / f"{_owner()}-{secrets.token_hex(8)}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def prepare(self) -> None:
        """Make the folder."""
        try:
            self._staged.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{self.root} cannot be used as a folder for results ({error.strerror})",
                "Choose another folder with -o.",
            ) from error
        self.tidy()

    def tidy(self) -> None:
        """Remove what processes that have ended, here or long ago, left unfinished."""
        for path in self._staged.iterdir():
            with suppress(OSError):
                if _is_left(path):
                    shutil.rmtree(path)


def _is_left(path: Path) -> bool:
    """Return whether nobody is at unfinished files any more."""
    import psutil

    host, _, process = path.name.rpartition("-")[0].rpartition("-")
    ended = host == _host() and process.isdigit() and not psutil.pid_exists(int(process))
    return ended or time.time() - path.stat().st_mtime > UNFINISHED_S


def _host() -> str:
    return platform.node().replace("-", "_") or "here"


def _owner() -> str:
    """Return what tells whose unfinished files are, for `LocalDest.tidy`."""
    return f"{_host()}-{os.getpid()}"


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
