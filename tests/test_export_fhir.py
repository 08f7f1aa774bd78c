"""The FHIR Bundle: valid, coded as configured, about nobody, and the same for the same session."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from export_case import ANSWERS, CLIP_SHA256, drawn_analysis, write_case
from fake_result import FRONTAL, ISOLATED, NO_LIFT, fake_angles, fake_session
from fhir.resources.R4B.bundle import Bundle
from pydantic import BaseModel
from report_stories import STORIES, told

from slumpcv.errors import InputError
from slumpcv.export.fhir import make_bundle, write_fhir
from slumpcv.export.fhir_parts import codes, concept
from slumpcv.export.source import Result, open_result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slumpcv.export.fhir_parts import Json
    from slumpcv.session import Session

ITEM_TYPES = ("group", "choice", "integer", "decimal")
DATE = "2026-03-31T10:00:00+02:00"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("case")
    write_case(folder)
    return folder


@pytest.fixture(scope="module")
def bundle(case: Path) -> Json:
    return make_bundle(open_result(case), date=DATE)


def of_type(bundle: Json, kind: str) -> list[Json]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def made_from(session: Session, folder: Path) -> Json:
    return make_bundle(Result(folder, session), date=DATE)


def parts(observation: Json) -> dict[str, Json]:
    return {c["code"]["text"]: c for c in observation["component"]}


def phase(bundle: Json, label: str) -> Json:
    return next(o for o in of_type(bundle, "Observation") if o["code"]["text"].endswith(f"held, {label}"))


def check_enums(model: BaseModel) -> None:
    """Check the codes that FHIR requires, which the models know of but do not check."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        allowed = (field.json_schema_extra or {}).get("enum_values")
        if name == "type" and type(model).__name__ == "QuestionnaireItem":
            allowed = ITEM_TYPES  # the model lists the first few only
        for item in value if isinstance(value, list) else [value]:
            assert item is None or not allowed or item in allowed, f"{type(model).__name__}.{name}: {item}"
            if isinstance(item, BaseModel):
                check_enums(item)


def walk(value: Any) -> Iterator[Any]:
    yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(item)


@pytest.mark.parametrize("answers", [ANSWERS, None])
def test_it_is_valid_with_and_without_answers(answers: Any, tmp_path: Path) -> None:
    made = made_from(drawn_analysis(answers).session, tmp_path)
    check_enums(Bundle.model_validate(made))
    assert len(of_type(made, "Questionnaire")) == len(of_type(made, "QuestionnaireResponse")) == bool(answers)
    assert all(item not in ("", [], {}, None) for item in walk(made)), "FHIR knows nothing empty"


@pytest.mark.parametrize(("isolation", "findings"), [(NO_LIFT, ()), (ISOLATED, (FRONTAL,))])
def test_what_is_missing_or_unusable_has_a_reason_in_place_of_a_value(
    isolation: Any, findings: Any, tmp_path: Path
) -> None:
    made = made_from(fake_session(fake_angles(), isolation, findings), tmp_path)
    check_enums(Bundle.model_validate(made))
    lift = next(o for o in of_type(made, "Observation") if "only the head move" in o["code"]["text"])
    unusable = bool(findings)
    reason = "error" if unusable else "unknown"
    assert all(c["dataAbsentReason"]["coding"][0]["code"] == reason for c in lift["component"])
    knee = parts(phase(made, "Straighten knee"))["Knee, degrees of flexion (0 is straight)"]
    assert ("valueQuantity" in knee) is not unusable
    if unusable:
        assert knee["dataAbsentReason"]["coding"][0]["code"] == "error"


def test_every_reference_leads_to_a_resource_and_nothing_is_final(bundle: Json) -> None:
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    references = {v["reference"] for v in walk(bundle) if isinstance(v, dict) and "reference" in v}
    assert references <= set(addresses)
    assert bundle["type"] == "collection"
    for resource in (*of_type(bundle, "Observation"), *of_type(bundle, "DiagnosticReport")):
        assert resource["status"] == "preliminary"
    (provenance,) = of_type(bundle, "Provenance")
    assert {t["reference"] for t in provenance["target"]} == set(addresses[:-1])


