"""The raised near hand: how a person who sits bent and looks at nothing says "I feel it now".

Told apart from fidgeting by where the hand is, and by how long: hands that rest on the thighs, on
the seat or behind the back stay below the elbow; folded arms do not rise above it; a hand at
the head has to stay there without moving before it counts, since scratching does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.body import NOSE, landmark
from slumpcv.geometry import length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slumpcv.body import Joint
    from slumpcv.terms import Side

# Raised, or lowered again, for this long: two glances of a scratching hand are shorter. [E]
DWELL_S = 0.4
# A hand at the head counts after this long, and only as still as this. Bent forward, a forearm
# that is held up straight shows in front of the face, so it cannot be left out. [E]
HEAD_DWELL_S = 1.2
HEAD_STILL_TORSOS = 0.12
HEAD_TORSOS = 0.3
# Nothing is known of an arm that was not seen for this long. [E]
UNSEEN_S = 1.0
# Wrists, elbows and shoulders that were seen read 0.61 and more in the samples.
SEEN_VISIBILITY = 0.5
# The knuckle of the index finger, left and right.
KNUCKLE: dict[Side, int] = {"left": 19, "right": 20}


@dataclass(frozen=True)
class Level:
    """What makes a hand raised [E], lengths in upright torsos.

    Attributes
    ----------
    over_elbow, over_hip : of the wrist, with the forearm held up. Over all samples a resting
        wrist stays below the elbow, and at most 0.29 over the hip.
    slope : rise over run of the forearm.
    reach, under_shoulder : of the wrist, with the arm held out.
    """

    over_elbow: float
    over_hip: float
    slope: float
    reach: float
    under_shoulder: float


RAISED = Level(over_elbow=0.22, over_hip=0.45, slope=0.8, reach=0.75, under_shoulder=0.1)
STILL_RAISED = Level(over_elbow=0.12, over_hip=0.35, slope=0.4, reach=0.65, under_shoulder=0.25)


@dataclass(frozen=True)
class _Arm:
    """Where the parts of the near arm are, relative to each other, in torsos; x forward, y up."""

    from_elbow: NDArray[np.float64]
    from_hip: NDArray[np.float64]
    from_shoulder: NDArray[np.float64]
    wrist: NDArray[np.float64]
    at_head: bool

    def meets(self, level: Level) -> bool:
        ahead, above = np.abs(self.from_elbow[0]), self.from_elbow[1]
        forearm = (
            above > level.over_elbow and above > level.slope * ahead and self.from_hip[1] > level.over_hip
        )
        out = float(length(self.from_shoulder)) > level.reach
        return bool(forearm or (out and self.from_shoulder[1] > -level.under_shoulder))


def over_shoulder(points: NDArray[np.float64], visibility: NDArray[np.float64], near: Side) -> bool:
    """Return whether the near wrist is seen above its shoulder, which the arm then takes along.

    Parameters
    ----------
    points : (33, 2) forward points (y up, facing +x); NaN where not seen, which is not above.
    visibility : (33,), 0 to 1.
    near : the side towards the camera.
    """
    wrist, shoulder = landmark("wrist", near), landmark("shoulder", near)
    seen = min(visibility[wrist], visibility[shoulder]) >= SEEN_VISIBILITY
    return bool(seen and points[wrist, 1] > points[shoulder, 1])


class RaisedHand:
    """Watches the near hand, one frame at a time, live or along a recorded track.

    Parameters
    ----------
    near : the side towards the camera.

    Attributes
    ----------
    up : whether the hand is raised.
    since_s : when it went up or came down, which is before that could be known; NaN before it
        ever went up.
    """

    def __init__(self, near: Side) -> None:
        self._near = near
        self.up = False
        self.since_s = math.nan
        self._change_s = math.nan
        self._seen_s = -math.inf
        self._from: _Arm | None = None

    def step(
        self,
        time_s: float,
        points: NDArray[np.float64],
        visibility: NDArray[np.float64],
        torso_px: float,
    ) -> bool:
        """Look at the next frame.

        Parameters
        ----------
        time_s : increases from frame to frame.
        points : (33, 2) forward points (y up, facing +x) in pixels; NaN where not seen.
        visibility : (33,), 0 to 1.
        torso_px : length of the upright torso.

        Returns
        -------
        bool
            Whether the hand is raised, as far as it is known by now.
        """
        arm = self._arm(points, visibility, torso_px)
        if arm is None:
            if time_s - self._seen_s > UNSEEN_S:
                self._lost()
            return self.up
        self._seen_s = time_s
        # Once it seems to be raised, it may sink a little.
        kept = self.up or not math.isnan(self._change_s)
        raised = arm.meets(STILL_RAISED if kept else RAISED)
        if raised == self.up:
            self._change_s = math.nan
            return self.up
        if self._begins_anew(arm):
            self._change_s, self._from = time_s, arm
        if time_s - self._change_s >= (HEAD_DWELL_S if raised and arm.at_head else DWELL_S):
            self.up, self.since_s, self._change_s = raised, self._change_s, math.nan
        return self.up

    def _begins_anew(self, arm: _Arm) -> bool:
        """Return whether what the hand has done so far says nothing of whether it is meant as a sign."""
        if self._from is None or math.isnan(self._change_s):
            return True
        if self.up or not (arm.at_head or self._from.at_head):
            return False
        moved = float(length(arm.wrist - self._from.wrist))
        return arm.at_head != self._from.at_head or moved > HEAD_STILL_TORSOS

    def _lost(self) -> None:
        if self.up:
            self.up, self.since_s = False, self._seen_s
        self._change_s = math.nan

    def _arm(
        self, points: NDArray[np.float64], visibility: NDArray[np.float64], torso_px: float
    ) -> _Arm | None:
        """Return the near arm, or None where it is not seen."""

        def at(index: int) -> NDArray[np.float64]:
            place: NDArray[np.float64] = points[index] / torso_px
            return place

        def near(joint: Joint) -> NDArray[np.float64]:
            return at(landmark(joint, self._near))

        needed: tuple[Joint, ...] = ("shoulder", "elbow", "wrist")
        seen = all(visibility[landmark(joint, self._near)] >= SEEN_VISIBILITY for joint in needed)
        wrist, knuckle = near("wrist"), at(KNUCKLE[self._near])
        parts = np.array([near("shoulder"), near("elbow"), wrist, near("hip")])
        if not seen or not np.isfinite(parts).all():
            return None
        head = np.array([near("ear"), near("eye"), at(NOSE)])
        return _Arm(
            from_elbow=wrist - near("elbow"),
            from_hip=wrist - near("hip"),
            from_shoulder=wrist - near("shoulder"),
            wrist=wrist,
            at_head=bool((length(knuckle - head) < HEAD_TORSOS).any()),
        )
