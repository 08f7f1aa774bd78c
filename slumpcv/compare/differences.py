"""From cells to differences, and whether these are more than the measurement error.

Each value has its 95 % band, and the two clips were measured apart, so the band of their
difference is the root of the sum of squares. What both clips have in common (the same person's
build, the same camera) cancels in the difference but is part of both bands: the true error is
rather smaller, so the limit errs on the side of "within".

When something was felt is known within a stretch of time. The whole of what the angle went
through in both stretches is added to the band, as it may be anywhere in them.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from slumpcv.compare.schema import Difference, Reason
from slumpcv.session import NOT_JUDGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.compare.readings import Reading
    from slumpcv.compare.schema import Cell, Trend, Unit, Verdict, Why
    from slumpcv.session import Session

STEPS: dict[Unit, float] = {"deg": 1.0, "index": 0.01, "points": 1.0}
"""Numbers are shown, and compared, in these steps: a reader must not find 8° ±8 beyond its error."""


def difference(
    reading: Reading, first: tuple[str, Session, Cell], later: tuple[str, Session, Cell]
) -> Difference:
    """Compare one measure of two sessions.

    Parameters
    ----------
    reading : the measure.
    first, later : letter, session and cell of each.
    """
    letter, session, cell = later
    other, earlier, reference = first
    reasons = (
        *(Reason(session=other, why=why) for why in _why(reading, earlier, reference)),
        *(Reason(session=letter, why=why) for why in _why(reading, session, cell)),
    )
    if reasons:
        return Difference(session=letter, verdict="cannot", reasons=reasons)
    if reading.unit == "word":
        return Difference(session=letter, verdict="same" if cell.word == reference.word else "different")
    assert cell.value is not None
    assert reference.value is not None
    change = round(cell.value - reference.value, 3) + 0.0
    if reading.unit == "points":
        verdict: Verdict = "more" if abs(change) >= reading.least else "within"
        return Difference(session=letter, change=change, limit=reading.least, verdict=verdict)
    band = _band(reference, cell)
    step = STEPS[reading.unit]
    limit = max(_up(band, step), reading.least)
    beyond = round(abs(change) / step) > round(limit / step)
    return Difference(
        session=letter,
        change=change,
        plus_minus=round(band, 3),
        limit=round(limit, 3),
        verdict="more" if beyond else "within",
    )


def _why(reading: Reading, session: Session, cell: Cell) -> list[Why]:
    """Return why a cell cannot be compared; empty when it can."""
    if cell.missing:
        return [cell.missing]
    if reading.measure == "outcome":
        return []
    # Whoever stopped, or should not have begun, did another test than whoever went through it.
    if session.outcome is not None and session.outcome.code in NOT_JUDGED:
        return ["stopped"]
    if reading.head_alone and session.isolation.isolated is not True:
        return ["head_not_alone"]
    return []


def _band(a: Cell, b: Cell) -> float:
    """Return the 95 % band of a difference, with what both may have gone through."""
    bands = [cell.plus_minus for cell in (a, b) if cell.plus_minus is not None]
    spread = max(_below(a) + _above(b), _above(a) + _below(b))
    return math.hypot(*bands) + spread


def _below(cell: Cell) -> float:
    return 0.0 if cell.value is None or cell.low is None else cell.value - cell.low


def _above(cell: Cell) -> float:
    return 0.0 if cell.value is None or cell.high is None else cell.high - cell.value


def _up(value: float, step: float) -> float:
    """Round up to a step, as stated errors are."""
    return math.ceil(round(value / step, 6)) * step


def trend(cells: Sequence[Cell], differences: Sequence[Difference]) -> Trend | None:
    """Return how a measure went from session to session, None when it cannot be followed.

    Parameters
    ----------
    cells : of all sessions, in their order.
    differences : of all later sessions from the first.
    """
    values = [cell.value for cell in cells if cell.value is not None]
    if len(values) < 3 or any(d.verdict == "cannot" for d in differences):
        return None
    if all(d.verdict == "within" for d in differences):
        return "level"
    steps = [later - before for before, later in pairwise(values)]
    if differences[-1].verdict == "more" and all(step > 0 for step in steps):
        return "larger"
    if differences[-1].verdict == "more" and all(step < 0 for step in steps):
        return "smaller"
    return "mixed"
