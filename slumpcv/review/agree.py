"""How well two reviewers agree who rated the same sessions without seeing each other's work.

What is compared, one value for each session:

1. When each phase begins: bias and 95 % limits of agreement (Bland and Altman 1986), and the share of
   starts within `WITHIN_S` of each other. The start of sitting tall, mostly that of the clip, is left out.
2. The outcome: Cohen's kappa (Cohen 1960) with its confidence interval.
3. The angle that each step is about: ICC(2,1) for reviewers who stand for any others, ICC(3,1) for these two
   alone (Shrout and Fleiss 1979), with confidence intervals; bias and limits of agreement.

Differences are the second reviewer's value minus the first one's. Where there is too little to say
something, that is said; no number stands for it.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from slumpcv.session import OutcomeCode
from slumpcv.terms import PhaseName, Strict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slumpcv.session import Session

    Values = NDArray[np.float64]

WITHIN_S = 0.2
"""About three frames at 15 a second. [E]"""
LEAST_DIFFERENCES = 3
"""Fewer differences have no spread worth telling. [E]"""
LEAST_SESSIONS = 5
"""With fewer sessions the intervals of kappa and ICC hold almost everything. [E]"""
LIMITS_SIGMAS = 1.96
ROUNDING = 1e-9

Note = Literal["too_few", "no_spread", "one_outcome", "no_interval"]
STARTS: tuple[PhaseName, ...] = (
    "SLUMP",
    "NECK_FLEXION",
    "KNEE_EXTENSION",
    "DORSIFLEXION",
    "HEAD_LIFT",
    "RETURN",
    "RECOVERY",
)
READ: tuple[tuple[PhaseName, str], ...] = (
    ("SLUMP", "trunk_lean_deg"),
    ("SLUMP", "slump_index"),
    ("NECK_FLEXION", "neck_flexion_deg"),
    ("KNEE_EXTENSION", "knee_flexion_deg"),
    ("DORSIFLEXION", "ankle_deg"),
    ("HEAD_LIFT", "neck_flexion_deg"),
)
"""The angle that each step is about. Angles of different steps are not thrown together: how much the steps
differ would pass for agreement."""


@dataclass(frozen=True)
class Rated:
    """One session as one reviewer sees it: the result that follows from what they corrected.

    ``outcome`` is the one that they chose; None takes that of the session.
    """

    session: Session
    outcome: OutcomeCode | None = None

    @property
    def code(self) -> OutcomeCode | None:
        """Return the outcome, or None without any."""
        return self.outcome or (self.session.outcome.code if self.session.outcome else None)


class Limits(Strict):
    """Differences of pairs: mean, and the limits within which 95 % of them lie; None with a note why."""

    pairs: int
    bias: float | None
    low: float | None
    high: float | None
    note: Note | None


class Coefficient(Strict):
    """A coefficient of agreement with its 95 % confidence interval; None with a note why."""

    value: float | None
    low: float | None
    high: float | None
    note: Note | None


class StartAgreement(Strict):
    """When a phase begins, in seconds; phase None is all of them together.

    ``within`` is the share of pairs within `WITHIN_S`, ``only_one`` how often one reviewer alone has it.
    """

    phase: PhaseName | None
    limits: Limits
    within: float | None
    only_one: int


class OutcomeAgreement(Strict):
    """The outcome: in how many of the sessions it was the same, and kappa."""

    sessions: int
    same: int
    kappa: Coefficient


class AngleAgreement(Strict):
    """An angle over the hold of one phase, in its own unit."""

    phase: PhaseName
    angle: str
    limits: Limits
    icc_2_1: Coefficient
    icc_3_1: Coefficient


class Agreement(Strict):
    """How well two reviewers agree."""

    schema_version: Literal[1] = 1
    raters: tuple[str, str]
    sessions: int
    starts: tuple[StartAgreement, ...]
    outcome: OutcomeAgreement
    angles: tuple[AngleAgreement, ...]


def agree(pairs: Sequence[tuple[Rated, Rated]], raters: tuple[str, str] = ("A", "B")) -> Agreement:
    """Compare what two reviewers made of the same sessions.

    Parameters
    ----------
    pairs : for each session the first reviewer's rating and the second one's.
    raters : what to call them.
    """
    by_phase = {phase: _starts(pairs, phase) for phase in STARTS}
    found = {phase: one for phase, one in by_phase.items() if one[0] or one[1]}
    everything = [d for differences, _ in found.values() for d in differences]
    alone = sum(only_one for _, only_one in found.values())
    return Agreement(
        raters=raters,
        sessions=len(pairs),
        starts=(
            _start_agreement(None, everything, alone),
            *(_start_agreement(phase, *one) for phase, one in found.items()),
        ),
        outcome=_outcome(pairs),
        angles=tuple(a for phase, angle in READ if (a := _angle(pairs, phase, angle)) is not None),
    )


def limits_of(differences: Sequence[float]) -> Limits:
    """Return bias and 95 % limits of agreement of differences; a note instead when there are too few."""
    if len(differences) < LEAST_DIFFERENCES:
        return Limits(pairs=len(differences), bias=None, low=None, high=None, note="too_few")
    bias, spread = float(np.mean(differences)), float(np.std(differences, ddof=1))
    low, high = (_rounded(bias + sign * LIMITS_SIGMAS * spread) for sign in (-1, 1))
    return Limits(pairs=len(differences), bias=_rounded(bias), low=low, high=high, note=None)


def kappa_of(first: Sequence[str], second: Sequence[str]) -> Coefficient:
    """Return Cohen's kappa of two reviewers' categories, unweighted; a note instead where it has no sense."""
    if len(first) < LEAST_SESSIONS:
        return _without("too_few")
    names = sorted({*first, *second})
    if len(names) == 1:
        # Agreement by chance would be complete as well.
        return _without("one_outcome")
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = np.zeros((len(names), len(names)))
    for a, b in zip(first, second, strict=True):
        counts[names.index(a), names.index(b)] += 1
    with _quiet():
        result = cohens_kappa(counts)
    return _coefficient(float(result.kappa), float(result.kappa_low), float(result.kappa_upp))


def icc_of(first: Sequence[float], second: Sequence[float]) -> tuple[Coefficient, Coefficient]:
    """Return ICC(2,1) and ICC(3,1) of two reviewers' values; notes instead where they have no sense."""
    return icc_of_many(np.stack([np.asarray(first, float), np.asarray(second, float)], axis=1))


