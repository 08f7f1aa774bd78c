"""A raised hand, drawn into sample clips: is it noticed, and what does it do to the angles?

    python -m benchmarks.raised_hand [--samples right_plain right_yaw15 ...]

No sample shows a raised hand. The near arm is painted over, and another is drawn in: a sleeve, a forearm
and a hand, held up while the person slumps, has the chin down, the knee straight, and the head lifted.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.fake_camera import SAMPLES
from benchmarks.tables import table
from slumpcv.live.hand import RaisedHand
from slumpcv.live.measure import LiveMeasure
from slumpcv.models import find_model
from slumpcv.pose import Landmarker
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.pose import Pose
    from slumpcv.terms import Side

FPS = 12
PHASES = ("SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT")
# The hand goes up this much after a phase's hold begins to be still, and stays for so long; the picture
# stands still meanwhile.
STAYS_S, AFTER_S = 3.0, 2.0
SLEEVE, SKIN = (110, 110, 112), (200, 155, 125)
ANGLES = ("knee_flexion_deg", "trunk_lean_deg", "neck_flexion_deg")


@dataclass(frozen=True)
class Held:
    """Where elbow and wrist are, from the shoulder and the elbow, in torsos: x forward, y down."""

    elbow: tuple[float, float]
    wrist: tuple[float, float]
    means_it: bool
    stays_s: float = STAYS_S


WAYS = {
    "forearm up, in front": Held((0.55, 0.25), (0.15, -0.55), True),
    "forearm up, by the face": Held((0.32, 0.36), (0.15, -0.55), True),
    "arm held out ahead": Held((0.5, 0.1), (0.5, -0.12), True),
    "hand above the head": Held((0.3, -0.35), (0.12, -0.55), True),
    "scratches the nose": Held((0.3, 0.3), (0.1, -0.35), False, stays_s=0.9),
    "hand moves on the thigh": Held((0.25, 0.5), (0.35, 0.12), False),
}


def drawn(rgb: NDArray[np.uint8], pose: Pose, side: Side, held: Held) -> NDArray[np.uint8]:
    """Return the picture with the near arm replaced by a drawn one."""
    near = side == "right"
    px = pose.landmarks_px.astype(float)
    shoulder, elbow, wrist, knuckle = (px[i + near] for i in (11, 13, 15, 19))
    torso_px, ahead = pose.torso_px, 1.0 if near else -1.0
    width = int(0.26 * torso_px)
    mask = np.zeros(rgb.shape[:2], np.uint8)
    for a, b in ((shoulder + 0.35 * (elbow - shoulder), elbow), (elbow, wrist), (wrist, knuckle)):
        cv2.line(mask, _whole(a), _whole(b), 255, width)
    out = cv2.inpaint(rgb, mask, 5, cv2.INPAINT_TELEA)
    start = shoulder + np.array([2 * ahead, 8])
    bend = start + torso_px * np.array([ahead * held.elbow[0], held.elbow[1]])
    end = bend + torso_px * np.array([ahead * held.wrist[0], held.wrist[1]])
    hand = end + 0.12 * (end - bend)
    cv2.line(out, _whole(start), _whole(bend), SLEEVE, int(0.2 * torso_px), cv2.LINE_AA)
    cv2.line(out, _whole(bend), _whole(end), SKIN, int(0.14 * torso_px), cv2.LINE_AA)
    cv2.circle(out, _whole(hand), int(0.11 * torso_px), SKIN, -1, cv2.LINE_AA)
    return np.asarray(out, np.uint8)


def _whole(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


class Watcher:
    """The live side, as far as it looks at arms and angles."""

    def __init__(self, side: Side) -> None:
        self._landmarker = Landmarker(find_model("full").path, side)
        self._measure = LiveMeasure(side)
        self._hand = RaisedHand(side)
        self.pose: Pose | None = None

    def look(self, rgb: NDArray[np.uint8], time_s: float, upright: bool) -> tuple[bool, NDArray[np.float64]]:
        found = self._landmarker.find(rgb, time_s)
        self.pose = found[0] if found else None
        seen = self._measure.step(time_s, self.pose, upright=upright, forget=False)
        up = self._hand.step(time_s, seen.points, seen.visibility, self._measure.torso_px)
        return up, np.array([seen.angles[name] for name in ANGLES])

    def close(self) -> None:
        self._landmarker.close()


def watch(name: str, way: Held) -> list[tuple[str, float, NDArray[np.float64]]]:
    """Return for each phase: how long until the hand was noticed (NaN: never), how far the angles went."""
    side: Side = "left" if name.startswith("left") else "right"
    phases = json.loads((SAMPLES / f"{name}.json").read_text())["phases"]
    moments = {p["phase"]: p["end_s"] - 0.3 for p in phases if p["phase"] in PHASES}
    watcher, found, clock_s = Watcher(side), [], 0.0
    with open_clip(SAMPLES / f"{name}.mp4", max_side_px=640) as source:
        for frame in source.frames(fps=FPS):
            clock_s += 1 / FPS
            _, before = watcher.look(frame.rgb, clock_s, frame.time_s < phases[0]["end_s"])
            due = [p for p, at_s in moments.items() if frame.time_s >= at_s]
            for phase in due:
                del moments[phase]
                if watcher.pose is None:
                    continue
                shown = drawn(frame.rgb, watcher.pose, side, way)
                noticed_s, worst = float("nan"), np.zeros(len(ANGLES))
                for k in range(round((way.stays_s + AFTER_S) * FPS)):
                    clock_s += 1 / FPS
                    raised = k < way.stays_s * FPS
                    up, angles = watcher.look(shown if raised else frame.rgb, clock_s, upright=False)
                    if up and np.isnan(noticed_s):
                        noticed_s = (k + 1) / FPS
                    worst = np.fmax(worst, np.abs(angles - before))
                found.append((phase, noticed_s, worst))
    watcher.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", nargs="+", default=["right_plain", "left_stiff", "left_yaw15"])
    given = parser.parse_args()
    rows = []
    for words, way in WAYS.items():
        found = [one for name in given.samples for one in watch(name, way)]
        noticed = np.array([noticed_s for _, noticed_s, _ in found])
        seen = np.isfinite(noticed)
        worst = np.nanpercentile([w for *_, w in found], 90, axis=0)
        delay = f"{np.median(noticed[seen]):.1f} s" if seen.any() else ""
        right = int(seen.sum()) if way.means_it else int((~seen).sum())
        rows.append([words, f"{right} of {len(found)}", delay, " ".join(f"{w:.1f}" for w in worst)])
    header = [
        "drawn arm",
        "told rightly",
        "noticed after",
        "knee, trunk, neck went off by (90th percentile, deg)",
    ]
    print(table(header, rows))


if __name__ == "__main__":
    main()
