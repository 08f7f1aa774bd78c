"""The way through the questions after a test, and what answers change."""

from __future__ import annotations

from typing import Any

from fake_result import BOUNDS, fake_angles

from slumpcv.answers import Answers, Felt, Mark
from slumpcv.live.record import GuidedTest, LiveMark
from slumpcv.marks import PhaseSpan
from slumpcv.ui import questioning, way
from slumpcv.ui.questioning import first_answers, with_felt, with_mark, without_mark
from slumpcv.ui.way import Step, steps

CLIP = fake_angles(gap=False)
SPANS = [
    PhaseSpan(name, start, end, start + 0.6 * (end - start), 1)
    for name, start, end in BOUNDS
    if name != "DORSIFLEXION"
]
END_S = float(CLIP.time_s[-1])
MARKED = GuidedTest(
    side="right",
    status="done",
    duration_s=60,
    marks=(LiveMark(start_s=10.8, end_s=14.0, by="hand"),),
    heard={"BASELINE": False, "SLUMP": False, "KNEE_EXTENSION": True, "HEAD_LIFT": False},
)


def screens(answers: Answers, stopped: bool = False, live: GuidedTest | None = None) -> list[Step]:
    return steps(answers, CLIP, SPANS, stopped, live)


def keys(answers: Answers, stopped: bool = False, live: GuidedTest | None = None) -> list[str]:
    return [step.key for step in screens(answers, stopped, live)]


def moment(answers: Answers, key: str) -> Any:
    return next(step.moment for step in screens(answers) if step.key == key)


def test_every_moment_is_asked_then_signs_and_recovery() -> None:
    phases = ["BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT"]
    assert keys(first_answers(None, END_S)) == [f"phase-{p}" for p in phases] + ["signs", "recovery"]


def test_who_stopped_is_asked_why_and_for_signs_first() -> None:
    stopped = {"status": "stopped", "stopped_by": "sat_up", "stopped_in": "KNEE_EXTENSION"}
    live = MARKED.model_copy(update=stopped)
    answers = first_answers(live, END_S)
    assert keys(answers, stopped=True)[:2] == ["stop", "signs"]
    assert answers.stopped_in == "KNEE_EXTENSION"


def test_a_test_that_ended_because_a_step_was_not_seen_was_not_stopped() -> None:
    live = MARKED.model_copy(
        update={"status": "stopped", "stopped_by": "unseen", "stopped_in": "KNEE_EXTENSION"}
    )
    assert not questioning.was_stopped(live)
    assert first_answers(live, END_S).stopped_in is None


def test_who_was_seen_to_sit_up_need_not_have_stopped() -> None:
    stopped = {"status": "stopped", "stopped_in": "HEAD_LIFT"}
    seen = MARKED.model_copy(update={**stopped, "stopped_by": "sat_up"})
    pressed = MARKED.model_copy(update={**stopped, "stopped_by": "key"})
    assert questioning.NOT_STOPPED in questioning.reasons(seen)
    assert questioning.NOT_STOPPED not in questioning.reasons(pressed)
    answers = first_answers(seen, END_S)
    assert questioning.stop_said(answers) is None
    answers = questioning.with_stop(answers, questioning.NOT_STOPPED, seen)
    assert (answers.stop_reason, answers.stopped_in) == (None, None)
    assert questioning.stop_said(answers) == questioning.NOT_STOPPED
    answers = questioning.with_stop(answers, "strong_pain", seen)
    assert (answers.stop_reason, answers.stopped_in) == ("strong_pain", "HEAD_LIFT")


def test_marks_of_the_test_are_there_from_the_beginning_and_end_with_the_clip() -> None:
    long = MARKED.model_copy(update={"marks": (LiveMark(start_s=17.0, by="key"),)})
    (mark,) = first_answers(long, END_S).symptoms
    assert (mark.start_s, mark.end_s, mark.how, mark.familiar) == (17.0, END_S, "live", "yes")


def test_silence_is_a_zero_that_can_be_changed_but_no_answer_yet() -> None:
    answers = first_answers(MARKED, END_S)
    slump = moment(answers, "phase-SLUMP")
    heard = questioning.heard_at(slump, answers, MARKED)
    assert heard == "no"
    assert questioning.filled_in(heard, answers) == Felt(intensity=0)
    assert not way.is_answered(Step("moment", slump), answers)


