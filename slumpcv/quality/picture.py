"""Findings about the picture itself: light, focus, frame rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv import thresholds
from slumpcv.quality.scene import Scene, around
from slumpcv.quality.words import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from slumpcv.session import Finding

# Mean brightness, 0 to 255: the samples have 144 to 170, sharp photographs in front of black
# walls 43 to 60. Darkened to 44 the knee of a sample differs by 1.6 deg on average, at 29 to 32
# (with noise) by 6, at 21 to 23 by 5 to 31; all of it before dim recordings were brightened.
DARK_LUMA = 38.0
TOO_DARK_LUMA = 25.0
# Variance of the second difference over the squared brightness, because darkening lowers the
# first by the square: samples 0.0027 to 0.006, shaken or crushed by JPEG 0.002. Blurred by a
# Gaussian of 1.5 pixels (at 640x480) 0.0003 to 0.0009, of 2 pixels 0.0002 to 0.0005 (the knee then
# differs by 2 deg on average), of 3 pixels or smeared over 15 0.0001 to 0.0002 (3 to 12 deg).
BLURRED_SHARPNESS = 0.0004
TOO_BLURRED_SHARPNESS = 0.00018
# Recorders that promise 15 pictures a second give a little less.
FPS_SLACK = 0.5
# With this share of the pictures that were asked for, the recording was not what set the rate.
ALL_ASKED_SHARE = 0.9
# Fewer pictures than this fall between the movements: a head lift may take one second.
UNUSABLE_FPS = 5.0
# A pause between pictures that is longer than this, and than three usual ones, is a skip. [E]
SKIP_S = 0.5
SKIP_INTERVALS = 3.0


def picture_findings(scene: Scene) -> Iterator[Finding]:
    """Yield what is wrong with the picture."""
    sharp = sharpness_per_light(scene.track.sharpness, scene.track.luma)
    with np.errstate(invalid="ignore"):
        dark, blurred = scene.track.luma < DARK_LUMA, sharp < BLURRED_SHARPNESS
    if spans := scene.seconds(dark):
        yield finding("DARK", "unusable" if too_dark(scene) else "warn", spans)
    if spans := scene.seconds(blurred):
        too_blurred = scene.too_much(sharp < TOO_BLURRED_SHARPNESS)
        yield finding("BLURRED", "unusable" if too_blurred else "warn", spans)
    if damaged_at_s := scene.track.source.damaged_at_s:
        yield finding("DAMAGED", "warn", around([(at_s, at_s) for at_s in damaged_at_s]))
    if len(scene.track) > 1:
        yield from _rate(scene)


def too_dark(scene: Scene) -> bool:
    """Return whether the light was too low for the model while it mattered."""
    return scene.too_much(scene.track.luma < TOO_DARK_LUMA)


def sharpness_per_light(sharpness: NDArray[np.float32], luma: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the sharpness regardless of brightness; NaN without a person or in the dark."""
    light = luma.astype(np.float64)
    per_light: NDArray[np.float64] = sharpness / np.square(np.maximum(light, 1.0))
    return np.where(light > 0, per_light, np.nan)


def _rate(scene: Scene) -> Iterator[Finding]:
    time_s = scene.track.time_s
    steps_s = np.diff(time_s)
    usual_s = float(np.median(steps_s))
    # Over all, not from one picture to the next: a recording with 25 a second, thinned out to
    # 15, has steps of one and of two of its own.
    fps = len(steps_s) / float(time_s[-1] - time_s[0])
    asked = scene.track.source.asked_fps
    if fps < UNUSABLE_FPS - FPS_SLACK:
        yield finding("LOW_FPS", "unusable", fps=max(1, round(fps)))
    elif asked is not None and asked < thresholds.USABLE_FPS and fps > ALL_ASKED_SHARE * asked:
        yield finding("FEW_ANALYSED", "note", fps=round(fps))
    elif fps < thresholds.USABLE_FPS - FPS_SLACK:
        yield finding("LOW_FPS", "warn", fps=round(fps))
    skips = (steps_s > max(SKIP_S, SKIP_INTERVALS * usual_s)) & scene.test[:-1] & scene.test[1:]
    if skips.any():
        pauses = [(float(time_s[i]), float(time_s[i + 1])) for i in np.flatnonzero(skips)]
        yield finding("FRAMES_MISSING", "warn", around(pauses))
