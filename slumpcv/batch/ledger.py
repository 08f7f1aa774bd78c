"""What is done, kept in the destination: one line of JSON for each clip that came to an end.

Lines are only added: whatever ends the program, all lines before the last are whole, and a torn last one is
passed over. A file for each run, not a database, since a destination may be on a storage where nothing can
be changed in place, and since nothing but this one program reads or writes it: a clip is looked up by its
address, all of which are in memory anyway.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import ValidationError

from slumpcv.batch.dest_local import LocalDest
from slumpcv.batch.row import ROW_SCHEMA_VERSION, Row
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.batch.dest import Dest
    from slumpcv.batch.inputs import Clip

FOLDER = "ledger"
# Elsewhere than on this computer, what was added since is lost with the program: the sessions are there, so
# that those clips are read again but not measured again. [E]
UPLOAD_EVERY_S = 20.0


@dataclass(frozen=True, slots=True)
class Entry:
    """The last word on a clip, and where in which file its row is."""

    file: Path
    offset: int
    stamp: str
    size_bytes: int | None
    status: str
    made_by: str
    session: str | None
    library: str | None


class Ledger:
    """The rows of all runs into one destination; the last one of a clip counts.

    Parameters
    ----------
    dest : the destination.

    Raises
    ------
    InputError
        When a newer version of slumpcv has added to it.
    """

    def __init__(self, dest: Dest) -> None:
        self._dest = dest
        self._copies = Path(tempfile.mkdtemp(prefix="slumpcv-ledger-"))
        self._entries: dict[str, Entry] = {}
        names = dest.names(FOLDER)
        for name in names:
            self._read(dest.fetch(f"{FOLDER}/{name}", self._copies))
        # Numbered, since clocks differ; the rest keeps two runs apart that begin at once.
        number = max((int(name.partition("-")[0]) for name in names), default=0) + 1
        self._name = f"{FOLDER}/{number:06d}-{secrets.token_hex(4)}.jsonl"
        # On this computer lines go straight to their place: nothing is lost when the program is killed.
        self._path = dest.root / self._name if isinstance(dest, LocalDest) else self._copies / "new.jsonl"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("ab")
        self._uploaded_s, self._fresh = time.monotonic(), False

    def __enter__(self) -> Self:
        """Return the ledger itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    def __len__(self) -> int:
        """Return the number of clips of which there is a row."""
        return len(self._entries)

    def entry(self, url: str) -> Entry | None:
        """Return the last word on a clip."""
        return self._entries.get(url)

    def is_done(self, clip: Clip, made_by: str, whole: set[str]) -> bool:
        """Return whether this very clip was measured with this version, model and options.

        Parameters
        ----------
        clip : as it is found now; one that changed counts as new.
        made_by : version, model and options of this run.
        whole : names of the sessions that are whole.
        """
        entry = self._entries.get(clip.url)
        return (
            entry is not None
            and entry.status == "done"
            and (entry.size_bytes, entry.stamp, entry.made_by) == (clip.size_bytes, clip.stamp, made_by)
            and entry.session is not None
            and entry.session.rpartition("/")[2] in whole
        )

    def add(self, row: Row) -> None:
        """Add the row of a clip; it is with the system when this returns."""
        offset = self._file.tell()
        self._file.write(row.model_dump_json(exclude_defaults=True).encode() + b"\n")
        self._file.flush()
        self._note(row, self._path, offset)
        self._fresh = True
        if time.monotonic() - self._uploaded_s > UPLOAD_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Make sure that what was added is kept."""
        if not self._fresh:
            return
        os.fsync(self._file.fileno())
        if not isinstance(self._dest, LocalDest):
            self._dest.put(self._name, self._path)
        self._uploaded_s, self._fresh = time.monotonic(), False

    def row(self, url: str) -> Row:
        """Return the last row of a clip, of which there is an `entry`."""
        entry = self._entries[url]
        with entry.file.open("rb") as file:
            file.seek(entry.offset)
            return Row.model_validate_json(file.readline())

    def rows(self) -> Iterator[Row]:
        """Give the last row of each clip, in the order of their names."""
        opened = {path: path.open("rb") for path in {entry.file for entry in self._entries.values()}}
        try:
            for _, entry in sorted(self._entries.items()):
                file = opened[entry.file]
                file.seek(entry.offset)
                yield Row.model_validate_json(file.readline())
        finally:
            for file in opened.values():
                file.close()

    def close(self) -> None:
        """Keep what was added, and remove an empty file and the copies."""
        self.flush()
        self._file.close()
        if self._path.stat().st_size == 0:
            self._path.unlink()
        shutil.rmtree(self._copies, ignore_errors=True)

    def _read(self, path: Path) -> None:
        offset = 0
        with path.open("rb") as file:
            for line in file:
                try:
                    self._note(Row.model_validate_json(line), path, offset)
                except ValidationError as error:
                    _refuse_newer(line, path, error)
                offset += len(line)

    def _note(self, row: Row, path: Path, offset: int) -> None:
        words = row.stamp, row.size_bytes, row.status, row.made_by, row.session, row.library
        self._entries[row.clip] = Entry(path, offset, *words)


def _refuse_newer(line: bytes, path: Path, error: ValidationError) -> None:
    """Pass over a line that was torn; raise where a newer version wrote it."""
    import json

    try:
        version = json.loads(line).get("schema_version", ROW_SCHEMA_VERSION)
    except (ValueError, AttributeError):
        return
    if version != ROW_SCHEMA_VERSION:
        raise InputError(
            f"A newer slumpcv wrote {path.name} (schema {version}, this one knows {ROW_SCHEMA_VERSION})",
            "Update slumpcv.",
        ) from error