def test_silence_of_who_felt_it_at_rest_is_the_same_as_at_rest() -> None:
    live = MARKED.model_copy(update={"heard": {"BASELINE": True, "SLUMP": False, "HEAD_LIFT": False}})
    answers = first_answers(live, END_S)
    rest = Felt(intensity=2, familiar="yes")
    answers = with_felt(answers, moment(answers, "phase-BASELINE"), rest)
    assert questioning.heard_at(moment(answers, "phase-SLUMP"), answers, live) == "not_more"
    assert questioning.filled_in("not_more", answers) == rest


def test_silence_after_the_head_lift_is_no_zero_where_something_was_felt() -> None:
    answers = first_answers(MARKED, END_S)
    lift = moment(answers, "phase-HEAD_LIFT")
    heard = questioning.heard_at(lift, answers, MARKED)
    assert heard == "silent"
    assert questioning.filled_in(heard, answers) == Felt()
    nothing = without_mark(answers, moment(answers, "mark-0"))
    assert questioning.heard_at(lift, nothing, MARKED) == "no"


# --- steps in which no hand was raised ----------------------------------------------------------

PHASES = ("BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT")
SILENT = GuidedTest(side="right", status="done", duration_s=60, heard=dict.fromkeys(PHASES, False))


def said(answers: Answers, *chosen: Any, live: GuidedTest = SILENT) -> Answers:
    return way.with_quiet(answers, way.moments_of(answers, CLIP, SPANS, live), chosen, live)


def test_who_felt_nothing_says_so_once() -> None:
    answers = first_answers(SILENT, END_S)
    first, *_ = screens(answers, live=SILENT)
    assert keys(answers, live=SILENT) == ["quiet", "signs", "recovery"]
    assert not way.is_answered(first, answers)
    answers = said(answers)
    assert {phase: felt.intensity for phase, felt in answers.phases.items()} == dict.fromkeys(PHASES, 0)
    assert keys(answers, live=SILENT) == ["quiet", "signs", "recovery"]
    assert way.is_answered(first, answers)


def test_who_felt_something_after_all_is_asked_about_it_and_about_the_head_lift() -> None:
    answers = said(said(first_answers(SILENT, END_S)), "KNEE_EXTENSION")  # went back and thought again
    assert keys(answers, live=SILENT) == [
        "quiet",
        "phase-KNEE_EXTENSION",
        "phase-HEAD_LIFT",
        "signs",
        "recovery",
    ]
    assert "HEAD_LIFT" not in answers.phases
    knee, lift = (step for step in screens(answers, live=SILENT) if step.moment is not None)
    assert not way.is_answered(knee, answers)
    assert knee.moment is not None
    assert questioning.heard_at(knee.moment, answers, SILENT) == "silent"  # no zero is filled in
    answers = with_felt(answers, knee.moment, Felt(intensity=4, familiar="yes"))
    assert said(answers, "KNEE_EXTENSION") == answers
    assert not way.is_answered(lift, answers)


def test_what_was_marked_and_what_follows_is_asked_alone() -> None:
    live = MARKED.model_copy(update={"heard": {**SILENT.heard, "KNEE_EXTENSION": True}})
    answers = first_answers(live, END_S)
    assert keys(answers, live=live) == ["quiet", "mark-0", "phase-HEAD_LIFT", "signs", "recovery"]
    answers = said(answers, live=live)
    assert set(answers.phases) == {"BASELINE", "SLUMP", "NECK_FLEXION"}
    assert keys(answers, live=live) == ["quiet", "mark-0", "phase-HEAD_LIFT", "signs", "recovery"]


def test_a_mark_that_was_none_leaves_the_head_lift_to_be_asked() -> None:
    live = MARKED.model_copy(update={"heard": {**SILENT.heard, "KNEE_EXTENSION": True}})
    answers = said(first_answers(live, END_S), live=live)
    answers = with_felt(answers, moment(answers, "mark-0"), Felt(intensity=0))
    assert "phase-HEAD_LIFT" in keys(answers, live=live)


def test_silence_of_who_felt_it_at_rest_is_asked_step_by_step() -> None:
    live = SILENT.model_copy(update={"heard": {**SILENT.heard, "BASELINE": True}})
    assert "quiet" not in keys(first_answers(live, END_S), live=live)


