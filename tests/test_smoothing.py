"""Closing gaps and taking out noise, offline and live."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from synthetic import minimum_jerk

from slumpcv.smoothing import (
    SHORT_GAP_S,
    OneEuro,
    fill_short_gaps,
    hold_last,
    remove_spikes,
    smooth_offline,
    stretches,
)

# A busy machine is no failure.
unhurried = settings(deadline=None, max_examples=50)
Series = NDArray[np.float64]
FPS = 20.0
TIME_S = np.arange(0, 6, 1 / FPS)


def irregular(seed: int = 0) -> Series:
    """About 20 frames per second, intervals from half to twice the usual one."""
    return np.cumsum(np.random.default_rng(seed).uniform(0.5, 2.0, 120) / FPS)


def movement(time_s: Series) -> Series:
    """60 deg in 2 s."""
    return 60 * minimum_jerk((time_s - 2) / 2)


def with_gap(values: Series, start_s: float, end_s: float, time_s: Series = TIME_S) -> Series:
    return np.where((time_s >= start_s) & (time_s < end_s), np.nan, values)


def test_a_short_gap_is_bridged_by_a_line_and_marked() -> None:
    gappy = with_gap(10 * TIME_S, 2.0, 2.3)
    filled, made = fill_short_gaps(TIME_S, gappy)
    np.testing.assert_allclose(filled, 10 * TIME_S)
    np.testing.assert_array_equal(made, np.isnan(gappy))


def test_a_long_gap_stays_missing() -> None:
    gappy = with_gap(10 * TIME_S, 2.0, 2.5)
    filled, made = fill_short_gaps(TIME_S, gappy)
    np.testing.assert_array_equal(filled, gappy)
    assert not made.any()


def test_how_long_a_gap_is_counts_in_seconds_not_frames() -> None:
    time_s = np.array([0.0, 0.1, 0.2, 0.3, 1.0, 1.7])
    values = np.array([0.0, np.nan, np.nan, 3.0, np.nan, 5.0])
    filled, made = fill_short_gaps(time_s, values)
    assert made.tolist() == [False, True, True, False, False, False]
    assert filled[1:3] == pytest.approx([1.0, 2.0])


def test_gaps_at_either_end_stay_missing() -> None:
    values = np.array([np.nan, 1.0, 2.0, np.nan])
    filled, made = fill_short_gaps(TIME_S[:4], values)
    np.testing.assert_array_equal(filled, values)
    assert not made.any()


@unhurried
@given(st.lists(st.one_of(st.just(math.nan), st.floats(-90, 180)), max_size=40), st.integers(0, 99))
def test_what_was_seen_is_never_changed_by_filling(values: list[float], seed: int) -> None:
    series = np.array(values, float)
    filled, made = fill_short_gaps(irregular(seed)[: len(series)], series)
    seen = np.isfinite(series)
    np.testing.assert_array_equal(filled[seen], series[seen])
    np.testing.assert_array_equal(made, np.isfinite(filled) & ~seen)
    if made.any():
        assert np.nanmin(series) <= filled[made].min() <= filled[made].max() <= np.nanmax(series)


@pytest.mark.parametrize("time_s", [TIME_S, irregular()], ids=["even", "irregular"])
def test_offline_smoothing_does_not_delay(time_s: Series) -> None:
    true = movement(time_s)
    smooth = smooth_offline(time_s, true)
    assert np.abs(smooth - true).max() < 1.0
    crossed_s = np.interp(30, smooth, time_s)
    assert crossed_s == pytest.approx(3.0, abs=0.01)


def test_offline_smoothing_backwards_in_time_gives_the_same() -> None:
    noisy = movement(TIME_S) + np.random.default_rng(0).normal(0, 2, len(TIME_S))
    backwards = smooth_offline(-TIME_S[::-1], noisy[::-1])[::-1]
    np.testing.assert_allclose(backwards, smooth_offline(TIME_S, noisy), atol=0.6)


def test_offline_smoothing_takes_out_noise() -> None:
    noise = np.random.default_rng(0).normal(0, 2, 600)
    time_s = np.arange(600) / 60
    assert smooth_offline(time_s, noise).std() < 0.45 * noise.std()


@unhurried
@given(st.integers(0, 2**32 - 1))
def test_missing_stays_missing_and_poisons_no_neighbour(seed: int) -> None:
    gone = np.random.default_rng(seed).random(len(TIME_S)) < 0.1
    values = np.where(gone, np.nan, movement(TIME_S))
    for out in (smooth_offline(TIME_S, values), remove_spikes(TIME_S, values, 6.0)):
        np.testing.assert_array_equal(np.isnan(out), gone)


@pytest.mark.parametrize("values", [np.full(len(TIME_S), np.nan), np.zeros(0), np.array([1.0]), np.ones(4)])
def test_hardly_anything_to_smooth(values: Series) -> None:
    time_s = TIME_S[: len(values)]
    np.testing.assert_array_equal(smooth_offline(time_s, values), values)
    np.testing.assert_array_equal(remove_spikes(time_s, values, 6.0), values)
    np.testing.assert_array_equal(fill_short_gaps(time_s, values)[0], values)


def test_each_stretch_is_smoothed_on_its_own() -> None:
    left, right = np.zeros(60), np.full(59, 90.0)
    values = np.concatenate([left, [np.nan], right])
    np.testing.assert_allclose(smooth_offline(TIME_S, values), values, atol=1e-6)


# At full speed the neighbourhood itself ranges over 34 deg: only a big spike stands out.
@pytest.mark.parametrize(("at", "frames", "by_deg"), [(20, 1, 10), (20, 2, -10), (62, 1, 80)])
def test_spikes_go_and_everything_else_stays(at: int, frames: int, by_deg: float) -> None:
    values = movement(TIME_S)
    spiky = values.copy()
    spiky[at : at + frames] += by_deg
    clean = remove_spikes(TIME_S, spiky, 6.0)
    hit = np.isnan(clean)
    assert np.flatnonzero(hit).tolist() == list(range(at, at + frames))
    np.testing.assert_array_equal(clean[~hit], values[~hit])


def test_a_quick_movement_is_no_spike() -> None:
    # 76 deg in 0.6 s: faster than anybody should straighten the knee.
    values = 76 * minimum_jerk((TIME_S - 2) / 0.6)
    np.testing.assert_array_equal(remove_spikes(TIME_S, values, 6.0), values)


def test_small_deviations_are_no_spikes() -> None:
    values = np.zeros(len(TIME_S))
    values[30] = 5.9
    np.testing.assert_array_equal(remove_spikes(TIME_S, values, 6.0), values)


def test_stretches() -> None:
    mask = np.array([True, True, False, True, False, False, True])
    assert stretches(mask) == [(0, 2), (3, 4), (6, 7)]
    assert stretches(np.zeros(0, bool)) == []


# --- live ---------------------------------------------------------------------------------------


def live(time_s: Series, values: Series) -> list[float]:
    smoother = OneEuro()
    return [smoother.step(float(t), float(v)) for t, v in zip(time_s, values, strict=True)]


def test_live_smoothing_knows_nothing_of_the_future() -> None:
    time_s = irregular()
    values = movement(time_s) + np.random.default_rng(1).normal(0, 2, len(time_s))
    whole = live(time_s, values)
    for n in (1, 40, 80):
        assert live(time_s[:n], values[:n]) == whole[:n]


def test_live_smoothing_steadies_what_is_still() -> None:
    noise = np.random.default_rng(0).normal(0, 1, 400)
    assert np.std(live(np.arange(400) / 30, noise)[30:]) < 0.5


def test_live_smoothing_follows_a_movement() -> None:
    values = movement(TIME_S)
    late_deg = np.abs(np.array(live(TIME_S, values)) - values).max()
    assert late_deg < 60 / 2 * 1.875 * 0.12  # at most 0.12 s behind at the highest speed


def test_live_smoothing_stays_where_nothing_moves() -> None:
    assert live(TIME_S, np.full(len(TIME_S), 42.0)) == pytest.approx([42.0] * len(TIME_S))


def test_live_smoothing_passes_over_missing_samples() -> None:
    values = with_gap(np.full(len(TIME_S), 42.0), 2.0, 2.2)
    out = np.array(live(TIME_S, values))
    np.testing.assert_array_equal(np.isnan(out), np.isnan(values))
    assert out[np.isfinite(out)] == pytest.approx(42.0)


def test_live_smoothing_starts_afresh_after_a_long_gap() -> None:
    smoother = OneEuro()
    smoother.step(0.0, 0.0)
    assert smoother.step(SHORT_GAP_S + 0.1, 80.0) == 80.0
    assert smoother.step(SHORT_GAP_S + 0.2, 80.0) == pytest.approx(80.0)


def test_a_value_is_held_for_a_while_and_never_taken_from_the_future() -> None:
    time_s = np.arange(7.0)
    values = np.array([np.nan, 1.0, np.nan, np.nan, np.nan, 5.0, np.nan])
    held = hold_last(time_s, values, 2.0)
    np.testing.assert_equal(held, [np.nan, 1.0, 1.0, 1.0, np.nan, 5.0, 5.0])
