"""What is done wrong in a guided test is said when it happens, once."""

from __future__ import annotations

from live_person import (
    END,
    REACTION_S,
    TO_CHIN,
    TO_KNEE,
    TO_SLUMP,
    Person,
    chin,
    knee,
    spoken_s,
    told,
)
from synthetic import CARRIED, KNEE_UP_DEG, LIFT, SLUMP


def test_too_fast_is_said_once() -> None:
    def fast(person: Person) -> None:
        person.move(move_s=0.8, knee_flexion_deg=KNEE_UP_DEG - 90.0)

    person = told(cue_slump=lambda p: p.move(move_s=0.7, **SLUMP, **CARRIED), cue_knee_extension=fast)
    assert person.prompts().count("mistake_too_fast") == 1
    assert person.prompts()[4] == "mistake_too_fast"


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
        "ask_brief",
        "cue_head_lift",
        "ask_brief",
        *END,
    ]


def test_leaning_from_the_hips() -> None:
    def lean(person: Person) -> None:
        person.move(trunk_lean_deg=40.0, head_angle_deg=40.0, face_pitch_deg=20.0)

    def round_the_back(person: Person) -> None:
        person.move(trunk_lean_deg=-15.0, slump_index=0.15, face_pitch_deg=20.0)

    person = told(cue_slump=lean, mistake_hip_hinge=round_the_back)
    assert person.prompts()[3:6] == ["cue_slump", "mistake_hip_hinge", "ask_again"]
    assert person.prompts().count("mistake_hip_hinge") == 1
    assert person.guide.record().status == "done"


def test_chin_not_down_when_the_knee_starts() -> None:
    person = told(cue_neck_flexion=knee, mistake_chin=chin)
    assert person.prompts() == [
        *TO_SLUMP,
        "cue_neck_flexion",
        "mistake_chin",
        "ask_brief",
        "cue_head_lift",
        "ask_brief",
        *END,
    ]


def test_the_knee_sinks_while_the_head_lifts() -> None:
    person = told(cue_head_lift=lambda p: p.move(**LIFT, knee_flexion_deg=14.0))
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "mistake_knee_sinks", "ask_brief", *END]


def test_the_trunk_rises_while_the_head_lifts() -> None:
    person = told(cue_head_lift=lambda p: p.move(**LIFT, trunk_lean_deg=-9.0, slump_index=-0.05))
    assert person.prompts() == [*TO_KNEE, "cue_head_lift", "mistake_trunk_rises", "ask_brief", *END]
