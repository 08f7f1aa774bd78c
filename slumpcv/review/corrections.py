"""Corrections at the boundary: reading them, and whether they fit the clip that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from slumpcv.corrections import (
    CorrectedPhase,
    Corrections,
    HandMeasure,
    KeyPoint,
    has_gap,
    refused,
    repetitions,
)
from slumpcv.language import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slumpcv.corrections import Pixels
    from slumpcv.marks import PhaseSpan
    from slumpcv.session import Phase
    from slumpcv.track import PoseTrack

__all__ = [
    "CorrectedPhase",
    "Corrections",
    "HandMeasure",
    "KeyPoint",
    "check_fits",
    "clip_end_s",
    "corrected_phases",
    "has_gap",
    "read_corrections",
    "repetitions",
]

LATE_S = 0.5
"""The machine may put an edge this much after its last frame, and video goes on for one more. [E]"""


def read_corrections(data: object) -> Corrections:
    """Read corrections from what JSON gave.

    Raises
    ------
    InputError
        When they are no corrections, or of a kind that no clip can have.
    """
    try:
        return Corrections.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "-"
        raise refused("unreadable", where=where, reason=first["msg"]) from error


def check_fits(corrections: Corrections, track: PoseTrack) -> None:
    """Refuse corrections of another clip: beyond its end, or outside of its picture.

    Raises
    ------
    InputError
        When a time or a place lies outside.
    """
    end_s = clip_end_s(track)
    for phase in corrections.phases or ():
        if phase.end_s > end_s + LATE_S:
            raise refused("outside", phase=text(f"movement.phase.{phase.phase}"), end=end_s)
    pictures: list[tuple[float, tuple[Pixels, ...]]] = [
        (p.time_s, ((p.x_px, p.y_px),)) for p in corrections.points
    ]
    pictures += [(m.time_s, m.points_px) for m in corrections.measures]
    for time_s, places in pictures:
        if time_s > end_s + LATE_S:
            raise refused("late", at=time_s, end=end_s)
        if not all(_in_picture(place, track) for place in places):
            raise refused("off_picture", at=time_s)


def clip_end_s(track: PoseTrack) -> float:
    """Return the time of a clip's last frame in seconds; 0 when it has none."""
    last_s = float(track.time_s[-1]) if len(track) else 0.0
    return max(last_s, track.source.duration_s)


def corrected_phases(phases: Iterable[PhaseSpan] | Sequence[Phase]) -> tuple[CorrectedPhase, ...]:
    """Return phases as found, for a reviewer to begin with: times in milliseconds, stillness left open."""
    return tuple(
        CorrectedPhase(phase=p.phase, start_s=round(p.start_s, 3), end_s=round(p.end_s, 3)) for p in phases
    )


def _in_picture(place: tuple[float, float], track: PoseTrack) -> bool:
    x_px, y_px = place
    return 0 <= x_px <= track.source.width_px and 0 <= y_px <= track.source.height_px
