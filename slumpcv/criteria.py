"""Whether each phase was reached, and by how much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.holds import REPORTED, SHORTEST_HOLD_S, hold_values, value_over
from slumpcv.session import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from slumpcv.angles import Angles
    from slumpcv.phases import PhaseSpan

    Unit = Literal["deg", "index", "thigh lengths"]


def judge_phases(angles: Angles, spans: Sequence[PhaseSpan]) -> tuple[Phase, ...]:
    """Return every phase with whether its criterion was met.

    A margin that cannot be computed, because the part was not seen, counts as not reached.
    """
    return tuple(_judge(angles, spans, i) for i in range(len(spans)))


def _judge(angles: Angles, spans: Sequence[PhaseSpan], i: int) -> Phase:
    span = spans[i]
    margin, unit = _margin(angles, spans, i)
    judged = unit is not None
    reached = math.isfinite(margin) and margin >= 0 if judged else True
    return Phase(
        phase=span.phase,
        start_s=round(span.start_s, 3),
        end_s=round(span.end_s, 3),
        reached=reached,
        margin=round(margin, 3) if judged and math.isfinite(margin) else None,
        margin_unit=unit,
        repetition=span.repetition,
    )


def _margin(angles: Angles, spans: Sequence[PhaseSpan], i: int) -> tuple[float, Unit | None]:
    span = spans[i]
    now = hold_values(angles, span)
    tall = baseline_values(angles, spans, span.repetition)
    if span.phase == "SLUMP":
        by_index = now["slump_index"] - thresholds.SLUMP_INDEX
        by_drop = now["shoulder_drop"] - thresholds.SHOULDER_DROP_THIGHS
        # Both are asked for: the one that is missed by more, or was not seen, decides.
        decides_drop = math.isnan(by_drop) or by_drop < by_index
        return (by_drop, "thigh lengths") if decides_drop else (by_index, "index")
    if span.phase == "NECK_FLEXION":
        before = _before_chin(angles, spans, i, tall)
        rises = (now[name] - before[name] for name in ("neck_flexion_deg", "face_pitch_deg"))
        return _most(*rises) - thresholds.NECK_FLEXED_DEG, "deg"
    if span.phase == "KNEE_EXTENSION":
        return thresholds.KNEE_EXTENDED_DEG - now["knee_flexion_deg"], "deg"
    if span.phase == "DORSIFLEXION":
        before = hold_values(angles, spans[i - 1])
        return now["ankle_deg"] - before["ankle_deg"] - thresholds.DORSIFLEXED_DEG, "deg"
    if span.phase == "HEAD_LIFT":
        return head_lift_margin(hold_values(angles, spans[i - 1]), now, tall), "deg"
    return math.nan, None


def _before_chin(
    angles: Angles, spans: Sequence[PhaseSpan], i: int, tall: dict[str, float]
) -> dict[str, float]:
    """Return the angles that a neck flexion is measured from.

    A slump carries the head along, so the hold before counts. Slump and chin in one movement
    have no hold between them; then sitting tall counts.
    """
    before = spans[i - 1] if i else None
    if before is None or before.end_s - before.hold_start_s < SHORTEST_HOLD_S:
        return tall
    return hold_values(angles, before)


def head_lift_margin(before: dict[str, float], after: dict[str, float], tall: dict[str, float]) -> float:
    """Return by how much a head lift passes its criterion, in degrees.

    The lift counts by neck flexion or by face pitch, whichever shows more of it: an
    upper-neck nod shows in the face alone. It must reach 20 deg or half of the flexion.
    """
    margins = []
    for name in ("neck_flexion_deg", "face_pitch_deg"):
        flexed, lifted = before[name] - tall[name], before[name] - after[name]
        half = thresholds.HEAD_LIFTED_SHARE * flexed
        needed = min(thresholds.HEAD_LIFTED_DEG, half) if half > 0 else thresholds.HEAD_LIFTED_DEG
        margins.append(lifted - needed)
    return _most(*margins)


def baseline_values(angles: Angles, spans: Sequence[PhaseSpan], repetition: int) -> dict[str, float]:
    """Return the angles while sitting tall before a repetition; NaN when that was not seen."""
    before = [s for s in spans if s.phase in ("BASELINE", "RECOVERY") and s.repetition <= repetition]
    usable = [s for s in before if s.phase == "BASELINE" or s.repetition < repetition]
    if usable:
        values = hold_values(angles, usable[-1])
        # A clip may start with the person slumped already.
        if not values["slump_index"] > thresholds.SLUMP_INDEX:
            return values
    if angles.baseline is None:
        return dict.fromkeys(REPORTED, math.nan)
    stretch = angles.baseline.start_s, angles.baseline.end_s
    return {n: value_over(angles.time_s, getattr(angles, n), *stretch) for n in REPORTED}


def _most(*values: float) -> float:
    seen = [v for v in values if math.isfinite(v)]
    return max(seen) if seen else math.nan
