"""When it was felt, and in which posture: symptoms on the clip's own time, beside the angles.

Between feeling something and pressing a key lies a reaction, and a time that was typed in
afterwards is a guess. Every moment is therefore a stretch of time, and every angle has beside
its own error the range that it went through in that stretch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.answers import PROVOKED
from slumpcv.bands import band
from slumpcv.errors import InputError
from slumpcv.holds import ANGLES, hold_values, judged_repetition
from slumpcv.language import later
from slumpcv.session import Moment, MovedBefore, Reading, Symptom
from slumpcv.signals import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.answers import Answers, EnteredHow, Mark
    from slumpcv.phases import PhaseSpan
    from slumpcv.terms import PhaseName

BEFORE_S = 1.0
"""What moved is looked for in this long before a symptom began."""

MOVED: dict[str, float] = {
    "knee_flexion_deg": THRESHOLDS["knee"],
    "trunk_lean_deg": THRESHOLDS["back"],
    "neck_flexion_deg": THRESHOLDS["head"],
    "ankle_deg": THRESHOLDS["ankle"],
    "slump_index": 0.04,
}
"""An angle that changed by less did not move; the slump index as in `thresholds`. [E]"""


@dataclass(frozen=True)
class Lag:
    """By how much an entered time comes after what was felt: at least, most likely, at most."""

    least_s: float
    likely_s: float
    most_s: float


LAGS: dict[EnteredHow, Lag] = {
    # A simple reaction to a touch takes about 0.2 s; to tell that it is the usual symptom, and to
    # press or raise a hand, takes longer. [E]
    "live": Lag(0.2, 0.5, 1.0),
    # Somebody watching the replay stops a little early or late. [E]
    "replay": Lag(-0.5, 0.0, 0.5),
    # A time that is typed in is known to about a second. [E]
    "afterwards": Lag(-1.0, 0.0, 1.0),
}


LATEST_S = LAGS["afterwards"].most_s
"""A time this far after the last frame may still mean the end of the clip."""


def correlate(angles: Angles, spans: Sequence[PhaseSpan], answers: Answers) -> tuple[Symptom, ...]:
    """Put each symptom beside the phases and angles of the clip.

    Parameters
    ----------
    angles, spans : the measured clip.
    answers : with the symptoms, and who entered them.

    Returns
    -------
    tuple of Symptom
        In the order in which they were given.

    Raises
    ------
    InputError
        When a symptom lies after the end of the clip.
    """
    return tuple(_symptom(angles, spans, _signed(mark, answers)) for mark in answers.symptoms)


def phase_at(spans: Iterable[PhaseSpan], time_s: float) -> PhaseName | None:
    """Return the phase that runs at a time; a phase holds its start, and its end belongs to the next."""
    return next((s.phase for s in spans if s.start_s <= time_s < s.end_s), None)


def _signed(mark: Mark, answers: Answers) -> Mark:
    """Return the mark with who entered it and how, as far as it does not say so itself."""
    signature = {"entered_by": mark.entered_by or answers.entered_by, "how": mark.how or answers.how}
    return mark.model_copy(update=signature)


def _symptom(angles: Angles, spans: Sequence[PhaseSpan], mark: Mark) -> Symptom:
    if mark.start_s is None:
        return _within_phase(angles, spans, mark)
    if len(angles.time_s) == 0:
        return _unplaced(mark)
    assert mark.how is not None
    lag, clip_end_s = LAGS[mark.how], float(angles.time_s[-1])
    latest_s = mark.start_s if mark.end_s is None else mark.end_s
    if latest_s > clip_end_s + LATEST_S:
        raise InputError(
            later("trouble.late_mark", latest_s=latest_s, end_s=clip_end_s), later("trouble.fix.times")
        )
    onset = _moment(angles, spans, mark.start_s, lag)
    peak = None if mark.peak_s is None else _moment(angles, spans, mark.peak_s, lag)
    end = None if mark.end_s is None else _moment(angles, spans, mark.end_s, lag)
    assert onset.time_s is not None
    return Symptom(
        mark=mark,
        phase=mark.phase or onset.phase,
        strongest_in=mark.phase or (peak.phase if peak else _strongest_in(spans, onset, end)),
        onset=onset,
        peak=peak,
        end=end,
        moved_before=_moved_before(angles, onset.time_s),
    )


def _strongest_in(spans: Sequence[PhaseSpan], onset: Moment, end: Moment | None) -> PhaseName | None:
    """Return where a symptom without a marked peak was strongest: the last part added while it lasted."""
    assert onset.time_s is not None
    until_s = onset.time_s if end is None or end.time_s is None else end.time_s
    during = [
        s.phase for s in spans if s.start_s <= until_s and s.end_s > onset.time_s and s.phase in PROVOKED
    ]
    return during[-1] if during else onset.phase


def _unplaced(mark: Mark) -> Symptom:
    """Return a symptom that no time or phase of the clip can be found for."""
    return Symptom(
        mark=mark,
        phase=mark.phase,
        strongest_in=mark.phase,
        onset=None,
        peak=None,
        end=None,
        moved_before=(),
    )


def _moment(angles: Angles, spans: Sequence[PhaseSpan], entered_s: float, lag: Lag) -> Moment:
    clip_end_s = float(angles.time_s[-1])
    at_s, from_s, to_s = (
        min(max(entered_s - by_s, 0.0), clip_end_s) for by_s in (lag.likely_s, lag.most_s, lag.least_s)
    )
    readings = {n: _reading(angles, n, _at(angles, n, at_s), from_s, to_s) for n in ANGLES}
    return Moment(
        time_s=round(at_s, 3),
        from_s=round(from_s, 3),
        to_s=round(to_s, 3),
        phase=phase_at(spans, at_s),
        angles=readings,
    )


def _within_phase(angles: Angles, spans: Sequence[PhaseSpan], mark: Mark) -> Symptom:
    """Return a symptom of which only the phase is known: somewhere in it, with what was held at its end."""
    # Of several attempts, the one that is judged; else any.
    span = next((s for s in (*judged_repetition(spans), *spans) if s.phase == mark.phase), None)
    if span is None:
        return _unplaced(mark)
    held = hold_values(angles, span, ANGLES)
    unknown = {n: _reading(angles, n, math.nan, span.start_s, span.end_s) for n in ANGLES}
    reached = {n: _reading(angles, n, held[n], span.hold_start_s, span.end_s) for n in ANGLES}
    onset = _untimed(span, span.start_s, unknown)
    peak = _untimed(span, span.hold_start_s, reached)
    return _unplaced(mark).model_copy(update={"onset": onset, "peak": peak})


def _untimed(span: PhaseSpan, from_s: float, readings: dict[str, Reading]) -> Moment:
    return Moment(
        time_s=None, from_s=round(from_s, 3), to_s=round(span.end_s, 3), phase=span.phase, angles=readings
    )


def _reading(angles: Angles, name: str, value: float, from_s: float, to_s: float) -> Reading:
    series: NDArray[np.float64] = getattr(angles, name)
    inside = series[(angles.time_s >= from_s - 1e-9) & (angles.time_s <= to_s + 1e-9)]
    passed = [v for v in (*inside, value) if math.isfinite(v)]
    seen = math.isfinite(value)
    return Reading(
        value=round(value, 3) if seen else None,
        plus_minus=round(band(angles, name, "value", (from_s, to_s)), 3) if seen else None,
        low=round(float(min(passed)), 3) if passed else None,
        high=round(float(max(passed)), 3) if passed else None,
    )


def _at(angles: Angles, name: str, time_s: float) -> float:
    """Return an angle between its two frames; NaN when either was not seen."""
    series: NDArray[np.float64] = getattr(angles, name)
    return float(np.interp(time_s, angles.time_s, series))


def _moved_before(angles: Angles, onset_s: float) -> tuple[MovedBefore, ...]:
    """Return what changed in the second before a symptom, the largest in terms of its limit first."""
    found = []
    for name, least in MOVED.items():
        before_s = max(onset_s - BEFORE_S, 0.0)
        change = _at(angles, name, onset_s) - _at(angles, name, before_s)
        if abs(change) >= least:  # NaN is not
            error = band(angles, name, "change", (before_s, onset_s))
            found.append((abs(change) / least, name, change, error))
    return tuple(
        MovedBefore(angle=name, change=round(change, 3), plus_minus=round(error, 3))
        for _, name, change, error in sorted(found, reverse=True)
    )
