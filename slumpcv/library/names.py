"""Names of what is stored."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_ID = re.compile(r"[A-Za-z0-9_-]+")


def check_names(session_id: str, name: str = "") -> None:
    """Refuse names that could lead out of a session's folder."""
    if not _ID.fullmatch(session_id) or (name and not _NAME.fullmatch(name)):
        raise ValueError("not a name of a session or its file")
