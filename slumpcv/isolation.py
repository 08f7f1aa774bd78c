"""Whether only the head moved while the head was lifted.

A knee that bends, a back that straightens or a foot that drops at the same moment unloads
the nerve as well, so a symptom that eases then says nothing about the head. Each part is
compared between the hold before the lift and the hold after it, and followed in between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from slumpcv import thresholds
from slumpcv.bands import band, model_band
from slumpcv.criteria import baseline_values, head_lift_margin
from slumpcv.holds import SEEN_SHARE, SHORTEST_HOLD_S, hold_span, hold_values
from slumpcv.language import text
from slumpcv.session import Isolation, Moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.phases import PhaseSpan
    from slumpcv.session import IsolationStatus

    Part = Literal["knee", "trunk", "back", "ankle"]
    Values = dict[str, float]

# Positions between the holds are read as the median over this long: one bad frame is no movement.
EXCURSION_S = 0.3


@dataclass(frozen=True)
class Rule:
    """How far a part may move during the head lift.

    Up to ``still`` nothing is said; beyond, that it may have moved a little. Beyond ``moved``
    it has moved, except that up to ``certain`` no verdict is given. ``decides`` is False for
    what is advisory.
    """

    part: Part
    angle: str
    field: str
    unit: Literal["deg", "index"]
    still: float
    moved: float
    certain: float
    decides: bool

    @property
    def words(self) -> str:
        """The part as a sentence names it."""
        return text(f"movement.part.{self.part}")


RULES = (
    Rule(
        part="knee",
        angle="knee_flexion_deg",
        field="knee_change_deg",
        unit="deg",
        still=thresholds.KNEE_STILL_DEG,
        moved=thresholds.KNEE_MOVED_DEG,
        certain=thresholds.KNEE_MOVED_DEG,
        decides=True,
    ),
    Rule(
        part="trunk",
        angle="trunk_lean_deg",
        field="trunk_change_deg",
        unit="deg",
        still=thresholds.TRUNK_STILL_DEG,
        moved=thresholds.TRUNK_STILL_DEG,
        certain=thresholds.TRUNK_STILL_DEG,
        decides=True,
    ),
    Rule(
        part="back",
        angle="slump_index",
        field="slump_index_change",
        unit="index",
        still=thresholds.SLUMP_INDEX_STILL,
        moved=thresholds.SLUMP_INDEX_MOVED,
        certain=thresholds.SLUMP_INDEX_CERTAIN,
        decides=True,
    ),
    Rule(
        part="ankle",
        angle="ankle_deg",
        field="ankle_change_deg",
        unit="deg",
        still=thresholds.ANKLE_STILL_DEG,
        moved=thresholds.ANKLE_STILL_DEG,
        certain=thresholds.ANKLE_STILL_DEG,
        decides=False,
    ),
)

BANDED = (*(rule.angle for rule in RULES), "neck_flexion_deg")


def judge_isolation(angles: Angles, spans: Sequence[PhaseSpan], unusable: str | None = None) -> Isolation:
    """Judge the first head lift.

    Parameters
    ----------
    angles, spans : the measured clip.
    unusable : why the clip cannot be judged at all, or None.

    Returns
    -------
    Isolation
        ``isolated`` is None without a head lift, when the lift was too small, or when a part
        that decides could not be seen; ``reasons`` say which.
    """
    at = next((i for i, s in enumerate(spans) if s.phase == "HEAD_LIFT" and i > 0), None)
    if at is None:
        reason = unusable or text("movement.isolation.no_lift")
        model = {name: model_band(name, "lift") for name in BANDED}
        return _verdict("unusable" if unusable else "no_lift", {}, model, (), (reason,))
    before, after = hold_values(angles, spans[at - 1]), hold_values(angles, spans[at])
    tall = baseline_values(angles, spans, spans[at].repetition)
    changes = {rule.field: after[rule.angle] - before[rule.angle] for rule in RULES}
    changes["head_lift_deg"] = before["neck_flexion_deg"] - after["neck_flexion_deg"]
    bands = _bands(angles, spans[at - 1], spans[at])
    moved = tuple(m for r in RULES if (m := _moved(r, angles, spans[at], before, after, bands)) is not None)
    if unusable is not None:
        return _verdict("unusable", changes, bands, moved, (unusable,))
    hurried = any(s.end_s - s.hold_start_s < SHORTEST_HOLD_S for s in spans[at - 1 : at + 1])
    if any(_is_certain(m, hurried) for m in moved):
        return _verdict("moved", changes, bands, moved, tuple(_moved_words(m) for m in moved))
    unseen = [r for r in RULES if r.decides and not _followed(r, angles, spans[at], changes)]
    status, doubts = _doubts(before, after, tall, unseen)
    close = _too_close(changes, bands, moved, hurried)
    if doubts or close:
        return _verdict(status or "too_close", changes, bands, moved, doubts + close)
    return _verdict("isolated", changes, bands, moved, _remarks(changes, moved))


def _bands(angles: Angles, before: PhaseSpan, lift: PhaseSpan) -> Values:
    """Return the error of each angle's change during the lift."""
    read = hold_span(before), (lift.start_s, hold_span(lift)[1])
    return {name: band(angles, name, "lift", *read) for name in BANDED}


def _moved(
    rule: Rule, angles: Angles, lift: PhaseSpan, before: Values, after: Values, bands: Values
) -> Moved | None:
    """Return how a part moved, or None when it stayed within its limit or was not seen."""
    change = after[rule.angle] - before[rule.angle]
    worst, at_s = _excursion(angles, rule.angle, lift, before[rule.angle])
    error = bands[rule.angle]
    # The worst of many noisy samples lies beyond the truth, so it has to pass by the error too.
    if not (abs(change) > rule.moved or abs(worst) > rule.moved + error):
        return None
    return Moved(
        part=rule.part,
        # Out of sight by the hold after: what was seen before then stands for it.
        change=change if math.isfinite(change) else worst,
        worst=worst,
        plus_minus=error,
        unit=rule.unit,
        limit=rule.moved,
        at_s=at_s,
    )


