"""What goes wrong while the test is done, noticed when it happens; each is told once."""

from __future__ import annotations

import math
from collections import deque
from statistics import median
from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.live.guide_steps import ADDING
from slumpcv.marks import Stage
from slumpcv.quality.person import FAR_KNEE_DEG, NEAR_KNEE_DEG
from slumpcv.quality.tempo import FASTEST_S, HASTY_S, MOVEMENTS

if TYPE_CHECKING:
    from slumpcv.live.progress import Progress
    from slumpcv.live.seen import Seen
    from slumpcv.marks import PhaseSpan
    from slumpcv.terms import PhaseName

# What is said later than this after it happened would be taken for something else. [E]
TIMELY_S = 3.0
# Over this long the knee's speed is read; the fastest part of a smooth movement (minimum jerk) is
# this much faster than the whole. The model overstates it: 85 deg/s in a sample where it was 69.
SPEED_WINDOW_S = 0.4
PEAK_OF_MEAN = 1.8
OVERSTATED = 1.25
# How long a fault must last to be none of a single frame, and of the far leg, which is a guess. [E]
LASTING_S = 0.4
LASTING_FAR_S = 0.7
# Over this long the rest before the head lift, and the far knee before its leg moves, are read.
REST_S = 1.2
FAR_REST_S = 3.0
# A head this far from where it was when sitting tall has the chin down, with or without a movement of
# its own: a slump alone carries the face along by 40 deg. [E]
CHIN_DOWN_DEG = 60.0
HEAD = ("neck_flexion_deg", "face_pitch_deg")
# Whose leg or trunk has moved this far while the head lifts, or both at once, is not giving way but
# sitting up, however slowly: that is theirs to do, and nothing is said against it. [E]
LEAVING_KNEE_DEG = 35.0
LEAVING_TRUNK_DEG = 15.0
LASTING_GIVING_S = 0.6
# Both at once are seen at this share of what would be a mistake of one alone. [E]
TOGETHER_SHARE = 0.3
# The beginning of a movement that is not known yet.
UNNOTICED_S = 0.4


