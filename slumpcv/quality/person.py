"""Findings about who is seen, and how much of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv import thresholds
from slumpcv.body import forward_points, landmark
from slumpcv.language import listed, text
from slumpcv.plausible import swapped_legs
from slumpcv.quality.picture import too_dark
from slumpcv.quality.scene import Scene, around
from slumpcv.quality.view import is_frontal, lies_sideways
from slumpcv.quality.words import finding
from slumpcv.smoothing import SHORT_GAP_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from slumpcv.body import Joint
    from slumpcv.session import Finding
    from slumpcv.terms import PhaseName, Side

# Somebody who is found for less than this in all was never really there. [E]
LEAST_FOUND_S = 1.0
# The whole image is searched for company every 2 s: a sighting stands for the second around it.
SIGHTING_S = 1.0
NOT_SEARCHED = 255
# Another head that is seen this often is company; a single one may be a picture on the wall. [E]
LEAST_SIGHTINGS = 2
# A knee that straightens by less than this stayed where it was; the far one counts as
# straightened from FAR_KNEE_DEG on, because the model only guesses it: in clips of a near-leg
# test its guess wanders by up to 22 deg.
NEAR_KNEE_DEG = 15.0
FAR_KNEE_DEG = 30.0
# How far a knee went is read where it stayed for a tenth of the test, so that no blip counts.
REACHED_PERCENTILE = 10.0
# A seated leg that furniture hides hangs down.
HANGING_KNEE_DEG = 90.0

# Pulling up the toes is not among them: the protocol leaves it out as a rule.
NEEDED_STEPS: tuple[PhaseName, ...] = ("SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT")


def person_findings(scene: Scene, asked_side: Side | None) -> Iterator[Finding]:
    """Yield what is wrong with what is seen of the person."""
    time_s = scene.track.time_s
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    if scene.found.sum() * step_s < LEAST_FOUND_S:
        yield finding("NO_PERSON", "unusable")
        return
    yield from _test(scene)
    if asked_side is not None and asked_side != scene.angles.side and not is_frontal(scene):
        asked, near = text(f"findings.leg.{asked_side}"), text(f"findings.side.{scene.angles.side}")
        yield finding("SIDE_MISMATCH", "unusable", asked=asked, near=near)
    if scene.spans:
        if straightens_far_leg(scene):
            yield finding("FAR_LEG_TESTED", "unusable")
        if spans := scene.seconds(~scene.found):
            yield finding("PERSON_LOST", "unusable" if scene.too_much(~scene.found) else "warn", spans)
        yield from _hidden(scene)
        yield from _swapped(scene)
    yield from _company(scene)
    yield from _placed(scene)


def _test(scene: Scene) -> Iterator[Finding]:
    if lies_sideways(scene):
        return
    if scene.angles.baseline is None or not scene.spans:
        yield finding("NOT_SEATED", "unusable")
    elif not scene.performed:
        yield finding("NO_TEST", "unusable")
    else:
        done = {s.phase for s in scene.spans}
        missing = [text(f"findings.step.{step}") for step in NEEDED_STEPS if step not in done]
        if missing:
            yield finding("INCOMPLETE", "note", parts=listed(missing))


def straightens_far_leg(scene: Scene) -> bool:
    """Return whether the far knee straightens while the near one stays bent."""
    if not scene.performed or too_dark(scene):
        return False
    near, far = scene.angles.raw.knee_flexion_deg, scene.angles.raw.far_knee_flexion_deg
    return _straightened_deg(scene, near) < NEAR_KNEE_DEG and _straightened_deg(scene, far) > FAR_KNEE_DEG


def _straightened_deg(scene: Scene, knee_deg: NDArray[np.float64]) -> float:
    """Return how far a knee straightened from where it was at rest; NaN when never seen."""
    baseline = scene.angles.baseline
    during = knee_deg[scene.test & np.isfinite(knee_deg)]
    if baseline is None or len(during) == 0:
        return float("nan")
    time_s = scene.track.time_s
    rest = knee_deg[(time_s >= baseline.start_s) & (time_s <= baseline.end_s) & np.isfinite(knee_deg)]
    start_deg = float(np.median(rest)) if len(rest) else HANGING_KNEE_DEG
    return start_deg - float(np.percentile(during, REACHED_PERCENTILE))


def _hidden(scene: Scene) -> Iterator[Finding]:
    if spans := scene.seconds(scene.angles.plausible.shank_hidden):
        yield finding("SHANK_HIDDEN", "warn", spans)
    joints: tuple[Joint, ...] = ("ear", "shoulder", "hip", "knee")
    hidden = {}
    for joint in joints:
        column = landmark(joint, scene.angles.side)
        with np.errstate(invalid="ignore"):
            guessed = scene.track.visibility[:, column] < thresholds.USABLE_CONFIDENCE
        unseen = guessed | ~np.isfinite(scene.angles.plausible.points[:, column, 0])
        # Shorter gaps are bridged, so nothing is lost.
        spans = [s for s in scene.seconds(unseen & scene.found) if s.end_s - s.start_s > SHORT_GAP_S + 1e-6]
        if spans:
            hidden["head" if joint == "ear" else joint] = spans
    if hidden:
        moments = [(s.start_s, s.end_s) for part in hidden.values() for s in part]
        parts = listed([text(f"findings.part.{part}") for part in hidden])
        yield finding("PART_HIDDEN", "warn", around(moments), parts=parts)


def _swapped(scene: Scene) -> Iterator[Finding]:
    angles = scene.angles
    if angles.plausible.reasons.get("legs_swapped", 0) == 0:
        return
    points = forward_points(scene.track, angles.facing)
    if spans := scene.seconds(swapped_legs(points, angles.side, angles.plausible.thigh_px)):
        yield finding("LEGS_SWAPPED", "warn", spans)


def _company(scene: Scene) -> Iterator[Finding]:
    people = scene.track.people
    several = (people > 1) & (people != NOT_SEARCHED) & scene.test
    if several.sum() >= LEAST_SIGHTINGS:
        time_s = scene.track.time_s
        begin_s, end_s = float(time_s[scene.test][0]), float(time_s[scene.test][-1])
        moments = [(max(begin_s, t - SIGHTING_S), min(end_s, t + SIGHTING_S)) for t in time_s[several]]
        yield finding("COMPANY", "note", around([(float(a), float(b)) for a, b in moments]))


def _placed(scene: Scene) -> Iterator[Finding]:
    """Say where angles rest on landmarks that a reviewer put right: their error is another."""
    by_hand = scene.angles.by_hand
    if by_hand:
        time_s = scene.track.time_s[np.any(list(by_hand.values()), axis=0)]
        yield finding("PLACED_BY_HAND", "note", around([(float(t), float(t)) for t in time_s]))
