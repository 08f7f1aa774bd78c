"""What leaves the library: signed reports, and everything about one patient."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, update

from slumpcv import __version__
from slumpcv.errors import InputError
from slumpcv.files import atomic_write
from slumpcv.language import later
from slumpcv.library.access import check
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.dump import TABLES, row_to_json
from slumpcv.library.models import SessionTable, SignedTable
from slumpcv.library.pending import arriving
from slumpcv.library.store import staging
from slumpcv.library.terms import Conflict, NotFound, Signed

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from slumpcv.library.terms import Person

EXPORT_SCHEMA = 1
_PDF = b"%PDF-"


class Handing(Core):
    """What can be done to hand something on."""

    def sign(
        self, who: Person, session_id: str, report: Path, after: int | None = None, version: int | None = None
    ) -> Signed:
        """Freeze a report as the next version; nothing can change or replace it afterwards.

        Parameters
        ----------
        who : the person who signs.
        session_id : what the report is about.
        report : the PDF file; it is copied.
        after : how many corrections the report includes; with it, what was corrected meanwhile is not
            signed unseen.
        version : which one the report says that it is; None when it says nothing.

        Returns
        -------
        Signed
            The version there is already, when just this report has been signed.

        Raises
        ------
        Conflict
            When there is a newer correction than ``after``, or ``version`` is not the one that comes next.
        InputError
            When the report is no PDF file, or cannot be stored.
        """
        sha256 = _checked_pdf(report)
        artefact = f"signed/{new_id()}.pdf"
        with self.database.reading() as connection:
            self._session(connection, who, "sign", session_id)
        with arriving(self, session_id, artefact) as arrival:
            self.store.put(session_id, artefact, report)
            with self.database.writing() as connection:
                row = self._session(connection, who, "sign", session_id, lock=True)
                if after is not None and row["corrections"] != after:
                    raise Conflict
                latest = _latest(connection, session_id)
                if latest and (latest.sha256, latest.corrections) == (sha256, row["corrections"]):
                    return latest
                number = latest.version + 1 if latest else 1
                if version is not None and version != number:
                    raise Conflict
                arrival.settle(connection)
                values: dict[str, Any] = {
                    "id": new_id(),
                    "session_id": session_id,
                    "version": number,
                    "made_at": now(),
                    "made_by": who.name or who.id,
                    "sha256": sha256,
                    "artefact": artefact,
                    "corrections": row["corrections"],
                }
                connection.execute(insert(SignedTable).values(**values))
                signed = update(SessionTable).where(SessionTable.id == session_id).values(status="signed")
                connection.execute(signed)
                detail = f"version {values['version']}, sha256 {sha256}"
                self._note(connection, who, "sign", row["patient_id"], session_id, detail)
        return Signed(**values)

    def signed(self, who: Person, session_id: str) -> tuple[Signed, ...]:
        """Return all signed versions, the oldest first."""
        with self.database.reading() as connection:
            self._session(connection, who, "view", session_id)
            found = select(SignedTable).where(SignedTable.session_id == session_id)
            rows = connection.execute(found.order_by(SignedTable.version)).mappings().all()
        return tuple(Signed(**row) for row in rows)

    def signed_report(self, who: Person, session_id: str, version: int) -> bytes:
        """Return a signed report, once it is certain that it is the one that was signed.

        Raises
        ------
        NotFound
            When there is no such version.
        InputError
            When the stored file is not the one that was signed.
        """
        report = self._as_signed(who, session_id, version)
        self.note_export(who, session_id, f"signed report, version {version}")
        return report

    def check_signed(self, who: Person, session_id: str, version: int) -> None:
        """Make sure that a signed report is still the one that was signed.

        Raises: as `signed_report`.
        """
        self._as_signed(who, session_id, version)

    def _as_signed(self, who: Person, session_id: str, version: int) -> bytes:
        found = next((s for s in self.signed(who, session_id) if s.version == version), None)
        if found is None:
            raise NotFound("signed_report")
        with staging(self.store, self.presence) as scratch:
            try:
                report = self.store.local(session_id, found.artefact, scratch).read_bytes()
            except FileNotFoundError:
                report = b""
        if hashlib.sha256(report).hexdigest() != found.sha256:
            raise InputError(later("library.report.changed", version=version), later("library.fix.restore"))
        return report

    def note_export(self, who: Person, session_id: str, what: str) -> None:
        """Write into the audit log that something of a session leaves the library; call it before it does.

        Raises
        ------
        NotFound
            When there is no session that this person may see.
        """
        with self.database.writing() as connection:
            row = self._session(connection, who, "export", session_id)
            self._note(connection, who, "export", row["patient_id"], session_id, what)

    def export_patient(self, who: Person, patient_id: str, target: Path) -> Path:
        """Write everything about one patient into a zip file: all rows as JSON, and all files.

        Parameters
        ----------
        who : the person who acts.
        patient_id : whose.
        target : the zip file; it is there whole or not at all.

        Raises
        ------
        NotFound
            When there is no such patient.
        InputError
            When the file cannot be written, or the library's files not be read.
        """
        check(who, "export_patient", patient_id, "patient")
        with self.database.writing() as connection:
            self._patient(connection, who, "export_patient", patient_id)
            self._note(connection, who, "export_patient", patient_id)
            rows = {table.name: _rows_of(connection, table, patient_id) for table in TABLES}
        words = {"schema_version": EXPORT_SCHEMA, "slumpcv": __version__, "rows": rows}
        kept = {row["id"] for row in rows["session"]} | {row["session_id"] for row in rows["job"]}
        with atomic_write(target) as path, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("patient.json", json.dumps(words, indent=1, sort_keys=True, ensure_ascii=False))
            for session_id in sorted(kept - {None}):
                self.pack_files(packed, session_id)
        return target

    def pack_files(self, packed: zipfile.ZipFile, session_id: str) -> None:
        """Write all files of a session into a zip file, under ``files/SESSION_ID/``."""
        with staging(self.store, self.presence) as scratch:
            for name in self.store.names(session_id):
                path = self.store.local(session_id, name, scratch)
                packed.write(path, f"files/{session_id}/{name}", compress_type=zipfile.ZIP_STORED)


def _checked_pdf(report: Path) -> str:
    try:
        content = report.read_bytes()
    except OSError as error:
        raise InputError(
            later("trouble.unknown_file", path=report.name, reason=error.strerror),
            later("library.fix.report_again"),
        ) from error
    if not content.startswith(_PDF):
        raise InputError(later("library.report.no_pdf", name=report.name), later("library.fix.report_again"))
    return hashlib.sha256(content).hexdigest()


def _latest(connection: Connection, session_id: str) -> Signed | None:
    newest = select(func.max(SignedTable.version)).where(SignedTable.session_id == session_id)
    this = (SignedTable.session_id == session_id, SignedTable.version == newest.scalar_subquery())
    row = connection.execute(select(SignedTable).where(*this)).mappings().one_or_none()
    return None if row is None else Signed(**row)


def _rows_of(connection: Connection, table: Table, patient_id: str) -> list[dict[str, Any]]:
    """Return a table's rows about one patient, also those that only name a session."""
    of_patient = select(SessionTable.id).where(
        SessionTable.patient_id == patient_id, SessionTable.deleted_at.is_(None)
    )
    columns = table.columns
    if table.name == "patient":
        wanted = columns["id"] == patient_id
    elif table.name == "session":
        wanted = columns["id"].in_(of_patient)
    elif "patient_id" in columns:
        wanted = columns["patient_id"] == patient_id
    else:
        wanted = columns["session_id"].in_(of_patient)
    if table.name == "audit":
        wanted = or_(wanted, columns["session_id"].in_(of_patient))
    found = connection.execute(select(table).where(wanted).order_by(*table.primary_key.columns))
    return [row_to_json(dict(row)) for row in found.mappings()]
