"""The tables, for SQLite and PostgreSQL alike; docs/architecture.md says what they are for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Index, Integer, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

# Names that do not depend on the database, so that migrations can speak of them.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment with its time zone: SQLite has none, so it is stored as UTC there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a moment that does not say where it is noon."""
        if value is not None and value.tzinfo is None:
            raise ValueError("times in rows have a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcTime(), dict[str, Any]: JSON()}  # noqa: RUF012


class PatientTable(Base):
    """A patient; ``deleted_at`` marks one whose files are being removed."""

    __tablename__ = "patient"
    id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    initials: Mapped[str]
    label: Mapped[str]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class VisitTable(Base):
    """One day of one patient."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("patient_id", "day"), Index(None, "day"))
    id: Mapped[str] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    day: Mapped[date]
    note: Mapped[str]


class SessionTable(Base):
    """One test; the patient is here as well, so that access and double imports need no other table."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("patient_id", "digest"),
        *(Index(None, name) for name in ("visit_id", "side", "status", "outcome", "created_at", "knee_deg")),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    side: Mapped[str | None]
    status: Mapped[str]
    outcome: Mapped[str | None]
    isolation: Mapped[str]
    usable: Mapped[bool]
    duration_s: Mapped[float]
    knee_deg: Mapped[float | None]
    head_lift_deg: Mapped[float | None]
    corrections: Mapped[int]
    corrected_outcome: Mapped[str | None]
    corrected_isolation: Mapped[str | None]
    corrected_knee_deg: Mapped[float | None]
    corrected_head_lift_deg: Mapped[float | None]
    note: Mapped[str]
    recorded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    digest: Mapped[str]
    source: Mapped[str]
    has_clip: Mapped[bool]
    software: Mapped[str]
    deleted_at: Mapped[datetime | None]


class TagTable(Base):
    """A word that somebody gave a session."""

    __tablename__ = "tag"
    __table_args__ = (Index(None, "name"),)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class CorrectionTable(Base):
    """A change by hand; a trigger keeps rows from being changed."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("session_id", "number"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    why: Mapped[str]
    action: Mapped[str]
    state: Mapped[dict[str, Any]]


class RatingTable(Base):
    """What one rater made of a session; a trigger keeps rows from being changed."""

    __tablename__ = "rating"
    __table_args__ = (Index(None, "session_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    rater: Mapped[str]
    made_at: Mapped[datetime]
    state: Mapped[dict[str, Any]]
    outcome: Mapped[str | None]


class SignedTable(Base):
    """A frozen report; a trigger keeps rows from being changed."""

    __tablename__ = "signed"
    __table_args__ = (UniqueConstraint("session_id", "version"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    version: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    sha256: Mapped[str]
    artefact: Mapped[str]
    corrections: Mapped[int]


class JobTable(Base):
    """Work in the background; ``worker`` has it until ``leased_until``."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "state", "created_at"), Index(None, "patient_id"))
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str]
    part: Mapped[str]
    share: Mapped[float]
    problem: Mapped[str]
    fix: Mapped[str]
    attempts: Mapped[int]
    leased_until: Mapped[datetime | None]
    worker: Mapped[str | None]
    created_at: Mapped[datetime]
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    session_id: Mapped[str | None]  # under which its files are; the session itself comes at the end
    digest: Mapped[str | None]


class PendingTable(Base):
    """Files that are being written and belong to no row yet, or that are being removed.

    What is still here when ``worker`` has ended is removed, or put into its place where it counts (see
    ``pending``). An empty ``artefact`` is all of a session's.
    """

    __tablename__ = "pending"
    id: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str]
    artefact: Mapped[str]
    worker: Mapped[str]
    leased_until: Mapped[datetime]


class AccountTable(Base):
    """Somebody who logs in."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    created_at: Mapped[datetime]


class AuditTable(Base):
    """Who did what; triggers refuse to change or remove a row, so nothing here refers to another table."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "session_id"), Index(None, "patient_id"))
    # SQLite counts by itself only in a column of exactly this type.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    patient_id: Mapped[str | None]
    session_id: Mapped[str | None]
    detail: Mapped[str]
