"""The result of one analysis, as the strict schema that ``session.json`` follows."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Side = Literal["left", "right"]
PhaseName = Literal[
    "BASELINE",
    "SLUMP",
    "NECK_FLEXION",
    "KNEE_EXTENSION",
    "DORSIFLEXION",
    "HEAD_LIFT",
    "RETURN",
    "RECOVERY",
]


class Strict(BaseModel):
    """Base of every schema here: unknown fields are refused, values cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Strict):
    """A stretch of the clip's own time, in seconds, end included."""

    start_s: float
    end_s: float


class Finding(Strict):
    """One thing about the recording that a person should know.

    ``severity`` is ``note`` (nothing to do), ``warn`` (the result is weaker) or
    ``unusable`` (no verdict is given). ``spans`` is empty when the whole clip is meant.
    """

    code: str
    severity: Literal["note", "warn", "unusable"]
    message: str
    fix: str
    spans: tuple[Span, ...] = ()


class Quality(Strict):
    """How far the recording can be trusted; yaw is positive towards the person's front."""

    usable: bool
    findings: tuple[Finding, ...]
    camera_yaw_deg: float | None
    camera_yaw_plus_minus_deg: float | None


class Phase(Strict):
    """One phase of the test, from the first movement towards it to the first of the next.

    ``margin`` is by how much the phase's own criterion was passed (negative: missed), in
    ``margin_unit``; None where the phase has no criterion.
    """

    phase: PhaseName
    start_s: float
    end_s: float
    reached: bool
    margin: float | None
    margin_unit: Literal["deg", "index", "thigh lengths"] | None
    repetition: int


class Measured(Strict):
    """A value with its error (95 % band, same unit); both None when it was not seen."""

    value: float | None
    plus_minus: float | None


class Moved(Strict):
    """A body part that moved during the head lift.

    ``change`` runs from the hold before to the hold after; ``worst`` is the largest
    excursion from the hold before, at ``at_s``.
    """

    part: Literal["knee", "trunk", "back", "ankle"]
    change: float
    worst: float
    plus_minus: float
    unit: Literal["deg", "index"]
    limit: float
    at_s: float


class Isolation(Strict):
    """Whether only the head moved during the head lift (None: no lift, or cannot tell)."""

    isolated: bool | None
    head_lift_deg: float | None
    knee_change_deg: float | None
    trunk_change_deg: float | None
    slump_index_change: float | None
    ankle_change_deg: float | None
    plus_minus: dict[str, float]
    moved: tuple[Moved, ...]
    reasons: tuple[str, ...]


class Clip(Strict):
    """Facts about the recording; never its file name, which may name the patient."""

    sha256: str | None
    duration_s: float
    width_px: int
    height_px: int
    rotation_deg: int
    fps_nominal: float | None
    frames_analysed: int
    container: str | None
    codec: str | None


class Software(Strict):
    """What produced this result."""

    slumpcv: str
    model: str
    model_sha256: str


class Session(Strict):
    """Everything ``slumpcv analyze`` found out about one clip."""

    schema_version: Literal[1] = 1
    software: Software
    clip: Clip
    side: Side | None
    facing: Side | None
    quality: Quality
    phases: tuple[Phase, ...]
    measurements: dict[PhaseName, dict[str, Measured]]
    isolation: Isolation
