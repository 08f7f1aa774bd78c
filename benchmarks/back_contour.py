"""Does the outline of the back tell more of the slump than the landmarks do?

    python -m benchmarks.back_contour

The model's segmentation mask follows the person's outline. Along the line from hip to
shoulder (middle of both sides), rays go backwards to the mask's edge; how much further the
edge lies behind the middle of the line than behind its ends, against sitting tall, is a
measure of how rounded the back is. It is compared with the shortening of the shoulder-hip
line, by ridge regression on the truth with each person left out in turn, and so is the
cost of asking the model for masks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from benchmarks.truth import SAMPLES, Truth, clip_names, load_truth
from slumpcv.body import PAIRS
from slumpcv.models import find_model
from slumpcv.video import open_clip

BASELINE_FRAMES = 15
RIDGE = 0.01
# Places along the hip-shoulder line: ends and middle of the back.
LOW, MIDDLE, HIGH = (-0.08, 0.08), (0.3, 0.7), (0.87, 1.03)
TARGETS = {"slump index": "slump_index", "spine flexion, deg": "spine_flexion_deg"}
FEATURES = {
    "landmarks (shortening)": ("shortening",),
    "mask (rounding)": ("rounding",),
    "both": ("shortening", "rounding"),
}


@dataclass(frozen=True)
class Clip:
    """One clip's two measures."""

    truth: Truth
    time_s: NDArray[np.float64]
    seen: dict[str, NDArray[np.float64]]


def outline_behind(mask: NDArray, hip: NDArray, shoulder: NDArray, reach_px: float) -> dict[str, float]:
    """Median distance from the hip-shoulder line back to the mask's edge, at three places."""
    line = shoulder - hip
    back = np.array([line[1], -line[0]]) / np.hypot(*line)
    back = -back if back[0] > 0 else back
    steps = np.arange(0.0, reach_px, 0.5)
    out = {}
    for name, (begin, end) in (("low", LOW), ("middle", MIDDLE), ("high", HIGH)):
        found = []
        for share in np.linspace(begin, end, 7):
            points = (hip + share * line + steps[:, None] * back).round().astype(int)
            x = np.clip(points[:, 0], 0, mask.shape[1] - 1)
            y = np.clip(points[:, 1], 0, mask.shape[0] - 1)
            outside = np.flatnonzero(mask[y, x] < 0.5)
            if len(outside):
                found.append(steps[outside[0]])
        out[name] = float(np.median(found)) if found else float("nan")
    return out


def look(name: str) -> tuple[Clip, float]:
    """Both measures of a clip, and the milliseconds per frame that masks cost."""
    truth = load_truth(name)
    options = [
        vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(find_model("full").path)),
            running_mode=vision.RunningMode.VIDEO,
            output_segmentation_masks=masks,
        )
        for masks in (False, True)
    ]
    bare, masked = (vision.PoseLandmarker.create_from_options(o) for o in options)
    times, lengths, rounding, cost_s = [], [], [], 0.0
    with open_clip(SAMPLES / f"{name}.mp4") as source:
        for frame in source.frames():
            rgb = frame.rgb if truth.facts["facing"] == "right" else np.ascontiguousarray(frame.rgb[:, ::-1])
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
            at_ms = round(frame.time_s * 1000)
            began = time.perf_counter()
            bare.detect_for_video(image, at_ms)
            between = time.perf_counter()
            result = masked.detect_for_video(image, at_ms)
            cost_s += (time.perf_counter() - between) - (between - began)
            size = np.array([rgb.shape[1], rgb.shape[0]])
            joints = np.array([(p.x, p.y) for p in result.pose_landmarks[0]]) * size
            hip, shoulder = (joints[list(PAIRS[j])].mean(axis=0) for j in ("hip", "shoulder"))
            lengths.append(np.hypot(*(shoulder - hip)))
            reach_px = 1.2 * float(np.median(lengths[:BASELINE_FRAMES]))
            edge = outline_behind(
                result.segmentation_masks[0].numpy_view().squeeze(), hip, shoulder, reach_px
            )
            rounding.append((edge["middle"] - (edge["low"] + edge["high"]) / 2) / reach_px)
            times.append(frame.time_s)
    bare.close()
    masked.close()
    tall = np.median(lengths[:BASELINE_FRAMES])
    seen = {
        "shortening": 1 - np.array(lengths) / tall,
        "rounding": np.array(rounding) - np.nanmedian(rounding[:BASELINE_FRAMES]),
    }
    return Clip(truth, np.array(times), seen), 1000 * cost_s / len(times)


def left_out_errors(clips: list[Clip], column: str, names: tuple[str, ...]) -> list[float]:
    """Mean absolute error of each clip when its person takes no part in the fit."""
    errors = []
    for clip in clips:
        others = [c for c in clips if c.truth.person != clip.truth.person]
        x = np.vstack([np.stack([c.seen[n] for n in names], axis=1) for c in others])
        y = np.concatenate([c.truth.at(column, c.time_s) for c in others])
        w = np.concatenate([np.full(len(c.time_s), 1 / len(c.time_s)) for c in others])
        good = np.isfinite(x).all(axis=1)
        x, y, w = x[good], y[good], w[good] / w[good].sum()
        mean, offset = w @ x, w @ y
        scale = np.sqrt(w @ (x - mean) ** 2)
        z = (x - mean) / scale
        weight = np.linalg.solve(
            (z * w[:, None]).T @ z + RIDGE * np.eye(len(names)), (z * w[:, None]).T @ (y - offset)
        )
        own = np.stack([clip.seen[n] for n in names], axis=1)
        error = offset + ((own - mean) / scale) @ weight - clip.truth.at(column, clip.time_s)
        errors.append(float(np.nanmean(np.abs(error))))
    return errors


def main() -> None:
    looked = [look(n) for n in clip_names() if load_truth(n).promised]
    clips = [clip for clip, _ in looked]
    print("| measure | target | mean absolute error | worst clip |\n| --- | --- | ---: | ---: |")
    for target, column in TARGETS.items():
        for words, names in FEATURES.items():
            errors = left_out_errors(clips, column, names)
            worst = int(np.argmax(errors))
            name = clips[worst].truth.name
            print(f"| {words} | {target} | {np.mean(errors):.3f} | {errors[worst]:.3f} ({name}) |")
    cost_ms = np.median([cost for _, cost in looked])
    print(f"\nMasks cost {cost_ms:.1f} ms more for each frame (median over clips).")


if __name__ == "__main__":
    main()
