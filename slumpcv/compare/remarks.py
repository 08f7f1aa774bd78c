"""What to know beside the numbers; the texts are in the catalogue ``comparison``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.assess.wording import outcome_name
from slumpcv.language import language, listed, text
from slumpcv.session import NOT_JUDGED, Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slumpcv.compare.schema import Compared, Row
    from slumpcv.session import Session


def remarks(
    sessions: Sequence[Session], compared: Sequence[Compared], rows: Sequence[Row]
) -> tuple[Remark, ...]:
    """Return all remarks, what matters most first.

    Parameters
    ----------
    sessions, compared : the same ones in the same order.
    rows : what was compared.
    """
    known = list(zip(compared, sessions, strict=True))
    found = [*_of_each(known), *_of_recordings(known), *_of_pairs(known), *_between_sides(compared, rows)]
    if all(session.course is None for session in sessions):
        found.append(_remark("no_answers"))
    order = (
        "stopped",
        "not_judged",
        "same_recording",
        "side_unknown",
        "side_difference",
        "yaw",
        "yaw_differs",
        "recording",
        "other_model",
        "no_answers",
    )
    return tuple(sorted(found, key=lambda remark: order.index(remark.code)))


def _remark(code: str, **values: object) -> Remark:
    return Remark(code=code, text=text(f"comparison.remark.{code}", **values))


def _of_each(known: Sequence[tuple[Compared, Session]]) -> Iterator[Remark]:
    for one, session in known:
        outcome, findings = session.outcome, session.quality.findings
        spoken = session.language == language()
        if outcome is not None and outcome.code in NOT_JUDGED:
            own = outcome.next_step if spoken else text("comparison.own_report")
            title = outcome_name(outcome.code)
            yield _remark("stopped", session=one.letter, outcome=title, next_step=own)
        if not one.usable:
            reasons = " ".join(f.message for f in findings if f.severity == "unusable") if spoken else ""
            own = reasons or text("comparison.own_report")
            yield _remark("not_judged", session=one.letter, reasons=own)
        if one.side is None:
            yield _remark("side_unknown", session=one.letter)
        if one.usable and one.camera_yaw_deg is not None and "YAW" in _warned(session):
            yield _remark("yaw", session=one.letter, yaw=abs(round(one.camera_yaw_deg)))


def _of_recordings(known: Sequence[tuple[Compared, Session]]) -> Iterator[Remark]:
    letters = [one.letter for one, session in known if one.usable and _warned(session) - {"YAW"}]
    if letters:
        yield _remark("recording", sessions=listed(letters))


def _warned(session: Session) -> set[str]:
    return {finding.code for finding in session.quality.findings if finding.severity == "warn"}


def _of_pairs(known: Sequence[tuple[Compared, Session]]) -> Iterator[Remark]:
    first, reference = known[0]
    for later, session in known[1:]:
        sessions = {"first": first.letter, "later": later.letter}
        if later.clip_sha256 is not None and later.clip_sha256 == first.clip_sha256:
            yield _remark("same_recording", **sessions)
        apart_deg = _apart_deg(first, later)
        if first.usable and later.usable and apart_deg is not None:
            yield _remark("yaw_differs", **sessions, apart=round(apart_deg))
        if session.software != reference.software:
            yield _remark("other_model", **sessions)


def _apart_deg(a: Compared, b: Compared) -> float | None:
    """Return how differently the cameras stood, None unless by more than the error of both estimates."""
    if a.camera_yaw_deg is None or b.camera_yaw_deg is None:
        return None
    apart = abs(a.camera_yaw_deg - b.camera_yaw_deg)
    error = math.hypot(a.camera_yaw_plus_minus_deg or 0, b.camera_yaw_plus_minus_deg or 0)
    return apart if apart > error else None


def _between_sides(compared: Sequence[Compared], rows: Sequence[Row]) -> Iterator[Remark]:
    knee = next(row for row in rows if row.measure == "knee_extension")
    first = knee.cells[0].value
    for one, cell, difference in zip(compared[1:], knee.cells[1:], knee.differences, strict=True):
        if one.kind != "sides" or difference.change is None or first is None or cell.value is None:
            continue
        if abs(difference.change) >= thresholds.SIDE_DIFFERENCE_DEG:
            values = {"first_deg": round(first), "later_deg": round(cell.value)}
            yield _remark("side_difference", first=compared[0].letter, later=one.letter, **values)
