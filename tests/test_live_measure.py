"""Live angles and phases against those of the whole clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from live_feed import frames, watch
from synthetic import Camera, Posture, Story, irregular_times, make_track, perform

from slumpcv.angles import measure
from slumpcv.body import MIRROR_INDEX
from slumpcv.live.measure import LiveMeasure
from slumpcv.segmentation import segment

STORIES = {
    "usual": perform(),
    "slow": perform(move_s=4.0, hold_s=3.0),
    "shallow": perform(slump=0.5),
    "stiff": perform(knee=45.0),
    "no lift": perform(lift=None),
    "slump and chin in one": Story(2.0, 2.0).sit(3).slump_with_chin().knee().lift().sit_up().rest(3),
}
ANGLES = ("knee_flexion_deg", "trunk_lean_deg", "head_angle_deg", "neck_flexion_deg", "face_pitch_deg")


@pytest.mark.parametrize(("name", "facing"), [*((name, "right") for name in STORIES), ("usual", "left")])
def test_live_phases_begin_when_those_of_the_clip_do(name: str, facing: str) -> None:
    story = STORIES[name]
    track = make_track(story, irregular_times(story, fps=12.0), Camera(facing=facing, noise_px=0.4))
    _, live = watch(track, LiveMeasure(facing))
    offline = segment(measure(track))
    assert [span.phase for span in live] == [span.phase for span in offline]
    for mine, theirs in zip(live, offline, strict=True):
        assert mine.start_s == pytest.approx(theirs.start_s, abs=0.5), mine.phase


def test_live_angles_are_those_of_the_clip_while_the_person_holds() -> None:
    story = perform(hold_s=3.0)
    track = make_track(story, story.times(12.0))
    measured, _ = watch(track, LiveMeasure("right"))
    offline = measure(track)
    for phase in story.phases:
        i = int(np.searchsorted(track.time_s, phase.end_s - 0.3))
        for name in ANGLES:
            assert measured[i].angles[name] == pytest.approx(getattr(offline, name)[i], abs=1.5), phase
        assert measured[i].angles["shoulder_drop"] == pytest.approx(offline.shoulder_drop[i], abs=0.015)


def test_swapped_legs_are_put_right_for_as_long_as_they_stay_swapped() -> None:
    story = perform(hold_s=6.0)
    track = make_track(story, story.times(12.0))
    mixed = track.landmarks_px.copy()
    swapped = (track.time_s > story.start_of("HEAD_LIFT") - 3.0) & (track.time_s < story.start_of("RETURN"))
    legs = list(range(25, 33))
    mixed[np.ix_(swapped, legs)] = mixed[np.ix_(swapped, MIRROR_INDEX[legs])]
    right, _ = watch(track, LiveMeasure("right"))
    mended, _ = watch(replace(track, landmarks_px=mixed), LiveMeasure("right"))
    assert swapped.sum() > 100
    for mine, true in zip(mended, right, strict=True):
        assert mine.angles["knee_flexion_deg"] == pytest.approx(true.angles["knee_flexion_deg"], abs=4)


def test_a_frame_without_a_person_has_no_angles_and_no_seat() -> None:
    track = make_track(perform(), np.arange(0.0, 3.0, 0.1))
    live = LiveMeasure("right")
    for time_s, pose in frames(track):
        live.step(time_s, pose, upright=True)
    lost = live.step(3.0, None, upright=True)
    assert not lost.found
    assert np.isnan([lost.angles[name] for name in ANGLES]).all()
    assert lost.sample(3.0).seated is None


def test_the_person_sits_tall_once_they_have_been_still_for_a_second() -> None:
    live = LiveMeasure("right")
    seen = {}
    for time_s, pose in frames(make_track(Story().sit(4), np.arange(0.0, 4.0, 0.08))):
        live.step(time_s, pose, upright=True)
        seen[time_s] = live.sits_tall
    assert not any(tall for time_s, tall in seen.items() if time_s < 1.0)
    assert all(tall for time_s, tall in seen.items() if time_s > 1.6)


def test_who_sits_slumped_after_sitting_tall_does_not_sit_tall() -> None:
    live = LiveMeasure("right")
    story = Story(1.0, 3.0).sit(3).slump()
    for time_s, pose in frames(make_track(story, story.times(12.0))):
        live.step(time_s, pose, upright=True, forget=True)
    assert not live.sits_tall
    assert live.sits_short
    assert live.baseline is not None
    assert live.baseline.end_s < 3.5


def test_how_tall_somebody_once_sat_is_forgotten_before_the_test() -> None:
    live = LiveMeasure("right")
    far = make_track(Story().sit(3), np.arange(0.0, 3.0, 0.08), Camera(thigh_px=130.0))
    near = make_track(Story(start=Posture()).sit(14), np.arange(3.0, 17.0, 0.08), Camera(thigh_px=90.0))
    for track in (far, near):
        for time_s, pose in frames(track):
            live.step(time_s, pose, upright=True, forget=True)
    assert live.baseline is not None
    assert live.baseline.start_s > 3.0
    assert live.sits_tall


def test_one_frame_with_exchanged_legs_does_not_cost_the_leg() -> None:
    story = Story(1.0, 2.0).sit(3).slump().chin().knee()
    track = make_track(story, story.times(12.0))
    legs = list(range(25, 33))
    true, _ = watch(track, LiveMeasure("right"))
    begin = int(np.searchsorted(track.time_s, story.start_of("KNEE_EXTENSION")))
    for i in range(begin + 2, begin + 11, 2):
        mixed = track.landmarks_px.copy()
        # As the model does it: the far leg where the near one will be next, the near one half way.
        mixed[i, legs] = (track.landmarks_px[i, MIRROR_INDEX[legs]] + track.landmarks_px[i, legs]) / 2
        mixed[np.ix_([i], MIRROR_INDEX[legs])] = track.landmarks_px[np.ix_([i + 1], legs)]
        measured, _ = watch(replace(track, landmarks_px=mixed), LiveMeasure("right"))
        knees = [m[-1].angles["knee_flexion_deg"] for m in (measured, true)]
        assert knees[0] == pytest.approx(knees[1], abs=3), i
