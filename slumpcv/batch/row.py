"""What became of one clip: a row of the ledger, of the summary, and beside each session."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import Field

from slumpcv.export.measurements import CHANGES, rows
from slumpcv.holds import ANGLES
from slumpcv.terms import PhaseName, Side, Strict

if TYPE_CHECKING:
    from slumpcv.batch.inputs import Clip
    from slumpcv.errors import InputError
    from slumpcv.session import Session

ROW_SCHEMA_VERSION = 1
MOVEMENT_REPORT = "MOVEMENT_REPORT"
"""Stands for the outcome where no answers were given: angles alone make none."""
HELD_PHASES = tuple(phase for phase in get_args(PhaseName) if phase != "RETURN")


class Row(Strict):
    """What became of one clip.

    Attributes
    ----------
    clip, size_bytes, stamp : the clip as it was found (see `inputs.Clip`); empty beside a session, since a
        name may name a patient.
    sha256 : of the clip's content; None when it could not be read.
    made_by : version, model and options that it was measured with.
    problem, fix : why it failed, and what to do.
    session : where the results are, below the destination.
    library : id of the session in the therapist's library; None where it was not taken in.
    reused : the same content had been measured under another name, or before a run was cut off.
    result : code of the outcome, or `MOVEMENT_REPORT`.
    recorded_on : day on which the clip's file says that it was recorded; None where it does not say.
    findings : codes of what was found about the recording, joined by spaces.
    pictures : frames that were analysed.
    reading_s, pose_s, rest_s : seconds spent on fetching the clip, on decoding and following the person,
        and on measuring and writing.
    values : angles at the holds (``knee_extension_knee_flexion_deg``), changes during the head lift
        (``head_lift_knee_change_deg``), and the error of each (``..._plus_minus``). What was not seen is not
        in it.
    """

    schema_version: Literal[1] = 1
    clip: str = ""
    size_bytes: int | None = None
    stamp: str = ""
    sha256: str | None = None
    status: Literal["done", "failed"]
    made_by: str
    problem: str | None = None
    fix: str | None = None
    session: str | None = None
    library: str | None = None
    reused: bool = False
    recorded_on: date | None = None
    side: Side | None = None
    result: str | None = None
    usable: bool | None = None
    isolation_status: str | None = None
    findings: str = ""
    camera_yaw_deg: float | None = None
    duration_s: float | None = None
    pictures: int | None = None
    reading_s: float | None = None
    pose_s: float | None = None
    rest_s: float | None = None
    slumpcv: str | None = None
    model: str | None = None
    model_sha256: str | None = None
    values: dict[str, float] = Field(default_factory=dict)

    def of_clip(self, clip: Clip, **changed: Any) -> Row:
        """Return the same row for a clip under its own name."""
        return self.model_copy(
            update={"clip": clip.url, "size_bytes": clip.size_bytes, "stamp": clip.stamp, **changed}
        )


VALUE_COLUMNS = tuple(
    f"{name}{ending}"
    for name in (
        *(f"{phase.lower()}_{angle}" for phase in HELD_PHASES for angle in ANGLES),
        *(f"head_lift_{change.removeprefix('head_lift_')}" for change in CHANGES),
    )
    for ending in ("", "_plus_minus")
)
"""What `Row.values` may hold, in the order of the protocol."""


def row_of_session(result: Session, made_by: str, **known: Any) -> Row:
    """Return the row of a session's result; ``known`` is what the session does not say."""
    used = result.used
    return Row(
        status="done",
        made_by=made_by,
        side=used.side,
        result=MOVEMENT_REPORT if used.outcome is None else used.outcome.code,
        usable=used.quality.usable,
        isolation_status=used.isolation.status,
        findings=" ".join(finding.code for finding in used.quality.findings),
        camera_yaw_deg=used.quality.camera_yaw_deg,
        duration_s=used.clip.duration_s,
        pictures=used.clip.frames_analysed,
        slumpcv=used.software.slumpcv,
        model=used.software.model,
        model_sha256=used.software.model_sha256,
        values=_values(used),
        **known,
    )


def failed_row(clip: Clip, made_by: str, error: InputError, sha256: str | None = None) -> Row:
    """Return the row of a clip that could not be measured."""
    return Row(status="failed", made_by=made_by, problem=error.problem, fix=error.fix, sha256=sha256).of_clip(
        clip
    )


def _values(session: Session) -> dict[str, float]:
    """Return all that was seen, with its error, by the names of `VALUE_COLUMNS`."""
    values: dict[str, float] = {}
    for row in rows(session):
        if row.moment not in ("hold", "change") or row.phase is None:
            continue
        name = f"{row.phase.lower()}_{row.measure.removeprefix('head_lift_')}"
        for key, value in ((name, row.value), (f"{name}_plus_minus", row.plus_minus)):
            if value is not None:
                values[key] = value
    return values
