"""A session as one FHIR R4 Bundle (``collection``), for health records.

Whom it is about is not in it, unless a pseudonym is given. Addresses of resources are made from
their content; the same session and date give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from slumpcv.errors import InputError
from slumpcv.export.fhir_observations import observations
from slumpcv.export.fhir_parts import concept, named_by_content, reference, urn
from slumpcv.export.fhir_questions import questionnaire, questionnaire_response, questions
from slumpcv.export.moment import moment_of
from slumpcv.language import speaking, text
from slumpcv.report.tables import session_json
from slumpcv.report.wording import headline

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.export.fhir_parts import Json
    from slumpcv.export.source import Result
    from slumpcv.session import Session

REPORT_NAME = "report.pdf"
LONGEST_PSEUDONYM = 64
VIDEO_TYPES = {
    "mp4": "video/mp4",
    "matroska": "video/x-matroska",
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
}


def write_fhir(path: Path, result: Result, patient_id: str | None = None, date: str | None = None) -> None:
    """Write the Bundle as JSON, once fhir.resources has found it valid.

    Parameters
    ----------
    path : the file to write.
    result : the result folder; ``report.pdf`` is referred to by its hash if it is there.
    patient_id : a pseudonym; None leaves out any patient.
    date : when the record was made, ISO 8601; None is now.

    Raises
    ------
    InputError
        When fhir.resources is not installed, pseudonym or date cannot be used, or the session
        holds what FHIR does not allow, such as an empty text.
    """
    try:
        bundle = make_bundle(result, patient_id, date)
        validate(bundle)
        words = json.dumps(bundle, indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InputError(
            f"The session cannot be written as FHIR ({_first_reason(error)})",
            "Analyse the clip or its track.npz again.",
        ) from error
    path.write_text(words + "\n", encoding="utf-8", newline="\n")


def validate(bundle: Json) -> None:
    """Check a Bundle against the models of fhir.resources.

    Raises
    ------
    InputError
        When fhir.resources is not installed.
    ValueError
        When the Bundle is not valid.
    """
    try:
        from fhir.resources.R4B.bundle import Bundle
    except ImportError as error:
        raise InputError(
            "FHIR files are checked with the package fhir.resources, which is not installed",
            'Install it with: pip install "slumpcv[fhir]".',
        ) from error
    Bundle.model_validate(bundle)


def _first_reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        # Its own message may be a regular expression over several lines.
        return f"{'.'.join(map(str, first['loc']))} cannot be {ascii(first['input'])[:40]}"
    return str(error)


def make_bundle(result: Result, patient_id: str | None = None, date: str | None = None) -> Json:
    """Return the Bundle as plain data; parameters and errors as for :func:`write_fhir`."""
    session = result.session
    made_at = _instant(date)
    content = hashlib.sha256(session_json(session).encode()).hexdigest()
    patient = _patient(patient_id)
    with speaking(session.language):
        resources = _resources(session, content, made_at, _report_file(result.folder))
    if patient is not None:
        address = urn(str(patient_id), "Patient")
        for resource in resources.values():
            if resource["resourceType"] not in ("Device", "Questionnaire", "Provenance"):
                resource["subject"] = reference(address)
        resources = {address: patient} | resources
    return {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": urn(content, "Bundle")},
        "type": "collection",
        "timestamp": made_at,
        "entry": [{"fullUrl": address, "resource": r} for address, r in resources.items()],
    }


def _resources(session: Session, content: str, made_at: str, report: Json | None) -> dict[str, Json]:
    """Return the resources by address, in the order in which they refer to each other."""
    device, clip = urn(content, "Device"), urn(content, "clip")
    out: dict[str, Json] = {device: _device(session)}
    if session.clip.sha256 is not None:
        out[clip] = _clip(session, session.clip.sha256)
    if report is not None:
        out[urn(content, "report")] = report | {"language": session.language}
    if session.responses is not None:
        # The wording tells one version of the questionnaire from another, not who answered.
        url = urn(f"{session.software.slumpcv}/{session.language}", "Questionnaire")
        groups = questions(session)
        out[url] = questionnaire(groups, url, session.language)
        response = questionnaire_response(groups, url, session.language)
        out[urn(content, "QuestionnaireResponse")] = response | {"authored": made_at}
    seen = {}
    for name, observation in observations(session):
        observation["issued"] = made_at
        if "method" in observation:  # the rest was answered, not measured
            observation["device"] = reference(device)
        seen[urn(content, name)] = observation
    out |= seen
    out[urn(content, "DiagnosticReport")] = _diagnostic_report(session, list(seen), made_at)
    out[urn(content, "Provenance")] = _provenance(session, list(out), device, clip, made_at)
    return out


def _device(session: Session) -> Json:
    software = session.software
    return {
        "resourceType": "Device",
        "deviceName": [{"name": "slumpcv", "type": "user-friendly-name"}],
        "type": {"text": "Software that measures a slump test from video"},
        "version": [
            {"type": {"text": "software"}, "value": software.slumpcv},
            {"type": {"text": "pose model"}, "value": software.model},
            {"type": {"text": "SHA-256 of the pose model"}, "value": software.model_sha256},
        ],
    }


def _clip(session: Session, sha256: str) -> Json:
    attachment = {"url": named_by_content(sha256)}
    if session.clip.container in VIDEO_TYPES:
        attachment["contentType"] = VIDEO_TYPES[session.clip.container]
    return _document("Video of a slump test", attachment)


def _report_file(folder: Path) -> Json | None:
    path = folder / REPORT_NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", "Make the file readable.") from error
    attachment = {
        "contentType": "application/pdf",
        "url": named_by_content(hashlib.sha256(data).hexdigest()),
        "size": len(data),
        # FHIR R4 wants SHA-1 here; the address above holds the strong one.
        "hash": base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode(),
    }
    return _document("Report of a slump test", attachment)


def _document(description: str, attachment: Json) -> Json:
    """Return a reference to a file by its content: its name may name the patient."""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "description": description,
        "content": [{"attachment": attachment}],
    }


def _diagnostic_report(session: Session, seen: list[str], made_at: str) -> Json:
    report: Json = {
        "resourceType": "DiagnosticReport",
        "language": session.language,
        "status": "preliminary",
        "code": concept("report"),
        "issued": made_at,
        "result": [reference(address) for address in seen],
    }
    outcome = session.outcome
    if outcome is None:
        return report | {
            "conclusion": f"{headline(session)} {text('movement.no_outcome')} {text('movement.not_reviewed')}"
        }
    notes = [remark.text for remark in (*outcome.limitations, *outcome.addons)]
    said = [outcome.title, outcome.text, outcome.next_step, *notes, text("movement.not_reviewed")]
    return report | {"conclusion": "\n".join(said), "conclusionCode": [{"text": outcome.code}]}


def _provenance(session: Session, made: list[str], device: str, clip: str, made_at: str) -> Json:
    agents: list[Json] = [{"type": {"text": "software"}, "who": reference(device)}]
    if session.responses is not None:
        entered_by = session.responses.entered_by
        agents.append({"type": {"text": "gave the answers"}, "who": {"display": entered_by}})
    if session.review is not None:
        for who in dict.fromkeys(edit.made_by or "reviewer" for edit in session.review.edits):
            agents.append({"type": {"text": "corrected the result"}, "who": {"display": who}})
    provenance: Json = {
        "resourceType": "Provenance",
        "target": [reference(address) for address in made],
        "recorded": made_at,
        "activity": concept("method"),
        "agent": agents,
    }
    if clip in made:
        provenance["entity"] = [{"role": "source", "what": reference(clip)}]
    return provenance


def _patient(patient_id: str | None) -> Json | None:
    if patient_id is None:
        return None
    if not patient_id.strip() or len(patient_id) > LONGEST_PSEUDONYM or not patient_id.isprintable():
        raise InputError(
            f"The patient's pseudonym has to be 1 to {LONGEST_PSEUDONYM} printable characters",
            "Give another one with --patient-id; never a name.",
        )
    return {"resourceType": "Patient", "identifier": [{"value": patient_id.strip()}]}


def _instant(date: str | None) -> str:
    """Return a date or a moment as FHIR's instant."""
    return (datetime.now(UTC) if date is None else moment_of(date)).isoformat(timespec="seconds")
