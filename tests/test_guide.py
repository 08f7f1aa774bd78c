"""Stories of guided tests: what people do, and what they hear, in order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from live_person import OBEDIENT, REACTION_S, Person, chin, knee, lift, sit_up, slump, spoken_s
from synthetic import CARRIED, CHIN, KNEE_UP_DEG, LIFT, SLUMP

from slumpcv.live.guide import Guide
from slumpcv.live.guide_steps import STEPS
from slumpcv.marks import Stage

START = ["cue_baseline", "ask_symptom"]
TO_SLUMP = [*START, "cue_slump", "ask_again"]
TO_CHIN = [*TO_SLUMP, "cue_neck_flexion", "ask_again"]
TO_KNEE = [*TO_CHIN, "cue_knee_extension", "ask_again"]
END = ["cue_return", "done"]


def raises_hand_at(number: int):
    """The deed of raising the hand at the nth question."""
    asked = []

    def deed(person: Person) -> None:
        asked.append(person.now_s)
        if len(asked) == number:
            person.raise_hand()

    return deed


def told(**deeds) -> Person:
    return Person(OBEDIENT | deeds).live()


# --- the plain way -----------------------------------------------------------------------------


def test_the_plain_test() -> None:
    person = told()
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_again", *END]
    record = person.guide.record()
    assert record.status == "done"
    assert record.stopped_by is None
    assert record.heard == dict.fromkeys((s.phase for s in STEPS if s.phase != "RETURN"), False)
    assert [s.key for s in record.said] == person.prompts()
    assert [p.phase for p in record.phases] == [*(s.phase for s in STEPS), "RECOVERY"]
    assert person.guide.view.over
    assert [h.name for h in person.heard if h.name.startswith("[")] == ["[hold]"] * 5 + ["[done]"]


def test_holds_are_as_long_as_the_protocol_asks() -> None:
    person = told()
    holds = [h.at_s for h in person.heard if h.name == "[hold]"][1:]
    # Each movement takes 2 s and begins a reaction after its cue.
    for tone_s, step in zip(holds, STEPS[1:], strict=False):
        still_s = person.at(step.cue) + spoken_s(step.cue) + REACTION_S + 2.0
        assert tone_s - still_s == pytest.approx(step.hold_s, abs=0.5), step.phase


def test_the_time_provoked_is_short() -> None:
    record = told().guide.record()
    start_s = {p.phase: p.start_s for p in record.phases}
    # The knee is straight for half of it; three questions and answers are part of it.
    assert start_s["HEAD_LIFT"] - start_s["SLUMP"] < 38.0
    assert start_s["HEAD_LIFT"] - start_s["KNEE_EXTENSION"] < 15.0


def test_a_hand_in_answer_at_rest_goes_on_and_asks_for_more_later() -> None:
    person = told(ask_symptom=raises_hand_at(1))
    more = [
        "cue_baseline",
        "ask_symptom",
        "cue_slump",
        "ask_more",
        "cue_neck_flexion",
        "ask_more",
        "cue_knee_extension",
        "ask_more",
    ]
    assert person.prompts() == [*more, "cue_head_lift", "ask_still", *END]
    assert person.guide.record().heard["BASELINE"] is True
    assert person.guide.record().heard["KNEE_EXTENSION"] is False


# --- the familiar symptom ----------------------------------------------------------------------


def test_a_symptom_at_the_knee_leads_to_the_head_lift_at_once() -> None:
    person = told(ask_again=raises_hand_at(3))
    assert person.prompts() == [*TO_KNEE, "felt", "cue_head_lift", "ask_still", *END]
    record = person.guide.record()
    assert record.heard["KNEE_EXTENSION"] is True
    assert record.heard["HEAD_LIFT"] is False
    (mark,) = record.marks
    asked_s = [s.at_s for s in record.said if s.key == "ask_again"][2]
    assert mark.start_s == pytest.approx(asked_s + spoken_s("ask_again") + REACTION_S, abs=0.1)
    assert mark.end_s == pytest.approx(mark.start_s + 2.0, abs=0.1)
    assert mark.by == "hand"
    assert person.at("felt") == pytest.approx(mark.start_s, abs=0.2)


def test_a_symptom_at_the_slump_leads_to_the_head_lift_without_a_leg_to_lower() -> None:
    person = told(ask_again=raises_hand_at(1))
    assert person.prompts() == [*TO_SLUMP, "felt", "cue_head_lift", "ask_still", "cue_sit_up", "done"]
    assert person.guide.record().status == "done"


def test_a_symptom_while_the_knee_straightens_stops_it_there() -> None:
    def half_way(person: Person) -> None:
        person.move(move_s=3.0, knee_flexion_deg=KNEE_UP_DEG - 90.0)
        person.later(2.0, lambda p: p.raise_hand())

    person = told(cue_knee_extension=half_way)
    assert person.prompts() == [
        *TO_CHIN,
        "cue_knee_extension",
        "felt_stay",
        "cue_head_lift",
        "ask_still",
        *END,
    ]
    assert "KNEE_EXTENSION" not in person.guide.record().heard


def test_still_felt_after_the_lift_is_heard() -> None:
    person = told(ask_again=raises_hand_at(2), ask_still=lambda p: p.raise_hand())
    assert person.guide.record().heard["HEAD_LIFT"] is True
    assert len(person.guide.record().marks) == 2


def test_a_hand_that_stays_up_says_that_it_is_still_felt() -> None:
    person = told(ask_again=lambda p: p.raise_hand(100.0) if p.prompts().count("ask_again") == 1 else None)
    record = person.guide.record()
    assert record.heard["HEAD_LIFT"] is True
    (mark,) = record.marks
    assert mark.end_s is None


# --- patience, and running ahead ----------------------------------------------------------------


def test_who_does_not_move_at_all_is_asked_twice_and_let_go_calmly() -> None:
    person = Person({}).live()
    assert person.prompts() == [
        *START,
        "cue_slump",
        "repeat_slump",
        "go_on",
        "cue_neck_flexion",
        "repeat_neck_flexion",
        "go_on",
        "cue_knee_extension",
        "repeat_knee_extension",
        "go_on_here",
        "ask_again",
        "cue_head_lift",
        "repeat_head_lift",
        "cue_return",
        "repeat_return",
        "done",
    ]
    assert person.guide.record().status == "done"


def test_a_step_that_is_done_after_the_repeat_goes_on_as_usual() -> None:
    person = told(cue_slump=lambda _: None, repeat_slump=slump)
    assert person.prompts()[2:5] == ["cue_slump", "repeat_slump", "ask_again"]
    assert person.guide.record().status == "done"


def test_no_head_lift() -> None:
    person = told(cue_head_lift=lambda _: None)
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "repeat_head_lift", *END]
    assert person.guide.record().status == "done"
    assert "HEAD_LIFT" not in person.guide.record().heard


def test_who_sits_up_instead_of_lifting_the_head_has_stopped() -> None:
    person = told(cue_head_lift=sit_up)
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "stop"]
    record = person.guide.record()
    assert (record.status, record.stopped_by, record.stopped_in) == ("stopped", "sat_up", "HEAD_LIFT")


def test_who_runs_ahead_is_not_asked_for_what_is_done() -> None:
    def all_at_once(person: Person) -> None:
        slump(person)
        person.later(4.0, chin)
        person.later(8.0, knee)

    person = Person(OBEDIENT | {"cue_slump": all_at_once}).live()
    assert [p for p in person.prompts() if p.startswith("cue_")] == [
        "cue_baseline",
        "cue_slump",
        "cue_head_lift",
        "cue_return",
    ]
    assert person.guide.record().status == "done"


def test_a_clip_that_plays_by_its_own_clock_is_followed() -> None:
    person = Person({"cue_return": sit_up})
    for at_s, deed in ((4.0, slump), (8.0, chin), (12.0, knee), (16.0, lift), (21.0, sit_up)):
        person.later(at_s, deed)
    person.live()
    assert "cue_slump" not in person.prompts()
    assert "cue_head_lift" not in person.prompts()
    assert person.prompts()[-1] == "done"
    assert person.guide.record().status == "done"
    assert person.now_s < 32.0


def test_a_slow_performer_is_waited_for() -> None:
    def slowly(**changes):
        return lambda p: p.move(move_s=7.0, **changes)

    person = told(
        cue_slump=slowly(**SLUMP, **CARRIED),
        cue_neck_flexion=slowly(**CHIN),
        cue_knee_extension=slowly(knee_flexion_deg=KNEE_UP_DEG - 90.0),
        cue_head_lift=slowly(**LIFT),
    )
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_again", *END]


def test_sitting_up_early_after_the_head_lift_is_the_end_and_no_stop() -> None:
    def lift_and_up(person: Person) -> None:
        lift(person)
        person.later(3.5, sit_up)

    person = told(cue_head_lift=lift_and_up)
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "done"]
    assert person.guide.record().status == "done"


def test_who_has_tried_it_out_before_the_guide_began_is_led_all_the_same() -> None:
    person = Person(OBEDIENT)
    for after_s, deed in ((0.0, slump), (4.0, knee), (8.0, lift), (12.0, sit_up)):
        person.later(after_s, deed)
    for _ in range(12 * 18):
        while person._due and person._due[0][0] <= person.now_s:
            person._due.popleft()[1](person)
        person.seen()
        person.now_s += 1 / 12
    person.live()
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_again", *END]
    assert [p.phase for p in person.guide.record().phases][:2] == ["BASELINE", "SLUMP"]


# --- mistakes, said when they happen, once --------------------------------------------------------


def test_too_fast_is_said_once() -> None:
    def fast(person: Person) -> None:
        person.move(move_s=0.8, knee_flexion_deg=KNEE_UP_DEG - 90.0)

    person = told(cue_slump=lambda p: p.move(move_s=0.7, **SLUMP, **CARRIED), cue_knee_extension=fast)
    assert person.prompts().count("mistake_too_fast") == 1
    assert person.prompts()[3] == "mistake_too_fast"


def test_a_fast_knee_is_told_while_it_moves() -> None:
    person = told(cue_knee_extension=lambda p: p.move(move_s=1.2, knee_flexion_deg=KNEE_UP_DEG - 90.0))
    moved_s = person.at("cue_knee_extension") + spoken_s("cue_knee_extension") + REACTION_S
    assert moved_s < person.at("mistake_too_fast") < moved_s + 1.2


def test_the_far_leg() -> None:
    def far(person: Person) -> None:
        person.far_knee_deg = 30.0

    def other_leg(person: Person) -> None:
        person.far_knee_deg = 90.0
        knee(person)

    person = told(cue_knee_extension=far, mistake_far_leg=other_leg)
    assert person.prompts() == [
        *TO_CHIN,
        "cue_knee_extension",
        "mistake_far_leg",
        "ask_again",
        "cue_head_lift",
        "ask_again",
        *END,
    ]


def test_leaning_from_the_hips() -> None:
    def lean(person: Person) -> None:
        person.move(trunk_lean_deg=40.0, head_angle_deg=40.0, face_pitch_deg=20.0)

    def round_the_back(person: Person) -> None:
        person.move(trunk_lean_deg=-15.0, slump_index=0.15, face_pitch_deg=20.0)

    person = told(cue_slump=lean, mistake_hip_hinge=round_the_back)
    assert person.prompts()[2:5] == ["cue_slump", "mistake_hip_hinge", "ask_again"]
    assert person.prompts().count("mistake_hip_hinge") == 1
    assert person.guide.record().status == "done"


def test_chin_not_down_when_the_knee_starts() -> None:
    person = told(cue_neck_flexion=knee, mistake_chin=chin)
    assert person.prompts() == [
        *TO_SLUMP,
        "cue_neck_flexion",
        "mistake_chin",
        "ask_again",
        "cue_head_lift",
        "ask_again",
        *END,
    ]


def test_the_knee_sinks_while_the_head_lifts() -> None:
    person = told(cue_head_lift=lambda p: p.move(**LIFT, knee_flexion_deg=14.0))
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "mistake_knee_sinks", "ask_again", *END]


def test_the_trunk_rises_while_the_head_lifts() -> None:
    person = told(cue_head_lift=lambda p: p.move(**LIFT, trunk_lean_deg=-9.0, slump_index=-0.05))
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "mistake_trunk_rises", "ask_again", *END]


# --- stopping -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cue", "where", "before"),
    [
        ("cue_neck_flexion", "NECK_FLEXION", [*TO_SLUMP, "cue_neck_flexion"]),
        ("cue_knee_extension", "KNEE_EXTENSION", [*TO_CHIN, "cue_knee_extension"]),
    ],
)
def test_sitting_up_midway_stops_the_test(cue: str, where: str, before: list[str]) -> None:
    person = told(**{cue: sit_up})
    assert person.prompts() == [*before, "stop"]
    record = person.guide.record()
    assert (record.status, record.stopped_by, record.stopped_in) == ("stopped", "sat_up", where)
    assert person.guide.view.over
    assert person.at("stop") < person.at(cue) + spoken_s(cue) + REACTION_S + 3.0


def test_lowering_the_leg_stops_the_test_over_the_question() -> None:
    def down(person: Person) -> None:
        person.later(4.0, lambda p: p.move(move_s=1.5, knee_flexion_deg=90.0 - KNEE_UP_DEG))
        knee(person)

    person = told(cue_knee_extension=down)
    assert person.prompts() == [*TO_KNEE, "stop"]
    assert person.at("stop") < person.guide.record().said[-2].at_s + spoken_s("ask_again")
    record = person.guide.record()
    assert (record.stopped_by, record.stopped_in) == ("leg_down", "KNEE_EXTENSION")


def test_walking_off_stops_the_test() -> None:
    person = told(cue_slump=lambda p: p.stand_up())
    assert person.prompts()[-1] == "stop"
    assert person.guide.record().stopped_by == "left"


def test_out_of_the_picture_stops_the_test() -> None:
    person = told(cue_neck_flexion=lambda p: setattr(p, "found", False))
    assert person.prompts() == [*TO_SLUMP, "cue_neck_flexion", "stop"]
    assert person.guide.record().stopped_by == "unseen"


def test_who_is_not_recognised_as_sitting_at_first_is_not_sent_away_at_once() -> None:
    person = Person({})
    away = replace(person.seen(), stage=Stage.AWAY, phase=None, spans=())
    for i in range(100):
        person.note(person.guide.step(replace(away, time_s=i / 10)))
    assert "stop" not in person.prompts()
    person.note(person.guide.step(replace(away, time_s=10.5)))
    assert person.prompts()[-1] == "stop"


def test_walking_off_after_the_head_lift_is_the_end() -> None:
    person = told(cue_return=lambda p: setattr(p, "found", False))
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_again", *END]
    assert person.guide.record().status == "done"


@pytest.mark.parametrize("by", ["key", "button"])
def test_a_key_stops_over_anything(by: str) -> None:
    person = Person(OBEDIENT)
    person.later(11.0, lambda p: p.note(p.guide.stop(p.now_s, by)))
    person.later(11.5, lambda p: p.note(p.guide.stop(p.now_s, by)))
    person.live()
    assert person.prompts() == [*START, "cue_slump", "stop"]
    assert person.at("stop") == pytest.approx(11.0, abs=0.1)
    record = person.guide.record()
    assert (record.status, record.stopped_by, record.stopped_in) == ("stopped", by, "SLUMP")
    assert person.guide.step(replace(person.seen(), time_s=99.0)) == []


def test_lost_frames_and_fidgets_are_no_stop() -> None:
    def lose(person: Person) -> None:
        person.found = False
        person.later(1.5, lambda p: setattr(p, "found", True))

    def fidget(person: Person) -> None:
        person.move(move_s=0.5, knee_flexion_deg=-10.0)
        person.later(0.6, lambda p: p.move(move_s=0.5, knee_flexion_deg=10.0))

    person = Person(OBEDIENT | {"ask_symptom": fidget, "ask_again": lose}).live()
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_again", *END]
    assert person.guide.record().status == "done"


def test_a_slump_taken_back_at_once_is_a_try_and_no_stop() -> None:
    def tries(person: Person) -> None:
        person.move(move_s=0.8, **SLUMP, **CARRIED)
        person.later(0.9, lambda p: p.sit_up())
        person.later(6.0, slump)

    person = told(cue_slump=tries)
    assert person.guide.record().status == "done"


# --- marks --------------------------------------------------------------------------------------


def test_hand_and_key_that_overlap_are_one_mark_with_two_tones() -> None:
    person = Person({})
    person.later(1.0, lambda p: p.raise_hand(2.0))
    person.later(2.0, lambda p: p.note(p.guide.press(p.now_s, "key")))
    person.later(2.1, lambda p: p.note(p.guide.press(p.now_s, "key")))
    person.later(4.0, lambda p: p.note(p.guide.release(p.now_s, "key")))
    person.live(for_s=8.0)
    (mark,) = person.guide.record().marks
    assert mark.by == "hand"
    assert mark.start_s == pytest.approx(1.0, abs=0.1)
    assert mark.end_s == pytest.approx(4.0, abs=0.1)
    assert [h.name for h in person.heard if h.name.startswith("[mark")] == ["[mark_on]", "[mark_off]"]


def test_a_mark_that_lasts_to_the_end_of_the_recording_has_no_end() -> None:
    person = Person({})
    person.later(1.0, lambda p: p.note(p.guide.press(p.now_s, "phone")))
    person.live(for_s=5.0)
    (mark,) = person.guide.record().marks
    assert (mark.by, mark.end_s) == ("phone", None)
    assert person.guide.view.marking
    assert person.guide.record().status == "interrupted"


# --- the screen and the voice -------------------------------------------------------------------


def test_the_screen_shows_step_hold_and_question() -> None:
    person = Person(OBEDIENT)
    views = []
    while not person.guide.view.over and person.now_s < 120.0:
        person.live(for_s=0.25)
        views.append(person.guide.view)
    titles = [view.title for view in views]
    assert list(dict.fromkeys(titles)) == [
        "title_baseline",
        "title_ask",
        "title_slump",
        "title_hold",
        "title_neck_flexion",
        "title_knee_extension",
        "title_head_lift",
        "title_return",
        "title_done",
    ]
    assert all(0.0 <= view.hold <= 1.0 for view in views)
    assert max(view.hold for view in views) > 0.8
    assert {view.title for view in views if view.asking} == {"title_ask"}
    assert views[-1].step is None


def test_a_browser_that_speaks_more_slowly_than_expected_is_waited_for() -> None:
    person = Person({})
    late_s = spoken_s("cue_baseline") + 1.0
    person.later(late_s, lambda p: p.guide.spoken(p.now_s))
    person.later(4.0 + spoken_s("ask_symptom") + 1.0, lambda p: p.guide.spoken(p.now_s))
    person.live(for_s=30.0)
    said = {h.name: h.at_s for h in person.heard}
    assert said["cue_slump"] > said["ask_symptom"] + spoken_s("ask_symptom") + 1.0 + 2.5


def test_prompts_do_not_run_into_each_other() -> None:
    for person in (told(), told(ask_again=raises_hand_at(1)), Person({}).live()):
        for before, after in pairwise(person.guide.record().said):
            assert after.at_s >= before.at_s + spoken_s(before.key)


def test_nothing_is_said_before_the_prompt_of_the_set_up_has_ended() -> None:
    person = Person(OBEDIENT, guide=Guide("right", spoken_s, 1.5)).live()
    assert person.at("cue_baseline") == pytest.approx(1.5, abs=0.1)
    assert person.guide.record().status == "done"


def test_a_mark_by_hand_is_dated_to_when_the_hand_went_up() -> None:
    person = Person({}).live(for_s=2.0)
    person.note(person.guide.step(replace(person.seen(), hand_up=True, hand_since_s=1.4)))
    person.now_s += 1.0
    person.note(person.guide.step(replace(person.seen(), hand_up=False, hand_since_s=2.2)))
    (mark,) = person.guide.record().marks
    assert (mark.start_s, mark.end_s) == (1.4, 2.2)


def lift_then_feel(person: Person) -> None:
    """Lift the head, and show shortly before being asked, and not for long, that it is still felt."""
    lift(person)
    person.later(4.6, lambda p: p.raise_hand(1.0))


def test_a_hand_raised_just_before_the_question_is_its_answer() -> None:
    person = told(ask_again=raises_hand_at(2), cue_head_lift=lift_then_feel)
    mark, asked_s = person.guide.record().marks[1], person.at("ask_still")
    assert mark.start_s < asked_s < mark.end_s
    assert person.guide.record().heard["HEAD_LIFT"] is True


# --- what must never be asked of somebody who has had enough -------------------------------------


def test_sitting_up_when_the_slump_was_held_for_a_moment_stops_the_test() -> None:
    def not_for_long(person: Person) -> None:
        slump(person)
        person.later(2.6, sit_up)

    person = told(cue_slump=not_for_long)
    assert person.prompts() == [*TO_SLUMP, "stop"]
    assert person.guide.record().stopped_by == "sat_up"
    assert "SLUMP" not in person.guide.record().heard


@pytest.mark.parametrize("move_s", [8.0, 14.0, 25.0])
def test_who_sits_up_very_slowly_is_stopped_and_not_corrected(move_s: float) -> None:
    def slowly(person: Person) -> None:
        knee(person)
        person.later(3.0, lambda p: p.sit_up(move_s))

    person = Person(
        {k: d for k, d in OBEDIENT.items() if k != "cue_head_lift"} | {"cue_knee_extension": slowly}
    )
    person.live()
    assert person.guide.record().stopped_by in ("sat_up", "leg_down")
    assert not [prompt for prompt in person.prompts() if prompt.startswith("mistake")]


@pytest.mark.parametrize("after_s", [10.5, 14.0, 17.0, 24.0, 33.0, 41.0])
def test_a_minute_without_pictures_ends_the_test(after_s: float) -> None:
    """The computer slept, or the page was hidden, while the person was bent."""
    person = Person(OBEDIENT).live(for_s=after_s)
    heard = dict(person.guide.record().heard)
    person.now_s += 60.0
    person.live()
    assert person.prompts()[-1] == "stop"
    assert person.at("stop") == pytest.approx(after_s + 60.0, abs=0.2)
    record = person.guide.record()
    assert (record.status, record.stopped_by) == ("stopped", "unseen")
    assert record.heard == heard  # silence that nobody could hear is no answer


def test_a_minute_without_pictures_before_anything_was_asked_begins_anew() -> None:
    person = Person(OBEDIENT).live(for_s=5.0)
    person.now_s += 60.0
    person.live()
    assert person.prompts() == ["cue_baseline", "ask_symptom", *TO_KNEE, "cue_head_lift", "ask_again", *END]
    assert person.guide.record().status == "done"


def test_a_hand_that_was_raised_in_time_but_known_late_is_the_answer() -> None:
    person = told(cue_slump=slump)
    ends_s = [s.at_s for s in person.guide.record().said if s.key == "ask_again"][-1] + spoken_s("ask_again")

    def late(person: Person) -> None:
        seen = replace(person.seen(), hand_up=True, hand_since_s=ends_s + 2.0)
        person.note(person.guide.step(seen))

    person = Person(OBEDIENT)
    person.later(ends_s + 3.0, late)
    person.live()
    assert person.guide.record().heard["HEAD_LIFT"] is True


def test_a_voice_that_takes_three_times_as_long_is_waited_for() -> None:
    person = Person({})
    for half_s in range(1, 24):
        person.later(0.5 * half_s, lambda p: p.guide.speaking(p.now_s))
    person.later(12.0, lambda p: p.guide.spoken(p.now_s))
    person.live(for_s=14.0)
    assert person.prompts() == ["cue_baseline", "ask_symptom"]
    assert person.at("ask_symptom") == pytest.approx(12.3, abs=0.2)
