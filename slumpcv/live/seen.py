"""What is known of the person at one moment of a guided test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slumpcv.marks import PhaseSpan, Stage
    from slumpcv.signals import Part
    from slumpcv.terms import PhaseName


@dataclass(frozen=True)
class Seen:
    """One frame, measured live, on the recording's own clock.

    Attributes
    ----------
    time_s : seconds since the recording began; increases from frame to frame.
    found : whether anybody is seen in this frame.
    stage, phase : where the phase machine is.
    spans : the phases so far, oldest first; the last one ends now, and any may still change.
    moving : which parts are under way.
    angles : by name as in :class:`slumpcv.angles.Angles`; smoothed causally, NaN where not seen.
    tall : the same angles while the person last sat tall; empty before that.
    far_knee_flexion_deg : of the leg away from the camera; a guess of the model.
    hand_up : whether the near hand is raised, as a sign of a symptom.
    hand_since_s : when it went up or came down, a little before that could be known; NaN when it
        has not been up yet.
    arm_up : whether the near wrist is seen above its shoulder just now, sign or not.
    """

    time_s: float
    found: bool
    stage: Stage
    phase: PhaseName | None
    spans: tuple[PhaseSpan, ...]
    moving: frozenset[Part]
    angles: Mapping[str, float]
    tall: Mapping[str, float]
    far_knee_flexion_deg: float
    hand_up: bool
    hand_since_s: float = math.nan
    arm_up: bool = False
