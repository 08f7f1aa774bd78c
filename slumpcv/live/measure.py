"""Angles of the present moment, by the same functions as those of a recorded clip.

The last few seconds are judged and measured as if they were a clip that ends now, and the last
frame of it is read: no future is used, and no formula exists twice. What a whole clip tells of
the person (lengths, which leg is which, how tall they sit) is kept from the seconds before.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.angles import corrected, steady_toes
from slumpcv.live.hand import over_shoulder
from slumpcv.plausible import THIGH_WINDOW_S, Known, body_lengths, keep_plausible
from slumpcv.posture import AS_TALL, STILL_S, TALL_SHARE, find_baseline, raw_posture
from slumpcv.segmentation import make_sample, sitting
from slumpcv.smoothing import OneEuro
from slumpcv.track import LANDMARKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.phases import Sample
    from slumpcv.pose import Pose
    from slumpcv.posture import Baseline, RawPosture
    from slumpcv.terms import Side

# Half of the longest window that a landmark is judged over: offline it reaches as far back.
WINDOW_S = THIGH_WINDOW_S / 2
# More frames than this in the window are more than the movements need: the oldest go.
MOST_FRAMES = 45
# Sitting tall is looked for among the latest frames, with one step of the search to spare.
TALL_WINDOW_S = STILL_S + 0.3
TALL_EVERY_S = 0.25
# Who sat down, or moved the chair, longer ago than this is not held to it. [E]
FORGET_TALL_S = 10.0
# Lengths are in units of the body: a hundredth counts like a degree.
PER_LENGTH = 100.0
IN_LENGTHS = ("slump_index", "shoulder_drop")
LEAST_CUTOFF_HZ = 1.0
SPEED_FACTOR = 0.05


@dataclass(frozen=True)
class Measured:
    """One frame, measured live.

    Attributes
    ----------
    time_s : of the frame, on the clock that the frames came with.
    found : whether a person was found in it.
    sits : 1 when they sit, 0 when not, NaN where that cannot be told.
    angles : by name as in :class:`slumpcv.angles.Angles`, smoothed causally; NaN where not seen.
    far_knee_flexion_deg : a guess of the model.
    points : (33, 2) forward points (y up, facing +x) in pixels; NaN where not believed.
    visibility : (33,), NaN where nobody was found.
    """

    time_s: float
    found: bool
    sits: float
    angles: dict[str, float]
    far_knee_flexion_deg: float
    points: NDArray[np.float64]
    visibility: NDArray[np.float64]

    def sample(self, time_s: float) -> Sample:
        """Return what the phase machine is fed, dated at a time on its own clock."""
        return make_sample(time_s, self.sits, self.angles)


@dataclass
class _Window:
    """The latest frames, oldest first."""

    time_s: deque[float] = field(default_factory=deque)
    points: deque[NDArray[np.float64]] = field(default_factory=deque)
    visibility: deque[NDArray[np.float64]] = field(default_factory=deque)
    swapped: deque[bool] = field(default_factory=deque)

    def add(self, time_s: float, points: NDArray[np.float64], visibility: NDArray[np.float64]) -> None:
        self.time_s.append(time_s)
        self.points.append(points)
        self.visibility.append(visibility)
        self.swapped.append(self.swapped[-1] if self.swapped else False)
        while time_s - self.time_s[0] > WINDOW_S or len(self.time_s) > MOST_FRAMES:
            for column in (self.time_s, self.points, self.visibility, self.swapped):
                column.popleft()


class LiveMeasure:
    """Measures a person frame by frame.

    Parameters
    ----------
    side : the tested side. It must be nearest the camera, so it is also where the person faces
        in the picture.
    """

    def __init__(self, side: Side) -> None:
        self._side = side
        self._sign = np.array([1.0 if side == "right" else -1.0, -1.0])
        self._window = _Window()
        self._lengths = (math.nan, math.nan)
        self._tall: list[Baseline] = []
        self._looked_s = self._arm_up_s = -math.inf
        self._smoothers: dict[str, OneEuro] = {}
        self.raw: RawPosture | None = None

    @property
    def baseline(self) -> Baseline | None:
        """Return the person sitting tall: the first stretch that is about as tall as the tallest."""
        tallest = self._tallest_px
        return next((b for b in self._tall if b.trunk_px >= AS_TALL * tallest), None)

    @property
    def torso_px(self) -> float:
        """Return the length of the upright torso; NaN before anybody was seen."""
        return self._lengths[1]

    @property
    def _tallest_px(self) -> float:
        return max((b.trunk_px for b in self._tall), default=math.nan)

    @property
    def sits_tall(self) -> bool:
        """Return whether the person sits still just now, and not much less tall than they have done."""
        if not self._tall or self._looked_s - self._tall[-1].end_s > TALL_WINDOW_S - STILL_S:
            return False
        return not self.sits_short

    @property
    def sits_short(self) -> bool:
        """Return whether the person sat much less tall when last still than they have done before."""
        return bool(self._tall) and self._tall[-1].trunk_px < TALL_SHARE * self._tallest_px

    def step(self, time_s: float, pose: Pose | None, *, upright: bool, forget: bool = False) -> Measured:
        """Measure the next frame.

        Parameters
        ----------
        time_s : increases from frame to frame.
        pose : the person in it, in pixels of the picture.
        upright : whether the test has not begun: the baseline and lengths are looked for.
        forget : whether a baseline from long ago counts no more.
        """
        points = np.full((LANDMARKS, 2), np.nan) if pose is None else pose.landmarks_px * self._sign
        seen = np.full(LANDMARKS, np.nan) if pose is None else pose.visibility.astype(np.float64)
        self._window.add(time_s, points, seen)
        times_s, all_points = np.array(self._window.time_s), np.array(self._window.points)
        if upright or math.isnan(self._lengths[0]):
            self._lengths = body_lengths(all_points, self._side)
        known = Known(*self._lengths, self._window.swapped[0])
        kept = keep_plausible(all_points, np.array(self._window.visibility), times_s, self._side, known)
        self._window.swapped = deque(kept.swapped.tolist())
        raw = raw_posture(kept.points, times_s, self._side, kept.thigh_px, kept.thigh_deg)
        self.raw = raw
        if over_shoulder(kept.points[-1], seen, self._side):
            self._arm_up_s = time_s
        if upright and time_s - self._arm_up_s > TALL_WINDOW_S:  # a raised arm makes the shoulder higher
            self._look_for_tall(raw, forget)
        return Measured(
            time_s=time_s,
            found=pose is not None,
            sits=float(sitting(raw, self.baseline)[-1]),
            angles=self._angles(raw),
            far_knee_flexion_deg=float(raw.far_knee_flexion_deg[-1]),
            points=kept.points[-1],
            visibility=seen,
        )

    def _angles(self, raw: RawPosture) -> dict[str, float]:
        values = corrected(raw, self.baseline, live=True)
        values["ankle_deg"] = steady_toes(raw.time_s, values["ankle_deg"])
        angles = {name: self._smooth(name, float(raw.time_s[-1]), float(v[-1])) for name, v in values.items()}
        angles["neck_flexion_deg"] = angles["head_angle_deg"] - angles["trunk_lean_deg"]
        return angles

    def _smooth(self, name: str, time_s: float, value: float) -> float:
        if name not in self._smoothers:
            factor = SPEED_FACTOR * (PER_LENGTH if name in IN_LENGTHS else 1.0)
            self._smoothers[name] = OneEuro(LEAST_CUTOFF_HZ, factor)
        return self._smoothers[name].step(time_s, value)

    def _look_for_tall(self, raw: RawPosture, forget: bool) -> None:
        """Add the latest stretch of sitting tall and still, a few times a second."""
        now_s = float(raw.time_s[-1])
        if now_s - self._looked_s < TALL_EVERY_S:
            return
        self._looked_s = now_s
        if forget:
            self._tall = [b for b in self._tall if now_s - b.end_s < FORGET_TALL_S]
        found = find_baseline(raw.since(now_s - TALL_WINDOW_S))
        if found is not None:
            self._tall.append(found)
