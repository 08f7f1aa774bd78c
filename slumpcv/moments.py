"""What to ask about afterwards: the moments of a test, each with the seconds to show of it.

Moments at which the movement suggests that something was felt, and nobody marked it, come first:
the knee stops short, or the trunk jerks back while the knee extends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from slumpcv import thresholds
from slumpcv.answers import ASKED_PHASES, PROVOKED, Answers
from slumpcv.holds import MARGIN_S, hold_span, hold_values, judged_repetition
from slumpcv.symptoms import correlate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.angles import Angles
    from slumpcv.answers import AskedPhase, Mark
    from slumpcv.phases import PhaseSpan
    from slumpcv.session import Symptom

Kind = Literal["trunk_jerk", "knee_short", "rest", "phase", "mark", "head_lift"]
SUSPICIOUS: tuple[Kind, ...] = ("trunk_jerk", "knee_short")

TRUNK_JERK_DEG = 8.0
"""Back by so much ... The machine sees a trunk move from 6 deg on, and somebody who straightens a knee
against tight hamstrings leans back too, but slowly. [E]"""
TRUNK_JERK_S = 0.5
"""... within this long. A calm movement of the test takes at least 2 s. [E]"""
UNFOUND: tuple[AskedPhase, ...] = ("BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT")
"""Asked where no phase was found in the clip: the person knows what they did."""


@dataclass(frozen=True)
class Moment:
    """One thing to ask about.

    Attributes
    ----------
    phase : whose answer it is; None for a mark outside of all phases that are asked about.
    start_s, end_s : what to show.
    at_s : where the replay opens.
    mark : for a mark, which one of those given.
    """

    kind: Kind
    phase: AskedPhase | None
    start_s: float
    end_s: float
    at_s: float
    mark: int | None = None


def find_moments(angles: Angles, spans: Sequence[PhaseSpan], marks: Sequence[Mark]) -> list[Moment]:
    """Return what to ask about, suspicious moments first, then in the order of the test.

    Parameters
    ----------
    angles, spans : the measured clip.
    marks : symptoms with their times; the loading phases from where one began to where it was
        strongest are asked about with the mark only. At rest and after the head lift the phase's own
        question stands for a mark.

    Returns
    -------
    list of Moment
        Where no phase was found, the whole clip stands for each.

    Raises
    ------
    InputError
        When a mark lies after the end of the clip.
    """
    symptoms = correlate(angles, spans, Answers(symptoms=tuple(marks)))
    marked = {phase for symptom in symptoms for phase in _covered(symptom)}
    judged = judged_repetition(spans)
    suspicious = [m for m in [_suspicion(angles, judged, symptoms)] if m is not None]
    asked = {m.phase for m in suspicious} | marked
    phases = _phases(judged) or _unfound(angles)
    own = {m.phase for m in phases if m.kind in ("rest", "head_lift")}
    loading = [m for m in _marks(symptoms) if m.phase not in own]
    in_order = [*(m for m in phases if m.phase not in asked), *loading]
    return suspicious + sorted(in_order, key=_place)


def _covered(symptom: Symptom) -> tuple[AskedPhase, ...]:
    """Return the loading phases that a mark answers for."""
    ends = [PROVOKED.index(p) for p in PROVOKED if p in (symptom.phase, symptom.strongest_in)]
    return PROVOKED[min(ends) : max(ends) + 1] if ends else ()


def _place(moment: Moment) -> tuple[int, float]:
    order = len(ASKED_PHASES) if moment.phase is None else ASKED_PHASES.index(moment.phase)
    return order, moment.start_s


def _kind(phase: AskedPhase) -> Kind:
    return "rest" if phase == "BASELINE" else "head_lift" if phase == "HEAD_LIFT" else "phase"


def _phases(spans: Sequence[PhaseSpan]) -> list[Moment]:
    found: dict[AskedPhase, Moment] = {}
    for phase in ASKED_PHASES:
        span = next((s for s in spans if s.phase == phase), None)
        if span is not None:
            start_s, end_s = hold_span(span)
            found[phase] = Moment(_kind(phase), phase, start_s, end_s, start_s)
    return list(found.values())


def _unfound(angles: Angles) -> list[Moment]:
    end_s = float(angles.time_s[-1]) if len(angles.time_s) else 0.0
    return [Moment(_kind(phase), phase, 0.0, end_s, 0.0) for phase in UNFOUND]


def _marks(symptoms: Sequence[Symptom]) -> list[Moment]:
    moments = []
    for number, symptom in enumerate(symptoms):
        mark = symptom.mark
        if mark.start_s is None:
            continue
        end_s = mark.start_s if mark.end_s is None else mark.end_s
        phase = next((p for p in ASKED_PHASES if p == symptom.strongest_in), None)
        moments.append(Moment("mark", phase, mark.start_s, end_s, mark.start_s, number))
    return moments


def _suspicion(angles: Angles, spans: Sequence[PhaseSpan], symptoms: Sequence[Symptom]) -> Moment | None:
    """Return where the knee's extension suggests that something was felt that nobody marked.

    A jerk tells the moment more exactly than where the knee came to rest.
    """
    knee = next((s for s in spans if s.phase == "KNEE_EXTENSION"), None)
    if knee is None or any(_touches(s.mark, knee) for s in symptoms):
        return None
    jerk_s = _jerk_s(angles, knee)
    if jerk_s is not None:
        return Moment("trunk_jerk", "KNEE_EXTENSION", jerk_s, knee.end_s, jerk_s)
    held_deg = hold_values(angles, knee, ["knee_flexion_deg"])["knee_flexion_deg"]
    if held_deg > thresholds.KNEE_EXTENDED_DEG:  # never so when it was not seen
        return Moment("knee_short", "KNEE_EXTENSION", knee.hold_start_s, knee.end_s, knee.hold_start_s)
    return None


def _touches(mark: Mark, span: PhaseSpan) -> bool:
    if mark.start_s is None:
        return mark.phase == span.phase
    end_s = mark.start_s if mark.end_s is None else mark.end_s
    return mark.start_s < span.end_s and end_s >= span.start_s


def _jerk_s(angles: Angles, span: PhaseSpan) -> float | None:
    """Return when the trunk began to jerk back in a phase, None when it did not."""
    inside = (angles.time_s >= span.start_s) & (angles.time_s <= span.end_s - MARGIN_S)
    seen = inside & np.isfinite(angles.trunk_lean_deg)
    time_s, lean_deg = angles.time_s[seen], angles.trunk_lean_deg[seen]
    for start_s, from_deg in zip(time_s, lean_deg, strict=True):
        soon = (time_s > start_s) & (time_s <= start_s + TRUNK_JERK_S)
        if soon.any() and from_deg - lean_deg[soon].min() >= TRUNK_JERK_DEG:
            return float(start_s)
    return None
