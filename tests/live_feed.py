"""A pose track as the live side gets it: one frame after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.live.measure import LiveMeasure
from slumpcv.marks import Stage
from slumpcv.phases import PhaseMachine
from slumpcv.pose import Pose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.live.measure import Measured
    from slumpcv.phases import PhaseSpan
    from slumpcv.track import PoseTrack


def frames(track: PoseTrack) -> Iterator[tuple[float, Pose | None]]:
    """Each frame's time and person."""
    for i, time_s in enumerate(track.time_s):
        found = bool(np.isfinite(track.landmarks_px[i, 0, 0]))
        pose = Pose(track.landmarks_px[i], track.visibility[i], track.world_m[i])
        yield float(time_s), pose if found else None


def watch(track: PoseTrack, live: LiveMeasure) -> tuple[list[Measured], list[PhaseSpan]]:
    """What is measured of each frame, and the phases known at the end."""
    machine, measured = PhaseMachine(), []
    for time_s, pose in frames(track):
        upright = machine.stage in (Stage.AWAY, Stage.BASELINE)
        measured.append(live.step(time_s, pose, upright=upright))
        machine.step(measured[-1].sample(time_s))
    return measured, machine.spans()
