"""Curves of several tests laid over each other, each step stretched to the same width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from slumpcv.angles import measure
from slumpcv.holds import judged_phases
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


def curves_of(
    place: int,
    session: Session,
    track: PoseTrack,
    by_hand: NDArray[np.bool_] | None = None,
) -> Curves | None:
    """Resample a session's track; None when it is not that session's, or cannot be judged.

    Parameters
    ----------
    place : of the session, counted from 0.
    session : with the phases.
    track : found beside it, with the landmarks that a reviewer moved.
    by_hand : (T, 33) True where one was moved; None when none was.
    """
    if not session.quality.usable or track.source.sha256 != session.clip.sha256 or len(track) == 0:
        return None
    return curves_of_angles(place, session, measure(track, by_hand))


def curves_of_angles(
    place: int, session: Session, angles: Angles, names: Sequence[str] = ANGLES
) -> Curves | None:
    """Resample a session's angles as :func:`curves_of` does, where they are at hand already.

    Parameters
    ----------
    place, session : as there.
    angles : of the session's own track.
    names : of the angles to resample.
    """
    if not session.quality.usable or angles.side != session.side:
        return None
    steps = {phase.phase: _resampled(angles, phase, names) for phase in judged_phases(session.phases)}
    return Curves(place, steps) if steps else None


def shown_steps(curves: Iterable[Curves]) -> list[PhaseName]:
    """List the steps that any test has, in the order of the test."""
    there = {step for one in curves for step in one.steps}
    return [step for step in get_args(PhaseName) if step in there]


def _resampled(angles: Angles, phase: Phase, names: Sequence[str]) -> dict[str, Series]:
    at_s = np.linspace(phase.start_s, phase.end_s, POINTS)
    return {name: _at(angles.time_s, getattr(angles, name), at_s) for name in names}


def _at(time_s: Series, values: Series, at_s: Series) -> Series:
    """Interpolate between neighbouring frames; NaN beside a missing one and within long gaps."""
    found: Series = np.interp(at_s, time_s, values, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(time_s, at_s), 1, len(time_s) - 1)
    found[time_s[after] - time_s[after - 1] > _JOINED_S] = np.nan
    return found
