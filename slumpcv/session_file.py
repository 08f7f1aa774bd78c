"""Reading ``session.json`` back, also as older versions wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.session import SESSION_SCHEMA_VERSION, Session

if TYPE_CHECKING:
    from collections.abc import Callable

FILE_NAME = "session.json"
# A session of an hour's clip has a hundred kilobytes; more is something else.
LARGEST_BYTES = 20_000_000


def load_session(where: str | Path) -> Session:
    """Read a session.

    Parameters
    ----------
    where : a result folder, or a ``session.json``.

    Returns
    -------
    Session
        In the present schema; an older one is migrated.

    Raises
    ------
    InputError
        When there is no session, it is damaged, or a newer version wrote it.
    """
    path = Path(where)
    path = path / FILE_NAME if path.is_dir() else path
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError("it is far too large")
        return parse_session(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            later("trouble.unknown_file", path=path, reason=error.strerror),
            later("trouble.fix.result_folder"),
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            later("trouble.bad_session", name=path.name, reason=_reason(error)),
            later("trouble.fix.session_again"),
        ) from error


def parse_session(text: str) -> Session:
    """Read a session from JSON text.

    Raises
    ------
    ValueError
        When it is not a session.
    InputError
        When a newer version wrote it.
    """
    data = json.loads(text)
    version = data.get("schema_version") if isinstance(data, dict) else None
    if not isinstance(version, int) or version < 1:
        raise ValueError("it states no schema version")
    if version > SESSION_SCHEMA_VERSION:
        raise InputError(
            later("trouble.newer_session", version=version, known=SESSION_SCHEMA_VERSION),
            later("trouble.fix.update"),
        )
    for old in range(version, SESSION_SCHEMA_VERSION):
        try:
            MIGRATIONS[old](data)
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"it does not follow schema {old}") from error
    return Session.model_validate(data)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)


def _from_1(data: dict[str, Any]) -> None:
    """Say in one word why isolation cannot be told; answers, new as well, could not have been given."""
    data["schema_version"] = 2
    isolation = data["isolation"]
    usable = data["quality"]["usable"]
    isolation["status"] = _status_of_1(isolation["isolated"], usable, " ".join(isolation["reasons"]))


def _from_2(data: dict[str, Any]) -> None:
    """Leave room for a review; there was none."""
    data["schema_version"] = 3
    data["review"] = None


def _status_of_1(isolated: bool | None, usable: bool, reasons: str) -> str:
    """Return the status that schema 1 only had in English sentences."""
    if isolated is not None:
        return "isolated" if isolated else "moved"
    if not usable:
        return "unusable"
    by_words = {
        "was not lifted": "no_lift",
        "lifted too little": "small_lift",
        "could not be seen": "unseen",
    }
    return next((status for words, status in by_words.items() if words in reasons), "too_close")


MIGRATIONS: dict[int, Callable[[dict[str, Any]], None]] = {1: _from_1, 2: _from_2}
