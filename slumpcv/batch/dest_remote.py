"""A batch's results at an address that fsspec knows: what is whole has its last file."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slumpcv.batch.dest import ROW_NAME, SESSIONS, session_path
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


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
