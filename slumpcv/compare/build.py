"""Putting sessions side by side: pure, and the same every time for the same sessions."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from slumpcv import __version__
from slumpcv.compare.differences import difference, trend
from slumpcv.compare.readings import READINGS
from slumpcv.compare.remarks import remarks
from slumpcv.compare.schema import Compared, Comparison, Row
from slumpcv.errors import InputError
from slumpcv.language import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.compare.readings import Reading
    from slumpcv.compare.schema import Kind
    from slumpcv.session import Session

MOST_SESSIONS = 6
"""More would not fit side by side on one page."""

LONGEST_LABEL = 30
"""Longer names would not fit into the columns of a page."""


def compare_sessions(sessions: Sequence[Session], labels: Sequence[str] | None = None) -> Comparison:
    """Compare every later session with the first one.

    Parameters
    ----------
    sessions : two to :data:`MOST_SESSIONS`, in the order in which they are to be shown.
    labels : what to call each, beside its letter and side; None calls them nothing else.

    Returns
    -------
    Comparison
        Also of sessions that cannot be judged: their cells say why.

    Raises
    ------
    InputError
        When there are too few or too many sessions, or labels do not fit.
    """
    if not 2 <= len(sessions) <= MOST_SESSIONS:
        raise InputError(
            f"{len(sessions)} session{'' if len(sessions) == 1 else 's'} cannot be compared",
            f"Give two to {MOST_SESSIONS} folders that slumpcv analyze wrote.",
        )
    compared = _named(sessions, _checked(labels, len(sessions)))
    one_leg = all(one.kind != "sides" and one.side is not None for one in compared)
    rows = tuple(_row(reading, compared, sessions, one_leg) for reading in READINGS)
    return Comparison(
        language=language(),
        software=__version__,
        sessions=compared,
        rows=rows,
        remarks=remarks(sessions, compared, rows),
    )


def _checked(labels: Sequence[str] | None, wanted: int) -> list[str | None]:
    if not labels:
        return [None] * wanted
    cleaned: list[str | None] = [" ".join(label.split()) for label in labels]
    if len(cleaned) != wanted:
        raise InputError(
            f"There are {wanted} sessions and {len(cleaned)} labels",
            "Give --label once for each session, in the same order, or not at all.",
        )
    if any(not label or len(label) > LONGEST_LABEL or not label.isprintable() for label in cleaned):
        raise InputError(
            f"A label is empty, longer than {LONGEST_LABEL} letters, or not printable", "Give a shorter one."
        )
    return cleaned


def _named(sessions: Sequence[Session], labels: Sequence[str | None]) -> tuple[Compared, ...]:
    return tuple(
        Compared(
            letter=letter,
            label=label,
            side=session.side,
            kind=_kind(sessions[0], session) if place else None,
            usable=session.quality.usable,
            camera_yaw_deg=session.quality.camera_yaw_deg,
            camera_yaw_plus_minus_deg=session.quality.camera_yaw_plus_minus_deg,
            clip_sha256=session.clip.sha256,
        )
        for place, (letter, label, session) in enumerate(
            zip(string.ascii_uppercase, labels, sessions, strict=False)
        )
    )


def _kind(first: Session, later: Session) -> Kind:
    if first.side is None or later.side is None:
        return "unknown"
    return "visits" if first.side == later.side else "sides"


def _row(reading: Reading, compared: Sequence[Compared], sessions: Sequence[Session], one_leg: bool) -> Row:
    cells = [reading.read(session) for session in sessions]
    known = list(zip([one.letter for one in compared], sessions, cells, strict=True))
    differences = [difference(reading, known[0], later) for later in known[1:]]
    return Row(
        measure=reading.measure,
        unit=reading.unit,
        cells=tuple(cells),
        differences=tuple(differences),
        trend=trend(cells, differences) if one_leg else None,
    )