def icc_of_many(ratings: Values) -> tuple[Coefficient, Coefficient]:
    """Return ICC(2,1) and ICC(3,1) of a table with a row for each target and a column for each reviewer."""
    targets, raters = ratings.shape
    if targets < LEAST_SESSIONS:
        return _without("too_few"), _without("too_few")
    if np.ptp(ratings) < ROUNDING:
        return _without("no_spread"), _without("no_spread")
    import pandas
    import pingouin

    long = pandas.DataFrame(
        {
            "target": np.repeat(np.arange(targets), raters),
            "rater": np.tile(np.arange(raters), targets),
            "value": ratings.ravel(),
        }
    )
    with _quiet():
        table = pingouin.intraclass_corr(long, targets="target", raters="rater", ratings="value")
    by_type = table.set_index("Type")
    # McGraw and Wong's names: A is absolute agreement, Shrout and Fleiss's (2,1); C is consistency, (3,1).
    return tuple(
        _coefficient(float(by_type.loc[name, "ICC"]), *map(float, by_type.loc[name, "CI95"]))
        for name in ("ICC(A,1)", "ICC(C,1)")
    )  # type: ignore[return-value]


def _starts(pairs: Sequence[tuple[Rated, Rated]], phase: PhaseName) -> tuple[list[float], int]:
    """Return the differences in when a phase begins, and how often only one reviewer has it."""
    differences, alone = [], 0
    for first, second in pairs:
        a, b = _begins(first.session, phase), _begins(second.session, phase)
        differences += [b[key] - a[key] for key in a.keys() & b.keys()]
        alone += len(a.keys() ^ b.keys())
    return differences, alone


def _begins(session: Session, phase: PhaseName) -> dict[tuple[int, int], float]:
    """Return when a phase begins, by repetition and by how often it had come in that before."""
    found: dict[tuple[int, int], float] = {}
    for p in session.phases:
        if p.phase == phase:
            found[p.repetition, sum(repetition == p.repetition for repetition, _ in found)] = p.start_s
    return found


def _start_agreement(phase: PhaseName | None, differences: Sequence[float], alone: int) -> StartAgreement:
    within = [abs(d) <= WITHIN_S + ROUNDING for d in differences]
    return StartAgreement(
        phase=phase,
        limits=limits_of(differences),
        within=_rounded(float(np.mean(within))) if within else None,
        only_one=alone,
    )


def _outcome(pairs: Sequence[tuple[Rated, Rated]]) -> OutcomeAgreement:
    both = [(a.code, b.code) for a, b in pairs if a.code is not None and b.code is not None]
    first, second = [str(a) for a, _ in both], [str(b) for _, b in both]
    same = sum(a == b for a, b in both)
    return OutcomeAgreement(sessions=len(both), same=same, kappa=kappa_of(first, second))


def _angle(pairs: Sequence[tuple[Rated, Rated]], phase: PhaseName, angle: str) -> AngleAgreement | None:
    both = [(_held(a.session, phase, angle), _held(b.session, phase, angle)) for a, b in pairs]
    seen = [(a, b) for a, b in both if math.isfinite(a) and math.isfinite(b)]
    if not seen:
        return None
    first, second = [a for a, _ in seen], [b for _, b in seen]
    icc_2_1, icc_3_1 = icc_of(first, second)
    limits = limits_of([b - a for a, b in seen])
    return AngleAgreement(phase=phase, angle=angle, limits=limits, icc_2_1=icc_2_1, icc_3_1=icc_3_1)


def _held(session: Session, phase: PhaseName, angle: str) -> float:
    held = session.measurements.get(phase, {}).get(angle)
    return math.nan if held is None or held.value is None else held.value


def _coefficient(value: float, low: float, high: float) -> Coefficient:
    if not math.isfinite(value):
        return _without("no_spread")
    if not (math.isfinite(low) and math.isfinite(high)):
        return Coefficient(value=_rounded(value), low=None, high=None, note="no_interval")
    # The interval of kappa is a normal one, and may pass what a coefficient can be.
    low, high = max(low, -1.0), min(high, 1.0)
    return Coefficient(value=_rounded(value), low=_rounded(low), high=_rounded(high), note=None)


def _without(note: Note) -> Coefficient:
    return Coefficient(value=None, low=None, high=None, note=note)


def _rounded(value: float) -> float:
    return round(value, 4) + 0.0


def _quiet() -> warnings.catch_warnings[None]:
    """Keep to ourselves what the libraries warn of: their own future, and divisions whose NaN we look for."""
    return warnings.catch_warnings(action="ignore")