def test_toes_that_nobody_asked_for_are_not_asked_about() -> None:
    spans = [PhaseSpan(name, start, end, start + 0.6 * (end - start), 1) for name, start, end in BOUNDS]
    for live, asked in ((SILENT, False), (None, True)):
        moments = way.moments_of(Answers(), CLIP, spans, live)
        assert any(m.phase == "DORSIFLEXION" for m in moments) is asked


def test_a_felt_mark_keeps_its_time_and_takes_what_it_was_like() -> None:
    answers = first_answers(MARKED, END_S)
    at = moment(answers, "mark-0")
    answers = with_felt(
        answers, at, Felt.model_validate({"intensity": 5, "familiar": "yes", "regions": "right calf"})
    )
    (mark,) = answers.symptoms
    assert (mark.start_s, mark.end_s, mark.intensity, mark.how) == (10.8, 14.0, 5, "live")
    assert mark.regions[0].region == "calf"
    assert answers.phases == {}


def test_a_mark_at_which_nothing_was_felt_goes_and_the_phase_has_a_zero() -> None:
    answers = first_answers(MARKED, END_S)
    old = screens(answers)
    number = next(i for i, step in enumerate(old) if step.key == "mark-0")
    answers = with_felt(answers, moment(answers, "mark-0"), Felt(intensity=0))
    assert answers.symptoms == ()
    assert answers.phases["KNEE_EXTENSION"].intensity == 0
    new = screens(answers)
    after = way.following(old, number, new, answers)
    assert new[after].key == "phase-HEAD_LIFT"


def test_a_moved_mark_says_that_it_was_moved_on_the_replay() -> None:
    answers = first_answers(MARKED, END_S)
    (mark,) = with_mark(answers, moment(answers, "mark-0"), 11.0, 13.0).symptoms
    assert (mark.start_s, mark.end_s, mark.how, mark.familiar) == (11.0, 13.0, "replay", "yes")


def test_a_mark_can_be_set_for_a_phase_and_taken_away_again() -> None:
    answers = first_answers(None, END_S)
    at = moment(answers, "phase-KNEE_EXTENSION")
    answers = with_felt(answers, at, Felt(intensity=4, familiar="yes"))
    answers = with_mark(answers, at, 11.0, 12.5)
    (mark,) = answers.symptoms
    assert (mark.phase, mark.intensity, mark.how) == ("KNEE_EXTENSION", 4, "replay")
    assert "phase-KNEE_EXTENSION" in keys(answers)
    answers = with_felt(answers, at, Felt(intensity=6, familiar="yes"))
    assert answers.symptoms[0].intensity == 6
    assert without_mark(answers, at).symptoms == ()


def told(change: str, after: int) -> Answers:
    felt = {"BASELINE": 1, "SLUMP": 1, "NECK_FLEXION": 1, "KNEE_EXTENSION": 5, "HEAD_LIFT": after}
    phases = {phase: {"intensity": number, "familiar": "yes"} for phase, number in felt.items()}
    return Answers.model_validate({"phases": phases, "head_lift_change": change})


def test_words_and_numbers_that_do_not_agree_are_asked_about_once_more() -> None:
    assert keys(told("gone", 5))[-3:] == ["again", "signs", "recovery"]
    assert "again" not in keys(told("eased", 2))


def test_after_the_second_question_the_way_goes_on_whether_they_agree_or_not() -> None:
    before = told("gone", 5)
    old = screens(before)
    number = [step.key for step in old].index("again")
    for answers in (told("gone", 5), told("same", 5)):
        new = screens(answers)
        assert new[way.following(old, number, new, answers)].key == "signs"


def test_a_moment_counts_as_answered_once_it_is_known_whether_it_was_the_usual_one() -> None:
    answers = first_answers(None, END_S)
    step = screens(answers)[0]
    assert step.moment is not None
    for felt, answered in ((Felt(intensity=3), False), (Felt(intensity=3, familiar="no"), True)):
        assert way.is_answered(step, with_felt(answers, step.moment, felt)) is answered
    assert way.is_answered(step, with_felt(answers, step.moment, Felt(intensity=0)))


def test_a_change_is_only_asked_about_where_there_was_something_to_change() -> None:
    nothing = Answers.model_validate({"phases": {"KNEE_EXTENSION": {"intensity": 0}}})
    assert not questioning.felt_before_lift(nothing)
    assert questioning.felt_before_lift(told("same", 5))
    assert questioning.felt_before_lift(Answers(symptoms=(Mark(start_s=1.0, familiar="yes"),)))