def test_codes_units_and_method(bundle: Json, case: Path) -> None:
    held = phase(bundle, "Straighten knee")
    session = open_result(case).session
    assert held["method"]["text"] == "2D markerless video, slump position"
    knee = parts(held)["Knee, degrees of flexion (0 is straight)"]
    assert knee["code"]["coding"] == [{"system": "http://loinc.org", "code": "41349-2"}]
    measured = session.measurements["KNEE_EXTENSION"]["knee_flexion_deg"]
    ucum = "http://unitsofmeasure.org"
    assert knee["valueQuantity"] == {"value": measured.value, "unit": "deg", "system": ucum, "code": "deg"}
    band = parts(held)["Knee, degrees of flexion (0 is straight), 95 % error band, plus or minus"]
    assert band["valueQuantity"]["value"] == measured.plus_minus
    felt = parts(held)["Intensity, 0 to 10"]
    assert felt["code"]["coding"][0]["code"] == "72514-3"
    assert (felt["valueQuantity"]["value"], felt["valueQuantity"]["code"]) == (4, "{score}")
    assert (
        "coding" not in parts(phase(bundle, "Sit tall"))["Knee, degrees of flexion (0 is straight)"]["code"]
    )


def test_a_left_knee_has_the_left_code_and_a_posture_none() -> None:
    assert concept("knee_flexion_deg", "left", "KNEE_EXTENSION")["coding"][0]["code"] == "41345-0"
    assert "coding" not in concept("knee_flexion_deg", "left", "HEAD_LIFT")
    assert "coding" not in concept("knee_flexion_deg", None, "KNEE_EXTENSION")
    listed = {c["code"]: c["side"] for c in codes()["knee_flexion_deg"]["coding"]}
    assert listed == {"41349-2": "right", "41345-0": "left", "41347-6": "right", "41343-5": "left"}


def test_every_concept_has_a_text() -> None:
    for name, configured in codes().items():
        if name not in ("systems", "absent", "units"):
            assert configured["text"], name


def test_a_symptom_has_its_time_as_a_value_and_a_range(bundle: Json) -> None:
    seen = of_type(bundle, "Observation")
    symptom = next(o for o in seen if o["code"]["text"].startswith("Slump test, symptom"))
    found = parts(symptom)
    assert found["time in the clip, onset"]["valueQuantity"]["value"] == 14.5
    bounds = found["time in the clip, onset, lowest and highest possible"]["valueRange"]
    assert (bounds["low"]["value"], bounds["high"]["value"]) == (14.0, 15.0)
    assert found["Where"]["valueCodeableConcept"]["text"] == "calf, right"


def test_a_symptom_in_an_unusable_recording_has_no_angles(tmp_path: Path) -> None:
    session = drawn_analysis().session
    session = session.model_copy(update={"quality": session.quality.model_copy(update={"usable": False})})
    made = made_from(session, tmp_path)
    check_enums(Bundle.model_validate(made))
    seen = of_type(made, "Observation")
    found = parts(next(o for o in seen if o["code"]["text"].startswith("Slump test, symptom")))
    knee = found["Knee, degrees of flexion (0 is straight), onset"]
    assert "valueQuantity" not in knee
    assert knee["dataAbsentReason"]["coding"][0]["code"] == "error"
    assert [name for name in found if name.startswith("Knee")] == [
        f"Knee, degrees of flexion (0 is straight), {moment}" for moment in ("onset", "peak", "end")
    ]
    assert found["time in the clip, onset"]["valueQuantity"]["value"] == 14.5


@pytest.mark.parametrize("name", ["BLOCKED", "URGENT", "STOPPED"])
def test_after_what_comes_first_no_verdict_on_the_head_lift_is_stated(name: str, tmp_path: Path) -> None:
    session = told(STORIES[name]).session
    assert session.isolation.isolated is True
    made = made_from(session, tmp_path)
    check_enums(Bundle.model_validate(made))
    lift = next(o for o in of_type(made, "Observation") if "only the head move" in o["code"]["text"])
    for part in (lift, *lift["component"]):
        assert part["dataAbsentReason"]["coding"][0]["code"] == "error"
        assert not any(key.startswith("value") for key in part)
    assert lift["note"] == [{"text": session.outcome.title}]


def test_every_answer_belongs_to_a_question_and_is_one_of_its_choices(bundle: Json) -> None:
    (asked,) = of_type(bundle, "Questionnaire")
    (answered,) = of_type(bundle, "QuestionnaireResponse")
    assert answered["questionnaire"] == asked["url"]
    questions = {q["linkId"]: q for group in asked["item"] for q in group["item"]}
    given = {a["linkId"]: a["answer"] for group in answered["item"] for a in group["item"]}
    assert given.keys() <= questions.keys()
    for link, answers in given.items():
        options = [o["valueCoding"] for o in questions[link].get("answerOption", [])]
        assert all(a["valueCoding"] in options for a in answers if "valueCoding" in a)
        assert len(answers) == 1 or questions[link]["repeats"]
    assert len([link for link in given if link.startswith("screen.")]) == 23
    assert given["phase.KNEE_EXTENSION.intensity"] == [{"valueInteger": 4}]
    assert [a["valueCoding"]["code"] for a in given["phase.KNEE_EXTENSION.regions"]] == [
        "calf.right",
        "low_back",
    ]
    assert given["intake.tried.ice"][0]["valueCoding"]["display"] == "not answered"
    assert "intake.headaches" not in given


