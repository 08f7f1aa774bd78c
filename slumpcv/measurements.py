"""The angles of each hold with their errors, for the repetition that is judged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv.bands import band
from slumpcv.correction import load_correction
from slumpcv.holds import hold_span, hold_values, judged_repetition
from slumpcv.session import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.angles import Angles
    from slumpcv.phases import PhaseSpan
    from slumpcv.terms import PhaseName


def measure_holds(angles: Angles, spans: Sequence[PhaseSpan]) -> dict[PhaseName, dict[str, Measured]]:
    """Return what was measured while each phase was held; RETURN has no hold."""
    known = load_correction().errors
    out: dict[PhaseName, dict[str, Measured]] = {}
    for span in judged_repetition(spans):
        if span.phase == "RETURN" or span.phase in out:
            continue
        out[span.phase] = {
            name: _measured(value, band(angles, name, "value", hold_span(span)))
            for name, value in hold_values(angles, span).items()
            if name in known
        }
    return out


def _measured(value: float, error: float) -> Measured:
    if not math.isfinite(value):
        return Measured(value=None, plus_minus=None)
    return Measured(value=round(value, 3), plus_minus=round(error, 3))
