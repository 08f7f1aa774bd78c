"""The questions: the way through them, and the terminal that puts them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from slumpcv import cli
from slumpcv.analysis import Analysis, write_results
from slumpcv.answers import Answers, Screen
from slumpcv.answers_file import load_answers
from slumpcv.asking import ask
from slumpcv.errors import InputError
from slumpcv.language import speaking
from slumpcv.report.terminal import Terminal
from slumpcv.session_file import load_session

PLAIN = Path(__file__).resolve().parents[1] / "samples" / "right_plain.mp4"


class Scripted:
    """Answers each question by the first entry whose words stand in it; the rest with nothing."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {words.replace("_", " "): list(given) for words, given in answers.items()}
        self.asked: list[str] = []
        self.said: list[str] = []

    def say(self, words: str) -> None:
        self.said.append(words)

    def choose(self, question: str, kind: str, options: Sequence[str]) -> str | None:
        answer = self._next(question)
        assert answer is None or answer in options, (kind, answer)
        return answer

    def choose_some(self, question: str, kind: str, options: Sequence[str]) -> list[str]:
        answer = self._next(question) or []
        assert set(answer) <= set(options), kind
        return answer

    def number(self, question: str, least: float, most: float, whole: bool) -> float | None:
        answer = self._next(question)
        assert answer is None or least <= answer <= most
        assert not whole or answer is None or answer == int(answer)
        return answer

    def _next(self, question: str) -> Any:
        self.asked.append(question)
        for words, given in self.answers.items():
            if words in question and given:
                return given.pop(0)
        return None


def asked(**answers: Any) -> tuple[Answers, Scripted, list[Answers]]:
    asker, saved = Scripted(**answers), []
    return ask(asker, saved.append), asker, saved


def test_nothing_answered_is_nothing_known() -> None:
    answers, asker, _ = asked()
    assert answers == Answers()
    assert sum("Is this true for you" in q for q in asker.asked) == len(Screen.model_fields)


def test_the_first_red_flag_ends_the_questions() -> None:
    answers, asker, saved = asked(foot_that_drops=["yes"])
    assert answers.screen is not None
    assert answers.screen.flags == ("foot_drop",)
    assert "foot that drops" in asker.asked[-1]
    assert saved == [answers]


def test_what_was_felt_is_asked_only_where_something_was() -> None:
    answers, asker, _ = asked(
        How_strong_is_it=[0, 0, 2, 4, None, 1],
        usual_symptom=["yes", "yes", "unsure"],
        Where_do_you_feel=[["calf", "low_back"]],
        **{"calf: on": ["right"]},
    )
    assert [(p, f.intensity, f.familiar) for p, f in answers.phases.items()] == [
        ("BASELINE", 0, None),
        ("SLUMP", 0, None),
        ("NECK_FLEXION", 2, "yes"),
        ("KNEE_EXTENSION", 4, "yes"),
        ("HEAD_LIFT", 1, "unsure"),
    ]
    places = answers.phases["NECK_FLEXION"].regions
    assert [(p.region, p.side) for p in places] == [("calf", "right"), ("low_back", None)]
    assert sum("usual symptom" in q for q in asker.asked) == 3


def test_answers_that_conflict_are_asked_once_more() -> None:
    answers, asker, _ = asked(
        How_strong_is_it=[0, 0, 0, 3, None, 3, 1],
        usual_symptom=["yes", "yes"],
        lifted_only_your_head=["gone", "eased"],
    )
    assert any("do not agree" in words and "3" in words for words in asker.said)
    assert answers.head_lift_change == "eased"
    assert answers.phases["HEAD_LIFT"].intensity == 1
    assert answers.phases["HEAD_LIFT"].familiar == "yes"


def test_symptoms_are_asked_until_there_is_no_further_one() -> None:
    answers, _, _ = asked(
        begin_to_feel=[10.5, 14.0], did_it_stop=[16.0], strongest=[12.0], How_strong_is_it=[None] * 6 + [4, 0]
    )
    first, second = answers.symptoms
    assert (first.start_s, first.peak_s, first.end_s, first.intensity) == (10.5, 12.0, 16.0, 4)
    assert (second.start_s, second.end_s) == (14.0, None)


def test_toes_up_and_times_after_the_end_are_not_asked_for() -> None:
    asker = Scripted(begin_to_feel=[3.0])
    ask(asker, lambda _: None, toes=False, clip_end_s=5.0)
    assert not any("toes" in words for words in asker.said)
    late = Scripted(begin_to_feel=[6.0])
    with pytest.raises(AssertionError):
        ask(late, lambda _: None, clip_end_s=5.0)


def test_stopping_and_recovery_are_asked_for_what_belongs_to_them() -> None:
    answers, _, saved = asked(
        If_you_stopped=["wish"],
        which_part=["SLUMP"],
        after_the_test=[["both_arms"], 2],
        How_many_minutes=[3.0],
    )
    assert (answers.stop_reason, answers.stopped_in) == ("wish", "SLUMP")
    assert answers.warning_signs == ("both_arms",)
    assert answers.recovery is not None
    assert (answers.recovery.intensity, answers.recovery.after_min) == (2, 3.0)
    assert len(saved) >= 4


# --- the terminal --------------------------------------------------------------------------------


