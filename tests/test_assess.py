"""The protocol's table of outcomes: every row, every precedence, every boundary."""

from __future__ import annotations

from itertools import combinations
from typing import Any, get_args

import pytest
from fake_result import DIM, FRONTAL, ISOLATED, KNEE_MOVED, NO_LIFT, fake_angles, fake_session

from slumpcv.answers import SCREEN_GROUPS, Answers, Mark, Screen
from slumpcv.assess import assess, follow_course
from slumpcv.assess.outcome import RULES
from slumpcv.session import Finding, Isolation, Outcome, OutcomeCode, Session, Symptom
from slumpcv.terms import PhaseName

CODES = get_args(OutcomeCode)
ANGLES = fake_angles()
CLEAN = fake_session(ANGLES, findings=())
SCREENED = dict.fromkeys(Screen.model_fields, "no")
CALF = [{"region": "calf", "side": "right"}]

Phases = dict[str, dict[str, Any]]


def phases(
    baseline: int | None = 1, peak: int | None = 4, after: int | None = 1, familiar: str | None = "yes"
) -> Phases:
    """The usual symptom at rest, with the knee straight, and after the head lift."""
    return {
        "BASELINE": {"intensity": baseline},
        "KNEE_EXTENSION": {"intensity": peak, "familiar": familiar, "regions": CALF},
        "HEAD_LIFT": {"intensity": after, "familiar": familiar},
    }


def judge(
    answers: dict[str, Any],
    session: Session = CLEAN,
    isolation: Isolation | None = None,
    other_side_knee_deg: float | None = None,
) -> Outcome:
    """Assess answers over a clean test, with all safety questions answered with no."""
    given = Answers.model_validate({"screen": SCREENED} | answers)
    session = session if isolation is None else session.model_copy(update={"isolation": isolation})
    symptoms = tuple(placed(m) for m in given.symptoms)
    performed = {phase.phase for phase in session.phases}
    course = follow_course(given, symptoms, session.isolation.isolated, performed)
    return assess(session, given, symptoms, course, other_side_knee_deg)


def placed(mark: Mark, strongest_in: PhaseName | None = None) -> Symptom:
    """A symptom in the phase that its mark names."""
    return Symptom(
        mark=mark,
        phase=mark.phase,
        strongest_in=strongest_in or mark.phase,
        onset=None,
        peak=None,
        end=None,
        moved_before=(),
    )


def with_status(status: str, isolated: bool | None = None) -> Isolation:
    return ISOLATED.model_copy(update={"status": status, "isolated": isolated, "reasons": ("Because.",)})


NOTHING = {"phases": phases(0, 0, 0, None)}
NO_KNEE = CLEAN.model_copy(
    update={
        "phases": tuple(
            p.model_copy(update={"reached": p.reached and p.phase != "KNEE_EXTENSION"}) for p in CLEAN.phases
        )
    }
)
# What makes each row of the table hold: answers, and what the movement was.
ROWS: dict[OutcomeCode, dict[str, Any]] = {
    "BLOCKED": {"answers": {"screen": SCREENED | {"foot_drop": "yes"}}},
    "URGENT": {"answers": {"warning_signs": ["saddle_numbness"]}},
    "STOPPED": {"answers": {"stop_reason": "wish"}},
    "CANNOT_ASSESS_VIDEO": {"session": fake_session(ANGLES, findings=(FRONTAL,))},
    "CANNOT_ASSESS_SYMPTOMS": {"answers": {"phases": {"HEAD_LIFT": {"intensity": None}}}},
    "INCONCLUSIVE_NO_HEAD_LIFT": {"isolation": NO_LIFT},
    "INCONCLUSIVE_OTHER_MOVEMENT": {"isolation": KNEE_MOVED},
    "UNCLEAR": {"answers": {"head_lift_change": "same"}},
    "SPINE_SYMPTOM_ONLY": {"answers": {"phases": {"KNEE_EXTENSION": {"regions": [{"region": "low_back"}]}}}},
    "EASED_WITH_HEAD_LIFT": {},
    "PARTLY_EASED": {"answers": {"phases": phases(after=3)}},
    "UNCHANGED": {"answers": {"phases": phases(after=4)}},
    "WORSE_WITH_HEAD_LIFT": {"answers": {"phases": phases(peak=3, after=4)}},
    "FAMILIARITY_UNSURE": {"answers": {"phases": phases(0, 3, 1, "unsure")}},
    "OTHER_SENSATION": {"answers": {"phases": phases(0, 3, 1, "no")}},
    "NOT_CHANGED_BY_TEST": {"answers": {"phases": phases(2, 2, 2)}},
    "NOT_FULLY_PERFORMED": {"answers": NOTHING, "session": NO_KNEE},
    "NOT_REPRODUCED": {"answers": NOTHING},
}


