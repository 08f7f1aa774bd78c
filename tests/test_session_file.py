"""Sessions come back as they were written, also those of older versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_result import FRONTAL, ISOLATED, KNEE_MOVED, NO_LIFT, FakeResult, fake_result
from test_answers import FULL

from slumpcv.analysis import Analysis, with_answers
from slumpcv.errors import InputError
from slumpcv.report.tables import session_json, write_session_json
from slumpcv.session import Isolation, Session
from slumpcv.session_file import load_session, parse_session


def answered(result: FakeResult) -> Session:
    return with_answers(Analysis(result.track, result.angles, (), result.session), FULL).session


def as_schema_1(session: Session) -> dict[str, Any]:
    """The session as version 0.1.0 wrote it."""
    data = json.loads(session_json(session))
    for name in ("language", "screen", "intake", "responses", "symptoms", "course", "outcome", "review"):
        del data[name]
    del data["isolation"]["status"]
    return data | {"schema_version": 1}


def test_every_field_comes_back(tmp_path: Path) -> None:
    session = answered(fake_result())
    assert all(value is not None for name, value in session if name != "review")
    write_session_json(tmp_path / "session.json", session)
    assert load_session(tmp_path) == load_session(tmp_path / "session.json") == session


def reasoned(reason: str) -> Isolation:
    return NO_LIFT.model_copy(update={"reasons": (reason,)})


@pytest.mark.parametrize(
    ("isolation", "status"),
    [
        (ISOLATED, "isolated"),
        (KNEE_MOVED, "moved"),
        (reasoned("The head was not lifted, or the lift could not be seen."), "no_lift"),
        (reasoned("The head was lifted too little to judge."), "small_lift"),
        (reasoned("It could not be seen whether the knee stayed still."), "unseen"),
        (reasoned("It is too close to call whether the back stayed still."), "too_close"),
        (
            reasoned("The holds around the head lift were too short to tell whether the knee stayed still."),
            "too_close",
        ),
    ],
)
def test_a_session_of_schema_1_opens(isolation: Isolation, status: str) -> None:
    old = as_schema_1(fake_result(isolation).session)
    opened = parse_session(json.dumps(old))
    assert (opened.schema_version, opened.isolation.status) == (3, status)
    assert (opened.outcome, opened.symptoms) == (None, ())
    assert opened.measurements == fake_result(isolation).session.measurements


def test_a_session_of_schema_2_opens_without_a_review() -> None:
    session = answered(fake_result())
    old = json.loads(session_json(session)) | {"schema_version": 2}
    del old["review"]
    assert parse_session(json.dumps(old)) == session


def test_an_unusable_session_of_schema_1_opens() -> None:
    old = as_schema_1(fake_result(NO_LIFT, findings=(FRONTAL,)).session)
    assert parse_session(json.dumps(old)).isolation.status == "unusable"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a readable session"),
        ("[]", "states no schema version"),
        ("{}", "states no schema version"),
        ('{"schema_version": 99}', "newer slumpcv"),
        ('{"schema_version": 2}', "software: Field required"),
        ('{"schema_version": 3, "review": 1}', "software: Field required"),
        ('{"schema_version": 1}', "does not follow schema 1"),
        ('{"schema_version": 1, "isolation": [], "quality": {"usable": true}}', "does not follow schema 1"),
        ('{"schema_version": 1, "isolation": {"isolated": null, "reasons": 3}, "quality": 1}', "schema 1"),
        ("[" * 100_000, "not a readable session"),
    ],
)
def test_what_is_no_session_is_refused_in_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "session.json"
    path.write_text(text)
    with pytest.raises(InputError, match=reason) as refused:
        load_session(path)
    assert "\n" not in str(refused.value)


def test_a_folder_without_a_session_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_session(tmp_path)
