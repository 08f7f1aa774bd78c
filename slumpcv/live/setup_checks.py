"""What each check of the set-up asks of the last two seconds: a fix, or nothing when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast, get_args

import numpy as np

from slumpcv import thresholds
from slumpcv.body import landmark
from slumpcv.live.record import Skippable
from slumpcv.posture import SEATED_THIGH_DEG, UPRIGHT_LEAN_DEG
from slumpcv.quality.picture import BLURRED_SHARPNESS, DARK_LUMA, sharpness_per_light
from slumpcv.quality.view import (
    CLOSE_TRUNK_SHARE,
    FRONTAL_WIDTH,
    SMALL_THIGH_PX,
    beyond_frame,
    shoulder_width,
)
from slumpcv.quality.yaw import estimate_yaw_deg, surely_off_deg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from slumpcv.live.measure import LiveMeasure
    from slumpcv.live.record import InVain
    from slumpcv.pose import Pose
    from slumpcv.posture import RawPosture
    from slumpcv.rows import Row
    from slumpcv.terms import Side

Check = Literal["person", "alone", "side_view", "leg", "whole_body", "distance", "light", "chair", "still"]
Fix = Literal[
    "person",
    "alone",
    "side_view",
    "turn_round",
    "whole_body",
    "move_back",
    "come_closer",
    "room_ahead",
    "light",
    "chair_low",
    "chair_high",
    "sit_tall",
    "hold_still",
]

# The straightened leg reaches 2.0 to 2.4 thigh lengths ahead of the hip in the samples.
LEG_REACH_THIGHS = 2.5
# The top of the head is over the ear by about this much of the torso. [E]
HEAD_TOP_TORSOS = 0.25
# The knee higher or lower than the hip by more than this: legs that push the trunk back, or
# hang from a seat that does not carry the thigh. The samples read -9 to 4 deg. [E]
CHAIR_DEG = 20.0
# Another person counts from this size on against the one who is tested: smaller ones stand far
# behind or hang on the wall. [E]
COMPANY_SHARE = 0.5
# Company in this many of the latest searches is company.
LEAST_SIGHTINGS = 2
# A check holds when this share of the frames meets it.
SHARE = thresholds.USABLE_HOLD_SHARE


@dataclass(frozen=True)
class Evidence:
    """What is known when the checks are made.

    Attributes
    ----------
    rows : the frames of the last two seconds, oldest first; at least one.
    sightings : of the latest searches for people, whether each saw company.
    size_px : width and height of the picture.
    side : the tested side, which is to be nearest the camera.
    measured : the live angles.
    """

    rows: Sequence[Row]
    sightings: Sequence[bool]
    size_px: tuple[int, int]
    side: Side
    measured: LiveMeasure

    @cached_property
    def poses(self) -> list[Pose]:
        """Return the person in the frames in which they were found."""
        return [row.pose for row in self.rows if row.pose is not None]

    @cached_property
    def px(self) -> NDArray[np.float32]:
        """Return their landmarks, (N, 33, 2)."""
        return np.array([pose.landmarks_px for pose in self.poses])

    @property
    def raw(self) -> RawPosture:
        """Return the raw posture over the last two seconds."""
        assert self.measured.raw is not None
        return self.measured.raw.since(self.rows[0].time_s)


def company(people: Sequence[Pose]) -> bool:
    """Return whether somebody else is so near that the two could be taken for each other."""
    sizes = sorted((pose.torso_px for pose in people), reverse=True)
    return len(sizes) > 1 and sizes[1] > COMPANY_SHARE * sizes[0]


def _person(seen: Evidence) -> Fix | None:
    return None if len(seen.poses) >= SHARE * len(seen.rows) else "person"


def _alone(seen: Evidence) -> Fix | None:
    return None if seen.sightings and sum(seen.sightings) < LEAST_SIGHTINGS else "alone"


def _side_view(seen: Evidence) -> Fix | None:
    if shoulder_width(seen.px) > FRONTAL_WIDTH:
        return "side_view"
    raw = seen.raw
    yaw_deg = estimate_yaw_deg(raw, seen.measured.torso_px, np.ones(len(raw.time_s), dtype=bool))
    square = yaw_deg is not None and surely_off_deg(yaw_deg) <= thresholds.YAW_WARN_DEG
    return None if square else "side_view"


def _leg(seen: Evidence) -> Fix | None:
    ahead = float(np.median([pose.ahead for pose in seen.poses]))
    return None if (ahead > 0) == (seen.side == "right") else "turn_round"


def _whole_body(seen: Evidence) -> Fix | None:
    if _distance(seen) == "move_back":
        return "move_back"
    width_px, height_px = seen.size_px
    beyond = beyond_frame(seen.px, width_px, height_px, near=seen.side)
    outside = np.any([beyond[joint] for joint in beyond if joint not in ("elbow", "wrist")], axis=0)
    ear_px = float(np.median(seen.px[:, landmark("ear", seen.side), 1]))
    if outside.mean() > 1 - SHARE or ear_px < HEAD_TOP_TORSOS * seen.measured.torso_px:
        return "whole_body"
    hip_px = float(np.median(seen.px[:, landmark("hip", seen.side), 0]))
    room_px = width_px - hip_px if seen.side == "right" else hip_px
    return None if room_px > LEG_REACH_THIGHS * seen.raw.thigh_px else "room_ahead"


def _distance(seen: Evidence) -> Fix | None:
    if seen.measured.torso_px > CLOSE_TRUNK_SHARE * min(seen.size_px):
        return "move_back"
    return None if seen.raw.thigh_px >= SMALL_THIGH_PX else "come_closer"


def _light(seen: Evidence) -> Fix | None:
    luma = np.array([row.luma for row in seen.rows], dtype=np.float32)
    sharp = sharpness_per_light(np.array([row.sharpness for row in seen.rows], dtype=np.float32), luma)
    clear = np.nanmedian(sharp) >= BLURRED_SHARPNESS if np.isfinite(sharp).any() else False
    return None if np.median(luma) >= DARK_LUMA and clear else "light"


def _chair(seen: Evidence) -> Fix | None:
    thigh_deg = seen.raw.thigh_deg
    if not np.isfinite(thigh_deg).any():
        return "sit_tall"
    slope_deg = float(np.nanmedian(thigh_deg))
    if abs(slope_deg) > SEATED_THIGH_DEG:
        return "sit_tall"
    if abs(slope_deg) <= CHAIR_DEG:
        return None
    return "chair_low" if slope_deg > 0 else "chair_high"


def _still(seen: Evidence) -> Fix | None:
    if seen.measured.sits_tall:
        return None
    lean_deg = seen.raw.trunk_lean_deg
    lean_deg = lean_deg[np.isfinite(lean_deg)]
    upright = len(lean_deg) > 0 and abs(float(np.median(lean_deg))) < UPRIGHT_LEAN_DEG
    return "hold_still" if upright and not seen.measured.sits_short else "sit_tall"


CHECKS: dict[Check, Callable[[Evidence], Fix | None]] = {
    "person": _person,
    "alone": _alone,
    "side_view": _side_view,
    "leg": _leg,
    "whole_body": _whole_body,
    "distance": _distance,
    "light": _light,
    "chair": _chair,
    "still": _still,
}
"""All checks, in the order in which they are to be mended."""


def fixes(seen: Evidence) -> dict[Check, Fix | None]:
    """Return what each check asks for; while nobody is found, all of them are still to be done."""
    if _person(seen) is not None or not seen.poses:
        return dict.fromkeys(CHECKS, "person")
    return {check: judge(seen) for check, judge in CHECKS.items()}


def skippable(open_fixes: Mapping[Check, Fix | None]) -> dict[Skippable, InVain]:
    """Return which of the open checks are no matter of safety; who stands has to sit down first."""
    return {
        cast("Skippable", check): cast("InVain", fix)
        for check, fix in open_fixes.items()
        if check in get_args(Skippable) and fix is not None and (check, fix) != ("chair", "sit_tall")
    }