def merged(*rows: dict[str, Any]) -> Outcome:
    """Assess what makes several rows hold at once; phases are joined phase by phase."""
    answers: dict[str, Any] = {"phases": phases()}
    options: dict[str, Any] = {}
    for row in rows:
        options |= {name: value for name, value in row.items() if name != "answers"}
        given = row.get("answers", {})
        joined = {p: answers["phases"].get(p, {}) | felt for p, felt in given.get("phases", {}).items()}
        answers |= given | {"phases": answers["phases"] | joined}
    return judge(answers, **options)


def test_the_table_has_the_rows_of_the_protocol_in_its_order() -> None:
    assert [code for code, _ in RULES] == list(CODES) == list(ROWS)


@pytest.mark.parametrize("code", CODES)
def test_each_row(code: OutcomeCode) -> None:
    assert merged(ROWS[code]).code == code


# The rows that a cause outside of the intensities brings about; each can meet every row after it.
CAUSES = CODES[: CODES.index("SPINE_SYMPTOM_ONLY") + 1]
# A head lift is either missing or moved something; what was felt after it is missing only when there
# was one, and cannot contradict anything then.
EXCLUSIVE = {
    ("INCONCLUSIVE_NO_HEAD_LIFT", "INCONCLUSIVE_OTHER_MOVEMENT"),
    ("CANNOT_ASSESS_SYMPTOMS", "INCONCLUSIVE_NO_HEAD_LIFT"),
    ("CANNOT_ASSESS_SYMPTOMS", "UNCLEAR"),
}


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in combinations(CAUSES, 2) if pair not in EXCLUSIVE],
)
def test_the_earlier_of_two_causes_wins(first: OutcomeCode, second: OutcomeCode) -> None:
    assert merged(ROWS[second], ROWS[first]).code == first


@pytest.mark.parametrize("cause", CODES[: CODES.index("CANNOT_ASSESS_SYMPTOMS")])
@pytest.mark.parametrize("code", CODES[CODES.index("EASED_WITH_HEAD_LIFT") :])
def test_a_cause_that_forbids_a_judgement_wins_over_every_judgement(
    cause: OutcomeCode, code: OutcomeCode
) -> None:
    assert merged(ROWS[code], ROWS[cause]).code == cause


@pytest.mark.parametrize("cause", ["INCONCLUSIVE_NO_HEAD_LIFT", "INCONCLUSIVE_OTHER_MOVEMENT"])
@pytest.mark.parametrize("code", CODES[CODES.index("EASED_WITH_HEAD_LIFT") :])
def test_a_head_lift_that_was_not_isolated_matters_only_for_a_reproduced_symptom(
    cause: OutcomeCode, code: OutcomeCode
) -> None:
    reproduced = code in CODES[: CODES.index("FAMILIARITY_UNSURE")]
    assert merged(ROWS[code], ROWS[cause]).code == (cause if reproduced else code)


@pytest.mark.parametrize("relief", CODES[9:13])
@pytest.mark.parametrize("other", ["no", "unsure"])
def test_the_usual_symptom_outweighs_other_feelings(relief: OutcomeCode, other: str) -> None:
    felt = {"answers": {"phases": {"SLUMP": {"intensity": 3, "familiar": other}}}}
    assert merged(ROWS[relief], felt).code == relief


def test_unsure_outweighs_not_familiar_and_both_outweigh_what_was_there_at_rest() -> None:
    there = phases(2, 2, 2)
    unsure, other = ({"intensity": 4, "familiar": f} for f in ("unsure", "no"))
    assert judge({"phases": there | {"SLUMP": other, "NECK_FLEXION": unsure}}).code == "FAMILIARITY_UNSURE"
    assert judge({"phases": there | {"SLUMP": unsure}}).code == "FAMILIARITY_UNSURE"
    assert judge({"phases": there | {"SLUMP": other}}).code == "OTHER_SENSATION"


