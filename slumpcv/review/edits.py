"""What a reviewer does to phases, as functions from one row of phases to the next.

Each leaves the phases joined: dragging an edge moves the edge that two neighbours share, and the time of a
removed phase goes to the one before it. The result is checked like everything that comes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.corrections import CorrectedPhase, check_order, has_gap, refused
from slumpcv.language import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.terms import PhaseName

    Phases = tuple[CorrectedPhase, ...]

SHORTEST_S = 0.1
"""No edge is dragged closer than this to the other edge of its phase: about one frame. [E]"""


def move_start(phases: Sequence[CorrectedPhase], i: int, to_s: float) -> Phases:
    """Drag the start of a phase, and with it the end of the one before where the two are joined.

    An edge stops `SHORTEST_S` before the other end of either phase.

    Raises
    ------
    InputError
        When there is no such phase.
    """
    found = _found(phases, i)
    joined = i > 0 and not has_gap(phases[i - 1], phases[i])
    least_s = 0.0 if i == 0 else phases[i - 1].start_s + SHORTEST_S if joined else phases[i - 1].end_s
    at_s = _between(to_s, least_s, found.end_s - SHORTEST_S)
    moved = list(phases)
    moved[i] = _with(found, start_s=at_s)
    if joined:
        moved[i - 1] = _with(phases[i - 1], end_s=at_s)
    return _checked(moved)


def move_end(phases: Sequence[CorrectedPhase], i: int, to_s: float, clip_end_s: float) -> Phases:
    """Drag the end of a phase, and with it the start of the next where the two are joined.

    Raises
    ------
    InputError
        When there is no such phase.
    """
    found = _found(phases, i)
    last = i == len(phases) - 1
    if not last and not has_gap(phases[i], phases[i + 1]):
        return move_start(phases, i + 1, to_s)
    most_s = clip_end_s if last else phases[i + 1].start_s
    moved = list(phases)
    moved[i] = _with(found, end_s=_between(to_s, found.start_s + SHORTEST_S, most_s))
    return _checked(moved)


def rename(phases: Sequence[CorrectedPhase], i: int, name: PhaseName) -> Phases:
    """Call a phase by another name.

    Raises
    ------
    InputError
        When there is no such phase, or the order would be one that no test has.
    """
    renamed = list(phases)
    renamed[i] = _found(phases, i).model_copy(update={"phase": name})
    return _checked(renamed)


def remove(phases: Sequence[CorrectedPhase], i: int) -> Phases:
    """Remove a phase; its time goes to the one before it, the time of a first one to none.

    Raises
    ------
    InputError
        When there is no such phase, or the order would be one that no test has.
    """
    gone = _found(phases, i)
    left = [p for at, p in enumerate(phases) if at != i]
    if i > 0 and not has_gap(phases[i - 1], gone):
        left[i - 1] = _with(phases[i - 1], end_s=gone.end_s)
    return _checked(left)


def add(phases: Sequence[CorrectedPhase], name: PhaseName, at_s: float, clip_end_s: float) -> Phases:
    """Let a phase begin at a time: it takes the rest of what runs then, or the free time from there.

    Raises
    ------
    InputError
        When there is no room, or the order would be one that no test has.
    """
    split = next((i for i, p in enumerate(phases) if p.start_s <= at_s < p.end_s), None)
    after = [i for i, p in enumerate(phases) if p.start_s > at_s]
    if split is None:
        i = after[0] if after else len(phases)
        end_s = phases[i].start_s if after else clip_end_s
        changed = list(phases)
    else:
        i, end_s = split + 1, phases[split].end_s
        changed = list(phases)
        changed[split] = _with(phases[split], end_s=at_s)
    if end_s - at_s < SHORTEST_S or (split is not None and at_s - phases[split].start_s < SHORTEST_S):
        raise refused("no_room", phase=text(f"movement.phase.{name}"))
    changed.insert(i, CorrectedPhase(phase=name, start_s=at_s, end_s=end_s))
    return _checked(changed)


def _found(phases: Sequence[CorrectedPhase], i: int) -> CorrectedPhase:
    if not 0 <= i < len(phases):
        raise refused("no_phase")
    return phases[i]


def _with(phase: CorrectedPhase, **edges: float) -> CorrectedPhase:
    """Return a phase with other edges; a hold that was given goes where it no longer fits."""
    start_s, end_s = edges.get("start_s", phase.start_s), edges.get("end_s", phase.end_s)
    hold_s = phase.hold_start_s
    kept_s = hold_s if hold_s is not None and start_s <= hold_s <= end_s else None
    return CorrectedPhase(phase=phase.phase, start_s=start_s, end_s=end_s, hold_start_s=kept_s)


def _between(time_s: float, least_s: float, most_s: float) -> float:
    return round(max(least_s, min(time_s, most_s)), 3)


def _checked(phases: Sequence[CorrectedPhase]) -> Phases:
    check_order(phases)
    return tuple(phases)
