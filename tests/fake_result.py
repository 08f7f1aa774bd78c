"""A made-up but lifelike result for tests: track, angles and session of one clean test.

A stick figure is posed from smooth angle curves, so landmarks and angles agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from slumpcv.angles import Angles
from slumpcv.plausible import Plausible
from slumpcv.posture import raw_posture
from slumpcv.session import (
    Clip,
    Finding,
    Isolation,
    Measured,
    Moved,
    Phase,
    Quality,
    Session,
    Software,
    Span,
)
from slumpcv.terms import PhaseName
from slumpcv.track import LANDMARKS, PoseTrack, TrackSource

WIDTH_PX, HEIGHT_PX = 640, 480
FPS = 15.0
PLUS_MINUS = {
    "knee_flexion_deg": 2.6,
    "trunk_lean_deg": 2.0,
    "head_angle_deg": 3.5,
    "neck_flexion_deg": 3.5,
    "face_pitch_deg": 5.0,
    "ankle_deg": 9.0,
    "slump_index": 0.03,
}
BOUNDS: tuple[tuple[PhaseName, float, float], ...] = (
    ("BASELINE", 0.0, 2.5),
    ("SLUMP", 2.5, 6.5),
    ("NECK_FLEXION", 6.5, 9.5),
    ("KNEE_EXTENSION", 9.5, 12.5),
    ("DORSIFLEXION", 12.5, 15.0),
    ("HEAD_LIFT", 15.0, 18.5),
    ("RETURN", 18.5, 21.5),
    ("RECOVERY", 21.5, 23.5),
)
# Value held at the end of each phase, in the order of BOUNDS.
HOLDS = {
    "knee_flexion_deg": (90, 90, 90, 14, 14, 16, 90, 90),
    "trunk_lean_deg": (-8, -3, -3, -4, -4, -3, -8, -8),
    "neck_flexion_deg": (24, 30, 62, 62, 61, 27, 24, 24),
    "face_pitch_deg": (5, 12, 55, 55, 55, 14, 5, 5),
    "ankle_deg": (0, 0, 0, -2, 12, 11, 0, 0),
    "slump_index": (0, 0.16, 0.17, 0.17, 0.17, 0.16, 0.01, 0),
}


@dataclass(frozen=True)
class FakeResult:
    """What the report functions take."""

    track: PoseTrack
    angles: Angles
    session: Session


def _curve(time_s: NDArray[np.float64], holds: tuple[float, ...]) -> NDArray[np.float64]:
    """Move from hold to hold during the first part of each phase, smoothly."""
    values = np.full(len(time_s), float(holds[0]))
    for (_, start_s, end_s), before, after in zip(BOUNDS[1:], holds, holds[1:], strict=False):
        done = np.clip((time_s - start_s) / (0.6 * (end_s - start_s)), 0, 1)
        values += (after - before) * (0.5 - 0.5 * np.cos(np.pi * done))
    return values


def fake_angles(gap: bool = True) -> Angles:
    """Angles of a clean test; with a short filled gap at 5 s and a long one at 10.5 to 11 s."""
    time_s = np.arange(int(23.5 * FPS)) / FPS
    curves = {name: _curve(time_s, holds) for name, holds in HOLDS.items()}
    curves["head_angle_deg"] = curves["neck_flexion_deg"] + curves["trunk_lean_deg"]
    confidence = np.full(len(time_s), 0.93)
    interpolated = np.zeros(len(time_s), dtype=bool)
    if gap:
        interpolated[75:77] = True
        lost = (time_s >= 10.5) & (time_s < 11.0)
        confidence[lost] = 0.0
        for values in curves.values():
            values[lost] = np.nan
    points = _pose(curves) * np.array([1.0, -1.0])
    points[interpolated] = np.nan
    return Angles(
        time_s=time_s,
        shoulder_drop=curves["slump_index"] * 1.1,
        confidence=confidence,
        interpolated=interpolated,
        side="right",
        facing="right",
        raw=raw_posture(points, time_s, "right", 98.0),
        baseline=None,
        plausible=Plausible(
            points,
            {},
            np.isnan(curves["knee_flexion_deg"]),
            np.zeros(len(time_s)),
            98.0,
            np.zeros(len(time_s), dtype=bool),
        ),
        **curves,
    )


def _step(from_px: NDArray[np.float64], length_px: float, up_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Walk a length in a direction given from straight up, forward positive (image y is down)."""
    angle = np.deg2rad(up_deg)
    return from_px + length_px * np.stack([np.sin(angle), -np.cos(angle)], axis=-1)


