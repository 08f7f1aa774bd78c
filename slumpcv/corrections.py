"""What a reviewer put right about one clip, as strict schemas: beside the automatic result, never over it.

Each correction is the *whole* state after it. None means as the machine found it, or as the
patient answered it. What no clip can have is refused as soon as it is made, in plain words.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from slumpcv.answers import Mark, Responses, Seconds
from slumpcv.errors import InputError
from slumpcv.language import text
from slumpcv.terms import PhaseName, Strict

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARED_EDGE_S = 0.002
"""Edges closer than this are one: times are written in milliseconds."""
LEAST_GAP_S = 0.5
"""Time between two phases that belongs to none means that the person got up; the machine, too, takes
less than this (`phases.AWAY_S`) for a lost picture or two. [E]"""
MOST_PHASES, MOST_MARKS, MOST_POINTS, MOST_MEASURES = 200, 500, 20_000, 500
"""Far more than anybody enters by hand, and few enough to be read at once. [E]"""

STARTING: tuple[PhaseName, ...] = ("BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION")
"""Phases that can come first: a clip may begin late. All others are measured against the one before."""
NEXT: dict[PhaseName, tuple[PhaseName, ...]] = {
    "BASELINE": ("SLUMP", "NECK_FLEXION", "KNEE_EXTENSION"),
    "SLUMP": ("NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT", "RETURN"),
    "NECK_FLEXION": ("SLUMP", "KNEE_EXTENSION", "HEAD_LIFT", "RETURN"),
    "KNEE_EXTENSION": ("SLUMP", "NECK_FLEXION", "DORSIFLEXION", "HEAD_LIFT", "RETURN"),
    "DORSIFLEXION": ("SLUMP", "NECK_FLEXION", "HEAD_LIFT", "RETURN"),
    "HEAD_LIFT": ("SLUMP", "NECK_FLEXION", "RETURN"),
    "RETURN": ("RECOVERY",),
    "RECOVERY": ("SLUMP", "NECK_FLEXION", "KNEE_EXTENSION"),
}
"""What may follow without a gap, as in the machine's diagram in docs/architecture.md."""
AGAIN: tuple[PhaseName, ...] = ("NECK_FLEXION", "HEAD_LIFT")
"""What may be repeated before the person sits up: head down again, head up again."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Pixels = tuple[Finite, Finite]


class CorrectedPhase(Strict):
    """One phase as the reviewer sees it.

    ``hold_start_s`` is when everything was still; None has it found as the machine would.
    """

    phase: PhaseName
    start_s: Seconds
    end_s: Seconds
    hold_start_s: Seconds | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.end_s < self.start_s:
            raise refused("backwards", phase=_named(self.phase))
        if self.hold_start_s is not None and not self.start_s <= self.hold_start_s <= self.end_s:
            raise refused("hold", phase=_named(self.phase))
        return self


class KeyPoint(Strict):
    """A landmark put where it belongs at one moment; pixels of the upright image, x right, y down."""

    landmark: Annotated[int, Field(ge=0, le=32, strict=True)]
    time_s: Seconds
    x_px: Finite
    y_px: Finite


class HandMeasure(Strict):
    """An angle measured by hand on one picture: three points for a goniometer, two against the vertical."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    time_s: Seconds
    kind: Literal["goniometer", "vertical"]
    points_px: tuple[Pixels, ...]
    angle_deg: Finite
    note: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _has_its_points(self) -> Self:
        if len(self.points_px) != {"goniometer": 3, "vertical": 2}[self.kind]:
            raise refused(f"points_of_{self.kind}")
        return self


class Corrections(Strict):
    """The whole state after an edit. None: as the machine found it, or as the patient answered it."""

    schema_version: Literal[1] = 1
    phases: Annotated[tuple[CorrectedPhase, ...], Field(max_length=MOST_PHASES)] | None = None
    marks: Annotated[tuple[Mark, ...], Field(max_length=MOST_MARKS)] | None = None
    responses: Responses | None = None
    points: Annotated[tuple[KeyPoint, ...], Field(max_length=MOST_POINTS)] = ()
    measures: Annotated[tuple[HandMeasure, ...], Field(max_length=MOST_MEASURES)] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        check_order(self.phases or ())
        if len({(p.landmark, p.time_s) for p in self.points}) < len(self.points):
            raise refused("point_twice")
        if len({m.id for m in self.measures}) < len(self.measures):
            raise refused("measure_twice")
        return self

    @property
    def changes_result(self) -> bool:
        """Return whether anything is corrected that the result follows from; measuring by hand is not."""
        return bool(self.points) or any(x is not None for x in (self.phases, self.marks, self.responses))


def check_order(phases: Sequence[CorrectedPhase]) -> None:
    """Refuse phases that no test can have.

    Each begins where the one before it ends. Only after the person got up is there a gap, and
    what comes after it begins anew.

    Raises
    ------
    InputError
        When phases overlap, leave time out, or come in an order that cannot be.
    """
    if phases and phases[0].phase not in STARTING:
        raise refused("first", phase=_named(phases[0].phase))
    for earlier, later in pairwise(phases):
        _check_pair(earlier, later)
    for one_go in repetitions(phases):
        _check_repeats([p.phase for p in one_go])


def repetitions(phases: Sequence[CorrectedPhase]) -> list[list[CorrectedPhase]]:
    """Return the phases by repetition, counted as the machine counts.

    A new one begins with the first part that is added after a recovery, and when the person sat down
    again after something had been done.
    """
    found: list[list[CorrectedPhase]] = []
    for phase in phases:
        before = found[-1][-1] if found else None
        sat_down = before is None or has_gap(before, phase)
        done = bool(found) and any(p.phase != "BASELINE" for p in found[-1])
        goes_on = before is not None and before.phase == "RECOVERY"
        if not found or (done and (sat_down or goes_on)):
            found.append([])
        found[-1].append(phase)
    return found


def has_gap(earlier: CorrectedPhase, later: CorrectedPhase) -> bool:
    """Return whether time between two phases belongs to neither."""
    return later.start_s - earlier.end_s > SHARED_EDGE_S


def _check_pair(earlier: CorrectedPhase, later: CorrectedPhase) -> None:
    names = {"earlier": _named(earlier.phase), "later": _named(later.phase)}
    gap_s = later.start_s - earlier.end_s
    if later.start_s < earlier.start_s or gap_s < -SHARED_EDGE_S:
        raise refused("overlap", **names)
    if has_gap(earlier, later):
        if gap_s < LEAST_GAP_S or later.phase not in STARTING:
            raise refused("gap", **names, gap=gap_s)
    elif later.phase not in NEXT[earlier.phase]:
        raise refused("order", **names)


def _check_repeats(names: Sequence[PhaseName]) -> None:
    since_lift: set[PhaseName] = set()
    ever: set[PhaseName] = set()
    for name in names:
        if name in since_lift or (name in ever and name not in AGAIN):
            raise refused("twice", phase=_named(name))
        since_lift.add(name)
        if name == "HEAD_LIFT":
            since_lift.clear()
        ever.add(name)


def _named(phase: PhaseName) -> str:
    return text(f"movement.phase.{phase}")


def refused(what: str, **words: object) -> InputError:
    """Return the error that says why a correction cannot be, in the language spoken now."""
    return InputError(text(f"review.refused.{what}", **words), text(f"review.fix.{what}", **words))
