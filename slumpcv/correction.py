"""From landmarks to joint centres: the anatomical correction of each angle.

The model's ear, shoulder and hip points are not the joint centres that a goniometer is laid
on, and with a camera that is not square to the side they shift against each other. Each
angle is therefore corrected by a linear function of a few quantities that are seen with it.
The coefficients, and the errors that remain on people who were left out of the fit, come
from ``benchmarks/fit_correction.py`` and lie in ``correction.json``; docs/validation.md
explains them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.posture import Baseline, RawPosture

    Series = NDArray[np.float64]

SCHEMA_VERSION = 1
# A feature beyond what the fit saw is held at this many standard deviations: outside, a
# straight line promises nothing.
HOLD_AT_SIGMAS = 3.0


@dataclass(frozen=True)
class LinearCorrection:
    """``base + intercept + sum(weight * (feature - mean) / scale)``."""

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    intercept: float

    def apply(self, features: dict[str, Series]) -> Series:
        """Return the amount to add, (T,); NaN where a feature is."""
        total: Series = np.full(len(next(iter(features.values()))), self.intercept)
        for name, mean, scale, weight in zip(self.features, self.mean, self.scale, self.weight, strict=True):
            z = (features[name] - mean) / scale
            total = total + weight * np.clip(z, -HOLD_AT_SIGMAS, HOLD_AT_SIGMAS)
        return total


@dataclass(frozen=True)
class ErrorBand:
    """95 % bands from people left out: of a value, of a change between two holds, of the head lift's."""

    value: float
    change: float
    lift: float


@dataclass(frozen=True)
class Correction:
    """All corrections, by angle name, and the error that remains."""

    angles: dict[str, LinearCorrection]
    errors: dict[str, ErrorBand]


@cache
def load_correction() -> Correction:
    """Read the shipped coefficients."""
    text = resources.files("slumpcv").joinpath("correction.json").read_text(encoding="utf-8")
    data = json.loads(text)
    if data["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"correction.json has schema {data['schema_version']}, expected {SCHEMA_VERSION}")
    return Correction(
        angles={
            name: LinearCorrection(
                tuple(c["features"]), tuple(c["mean"]), tuple(c["scale"]), tuple(c["weight"]), c["intercept"]
            )
            for name, c in data["angles"].items()
        },
        errors={name: ErrorBand(**band) for name, band in data["errors"].items()},
    )


def features(raw: RawPosture, baseline: Baseline | None) -> dict[str, Series]:
    """Return what corrections may be made of, (T,) each.

    Lengths are in units of the upright trunk (separations, shortening) or the thigh (drop),
    angles in degrees. Without a baseline, what needs one is NaN, and separations are scaled
    by the clip's median trunk.
    """
    nan = np.full(len(raw.time_s), np.nan)
    seen = np.isfinite(raw.trunk_px)
    trunk_px = (
        baseline.trunk_px if baseline else (float(np.median(raw.trunk_px[seen])) if seen.any() else np.nan)
    )
    return {
        "knee": raw.knee_flexion_deg,
        "trunk": raw.trunk_lean_deg,
        "head": raw.head_angle_deg,
        "face": raw.face_pitch_deg,
        "ankle": raw.ankle_deg,
        "thigh": raw.thigh_deg,
        "shoulders_apart": raw.shoulders_apart_px / trunk_px,
        "hips_apart": raw.hips_apart_px / trunk_px,
        "ears_apart": raw.ears_apart_px / trunk_px,
        "trunk_length": raw.trunk_px / trunk_px,
        "shortening": 1.0 - raw.trunk_px / baseline.trunk_px if baseline else nan,
        "shoulder_drop": (baseline.rise_px - raw.rise_px) / raw.thigh_px if baseline else nan,
        "lean_change": raw.trunk_lean_deg - baseline.trunk_lean_deg if baseline else nan,
    }
