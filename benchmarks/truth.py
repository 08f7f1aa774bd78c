"""The sample clips with their ground truth, and their tracks."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slumpcv.follow import ANALYSIS_SIDE_PX, estimate_pose
from slumpcv.track import PoseTrack, load_track, save_track
from slumpcv.video import open_clip

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
CACHE = Path(__file__).resolve().parent / ".tracks"
# Clips of the same rendered person: never in the fit and the test at once.
SAME_PERSON = {"right_plain_30fps": "right_plain"}
# Camera further round than the accuracy figures are promised for.
PROMISED_YAW_DEG = 15.0


@dataclass(frozen=True)
class Truth:
    """What the renderer knows of one clip; columns are (T,), one value for each video frame."""

    name: str
    facts: dict
    columns: dict[str, NDArray[np.float64]]
    phase: NDArray[np.str_]
    moving: NDArray[np.bool_]

    @property
    def person(self) -> str:
        """A name for who is in the clip."""
        return SAME_PERSON.get(self.name, self.name)

    @property
    def promised(self) -> bool:
        """Whether the accuracy figures hold for this clip: near leg, yaw up to 15 deg."""
        return (
            self.facts["near_leg"] == self.facts["tested_leg"]
            and abs(self.facts["camera_yaw_deg"]) <= PROMISED_YAW_DEG
        )

    def ankle_deg(self) -> NDArray[np.float64]:
        """Shank against heel to toe, as docs/protocol.md defines it, from the projected joints."""
        c, sign = self.columns, 1 if self.facts["facing"] == "right" else -1
        shank = np.arctan2(c["ankle_y_px"] - c["knee_y_px"], sign * (c["knee_x_px"] - c["ankle_x_px"]))
        foot = np.arctan2(c["heel_y_px"] - c["toe_y_px"], sign * (c["toe_x_px"] - c["heel_x_px"]))
        return (np.degrees(foot - shank) + 90 + 180) % 360 - 180

    def at(self, column: str, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """A column at other times."""
        values = self.ankle_deg() if column == "ankle_deg" else self.columns[column]
        return np.interp(time_s, self.columns["time_s"], values)

    def hold(self, phase: str, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which times lie in the motionless part of a phase."""
        nearest = np.abs(self.columns["time_s"][None] - time_s[:, None]).argmin(axis=1)
        return (self.phase[nearest] == phase) & ~self.moving[nearest]


def load_truth(name: str, folder: Path = SAMPLES) -> Truth:
    """Read one clip's truth."""
    facts = json.loads((folder / f"{name}.json").read_text())
    with (folder / f"{name}.truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = {k: np.array([float(r[k]) for r in rows]) for k in rows[0] if k not in ("phase", "moving")}
    return Truth(
        name,
        facts,
        numbers,
        np.array([r["phase"] for r in rows]),
        np.array([r["moving"] == "1" for r in rows]),
    )


def clip_names(folder: Path = SAMPLES) -> list[str]:
    """Names of all clips with truth."""
    return sorted(p.name.removesuffix(".truth.csv") for p in folder.glob("*.truth.csv"))


def track_of(name: str, folder: Path = SAMPLES) -> PoseTrack:
    """The pose track of a clip, made once."""
    CACHE.mkdir(exist_ok=True)
    cached = CACHE / f"{name}.npz"
    if not cached.exists():
        with open_clip(folder / f"{name}.mp4", max_side_px=ANALYSIS_SIDE_PX) as source:
            save_track(cached, estimate_pose(source))
    return load_track(cached)
