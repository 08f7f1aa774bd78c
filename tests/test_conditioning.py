"""What the model is shown of dim and grainy recordings, on made-up pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from slumpcv.conditioning import (
    BLACK_GREY,
    BRIGHT_GREY,
    DIM_GREY,
    NOISY_GREY,
    Conditioner,
    Needs,
    brightened,
    needs_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

HIGH_PX, WIDE_PX = 96, 128
SIGMA = 13.0


def scene(brightest: float = 220.0) -> Image:
    """A ramp with a dark box on it."""
    ramp = np.linspace(0.4, 1.0, WIDE_PX)[None, :, None] * np.full((HIGH_PX, 1, 3), brightest)
    ramp[30:60, 40:70] *= 0.3
    return ramp.astype(np.uint8)


def grainy(picture: Image, sigma: float = SIGMA, seed: int = 0) -> Image:
    grain = np.random.default_rng(seed).normal(0, sigma, (*picture.shape[:2], 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def test_a_clear_recording_needs_nothing_and_is_shown_as_it_is() -> None:
    picture = scene()
    assert needs_of([picture] * 3) == Needs()
    conditioner = Conditioner(Needs())
    assert conditioner.show(picture) is picture
    assert conditioner.show(picture) is picture


def test_nothing_is_known_without_pictures() -> None:
    assert needs_of([]) == Needs()


def test_a_dim_recording_is_brought_up() -> None:
    dim = scene(60)
    needs = needs_of([dim])
    assert needs.noise == 0
    shown = Conditioner(needs).show(dim)
    assert np.percentile(shown, 99) == pytest.approx(BRIGHT_GREY, abs=4)
    assert shown.dtype == np.uint8
    assert brightened(dim, needs.gain) == pytest.approx(shown)


@pytest.mark.parametrize("brightest", [DIM_GREY + 5, BLACK_GREY - 5])
def test_neither_enough_light_nor_black_is_brought_up(brightest: float) -> None:
    assert needs_of([scene(brightest)]).gain == 1


def test_a_lit_person_in_front_of_black_is_not_dim() -> None:
    picture = np.zeros((HIGH_PX, WIDE_PX, 3), np.uint8)
    picture[20:80, 50:70] = (200, 160, 140)
    assert picture.mean() < 20
    assert needs_of([picture]).gain == 1


def test_the_brightest_picture_decides() -> None:
    assert needs_of([scene(60), scene(60), scene(220)]).gain == 1


def test_noise_is_measured_in_grey_levels_whatever_the_texture() -> None:
    assert needs_of([grainy(scene(180))]).noise == pytest.approx(SIGMA, rel=0.1)
    checks = scene(180)
    checks[::16] //= 2
    checks[:, ::16] //= 2
    assert needs_of([checks]).noise == 0


def test_noise_counts_as_strong_as_the_model_would_see_it() -> None:
    weak = NOISY_GREY / 2
    assert needs_of([grainy(scene(180), weak)]).noise == 0
    needs = needs_of([grainy(scene(60), weak)])
    assert needs.noise == pytest.approx(weak * needs.gain, rel=0.15)


def test_grain_is_averaged_out_where_nothing_moves() -> None:
    still = scene(180)
    conditioner = Conditioner(Needs(noise=SIGMA))
    for seed in range(12):
        shown = conditioner.show(grainy(still, seed=seed))
    assert (shown.astype(float) - still).std() < 0.5 * SIGMA


def test_what_moves_leaves_no_ghost() -> None:
    before, after = scene(180), scene(180)
    before[:, 80:110] = 20
    conditioner = Conditioner(Needs(noise=SIGMA))
    for seed in range(6):
        conditioner.show(grainy(before, seed=seed))
    shown = conditioner.show(grainy(after, seed=99))
    assert shown[:, 85:105].mean() == pytest.approx(after[:, 85:105].mean(), abs=2)


def test_the_frames_themselves_stay_untouched() -> None:
    frames = [grainy(scene(60), seed=seed) for seed in range(3)]
    kept = [frame.copy() for frame in frames]
    conditioner = Conditioner(Needs(gain=2.0, noise=SIGMA))
    shown = [conditioner.show(frame) for frame in frames]
    assert all(np.array_equal(a, b) for a, b in zip(frames, kept, strict=True))
    assert len({id(picture) for picture in shown}) == 3


def test_a_picture_of_another_size_starts_afresh() -> None:
    conditioner = Conditioner(Needs(noise=SIGMA))
    conditioner.show(scene())
    smaller = scene()[::2, ::2]
    assert np.array_equal(conditioner.show(smaller), smaller)
