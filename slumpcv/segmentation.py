"""Phases of a measured clip: every frame, in order, through the state machine."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.phases import BASELINE_S, PhaseMachine, PhaseSpan, Sample
from slumpcv.posture import seated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.posture import Baseline, RawPosture

# Standing raises the hips by about 0.9 thigh lengths over the seat.
SEAT_THIGHS = 0.35
# The angles that the state machine is fed.
SAMPLED = tuple(field.name for field in fields(Sample) if field.name not in ("time_s", "seated"))


def samples(angles: Angles) -> Iterator[Sample]:
    """Yield what the state machine sees of each frame."""
    sits = sitting(angles.raw, angles.baseline)
    values = {name: getattr(angles, name) for name in SAMPLED}
    for i, time_s in enumerate(angles.time_s):
        yield make_sample(float(time_s), sits[i], {name: float(v[i]) for name, v in values.items()})


def make_sample(time_s: float, sits: float, values: Mapping[str, float]) -> Sample:
    """Return what the state machine sees of one frame, from :func:`sitting` and the angles by name."""
    seated = None if math.isnan(sits) else bool(sits)
    return Sample(time_s, seated, **{name: values[name] for name in SAMPLED})


def sitting(raw: RawPosture, baseline: Baseline | None) -> NDArray[np.float64]:
    """Return whether the person sits, (T,): 1 or 0, and NaN where it cannot be told."""
    known = np.isfinite(raw.thigh_deg) & np.isfinite(raw.rise_px)
    return np.where(known, seated(raw) | _on_the_seat(raw, baseline), np.nan)


def _on_the_seat(raw: RawPosture, baseline: Baseline | None) -> NDArray[np.bool_]:
    """Return the frames in which the hips are as high as when sitting tall.

    Whoever gets up raises them by almost a thigh length; legs that are seen wrongly for a
    moment, as when somebody walks through the picture, leave them where they are.
    """
    if baseline is None:
        return np.zeros(len(raw.time_s), dtype=bool)
    with np.errstate(invalid="ignore"):
        return np.abs(raw.hip_y_px - baseline.hip_y_px) < SEAT_THIGHS * raw.thigh_px


def segment(angles: Angles) -> list[PhaseSpan]:
    """Return the phases of a clip in order of time; empty when nobody sat down in it."""
    machine = PhaseMachine()
    for sample in samples(angles):
        machine.step(sample)
    return [s for s in machine.spans() if s.phase != "BASELINE" or s.end_s - s.start_s >= BASELINE_S]
