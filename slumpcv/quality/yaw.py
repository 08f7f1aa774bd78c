"""How far the camera stands from square to the side.

Seen from the side, near and far shoulder lie on top of each other, and so do the hips; a
camera towards the person's front moves the near one back in the image by the breadth of the
body times the sine of the angle. Shoulders alone err on broad people and hips alone on
hidden ones, so the mean of both separations counts. The model has a bias, so a straight line
was fitted to clips with known angle; ``benchmarks/fit_yaw.py`` prints what else was tried.
The error is that on people who were left out of the fit.
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

    from slumpcv.posture import RawPosture

SCHEMA_VERSION = 1
# Beyond this the line means nothing: the shoulders' separation stops growing.
LARGEST_DEG = 60.0
# The body has to be seen in this many frames.
LEAST_FRAMES = 5


@dataclass(frozen=True)
class YawFit:
    """The fitted line, and its 95 % band on people left out."""

    intercept_deg: float
    deg_per_trunk: float
    plus_minus_deg: float


@cache
def load_yaw_fit() -> YawFit:
    """Read the shipped fit.

    Raises
    ------
    ValueError
        When the file has another schema.
    """
    data = json.loads(resources.files("slumpcv.quality").joinpath("yaw.json").read_text(encoding="utf-8"))
    if data.pop("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"yaw.json does not have schema {SCHEMA_VERSION}")
    return YawFit(**data)


def sides_apart(raw: RawPosture, trunk_px: float, frames: NDArray[np.bool_]) -> float | None:
    """Return how far the near side is ahead of the far one, in upright trunk lengths.

    The median over the whole test: over the baseline alone the model's guess of the far
    side wanders more than it differs between camera angles of 5 degrees.

    Returns
    -------
    float or None
        None when shoulders and hips are hardly seen.
    """
    apart_px = (raw.shoulders_apart_px[frames] + raw.hips_apart_px[frames]) / 2.0
    apart_px = apart_px[np.isfinite(apart_px)]
    return None if len(apart_px) < LEAST_FRAMES else float(np.median(apart_px)) / trunk_px


def estimate_yaw_deg(raw: RawPosture, trunk_px: float, frames: NDArray[np.bool_]) -> float | None:
    """Return the camera's angle from square, towards the person's front positive.

    Parameters
    ----------
    raw : the measured frames.
    trunk_px : the upright trunk's length.
    frames : (T,) the frames of the seated test.
    """
    apart = sides_apart(raw, trunk_px, frames)
    if apart is None:
        return None
    fit = load_yaw_fit()
    return float(np.clip(fit.intercept_deg + fit.deg_per_trunk * apart, -LARGEST_DEG, LARGEST_DEG))


def surely_off_deg(yaw_deg: float) -> float:
    """Return by how much the camera is surely off square: one standard error less than estimated.

    A camera that is right at a limit would otherwise be beyond it in every other recording.
    """
    return abs(yaw_deg) - load_yaw_fit().plus_minus_deg / 1.96