def test_what_was_there_at_rest_outweighs_a_step_that_was_not_reached() -> None:
    assert judge(ROWS["NOT_CHANGED_BY_TEST"]["answers"], NO_KNEE).code == "NOT_CHANGED_BY_TEST"


# --- boundaries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((1, 1, 1), "NOT_CHANGED_BY_TEST"),  # a rise of 0
        ((1, 2, 2), "UNCHANGED"),  # a rise of 1 reproduces
        ((1, 4, 1), "EASED_WITH_HEAD_LIFT"),  # a rise of 3
        ((1, 5, 1), "STOPPED"),  # a rise of 4 is a stop rule
        ((5, 6, 5), "EASED_WITH_HEAD_LIFT"),  # 6 of 10
        ((5, 7, 5), "STOPPED"),  # 7 of 10 is a stop rule
        ((6, 6, 6), "NOT_CHANGED_BY_TEST"),  # 6 at rest
        ((7, 6, 6), "CANNOT_ASSESS_SYMPTOMS"),  # 7 at rest is too strong
        ((2, 5, 4), "PARTLY_EASED"),  # a drop of 1
        ((2, 5, 3), "EASED_WITH_HEAD_LIFT"),  # a drop of 2, 40 %
        ((2, 3, 2), "EASED_WITH_HEAD_LIFT"),  # back to baseline after a rise of 1
        ((2, 4, 3), "PARTLY_EASED"),  # a rise of 2 asks for a drop of 2
        ((2, 4, 4), "UNCHANGED"),  # no drop
        ((2, 4, 5), "WORSE_WITH_HEAD_LIFT"),
        ((0, 0, 3), "WORSE_WITH_HEAD_LIFT"),  # it only came with the head lift
    ],
)
def test_boundaries_of_the_intensities(given: tuple[int, int, int], code: OutcomeCode) -> None:
    assert judge({"phases": phases(*given)}).code == code


@pytest.mark.parametrize(
    ("peak", "after", "relief"),
    [(10, 8, "partial"), (10, 7, "clear"), (7, 5, "partial"), (6, 4, "clear"), (6, 5, "partial")],
)
def test_clear_relief_takes_thirty_percent_as_well(peak: int, after: int, relief: str) -> None:
    answers = Answers.model_validate({"phases": phases(3, peak, after)})
    assert follow_course(answers, (), isolated=True).head_lift.relief == relief


@pytest.mark.parametrize(
    ("said", "after", "code"),
    [
        ("gone", 4, "UNCLEAR"),
        ("eased", 4, "UNCLEAR"),
        ("eased", 3, "PARTLY_EASED"),
        ("same", 4, "UNCHANGED"),
        ("same", 3, "PARTLY_EASED"),
        ("same", 2, "UNCLEAR"),
        ("worse", 5, "STOPPED"),
        ("worse", 3, "WORSE_WITH_HEAD_LIFT"),
        ("worse", 2, "UNCLEAR"),
    ],
)
def test_boundaries_of_answers_that_conflict(said: str, after: int, code: OutcomeCode) -> None:
    assert judge({"phases": phases(1, 4, after), "head_lift_change": said}).code == code


@pytest.mark.parametrize(
    ("status", "isolated", "code"),
    [
        ("isolated", True, "EASED_WITH_HEAD_LIFT"),
        ("small_lift", None, "INCONCLUSIVE_NO_HEAD_LIFT"),
        ("too_close", None, "INCONCLUSIVE_OTHER_MOVEMENT"),
        ("moved", False, "INCONCLUSIVE_OTHER_MOVEMENT"),
        ("unseen", None, "CANNOT_ASSESS_VIDEO"),
    ],
)
def test_what_the_head_lift_was_decides(status: str, isolated: bool | None, code: OutcomeCode) -> None:
    outcome = judge({"phases": phases()}, isolation=with_status(status, isolated))
    assert outcome.code == code
    if code != "INCONCLUSIVE_NO_HEAD_LIFT" and not isolated:
        assert "Because." in outcome.text


# --- answers that are missing --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({}, "at rest"),
        ({"phases": phases(baseline=None)}, "at rest"),
        ({"phases": {"BASELINE": {"intensity": 1}}}, "during the test"),
        ({"phases": phases(familiar=None)}, "usual symptom"),
        ({"phases": phases(after=None)}, "after you lifted your head"),
        (
            {"phases": phases(peak=None, after=None), "symptoms": [{"phase": "KNEE_EXTENSION"}]},
            "when it came",
        ),
    ],
)
def test_what_is_missing_is_named(answers: dict[str, Any], missing: str) -> None:
    outcome = judge(answers)
    assert outcome.code == "CANNOT_ASSESS_SYMPTOMS"
    assert missing in outcome.text


