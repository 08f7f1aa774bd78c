"""How far an analysis is from the truth of its clip."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.geometry import wrap_deg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.truth import Truth
    from slumpcv.analysis import Analysis

    Series = NDArray[np.float64]

ANGLES = (
    "knee_flexion_deg",
    "trunk_lean_deg",
    "head_angle_deg",
    "neck_flexion_deg",
    "face_pitch_deg",
    "slump_index",
)
HELD = ("BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "DORSIFLEXION", "HEAD_LIFT")
# Half of a hold has to be seen for its mean to count.
SEEN_SHARE = 0.5


@dataclass(frozen=True)
class Score:
    """One clip against its truth.

    Attributes
    ----------
    error : mean absolute error by angle, over the frames where both exist.
    unseen : share of the frames that are NaN, by angle.
    change : absolute errors of the change from one hold to the next, by angle, NaN where a
        hold was not seen.
    lift : signed error of the change over the head lift, by angle.
    phase_share : share of the frames whose phase is right.
    boundary_s : absolute error of every phase's start, infinite where it was not found.
    unreal : phases reported that did not happen.
    isolated, truly_isolated : the verdict and what it has to be.
    """

    error: dict[str, float]
    unseen: dict[str, float]
    change: dict[str, Series]
    lift: dict[str, float]
    phase_share: float
    boundary_s: dict[str, float]
    unreal: tuple[str, ...]
    isolated: bool | None
    truly_isolated: bool | None


def score(analysis: Analysis, truth: Truth) -> Score:
    """Compare a whole analysis with the truth."""
    measured = {name: getattr(analysis.angles, name) for name in ANGLES}
    time_s = analysis.angles.time_s
    errors = signed_errors(measured, time_s, truth)
    found = [(s.phase, s.start_s) for s in analysis.spans]
    boundary_s, unreal = match_phases(found, real_phases(truth))
    changes = {name: change_errors(e, time_s, truth) for name, e in errors.items()}
    return Score(
        error={name: mean_absolute(e) for name, e in errors.items()},
        unseen={name: float(np.isnan(measured[name]).mean()) for name in ANGLES},
        change={name: np.abs(c) for name, c in changes.items()},
        lift={name: float(c[-1]) for name, c in changes.items() if len(c)},
        phase_share=float(np.mean(phases_at(found, time_s) == phases_at(real_phases(truth), time_s))),
        boundary_s=boundary_s,
        unreal=unreal,
        isolated=analysis.session.isolation.isolated,
        truly_isolated=true_verdict(truth),
    )


def true_verdict(truth: Truth) -> bool | None:
    """Return whether the head lift was isolated; None without one, and for the far leg, which hides it."""
    return truth.facts["isolated"] if truth.facts["near_leg"] == truth.facts["tested_leg"] else None


def signed_errors(measured: dict[str, Series], time_s: Series, truth: Truth) -> dict[str, Series]:
    """Return measured minus true, (T,) by angle; NaN outside the truth's time."""
    true_s = truth.columns["time_s"]
    known = (time_s >= true_s[0] - 1e-3) & (time_s <= true_s[-1] + 1e-3)
    out = {}
    for name, values in measured.items():
        error = np.where(known, values - truth.at(name, time_s), np.nan)
        out[name] = error if name == "slump_index" else wrap_deg(error)
    return out


def change_errors(error: Series, time_s: Series, truth: Truth) -> Series:
    """Return the signed errors of the changes between consecutive holds; NaN where unseen."""
    means = []
    for phase in HELD:
        inside = error[truth.hold(phase, time_s) & (time_s <= truth.columns["time_s"][-1])]
        if len(inside):
            seen = np.isfinite(inside)
            means.append(float(inside[seen].mean()) if seen.mean() >= SEEN_SHARE else np.nan)
    return np.diff(means)


def mean_absolute(error: Series) -> float:
    """Return the mean absolute error where there is one, NaN where there is none."""
    seen = np.abs(error[np.isfinite(error)])
    return float(seen.mean()) if len(seen) else float("nan")


def real_phases(truth: Truth) -> list[tuple[str, float]]:
    """Return (phase, start in s) of what really happened: a head that is not lifted is no lift."""
    listed = [(p["phase"], float(p["start_s"])) for p in truth.facts["phases"]]
    lifted = truth.facts["deviations"]["lift_fraction"] > 0
    return [(phase, start_s) for phase, start_s in listed if lifted or phase != "HEAD_LIFT"]


def phases_at(phases: list[tuple[str, float]], time_s: Series) -> NDArray[np.str_]:
    """Return the phase of each time, empty before the first."""
    names = np.array(["", *(phase for phase, _ in phases)])
    starts_s = np.array([start_s for _, start_s in phases])
    return names[np.searchsorted(starts_s, time_s + 1e-9, side="right")]


def match_phases(
    found: list[tuple[str, float]], real: list[tuple[str, float]]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Match phases by name, in order.

    Returns
    -------
    boundary_s : absolute error of each real phase's start but the first's, which is no
        boundary but the start of the clip; repeats are numbered.
    unreal : phases that were found and did not happen.
    """
    starts_s = dict(_numbered(found))
    boundary_s = {name: abs(starts_s.get(name, np.inf) - start_s) for name, start_s in _numbered(real)[1:]}
    real_names = {name for name, _ in _numbered(real)}
    return boundary_s, tuple(name for name in starts_s if name not in real_names)


def _numbered(phases: list[tuple[str, float]]) -> list[tuple[str, float]]:
    count: Counter[str] = Counter()
    out = []
    for phase, start_s in phases:
        count[phase] += 1
        out.append((phase if count[phase] == 1 else f"{phase} {count[phase]}", start_s))
    return out
