"""Small drawings of the steps, made by code: a seated person from the side, facing right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import Literal

Point = tuple[float, float]
Part = Literal["back", "head", "leg", "arm"]

# A picture of 120 by 112, y down; proportions by eye.
HIP: Point = (42, 70)
KNEE: Point = (70, 70)
FLOOR_Y = 104
SHANK = 30
HEAD_RADIUS = 8.5


@dataclass(frozen=True)
class Pose:
    """How a figure sits.

    ``back`` is where the spine bulges to, ``look_deg`` where the face points, downwards positive,
    ``knee_deg`` how far the shank is from hanging straight down, ``moved`` the part to point out.
    """

    shoulder: Point
    back: Point
    head: Point
    look_deg: float
    knee_deg: float = 0
    elbow: Point = (55, 59)
    hand: Point = (63, 67)
    moved: Part | None = None


_TALL = Pose((43, 37), (41, 54), (46, 20), 0, elbow=(47, 55))
_SLUMPED = Pose((53, 44), (27, 54), (64, 31), 0, moved="back")
_CHIN_DOWN = replace(_SLUMPED, head=(66, 41), look_deg=70, moved="head")
_KNEE_STRAIGHT = replace(_CHIN_DOWN, knee_deg=82, moved="leg")
POSES: dict[str, Pose] = {
    "tall": _TALL,
    "slump": _SLUMPED,
    "chin": _CHIN_DOWN,
    "knee": _KNEE_STRAIGHT,
    "head_lift": replace(_KNEE_STRAIGHT, head=_SLUMPED.head, look_deg=0, moved="head"),
    "back": replace(_TALL, moved="back"),
    "mark": replace(_CHIN_DOWN, elbow=(68, 63), hand=(90, 36), moved="arm"),
}


def figure(name: str) -> str:
    """Return a drawing as SVG, in the colour of the text around it."""
    pose = POSES[name]
    parts = [
        _chair(),
        _leg(0, "far"),
        _leg(pose.knee_deg, _class(pose, "leg")),
        _path(f"M{_at(HIP)} Q{_at(pose.back)} {_at(pose.shoulder)}", f"trunk {_class(pose, 'back')}"),
        _head(pose),
        _arm(pose),
    ]
    return f'<svg class="figure" viewBox="0 0 120 112" aria-hidden="true">{"".join(parts)}</svg>'


def _class(pose: Pose, part: Part) -> str:
    return "moved" if pose.moved == part else "still"


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _path(points: str, kind: str) -> str:
    return f'<path class="{kind}" d="{points}"/>'


def _chair() -> str:
    return _path(f"M26 79 H58 M31 79 V{FLOOR_Y} M53 79 V{FLOOR_Y}", "chair") + _path(
        f"M8 {FLOOR_Y} H112", "chair"
    )


def _leg(knee_deg: float, kind: str) -> str:
    down, out = cos(radians(knee_deg)), sin(radians(knee_deg))
    ankle = (KNEE[0] + SHANK * out, KNEE[1] + SHANK * down)
    toe = (ankle[0] + 9 * down, ankle[1] - 9 * out + 2 * down)
    thigh = "" if kind == "far" else _path(f"M{_at(HIP)} L{_at(KNEE)}", "limb still")
    return thigh + _path(f"M{_at(KNEE)} L{_at(ankle)} L{_at(toe)}", f"limb {kind}")


def _head(pose: Pose) -> str:
    x, y = pose.head
    look = radians(pose.look_deg + 8)
    tip = (x + (HEAD_RADIUS + 1.5) * cos(look), y + (HEAD_RADIUS + 1.5) * sin(look))
    rim = (x + HEAD_RADIUS * 0.8 * cos(look), y + HEAD_RADIUS * 0.8 * sin(look))
    kind = _class(pose, "head")
    neck = _path(f"M{_at(pose.shoulder)} L{_at(pose.head)}", f"arm {kind}")
    skull = f'<circle class="skull {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{HEAD_RADIUS}"/>'
    return neck + skull + _path(f"M{_at(rim)} L{_at(tip)}", f"arm {kind}")


def _arm(pose: Pose) -> str:
    points = f"M{_at(pose.shoulder)} L{_at(pose.elbow)} L{_at(pose.hand)}"
    return _path(points, f"arm {_class(pose, 'arm')}")
