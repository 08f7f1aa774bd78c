"""Two tests step by step, so that they can be played side by side by phase and not by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slumpcv.holds import judged_phases

if TYPE_CHECKING:
    from slumpcv.session import Session
    from slumpcv.terms import PhaseName


@dataclass(frozen=True)
class SharedStep:
    """A phase that both tests have: start and end in the clip of each, in seconds."""

    phase: PhaseName
    first_s: tuple[float, float]
    second_s: tuple[float, float]


def shared_steps(first: Session, second: Session) -> list[SharedStep]:
    """Return the phases of the judged repetitions that two tests share, in the order of the first.

    A place ``i + share`` within them, 0 to their number, is the time ``start + share * (end - start)``
    of step ``i`` in either clip.
    """
    there = {phase.phase: phase for phase in judged_phases(second.phases)}
    return [
        SharedStep(one.phase, (one.start_s, one.end_s), (there[one.phase].start_s, there[one.phase].end_s))
        for one in judged_phases(first.phases)
        if one.phase in there
    ]
