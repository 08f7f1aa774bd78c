"""Landmarks as marker positions in OpenSim's TRC format.

One camera knows no metres. Pixels are scaled so that the thigh has the nominal length below:
shapes, angles and times are those of the recording, lengths are not the person's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import NOSE, landmark
from slumpcv.errors import InputError
from slumpcv.export.grid import resample, uniform_grid
from slumpcv.smoothing import fill_short_gaps, smooth_offline

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.body import Joint

    Floats = NDArray[np.float64]

# Hip to knee in an adult of 1.70 m: 0.245 of stature (Winter, Biomechanics and Motor Control
# of Human Movement) [P]; the stature is our choice [E].
NOMINAL_THIGH_MM = 0.245 * 1700.0

# Names as in Pose2Sim and Sports2D, whose OpenSim models know them; R or L goes before.
MARKERS: dict[str, Joint] = {
    "Eye": "eye",
    "Ear": "ear",
    "Shoulder": "shoulder",
    "Elbow": "elbow",
    "Wrist": "wrist",
    "Hip": "hip",
    "Knee": "knee",
    "Ankle": "ankle",
    "Heel": "heel",
    "BigToe": "toe",
}


def write_trc(path: Path, angles: Angles) -> None:
    """Write the near side's landmarks: mm, x forward, y up, z 0, NaN where not believed.

    Parameters
    ----------
    path : the file to write.
    angles : with the landmarks that were believed.

    Raises
    ------
    InputError
        When there are fewer than two frames, or no thigh was seen to scale by.
    """
    rate_hz, grid_s = uniform_grid(angles.time_s)
    markers = marker_positions(angles, grid_s)
    with path.open("w", newline="", encoding="ascii") as file:
        file.write(_header(rate_hz, len(grid_s), list(markers)))
        for i, time_s in enumerate(grid_s):
            places = (_place(*positions[i]) for positions in markers.values())
            file.write("\t".join((str(i + 1), f"{time_s:.6f}", *places)) + "\n")


def marker_positions(angles: Angles, grid_s: Floats) -> dict[str, Floats]:
    """Return markers by name: (N, 2) in mm, x forward and y up from the hip's usual place.

    Parameters
    ----------
    angles : with the landmarks that were believed.
    grid_s : (N,) moments.

    Returns
    -------
    dict of (N, 2) arrays; NaN where not seen. Gaps up to 0.4 s are bridged and noise is taken
    out as for the angles.
    """
    points, side = angles.plausible.points, angles.side
    hip, knee = points[:, landmark("hip", side)], points[:, landmark("knee", side)]
    thighs_px = np.hypot(*(knee - hip).T)
    if not np.isfinite(thighs_px).any():
        raise InputError(
            "No thigh was seen, so positions cannot be scaled to millimetres",
            "Record it again with the whole leg in the picture.",
        )
    mm_per_px = NOMINAL_THIGH_MM / float(np.nanmedian(thighs_px))
    placed = (points - np.nanmedian(hip, axis=0)) * mm_per_px
    letter = "R" if side == "right" else "L"
    columns = {"Nose": NOSE} | {f"{letter}{name}": landmark(j, side) for name, j in MARKERS.items()}
    return {name: _followed(angles.time_s, placed[:, at], grid_s) for name, at in columns.items()}


def _followed(time_s: Floats, place: Floats, grid_s: Floats) -> Floats:
    axes = (smooth_offline(time_s, fill_short_gaps(time_s, axis)[0]) for axis in place.T)
    return np.stack([resample(time_s, axis, grid_s) for axis in axes], axis=-1)


def _header(rate_hz: float, frames: int, names: list[str]) -> str:
    numbers = "\t".join(f"X{n}\tY{n}\tZ{n}" for n in range(1, len(names) + 1))
    lines = (
        # A constant name: that of the file may name a patient.
        "PathFileType\t4\t(X/Y/Z)\tslumpcv.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate_hz:.6f}\t{rate_hz:.6f}\t{frames}\t{len(names)}\tmm\t{rate_hz:.6f}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        f"\t\t{numbers}",
        "",
    )
    return "\n".join(lines) + "\n"


def _place(x: float, y: float) -> str:
    # Not an empty field, which TRC knows as well: OpenSim 4.6 takes a line that ends in one for
    # broken, and readers that split at any white space would shift all that follows.
    if not np.isfinite([x, y]).all():
        return "NaN\tNaN\tNaN"
    # One camera sees nothing of the third direction.
    return f"{x + 0.0:.3f}\t{y + 0.0:.3f}\t0.000"
