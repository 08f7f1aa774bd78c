"""From a reviewer's phases to spans with their holds, as the machine gives them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from slumpcv.corrections import SHARED_EDGE_S, repetitions
from slumpcv.marks import PhaseSpan
from slumpcv.phases import SINKING_DEG_PER_S
from slumpcv.segmentation import samples
from slumpcv.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.angles import Angles
    from slumpcv.corrections import CorrectedPhase
    from slumpcv.motion import Movement
    from slumpcv.signals import Part


def corrected_spans(
    phases: Sequence[CorrectedPhase], automatic: Sequence[PhaseSpan], angles: Angles
) -> list[PhaseSpan]:
    """Return a reviewer's phases with the start of each hold.

    1. An edge that was not moved is the machine's own, to the last digit.
    2. A hold that the reviewer gave is taken.
    3. Where the machine saw everything come to rest within the phase, the hold starts there, at the last
       such moment.
    4. Else it is found as the machine finds it: when the last movement of back, head or knee (and of the
       toes, where they are pulled up) that ended within the phase came to rest. A phase that is movement
       throughout has no hold; one without any movement is a hold from its start.

    Parameters
    ----------
    phases : in order, as `Corrections` lets them be.
    automatic : what the machine found in the same clip.
    angles : the measured clip.
    """
    edges = sorted({t for s in automatic for t in (s.start_s, s.end_s)})
    still = _Stillness(automatic, angles)
    spans = []
    for number, one_go in enumerate(repetitions(phases), start=1):
        for phase in one_go:
            start_s, end_s = _own(phase.start_s, edges), _own(phase.end_s, edges)
            span = PhaseSpan(phase.phase, start_s, end_s, start_s, number)
            hold_s = still.begins(span) if phase.hold_start_s is None else phase.hold_start_s
            spans.append(replace(span, hold_start_s=min(max(hold_s, start_s), end_s)))
    return spans


def _own(time_s: float, edges: Sequence[float]) -> float:
    """Return the machine's own edge for one that was written in milliseconds, else the time itself."""
    return min(
        (e for e in edges if abs(e - time_s) <= SHARED_EDGE_S), key=lambda e: abs(e - time_s), default=time_s
    )


class _Stillness:
    """When a phase's hold begins; the movements are looked for only when they are needed."""

    def __init__(self, automatic: Sequence[PhaseSpan], angles: Angles) -> None:
        self._automatic = automatic
        self._angles = angles

    def begins(self, span: PhaseSpan) -> float:
        """Return the start of a phase's hold."""
        same = [a.hold_start_s for a in self._automatic if (a.start_s, a.end_s) == (span.start_s, span.end_s)]
        if same:
            return same[0]
        rests = [a.hold_start_s for a in self._automatic if span.start_s < a.hold_start_s < span.end_s]
        return max(rests) if rests else self._as_the_machine_would(span)

    def _as_the_machine_would(self, span: PhaseSpan) -> float:
        within = [(part, m) for part, m in self._movements if span.start_s < m.end_s]
        ended = [(part, m) for part, m in within if m.end_s <= span.end_s + SHARED_EDGE_S]
        rests = [m.end_s for part, m in ended if part != "ankle"]
        if span.phase == "DORSIFLEXION":
            # The toes' own movement begins the phase; what they do later, the machine does not look at.
            rests += [m.end_s for part, m in ended if part == "ankle" and m.change > 0][:1]
        if rests:
            return max(rests)
        moving = [m for part, m in within if part != "ankle" and m.start_s <= span.start_s]
        return span.end_s if any(m.end_s >= span.end_s for m in moving) else span.start_s

    @cached_property
    def _movements(self) -> list[tuple[Part, Movement]]:
        """Find the completed movements of each part, but for slow sinking."""
        signals = Signals()
        ended = [
            (part, movement)
            for sample in samples(self._angles)
            for part, movement in signals.step(sample.time_s, sample.signals())
            if not movement.running
        ]
        return [(part, m) for part, m in ended if part == "ankle" or m.speed >= SINKING_DEG_PER_S]
