"""Findings about where the camera stands: angle, rotation, distance, framing, steadiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv import thresholds
from slumpcv.body import NOSE, PAIRS, landmark
from slumpcv.language import listed, text
from slumpcv.quality.scene import Scene, around
from slumpcv.quality.words import finding
from slumpcv.quality.yaw import surely_off_deg
from slumpcv.smoothing import running_median, window_frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from slumpcv.quality.words import Severity
    from slumpcv.session import Finding
    from slumpcv.terms import Side

    Mask = NDArray[np.bool_]

# Shoulder width over torso length was 0.70 to 0.80 in frontal seated clips, 0.55 to 0.63 in
# photographs taken half from the front, at most 0.34 in side views, 0.43 with 30 deg of yaw.
FRONTAL_WIDTH = 0.55
# A torso further from upright than this, most of the time, is a picture on its side: turned
# samples read 72 to 108 deg (162 upside down), upright ones under 25. [E]
SIDEWAYS_LEAN_DEG = 60.0
# A landmark this close to the border (share of the picture) may as well be beyond it. [E]
HAIR = 0.005
# One pixel is a degree on a bone of 57 pixels. In samples reduced to 320x240 (thighs of 47 to 50
# pixels) the knee differs by 0.7 to 1.8 deg on average, at 160x120 (23 pixels) by 2.9.
SMALL_THIGH_PX = 55.0
TINY_THIGH_PX = 25.0
# Head to sole of a seated person is 2.4 trunk lengths, and so is back to toes of a straight
# leg: beyond this share of the picture's side they do not fit. [E]
CLOSE_TRUNK_SHARE = 0.42
# Joint motion common to the body against its own median over SHAKE_WINDOW_S, in trunk lengths:
# samples under 0.001, heavy noise 0.005, shaken by 2 pixels of 480 0.011 (the knee then differs by
# 1.3 deg, no more than after strong compression), by 6 pixels 0.057.
SHAKY_TRUNKS = 0.02
SHAKE_WINDOW_S = 0.5
# The hips of a seated person wander by at most 0.12 trunk lengths in the samples, up to 0.2
# with noise; more means that the camera or the seat moved.
MOVED_TRUNKS = 0.35
MOVED_WINDOW_S = 1.0

PARTS: dict[str, tuple[str, ...]] = {
    "head": ("ear", "nose"),
    "shoulder": ("shoulder",),
    "hip": ("hip",),
    "knee": ("knee",),
    "foot": ("ankle", "heel", "toe"),
}
# Without these no angle of the verdict can be measured; toes and nose are not among them.
MEASURED = ("ear", "shoulder", "hip", "knee", "ankle")


def view_findings(scene: Scene, yaw_deg: float | None) -> Iterator[Finding]:
    """Yield what is wrong with the camera's place."""
    if lies_sideways(scene):
        yield finding("ROTATED", "unusable")
        return
    if is_frontal(scene):
        yield finding("FRONTAL_VIEW", "unusable")
    elif yaw_deg is not None:
        yield from _yaw(yaw_deg)
    yield from _distance(scene)
    yield from _framing(scene)
    if scene.angles.baseline is not None:
        yield from _steadiness(scene, scene.angles.baseline.trunk_px)


def lies_sideways(scene: Scene) -> bool:
    """Return whether the torso is nowhere near upright for most of the clip."""
    torso = torsos(scene.track.landmarks_px[scene.found].astype(np.float64))
    if len(torso) == 0:
        return False
    lean_deg = np.degrees(np.arctan2(np.abs(torso[:, 0]), -torso[:, 1]))
    return bool(np.median(lean_deg) > SIDEWAYS_LEAN_DEG)


def is_frontal(scene: Scene) -> bool:
    """Return whether the shoulders are as wide in the image as only from front or back."""
    seen = scene.found & scene.test
    if not seen.any():
        return False
    return shoulder_width(scene.track.landmarks_px[seen]) > FRONTAL_WIDTH


def shoulder_width(landmarks_px: NDArray[np.float32]) -> float:
    """Return the median width between the shoulders in torso lengths; all frames must show somebody."""
    left, right = PAIRS["shoulder"]
    px = landmarks_px.astype(np.float64)
    width_px = np.abs(px[:, left, 0] - px[:, right, 0])
    return float(np.median(width_px / np.maximum(np.hypot(*torsos(px).T), 1.0)))