def _followed(rule: Rule, angles: Angles, lift: PhaseSpan, changes: Values) -> bool:
    """Return whether a part was seen in both holds and for most of the movement between them."""
    moving = (angles.time_s >= lift.start_s) & (angles.time_s <= lift.hold_start_s)
    seen = np.isfinite(getattr(angles, rule.angle)[moving])
    return math.isfinite(changes[rule.field]) and (len(seen) == 0 or float(seen.mean()) >= SEEN_SHARE)


def _excursion(angles: Angles, name: str, lift: PhaseSpan, origin: float) -> tuple[float, float]:
    """Return the largest distance from the hold before, and when it was reached."""
    inside = np.flatnonzero((angles.time_s >= lift.start_s) & (angles.time_s <= hold_span(lift)[1]))
    away = _running_median(angles.time_s[inside], getattr(angles, name)[inside] - origin)
    if not np.isfinite(away).any():
        return math.nan, lift.start_s
    worst = int(np.nanargmax(np.abs(away)))
    return float(away[worst]), float(angles.time_s[inside[worst]])


def _running_median(time_s: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.full(len(values), np.nan)
    for i, t in enumerate(time_s):
        near = values[np.abs(time_s - t) <= EXCURSION_S / 2 + 1e-9]
        seen = near[np.isfinite(near)]
        if len(seen):
            out[i] = np.median(seen)
    return out


def _doubts(
    before: Values, after: Values, tall: Values, unseen: Sequence[Rule]
) -> tuple[IsolationStatus | None, tuple[str, ...]]:
    """Return why no verdict is possible, in a word and in plain sentences; nothing when it is."""
    reasons = []
    status: IsolationStatus | None = "unseen" if unseen else None
    margin = head_lift_margin(before, after, tall)
    if not math.isfinite(margin):
        status = "unseen"
        reasons.append(text("movement.isolation.height_unseen"))
    elif margin < 0:
        status = "small_lift"
        reasons.append(text("movement.isolation.too_small"))
    reasons += [text("movement.isolation.unseen", part=rule.words) for rule in unseen]
    return status, tuple(reasons)


def _is_certain(moved: Moved, hurried: bool) -> bool:
    """Return whether a part moved by enough to decide, whatever the error.

    After a hurried lift one of the holds is only the end of a movement; the whole error band
    must then lie beyond the limit.
    """
    rule = _rule(moved.part)
    certain = max(rule.certain, rule.moved + moved.plus_minus if hurried else 0.0)
    return rule.decides and max(abs(moved.change), abs(moved.worst)) > certain


def _too_close(changes: Values, bands: Values, moved: Sequence[Moved], hurried: bool) -> tuple[str, ...]:
    """Return for which parts it is too close to call; asked when none has moved for certain."""
    reasons = []
    for rule in (r for r in RULES if r.decides):
        within_error = rule.moved - bands[rule.angle]
        if hurried and abs(changes[rule.field]) > max(within_error, rule.still / 2):
            reasons.append(text("movement.isolation.hurried", part=rule.words))
        elif any(m.part == rule.part for m in moved):
            reasons.append(text("movement.isolation.too_close", part=rule.words))
    return tuple(reasons)


def _remarks(changes: Values, moved: Sequence[Moved]) -> tuple[str, ...]:
    """Return what is worth saying beside a clean verdict."""
    remarks = [f"{_moved_words(m)} {text('movement.isolation.advisory')}" for m in moved]
    for rule in RULES:
        change = changes[rule.field]
        if rule.decides and rule.still < abs(change) <= rule.moved:
            amount = _amount(rule.unit, change)
            remarks.append(_capital(text("movement.isolation.moved_little", part=rule.words, amount=amount)))
    return tuple(remarks)


def _moved_words(moved: Moved) -> str:
    largest = max(moved.change, moved.worst, key=abs)
    part, amount = _rule(moved.part).words, _amount(moved.unit, largest)
    return _capital(text("movement.isolation.moved", part=part, amount=amount, seconds=moved.at_s))


def _amount(unit: str, value: float) -> str:
    return f"{abs(value):.0f}°" if unit == "deg" else text("movement.amount.index", value=abs(value))


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _rule(part: str) -> Rule:
    return next(r for r in RULES if r.part == part)


def _verdict(
    status: IsolationStatus,
    changes: Values,
    bands: Values,
    moved: tuple[Moved, ...],
    reasons: tuple[str, ...],
) -> Isolation:
    def value(name: str, digits: int = 2) -> float | None:
        change = changes.get(name, math.nan)
        return round(change, digits) if math.isfinite(change) else None

    told = {r.field: round(bands[r.angle], 3) for r in RULES}
    return Isolation(
        isolated={"isolated": True, "moved": False}.get(status),
        status=status,
        head_lift_deg=value("head_lift_deg"),
        knee_change_deg=value("knee_change_deg"),
        trunk_change_deg=value("trunk_change_deg"),
        slump_index_change=value("slump_index_change", 4),
        ankle_change_deg=value("ankle_change_deg"),
        plus_minus=told | {"head_lift_deg": round(bands["neck_flexion_deg"], 3)},
        moved=tuple(_rounded(m) for m in moved),
        reasons=reasons,
    )


def _rounded(moved: Moved) -> Moved:
    names = ("change", "worst", "plus_minus", "at_s")
    return moved.model_copy(update={name: round(getattr(moved, name), 3) for name in names})
