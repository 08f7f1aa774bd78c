"""Fit the camera's angle from square on the clips with truth, leaving whole people out.

    python -m benchmarks.fit_yaw            # prints the tables, writes slumpcv/quality/yaw.json
    python -m benchmarks.fit_yaw --dry-run  # prints only

What is fitted has to be simple, since there are only a few people: straight lines on one or two
separations of near and far joints, in upright trunk lengths, over the baseline or over the whole
test. The one that ships is the line on the mean of shoulders and hips over the whole test; the others
are printed to show what it was chosen from.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import Truth, clip_names, load_truth, track_of
from slumpcv.angles import Angles, measure
from slumpcv.quality.scene import between, set_scene
from slumpcv.quality.yaw import SCHEMA_VERSION, sides_apart
from slumpcv.segmentation import segment

OUT = Path(__file__).resolve().parent.parent / "slumpcv" / "quality" / "yaw.json"
# Of 95 % of normally distributed errors.
BAND = 1.96
SHIPPED = ("mean of shoulders and hips",)
CANDIDATES: tuple[tuple[str, ...], ...] = (
    SHIPPED,
    ("shoulders",),
    ("hips",),
    ("ears",),
    ("shoulders", "hips"),
    ("shoulders", "ears"),
    ("shoulders", "hips", "ears"),
    ("shoulders at baseline",),
    ("hips at baseline",),
    ("ears at baseline",),
    ("shoulders", "shoulders at baseline"),
)


@dataclass(frozen=True)
class Example:
    """One clip: its truth, and the separations in upright trunk lengths."""

    truth: Truth
    apart: dict[str, float]

    @property
    def yaw_deg(self) -> float:
        return float(self.truth.facts["camera_yaw_deg"])


def example(name: str) -> Example:
    track = track_of(name)
    angles = measure(track)
    scene = set_scene(track, angles, segment(angles))
    frames = scene.test & scene.found
    base = angles.baseline
    if base is None or (sides := sides_apart(angles.raw, base.trunk_px, frames)) is None:
        raise ValueError(f"{name} has no baseline to fit on")
    tall = between(track.time_s, base.start_s, base.end_s)
    apart = {SHIPPED[0]: sides}
    for joints in ("shoulders", "hips", "ears"):
        apart[joints] = _median(angles, joints, frames)
        apart[f"{joints} at baseline"] = _median(angles, joints, tall)
    return Example(load_truth(name), apart)


def _median(angles: Angles, joints: str, frames: NDArray[np.bool_]) -> float:
    assert angles.baseline is not None
    return float(np.nanmedian(getattr(angles.raw, f"{joints}_apart_px")[frames])) / angles.baseline.trunk_px


def fit(names: tuple[str, ...], examples: list[Example]) -> NDArray[np.float64]:
    """Least squares: intercept first; each person weighs the same, however many clips there are."""
    people = [e.truth.person for e in examples]
    weight = np.sqrt([1.0 / people.count(p) for p in people])
    design = np.array([[1.0, *(e.apart[n] for n in names)] for e in examples])
    yaw_deg = np.array([e.yaw_deg for e in examples])
    return np.linalg.lstsq(design * weight[:, None], yaw_deg * weight, rcond=None)[0]


def left_out_errors(names: tuple[str, ...], examples: list[Example]) -> NDArray[np.float64]:
    errors = []
    for e in examples:
        c = fit(names, [o for o in examples if o.truth.person != e.truth.person])
        errors.append(c[0] + c[1:] @ [e.apart[n] for n in names] - e.yaw_deg)
    return np.array(errors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    dry_run = parser.parse_args().dry_run
    examples = [example(name) for name in clip_names()]
    print(f"{len(examples)} clips, {len({e.truth.person for e in examples})} people, each left out in turn")
    print(f"{'line on':38} {'MAE':>6} {'RMS':>6} {'worst':>6}   degrees")
    for names in CANDIDATES:
        errors = left_out_errors(names, examples)
        rms = np.sqrt(np.mean(errors**2))
        print(f"{' + '.join(names):38} {np.abs(errors).mean():6.1f} {rms:6.1f} {np.abs(errors).max():6.1f}")
    errors = left_out_errors(SHIPPED, examples)
    line = fit(SHIPPED, examples)
    print(f"\n{'clip':28} {'true':>6} {'left out':>9} {'shipped':>8}")
    for e, error in sorted(zip(examples, errors, strict=True), key=lambda pair: pair[0].yaw_deg):
        shipped = line[0] + line[1] * e.apart[SHIPPED[0]]
        print(f"{e.truth.name:28} {e.yaw_deg:6.0f} {e.yaw_deg + error:9.1f} {shipped:8.1f}")
    out = {
        "schema_version": SCHEMA_VERSION,
        "intercept_deg": round(float(line[0]), 2),
        "deg_per_trunk": round(float(line[1]), 2),
        "plus_minus_deg": round(BAND * float(np.sqrt(np.mean(errors**2))), 1),
    }
    print(json.dumps(out))
    if not dry_run:
        OUT.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
