"""The question how it is some minutes after the test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.answers import Recovery
from slumpcv.language import text
from slumpcv.ui.felt_form import ask_intensity
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from slumpcv.visits import Visit, VisitTest

LEAST_MIN, MOST_MIN = 0.1, 10_000.0


def minutes_since(visit: Visit, test: VisitTest) -> float | None:
    """Return the minutes since a test's recording ended; None for a clip that was made elsewhere."""
    if test.source == "upload" or test.clip is None:
        return None
    try:
        ended = (hub.visits().folder(visit, test) / test.clip).stat().st_mtime
    except OSError:
        return None
    return max(LEAST_MIN, (datetime.now(UTC).timestamp() - ended) / 60)


def ask_recovery(visit: Visit, test: VisitTest, given: Recovery | None, key: str) -> Recovery | None:
    """Ask how strong it is some minutes after the test."""
    since_min = minutes_since(visit, test)
    if since_min is None:
        label = text("ask.felt.recovery_intensity")
    else:
        label = text("replay.now", minutes=max(1, round(since_min)))
    intensity = ask_intensity(label, None if given is None else given.intensity, f"{key}_intensity")
    if intensity is None:
        return None
    if since_min is None:
        known = None if given is None else given.after_min
        since_min = st.number_input(
            text("ask.felt.recovery_after_min"), LEAST_MIN, MOST_MIN, known, step=1.0, key=f"{key}_min"
        )
    return None if since_min is None else Recovery(intensity=intensity, after_min=round(since_min, 1))
