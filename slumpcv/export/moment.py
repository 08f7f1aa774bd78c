"""Reading a date or a moment that somebody wrote."""

from __future__ import annotations

from datetime import datetime

from slumpcv.errors import InputError


def moment_of(written: str) -> datetime:
    """Return the moment that is written in ISO 8601; without a time zone it is the local one.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        moment = datetime.fromisoformat(written)
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"{written!r} is not a date", "Write it as 2026-03-31 or 2026-03-31T14:30+02:00."
        ) from error
