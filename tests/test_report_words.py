import io
import math
import re

import pytest
from fake_result import DIM, FRONTAL, ISOLATED, KNEE_MOVED, NO_LIFT, fake_result, without_phases
from rich.console import Console
from test_language import catalogue

from slumpcv.report.summary import print_summary
from slumpcv.report.wording import (
    by_weight,
    format_deg,
    format_index,
    headline,
    phase_label,
    stated_errors,
    verdict_sentence,
)
from slumpcv.session import Measured, Outcome

BANNED = re.compile(
    r"positive|negative|diagnos|%|per ?cent|damage|score|physical therapy|healthy|no problem|all good",
    re.IGNORECASE,
)
CASES = [(ISOLATED, (DIM,)), (KNEE_MOVED, ()), (NO_LIFT, (DIM, FRONTAL))]


def printed(session, **console):
    out = io.StringIO()
    print_summary(session, Console(file=out, **{"width": 80, **console}))
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (14.4, 2.1, "14° ±3"),
        (-0.3, 3.0, "0° ±3"),
        (-12.6, None, "-13°"),
        (None, 3.0, "not seen"),
        (math.nan, None, "not seen"),
        (5.0, math.nan, "5°"),
    ],
)
def test_degrees_are_whole_and_their_error_never_understated(value, error, text):
    assert format_deg(value, error) == text


def test_changes_carry_their_sign():
    assert format_deg(2.1, 3, signed=True) == "+2° ±3"
    assert format_deg(0.2, signed=True) == "0°"
    assert format_index(-0.004, 0.011, signed=True) == "0.00 ±0.02"
    assert format_index(0.126, 0.03, signed=True) == "+0.13 ±0.03"


def test_verdicts():
    assert verdict_sentence(ISOLATED) == "During the head lift only the head moved, by 34° ±3."
    moved = verdict_sentence(KNEE_MOVED)
    assert moved == (
        "More than the head moved during the head lift: the knee moved by up to 12° ±3 at 16.4 s (limit 5°)."
    )
    assert (
        verdict_sentence(NO_LIFT) == "It cannot be told whether only the head moved. No head lift was seen."
    )
    assert verdict_sentence(NO_LIFT.model_copy(update={"reasons": ()})) == "No head lift was seen."


def test_an_unusable_recording_is_never_given_a_verdict():
    session = fake_result(ISOLATED, (DIM, FRONTAL)).session
    assert headline(session).startswith("The view was not clear enough")
    assert FRONTAL.message in headline(session)
    assert "only the head" not in printed(session)


def test_weightiest_findings_come_first():
    assert by_weight([DIM, FRONTAL]) == [FRONTAL, DIM]


def test_curves_take_the_largest_error():
    session = fake_result().session
    measured = {
        "SLUMP": {"knee_flexion_deg": Measured(value=1.0, plus_minus=2.0)},
        "RETURN": {"knee_flexion_deg": Measured(value=1.0, plus_minus=4.0)},
        "RECOVERY": {"ankle_deg": Measured(value=None, plus_minus=None)},
    }
    session = session.model_copy(update={"measurements": measured})
    assert stated_errors(session) == {"knee_flexion_deg": 4.0}
    assert stated_errors(session, {"knee_flexion_deg": 1.5}) == {"knee_flexion_deg": 1.5}


def test_repetitions_are_numbered():
    phases = fake_result().session.phases
    again = phases[1].model_copy(update={"repetition": 2})
    assert phase_label(again, (*phases, again)) == "Slump 2"
    assert phase_label(phases[1], phases) == "Slump"


@pytest.mark.parametrize(("isolation", "findings"), CASES)
def test_summary_words(isolation, findings):
    text = printed(fake_result(isolation, findings).session)
    assert not BANNED.search(text)
    assert catalogue("en", "movement")["movement.no_outcome"] in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    for finding in findings:
        assert finding.fix in " ".join(text.split())


def test_summary_states_every_angle_with_its_error():
    text = printed(fake_result().session)
    row = next(line for line in text.splitlines() if line.strip().startswith("Straighten knee  14"))
    assert " ".join(row.split()[2:]) == "14 ±3 -4 ±2 58 ±4 62 ±4 55 ±5 -2 ±9 0.17 ±0.03"


def test_summary_says_what_was_not_seen():
    session = fake_result().session
    unseen = {"SLUMP": {"knee_flexion_deg": Measured(value=None, plus_minus=None)}}
    assert "not seen" in printed(session.model_copy(update={"measurements": unseen}))


def test_summary_without_phases_and_files_that_can_be_copied(tmp_path):
    session = without_phases(fake_result()).session
    out = io.StringIO()
    long = tmp_path / ("long-" * 20) / "session.json"
    print_summary(session, Console(file=out, width=40, force_terminal=True), [long])
    assert str(long) in out.getvalue()
    assert "Phases" not in out.getvalue()


def test_markup_in_messages_is_left_alone():
    finding = DIM.model_copy(update={"message": "Seen [bold]twice[/bold]."})
    assert "Seen [bold]twice[/bold]." in printed(fake_result(findings=(finding,)).session)


def test_a_session_that_is_not_judged_says_only_where_to_go() -> None:
    blocked = Outcome(
        code="BLOCKED", title="Please do not.", text="Why.", next_step="Go there.", limitations=(), addons=()
    )
    said = printed(fake_result().session.model_copy(update={"outcome": blocked}))
    assert "Go there." in said
    assert "only the head moved" not in said
    assert "Movement report" not in said
