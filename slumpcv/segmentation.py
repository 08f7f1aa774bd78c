"""Phases of a measured clip: every frame, in order, through the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.phases import BASELINE_S, PhaseMachine, PhaseSpan, Sample
from slumpcv.posture import seated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from slumpcv.angles import Angles

# Standing raises the hips by about 0.9 thigh lengths over the seat.
SEAT_THIGHS = 0.35


def samples(angles: Angles) -> Iterator[Sample]:
    """Yield what the state machine sees of each frame."""
    sits = seated(angles.raw) | _on_the_seat(angles)
    known = np.isfinite(angles.raw.thigh_deg) & np.isfinite(angles.raw.rise_px)
    for i, time_s in enumerate(angles.time_s):
        yield Sample(
            time_s=float(time_s),
            seated=bool(sits[i]) if known[i] else None,
            trunk_lean_deg=float(angles.trunk_lean_deg[i]),
            shoulder_drop=float(angles.shoulder_drop[i]),
            head_angle_deg=float(angles.head_angle_deg[i]),
            face_pitch_deg=float(angles.face_pitch_deg[i]),
            knee_flexion_deg=float(angles.knee_flexion_deg[i]),
            ankle_deg=float(angles.ankle_deg[i]),
        )


def _on_the_seat(angles: Angles) -> NDArray[np.bool_]:
    """Return the frames in which the hips are as high as when sitting tall.

    Whoever gets up raises them by almost a thigh length; legs that are seen wrongly for a
    moment, as when somebody walks through the picture, leave them where they are.
    """
    if angles.baseline is None:
        return np.zeros(len(angles.time_s), dtype=bool)
    with np.errstate(invalid="ignore"):
        away_px = np.abs(angles.raw.hip_y_px - angles.baseline.hip_y_px)
        return away_px < SEAT_THIGHS * angles.raw.thigh_px


def segment(angles: Angles) -> list[PhaseSpan]:
    """Return the phases of a clip in order of time; empty when nobody sat down in it."""
    machine = PhaseMachine()
    for sample in samples(angles):
        machine.step(sample)
    return [s for s in machine.spans() if s.phase != "BASELINE" or s.end_s - s.start_s >= BASELINE_S]