class Mistakes:
    """Watches for mistakes; what is found waits until it can be said, but not for long."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._waiting: list[tuple[float, str]] = []
        self._since_s: dict[str, float] = {}
        self._knee: deque[tuple[float, ...]] = deque()
        self._far: deque[tuple[float, ...]] = deque()
        self._slumped_head: tuple[float, ...] = ()
        self._rest: deque[tuple[float, ...]] = deque()

    def due(self, time_s: float) -> str | None:
        """Return the prompt of a mistake that is still timely, and forget the others."""
        timely = [key for at_s, key in self._waiting if time_s - at_s <= TIMELY_S]
        self._waiting.clear()
        if not timely:
            return None
        self._told.add(timely[0])
        return timely[0]

    def watch(self, seen: Seen, step: PhaseName, progress: Progress, *, chin_given_up: bool) -> None:
        """Look at the next frame.

        Parameters
        ----------
        seen, progress : the frame, and what has been done.
        step : which step the guide is in.
        chin_given_up : whether the chin was asked for in vain already.
        """
        self._remember(seen, step, progress)
        if step in ADDING:
            self._lasting("mistake_too_fast", seen, self._knee_is_hasty(seen), 0.0)
        if (step in ADDING or step == "HEAD_LIFT") and progress.at_rest and progress.phases:
            self._was_hasty(seen, progress.phases[-1])
        if step in ("SLUMP", "NECK_FLEXION"):
            self._lasting("mistake_hip_hinge", seen, _leans_from_the_hips(seen), LASTING_S)
        if step in ADDING:
            self._lasting("mistake_far_leg", seen, self._far_leg(seen), LASTING_FAR_S)
        if step in ADDING and not chin_given_up:
            self._lasting("mistake_chin", seen, self._knee_without_chin(seen, progress), LASTING_S)
        if step == "HEAD_LIFT" and seen.stage in (Stage.LOADING, Stage.LIFTED):
            self._gives_way(seen)

    def _found(self, key: str, time_s: float) -> None:
        if key not in self._told and all(key != waiting for _, waiting in self._waiting):
            self._waiting.append((time_s, key))

    def _lasting(self, key: str, seen: Seen, wrong: bool, for_s: float) -> None:
        if not wrong:
            self._since_s.pop(key, None)
        elif seen.time_s - self._since_s.setdefault(key, seen.time_s) >= for_s:
            self._found(key, seen.time_s)

    def _remember(self, seen: Seen, step: PhaseName, progress: Progress) -> None:
        knee, lean = _angle(seen, "knee_flexion_deg"), _angle(seen, "trunk_lean_deg")
        if math.isfinite(knee):
            _keep(self._knee, (seen.time_s, knee), SPEED_WINDOW_S)
        if step == "BASELINE" and math.isfinite(seen.far_knee_flexion_deg):
            _keep(self._far, (seen.time_s, seen.far_knee_flexion_deg), FAR_REST_S)
        if step == "SLUMP" and progress.at_rest and "SLUMP" in progress.done:
            self._slumped_head = _head(seen)
        before_lift = step != "HEAD_LIFT" and seen.stage is Stage.LOADING and progress.at_rest
        if before_lift and math.isfinite(knee + lean):
            _keep(self._rest, (seen.time_s, knee, lean), REST_S)

    def _knee_is_hasty(self, seen: Seen) -> bool:
        """Return whether the knee straightens too fast right now."""
        if not self._knee or self._knee[-1][0] - self._knee[0][0] < SPEED_WINDOW_S / 2:
            return False
        (first_s, first), (last_s, last) = self._knee[0], self._knee[-1]
        speed_deg_s = (first - last) / (last_s - first_s)
        hasty = speed_deg_s > OVERSTATED * PEAK_OF_MEAN * thresholds.KNEE_SPEED_DEG_S
        return hasty and _straightened(seen) >= NEAR_KNEE_DEG

    def _was_hasty(self, seen: Seen, span: PhaseSpan) -> None:
        """Note a movement that took too short, once it has come to rest."""
        took_s = span.hold_start_s - span.start_s
        if span.phase == "KNEE_EXTENSION":
            hasty = _straightened(seen) > thresholds.KNEE_SPEED_DEG_S * took_s
        else:
            hasty = span.phase in MOVEMENTS and took_s < HASTY_S
        # Only once it has just come to rest: later it is no news.
        if hasty and took_s > FASTEST_S and seen.time_s - span.hold_start_s <= TIMELY_S:
            self._found("mistake_too_fast", seen.time_s)

    def _far_leg(self, seen: Seen) -> bool:
        if not self._far or not _straightened(seen) < NEAR_KNEE_DEG:
            return False
        return median(deg for _, deg in self._far) - seen.far_knee_flexion_deg > FAR_KNEE_DEG

    def _knee_without_chin(self, seen: Seen, progress: Progress) -> bool:
        """Return whether the knee has just begun with the head no lower than the slump had carried it."""
        knee = next((span for span in progress.phases if span.phase == "KNEE_EXTENSION"), None)
        late = knee is None or seen.time_s - knee.start_s > TIMELY_S
        if late or not _straightened(seen) >= NEAR_KNEE_DEG:
            return False
        tall = tuple(seen.tall.get(name, math.nan) for name in HEAD)
        in_all = _most_lowered(_head(seen), tall)
        if not self._slumped_head:
            return in_all < thresholds.NECK_FLEXED_DEG
        by_itself = _most_lowered(_head(seen), self._slumped_head)
        return by_itself < thresholds.NECK_FLEXED_DEG / 2 and in_all < CHIN_DOWN_DEG

    def _gives_way(self, seen: Seen) -> None:
        """Compare knee and trunk with how they were before the head lift."""
        if not self._rest:
            return
        last_s = self._rest[-1][0]
        settled = [row for row in self._rest if row[0] <= last_s - UNNOTICED_S] or list(self._rest)
        knee = _angle(seen, "knee_flexion_deg") - median(row[1] for row in settled)
        lean = median(row[2] for row in settled) - _angle(seen, "trunk_lean_deg")
        sinks = knee > thresholds.KNEE_STILL_DEG and _straightened(seen) > 0.0
        far = max(knee, 0.0) / LEAVING_KNEE_DEG + max(lean, 0.0) / LEAVING_TRUNK_DEG > 1.0
        share = TOGETHER_SHARE
        together = knee > share * thresholds.KNEE_STILL_DEG and lean > share * thresholds.TRUNK_STILL_DEG
        if far or together:
            self._waiting.clear()
            return
        self._lasting("mistake_knee_sinks", seen, sinks, LASTING_GIVING_S)
        self._lasting("mistake_trunk_rises", seen, lean > thresholds.TRUNK_STILL_DEG, LASTING_GIVING_S)


def _angle(seen: Seen, name: str) -> float:
    return seen.angles.get(name, math.nan)


def _head(seen: Seen) -> tuple[float, ...]:
    return tuple(_angle(seen, name) for name in HEAD)


def _most_lowered(head: tuple[float, ...], before: tuple[float, ...]) -> float:
    """Return by how much a head is lower than before, by neck or face; NaN when neither is known."""
    lowered = [now - then for now, then in zip(head, before, strict=True)]
    return max((by for by in lowered if math.isfinite(by)), default=math.nan)


def _straightened(seen: Seen) -> float:
    """Return how far the knee has straightened from sitting tall; NaN when not known."""
    return seen.tall.get("knee_flexion_deg", math.nan) - _angle(seen, "knee_flexion_deg")


def _leans_from_the_hips(seen: Seen) -> bool:
    lean = _angle(seen, "trunk_lean_deg") - seen.tall.get("trunk_lean_deg", math.nan)
    flat = _angle(seen, "slump_index") < thresholds.SLUMP_INDEX
    return lean > thresholds.HIP_HINGE_LEAN_DEG and flat


def _keep(rows: deque[tuple[float, ...]], row: tuple[float, ...], for_s: float) -> None:
    """Add a row that begins with its time, and drop those that are older than a while."""
    rows.append(row)
    while row[0] - rows[0][0] > for_s:
        rows.popleft()
