"""Curves of several tests laid over each other, each step stretched to the same width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from slumpcv.angles import measure
from slumpcv.holds import judged_repetition
from slumpcv.terms import PhaseName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.session import Phase, Session
    from slumpcv.track import PoseTrack

    Series = NDArray[np.float64]

ANGLES = ("knee_flexion_deg", "neck_flexion_deg")
POINTS = 61
"""Points to which each step is resampled."""

_JOINED_S = 0.5  # as in the timeline: frames further apart are not joined


@dataclass(frozen=True)
class Curves:
    """One test's angles over its steps.

    ``place`` is the session's, counted from 0; ``steps`` holds for each step and angle the
    values at `POINTS` equally spaced moments of it, NaN where not seen.
    """

    place: int
    steps: dict[PhaseName, dict[str, Series]]


def curves_of(place: int, session: Session, track: PoseTrack) -> Curves | None:
    """Resample a session's track; None when it is not that session's, or cannot be judged.

    Parameters
    ----------
    place : of the session, counted from 0.
    session : with the phases.
    track : found beside it.
    """
    if not session.quality.usable or track.source.sha256 != session.clip.sha256 or len(track) == 0:
        return None
    angles = measure(track)
    if angles.side != session.side:
        return None
    steps = {phase.phase: _resampled(angles, phase) for phase in _judged(session.phases)}
    return Curves(place, steps) if steps else None


def shown_steps(curves: Iterable[Curves]) -> list[PhaseName]:
    """List the steps that any test has, in the order of the test."""
    there = {step for one in curves for step in one.steps}
    return [step for step in get_args(PhaseName) if step in there]


def _judged(phases: Sequence[Phase]) -> list[Phase]:
    """Return the first of each phase of the repetition that is judged."""
    first: dict[PhaseName, Phase] = {}
    for phase in judged_repetition(phases):
        first.setdefault(phase.phase, phase)
    return list(first.values())


def _resampled(angles: Angles, phase: Phase) -> dict[str, Series]:
    at_s = np.linspace(phase.start_s, phase.end_s, POINTS)
    return {name: _at(angles.time_s, getattr(angles, name), at_s) for name in ANGLES}


def _at(time_s: Series, values: Series, at_s: Series) -> Series:
    """Interpolate between neighbouring frames; NaN beside a missing one and within long gaps."""
    found: Series = np.interp(at_s, time_s, values, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(time_s, at_s), 1, len(time_s) - 1)
    found[time_s[after] - time_s[after - 1] > _JOINED_S] = np.nan
    return found
