"""Answers: what the schemas take and refuse, files that people write, and the stories of the samples."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from slumpcv import answers_file
from slumpcv.analysis import with_answers
from slumpcv.answers import MIDLINE, Answers, Felt, Mark, Place, Region
from slumpcv.answers_file import load_answers, save_answers, template, write_new
from slumpcv.errors import InputError
from slumpcv.language import LANGUAGES, speaking
from slumpcv.report.tables import session_json
from slumpcv.session import OutcomeCode
from slumpcv.session_file import parse_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.analysis import Analysis

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
STORIES = sorted((SAMPLES / "answers").glob("*.yaml"))

FULL = Answers.model_validate(
    {
        "entered_by": "therapist",
        "how": "replay",
        "screen": {"foot_drop": "no", "pregnancy": "no"},
        "intake": {
            "side": "left",
            "regions": ["left calf", "low_back"],
            "qualities": ["tingling"],
            "onset": "injury",
            "over_6_weeks": "unsure",
            "tried": [{"what": "ice", "helped": "no"}, "rest"],
            "back_pain_now": "yes",
            "earlier_tests_24h": 1,
        },
        "phases": {"BASELINE": {"intensity": 0}, "HEAD_LIFT": {"intensity": 3, "familiar": "unsure"}},
        "head_lift_change": "same",
        "symptoms": [
            {"start_s": 3.25, "end_s": 5, "peak_s": 4.5, "intensity": 3, "how": "live"},
            {"phase": "SLUMP", "familiar": "no", "qualities": ["pull", "ache"]},
        ],
        "stop_reason": "wish",
        "stopped_in": "KNEE_EXTENSION",
        "warning_signs": ["both_arms"],
        "recovery": {"intensity": 2, "after_min": 2.5},
    }
)


def written(folder: Path, text: str, name: str = "answers.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# --- schemas -------------------------------------------------------------------------------------


def test_yes_and_no_may_be_what_yaml_makes_of_them(tmp_path: Path) -> None:
    path = written(tmp_path, "screen: {foot_drop: no, pregnancy: yes}\nphases: {SLUMP: {familiar: unsure}}")
    answers = load_answers(path)
    assert answers.screen is not None
    assert (answers.screen.foot_drop, answers.screen.pregnancy) == ("no", "yes")
    assert answers.phases["SLUMP"].familiar == "unsure"


@pytest.mark.parametrize("words", ["right calf", "calf right", {"region": "calf", "side": "right"}])
def test_a_place_may_be_written_in_words(words: object) -> None:
    assert Place.model_validate(words) == Place(region="calf", side="right")


@pytest.mark.parametrize("region", get_args(Region))
def test_only_places_along_the_spine_need_no_side(region: Region) -> None:
    if region in MIDLINE:
        assert Place(region=region).side is None
    else:
        with pytest.raises(ValidationError, match="needs a side"):
            Place(region=region)


def test_a_list_may_be_written_with_commas() -> None:
    felt = Felt.model_validate({"regions": "right calf, low back", "qualities": "pull, ache"})
    assert [p.region for p in felt.regions] == ["calf", "low_back"]
    assert felt.qualities == ("pull", "ache")


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ({}, "needs start_s"),
        ({"phase": "SLUMP", "end_s": 4}, "needs start_s as well"),
        ({"start_s": 4, "end_s": 3}, "ends before it starts"),
        ({"start_s": 4, "end_s": 6, "peak_s": 7}, "outside"),
        ({"start_s": 4, "peak_s": 3}, "outside"),
        ({"start_s": -1}, "greater than or equal to 0"),
        ({"start_s": float("nan")}, "finite"),
        ({"start_s": 4, "intensity": 11}, "less than or equal to 10"),
        ({"start_s": 4, "intensity": 2.5}, "integer"),
        ({"start_s": 4, "colour": "red"}, "not permitted"),
    ],
)
def test_marks_that_make_no_sense_are_refused(mark: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Mark.model_validate(mark)


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_as_written_answers_nothing(tmp_path: Path, language: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        path = written(tmp_path, template())
    assert load_answers(path) == Answers()


def test_the_template_filled_in_as_its_comments_say(tmp_path: Path) -> None:
    filled = template()
    for blank, answer in (
        ("  saddle_numbness:\n", "  saddle_numbness: no\n"),
        ("  side:\n", "  side: right\n"),
        ("  tried:\n  # tried: ", "  tried: "),
        ("  # - start_s", "  - start_s"),
        ("  #   ", "    "),
        ("head_lift_change:\n", "head_lift_change: eased\n"),
        ("warning_signs:\n", "warning_signs: both_arms\n"),
    ):
        assert blank in filled
        filled = filled.replace(blank, answer)
    answers = load_answers(written(tmp_path, filled))
    assert answers.symptoms[0].start_s == 10.5
    assert answers.intake is not None
    assert answers.intake.tried[0].what == "stretching"
    assert answers.head_lift_change == "eased"
    assert answers.warning_signs == ("both_arms",)


@pytest.mark.parametrize("name", ["answers.yaml", "answers.json"])
def test_every_answer_comes_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".json"):
        path.write_text(FULL.model_dump_json(), encoding="utf-8")
    else:
        save_answers(path, FULL)
    assert load_answers(path) == FULL


BAD = {
    "nothing": ("", "no answers"),
    "a list": ("- a\n- b\n", "no answers"),
    "not YAML": ("screen: [", "neither YAML nor JSON"),
    "a reference": ("a: &x [1]\nb: *x\n", "refers back"),
    "a key twice": ("how: live\nhow: replay\n", "stands in it twice"),
    "an unknown key": ("colour: red\n", "colour"),
    "an unknown question": ("screen: {hungry: yes}\n", "screen > hungry"),
    "an impossible answer": ("phases: {SLUMP: {intensity: 12}}\n", "not 12"),
    "an unknown phase": ("phases: {DANCE: {intensity: 1}}\n", "DANCE"),
    "a newer schema": ("schema_version: 2\n", "newer slumpcv"),
    "a program": ("!!python/object/apply:os.system [ls]\n", "neither YAML nor JSON"),
}


@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as refused:
        load_answers(written(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_missing_a_binary_and_an_endless_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_answers(tmp_path / "none.yaml")
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\r\n\xff")
    with pytest.raises(InputError, match="neither YAML nor JSON"):
        load_answers(tmp_path / "picture.yaml")
    monkeypatch.setattr(answers_file, "LARGEST_BYTES", 10)
    with pytest.raises(InputError, match="too large"):
        load_answers(written(tmp_path, "how: live\n" * 3))


def test_a_template_is_not_written_over_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, "mine")
    with pytest.raises(InputError, match="there already"):
        write_new(path, "new")
    assert path.read_text() == "mine"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answers.yaml"
        path.write_text(text, encoding="utf-8", errors="replace")
        with suppress(InputError):
            assert isinstance(load_answers(path), Answers)


# --- the stories of the samples ------------------------------------------------------------------


def clip_of(story: Path) -> str:
    """The clip that a story names in its first line; those that no clip can change name none."""
    first = story.read_text(encoding="utf-8").splitlines()[0]
    return (
        first.removeprefix("# clip: ").removesuffix(".mp4") if first.startswith("# clip: ") else "right_plain"
    )


def test_there_is_a_story_for_every_outcome() -> None:
    assert sorted(story.stem for story in STORIES) == sorted(get_args(OutcomeCode))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_each_story_ends_as_its_name_says(story: Path, sample_analysis: Callable[[str], Analysis]) -> None:
    answered = with_answers(sample_analysis(clip_of(story)), load_answers(story))
    assert answered.session.outcome is not None
    assert answered.session.outcome.code == story.stem
    assert parse_session(session_json(answered.session)) == answered.session
