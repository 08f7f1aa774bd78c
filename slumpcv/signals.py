"""The signals that a slump test is read from: where back, head, knee and ankle are, and were."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slumpcv.motion import MotionDetector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slumpcv.motion import Movement

Part = Literal["back", "head", "knee", "ankle"]

# Smallest movements that count, in degrees. Noise while holding still is up to 2 deg in the
# head and knee; the steps of the test are 20 deg and more.
THRESHOLDS: dict[Part, float] = {"back": 6.0, "head": 6.0, "knee": 8.0, "ankle": 5.0}
# A knee that extends less than this and comes back was a fidget.
KNEE_STEP_DEG = 15.0
# A head that flexes less than this, on its own, has not brought the chin down: while the knee
# extends, the model lets a flexed head drift by up to 10 deg.
CHIN_DEG = 12.0
# A phase whose movement stays smaller than this, and is taken back, was a fidget.
LEAST_STEP_DEG: dict[Part, float] = {"head": CHIN_DEG, "knee": KNEE_STEP_DEG}
# Which way a signal goes when it adds to the test.
LOADING_SIGN: dict[Part, float] = {"back": 1.0, "head": 1.0, "knee": -1.0, "ankle": 1.0}
# A thigh length of shoulder drop counts like so many degrees of trunk lean in the back signal:
# a typical slump is 25 deg and 0.25 thigh lengths.
DROP_DEG = 100.0
# A seated leg that is hidden by furniture hangs down.
HANGING_KNEE_DEG = 90.0
# A signal not seen for this long says nothing of where its part is now.
STALE_S = 0.5


@dataclass(frozen=True)
class Sample:
    """What the machine sees of one frame; NaN where nothing is seen.

    ``seated`` is None when it cannot be told.
    """

    time_s: float
    seated: bool | None
    trunk_lean_deg: float
    shoulder_drop: float
    head_angle_deg: float
    face_pitch_deg: float
    knee_flexion_deg: float
    ankle_deg: float

    def signals(self) -> dict[Part, float]:
        """Return one number for each part, in degrees."""
        return {
            "back": self.trunk_lean_deg + DROP_DEG * self.shoulder_drop,
            "head": (self.head_angle_deg + self.face_pitch_deg) / 2,
            "knee": self.knee_flexion_deg,
            "ankle": self.ankle_deg,
        }


class Signals:
    """The detectors of all parts, and where each part is between sitting tall and its furthest.

    Attributes
    ----------
    tall : each part's level when the person last sat tall and still.
    """

    def __init__(self) -> None:
        self.tall: dict[Part, float] = {}
        self._detectors = {part: MotionDetector(threshold) for part, threshold in THRESHOLDS.items()}
        self._value = dict.fromkeys(self._detectors, math.nan)
        self._seen_s = dict.fromkeys(self._detectors, -math.inf)
        self._furthest: dict[Part, float] = {}
        self._time_s = -math.inf

    def step(self, time_s: float, values: Mapping[Part, float]) -> list[tuple[Part, Movement]]:
        """Feed one frame; return the movements that started or ended, in the order of time.

        The ankle comes last: what it means depends on what the leg has done.
        """
        self._time_s = time_s
        if self.tall:
            self._detectors["knee"].rest_at(HANGING_KNEE_DEG)
        events = []
        for part, value in values.items():
            if math.isfinite(value):
                self._value[part], self._seen_s[part] = value, time_s
            for movement in self._detectors[part].step(time_s, value):
                events.append((part, movement))
                # A short movement may be on its way back by the time it is known.
                self._reach(part, movement.to_level)
        return sorted(events, key=lambda e: (e[0] == "ankle", e[1].start_s if e[1].running else e[1].end_s))

    def sits_tall(self) -> None:
        """Remember where everything is as the person's own baseline."""
        self.tall = {part: detector.level for part, detector in self._detectors.items()}
        self.start_over()

    def start_over(self) -> None:
        """Forget how far each part has gone."""
        self._furthest.clear()

    def reach(self) -> None:
        """Remember how far each part has gone from the baseline."""
        for part, value in self._value.items():
            self._reach(part, value)

    def _reach(self, part: Part, value: float) -> None:
        if math.isfinite(value):
            furthest = max if LOADING_SIGN[part] > 0 else min
            self._furthest[part] = furthest(self._furthest.get(part, value), value)

    def seen(self, part: Part) -> bool:
        """Return whether a part has been seen just now."""
        return not self._stale(part)

    def current(self, part: Part) -> Movement | None:
        """Return the movement of a part that is under way."""
        return self._detectors[part].current

    def moving(self, *parts: Part) -> bool:
        """Return whether any of some parts is seen to move."""
        return any(self._detectors[p].moving and not self._stale(p) for p in parts)

    def reached(self, part: Part, from_level: float | None = None) -> float:
        """Return how far a part has gone at most, from the baseline or another level; at least 0."""
        start = self._tall_level(part) if from_level is None else from_level
        way = LOADING_SIGN[part] * (self._furthest.get(part, math.nan) - start)
        return max(way, 0.0) if math.isfinite(way) else 0.0

    def is_away(self, part: Part) -> bool:
        """Return whether a part has left the baseline at all."""
        return self.reached(part) > THRESHOLDS[part]

    def way_back(self, part: Part) -> float:
        """Return how much of the way from the furthest point to the baseline has been made.

        1 is all of it, also for a part that is not seen; 0 for a part that never left.
        """
        if self._stale(part):
            return 1.0
        if not self.is_away(part):
            return 0.0
        return LOADING_SIGN[part] * (self._furthest[part] - self._value[part]) / self.reached(part)

    def is_back(self, part: Part, share: float) -> bool:
        """Return whether a part has made this share of the way back, or never left."""
        return not self.is_away(part) or self.way_back(part) >= share

    def _tall_level(self, part: Part) -> float:
        level = self.tall.get(part, math.nan)
        return HANGING_KNEE_DEG if part == "knee" and math.isnan(level) else level

    def _stale(self, part: Part) -> bool:
        return self._time_s - self._seen_s[part] > STALE_S
