"""Where a batch puts its results: a folder on this computer, or an address that fsspec knows.

    DEST/batch.json                 marks it as ours, and holds what was asked for
    DEST/ledger/*.jsonl             what became of each clip (see ``ledger``)
    DEST/sessions/ab/ab12.../       the results of one clip, named by the first digits of its SHA-256
    DEST/summary.csv, ...           the tables

A session is there whole or not at all: on this computer its folder is renamed into place, elsewhere the
file `ROW_NAME` comes last, and what lacks it does not count.
"""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

MARKER_NAME = "batch.json"
ROW_NAME = "row.json"
SESSIONS = "sessions"
DRAFT = "reanalysis"
"""Folder in which sessions that were measured again wait, a destination of its own (see ``again``)."""
_STAGED = ".staged"
# After this, unfinished files of another computer's workers are given up. [E]
UNFINISHED_S = 24 * 3600.0
# So many hex digits tell 10^9 clips apart (the chance that any two agree is 3 in 10^2 at 64 bits). [E]
NAME_DIGITS = 24


class Dest(Protocol):
    """Where results go; names are relative, with ``/`` between folders."""

    url: str

    def read(self, name: str) -> str | None:
        """Return a text file; None where there is none."""

    def put(self, name: str, path: Path) -> None:
        """Have a file appear whole; ``path`` comes from `staging` and may be gone afterwards."""

    def fetch(self, name: str, scratch: Path) -> Path:
        """Return a file on this computer; ``scratch`` is a folder for a copy of it."""

    def folder(self, name: str, scratch: Path) -> Path:
        """Return a folder's files on this computer, only to be read; ``scratch`` as for `fetch`."""

    def names(self, folder: str) -> list[str]:
        """Return the names of a folder's files, sorted; none where there is no folder."""

    def put_session(self, name: str, folder: Path) -> None:
        """Have a session's files appear, in place of any it had; they hold `ROW_NAME`."""

    def remove_session(self, name: str) -> None:
        """Remove a session's files."""

    def whole(self) -> set[str]:
        """Return the names of all sessions that are whole."""

    def is_empty(self) -> bool:
        """Return whether nothing is there yet."""

    def staging(self) -> AbstractContextManager[Path]:
        """Make an empty folder for what is not complete, gone when the context is left."""

    def prepare(self) -> None:
        """Make it usable, and `tidy` it."""

    def tidy(self) -> None:
        """Remove what processes that have ended left unfinished."""


def is_url(name: str) -> bool:
    """Return whether this is an address and not a path."""
    return "://" in name


def session_name(sha256: str) -> str:
    """Return the name of the session of a clip's content."""
    return sha256[:NAME_DIGITS]


def session_path(name: str) -> str:
    """Return where in a destination a session is: few folders in each, as file systems like it."""
    return f"{SESSIONS}/{name[:2]}/{name}"


def open_dest(url: str) -> Dest:
    """Return the destination at a path or an address.

    Raises
    ------
    InputError
        When it cannot be used.
    """
    if is_url(url) and not url.startswith("file://"):
        return RemoteDest(url)
    return LocalDest(Path(url.removeprefix("file://")).absolute())


def connect(url: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path there.

    Raises
    ------
    InputError
        When fsspec, or what it needs for this kind of address, is not installed or refuses it.
    """
    try:
        import fsspec

        # What was listed before may have changed since: workers write there too.
        fs, path = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"The address {url} cannot be used ({error})",
            "Check it; addresses need fsspec and its package for that kind of storage.",
        ) from error
    return fs, str(path)


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


class RemoteDest:
    """An address of another kind of storage; nothing is renamed there, since many cannot."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._fs, path = connect(self.url)
        self._root = path.rstrip("/")

    def read(self, name: str) -> str | None:
        """Return a text file."""
        with _reachable(self.url):
            try:
                return str(self._fs.cat_file(f"{self._root}/{name}").decode("utf-8"))
            except FileNotFoundError:
                return None

    def put(self, name: str, path: Path) -> None:
        """Copy the file; storages show one that is being written as it was before, or not at all."""
        with _reachable(self.url):
            self._fs.makedirs(f"{self._root}/{name}".rpartition("/")[0], exist_ok=True)
            self._fs.put_file(str(path), f"{self._root}/{name}")

    def fetch(self, name: str, scratch: Path) -> Path:
        """Return a copy."""
        target = scratch / name.replace("/", "_")
        with _reachable(self.url):
            self._fs.get_file(f"{self._root}/{name}", str(target))
        return target

    def folder(self, name: str, scratch: Path) -> Path:
        """Return a copy."""
        copy = scratch / "copy"
        copy.mkdir()
        for file in self.names(name):
            self.fetch(f"{name}/{file}", scratch).rename(copy / file)
        return copy

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        with _reachable(self.url):
            try:
                found = self._fs.ls(f"{self._root}/{folder}", detail=True, refresh=True)
            except FileNotFoundError:
                return []
        return sorted(info["name"].rpartition("/")[2] for info in found if info["type"] == "file")

    def put_session(self, name: str, folder: Path) -> None:
        """Copy all files, `ROW_NAME` last: what lacks it does not count. Files of the one before go."""
        files = sorted(path for path in folder.iterdir() if path.name != ROW_NAME)
        self.remove_session(name)
        for path in (*files, folder / ROW_NAME):
            self.put(f"{session_path(name)}/{path.name}", path)

    def remove_session(self, name: str) -> None:
        """Remove `ROW_NAME` first: without it, the rest does not count."""
        place = f"{self._root}/{session_path(name)}"
        with _reachable(self.url), suppress(FileNotFoundError):
            self._fs.rm(f"{place}/{ROW_NAME}")
            self._fs.rm(place, recursive=True)

    def whole(self) -> set[str]:
        """Return the names of sessions that have their last file."""
        with _reachable(self.url):
            try:
                found = self._fs.find(f"{self._root}/{SESSIONS}")
            except FileNotFoundError:
                return set()
        return {path.split("/")[-2] for path in found if path.endswith(f"/{ROW_NAME}")}

    def is_empty(self) -> bool:
        """Return whether nothing has been put there."""
        with _reachable(self.url):
            return not self._fs.exists(self._root) or not self._fs.ls(self._root, refresh=True)

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """Make a folder on this computer."""
        with tempfile.TemporaryDirectory(prefix="slumpcv-") as folder:
            yield Path(folder)

    def prepare(self) -> None:
        """Do nothing: what was never there can be written to."""

    def tidy(self) -> None:
        """Do nothing: what is not complete is on the workers' own computers."""


@contextmanager
def _reachable(url: str) -> Iterator[None]:
    """Turn what a storage's library raises into a sentence; a file that is not there stays one."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # each kind of storage has errors of its own
        raise InputError(
            f"{url} cannot be used ({type(error).__name__}: {error})",
            "Check that it is running, and what it needs to let you in.",
        ) from error


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