def _pose(curves: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Landmarks in pixels of a person facing right, posed from the angles."""
    frames = len(curves["knee_flexion_deg"])
    flat = np.full(frames, 92.0)
    shank = flat + curves["knee_flexion_deg"]
    hip = np.broadcast_to(np.array([270.0, 246.0]), (frames, 2))
    knee = _step(hip, 98.0, flat)
    ankle = _step(knee, 97.0, shank)
    heel = _step(ankle, 22.0, shank + 40)
    toe = _step(heel, 62.0, shank - 90 - curves["ankle_deg"])
    length = 117.0 * (1 - curves["slump_index"]).reshape(-1, 1)
    shoulder = hip + length * (_step(hip, 1.0, curves["trunk_lean_deg"]) - hip)
    ear = _step(shoulder, 44.0, curves["head_angle_deg"])
    nose = _step(ear, 32.0, curves["face_pitch_deg"] + 90)
    landmarks = np.full((frames, LANDMARKS, 2), np.nan)
    near = {0: nose, 8: ear, 12: shoulder, 24: hip, 26: knee, 28: ankle, 30: heel, 32: toe}
    far = {
        7: ear,
        11: shoulder,
        23: hip,
        25: knee + 6,
        27: knee + np.array([4, 97]),
        29: knee + np.array([-10, 112]),
    }
    for index, points in near.items():
        landmarks[:, index] = points
    for index, points in far.items():
        landmarks[:, index] = points + np.array([7.0, -4.0])
    return landmarks


def fake_track(angles: Angles) -> PoseTrack:
    """The track that the angles could have been measured from."""
    frames = len(angles.time_s)
    landmarks = angles.plausible.points * np.array([1.0, -1.0])
    source = TrackSource(
        WIDTH_PX,
        HEIGHT_PX,
        0,
        FPS,
        float(angles.time_s[-1]),
        "mp4",
        "h264",
        "0" * 64,
        "full",
        "1" * 64,
        "0.1.0",
    )
    return PoseTrack(
        time_s=angles.time_s,
        landmarks_px=landmarks.astype(np.float32),
        visibility=np.full((frames, LANDMARKS), 0.95, dtype=np.float32),
        world_m=np.full((frames, LANDMARKS, 3), np.nan, dtype=np.float32),
        luma=np.full(frames, 120, dtype=np.float32),
        sharpness=np.full(frames, 300, dtype=np.float32),
        people=np.ones(frames, dtype=np.uint8),
        source=source,
    )


ISOLATED = Isolation(
    isolated=True,
    status="isolated",
    head_lift_deg=34.2,
    knee_change_deg=2.1,
    trunk_change_deg=1.0,
    slump_index_change=-0.01,
    ankle_change_deg=-1.2,
    plus_minus={
        "head_lift_deg": 2.5,
        "knee_change_deg": 2.5,
        "trunk_change_deg": 1.0,
        "slump_index_change": 0.015,
        "ankle_change_deg": 6.0,
    },
    moved=(),
    reasons=(),
)
KNEE_MOVED = ISOLATED.model_copy(
    update={
        "isolated": False,
        "status": "moved",
        "knee_change_deg": 11.6,
        "moved": (
            Moved(part="knee", change=11.6, worst=12.4, plus_minus=2.5, unit="deg", limit=5, at_s=16.42),
        ),
        "reasons": ("the knee moved by 12 degrees",),
    }
)
NO_LIFT = Isolation(
    isolated=None,
    status="no_lift",
    head_lift_deg=None,
    knee_change_deg=None,
    trunk_change_deg=None,
    slump_index_change=None,
    ankle_change_deg=None,
    plus_minus={},
    moved=(),
    reasons=("no head lift was seen",),
)
DIM = Finding(
    code="dim",
    severity="warn",
    message="The picture is dark, so joints are found less exactly.",
    fix="Switch on a lamp or open the curtains.",
    spans=(Span(start_s=8.0, end_s=12.0),),
)
FRONTAL = Finding(
    code="camera_yaw",
    severity="unusable",
    message="The camera looks at you from the front instead of from the side.",
    fix="Put the camera at hip height, square to your side.",
)


def _measurements(angles: Angles) -> dict[PhaseName, dict[str, Measured]]:
    held = {name: int(np.searchsorted(angles.time_s, end_s - 0.2)) for name, _, end_s in BOUNDS}
    return {
        phase: {
            name: Measured(value=float(getattr(angles, name)[i]), plus_minus=error)
            for name, error in PLUS_MINUS.items()
        }
        for phase, i in held.items()
    }


def fake_session(
    angles: Angles, isolation: Isolation = ISOLATED, findings: tuple[Finding, ...] = (DIM,)
) -> Session:
    """A session around the angles."""
    return Session(
        software=Software(slumpcv="0.1.0", model="full", model_sha256="1" * 64),
        clip=Clip(
            sha256="0" * 64,
            duration_s=23.5,
            width_px=WIDTH_PX,
            height_px=HEIGHT_PX,
            rotation_deg=0,
            fps_nominal=FPS,
            frames_analysed=len(angles.time_s),
            container="mp4",
            codec="h264",
        ),
        side="right",
        facing="right",
        quality=Quality(
            usable=all(finding.severity != "unusable" for finding in findings),
            findings=findings,
            camera_yaw_deg=3.0,
            camera_yaw_plus_minus_deg=5.0,
        ),
        phases=tuple(
            Phase(
                phase=name,
                start_s=start_s,
                end_s=end_s,
                reached=name != "DORSIFLEXION",
                margin={"SLUMP": 0.11, "NECK_FLEXION": 12.4, "KNEE_EXTENSION": 16.0, "HEAD_LIFT": 14.2}.get(
                    name
                ),
                margin_unit={"SLUMP": "index", "NECK_FLEXION": "deg", "KNEE_EXTENSION": "deg"}.get(
                    name, "deg" if name == "HEAD_LIFT" else None
                ),
                repetition=1,
            )
            for name, start_s, end_s in BOUNDS
        ),
        measurements=_measurements(angles),
        isolation=isolation,
    )


def fake_result(
    isolation: Isolation = ISOLATED, findings: tuple[Finding, ...] = (DIM,), gap: bool = True
) -> FakeResult:
    """Everything the report functions take, made up."""
    angles = fake_angles(gap)
    return FakeResult(fake_track(angles), angles, fake_session(angles, isolation, findings))


def without_phases(result: FakeResult) -> FakeResult:
    """The same result with no phase found."""
    session = result.session.model_copy(update={"phases": (), "measurements": {}, "isolation": NO_LIFT})
    return replace(result, session=session)
