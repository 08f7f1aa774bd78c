"""Helping the pose model to see in dim and in grainy recordings; all others stay as they are.

What a recording needs is decided once, from the frames of the first look, so that nothing flickers
and a clean clip costs nothing. Only what the model is shown changes: the findings about light
and focus are made on the frames as they were recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

# The brightest hundredth of a picture, by each pixel's brightest colour: 211 to 255 in the samples,
# 56 to 74 in the same clips darkened. Not the mean: a lit person in front of a black wall is fine.
BRIGHT_PERCENTILE = 99.0
DIM_GREY = 130.0
# To which that is brought up. 150, 200 and 240 lower the errors alike; 200 leaves some room.
BRIGHT_GREY = 200.0
# Darker than this there is nothing to bring up but noise.
BLACK_GREY = 16.0
# The brightness is read off every so many pixels.
LIGHT_STEP_PX = 8
# Noise as the standard deviation in grey levels, brightened: at most 0.3 in the samples, 5.4 in the
# darkened ones, which averaging does not help, and 13 in those made grainy, which it does.
NOISY_GREY = 8.0
# Immerkaer, "Fast noise variance estimation" (1996): no plane or straight edge shows in this
# second difference in both directions, and noise comes out as six times as strong. The median instead
# of his mean keeps texture out.
NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
NOISE_GAIN = 6.0
MEDIAN_TO_SIGMA = 1.4826
# What the past counts where nothing moves: noise comes down to 0.42. With 0.8 the errors are the same.
KEPT = 0.7
# A pixel has moved when the mean over this neighbourhood differs by more than twice this share of
# the noise; from once on, the past fades. Averaged everywhere, one knee was worse by 3.6 deg, not 0.7.
MOTION_BOX_PX = 5
MOTION_PER_NOISE = 0.9


@dataclass(frozen=True)
class Needs:
    """What a recording needs.

    Attributes
    ----------
    gain : what brightness is to be multiplied by; 1 for enough light.
    noise : standard deviation in grey levels, after the gain; 0 where no averaging is needed.
    """

    gain: float = 1.0
    noise: float = 0.0


def needs_of(pictures: Iterable[Image]) -> Needs:
    """Decide what a recording needs from a few (H, W, 3) RGB pictures of it.

    The brightest picture decides about the light, so that none is overexposed.
    """
    measured = [(_brightest(rgb), _noise(rgb)) for rgb in pictures]
    if not measured:
        return Needs()
    light = max(bright for bright, _ in measured)
    gain = BRIGHT_GREY / light if BLACK_GREY <= light < DIM_GREY else 1.0
    noise = gain * float(np.median([noise for _, noise in measured]))
    return Needs(gain, noise if noise > NOISY_GREY else 0.0)


def brightened(rgb: Image, gain: float) -> Image:
    """Return a picture with its brightness multiplied; the very same one for a gain of 1."""
    if gain == 1.0:
        return rgb
    return cv2.convertScaleAbs(rgb, alpha=gain).astype(np.uint8, copy=False)


class Conditioner:
    """Makes what the model is shown of frames that come in order."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._average: Image | None = None
        # What a new pixel counts, by how much its neighbourhood has changed.
        change = np.arange(256) / max(MOTION_PER_NOISE * needs.noise, 1e-9)
        self._share = (1.0 - KEPT * np.clip(2.0 - change, 0.0, 1.0)).astype(np.float32)

    def show(self, rgb: Image) -> Image:
        """Return a frame as the model is to see it; the very same one when nothing is needed."""
        rgb = brightened(rgb, self._needs.gain)
        if self._needs.noise == 0.0:
            return rgb
        average = self._average
        if average is None or average.shape != rgb.shape:
            average = rgb
        share = cv2.LUT(_change(rgb, average), self._share)
        self._average = cv2.blendLinear(rgb, average, share, 1.0 - share).astype(np.uint8, copy=False)
        return self._average


def _change(rgb: Image, average: Image) -> Image:
    """Return by how many grey levels each pixel's neighbourhood has changed, in its worst colour."""
    box = (MOTION_BOX_PX, MOTION_BOX_PX)
    apart = cv2.absdiff(cv2.blur(rgb, box), cv2.blur(average, box))
    red, green, blue = cv2.split(apart)
    return cv2.blur(cv2.max(cv2.max(red, green), blue), box).astype(np.uint8, copy=False)


def _brightest(rgb: Image) -> float:
    """Return the grey level that only the brightest pixels pass."""
    return float(np.percentile(rgb[::LIGHT_STEP_PX, ::LIGHT_STEP_PX].max(axis=2), BRIGHT_PERCENTILE))


def _noise(rgb: Image) -> float:
    """Return the standard deviation of the noise in the middle of a picture, in grey levels."""
    high, wide = rgb.shape[:2]
    middle = rgb[high // 4 : max(3 * high // 4, 1), wide // 4 : max(3 * wide // 4, 1)]
    grey = cv2.cvtColor(np.ascontiguousarray(middle), cv2.COLOR_RGB2GRAY)
    bent = np.abs(cv2.filter2D(grey, cv2.CV_32F, NOISE_KERNEL))
    return float(np.median(bent)) * MEDIAN_TO_SIGMA / NOISE_GAIN
