"""Angles in OpenSim's MOT format."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.errors import InputError
from slumpcv.export.grid import resample, uniform_grid
from slumpcv.smoothing import stretches

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.terms import Side

    Floats = NDArray[np.float64]

# OpenSim's own coordinates where one means the same; the sign is that of its models since
# Rajagopal 2016: a flexed knee is positive (in gait2392 it is negative).
COORDINATES = {"knee_flexion_deg": "knee_angle", "ankle_deg": "ankle_angle"}
# Angles against the vertical, of which no coordinate of a model says the same.
OTHERS = {
    "trunk_lean_deg": "trunk_lean",
    "head_angle_deg": "head_angle",
    "neck_flexion_deg": "neck_flexion",
    "face_pitch_deg": "face_pitch",
}
# The knee is what the test is about: it stays when it was seen this much at a stretch. [E]
KNEE_SHARE = 0.1


def write_mot(path: Path, angles: Angles) -> None:
    """Write the angles in degrees: the largest part of the recording that has no gap.

    OpenSim's older reader (``Storage``) silently drops the rest of a file at the first NaN, so
    there must be none.

    Parameters
    ----------
    path : the file to write.
    angles : what was measured.

    Raises
    ------
    InputError
        When there are fewer than two frames, or no angle was seen for two frames in a row.
    """
    rate_hz, grid_s = uniform_grid(angles.time_s)
    columns = {
        name: resample(angles.time_s, getattr(angles, measure), grid_s)
        for measure, name in column_names(angles.side).items()
    }
    names, begin, end = largest_without_gaps(columns)
    left_out = [name for name in columns if name not in names]
    with path.open("w", newline="", encoding="ascii") as file:
        file.write(_header(end - begin, len(names) + 1, rate_hz, left_out))
        file.write("\t".join(("time", *names)) + "\n")
        for i in range(begin, end):
            values = (f"{columns[name][i] + 0.0:.4f}" for name in names)
            file.write("\t".join((f"{grid_s[i]:.6f}", *values)) + "\n")


def column_names(side: Side) -> dict[str, str]:
    """Return the name in the file of each angle."""
    return {measure: f"{name}_{side[0]}" for measure, name in COORDINATES.items()} | OTHERS


def largest_without_gaps(columns: dict[str, Floats]) -> tuple[tuple[str, ...], int, int]:
    """Return the columns and the rows, first and one past the last, that hold the most values.

    Parameters
    ----------
    columns : (N,) arrays by name, NaN where missing. The first is the knee, which is kept even
        if there were more values without it.

    Raises
    ------
    InputError
        When no two rows in a row hold anything.
    """
    seen = {name: np.isfinite(values) for name, values in columns.items()}
    knee = next(iter(seen.values()))
    begin, end = _longest(knee)
    if end - begin >= KNEE_SHARE * len(knee):
        seen = {name: mask & knee for name, mask in seen.items()}
    best: tuple[int, tuple[str, ...], int, int] = (0, (), 0, 0)
    for count in range(len(seen), 0, -1):
        for names in combinations(seen, count):
            begin, end = _longest(np.logical_and.reduce([seen[n] for n in names]))
            best = max(best, (count * (end - begin), names, begin, end), key=lambda b: b[0])
    if best[0] == 0:
        raise InputError("No angle was seen for two frames in a row", "Record it again.")
    return best[1:]


def _longest(seen: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the longest stretch of at least two rows, else (0, 0)."""
    runs = [(int(b), int(e)) for b, e in stretches(seen) if e - b >= 2]
    return max(runs, key=lambda run: run[1] - run[0], default=(0, 0))


def _header(rows: int, columns: int, rate_hz: float, left_out: list[str]) -> str:
    lines = [
        "slumpcv",
        "version=1",
        f"nRows={rows}",
        f"nColumns={columns}",
        "inDegrees=yes",
        "",
        "Units are S.I. units (second, meters, Newtons, ...)",
        "Angles are in degrees: knee flexion and ankle dorsiflexion positive, forward positive.",
        f"Data rate {rate_hz:.6f} Hz, resampled. 2D markerless video.",
    ]
    if left_out:
        lines.append(f"Left out because of gaps: {' '.join(left_out)}")
    return "\n".join([*lines, "endheader"]) + "\n"
