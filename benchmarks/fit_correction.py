"""Fit the anatomical correction on the clips with truth, leaving whole people out.

    python -m benchmarks.fit_correction            # prints the table, writes slumpcv/correction.json
    python -m benchmarks.fit_correction --dry-run  # prints only

Each angle gets a ridge regression of (truth - raw) on a few features. Every frame of every
clip takes part, each clip with the same total weight. The printed errors are on people who
were left out of the fit, before any smoothing.

The slump index may not be read off the trunk's lean, though both rise together in these
clips: bending forward at the hips is no slump. The fit therefore also sees each clip with
the trunk turned rigidly forward by up to 45 degrees, with the slump index unchanged.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import Truth, clip_names, load_truth, track_of
from slumpcv.body import find_facing, forward_points
from slumpcv.correction import SCHEMA_VERSION, features
from slumpcv.geometry import wrap_deg
from slumpcv.plausible import keep_plausible
from slumpcv.posture import Baseline, RawPosture, find_baseline, raw_posture

OUT = Path(__file__).resolve().parent.parent / "slumpcv" / "correction.json"
HOLDS = ("BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "DORSIFLEXION", "HEAD_LIFT")
# angle: (raw feature or None, features of the correction)
RECIPES: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "knee_flexion_deg": ("knee", ()),
    "trunk_lean_deg": ("trunk", ("trunk", "shoulders_apart", "hips_apart", "trunk_length")),
    "head_angle_deg": ("head", ("head", "trunk", "face", "shoulders_apart", "ears_apart", "hips_apart")),
    "face_pitch_deg": ("face", ("face", "head")),
    "ankle_deg": ("ankle", ("ankle",)),
    "slump_index": (None, ("shortening", "shoulder_drop", "lean_change")),
}
RIDGE = 0.01  # of the total weight, on standardised features
HINGES_DEG = (10.0, 20.0, 30.0, 45.0)
HINGE_WEIGHT = 0.3


@dataclass(frozen=True)
class Example:
    """One clip's features and truth."""

    truth: Truth
    time_s: NDArray[np.float64]
    raw: RawPosture
    baseline: Baseline | None

    def seen(self) -> dict[str, NDArray[np.float64]]:
        return features(self.raw, self.baseline)

    def hinged(self, angle_deg: float) -> dict[str, NDArray[np.float64]]:
        """Features as if the trunk were turned forward about the hip as one piece."""
        out = self.seen()
        if self.baseline is None:
            return out
        lean = np.radians(self.raw.trunk_lean_deg)
        turned = self.raw.rise_px / np.cos(lean) * np.cos(lean + np.radians(angle_deg))
        out["shoulder_drop"] = (self.baseline.rise_px - turned) / self.raw.thigh_px
        out["lean_change"] = out["lean_change"] + angle_deg
        return out


def example(name: str) -> Example:
    truth, track = load_truth(name), track_of(name)
    facing = find_facing(track) or "right"
    kept = keep_plausible(forward_points(track, facing), track.visibility.astype(float), track.time_s, facing)
    raw = raw_posture(kept.points, track.time_s, facing, kept.thigh_px, kept.thigh_deg)
    return Example(truth, track.time_s, raw, find_baseline(raw))


def design(angle: str, seen: dict, truth_values: NDArray) -> tuple[NDArray, NDArray]:
    base, names = RECIPES[angle]
    x = np.stack([seen[n] for n in names], axis=1)
    y = truth_values if base is None else wrap_deg(truth_values - seen[base])
    good = np.isfinite(x).all(axis=1) & np.isfinite(y)
    return x[good], y[good]


def fit(angle: str, examples: list[Example]) -> dict:
    if not RECIPES[angle][1]:
        # Bare landmarks did better on people left out than any correction that was tried.
        return {"features": [], "mean": [], "scale": [], "weight": [], "intercept": 0.0}
    xs, ys, ws = [], [], []
    for e in examples:
        variants = [(1.0, e.seen())]
        if angle == "slump_index":
            variants += [(HINGE_WEIGHT / len(HINGES_DEG), e.hinged(h)) for h in HINGES_DEG]
        for weight, seen in variants:
            x, y = design(angle, seen, e.truth.at(angle, e.time_s))
            xs.append(x)
            ys.append(y)
            ws.append(np.full(len(y), weight / max(len(y), 1)))
    x, y, w = np.vstack(xs), np.concatenate(ys), np.concatenate(ws)
    w /= w.sum()
    mean = w @ x
    scale = np.sqrt(w @ (x - mean) ** 2)
    z = (x - mean) / scale
    intercept = w @ y
    weight = np.linalg.solve(
        (z * w[:, None]).T @ z + RIDGE * np.eye(z.shape[1]), (z * w[:, None]).T @ (y - intercept)
    )
    return {
        "features": list(RECIPES[angle][1]),
        "mean": mean.tolist(),
        "scale": scale.tolist(),
        "weight": weight.tolist(),
        "intercept": float(intercept),
    }


