"""What is asked about afterwards."""

from __future__ import annotations

import numpy as np
from fake_result import BOUNDS, fake_angles
from synthetic import Story, make_track, perform

from slumpcv.angles import Angles, measure
from slumpcv.answers import Mark
from slumpcv.marks import PhaseSpan
from slumpcv.moments import Moment, find_moments
from slumpcv.segmentation import segment

CLIP = fake_angles(gap=False)
SPANS = [PhaseSpan(name, start, end, start + 0.6 * (end - start), 1) for name, start, end in BOUNDS]


def kinds(moments: list[Moment]) -> list[tuple[str, str | None]]:
    return [(m.kind, m.phase) for m in moments]


def measured(story: Story) -> tuple[Angles, list[PhaseSpan]]:
    angles = measure(make_track(story, story.times()))
    return angles, list(segment(angles))


def test_a_calm_test_is_asked_about_in_its_order() -> None:
    moments = find_moments(CLIP, SPANS, [])
    assert kinds(moments) == [
        ("rest", "BASELINE"),
        ("phase", "SLUMP"),
        ("phase", "NECK_FLEXION"),
        ("phase", "KNEE_EXTENSION"),
        ("phase", "DORSIFLEXION"),
        ("head_lift", "HEAD_LIFT"),
    ]
    for moment, span in zip(moments, SPANS, strict=False):
        assert span.start_s < moment.at_s == moment.start_s < moment.end_s < span.end_s


def test_a_mark_is_asked_about_once_where_it_was_strongest() -> None:
    mark = Mark(start_s=11.0, end_s=14.0, familiar="yes", how="live")
    moments = find_moments(CLIP, SPANS[:4] + SPANS[5:], [mark])
    assert kinds(moments)[2:] == [
        ("phase", "NECK_FLEXION"),
        ("mark", "KNEE_EXTENSION"),
        ("head_lift", "HEAD_LIFT"),
    ]
    asked = moments[3]
    assert (asked.start_s, asked.end_s, asked.at_s, asked.mark) == (11.0, 14.0, 11.0, 0)


def test_a_mark_that_lasts_is_asked_about_once_for_all_that_it_covers() -> None:
    moments = find_moments(CLIP, SPANS, [Mark(start_s=8.5, end_s=14.5, how="live")])
    assert kinds(moments) == [
        ("rest", "BASELINE"),
        ("phase", "SLUMP"),
        ("mark", "DORSIFLEXION"),
        ("head_lift", "HEAD_LIFT"),
    ]


def test_at_rest_and_in_the_lift_the_own_question_stands_for_a_mark() -> None:
    marks = [Mark(start_s=1.0, end_s=2.0), Mark(start_s=17.0, end_s=18.0)]
    assert kinds(find_moments(CLIP, SPANS, marks)) == kinds(find_moments(CLIP, SPANS, []))


def test_a_knee_that_stops_short_is_asked_about_first() -> None:
    angles, spans = measured(perform(knee=50.0))
    first, *others = find_moments(angles, spans, [])
    assert (first.kind, first.phase) == ("knee_short", "KNEE_EXTENSION")
    assert ("phase", "KNEE_EXTENSION") not in kinds(others)
    knee = next(s for s in spans if s.phase == "KNEE_EXTENSION")
    assert knee.start_s < first.at_s < knee.end_s


def test_a_knee_that_stops_short_where_it_was_marked_is_no_surprise() -> None:
    angles, spans = measured(perform(knee=50.0))
    knee = next(s for s in spans if s.phase == "KNEE_EXTENSION")
    mark = Mark(start_s=knee.hold_start_s, end_s=knee.end_s, how="live")
    assert "knee_short" not in {m.kind for m in find_moments(angles, spans, [mark])}


def test_a_trunk_that_jerks_back_is_asked_about_at_that_moment() -> None:
    story = Story().sit(3).slump().chin().knee(hold_s=1.0)
    jerk_s = story.now_s
    story.change(move_s=0.4, hold_s=1.5, trunk_lean_deg=-14.0, head_angle_deg=-14.0).lift().sit_up().rest(2)
    angles, spans = measured(story)
    first = find_moments(angles, spans, [])[0]
    assert (first.kind, first.phase) == ("trunk_jerk", "KNEE_EXTENSION")
    assert abs(first.at_s - jerk_s) < 0.5


def test_a_trunk_that_leans_back_slowly_is_not_suspicious() -> None:
    story = Story().sit(3).slump().chin().knee(hold_s=0.5)
    story.change(move_s=2.5, hold_s=1.0, trunk_lean_deg=-10.0, head_angle_deg=-10.0).lift().sit_up().rest(2)
    angles, spans = measured(story)
    assert "trunk_jerk" not in {m.kind for m in find_moments(angles, spans, [])}


def test_a_knee_or_trunk_that_was_not_seen_is_not_suspicious() -> None:
    angles = fake_angles(gap=False)
    angles.knee_flexion_deg[:] = np.nan
    angles.trunk_lean_deg[:] = np.nan
    assert kinds(find_moments(angles, SPANS, []))[0] == ("rest", "BASELINE")


def test_without_phases_the_usual_ones_are_asked_about_over_the_whole_clip() -> None:
    moments = find_moments(CLIP, [], [])
    assert [m.phase for m in moments] == ["BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT"]
    assert {(m.start_s, m.end_s) for m in moments} == {(0.0, float(CLIP.time_s[-1]))}
