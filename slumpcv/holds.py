"""Which phases are judged, and what the angles were while a phase was held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.phases import PhaseSpan
    from slumpcv.terms import PhaseName

# Angles that people are told, in the order of the protocol.
ANGLES = (
    "knee_flexion_deg",
    "trunk_lean_deg",
    "head_angle_deg",
    "neck_flexion_deg",
    "face_pitch_deg",
    "ankle_deg",
    "slump_index",
)
# What is read for each hold.
REPORTED = (*ANGLES, "shoulder_drop")
# A hold is read over its last part at most this long: people sink a little with time.
LONGEST_HOLD_S = 3.0
# A phase that was not held is read over this much before the next movement.
SHORTEST_HOLD_S = 0.4
# The next movement has begun before it can be seen.
MARGIN_S = 0.1
# Less than this share of a hold seen is not seen.
SEEN_SHARE = 0.5


class Repeated(Protocol):
    """A phase of one of the repetitions in a clip."""

    @property
    def phase(self) -> PhaseName:
        """Name of the phase."""

    @property
    def repetition(self) -> int:
        """Number of the repetition, from 1."""


P = TypeVar("P", bound=Repeated)


def judged_repetition(phases: Sequence[P]) -> list[P]:
    """Return the phases of the repetition that is judged: that with the first head lift, else the first."""
    judged = next((p.repetition for p in phases if p.phase == "HEAD_LIFT"), 1)
    return [p for p in phases if p.repetition == judged]


def judged_phases(phases: Sequence[P]) -> list[P]:
    """Return the first of each phase of the repetition that is judged."""
    first: dict[PhaseName, P] = {}
    for phase in judged_repetition(phases):
        first.setdefault(phase.phase, phase)
    return list(first.values())


def hold_span(span: PhaseSpan) -> tuple[float, float]:
    """Return the start and end of a phase's hold in seconds."""
    end_s = max(span.start_s, span.end_s - MARGIN_S)
    start_s = max(span.hold_start_s, end_s - LONGEST_HOLD_S)
    if end_s - start_s < SHORTEST_HOLD_S:
        start_s = max(span.start_s, end_s - SHORTEST_HOLD_S)
    return start_s, end_s


def value_over(
    time_s: NDArray[np.float64], values: NDArray[np.float64], start_s: float, end_s: float
) -> float:
    """Return the median of a series over a stretch of time, NaN when it was hardly seen."""
    inside = values[(time_s >= start_s - 1e-9) & (time_s <= end_s + 1e-9)]
    seen = np.isfinite(inside)
    if len(inside) == 0 or seen.mean() < SEEN_SHARE:
        return float("nan")
    return float(np.median(inside[seen]))


def hold_values(angles: Angles, span: PhaseSpan, names: Iterable[str] = REPORTED) -> dict[str, float]:
    """Return each angle's median over the hold of a phase; NaN where it was not seen."""
    start_s, end_s = hold_span(span)
    return {n: value_over(angles.time_s, getattr(angles, n), start_s, end_s) for n in names}
