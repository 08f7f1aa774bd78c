"""How a guided test ends early, and what is never asked of somebody who has had enough."""

from __future__ import annotations

from dataclasses import replace

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
    knee,
    sit_up,
    slump,
    spoken_s,
    told,
)
from synthetic import CARRIED, KNEE_UP_DEG, SLUMP

from slumpcv.marks import Stage

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
    assert person.at("stop") < person.guide.record().said[-2].at_s + spoken_s("ask_brief") + 1.2
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
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_brief", *END]
    assert person.guide.record().status == "done"


@pytest.mark.parametrize("by", ["key", "button"])
def test_a_key_stops_over_anything(by: str) -> None:
    person = Person(OBEDIENT)
    person.later(16.0, lambda p: p.note(p.guide.stop(p.now_s, by)))
    person.later(16.5, lambda p: p.note(p.guide.stop(p.now_s, by)))
    person.live()
    assert person.prompts() == [*START, "cue_slump", "stop"]
    assert person.at("stop") == pytest.approx(16.0, abs=0.1)
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
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "ask_brief", *END]
    assert person.guide.record().status == "done"


def test_a_slump_taken_back_at_once_is_a_try_and_no_stop() -> None:
    def tries(person: Person) -> None:
        person.move(move_s=0.8, **SLUMP, **CARRIED)
        person.later(0.9, lambda p: p.sit_up())
        person.later(6.0, slump)

    person = told(cue_slump=tries)
    assert person.guide.record().status == "done"


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


@pytest.mark.parametrize("after_s", [15.5, 19.0, 22.0, 27.0, 34.0, 41.0])
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
    assert person.prompts() == ["cue_baseline", "ask_symptom", *TO_KNEE, "cue_head_lift", "ask_brief", *END]
    assert person.guide.record().status == "done"


def test_a_hand_that_was_raised_in_time_but_known_late_is_the_answer() -> None:
    person = told(cue_slump=slump)
    ends_s = [s.at_s for s in person.guide.record().said if s.key == "ask_brief"][-1] + spoken_s("ask_brief")

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
        person.later(0.5 * half_s, lambda p: p.guide.speaking(p.now_s, "cue_baseline"))
    person.later(12.0, lambda p: p.guide.spoken(p.now_s, "cue_baseline"))
    person.live(for_s=14.0)
    assert person.prompts() == ["cue_baseline", "ask_symptom"]
    assert person.at("ask_symptom") == pytest.approx(12.3, abs=0.2)