def test_without_a_head_lift_nobody_is_asked_for_its_answer() -> None:
    assert judge({"phases": phases(after=None)}, isolation=NO_LIFT).code == "INCONCLUSIVE_NO_HEAD_LIFT"


def test_a_mark_takes_from_its_phase_what_it_does_not_say() -> None:
    marked = {"phases": phases(peak=2), "symptoms": [{"phase": "KNEE_EXTENSION", "intensity": 4}]}
    answers = Answers.model_validate(marked)
    symptoms = [placed(m) for m in answers.symptoms]
    course = follow_course(answers, symptoms, isolated=True)
    assert (course.peak, course.head_lift.before, course.head_lift.relief) == (4, 4, "clear")
    assert judge(marked).code == "EASED_WITH_HEAD_LIFT"


@pytest.mark.parametrize("phase", ["RETURN", "RECOVERY", None])
def test_signs_and_stop_rules_count_at_any_time(phase: PhaseName | None) -> None:
    both = ["left calf", "right calf"]
    for regions, code in ((both, "URGENT"), (["right calf"], "STOPPED")):
        mark = {"start_s": 20.0, "intensity": 9, "regions": regions, "phase": phase}
        assert judge(NOTHING | {"symptoms": [mark]}).code == code
        unusable = fake_session(ANGLES, findings=(FRONTAL,))
        assert judge({"symptoms": [mark]}, unusable).code == code


@pytest.mark.parametrize(("after", "code"), [(3, "PARTLY_EASED"), (4, "UNCHANGED"), (5, "STOPPED")])
def test_after_the_head_lift_only_the_intensity_is_needed(after: int, code: OutcomeCode) -> None:
    given = phases() | {"HEAD_LIFT": {"intensity": after}}
    assert judge({"phases": given}).code == code


@pytest.mark.parametrize(
    ("felt", "after", "said", "code"),
    [
        ({"KNEE_EXTENSION": 3, "DORSIFLEXION": 0}, 0, None, "EASED_WITH_HEAD_LIFT"),
        ({"KNEE_EXTENSION": 3, "DORSIFLEXION": 0}, 1, None, "EASED_WITH_HEAD_LIFT"),
        ({"NECK_FLEXION": 3, "KNEE_EXTENSION": 0}, 0, "gone", "EASED_WITH_HEAD_LIFT"),
    ],
)
def test_nothing_felt_in_a_step_that_was_not_done_is_no_intensity_before_the_lift(
    felt: dict[str, int], after: int, said: str | None, code: OutcomeCode
) -> None:
    done = [p for p in CLEAN.phases if felt.get(p.phase) != 0]
    session = CLEAN.model_copy(update={"phases": tuple(done)})
    given = {p: {"intensity": i, "familiar": "yes" if i else None, "regions": CALF} for p, i in felt.items()}
    answers = {"phases": {"BASELINE": {"intensity": 0}, "HEAD_LIFT": {"intensity": after}} | given}
    assert judge(answers | {"head_lift_change": said}, session).code == code


def test_a_mark_begun_while_sitting_tall_does_not_raise_what_was_there_at_rest() -> None:
    answers = Answers.model_validate({"phases": phases(), "symptoms": [{"start_s": 0.5, "intensity": 4}]})
    early = placed(answers.symptoms[0], "BASELINE")
    course = follow_course(answers, [early], isolated=True)
    assert (course.baseline, course.peak, course.head_lift.relief) == (1, 4, "clear")
    late = placed(answers.symptoms[0], "HEAD_LIFT")
    assert follow_course(answers, [late], isolated=True).head_lift.after == 1


def test_the_usual_symptom_without_a_number_is_not_nothing() -> None:
    given = {
        "BASELINE": {"intensity": 0},
        "KNEE_EXTENSION": {"familiar": "yes"},
        "HEAD_LIFT": {"intensity": 0},
    }
    outcome = judge({"phases": given})
    assert outcome.code == "CANNOT_ASSESS_SYMPTOMS"
    assert "when it came" in outcome.text


