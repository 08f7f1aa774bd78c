"""Findings about how the test was performed: tempo, holds, steadiness, hip hinge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv import thresholds
from slumpcv.holds import hold_span
from slumpcv.language import listed, text
from slumpcv.quality.scene import Scene, around, between, first_lift
from slumpcv.quality.words import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from slumpcv.phases import PhaseSpan
    from slumpcv.session import Finding
    from slumpcv.terms import PhaseName

# The knee's speed is timed between these shares of its way, where a minimum-jerk movement is
# for this part of its duration. A knee that straightens less is not timed.
EDGE_SHARE = 0.1
MIDDLE_TIME = 0.507
LEAST_KNEE_DEG = 15.0
# Twice the protocol's speed: at 10 pictures a second the knee then jumps by 9 deg from one to
# the next, which weakens the result itself. [E]
VERY_HASTY = 2.0
# The protocol asks for 2 s for each movement; half of it is hasty. [E] A movement shorter than
# FASTEST_S was not timed, but found together with another.
HASTY_S = 1.0
FASTEST_S = 0.2
# A head lift of 2 s that is not held at all still stays within HELD_DEG for 0.65 s, because smooth
# movements end slowly; the samples hold for 1.1 s and more.
SHORT_HOLD_S = 0.75
# During a hold knee and neck stay this close to where they are at its end. [E]
HELD_DEG = 5.0
# The next movement may have begun this much before it was noticed.
UNNOTICED_S = 0.3
# Scatter of the knee from picture to picture during holds: up to 2.1 deg in the samples, 2.3
# when mildly blurred or cropped. With so much noise or so little light that a verdict was wrong
# it was 3.8 and more in one of the holds that the verdict compares.
JITTER_DEG = 2.5
USELESS_JITTER_DEG = 3.5
LEAST_HOLD_FRAMES = 5

MOVEMENTS: tuple[PhaseName, ...] = ("SLUMP", "NECK_FLEXION", "HEAD_LIFT")


def tempo_findings(scene: Scene) -> Iterator[Finding]:
    """Yield what is wrong with how the test was done; nothing without one."""
    if not scene.performed:
        return
    yield from _haste(scene)
    yield from _short_holds(scene)
    yield from _jitter(scene)
    yield from _hip_hinge(scene)


def knee_speed_deg_s(scene: Scene, span: PhaseSpan) -> tuple[float, float, float] | None:
    """Return the knee's mean speed within a phase, and when it moved.

    The middle part of a movement is timed, since its ends fade into the holds; a smooth one
    (minimum jerk, Flash and Hogan 1985) spends :data:`MIDDLE_TIME` of its duration there.

    Returns
    -------
    tuple of speed in degrees per second, start and end of the middle part in seconds; None
    when the knee was not seen from the start or did not straighten.
    """
    inside = between(scene.track.time_s, span.start_s, span.end_s)
    time_s, knee_deg = scene.track.time_s[inside], scene.angles.knee_flexion_deg[inside]
    if len(knee_deg) < 3 or not np.isfinite(knee_deg).all():
        return None
    straightened_deg = float(knee_deg[0] - knee_deg.min())
    if straightened_deg < LEAST_KNEE_DEG:
        return None
    done = (knee_deg[0] - knee_deg) / straightened_deg
    last = int(np.argmax(done >= 1.0 - EDGE_SHARE))
    first = int(np.flatnonzero(done[:last] <= EDGE_SHARE)[-1])
    begin_s = float(np.interp(EDGE_SHARE, done[first : first + 2], time_s[first : first + 2]))
    end_s = float(np.interp(1.0 - EDGE_SHARE, done[last - 1 : last + 1], time_s[last - 1 : last + 1]))
    return straightened_deg * MIDDLE_TIME / (end_s - begin_s), begin_s, end_s


def _haste(scene: Scene) -> Iterator[Finding]:
    moments: list[tuple[float, float]] = []
    parts: list[str] = []
    weak = False
    for span in scene.spans:
        took_s = span.hold_start_s - span.start_s
        if span.phase in MOVEMENTS and FASTEST_S < took_s < HASTY_S:
            moments.append((span.start_s, span.hold_start_s))
            parts.append(text(f"findings.step.{span.phase}"))
            weak = weak or span.phase == "HEAD_LIFT"
        knee = knee_speed_deg_s(scene, span) if span.phase == "KNEE_EXTENSION" else None
        if knee is not None and knee[0] > thresholds.KNEE_SPEED_DEG_S:
            moments.append(knee[1:])
            parts.append(text("findings.step.straightening"))
            weak = weak or knee[0] > VERY_HASTY * thresholds.KNEE_SPEED_DEG_S
    if parts:
        once = listed(list(dict.fromkeys(parts)))
        yield finding("HASTY", "warn" if weak else "note", around(moments), parts=once)


def _short_holds(scene: Scene) -> Iterator[Finding]:
    at = first_lift(scene.spans)
    if at is None:
        return
    lift = scene.spans[at]
    short = {
        where: (max(span.start_s, span.end_s - SHORT_HOLD_S), span.end_s)
        for where, span in (("before", scene.spans[at - 1]), ("after", lift))
        if held_s(scene, span) < SHORT_HOLD_S
    }
    if short:
        sides = listed([text(f"findings.around.{where}") for where in short])
        yield finding("SHORT_HOLD", "warn", around(list(short.values())), around=sides)


def held_s(scene: Scene, span: PhaseSpan) -> float:
    """Return how long knee and neck stayed where they are at the end of a phase.

    Read off the angles rather than the phase's own marks: a movement of the toes ends a hold
    there, but not here.
    """
    angles, end_s = scene.angles, span.end_s - UNNOTICED_S
    inside = np.flatnonzero(between(scene.track.time_s, span.start_s, end_s))
    start_s = span.end_s
    last: dict[str, float] = {}
    for i in inside[::-1]:
        now = {"knee": angles.knee_flexion_deg[i], "neck": angles.neck_flexion_deg[i]}
        now = {name: float(value) for name, value in now.items() if np.isfinite(value)}
        if any(abs(value - last.setdefault(name, value)) > HELD_DEG for name, value in now.items()):
            break
        start_s = float(scene.track.time_s[i])
    return span.end_s - start_s


def _jitter(scene: Scene) -> Iterator[Finding]:
    knee_deg = scene.angles.raw.knee_flexion_deg
    jittery, useless = [], False
    at = first_lift(scene.spans)
    compared = () if at is None else (at - 1, at)
    for i, span in enumerate(scene.spans):
        start_s, end_s = hold_span(span)
        inside = between(scene.track.time_s, start_s, end_s) & scene.test & np.isfinite(knee_deg)
        if inside.sum() < LEAST_HOLD_FRAMES or (scatter := _scatter(knee_deg[inside])) <= JITTER_DEG:
            continue
        jittery.append((start_s, end_s))
        useless = useless or (i in compared and scatter > USELESS_JITTER_DEG)
    if jittery:
        yield finding("JITTERY", "unusable" if useless else "warn", around(jittery))


def _scatter(values: NDArray[np.float64]) -> float:
    """Return the noise of a slowly changing series: from its second differences."""
    second = np.diff(values, 2)
    return float(np.sqrt(np.mean(second**2) / 6.0))


def _hip_hinge(scene: Scene) -> Iterator[Finding]:
    angles, baseline = scene.angles, scene.angles.baseline
    if baseline is None:
        return
    tall = angles.trunk_lean_deg[between(scene.track.time_s, baseline.start_s, baseline.end_s)]
    tall = tall[np.isfinite(tall)]
    if len(tall) == 0:
        return
    with np.errstate(invalid="ignore"):
        leans = angles.trunk_lean_deg - np.median(tall) > thresholds.HIP_HINGE_LEAN_DEG
        hinged = leans & (angles.slump_index < thresholds.SLUMP_INDEX)
    if spans := scene.seconds(hinged):
        yield finding("HIP_HINGE", "warn", spans)
