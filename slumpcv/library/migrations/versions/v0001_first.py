"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORDS, TIME = sa.String(), sa.DateTime(timezone=True)
NUMBER: sa.Double[float] = sa.Double()
# Table, and what its trigger refuses.
KEPT = (
    ("audit", "UPDATE"),
    ("audit", "DELETE"),
    ("correction", "UPDATE"),
    ("rating", "UPDATE"),
    ("signed", "UPDATE"),
)


def upgrade() -> None:
    """Make all tables, and the triggers that keep rows as they were written."""
    _people()
    _sessions()
    _around_sessions()
    _machinery()
    if op.get_bind().dialect.name == "sqlite":
        _keep_in_sqlite()
    else:
        _keep_in_postgresql()


def filled(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that always has a value."""
    return sa.Column(name, kind, nullable=False)


def open_(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that may be without a value."""
    return sa.Column(name, kind, nullable=True)


def _people() -> None:
    op.create_table(
        "patient",
        filled("id", WORDS),
        filled("code", WORDS),
        filled("initials", WORDS),
        filled("label", WORDS),
        filled("created_at", TIME),
        open_("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("code", name="uq_patient_code"),
    )
    op.create_table(
        "account",
        filled("id", WORDS),
        filled("issuer", WORDS),
        filled("subject", WORDS),
        filled("name", WORDS),
        filled("role", WORDS),
        open_("patient_id", WORDS),
        filled("created_at", TIME),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_account_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("issuer", "subject", name="uq_account_issuer_subject"),
    )
    op.create_table(
        "visit",
        filled("id", WORDS),
        filled("patient_id", WORDS),
        filled("day", sa.Date()),
        filled("note", WORDS),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_visit_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("patient_id", "day", name="uq_visit_patient_id_day"),
    )
    op.create_index("ix_visit_day", "visit", ["day"])


def _sessions() -> None:
    op.create_table(
        "session",
        filled("id", WORDS),
        filled("patient_id", WORDS),
        filled("visit_id", WORDS),
        open_("side", WORDS),
        filled("status", WORDS),
        open_("outcome", WORDS),
        filled("isolation", WORDS),
        filled("usable", sa.Boolean()),
        filled("duration_s", NUMBER),
        open_("knee_deg", NUMBER),
        open_("head_lift_deg", NUMBER),
        filled("corrections", sa.Integer()),
        open_("corrected_outcome", WORDS),
        open_("corrected_isolation", WORDS),
        open_("corrected_knee_deg", NUMBER),
        open_("corrected_head_lift_deg", NUMBER),
        filled("note", WORDS),
        open_("recorded_at", TIME),
        filled("created_at", TIME),
        filled("digest", WORDS),
        filled("source", WORDS),
        filled("has_clip", sa.Boolean()),
        filled("software", WORDS),
        open_("deleted_at", TIME),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_session_patient_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_session_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("patient_id", "digest", name="uq_session_patient_id_digest"),
    )
    op.create_index("ix_session_created_at", "session", ["created_at"])
    op.create_index("ix_session_knee_deg", "session", ["knee_deg"])
    op.create_index("ix_session_outcome", "session", ["outcome"])
    op.create_index("ix_session_side", "session", ["side"])
    op.create_index("ix_session_status", "session", ["status"])
    op.create_index("ix_session_visit_id", "session", ["visit_id"])


def _around_sessions() -> None:
    op.create_table(
        "tag",
        filled("session_id", WORDS),
        filled("name", WORDS),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_tag_session_id"),
        sa.PrimaryKeyConstraint("session_id", "name", name="pk_tag"),
    )
    op.create_index("ix_tag_name", "tag", ["name"])
    op.create_table(
        "correction",
        filled("id", WORDS),
        filled("session_id", WORDS),
        filled("number", sa.Integer()),
        filled("made_at", TIME),
        filled("made_by", WORDS),
        filled("why", WORDS),
        filled("action", WORDS),
        filled("state", sa.JSON()),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_correction_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("session_id", "number", name="uq_correction_session_id_number"),
    )
    op.create_table(
        "rating",
        filled("id", WORDS),
        filled("session_id", WORDS),
        filled("rater", WORDS),
        filled("made_at", TIME),
        filled("state", sa.JSON()),
        open_("outcome", WORDS),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_rating_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rating"),
    )
    op.create_index("ix_rating_session_id", "rating", ["session_id"])
    op.create_table(
        "signed",
        filled("id", WORDS),
        filled("session_id", WORDS),
        filled("version", sa.Integer()),
        filled("made_at", TIME),
        filled("made_by", WORDS),
        filled("sha256", WORDS),
        filled("artefact", WORDS),
        filled("corrections", sa.Integer()),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_signed_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signed"),
        sa.UniqueConstraint("session_id", "version", name="uq_signed_session_id_version"),
    )


def _machinery() -> None:
    op.create_table(
        "job",
        filled("id", WORDS),
        filled("kind", WORDS),
        filled("payload", sa.JSON()),
        filled("state", WORDS),
        filled("part", WORDS),
        filled("share", NUMBER),
        filled("problem", WORDS),
        filled("fix", WORDS),
        filled("attempts", sa.Integer()),
        open_("leased_until", TIME),
        open_("worker", WORDS),
        filled("created_at", TIME),
        open_("patient_id", WORDS),
        open_("session_id", WORDS),
        open_("digest", WORDS),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_job_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_patient_id", "job", ["patient_id"])
    op.create_index("ix_job_state_created_at", "job", ["state", "created_at"])
    op.create_table(
        "pending",
        filled("id", WORDS),
        filled("session_id", WORDS),
        filled("artefact", WORDS),
        filled("worker", WORDS),
        filled("leased_until", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_pending"),
    )
    op.create_table(
        "audit",
        filled("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        filled("at", TIME),
        filled("who", WORDS),
        filled("role", WORDS),
        filled("action", WORDS),
        open_("patient_id", WORDS),
        open_("session_id", WORDS),
        filled("detail", WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_patient_id", "audit", ["patient_id"])
    op.create_index("ix_audit_session_id", "audit", ["session_id"])


def _keep_in_sqlite() -> None:
    for table, action in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} stay as they were written'); END"
        )


def _keep_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION slumpcv_keep() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'rows of % stay as they were written', TG_TABLE_NAME; END $$"
    )
    for table, action in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION slumpcv_keep()"
        )
    op.execute(
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION slumpcv_keep()"
    )
