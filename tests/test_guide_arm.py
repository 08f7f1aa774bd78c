"""An arm that is raised at rest takes the shoulder along, and must not look like the slump."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from live_feed import frames
from live_person import spoken_s
from synthetic import FOREARM, UPPER_ARM, Camera, Story, make_track

from slumpcv.body import landmark
from slumpcv.live.coach import UNNOTICED_S
from slumpcv.live.guide import Guide
from slumpcv.live.hand import RaisedHand, over_shoulder
from slumpcv.live.measure import LiveMeasure
from slumpcv.live.seen import Seen
from slumpcv.marks import Stage
from slumpcv.phases import PhaseMachine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slumpcv.track import PoseTrack

FPS = 12.0
CAMERA = Camera()
SHOULDER, ELBOW, WRIST = (landmark(joint, "right") for joint in ("shoulder", "elbow", "wrist"))


def with_arm_up(track: PoseTrack, follows: tuple[float, float], *, from_s: float, to_s: float) -> PoseTrack:
    """Somebody whose near arm goes up and comes down within half a second.

    The shoulder follows it, by so many thigh lengths forward and up.
    """
    px = track.landmarks_px.copy()
    for i, time_s in enumerate(track.time_s):
        share = float(np.clip(min(time_s - from_s, to_s - time_s) / 0.5, 0.0, 1.0))
        if share > 0:
            elevation = math.radians(-80 + 155 * share)
            towards = np.array([math.cos(elevation), -math.sin(elevation)])
            px[i, SHOULDER] += CAMERA.thigh_px * share * np.array(follows) * [1, -1]
            px[i, ELBOW] = px[i, SHOULDER] + CAMERA.thigh_px * UPPER_ARM * towards
            px[i, WRIST] = px[i, ELBOW] + CAMERA.thigh_px * FOREARM * towards
    return replace(track, landmarks_px=px)


def guided(track: PoseTrack, *, begins_s: float = 3.0) -> tuple[Guide, list[tuple[float, str | None]]]:
    """The guide in front of a track, after the set-up has watched it; and what the machine showed."""
    live, machine, hand = LiveMeasure("right"), PhaseMachine(), RaisedHand("right")
    guide, shown = Guide("right", spoken_s), []
    tall: Mapping[str, float] = {}
    recent: deque[Mapping[str, float]] = deque(maxlen=round(UNNOTICED_S * FPS))
    for at_s, pose in frames(track):
        time_s = at_s - begins_s
        measured = live.step(at_s, pose, upright=machine.stage in (Stage.AWAY, Stage.BASELINE))
        machine.step(measured.sample(time_s))
        up = hand.step(at_s, measured.points, measured.visibility, live.torso_px)
        shown.append((time_s, machine.phase))
        recent.append(measured.angles)
        if machine.phase == "BASELINE" and not machine.moving:
            tall = recent[0]
        if time_s >= 0:
            guide.step(
                Seen(
                    time_s=time_s,
                    found=measured.found,
                    stage=machine.stage,
                    phase=machine.phase,
                    spans=tuple(machine.spans()),
                    moving=machine.moving,
                    angles=measured.angles,
                    tall=tall,
                    far_knee_flexion_deg=measured.far_knee_flexion_deg,
                    hand_up=up,
                    arm_up=over_shoulder(measured.points, measured.visibility, "right"),
                )
            )
    return guide, shown


def film(story: Story, seconds: float) -> PoseTrack:
    return make_track(story, np.arange(0.0, seconds, 1 / FPS), CAMERA)


def said(guide: Guide) -> list[str]:
    return [one.key for one in guide.record().said]


@pytest.mark.parametrize("down_s", [8.0, 12.0])
@pytest.mark.parametrize("follows", [(0.3, 0.0), (0.4, 0.1), (0.0, 0.2), (-0.2, 0.1), (0.25, -0.1)])
def test_a_hand_raised_at_rest_does_not_begin_the_slump(follows: tuple[float, float], down_s: float) -> None:
    track = with_arm_up(film(Story().sit(25), 22.0), follows, from_s=4.0, to_s=down_s)
    guide, shown = guided(track)
    assert {phase for _, phase in shown} & {"SLUMP", "NECK_FLEXION"}  # so it looks to the phase machine
    assert said(guide)[:4] == ["cue_baseline", "explain", "cue_slump", "repeat_slump"]
    assert [phase.phase for phase in guide.record().phases] == ["BASELINE"]
    assert guide.record().heard == {"BASELINE": True}


def slumps_at(at_s: float) -> Story:
    return Story(1.0, 9.0).sit(at_s).slump()


@pytest.mark.parametrize("follows", [(0.3, 0.0), (0.0, 0.2), (-0.2, 0.1)])
def test_who_slumps_after_raising_the_hand_is_followed(follows: tuple[float, float]) -> None:
    guide, _ = guided(with_arm_up(film(slumps_at(17.5), 24.0), follows, from_s=4.0, to_s=8.0))
    assert said(guide)[:4] == ["cue_baseline", "explain", "cue_slump", "ask_more"]


def test_who_slumps_with_the_hand_still_up_is_followed() -> None:
    guide, _ = guided(with_arm_up(film(slumps_at(17.5), 24.0), (0.1, 0.02), from_s=4.0, to_s=30.0))
    assert said(guide)[:4] == ["cue_baseline", "explain", "cue_slump", "ask_more"]


def test_a_slump_without_a_raised_hand_is_not_delayed() -> None:
    guide, shown = guided(film(slumps_at(5.0), 9.0))
    begins_s = next(time_s for time_s, phase in shown if phase == "SLUMP")
    assert guide.view.step == "SLUMP"
    assert guide.record().phases[-1].phase == "SLUMP"
    assert guide.record().phases[-1].start_s <= begins_s
