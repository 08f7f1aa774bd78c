"""Phases of a measured clip: every frame, in order, through the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.phases import BASELINE_S, PhaseMachine, PhaseSpan, Sample
from slumpcv.posture import seated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.angles import Angles


def samples(angles: Angles) -> Iterator[Sample]:
    """Yield what the state machine sees of each frame."""
    sits = seated(angles.raw)
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


def segment(angles: Angles) -> list[PhaseSpan]:
    """Return the phases of a clip in order of time; empty when nobody sat down in it."""
    machine = PhaseMachine()
    for sample in samples(angles):
        machine.step(sample)
    return [s for s in machine.spans() if s.phase != "BASELINE" or s.end_s - s.start_s >= BASELINE_S]
