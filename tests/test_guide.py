"""Stories of guided tests: what people do, and what they hear, in order."""

from __future__ import annotations

import pytest
from live_person import (
    END,
    OBEDIENT,
    REACTION_S,
    START,
    TO_CHIN,
    TO_KNEE,
    TO_SLUMP,
    Person,
    chin,
    knee,
    lift,
    raises_hand_at,
    sit_up,
    slump,
    spoken_s,
    told,
)
from synthetic import CARRIED, CHIN, KNEE_UP_DEG, LIFT, SLUMP

from slumpcv.live.guide_steps import STEPS

# --- the plain way -----------------------------------------------------------------------------


def test_the_plain_test() -> None:
    person = told()
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_brief", *END]
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
    assert start_s["HEAD_LIFT"] - start_s["SLUMP"] < 27.0
    assert start_s["HEAD_LIFT"] - start_s["KNEE_EXTENSION"] < 9.0


def test_a_hand_in_answer_at_rest_goes_on_and_asks_for_more_later() -> None:
    person = told(ask_symptom=raises_hand_at(1))
    more = [
        "cue_baseline",
        "ask_symptom",
        "explain",
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
    person = told(ask_brief=raises_hand_at(2))
    assert person.prompts() == [*TO_KNEE, "felt", "cue_head_lift", "ask_still", *END]
    record = person.guide.record()
    assert record.heard["KNEE_EXTENSION"] is True
    assert record.heard["HEAD_LIFT"] is False
    (mark,) = record.marks
    asked_s = [s.at_s for s in record.said if s.key == "ask_brief"][1]
    assert mark.start_s == pytest.approx(asked_s + spoken_s("ask_brief") + REACTION_S, abs=0.1)
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
    person = told(ask_brief=raises_hand_at(1), ask_still=lambda p: p.raise_hand())
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
    assert person.prompts()[3:6] == ["cue_slump", "repeat_slump", "ask_again"]
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
    for at_s, deed in ((4.0, slump), (7.5, chin), (11.0, knee), (14.2, lift), (19.0, sit_up)):
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
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_brief", *END]


def test_sitting_up_early_after_the_head_lift_is_the_end_and_no_stop() -> None:
    def lift_and_up(person: Person) -> None:
        lift(person)
        person.later(2.6, sit_up)

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
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_brief", *END]
    assert [p.phase for p in person.guide.record().phases][:2] == ["BASELINE", "SLUMP"]