def torsos(px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the way from the middle of the hips to that of the shoulders, (T, 2)."""
    torso: NDArray[np.float64] = px[:, PAIRS["shoulder"]].mean(axis=1) - px[:, PAIRS["hip"]].mean(axis=1)
    return torso


def _yaw(yaw_deg: float) -> Iterator[Finding]:
    surely_deg = surely_off_deg(yaw_deg)
    degrees = round(abs(yaw_deg))
    end = text("findings.end.front") if yaw_deg > 0 else text("findings.end.back")
    if surely_deg > thresholds.YAW_REFUSE_DEG:
        yield finding("YAW_TOO_LARGE", "unusable", degrees=degrees, end=end)
    elif surely_deg > thresholds.YAW_WARN_DEG:
        yield finding("YAW", "warn", degrees=degrees, end=end)


def _distance(scene: Scene) -> Iterator[Finding]:
    thigh_px = scene.angles.raw.thigh_px
    if thigh_px < TINY_THIGH_PX:
        yield finding("TOO_FAR", "unusable")
    elif thigh_px < SMALL_THIGH_PX:
        yield finding("TOO_FAR", "warn")
    side_px = min(scene.track.source.width_px, scene.track.source.height_px)
    if scene.angles.baseline is not None and scene.angles.baseline.trunk_px > CLOSE_TRUNK_SHARE * side_px:
        yield finding("TOO_CLOSE", "warn")


def _framing(scene: Scene) -> Iterator[Finding]:
    source = scene.track.source
    outside = beyond_frame(
        scene.track.landmarks_px, source.width_px, source.height_px, near=scene.angles.side
    )
    by_part = {part: np.any([outside[j] for j in joints], axis=0) for part, joints in PARTS.items()}
    left = {part: spans for part, out in by_part.items() if (spans := scene.seconds(out))}
    if left:
        measured = np.any([outside[j] for j in MEASURED], axis=0)
        spans = around([(s.start_s, s.end_s) for part in left.values() for s in part])
        severity: Severity = "unusable" if scene.too_much(measured) else "warn"
        parts = listed([text(f"findings.part.{part}") for part in left])
        yield finding("OUT_OF_FRAME", severity, spans, parts=parts)


def beyond_frame(
    landmarks_px: NDArray[np.float32], width_px: int, height_px: int, near: Side
) -> dict[str, Mask]:
    """Return for each joint of the near side, and the nose, where it is at or beyond the border, (T,)."""
    share = landmarks_px.astype(np.float64) / np.array([width_px, height_px], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        beyond = (share < HAIR) | (share > 1.0 - HAIR)
    out: Mask = beyond[..., 0] | beyond[..., 1]
    return {"nose": out[:, NOSE], **{joint: out[:, landmark(joint, near)] for joint in PAIRS}}


def _steadiness(scene: Scene, trunk_px: float) -> Iterator[Finding]:
    seen = scene.found & scene.test
    if seen.sum() < 5:
        return
    px = scene.track.landmarks_px[seen].astype(np.float64) / trunk_px
    time_s = scene.track.time_s
    joints = [i for name in ("ear", "shoulder", "hip", "knee") for i in PAIRS[name]]
    fast = px[:, joints] - running_median(px[:, joints], window_frames(time_s, SHAKE_WINDOW_S))
    # The median over the joints is what they all do at once; each one's own noise cancels.
    if np.sqrt((np.median(fast, axis=1) ** 2).sum(axis=1).mean()) > SHAKY_TRUNKS:
        yield finding("SHAKY", "warn")
    hips = running_median(px[:, PAIRS["hip"]].mean(axis=1), window_frames(time_s, MOVED_WINDOW_S))
    away = np.hypot(*(hips - hips[0]).T) > MOVED_TRUNKS
    frames = np.zeros(len(scene.track), dtype=bool)
    frames[np.flatnonzero(seen)[away]] = True
    if spans := scene.seconds(frames):
        yield finding("CAMERA_MOVED", "warn", spans)
