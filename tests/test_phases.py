"""Stories of slump tests, told frame by frame to the phase machine."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from synthetic import STANDING, TALL, Posture, Story, irregular_times, make_samples, perform, scaled

from slumpcv.phases import PhaseMachine, PhaseSpan, Sample

if TYPE_CHECKING:
    from collections.abc import Sequence


def segment(samples: Sequence[Sample]) -> list[PhaseSpan]:
    machine = PhaseMachine()
    for sample in samples:
        machine.step(sample)
    return machine.spans()


def assert_found(
    story: Story, samples: Sequence[Sample] | None = None, within_s: float = 0.3
) -> list[PhaseSpan]:
    """The machine finds the true phases, in order, each starting and ending where it did."""
    spans = segment(make_samples(story) if samples is None else samples)
    assert names(spans) == [p.phase for p in story.phases]
    for span, true in zip(spans, story.phases, strict=True):
        assert span.start_s == pytest.approx(true.start_s, abs=within_s), span.phase
        assert span.end_s == pytest.approx(true.end_s, abs=within_s), span.phase
        assert span.repetition == true.repetition, span.phase
    return spans


def names(spans: Sequence[PhaseSpan]) -> list[str]:
    return [s.phase for s in spans]


# --- tempo and order ----------------------------------------------------------------------------


def test_the_ordinary_test() -> None:
    assert_found(perform())


def test_the_ordinary_test_with_toes_up() -> None:
    assert_found(perform(toes=True))


def test_holds_are_the_still_part_of_each_phase() -> None:
    story = perform(toes=True, move_s=2.0, hold_s=2.0)
    for span in assert_found(story)[1:-2]:
        assert span.hold_start_s == pytest.approx(span.end_s - 2.0, abs=0.4), span.phase


def test_sinking_slowly_does_not_end_a_hold() -> None:
    story = Story().sit().slump().chin().knee(hold_s=0.5).change(move_s=5, hold_s=0.5, trunk_lean_deg=4)
    spans = assert_found(story.lift().sit_up().rest(3))
    held = next(s for s in spans if s.phase == "KNEE_EXTENSION")
    assert held.end_s - held.hold_start_s > 5.0


def test_a_slow_performer() -> None:
    # Whoever moves this slowly has turned a limb by less than 1 deg after the first second.
    assert_found(perform(move_s=8.0), within_s=1.25)


def test_a_slow_performer_with_toes_up() -> None:
    # Toes move by 15 deg in all: after 1.7 s they have turned by less than 1 deg.
    assert_found(perform(toes=True, move_s=8.0), within_s=2.0)


def test_a_hasty_performer() -> None:
    assert_found(perform(toes=True, move_s=0.6, hold_s=1.0))


def test_a_head_that_keeps_looking_ahead_while_slumping() -> None:
    assert_found(Story().sit().slump(carries_head=False).chin().knee().lift().sit_up().rest(3))


def test_a_shallow_slump() -> None:
    assert_found(perform(slump=0.4))


def test_slump_and_chin_in_one_movement() -> None:
    assert_found(Story().sit().slump_with_chin().knee().lift().sit_up().rest(3))


def test_chin_right_after_the_slump_without_a_hold() -> None:
    assert_found(Story().sit().slump(carries_head=False, hold_s=0).chin().knee().lift().sit_up().rest(3))


def test_chin_while_the_back_is_still_sinking() -> None:
    story = Story().sit().slump(carries_head=False, hold_s=0).chin(early_s=0.6)
    assert_found(story.knee().lift().sit_up().rest(3))


def test_the_chin_never_brought_down() -> None:
    assert_found(Story().sit().slump(carries_head=False).knee().sit_up().rest(3))


def test_no_slump() -> None:
    assert_found(Story().sit().chin().knee().lift().sit_up().rest(3))


def test_chin_before_slump() -> None:
    assert_found(Story().sit().chin().slump(carries_head=False).knee().lift().sit_up().rest(3))


def test_knee_raised_before_the_slump() -> None:
    assert_found(Story().sit().knee().slump().chin().lift().sit_up().rest(3))


def test_knee_raised_between_slump_and_chin() -> None:
    assert_found(Story().sit().slump().knee().chin().lift().sit_up().rest(3))


# --- what is lifted, and what is not --------------------------------------------------------------


def test_the_head_never_lifted() -> None:
    assert_found(perform(lift=None))


def test_two_head_lifts() -> None:
    assert_found(Story().sit().slump().chin().knee().lift().chin().lift().sit_up().rest(3))


def test_a_head_lifted_half_way() -> None:
    assert_found(perform(lift=0.5))


def test_the_knee_bends_with_the_head_lift() -> None:
    assert_found(Story().sit().slump().chin().knee().lift(knee_flexion_deg=25).sit_up().rest(3))


def test_the_back_comes_half_way_up_with_the_head_lift() -> None:
    unslump = {"trunk_lean_deg": -12.5, "slump_index": -0.075}
    assert_found(Story().sit().slump().chin().knee().lift(**unslump).sit_up().rest(3))


def test_knee_and_back_give_way_a_little_with_the_head_lift() -> None:
    both = {"trunk_lean_deg": -10.0, "slump_index": -0.06, "knee_flexion_deg": 20.0}
    assert_found(Story().sit().slump().chin().knee().lift(**both).sit_up().rest(3))


def test_sitting_up_straight_from_the_head_lift_without_a_recovery() -> None:
    story = Story().sit().slump().chin().knee().lift().sit_up(recovers=False)
    assert_found(story)


def test_the_clip_ends_while_the_head_is_up() -> None:
    assert_found(Story().sit().slump().chin().knee().lift())


def test_leg_down_first_then_the_back_up() -> None:
    story = Story().sit().slump().chin().knee().lift()
    story.change("RETURN", knee_flexion_deg=90 - 14, hold_s=0.5).go_to(TALL, move_s=2)
    assert_found(story.begins("RECOVERY").rest(3))


# --- stopping early ------------------------------------------------------------------------------


def test_stopping_after_the_slump() -> None:
    assert_found(Story().sit().slump().sit_up().rest(3))


def test_stopping_after_the_chin() -> None:
    assert_found(Story().sit().slump().chin().sit_up().rest(3))


def test_head_lift_straight_after_the_chin() -> None:
    assert_found(Story().sit().slump().chin().lift().sit_up().rest(3))


def test_symptoms_at_partial_knee_extension() -> None:
    assert_found(Story().sit().slump().chin().knee(to_deg=55).lift().sit_up().rest(3))


# --- more than once ------------------------------------------------------------------------------


def test_two_repetitions() -> None:
    story = Story().sit().slump().chin().knee().lift().sit_up().rest(4)
    assert_found(story.again().slump().chin().knee().toes().lift().sit_up().rest(3))


# --- fidgets -------------------------------------------------------------------------------------

SCRATCH = {"head_angle_deg": 4.0, "trunk_lean_deg": 3.0}
SHORT_LEAN = {"trunk_lean_deg": 8.0, "slump_index": 0.02, "head_angle_deg": 8.0}
KNEE_WIGGLE = {"knee_flexion_deg": -10.0}
NOD = {"head_angle_deg": 4.0, "face_pitch_deg": 10.0}
FIDGETS = pytest.mark.parametrize(
    "fidget", [SCRATCH, SHORT_LEAN, KNEE_WIGGLE, NOD], ids=["scratch", "short_lean", "knee_wiggle", "nod"]
)


def and_back(story: Story, fidget: dict[str, float], for_s: float = 0.1) -> Story:
    """A short movement and the way back."""
    story.change(move_s=0.5, hold_s=for_s, **fidget)
    return story.change(move_s=0.5, hold_s=1.5, **scaled(fidget, -1))


@FIDGETS
def test_fidgeting_during_the_baseline(fidget: dict[str, float]) -> None:
    story = and_back(Story().sit(2), fidget)
    assert_found(story.slump().chin().knee().lift().sit_up().rest(3))


@pytest.mark.parametrize("seed", range(5))
@FIDGETS
def test_quick_fidgets_in_noise_during_the_baseline(fidget: dict[str, float], seed: int) -> None:
    story = and_back(Story().sit(2), fidget, for_s=0)
    story.slump().chin().knee().lift().sit_up().rest(3)
    assert_found(story, make_samples(story, noise_deg=1.0, seed=seed))


def test_looking_down_at_the_knees_during_the_baseline() -> None:
    story = and_back(Story().sit(2), {"head_angle_deg": 20, "face_pitch_deg": 40}, for_s=2)
    assert_found(story.slump().chin().knee().lift().sit_up().rest(3))


def test_a_deep_lean_before_a_shallow_slump() -> None:
    story = and_back(Story().sit(2), {"trunk_lean_deg": 40, "head_angle_deg": 30})
    assert_found(story.slump(0.4).chin().knee().lift().sit_up().rest(3))


@FIDGETS
def test_fidgeting_during_the_recovery(fidget: dict[str, float]) -> None:
    story = Story().sit().slump().chin().knee().lift().sit_up().rest(2)
    assert_found(and_back(story, fidget))


@FIDGETS
def test_fidgeting_between_two_repetitions(fidget: dict[str, float]) -> None:
    story = and_back(Story().sit().slump().chin().knee().lift().sit_up().rest(2), fidget)
    assert_found(story.again().slump().chin().knee().lift().sit_up().rest(3))


@FIDGETS
@pytest.mark.parametrize("during", ["SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT"])
def test_fidgeting_during_a_hold(fidget: dict[str, float], during: str) -> None:
    story = Story().sit()
    for phase, step in (
        ("SLUMP", story.slump),
        ("NECK_FLEXION", story.chin),
        ("KNEE_EXTENSION", story.knee),
        ("HEAD_LIFT", story.lift),
    ):
        step()
        if phase == during:
            and_back(story, fidget)
    assert_found(story.sit_up().rest(3))


def test_restlessness_all_the_time() -> None:
    story = Story().sit()
    for step in (story.slump, story.chin, story.knee, story.lift):
        step(hold_s=1.0)
        story.change(move_s=0.7, hold_s=0.3, knee_flexion_deg=3, head_angle_deg=3, trunk_lean_deg=-2)
        story.change(move_s=0.7, hold_s=0.8, knee_flexion_deg=-3, head_angle_deg=-3, trunk_lean_deg=2)
    assert_found(story.sit_up().rest(3))


# --- what the camera misses ------------------------------------------------------------------------


def test_frames_lost_now_and_then() -> None:
    story = perform(toes=True)
    gaps = [(t, t + 0.3) for t in np.arange(1.0, story.now_s, 1.7)]
    assert_found(story, make_samples(story, lost=gaps), within_s=0.4)


@pytest.mark.parametrize("from_s", [1.5, 5.2, 9.2, 17.2], ids=["baseline", "slump", "chin", "lift"])
def test_the_knee_hidden_for_2_s_while_it_is_still(from_s: float) -> None:
    story = perform()
    assert_found(story, make_samples(story, knee_hidden=[(from_s, from_s + 2.0)]), within_s=0.4)


def test_the_knee_hidden_for_2_s_while_it_straightens() -> None:
    # Somewhere in these 2 s the leg went up: no better than that can be known.
    story = perform()
    up_s = story.start_of("KNEE_EXTENSION")
    assert_found(story, make_samples(story, knee_hidden=[(up_s - 0.2, up_s + 1.8)]), within_s=1.0)


@pytest.mark.parametrize("phase", ["BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT"])
def test_everything_lost_for_1_s_in_a_hold(phase: str) -> None:
    story = perform(hold_s=2.5)
    end_s = next(p.end_s for p in story.phases if p.phase == phase)
    assert_found(story, make_samples(story, lost=[(end_s - 1.7, end_s - 0.7)]))


def test_the_knee_hidden_until_it_is_raised() -> None:
    # Behind a plinth the shank is not seen until it has come up by a third of the way.
    story = perform()
    seen_from_s = story.start_of("KNEE_EXTENSION") + 0.8
    assert_found(story, make_samples(story, knee_hidden=[(0.0, seen_from_s)]), within_s=0.4)


def test_the_knee_never_seen() -> None:
    story = perform()
    spans = segment(make_samples(story, knee_hidden=[(0.0, story.now_s + 1)]))
    seen = [p for p in story.phases if p.phase != "KNEE_EXTENSION"]
    assert names(spans) == [p.phase for p in seen]
    for span, true in zip(spans, seen, strict=True):
        assert span.start_s == pytest.approx(true.start_s, abs=0.3), span.phase


@pytest.mark.parametrize("seed", range(3))
def test_noise(seed: int) -> None:
    story = perform()
    assert_found(story, make_samples(story, noise_deg=2.0, seed=seed), within_s=0.45)


@pytest.mark.parametrize("fps", [8.0, 15.0, 30.0, 60.0])
def test_frame_rates(fps: float) -> None:
    story = perform(toes=True)
    assert_found(story, make_samples(story, story.times(fps)))


@pytest.mark.parametrize("seed", range(3))
def test_irregular_frame_times(seed: int) -> None:
    story = perform(toes=True)
    assert_found(story, make_samples(story, irregular_times(story, seed=seed)))


# --- before and after ---------------------------------------------------------------------------


def walk_in() -> Story:
    """Somebody comes in, turns round, and sits down, swinging knees and trunk about."""
    story = Story(start=STANDING).rest(1.0)
    for knee_deg in (40.0, -40.0, 45.0, -45.0):
        story.change(move_s=0.5, hold_s=0.0, knee_flexion_deg=knee_deg, trunk_lean_deg=knee_deg / 4)
    story.go_to(Posture(trunk_lean_deg=40, knee_flexion_deg=85, thigh_deg=-20), move_s=1.0)
    return story.go_to(TALL, move_s=0.8).rest(0.5)


def stand_up(story: Story) -> Story:
    story.change(move_s=0.8, hold_s=0.0, trunk_lean_deg=35).begins(None)
    return story.go_to(STANDING, move_s=1.0, hold_s=2.0)


def test_walking_in_sitting_down_performing_and_getting_up() -> None:
    story = walk_in().sit(3).slump().chin().knee().lift().sit_up().rest(2)
    # When the baseline begins and how getting up is cut matter little; the test between matters.
    spans = segment(make_samples(stand_up(story)))
    assert names(spans) == [p.phase for p in story.phases]
    for span, true in zip(spans[1:], story.phases[1:], strict=True):
        assert span.start_s == pytest.approx(true.start_s, abs=0.3), span.phase
    assert spans[0].start_s == pytest.approx(story.start_of("BASELINE"), abs=1.2)
    assert spans[-1].end_s == pytest.approx(story.phases[-1].end_s, abs=0.8)


def test_nobody_there_at_first() -> None:
    story = Story().rest(2.0).sit(3).slump().chin().knee().lift().sit_up().rest(3)
    assert_found(story, make_samples(story, lost=[(0.0, 2.0)]), within_s=0.6)


def test_nobody_sits_down() -> None:
    assert segment(make_samples(Story(start=STANDING).rest(5))) == []


def test_nothing_but_sitting() -> None:
    assert_found(Story().sit(10))


def test_nothing_at_all() -> None:
    assert segment([]) == []


# --- live and offline ---------------------------------------------------------------------------


def test_live_and_offline_agree_from_when_a_phase_is_known() -> None:
    """What spans() said of a phase that has been followed by another stays, but for fidgets."""
    samples = make_samples(perform(toes=True), noise_deg=0.5)
    machine = PhaseMachine()
    seen: dict[tuple[str, int], float] = {}
    for sample in samples:
        machine.step(sample)
        for span in machine.spans()[:-1]:
            assert span.start_s == pytest.approx(seen.setdefault((span.phase, span.repetition), span.start_s))
    assert {name for name, _ in seen} == set(names(machine.spans())[:-1])


def test_a_phase_is_known_soon_after_it_began() -> None:
    story = perform()
    machine = PhaseMachine()
    for sample in make_samples(story):
        machine.step(sample)
        for true in story.phases:
            # Half a movement in, at the latest; a head lift must first be told from sitting up.
            if true.phase not in ("RETURN", "RECOVERY") and sample.time_s > true.start_s + 3.0:
                assert true.phase in names(machine.spans())


def test_the_same_samples_give_the_same_phases() -> None:
    samples = make_samples(perform(toes=True), noise_deg=1.0)
    assert segment(samples) == segment(samples)


def test_phases_do_not_overlap_whatever_is_fed() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        walk = np.cumsum(rng.normal(0, 2.0, (300, 6)), axis=0)
        walk += np.array([0, 0, 15, 7, 90, 0])
        walk[:, 1] /= 100
        walk[rng.random((300, 6)) < 0.1] = np.nan
        sits = rng.choice(np.array([True, True, True, True, False, None]), 300)
        spans = segment([Sample(i / 15, sits[i], *(float(v) for v in row)) for i, row in enumerate(walk)])
        for span in spans:
            assert span.start_s <= span.hold_start_s <= span.end_s
        for before, after in pairwise(spans):
            assert before.end_s <= after.start_s + 1e-9
