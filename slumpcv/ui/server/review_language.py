"""A saved result in the language of whoever looks at it: its words were written in the patient's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slumpcv.language import language
from slumpcv.review.apply import answers_in, apply
from slumpcv.review.history import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.analysis import Analysis
    from slumpcv.session import Finding, Outcome, Remark


def in_spoken_language(analysis: Analysis) -> Analysis:
    """Return an analysis whose sentences are in the language that is spoken now.

    Codes and numbers stay those that were saved. A sentence stays as it was where another version of
    slumpcv came to something else, for which nothing here has the words.

    Parameters
    ----------
    analysis : with the session as it was read.
    """
    session = analysis.session
    if session.language == language():
        return analysis
    said = apply(analysis, NOTHING, answers_in(session)).session
    findings = _findings(session.quality.findings, said.quality.findings)
    changes = {
        "outcome": _outcome(session.outcome, said.outcome),
        "quality": session.quality.model_copy(update={"findings": findings}),
    }
    return replace(analysis, session=session.model_copy(update=changes))


def _outcome(saved: Outcome | None, said: Outcome | None) -> Outcome | None:
    if saved is None or said is None or saved.code != said.code:
        return saved
    limitations = _remarks(saved.limitations, said.limitations)
    addons = _remarks(saved.addons, said.addons)
    return said.model_copy(update={"limitations": limitations, "addons": addons})


def _remarks(saved: Sequence[Remark], said: Sequence[Remark]) -> tuple[Remark, ...]:
    known = {remark.code: remark for remark in said}
    return tuple(known.get(remark.code, remark) for remark in saved)


def _findings(saved: Sequence[Finding], said: Sequence[Finding]) -> tuple[Finding, ...]:
    known = {finding.code: finding for finding in said}
    return tuple(
        one.model_copy(update={"message": known[one.code].message, "fix": known[one.code].fix})
        if one.code in known
        else one
        for one in saved
    )
