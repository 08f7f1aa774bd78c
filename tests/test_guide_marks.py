"""Marks of a guided test, and what the screen shows and the voice says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from live_person import (
    OBEDIENT,
    Person,
    lift,
    raises_hand_at,
    spoken_s,
    told,
)

from slumpcv.live.guide import Guide

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
    person.later(late_s, lambda p: p.guide.spoken(p.now_s, "cue_baseline"))
    person.later(4.0 + spoken_s("ask_symptom") + 1.0, lambda p: p.guide.spoken(p.now_s, "ask_symptom"))
    person.live(for_s=30.0)
    said = {h.name: h.at_s for h in person.heard}
    assert said["explain"] > said["ask_symptom"] + spoken_s("ask_symptom") + 1.0 + 2.5


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
    person.later(3.6, lambda p: p.raise_hand(1.0))


def test_a_hand_raised_just_before_the_question_is_its_answer() -> None:
    person = told(ask_brief=raises_hand_at(1), cue_head_lift=lift_then_feel)
    mark, asked_s = person.guide.record().marks[1], person.at("ask_still")
    assert mark.start_s < asked_s < mark.end_s
    assert person.guide.record().heard["HEAD_LIFT"] is True
