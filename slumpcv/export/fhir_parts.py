"""Small pieces of FHIR resources: coded concepts, quantities, references, identifiers."""

from __future__ import annotations

import base64
import tomllib
import uuid
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slumpcv.terms import PhaseName, Side

    Json = dict[str, Any]

# Root of all identifiers of resources, themselves made from what they hold.
NAMESPACE = uuid.UUID("6f1c1c0e-6f0b-5c39-9a0e-0d8f6a2b7c11")


@cache
def codes() -> Json:
    """Return the configured codes, of ``codes.toml``."""
    return tomllib.loads(resources.files("slumpcv.export").joinpath("codes.toml").read_text(encoding="utf-8"))


def concept(name: str, side: Side | None = None, phase: PhaseName | None = None, more: str = "") -> Json:
    """Return a CodeableConcept from the configuration: its text, and the codes that fit.

    Parameters
    ----------
    name : its section in ``codes.toml``.
    side, phase : where it was measured; a code that is bound to another one is left out.
    more : said behind the text, for example the name of a phase. Such a concept is another one
        than the configured, so that codes are left out.
    """
    configured = codes()[name]
    if more:
        return {"text": f"{configured['text']}, {more}"}
    coding = [
        {"system": c["system"], "code": c["code"]}
        for c in configured.get("coding", ())
        if c.get("side", side) == side and ("phases" not in c or phase in c["phases"])
    ]
    return {"coding": coding, "text": configured["text"]} if coding else {"text": configured["text"]}


def quantity(value: float, unit: str) -> Json:
    """Return a Quantity in a unit of the configuration, coded in UCUM."""
    code = codes()["units"][unit]
    return {"value": value, "unit": code, "system": codes()["systems"]["ucum"], "code": code}


def value_range(low: float, high: float, unit: str) -> Json:
    """Return a Range; FHIR's Range takes simple quantities, which these are."""
    return {"low": quantity(low, unit), "high": quantity(high, unit)}


def absent(reason: str) -> Json:
    """Return why a value is missing, as a CodeableConcept."""
    configured = codes()["absent"][reason]
    coding = {"system": codes()["systems"]["absent"], "code": configured["code"]}
    return {"coding": [coding], "text": configured["text"]}


def component(code: Json, value: float | None, unit: str, reason: str = "unknown") -> Json:
    """Return a component of an Observation with a value, or with the reason why it has none."""
    if value is None:
        return {"code": code, "dataAbsentReason": absent(reason)}
    return {"code": code, "valueQuantity": quantity(value, unit)}


def answer(code: Json, value: str | None) -> Json:
    """Return a component whose value is words, or with the reason why it has none."""
    if value is None:
        return {"code": code, "dataAbsentReason": absent("unknown")}
    return {"code": code, "valueCodeableConcept": {"text": value}}


def unit_of(measure: str) -> str:
    """Return the configured unit of an angle or index by its name."""
    return "deg" if measure.endswith("_deg") else "index"


def urn(content: str, role: str) -> str:
    """Return a resource's address, the same whenever the content is."""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{content}/{role}')}"


def reference(address: str) -> Json:
    """Return a Reference to a resource of the same Bundle."""
    return {"reference": address}


def named_by_content(sha256: str) -> str:
    """Return the RFC 6920 name of a file, which tells its content and nothing else."""
    encoded = base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")
    return f"ni:///sha-256;{encoded}"