def terminal(monkeypatch: pytest.MonkeyPatch, typed: str) -> tuple[Terminal, io.StringIO]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    shown = io.StringIO()
    return Terminal(Console(file=shown, width=100)), shown


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1\n", "yes"),
        ("no\n", "no"),
        ("u\n", "unsure"),
        ("\n", None),
        ("9\nmaybe\n3\n", "unsure"),
        ("YES\n", "yes"),
    ],
)
def test_one_option_is_chosen_by_number_or_words(
    monkeypatch: pytest.MonkeyPatch, typed: str, answer: str | None
) -> None:
    asker, shown = terminal(monkeypatch, typed)
    assert asker.choose("Is it?", "answer", ("yes", "no", "unsure")) == answer
    assert "3 unsure" in shown.getvalue()
    assert ("does not fit" in shown.getvalue()) == (typed.count("\n") > 1)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("1 3\n", ["pain", "pull"]), ("ache, pull\n", ["ache", "pull"]), ("\n", []), ("7\n2\n", ["ache"])],
)
def test_several_options_are_chosen(monkeypatch: pytest.MonkeyPatch, typed: str, answer: list[str]) -> None:
    asker, _ = terminal(monkeypatch, typed)
    assert asker.choose_some("What?", "quality", ("pain", "ache", "pull")) == answer


@pytest.mark.parametrize(("typed", "answer"), [("4\n", 4), ("11\n-1\n4.5\nx\n10\n", 10), ("\n", None)])
def test_whole_numbers_keep_to_their_limits(
    monkeypatch: pytest.MonkeyPatch, typed: str, answer: int | None
) -> None:
    asker, _ = terminal(monkeypatch, typed)
    assert asker.number("How strong?", 0, 10, whole=True) == answer


def test_seconds_may_have_a_comma_and_no_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    asker, _ = terminal(monkeypatch, "nan\ninf\n2,5\n")
    assert asker.number("When?", 0, 99, whole=False) == 2.5


def test_options_are_in_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking("de"):
        asker, shown = terminal(monkeypatch, "ja\n")
        assert asker.choose("?", "answer", ("yes", "no")) == "yes"
    assert "2 nein" in shown.getvalue()


def test_without_a_terminal_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asker, _ = terminal(monkeypatch, "")
    with pytest.raises(InputError, match="--template"):
        asker.choose("?", "answer", ("yes", "no"))


# --- the commands --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory, sample_analysis: Callable[[str], Analysis]) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    write_results(sample_analysis("right_plain"), folder)
    return folder / "track.npz"


def run_cli(monkeypatch: pytest.MonkeyPatch, *arguments: object, typed: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    monkeypatch.setattr(sys, "argv", ["slumpcv", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_ask_keeps_the_answers_and_gives_the_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, track: Path
) -> None:
    assert run_cli(monkeypatch, "ask", track, "-o", tmp_path, typed="no\n" * 4 + "yes\n") == 0
    session = load_session(tmp_path)
    assert session.outcome is not None
    assert session.outcome.code == "BLOCKED"
    assert load_answers(tmp_path / "answers.yaml").screen == session.screen


def test_ask_loses_nothing_when_the_input_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, track: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered = "no\n" * len(Screen.model_fields)
    assert run_cli(monkeypatch, "ask", track, "-o", tmp_path, typed=answered) == 1
    assert "--template" in capsys.readouterr().err
    kept = load_answers(tmp_path / "answers.yaml").screen
    assert kept is not None
    assert kept.unanswered == ()
    assert load_session(tmp_path).outcome is None  # what was measured is there too


def test_ask_does_not_write_over_answers_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, track: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "answers.yaml"
    mine.write_text("how: live\n")
    assert run_cli(monkeypatch, "ask", track, "-o", tmp_path, typed="no\n" * 4 + "yes\n") == 1
    assert "answers.yaml" in capsys.readouterr().err
    assert mine.read_text() == "how: live\n"


def test_a_symptom_after_the_end_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, track: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = tmp_path / "late.yaml"
    late.write_text("symptoms: [{start_s: 95}]")
    assert run_cli(monkeypatch, "analyze", track, "-o", tmp_path / "out", "--answers", late) == 1
    said = capsys.readouterr().err
    assert "95 s, and the clip ends at 23" in said
    assert "track.npz --answers FILE" in said
    assert load_session(tmp_path / "out").outcome is None


def test_analyze_takes_answers_and_a_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, track: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = PLAIN.parent / "answers" / "EASED_WITH_HEAD_LIFT.yaml"
    options = ("--answers", story, "--language", "de")
    assert run_cli(monkeypatch, "analyze", track, "-o", tmp_path / "out", *options) == 0
    session = load_session(tmp_path / "out")
    assert session.outcome is not None
    assert (session.language, session.outcome.code) == ("de", "EASED_WITH_HEAD_LIFT")
    assert session.outcome.title in capsys.readouterr().out


def test_bad_answers_are_refused_before_the_slow_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, track: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "answers.yaml"
    bad.write_text("phases: {SLUMP: {intensity: 12}}")
    assert run_cli(monkeypatch, "analyze", track, "-o", tmp_path / "out", "--answers", bad) == 1
    assert "not 12" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_other_side_must_be_the_other_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, track: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = PLAIN.parent / "answers" / "NOT_REPRODUCED.yaml"
    options = ("--answers", story, "--other-side", track.parent)
    assert run_cli(monkeypatch, "analyze", track, "-o", tmp_path / "out", *options) == 1
    assert "same side" in capsys.readouterr().err
    assert run_cli(monkeypatch, "analyze", track, "--other-side", track.parent) == 2


def test_answers_writes_a_template_and_checks_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    assert run_cli(monkeypatch, "answers", "--template", "-o", path) == 0
    assert run_cli(monkeypatch, "answers", "--template", "-o", path) == 1
    assert run_cli(monkeypatch, "answers", path) == 0
    assert "can be read" in capsys.readouterr().out
    assert run_cli(monkeypatch, "answers") == 2
    assert run_cli(monkeypatch, "answers", path, "--template") == 2
