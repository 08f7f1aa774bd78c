"""When a clip was recorded, as far as its file can be believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

# Phones of one maker write their own time zone into the first; the second is UTC.
_KEYS = ("com.apple.quicktime.creationdate", "creation_time")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Cameras whose clock was never set begin in 1904, 1970 or 1980. [E]"""


def day_of_recording(moment: datetime) -> date:
    """Return the day of a recording: in the zone that the camera wrote down, else in this computer's."""
    return (moment if moment.utcoffset() else moment.astimezone()).date()


def recorded_at(metadata: Mapping[str, str], now: datetime | None = None) -> datetime | None:
    """Return when a recording began; None where its file does not say, or says what cannot be.

    Parameters
    ----------
    metadata : of the container, as FFmpeg names it.
    now : after which nothing can have been recorded, with a time zone; None for this moment.
    """
    for key in _KEYS:
        try:
            moment = datetime.fromisoformat(metadata[key].strip())
        except (KeyError, ValueError):
            continue
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        if EARLIEST <= moment <= (now or datetime.now(UTC)):
            return moment
    return None
