"""Words and numbers as people read them, shared by the terminal, the timeline and the overlay.

Whole degrees, plain words, and nothing that sounds like a judgement of the person's health.
The words themselves are in ``movement.po``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv.language import numeral, text
from slumpcv.session import NOT_JUDGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slumpcv.session import Finding, Isolation, Moved, Phase, Quality, Session
    from slumpcv.terms import PhaseName

# Findings that leave nothing to judge although the view may have been clear.
_NOT_THE_VIEW = {"NO_PERSON", "NOT_SEATED", "NO_TEST", "SIDE_MISMATCH", "FAR_LEG_TESTED"}


def title(session: Session) -> str:
    """Name the report and the tested side."""
    kind = "title" if session.outcome is None else "title_with_outcome"
    return text(f"movement.{kind}.{session.side or 'no-side'}")


def phase_name(phase: PhaseName) -> str:
    """Name a phase as the instruction for its step."""
    return text(f"movement.phase.{phase}")


def short_phase_name(phase: PhaseName) -> str:
    """Name a phase in a few letters, where its name does not fit."""
    return text(f"movement.short_phase.{phase}")


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _plus_minus_deg(plus_minus: float | None) -> str:
    if plus_minus is None or not math.isfinite(plus_minus):
        return ""
    # Rounded up: a stated error must not look smaller than it is.
    return f" ±{math.ceil(round(plus_minus, 6))}"


def format_deg(value: float | None, plus_minus: float | None = None, signed: bool = False) -> str:
    """Write an angle in whole degrees with its error, such as ``14° ±3``.

    Parameters
    ----------
    value : float or None
        Degrees; None or NaN reads "not seen".
    plus_minus : float or None
        Its error in degrees, rounded up to whole degrees.
    signed : bool
        Whether a plus sign is written, as for changes.
    """
    if value is None or not math.isfinite(value):
        return text("movement.not_seen")
    # Adding zero turns the -0 that rounding leaves behind into 0.
    whole = round(value) + 0
    return f"{whole:{'+' if signed and whole else ''}d}°{_plus_minus_deg(plus_minus)}"


def format_index(value: float | None, plus_minus: float | None = None, signed: bool = False) -> str:
    """Write a slump index with two decimals and its error; None or NaN reads "not seen"."""
    if value is None or not math.isfinite(value):
        return text("movement.not_seen")
    rounded = round(value, 2) + 0.0
    shown = numeral(rounded, "+.2f" if signed and rounded else ".2f")
    if plus_minus is None or not math.isfinite(plus_minus):
        return shown
    return f"{shown} ±{numeral(math.ceil(round(plus_minus * 100, 6)) / 100, '.2f')}"


def format_measure(
    name: str, value: float | None, plus_minus: float | None = None, signed: bool = False
) -> str:
    """Write the value of a named measure: ``..._deg`` as degrees, anything else as an index."""
    write = format_deg if name.endswith("_deg") else format_index
    return write(value, plus_minus, signed)


def sentences(parts: Iterable[str]) -> str:
    """Join fragments or sentences to plain sentences with a capital and a full stop each."""
    cleaned = (part.strip() for part in parts)
    return " ".join(
        part[0].upper() + part[1:] + ("" if part[-1] in ".!?" else ".") for part in cleaned if part
    )


def _moved_words(moved: Moved) -> str:
    write = format_deg if moved.unit == "deg" else format_index
    # An index says little by itself, so that of the back is named.
    part = text("movement.part.back-index" if moved.part == "back" else f"movement.part.{moved.part}")
    worst = write(abs(moved.worst), moved.plus_minus)
    limit = write(moved.limit)
    return text("movement.verdict.moved", part=part, worst=worst, seconds=moved.at_s, limit=limit)


def beyond_limit(isolation: Isolation, part: Moved) -> str:
    """Say that a part passed its limit; without a verdict, that is not yet to have moved."""
    write = format_deg if part.unit == "deg" else format_index
    limit = write(part.limit)
    if isolation.isolated is None:
        return text("movement.beyond.unclear", limit=limit)
    return text("movement.beyond.moved", limit=limit)


def verdict_sentence(isolation: Isolation) -> str:
    """Say in one or two plain sentences whether only the head moved during the head lift."""
    if isolation.isolated:
        if _missing(isolation.head_lift_deg):
            return text("movement.verdict.head_only")
        lift = format_deg(isolation.head_lift_deg, isolation.plus_minus.get("head_lift_deg"))
        return text("movement.verdict.head_only_by", lift=lift)
    if isolation.isolated is None:
        if isolation.head_lift_deg is None and not isolation.reasons:
            return text("movement.verdict.no_lift")
        return sentences([text("movement.verdict.unclear"), *isolation.reasons])
    said = text("movement.verdict.more")
    if not isolation.moved:
        return sentences([said, *isolation.reasons])
    return f"{said}: {'; '.join(_moved_words(part) for part in isolation.moved)}."


def quality_sentence(quality: Quality) -> str:
    """Say why a recording cannot be judged; empty when it can."""
    if quality.usable:
        return ""
    refusals = [finding for finding in quality.findings if finding.severity == "unusable"]
    if all(finding.code in _NOT_THE_VIEW for finding in refusals):
        said = text("movement.quality.unusable")
    else:
        said = text("movement.quality.unclear_view")
    return sentences([said, *(finding.message for finding in refusals)])


def headline(session: Session) -> str:
    """Say the one thing to know first: to stop, why nothing can be judged, or the verdict."""
    if session.outcome is not None and session.outcome.code in NOT_JUDGED:
        return session.outcome.title
    return quality_sentence(session.quality) or verdict_sentence(session.isolation)


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings with the weightiest first, otherwise as they came."""
    return sorted(findings, key=lambda finding: ("unusable", "warn", "note").index(finding.severity))


def phase_label(phase: Phase, phases: Iterable[Phase]) -> str:
    """Name a phase, numbered when the clip holds more than one repetition."""
    label = phase_name(phase.phase)
    repeated = any(other.repetition != phase.repetition for other in phases)
    return f"{label} {phase.repetition}" if repeated else label


def stated_errors(session: Session, override: Mapping[str, float] | None = None) -> dict[str, float]:
    """Give one ± per measure for curves that cross phases.

    Parameters
    ----------
    session : Session
        Its measurements state an error per phase; where they differ the largest is taken, so
        that no stretch of a curve looks surer than it is.
    override : mapping or None
        Errors by measure name that win over the session's.
    """
    errors: dict[str, float] = {}
    for measures in session.measurements.values():
        for name, measured in measures.items():
            if measured.plus_minus is not None and math.isfinite(measured.plus_minus):
                errors[name] = max(errors.get(name, 0.0), measured.plus_minus)
    return errors | dict(override or {})
