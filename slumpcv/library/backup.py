"""The whole library as one zip file, which ``restoring`` reads, whatever database and store it is for.

manifest.json                 versions, and size and checksum of all that follows
rows/TABLE.jsonl              one row a line
files/SESSION_ID/NAME         the files
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime
from sqlalchemy import select

from slumpcv import __version__
from slumpcv.files import atomic_write
from slumpcv.library.access import check
from slumpcv.library.core import Core, now, write_audit
from slumpcv.library.database import SCHEMA
from slumpcv.library.dump import TABLES, row_to_json
from slumpcv.library.models import PatientTable, SessionTable
from slumpcv.library.store import staging
from slumpcv.terms import Strict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from slumpcv.library.terms import Person

    Progress = Callable[[float], None]

MANIFEST = "manifest.json"
CHUNK_BYTES = 1 << 20


class PackedFile(Strict):
    """What the manifest says of one file."""

    sha256: str
    bytes: int


class Manifest(Strict):
    """Contents of ``manifest.json``; the checksums find damage, they are no signature."""

    schema_version: int = 1
    slumpcv: str
    database_schema: str
    made_at: AwareDatetime
    files: dict[str, PackedFile]


@dataclass(frozen=True)
class Copied:
    """What a backup or a restore has copied; ``missing`` are sessions whose files were not there."""

    patients: int
    sessions: int
    missing: tuple[str, ...] = ()


def backup(core: Core, who: Person, target: Path, progress: Progress | None = None) -> Copied:
    """Write the whole library into a zip file, all of it as it was at one moment.

    Others may go on meanwhile: what they add is not in it, and what they delete is not either.

    Parameters
    ----------
    core : the library.
    who : the person who acts.
    target : the zip file; it is there whole or not at all.
    progress : called with the share done.

    Raises
    ------
    InputError
        When the file cannot be written, or the library not be read.
    """
    check(who, "backup")
    with staging(core.store, core.presence) as scratch:
        wanted = _write_rows(core, scratch)
        with atomic_write(target) as path, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packer = _Packer(core, packed, scratch)
            absent = packer.pack_sessions(wanted, progress)
            gone = {session_id for session_id in absent if not _is_there(core, session_id)}
            packer.pack_rows(gone)
            packer.pack_manifest()
    with core.database.writing() as connection:
        write_audit(connection, who, "backup")
    counts = packer.counts
    return Copied(counts["patient"], counts["session"], tuple(sorted(set(absent) - gone)))


class _Packer:
    """Writes files into a zip file and keeps account of them."""

    def __init__(self, core: Core, packed: zipfile.ZipFile, scratch: Path) -> None:
        self._core, self._packed, self._scratch = core, packed, scratch
        self._files: dict[str, PackedFile] = {}
        self.counts: dict[str, int] = {}

    def pack_sessions(self, wanted: list[str], progress: Progress | None) -> list[str]:
        """Write the files of sessions; return those of which files are missing."""
        absent = []
        for number, session_id in enumerate(wanted):
            try:
                names = self._core.store.names(session_id)
                for name in names:
                    path = self._core.store.local(session_id, name, self._scratch)
                    self._pack(path, f"files/{session_id}/{name}", zipfile.ZIP_STORED)
            except FileNotFoundError:
                names = []
            if not names:
                absent.append(session_id)
            if progress is not None:
                progress((number + 1) / len(wanted))
        return absent

    def pack_rows(self, gone: set[str]) -> None:
        """Write the rows but for those of sessions that were deleted meanwhile."""
        for table in TABLES:
            path = self._scratch / f"{table.name}.kept"
            column = "id" if table.name == "session" else "session_id"
            count = 0
            with (self._scratch / table.name).open() as rows, path.open("w") as kept:
                for line in rows:
                    if table.name == "audit" or json.loads(line).get(column) not in gone:
                        kept.write(line)
                        count += 1
            self.counts[table.name] = count
            self._pack(path, f"rows/{table.name}.jsonl", zipfile.ZIP_DEFLATED)

    def pack_manifest(self) -> None:
        """Write what everything should be."""
        manifest = Manifest(
            slumpcv=__version__,
            database_schema=SCHEMA,
            made_at=now(),
            files=dict(sorted(self._files.items())),
        )
        self._packed.writestr(MANIFEST, manifest.model_dump_json(indent=1))

    def _pack(self, path: Path, name: str, how: int) -> None:
        digest, count = hashlib.sha256(), 0
        entry = zipfile.ZipInfo(name)
        entry.compress_type = how
        with path.open("rb") as source, self._packed.open(entry, "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
                count += len(chunk)
        self._files[name] = PackedFile(sha256=digest.hexdigest(), bytes=count)


def _write_rows(core: Core, scratch: Path) -> list[str]:
    """Write all rows of one moment into files, and return the sessions whose files belong to them."""
    with core.database.reading() as connection:
        gone_sessions = select(SessionTable.id).where(SessionTable.deleted_at.is_not(None))
        gone = set(connection.scalars(gone_sessions))
        gone |= set(connection.scalars(select(PatientTable.id).where(PatientTable.deleted_at.is_not(None))))
        wanted: set[str] = set()
        for table in TABLES:
            with (scratch / table.name).open("w") as file:
                for row in _rows(connection, table):
                    if table.name != "audit" and _names(table, row) & gone:
                        continue
                    file.write(json.dumps(row) + "\n")
                    if table.name in ("session", "job"):
                        wanted.add(row["id" if table.name == "session" else "session_id"] or "")
    return sorted(wanted - {""})


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
        values = row_to_json(dict(row))
        if table.name == "job":
            values |= {"worker": None, "leased_until": None}  # whoever is at it will not be, there
            values["state"] = "queued" if values["state"] == "running" else values["state"]
        yield values


def _names(table: Table, row: dict[str, Any]) -> set[str]:
    """Return which patient and session a row is about."""
    own = row["id"] if table.name in ("patient", "session") else None
    return {name for name in (row.get("patient_id"), row.get("session_id"), own) if name}


def _is_there(core: Core, session_id: str) -> bool:
    with core.database.reading() as connection:
        there = (SessionTable.id == session_id, SessionTable.deleted_at.is_(None))
        return connection.execute(select(SessionTable.id).where(*there)).first() is not None
