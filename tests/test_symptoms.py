"""Symptoms on the clip's own time: moments, reaction, what moved before."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from fake_result import BOUNDS, fake_angles

from slumpcv.angles import Angles
from slumpcv.answers import Answers
from slumpcv.correction import load_correction
from slumpcv.errors import InputError
from slumpcv.holds import ANGLES
from slumpcv.marks import PhaseSpan
from slumpcv.session import Symptom
from slumpcv.symptoms import LAGS, correlate, phase_at

CLIP = fake_angles(gap=False)
SPANS = [PhaseSpan(name, start, end, start + 0.6 * (end - start), 1) for name, start, end in BOUNDS]


def correlated(mark: dict[str, object], how: str = "replay", angles: Angles = CLIP) -> Symptom:
    answers = Answers.model_validate({"how": how, "symptoms": [mark]})
    return correlate(angles, SPANS, answers)[0]


def angle_at(name: str, time_s: float) -> float:
    return float(np.interp(time_s, CLIP.time_s, getattr(CLIP, name)))


def test_a_mark_on_the_replay_is_read_where_it_stands() -> None:
    symptom = correlated({"start_s": 11.0, "peak_s": 12.0, "end_s": 16.0, "intensity": 4})
    assert symptom.phase == "KNEE_EXTENSION"
    assert symptom.onset is not None
    assert symptom.peak is not None
    assert symptom.end is not None
    assert [m.time_s for m in (symptom.onset, symptom.peak, symptom.end)] == [11.0, 12.0, 16.0]
    assert symptom.end.phase == "HEAD_LIFT"
    for name in ANGLES:
        reading = symptom.onset.angles[name]
        assert reading.value == pytest.approx(angle_at(name, 11.0), abs=1e-3)
        assert reading.plus_minus == pytest.approx(load_correction().errors[name].value, abs=1e-3)


@pytest.mark.parametrize("how", LAGS)
def test_the_moment_is_as_wide_as_the_reaction(how: str) -> None:
    lag = LAGS[how]  # type: ignore[index]
    onset = correlated({"start_s": 11.0}, how).onset
    assert onset is not None
    assert (onset.time_s, onset.from_s, onset.to_s) == pytest.approx(
        (11.0 - lag.likely_s, 11.0 - lag.most_s, 11.0 - lag.least_s)
    )
    knee = onset.angles["knee_flexion_deg"]
    inside = CLIP.knee_flexion_deg[(CLIP.time_s >= onset.from_s) & (CLIP.time_s <= onset.to_s)]
    assert knee.low == pytest.approx(inside.min(), abs=1e-3)
    assert knee.high == pytest.approx(inside.max(), abs=1e-3)
    assert knee.low <= knee.value <= knee.high


def test_a_press_while_the_test_runs_is_put_back_to_what_was_felt() -> None:
    live, replay = correlated({"start_s": 10.6}, "live"), correlated({"start_s": 10.6}, "replay")
    assert live.onset is not None
    assert replay.onset is not None
    knees = [s.onset.angles["knee_flexion_deg"].value for s in (live, replay)]
    assert knees[0] > knees[1]  # it was still bent further when the symptom was felt


def test_each_mark_may_say_itself_who_entered_it_and_how() -> None:
    own = correlated({"start_s": 11.0, "how": "live", "entered_by": "therapist"}, "replay")
    assert (own.mark.how, own.mark.entered_by) == ("live", "therapist")
    assert correlated({"start_s": 11.0}, "replay").mark.how == "replay"


def test_what_moved_in_the_second_before_is_named_largest_first() -> None:
    slump = correlated({"start_s": 4.3}).moved_before
    assert slump[0].angle == "slump_index"
    knee = correlated({"start_s": 11.0}).moved_before
    assert [m.angle for m in knee] == ["knee_flexion_deg"]
    assert knee[0].change == pytest.approx(
        angle_at("knee_flexion_deg", 11.0) - angle_at("knee_flexion_deg", 10.0), abs=1e-3
    )
    assert correlated({"start_s": 14.9}).moved_before == ()


def test_a_symptom_tied_to_a_phase_began_somewhere_in_it() -> None:
    symptom = correlated({"phase": "KNEE_EXTENSION", "intensity": 3})
    assert symptom.onset is not None
    assert symptom.peak is not None
    assert symptom.onset.time_s is None
    assert (symptom.onset.from_s, symptom.onset.to_s) == (9.5, 12.5)
    knee = symptom.onset.angles["knee_flexion_deg"]
    assert knee.value is None
    assert knee.low == pytest.approx(14, abs=0.1)
    assert knee.high == pytest.approx(90, abs=0.1)
    assert symptom.peak.angles["knee_flexion_deg"].value == pytest.approx(14, abs=0.1)
    assert symptom.end is None


def test_a_phase_that_was_not_found_gives_no_moment() -> None:
    answers = Answers.model_validate({"symptoms": [{"phase": "SLUMP"}]})
    symptom = correlate(CLIP, SPANS[3:], answers)[0]
    assert (symptom.phase, symptom.onset, symptom.peak) == ("SLUMP", None, None)


def test_what_was_not_seen_is_nothing_and_not_zero() -> None:
    onset = correlated({"start_s": 10.75}, angles=fake_angles(gap=True)).onset
    assert onset is not None
    knee = onset.angles["knee_flexion_deg"]
    assert (knee.value, knee.plus_minus) == (None, None)
    assert knee.low is not None  # the seen ends of the stretch


def test_a_mark_after_the_end_of_the_clip_is_refused() -> None:
    with pytest.raises(InputError, match="30 s, and the clip ends at 23"):
        correlated({"start_s": 30.0})
    assert correlated({"start_s": 24.0}).onset is not None  # within what a typed time is off by


def test_the_outcome_does_not_depend_on_the_order_of_marks() -> None:
    marks = [{"start_s": 11.0}, {"start_s": 3.0}]
    both = correlate(CLIP, SPANS, Answers.model_validate({"symptoms": marks}))
    turned = correlate(CLIP, SPANS, Answers.model_validate({"symptoms": marks[::-1]}))
    assert both == turned[::-1]


def test_a_phase_holds_its_start_and_not_its_end() -> None:
    assert phase_at(SPANS, 2.5) == "SLUMP"
    assert phase_at(SPANS, 2.49) == "BASELINE"
    assert phase_at(SPANS, 99.0) is None


@pytest.mark.parametrize(
    ("mark", "phase"),
    [
        ({"start_s": 0.5, "end_s": 16.0}, "DORSIFLEXION"),  # the last part added while it lasted
        ({"start_s": 0.5, "end_s": 16.0, "peak_s": 11.0}, "KNEE_EXTENSION"),
        ({"start_s": 0.5}, "BASELINE"),
        ({"start_s": 16.0, "end_s": 17.0}, "HEAD_LIFT"),
        ({"start_s": 19.0}, "RETURN"),
        ({"phase": "SLUMP"}, "SLUMP"),
    ],
)
def test_the_intensity_belongs_to_where_it_was_strongest(mark: dict[str, object], phase: str) -> None:
    assert correlated(mark).strongest_in == phase


def test_of_several_attempts_the_judged_one_is_read() -> None:
    first = [PhaseSpan("KNEE_EXTENSION", 3.0, 6.0, 5.0, 1), PhaseSpan("RETURN", 6.0, 8.0, 7.0, 1)]
    second = [PhaseSpan(s.phase, s.start_s, s.end_s, s.hold_start_s, 2) for s in SPANS if s.start_s > 9]
    answers = Answers.model_validate({"symptoms": [{"phase": "KNEE_EXTENSION"}]})
    symptom = correlate(CLIP, first + second, answers)[0]
    assert symptom.onset is not None
    assert symptom.onset.from_s == 9.5


def test_a_clip_without_frames_places_nothing() -> None:
    empty = SimpleNamespace(time_s=np.array([]))
    answers = Answers.model_validate({"symptoms": [{"start_s": 0.5}]})
    symptom = correlate(empty, (), answers)[0]
    assert (symptom.onset, symptom.strongest_in) == (None, None)
