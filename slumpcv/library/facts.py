"""What the list shows of a session, taken from the session itself once, when it comes in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from slumpcv.analysis import knee_held_deg
from slumpcv.export.source import TRACK_NAME
from slumpcv.session_file import FILE_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.session import Session


def facts_of(session: Session) -> dict[str, Any]:
    """Return the values of a session's row that its result gives."""
    return {
        "side": session.side,
        "usable": session.quality.usable,
        "duration_s": session.clip.duration_s,
        "software": session.software.slumpcv,
        **result_of(session),
    }


def result_of(session: Session) -> dict[str, Any]:
    """Return what a correction can change."""
    return {
        "outcome": None if session.outcome is None else session.outcome.code,
        "isolation": session.isolation.status,
        "knee_deg": knee_held_deg(session),
        "head_lift_deg": session.isolation.head_lift_deg,
    }


def digest_of(folder: Path) -> str:
    """Return what tells whether a result was brought before, be it as a zip file or as a folder."""
    digest = hashlib.sha256()
    for name in (FILE_NAME, TRACK_NAME):
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