@pytest.mark.parametrize("only", ["SLUMP", "HEAD_LIFT"])
def test_nothing_felt_must_be_said_of_the_last_part(only: str) -> None:
    assert (
        judge({"phases": {"BASELINE": {"intensity": 0}, only: {"intensity": 0}}}).code
        == "CANNOT_ASSESS_SYMPTOMS"
    )


@pytest.mark.parametrize(("familiar", "code"), [("no", "OTHER_SENSATION"), ("unsure", "FAMILIARITY_UNSURE")])
def test_what_was_felt_and_did_not_rise_was_still_felt(familiar: str, code: OutcomeCode) -> None:
    given = {
        "BASELINE": {"intensity": 2, "familiar": familiar},
        "KNEE_EXTENSION": {"intensity": 2, "familiar": familiar},
    }
    assert judge({"phases": given}).code == code


def test_stopping_is_accepted_without_a_reason() -> None:
    outcome = judge(NOTHING | {"stopped_in": "SLUMP"})
    assert outcome.code == "STOPPED"
    assert outcome.text.startswith("You stopped the test.")  # nobody said why


def test_new_numbness_is_a_point_to_stop_and_the_usual_one_is_not() -> None:
    numb = {"intensity": 2, "familiar": "no", "regions": CALF, "qualities": ["numbness"]}
    given = {"BASELINE": {"intensity": 0}, "KNEE_EXTENSION": numb}
    outcome = judge({"phases": given})
    assert outcome.code == "STOPPED"
    assert "numbness" in outcome.text
    assert "doctor today" in outcome.next_step
    assert judge({"phases": given, "intake": {"qualities": ["numbness"]}}).code == "OTHER_SENSATION"
    usual = {"KNEE_EXTENSION": numb | {"familiar": "yes"}, "HEAD_LIFT": {"intensity": 0}}
    assert judge({"phases": given | usual}).code == "EASED_WITH_HEAD_LIFT"


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "names"), SCREEN_GROUPS.items())
def test_each_red_flag_blocks_and_names_where_to_go(group: str, names: tuple[str, ...]) -> None:
    words = {
        "emergency": "emergency help now",
        "same_day": "today",
        "urgent": "urgently",
        "prompt": "soon",
        "clinician_only": "together with a doctor",
        "not_today": "Do not do the test today",
        "not_suitable": "suits you",
    }
    for name in names:
        outcome = judge({"screen": SCREENED | {name: "yes"}})
        assert outcome.code == "BLOCKED"
        assert words[group] in outcome.next_step


def test_of_several_red_flags_the_most_pressing_says_where_to_go() -> None:
    outcome = judge({"screen": {"weight_loss": "yes", "saddle_numbness": "yes"}})
    assert "emergency help now" in outcome.next_step
    assert "weight loss" in outcome.text


def test_every_question_of_the_screen_is_in_one_group() -> None:
    assert sorted(name for names in SCREEN_GROUPS.values() for name in names) == sorted(Screen.model_fields)


@pytest.mark.parametrize("reason", ["both_legs", "both_arms", "electric_shock_down_the_spine"])
def test_stopping_for_a_sign_of_the_cord_or_both_legs_is_urgent(reason: str) -> None:
    assert judge({"phases": phases(), "stop_reason": reason}).code == "URGENT"


def test_a_symptom_in_both_legs_is_urgent_however_it_was_entered() -> None:
    both = [{"region": "calf", "side": "left"}, {"region": "sole", "side": "right"}]
    outcome = judge({"phases": phases() | {"SLUMP": {"intensity": 1, "familiar": "yes", "regions": both}}})
    assert outcome.code == "URGENT"
    assert "both legs" in outcome.text
    assert "emergency" in outcome.next_step


@pytest.mark.parametrize(
    ("reason", "where"), [("new_numbness_or_weakness", "doctor today"), ("dizziness_or_vision", "urgently")]
)
def test_stopping_for_more_than_pain_names_where_to_go(reason: str, where: str) -> None:
    next_step = judge({"phases": phases(), "stop_reason": reason}).next_step
    assert where in next_step
    assert "Do not repeat the test." in next_step


def test_a_stop_rule_that_nobody_noticed_is_said_as_numbers() -> None:
    assert "reached 6 out of 10, from 1" in judge({"phases": phases(1, 6, 1)}).text


def test_an_unusable_clip_says_why_and_how_to_film_better() -> None:
    outcome = merged(ROWS["CANNOT_ASSESS_VIDEO"])
    assert FRONTAL.message in outcome.text
    assert FRONTAL.fix in outcome.next_step


