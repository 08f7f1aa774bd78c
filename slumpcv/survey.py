"""A first look at a clip: which way the person faces, and where they sit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.conditioning import brightened
from slumpcv.pose import MAX_PEOPLE, Landmarker, Pose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from slumpcv.terms import Side
    from slumpcv.video import Frame, FrameSource

# How often the clip is looked at, at least and at most so many times in all.
GLANCE_EVERY_S = 2.0
FEWEST_GLANCES, MOST_GLANCES = 8, 20
# Fewer than this from jumping about in the file, and it is read through.
FEWEST_JUMPS = 4
# The glances are looked at by so many models side by side: one for each core of a small laptop.
LOOKERS = 2
# A tracked person this far from where the patient sits is somebody else, or is not seated.
OFF_ANCHOR_TORSOS = 0.8


@dataclass(frozen=True)
class Anchor:
    """Where the patient sits: middle of the hips, and torso length, in analysed pixels."""

    hip_px: NDArray[np.float32]
    torso_px: float

    def holds(self, pose: Pose) -> bool:
        """Return whether a pose sits here; somebody who stands in front does not."""
        away = float(np.hypot(*(pose.hip_px - self.hip_px)))
        return away < OFF_ANCHOR_TORSOS * self.torso_px and seatedness(pose) > 0


@dataclass(frozen=True)
class Survey:
    """What a first look found.

    Attributes
    ----------
    facing : where the seated person looks in the image; right when nobody sits.
    anchor : where they sit, or None.
    people : how many people were seen, by time in seconds.
    """

    facing: Side
    anchor: Anchor | None
    people: dict[float, int]


def glances(source: FrameSource) -> list[Frame]:
    """Return a few frames spread over the clip, by reading it through where jumping gives too few."""
    duration_s = source.info.duration_s
    count = int(np.clip((duration_s or 0.0) / GLANCE_EVERY_S, FEWEST_GLANCES, MOST_GLANCES))
    frames = source.peek(count)
    if len(frames) >= FEWEST_JUMPS or not duration_s:
        return frames
    return list(source.frames(fps=FEWEST_GLANCES / duration_s))


def survey(frames: Iterable[Frame], model: Path, gain: float = 1.0) -> Survey:
    """Look at a few frames for the seated person.

    Parameters
    ----------
    frames : frames spread over the clip, upright.
    model : path of a model bundle.
    gain : what the brightness is multiplied by before the model sees it.

    Returns
    -------
    Survey
    """
    frames = list(frames)
    shares = [frames[k::LOOKERS] for k in range(LOOKERS)]
    with ThreadPoolExecutor(LOOKERS) as pool:
        seen = dict(pair for part in pool.map(partial(_look, model, gain), shares) for pair in part)
    people = {frame.time_s: len(seen[frame.time_s]) for frame in frames}
    seated = [p for frame in frames for p in seen[frame.time_s] if seatedness(p) > 0]
    if not seated:
        return Survey("right", None, people)
    hips = np.array([p.hip_px for p in seated])
    torso_px = float(np.median([p.torso_px for p in seated]))
    # The medoid, not the mean: two people must not average to an empty place.
    apart = np.hypot(*(hips[:, None] - hips[None]).transpose(2, 0, 1))
    anchor = Anchor(hips[apart.sum(axis=1).argmin()], torso_px)
    ahead = np.median([p.ahead for p in seated if anchor.holds(p)])
    return Survey("right" if ahead >= 0 else "left", anchor, people)


def _look(model: Path, gain: float, frames: Sequence[Frame]) -> list[tuple[float, list[Pose]]]:
    """Return who is seen in each of some frames, with the frame's time."""
    with closing(Landmarker(model, people=MAX_PEOPLE)) as landmarker:
        return [(f.time_s, landmarker.find(brightened(f.rgb, gain), f.time_s)) for f in frames]


def seatedness(pose: Pose) -> float:
    """Return how much a pose looks like someone seated side-on, in torso lengths.

    Knees well ahead of the hips and about level with them count for, width between the
    shoulders counts against (0.7 to 0.8 torsos from the front, under 0.35 from the side).
    """
    torso = max(pose.torso_px, 1.0)
    knee = pose.landmarks_px[[25, 26]].mean(axis=0) - pose.hip_px
    width = abs(float(pose.landmarks_px[11, 0] - pose.landmarks_px[12, 0]))
    return float(min(abs(knee[0]) / torso, 1.0) - abs(knee[1]) / torso - width / torso)
