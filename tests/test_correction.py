"""The shipped correction, and what a correction does at its edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from synthetic import Story, raw_of

from slumpcv.angles import corrected
from slumpcv.correction import HOLD_AT_SIGMAS, LinearCorrection, features, load_correction
from slumpcv.posture import find_baseline

CORRECTED = {
    "knee_flexion_deg",
    "trunk_lean_deg",
    "head_angle_deg",
    "face_pitch_deg",
    "ankle_deg",
    "slump_index",
}
SITTING = Story().sit()
RAW = raw_of(SITTING, SITTING.times())
LINE = LinearCorrection(("a", "b"), (10.0, 0.0), (2.0, 1.0), (3.0, -1.0), 0.5)


def applied(a: float, b: float = 0.0) -> float:
    return float(LINE.apply({"a": np.array([a]), "b": np.array([b])})[0])


def test_every_angle_has_a_correction_and_a_stated_error() -> None:
    shipped = load_correction()
    assert set(shipped.angles) == CORRECTED
    assert set(shipped.errors) == CORRECTED | {"neck_flexion_deg"}
    for band in shipped.errors.values():
        assert all(math.isfinite(e) and e > 0 for e in (band.value, band.change, band.lift))


@pytest.mark.parametrize("name", sorted(CORRECTED))
def test_the_shipped_coefficients_fit_together(name: str) -> None:
    c = load_correction().angles[name]
    assert len(c.features) == len(c.mean) == len(c.scale) == len(c.weight)
    assert set(c.features) <= set(features(RAW, None))
    assert all(scale > 0 for scale in c.scale)


def test_the_correction_is_small_for_somebody_who_sits_tall() -> None:
    values = corrected(RAW, find_baseline(RAW))
    for name in sorted(CORRECTED - {"slump_index"}):
        assert np.abs(values[name] - getattr(RAW, name)).max() < 30, name
    assert np.abs(values["slump_index"]).max() < 0.1


def test_a_correction_is_a_line_through_its_features() -> None:
    assert applied(10) == pytest.approx(0.5)
    assert applied(12) == pytest.approx(3.5)
    assert applied(8, 2) == pytest.approx(-4.5)


def test_a_feature_far_outside_is_held() -> None:
    edge = 10 + HOLD_AT_SIGMAS * 2
    assert applied(edge - 1) < applied(edge) == applied(edge + 1) == applied(1e9) == applied(math.inf)
    assert applied(-1e9) == applied(10 - HOLD_AT_SIGMAS * 2)


def test_without_features_only_the_intercept_is_added() -> None:
    none = LinearCorrection((), (), (), (), 0.0)
    assert none.apply({"a": np.array([1.0, np.nan])}).tolist() == [0.0, 0.0]


def test_what_was_not_seen_stays_unseen() -> None:
    series = {"a": np.array([np.nan, 10.0, 10.0]), "b": np.array([0.0, np.nan, 0.0])}
    assert np.isnan(LINE.apply(series)).tolist() == [True, True, False]


def test_without_a_baseline_what_needs_one_is_unseen_and_the_rest_is_not() -> None:
    unseen = {name for name, series in features(RAW, None).items() if np.isnan(series).all()}
    assert unseen == {"shortening", "shoulder_drop", "lean_change"}
    assert not any(np.isnan(series).any() for series in features(RAW, find_baseline(RAW)).values())
    values = corrected(RAW, None)
    assert {name for name, series in values.items() if np.isnan(series).all()} == {
        "slump_index",
        "shoulder_drop",
    }
