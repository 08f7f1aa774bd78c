"""Filling an empty library from a backup, also one of another kind of database or store."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import StatementError

from slumpcv.errors import InputError
from slumpcv.library.access import check
from slumpcv.library.backup import CHUNK_BYTES, MANIFEST, Copied, Manifest
from slumpcv.library.core import write_audit
from slumpcv.library.database import SCHEMA
from slumpcv.library.dump import TABLES, row_from_json
from slumpcv.library.models import JobTable, SessionTable
from slumpcv.library.names import check_names
from slumpcv.library.pending import arriving_all
from slumpcv.library.store import staging

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from slumpcv.library.core import Core
    from slumpcv.library.pending import Arrival
    from slumpcv.library.terms import Person

    Progress = Callable[[float], None]

_AT_A_TIME = 500
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    StatementError,
)
_GIVE = "Give a file that slumpcv library backup wrote."


def restore(core: Core, who: Person, source: Path, progress: Progress | None = None) -> Copied:
    """Fill an empty library from a backup: all of it or, after any error, nothing.

    Parameters
    ----------
    core : the library; nothing may be in it.
    who : the person who acts.
    source : what `backup` wrote.
    progress : called with the share done.

    Raises
    ------
    InputError
        When the library is not empty, or the file is damaged or of another version.
    """
    check(who, "backup")
    try:
        with zipfile.ZipFile(source) as packed:
            return _restore(core, who, packed, progress)
    except OSError as error:
        raise InputError(f"{source} cannot be read ({error.strerror or error})", _GIVE) from error
    except _DAMAGED as error:
        raise InputError(f"{source} is no backup, or damaged ({error})", _GIVE) from error


def _restore(core: Core, who: Person, packed: zipfile.ZipFile, progress: Progress | None) -> Copied:
    manifest = _read_manifest(packed)
    files = _files_by_session(manifest)
    with core.database.reading() as connection:
        _check_empty(connection)
    with arriving_all(core, list(files)) as arrivals, ExitStack() as stack:
        for number, (session_id, names) in enumerate(files.items()):
            scratch = stack.enter_context(staging(core.store, core.presence))
            for name in names:
                path = scratch / "files" / name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _unpack(packed, manifest, f"files/{session_id}/{name}", path)
            core.store.put_all(session_id, scratch / "files")
            stack.close()
            if progress is not None:
                progress((number + 1) / len(files))
        return _restore_rows(core, who, packed, manifest, arrivals)


def _read_manifest(packed: zipfile.ZipFile) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(packed.read(MANIFEST))
    except ValidationError as error:
        raise ValueError("its manifest cannot be read") from error
    if manifest.database_schema != SCHEMA or manifest.schema_version != 1:
        raise InputError(
            f"The backup was written by slumpcv {manifest.slumpcv} (schema {manifest.database_schema}, this "
            f"one restores {SCHEMA})",
            "Restore it with that version; a newer one brings the library up to date when it opens it.",
        )
    return manifest


def _files_by_session(manifest: Manifest) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in manifest.files:
        top, _, rest = name.partition("/")
        if top == "files":
            session_id, _, file = rest.partition("/")
            check_names(session_id, file)
            found.setdefault(session_id, []).append(file)
    return found


def _check_empty(connection: Connection) -> None:
    for table in TABLES:
        if connection.scalar(select(func.count()).select_from(table)):
            raise InputError(
                "The library is not empty, and a backup is restored into an empty one only",
                "Name an empty data folder with SLUMPCV_DATA, or an empty database.",
            )


def _unpack(packed: zipfile.ZipFile, manifest: Manifest, name: str, target: Path) -> None:
    described = manifest.files[name]
    digest, count = hashlib.sha256(), 0
    with packed.open(name) as source, target.open("wb") as file:
        while chunk := source.read(CHUNK_BYTES):
            count += len(chunk)
            if count > described.bytes:
                break
            digest.update(chunk)
            file.write(chunk)
    if count != described.bytes or digest.hexdigest() != described.sha256:
        raise ValueError(f"{name} is not what it was")


def _restore_rows(
    core: Core, who: Person, packed: zipfile.ZipFile, manifest: Manifest, arrivals: list[Arrival]
) -> Copied:
    counts: dict[str, int] = {}
    with staging(core.store, core.presence) as scratch, core.database.writing() as connection:
        _check_empty(connection)
        for table in TABLES:
            path = scratch / table.name
            _unpack(packed, manifest, f"rows/{table.name}.jsonl", path)
            counts[table.name] = _insert_rows(connection, table, path)
        if not core.database.is_sqlite:
            # Rows brought their numbers along: the next one counts on from there.
            serial = "pg_get_serial_sequence('audit', 'id')"
            connection.execute(text(f"SELECT setval({serial}, (SELECT coalesce(max(id), 1) FROM audit))"))
        known = set(connection.scalars(select(SessionTable.id)))
        known |= {session_id for session_id in connection.scalars(select(JobTable.session_id)) if session_id}
        for arrival in arrivals:
            if arrival.session_id in known:  # else its rows were deleted while the backup was made
                arrival.settle(connection)
        write_audit(connection, who, "restore")
    return Copied(counts["patient"], counts["session"])


def _insert_rows(connection: Connection, table: Table, path: Path) -> int:
    count, batch = 0, []
    with path.open() as lines:
        for line in lines:
            batch.append(row_from_json(table, line))
            count += 1
            if len(batch) == _AT_A_TIME:
                connection.execute(insert(table), batch)
                batch = []
    if batch:
        connection.execute(insert(table), batch)
    return count
