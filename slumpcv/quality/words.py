"""What each finding says to the person who made the recording; the words are in ``findings.po``.

One sentence on what was seen and why it matters, one on what helps. A fix speaks of the
next recording, because repeating the test on the same day changes its result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from slumpcv.language import text
from slumpcv.session import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["note", "warn", "unusable"]

# In the order of weight: of two findings as severe and as early, the first comes first.
CODES = (
    "NO_PERSON",
    "ROTATED",
    "FRONTAL_VIEW",
    "NOT_SEATED",
    "NO_TEST",
    "SIDE_MISMATCH",
    "FAR_LEG_TESTED",
    "YAW_TOO_LARGE",
    "PERSON_LOST",
    "OUT_OF_FRAME",
    "TOO_FAR",
    "TOO_CLOSE",
    "LOW_FPS",
    "FEW_ANALYSED",
    "DAMAGED",
    "FRAMES_MISSING",
    "YAW",
    "SHANK_HIDDEN",
    "PART_HIDDEN",
    "DARK",
    "BLURRED",
    "SHAKY",
    "CAMERA_MOVED",
    "JITTERY",
    "LEGS_SWAPPED",
    "SHORT_HOLD",
    "HASTY",
    "HIP_HINGE",
    "INCOMPLETE",
    "COMPANY",
    "PLACED_BY_HAND",
)
# These say something else where the same matter leaves nothing to judge.
REFUSING = frozenset({"PERSON_LOST", "OUT_OF_FRAME", "TOO_FAR", "LOW_FPS", "DARK", "BLURRED", "JITTERY"})
_SEVERITIES = ("unusable", "warn", "note")


def finding(code: str, severity: Severity, spans: Iterable[Span] = (), **words: object) -> Finding:
    """Return a finding in its plain words; ``words`` fill the sentence's gaps."""
    refused = severity == "unusable" and code in REFUSING
    message = (
        text(f"findings.{code}.refusal", **words) if refused else text(f"findings.{code}.message", **words)
    )
    return Finding(
        code=code,
        severity=severity,
        message=message,
        fix=text(f"findings.{code}.fix", **words),
        spans=tuple(spans),
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by severity, then by the first second concerned (a whole clip first), then by weight."""

    def key(f: Finding) -> tuple[int, float, int]:
        begins_s = f.spans[0].start_s if f.spans else float("-inf")
        weight = CODES.index(f.code) if f.code in CODES else len(CODES)
        return _SEVERITIES.index(f.severity), begins_s, weight

    return tuple(sorted(findings, key=key))
