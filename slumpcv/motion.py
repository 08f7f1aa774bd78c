"""When a single signal starts to move and when it comes to rest, one sample at a time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np

# A start counts once the signal has stayed away from its rest level for this long: longer than
# MEAN_S, over which a single frame that is far off is spread.
START_DWELL_S = 0.3
# At rest again: over this long the signal stayed within REST_SHARE of its start threshold,
# and from the first to the second half its mean went on by no more than CREEP_SHARE of it.
REST_S = 0.5
REST_SHARE = 0.6
CREEP_SHARE = 0.15
# Noise is taken out by a running mean over this long, dated at its middle: it costs knowledge
# half of this, but no delay of what is known.
MEAN_S = 0.25
# The rest level follows slow drift with this time constant, but no real movement.
DRIFT_S = 5.0
MEMORY_S = 4.0
# Where a movement began is read off its first part: a smooth movement (minimum jerk, Flash and
# Hogan 1985) leaves its start as the cube of time, so the moments at which it passed two small
# levels tell when it was at zero. The levels are these shares of the threshold; the high one
# is lower while less has been reached.
LOW_SHARE, HIGH_SHARE = 0.5, 1.5
# No start is put earlier than this before the low level was passed, unless the way from the
# low to the high level took longer: a slow movement creeps away for longer.
LONGEST_LEAD_S = 0.4
# The signal may have drifted off its rest level: the start is read off where it last was.
JUST_BEFORE_S = 2.0
LONGEST_UNSEEN_S = 1.0
# Samples further apart than this say nothing of what happened between.
GAP_S = 1.0


@dataclass(frozen=True)
class Movement:
    """One movement of one signal; ``end_s`` is NaN and ``to_level`` provisional while it runs."""

    start_s: float
    end_s: float
    from_level: float
    to_level: float

    @property
    def change(self) -> float:
        """Return how far it went, signed."""
        return self.to_level - self.from_level

    @property
    def speed(self) -> float:
        """Return its mean speed, unsigned; 0 while it is running."""
        return 0.0 if self.running else abs(self.change) / max(self.end_s - self.start_s, 1e-9)

    @property
    def running(self) -> bool:
        """Return whether it has not come to rest yet."""
        return math.isnan(self.end_s)


class MotionDetector:
    """Splits one signal into rests and movements, causally.

    Hysteresis: a movement starts beyond ``threshold`` from the rest level and ends only when
    the signal stays within a smaller range. A turn by more than the threshold within a
    movement ends it and starts the next.

    Parameters
    ----------
    threshold : smallest movement that counts, in the signal's unit.
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.level = math.nan
        self.current: Movement | None = None
        self._memory: deque[tuple[float, float]] = deque()
        self._latest: deque[tuple[float, float]] = deque()
        self._away_since_s = math.nan
        self._extreme = (math.nan, math.nan)
        self._seen_from_s = math.nan

    @property
    def moving(self) -> bool:
        """Return whether a movement is running."""
        return self.current is not None

    def rest_at(self, level: float) -> None:
        """Tell where the signal rests when it has not been seen yet."""
        if math.isnan(self.level):
            self.level = level

    def step(self, time_s: float, value: float) -> list[Movement]:
        """Feed one sample; NaN is a sample in which nothing was seen.

        Returns
        -------
        list of Movement
            Those that started (running) or ended with this sample, oldest first.
        """
        if not math.isfinite(value):
            return []
        time_s, value = self._running_mean(time_s, value)
        if not self._memory or time_s - self._memory[-1][0] > GAP_S:
            self._memory.clear()
            self._seen_from_s = time_s
        self._memory.append((time_s, value))
        while time_s - self._memory[0][0] > MEMORY_S:
            self._memory.popleft()
        if math.isnan(self.level):
            self.level = value
        return self._moving(time_s, value) if self.current else self._resting(time_s, value)

    def _running_mean(self, time_s: float, value: float) -> tuple[float, float]:
        """Return the middle and the mean of the latest samples."""
        if self._latest and time_s - self._latest[-1][0] > MEAN_S:
            self._latest.clear()
        self._latest.append((time_s, value))
        while time_s - self._latest[0][0] > MEAN_S:
            self._latest.popleft()
        n = len(self._latest)
        return sum(t for t, _ in self._latest) / n, sum(v for _, v in self._latest) / n

    def _resting(self, time_s: float, value: float) -> list[Movement]:
        away = value - self.level
        if abs(away) <= self.threshold:
            self._away_since_s = math.nan
            if abs(away) < self.threshold / 2 and len(self._memory) > 1:
                elapsed_s = time_s - self._memory[-2][0]
                self.level += away * min(1.0, elapsed_s / DRIFT_S)
            return []
        if math.isnan(self._away_since_s):
            self._away_since_s = time_s
        if time_s - self._away_since_s < START_DWELL_S:
            return []
        self._away_since_s = math.nan
        self.current = Movement(self._onset(self.level, math.copysign(1, away)), math.nan, self.level, value)
        self._extreme = (time_s, value)
        return [self.current]

    def _moving(self, time_s: float, value: float) -> list[Movement]:
        movement = self.current
        assert movement is not None
        sign = math.copysign(1, movement.to_level - movement.from_level)
        if sign * (value - self._extreme[1]) > 0:
            self._extreme = (time_s, value)
        self.current = replace(movement, to_level=value)
        if sign * (self._extreme[1] - value) > self.threshold:
            return self._turn(sign)
        recent = [v for t, v in self._memory if t > time_s - REST_S]
        if self._memory[0][0] > time_s - REST_S or not self._at_rest(recent):
            return []
        self.level = float(np.median(recent))
        ended = replace(movement, to_level=self.level, end_s=self._rest_start(movement.start_s, sign))
        self.current = None
        return [ended]

    def _at_rest(self, recent: list[float]) -> bool:
        """Return whether a signal neither ranges nor creeps on."""
        half = len(recent) // 2
        if half == 0 or max(recent) - min(recent) > REST_SHARE * self.threshold:
            return False
        creep = sum(recent[-half:]) / half - sum(recent[:half]) / half
        return abs(creep) <= CREEP_SHARE * self.threshold

    def _turn(self, sign: float) -> list[Movement]:
        """End the movement at its extreme and start the one back."""
        movement = self.current
        assert movement is not None
        turn_s, extreme = self._extreme
        ended = replace(movement, end_s=turn_s, to_level=extreme)
        self.level = extreme
        value = self._memory[-1][1]
        start_s = max(turn_s, self._onset(extreme, -sign, after_s=turn_s))
        self.current = Movement(start_s, math.nan, extreme, value)
        self._extreme = self._memory[-1]
        return [ended, self.current]

    def _onset(self, level: float, sign: float, after_s: float = -math.inf) -> float:
        """Return when the movement that is under way left its level."""
        now_s = self._memory[-1][0]
        early = [(t, sign * (v - level)) for t, v in self._memory if t >= max(after_s, now_s - JUST_BEFORE_S)]
        if early[0][0] == self._seen_from_s and early[0][1] > self.threshold:
            return self._unseen_onset(early)
        drifted = max(0.0, min(away for _, away in early))
        return self._leading_edge(
            [(t, sign * (v - level) - drifted) for t, v in self._memory if t >= after_s]
        )

    @staticmethod
    def _unseen_onset(away: list[tuple[float, float]]) -> float:
        """Return when a movement began that was already under way when it came into view.

        From its distance and speed there; a smooth movement takes about twice as long for its
        first part as it would at the speed reached.
        """
        (t0_s, a0), (t1_s, a1) = away[0], away[-1]
        speed = (a1 - a0) / (t1_s - t0_s) if t1_s > t0_s else 0.0
        return t0_s - (min(2 * a0 / speed, LONGEST_UNSEEN_S) if speed > 0 else 0.0)

    def _rest_start(self, after_s: float, sign: float) -> float:
        """Return when the signal came to its new level: the onset rule, backwards in time."""
        short = [(-t, sign * (self.level - v)) for t, v in self._memory if t >= after_s]
        return -self._leading_edge(short[::-1])

    def _leading_edge(self, away: list[tuple[float, float]]) -> float:
        """Return when a rise from about zero to beyond the threshold began.

        The latest passage of the high level, and the latest of the low level before it, are
        extrapolated by the cubic start of a smooth movement.
        """
        low = LOW_SHARE * self.threshold
        reached = max((a for _, a in away), default=0.0)
        high = min(max(reached, self.threshold), HIGH_SHARE * self.threshold)
        high_s = math.nan
        for (t0_s, a0), (t1_s, a1) in zip(away[-2::-1], away[:0:-1], strict=True):
            if math.isnan(high_s) and a0 < high <= a1:
                high_s = _crossing(t0_s, a0, t1_s, a1, high)
            if a0 < low <= a1:
                low_s = _crossing(t0_s, a0, t1_s, a1, low)
                if math.isnan(high_s):
                    return low_s
                ratio = math.cbrt(high / low)
                rise_s = high_s - low_s
                return low_s - min(rise_s / (ratio - 1), max(LONGEST_LEAD_S, rise_s))
        return away[0][0]


def _crossing(t0_s: float, v0: float, t1_s: float, v1: float, level: float) -> float:
    """Return when the line between two samples passes a level."""
    return t1_s if v1 == v0 else t0_s + (t1_s - t0_s) * (level - v0) / (v1 - v0)
