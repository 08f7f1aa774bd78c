"""The part of a recording that is judged, and turning frames into seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv import thresholds
from slumpcv.holds import hold_span
from slumpcv.session import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.phases import PhaseSpan
    from slumpcv.track import PoseTrack

    Mask = NDArray[np.bool_]

# Phases of the test proper; while coming up and resting nothing is measured that matters.
STEPS = ("SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "DORSIFLEXION", "HEAD_LIFT")
# Stretches closer than this are one, and shorter ones are blips that nobody can do anything
# about. [E]
MERGE_S = 0.5
BLIP_S = 0.3
# Without a head lift, this share of the test has to be seen. [E]
SEEN_SHARE = 0.5


@dataclass(frozen=True)
class Scene:
    """A clip with the frames that count.

    Attributes
    ----------
    track, angles, spans : the measured clip.
    performed : whether any step of the test was found.
    test : (T,) frames from sitting tall to the end of the head lift; all frames when nobody
        was seen to sit.
    crucial : the frames of the hold before the first head lift, and those of the lift; (T,)
        each, empty without a lift.
    found : (T,) frames in which the person was found.
    """

    track: PoseTrack
    angles: Angles
    spans: Sequence[PhaseSpan]
    performed: bool
    test: Mask
    crucial: tuple[Mask, ...]
    found: Mask

    def seconds(self, frames: Mask) -> list[Span]:
        """Return the stretches of frames that are worth naming."""
        return stretches(self.track.time_s, frames & self.test)

    def too_much(self, frames: Mask) -> bool:
        """Return whether so many frames are affected that the head lift cannot be judged."""
        if not self.crucial:
            return bool(self.test.any() and frames[self.test].mean() > SEEN_SHARE)
        return any(
            bool(stretches(self.track.time_s, frames & part))
            and frames[part].mean() > 1.0 - thresholds.USABLE_HOLD_SHARE
            for part in self.crucial
        )


def set_scene(track: PoseTrack, angles: Angles, spans: Sequence[PhaseSpan]) -> Scene:
    """Find the frames that count.

    Sitting down, getting up and sitting without a test are left out, so that nothing done
    around a test counts against it.
    """
    time_s = track.time_s
    performed = {s.repetition for s in spans if s.phase in STEPS}
    test = np.zeros(len(track), dtype=bool)
    for span in spans:
        counts = span.phase in (*STEPS, "BASELINE") and (span.repetition in performed or not performed)
        if counts:
            test |= between(time_s, span.start_s, span.end_s)
    at = first_lift(spans)
    parts = () if at is None else (hold_span(spans[at - 1]), (spans[at].start_s, spans[at].end_s))
    crucial = tuple(between(time_s, *part) for part in parts)
    # A frame has all landmarks or none.
    found = np.isfinite(track.landmarks_px[:, 0, 0])
    if not spans:
        test[:] = True
    return Scene(track, angles, spans, bool(performed), test, crucial, found)


def first_lift(spans: Sequence[PhaseSpan]) -> int | None:
    """Return the place of the head lift that is judged: the first with something before it."""
    return next((i for i, s in enumerate(spans) if s.phase == "HEAD_LIFT" and i > 0), None)


def between(time_s: NDArray[np.float64], start_s: float, end_s: float) -> Mask:
    """Return which frames lie in a stretch of time, ends included."""
    return (time_s >= start_s - 1e-9) & (time_s <= end_s + 1e-9)


def stretches(time_s: NDArray[np.float64], frames: Mask) -> list[Span]:
    """Return runs of frames in seconds: neighbours merged, blips left out.

    A frame stands for the time until the next one, so a run's length includes one interval.
    """
    hit = np.flatnonzero(frames)
    if len(hit) == 0:
        return []
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    breaks = np.flatnonzero(np.diff(time_s[hit]) >= MERGE_S + step_s) + 1
    runs = [(float(time_s[r[0]]), float(time_s[r[-1]])) for r in np.split(hit, breaks)]
    return [
        Span(start_s=round(start_s, 3), end_s=round(end_s, 3))
        for start_s, end_s in runs
        if end_s - start_s + step_s >= BLIP_S - 1e-9
    ]


def around(moments: Sequence[tuple[float, float]]) -> list[Span]:
    """Return given stretches as spans, overlapping ones merged."""
    merged: list[tuple[float, float]] = []
    for start_s, end_s in sorted(moments):
        if merged and start_s - merged[-1][1] < MERGE_S:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return [Span(start_s=round(a, 3), end_s=round(b, 3)) for a, b in merged]