def predict(angle: str, c: dict, seen: dict) -> NDArray:
    base, names = RECIPES[angle]
    x = np.stack([seen[n] for n in names], axis=1) if names else np.zeros((len(seen["knee"]), 0))
    add = c["intercept"] + ((x - np.array(c["mean"])) / np.array(c["scale"])) @ np.array(c["weight"])
    return add if base is None else seen[base] + add


def hold_errors(e: Example, error: NDArray) -> list[float]:
    return [
        float(np.nanmedian(error[h]))
        for p in HOLDS
        if np.isfinite(error[h := e.truth.hold(p, e.time_s)]).any()
    ]


def left_out_error(angle: str, e: Example, others: list[Example]) -> NDArray:
    if angle == "neck_flexion_deg":
        return left_out_error("head_angle_deg", e, others) - left_out_error("trunk_lean_deg", e, others)
    error = predict(angle, fit(angle, others), e.seen()) - e.truth.at(angle, e.time_s)
    return error if angle == "slump_index" else wrap_deg(error)


def cross_validate(angle: str, examples: list[Example]) -> dict[str, float]:
    """Errors on left-out people: mean absolute, of holds (RMS), and of changes between holds (RMS)."""
    every, holds, changes, lifts, worst = [], [], [], [], 0.0
    for e in examples:
        others = [o for o in examples if o.truth.person != e.truth.person]
        error = left_out_error(angle, e, others)
        every.append(float(np.nanmean(np.abs(error))))
        worst = max(worst, every[-1])
        at_holds = hold_errors(e, error)
        holds += at_holds
        changes += np.diff(at_holds).tolist()
        if len(at_holds) > 1 and e.truth.facts["isolated"] is not None:
            lifts.append(at_holds[-1] - at_holds[-2])
    rms = lambda v: float(np.sqrt(np.mean(np.square(v))))  # noqa: E731
    return {
        "mae": float(np.mean(every)),
        "worst": worst,
        "hold_rms": rms(holds),
        "change_mae": float(np.mean(np.abs(changes))),
        "change_rms": rms(changes),
        "lift_rms": rms(lifts),
    }


def hinge_reading(examples: list[Example], angle_deg: float = 30.0) -> float:
    """What the slump index reads when someone sits tall and bends at the hips, people left out."""
    readings = []
    for e in examples:
        others = [o for o in examples if o.truth.person != e.truth.person]
        tall = e.truth.hold("BASELINE", e.time_s)
        readings.append(predict("slump_index", fit("slump_index", others), e.hinged(angle_deg))[tall].mean())
    return float(np.mean(readings))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    dry_run = parser.parse_args().dry_run
    examples = [e for name in clip_names() if (e := example(name)).truth.promised]
    print(f"{len(examples)} clips, {len({e.truth.person for e in examples})} people, each left out in turn")
    print(f"{'angle':18} {'MAE':>7} {'worst':>7} {'change':>7} {'±hold':>7} {'±change':>7} {'±lift':>7}")
    out: dict = {"schema_version": SCHEMA_VERSION, "angles": {}, "errors": {}}
    for angle in (*RECIPES, "neck_flexion_deg"):
        s = cross_validate(angle, examples)
        band = {"value": 1.96 * s["hold_rms"], "change": 1.96 * s["change_rms"], "lift": 1.96 * s["lift_rms"]}
        figures = (s["mae"], s["worst"], s["change_mae"], *band.values())
        print(f"{angle:18} " + " ".join(f"{x:7.3f}" for x in figures))
        if angle in RECIPES:
            out["angles"][angle] = fit(angle, examples)
        out["errors"][angle] = {k: round(v, 4) for k, v in band.items()}
    print(f"a hip hinge of 30 deg reads a slump index of {hinge_reading(examples):.3f}")
    if not dry_run:
        OUT.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