# --- remarks -------------------------------------------------------------------------------------


def limits(outcome: Outcome) -> set[str]:
    return {remark.code for remark in outcome.limitations}


def added(outcome: Outcome) -> dict[str, str]:
    return {remark.code: remark.text for remark in outcome.addons}


def test_a_shallow_slump_limits_and_does_not_invalidate() -> None:
    shallow = CLEAN.model_copy(
        update={
            "phases": tuple(
                p.model_copy(update={"reached": p.phase not in ("SLUMP", "NECK_FLEXION")})
                for p in CLEAN.phases
            )
        }
    )
    outcome = judge({"phases": phases()}, shallow)
    assert outcome.code == "EASED_WITH_HEAD_LIFT"
    assert {"shallow_slump", "little_neck_flexion"} <= limits(outcome)


def test_what_is_known_less_well_is_a_limitation() -> None:
    outcome = judge(
        {
            "phases": phases(peak=2),
            "screen": None,
            "symptoms": [
                {"start_s": 3.0, "phase": "SLUMP", "intensity": 1, "familiar": "yes", "how": "afterwards"}
            ],
        },
        fake_session(ANGLES, findings=(DIM,)),
    )
    expected = {"screen_incomplete", "one_point", "change_not_said", "entered_afterwards", "dim"}
    assert expected <= limits(outcome)
    assert not limits(judge({"phases": phases(), "head_lift_change": "gone"}))


def test_a_knee_that_moved_a_little_is_a_limitation() -> None:
    remarked = ISOLATED.model_copy(update={"reasons": ("The knee may have moved a little (6°).",)})
    assert "moved_a_little" in limits(judge({"phases": phases()}, isolation=remarked))


def test_the_other_leg_is_a_limitation() -> None:
    left = [{"region": "calf", "side": "left"}]
    given = phases() | {"KNEE_EXTENSION": {"intensity": 4, "familiar": "yes", "regions": left}}
    assert "other_leg" in limits(judge({"phases": given}))


@pytest.mark.parametrize(("other_deg", "noted"), [(14 + 9.9, False), (14 + 10.1, True)])
def test_a_difference_between_sides_is_noted_from_ten_degrees(other_deg: float, noted: bool) -> None:
    outcome = judge({"phases": phases()}, other_side_knee_deg=other_deg)
    assert ("side_difference" in added(outcome)) is noted


@pytest.mark.parametrize(
    ("intensity", "minutes", "noted", "advised"),
    [(2, 10, False, False), (3, 9.9, True, False), (3, 10, True, True)],
)
def test_a_slow_recovery_is_added_and_after_ten_minutes_advises_contact(
    intensity: int, minutes: float, noted: bool, advised: bool
) -> None:
    recovery = {"intensity": intensity, "after_min": minutes}
    said = added(judge({"phases": phases(), "recovery": recovery})).get("slow_recovery", "")
    assert bool(said) is noted
    assert ("still at 3" in said) is advised


def test_a_recording_that_was_refused_gives_no_numbers() -> None:
    unusable = fake_session(ANGLES, findings=(FRONTAL, DIM))
    outcome = judge({"phases": phases()}, unusable, other_side_knee_deg=40)
    assert outcome.code == "CANNOT_ASSESS_VIDEO"
    assert "side_difference" not in added(outcome)
    assert limits(outcome) == set()


def test_below_the_knee_a_hip_hinge_and_a_repetition_are_added() -> None:
    hinge = Finding(code="HIP_HINGE", severity="warn", message="The trunk leaned.", fix="")
    session = fake_session(ANGLES, findings=(hinge,))
    outcome = judge({"phases": phases(), "intake": {"earlier_tests_24h": 1}}, session)
    assert outcome.code == "EASED_WITH_HEAD_LIFT"
    assert {"below_knee", "hip_hinge", "repeat_attempt"} <= set(added(outcome))
    assert "HIP_HINGE".lower() not in limits(outcome)


@pytest.mark.parametrize("code", CODES[:3])
def test_nothing_is_added_to_what_is_not_judged(code: OutcomeCode) -> None:
    outcome = merged(ROWS[code], {"answers": {"recovery": {"intensity": 6, "after_min": 20}}})
    assert (outcome.limitations, outcome.addons) == ((), ())
