"""Where a batch puts its results: a folder on this computer, or an address that fsspec knows.

    DEST/batch.json                 marks it as ours, and holds what was asked for
    DEST/ledger/*.jsonl             what became of each clip (see ``ledger``)
    DEST/sessions/ab/ab12.../       the results of one clip, named by the first digits of its SHA-256
    DEST/summary.csv, ...           the tables

A session is there whole or not at all: on this computer its folder is renamed into place, elsewhere the
file `ROW_NAME` comes last, and what lacks it does not count.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

MARKER_NAME = "batch.json"
ROW_NAME = "row.json"
SESSIONS = "sessions"
DRAFT = "reanalysis"
"""Folder in which sessions that were measured again wait, a destination of its own (see ``again``)."""
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
    from slumpcv.batch.dest_local import LocalDest
    from slumpcv.batch.dest_remote import RemoteDest

    if is_url(url) and not url.startswith("file://"):
        return RemoteDest(url)
    return LocalDest(Path(url.removeprefix("file://")).absolute())