def test_files_are_named_by_their_content_alone(bundle: Json, case: Path) -> None:
    documents = [d["content"][0]["attachment"] for d in of_type(bundle, "DocumentReference")]
    names = {bytes.fromhex(CLIP_SHA256), hashlib.sha256((case / "report.pdf").read_bytes()).digest()}
    told = {base64.urlsafe_b64decode(d["url"].removeprefix("ni:///sha-256;") + "=") for d in documents}
    assert told == names
    text = json.dumps(bundle)
    assert "report.pdf" not in text
    assert str(case) not in text


def test_it_is_about_nobody_unless_a_pseudonym_is_given(bundle: Json, case: Path) -> None:
    assert "Patient" not in {e["resource"]["resourceType"] for e in bundle["entry"]}
    assert "subject" not in json.dumps(bundle)
    named = make_bundle(open_result(case), "P-017", DATE)
    check_enums(Bundle.model_validate(named))
    (patient,) = of_type(named, "Patient")
    assert patient == {"resourceType": "Patient", "identifier": [{"value": "P-017"}]}
    address = named["entry"][0]["fullUrl"]
    assert all(o["subject"] == {"reference": address} for o in of_type(named, "Observation"))


@pytest.mark.parametrize("pseudonym", ["", "  ", "a\nb", "x" * 65, "\x1b[2J"])
def test_a_pseudonym_that_cannot_be_one_is_refused(pseudonym: str, case: Path) -> None:
    with pytest.raises(InputError, match="pseudonym"):
        make_bundle(open_result(case), pseudonym, DATE)


def test_the_same_session_and_date_give_the_same_bytes_and_another_date_the_same_addresses(
    case: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_fhir(tmp_path / name, open_result(case), date="2026-03-31T10:00:00Z")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    later = make_bundle(open_result(case))
    first = json.loads((tmp_path / "a").read_text())
    assert [e["fullUrl"] for e in later["entry"]] == [e["fullUrl"] for e in first["entry"]]
    assert later["timestamp"] != first["timestamp"] == "2026-03-31T10:00:00+00:00"


def test_a_date_without_a_time_is_taken_and_nonsense_is_not(case: Path) -> None:
    assert make_bundle(open_result(case), date="2026-03-31")["timestamp"].startswith("2026-03-31T00:00:00")
    with pytest.raises(InputError, match="'yesterday' is not a date"):
        make_bundle(open_result(case), date="yesterday")


def test_the_report_says_outcome_and_next_step_or_that_there_is_none(bundle: Json, tmp_path: Path) -> None:
    (report,) = of_type(bundle, "DiagnosticReport")
    outcome = drawn_analysis().session.outcome
    assert outcome.next_step in report["conclusion"]
    assert report["conclusionCode"] == [{"text": outcome.code}]
    (without,) = of_type(made_from(drawn_analysis(None).session, tmp_path), "DiagnosticReport")
    assert "no outcome is given" in without["conclusion"]
    assert "conclusionCode" not in without


@pytest.mark.parametrize(
    "changes", [{"software": {"model": ""}}, {"clip": {"sha256": "not hexadecimal"}}], ids=["empty", "hash"]
)
def test_a_session_that_fhir_cannot_hold_is_said(
    changes: dict[str, dict[str, str]], case: Path, tmp_path: Path
) -> None:
    session = open_result(case).session
    for name, fields in changes.items():
        session = session.model_copy(update={name: getattr(session, name).model_copy(update=fields)})
    with pytest.raises(InputError, match="cannot be written as FHIR") as caught:
        write_fhir(tmp_path / "a.json", Result(tmp_path, session))
    assert "\n" not in str(caught.value)


def test_without_fhir_resources_it_is_said_how_to_get_it(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.bundle", None)
    with pytest.raises(InputError, match=r'pip install "slumpcv\[fhir\]"'):
        write_fhir(tmp_path / "a.json", open_result(case))
    assert not (tmp_path / "a.json").exists()
