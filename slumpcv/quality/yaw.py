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

    from slumpcv.angles import Angles

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


def sides_apart(angles: Angles, frames: NDArray[np.bool_]) -> float | None:
    """Return how far the near side is ahead of the far one, in upright trunk lengths.

    The median over the whole test: over the baseline alone the model's guess of the far
    side wanders more than it differs between camera angles of 5 degrees.

    Returns
    -------
    float or None
        None without an upright baseline, or when shoulders and hips are hardly seen.
    """
    apart_px = (angles.raw.shoulders_apart_px[frames] + angles.raw.hips_apart_px[frames]) / 2.0
    apart_px = apart_px[np.isfinite(apart_px)]
    if angles.baseline is None or len(apart_px) < LEAST_FRAMES:
        return None
    return float(np.median(apart_px)) / angles.baseline.trunk_px


def estimate_yaw_deg(angles: Angles, frames: NDArray[np.bool_]) -> float | None:
    """Return the camera's angle from square, towards the person's front positive.

    Parameters
    ----------
    angles : the measured clip.
    frames : (T,) the frames of the seated test.
    """
    apart = sides_apart(angles, frames)
    if apart is None:
        return None
    fit = load_yaw_fit()
    return float(np.clip(fit.intercept_deg + fit.deg_per_trunk * apart, -LARGEST_DEG, LARGEST_DEG))
