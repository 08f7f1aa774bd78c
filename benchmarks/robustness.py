"""Degraded clips against the truth: does the verdict hold, and how much worse do angles get?

    python -m benchmarks.robustness                      # all samples, all variants
    python -m benchmarks.robustness --quick              # three samples
    python -m benchmarks.robustness --only dark jpeg     # some variants
    python -m benchmarks.robustness --fresh              # make the tracks anew

A variant passes when the verdict is the true one, or "cannot tell" with a reason, and when
no angle is off by more than 2 deg beyond what the undegraded clip is off by.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.degrade import VARIANTS, degraded, degraded_truth
from benchmarks.scoring import ANGLES, Score, score
from benchmarks.tables import SAID, SHORT, amount, table
from benchmarks.truth import CACHE, SAMPLES, Truth, clip_names, load_truth, track_of
from slumpcv.analysis import analyze_track
from slumpcv.follow import ANALYSIS_SIDE_PX, estimate_pose
from slumpcv.track import load_track, save_track
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from slumpcv.analysis import Analysis
    from slumpcv.track import PoseTrack

QUICK = ("right_plain", "left_yaw15", "right_knee_bends_slightly")
# How much worse than undegraded an angle may be; the index as much as its own accuracy mark.
WORSE_MARK = 2.0
WORSE_INDEX_MARK = 0.03
MIRROR_MARK_DEG = 1.0


@dataclass(frozen=True)
class Trial:
    """One variant of one clip, beside the clip itself."""

    clip: str
    variant: str
    analysis: Analysis
    undegraded: Analysis
    score: Score
    reference: Score

    @property
    def expected(self) -> bool | None:
        """Return the true verdict."""
        return self.reference.truly_isolated

    def worse(self) -> dict[str, float]:
        """Return by how much the mean absolute error grew, by angle."""
        return {a: self.score.error[a] - self.reference.error[a] for a in ANGLES}

    def differs(self) -> dict[str, float]:
        """Return the mean absolute difference to the undegraded clip, by angle."""
        out = {}
        for name in ANGLES:
            a, b = self.analysis.angles, self.undegraded.angles
            if len(a.time_s) != len(b.time_s):
                return dict.fromkeys(ANGLES, float("inf"))
            apart = np.abs(getattr(a, name) - getattr(b, name))
            out[name] = float(np.nanmean(apart)) if np.isfinite(apart).any() else float("nan")
        return out

    def failures(self) -> list[str]:
        """Return in words what is not as it must be."""
        said, out = self.analysis.session.isolation, []
        if said.isolated is None and not said.reasons:
            out.append("cannot tell, without a reason")
        if said.isolated is not None and said.isolated != self.expected:
            out.append(f"WRONG VERDICT: {SAID[said.isolated]}, truly {SAID[self.expected]}")
        for name, worse in self.worse().items():
            mark = WORSE_INDEX_MARK if name == "slump_index" else WORSE_MARK
            if worse > mark:
                now = amount(name, self.score.error[name])
                out.append(f"{SHORT[name]} worse by {amount(name, worse)}, off by {now}")
        if self.variant == "mirrored":
            out += [
                f"{SHORT[name]} differs by {amount(name, d)} in the mirror"
                for name, d in self.differs().items()
                if d > (WORSE_INDEX_MARK if name == "slump_index" else MIRROR_MARK_DEG)
            ]
        return out


def variant_track(clip: str, variant: str, truth: Truth, fresh: bool) -> PoseTrack:
    """Return the pose track of a variant, made once."""
    cached = CACHE / "degraded" / f"{clip}.{variant}.npz"
    if fresh or not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        with (
            degraded(variant, SAMPLES / f"{clip}.mp4", truth) as path,
            open_clip(path, max_side_px=ANALYSIS_SIDE_PX) as source,
        ):
            save_track(cached, estimate_pose(source))
    return load_track(cached)


def run(clip: str, variants: list[str], fresh: bool) -> list[Trial]:
    """Try all variants of one clip."""
    truth = load_truth(clip)
    undegraded = analyze_track(track_of(clip))
    reference = score(undegraded, truth)
    trials = []
    for variant in variants:
        analysis = analyze_track(variant_track(clip, variant, truth, fresh))
        measured = score(analysis, degraded_truth(variant, truth))
        trials.append(Trial(clip, variant, analysis, undegraded, measured, reference))
    return trials


def summary(trials: list[Trial]) -> str:
    """Return a row for each variant: verdicts, and the worst clip of each angle."""
    rows = []
    for variant in dict.fromkeys(t.variant for t in trials):
        these = [t for t in trials if t.variant == variant]
        verdicts = [t.analysis.session.isolation.isolated for t in these]
        right = sum(v == t.expected for v, t in zip(verdicts, these, strict=True))
        wrong = sum(v is not None and v != t.expected for v, t in zip(verdicts, these, strict=True))
        worst = [_worst_cell(name, these) for name in ANGLES]
        phases = min(t.score.phase_share for t in these)
        failed = sum(bool(t.failures()) for t in these)
        refused = sum(not t.analysis.session.quality.usable for t in these)
        counts = [right, len(these) - right - wrong, refused, wrong]
        rows.append([variant, *map(str, counts), *worst, f"{phases:.0%}", str(failed)])
    angles = [SHORT[a] for a in ANGLES]
    return table(
        ["variant", "right", "cannot tell", "refused", "wrong", *angles, "phase right", "failed"], rows
    )


def _worst_cell(name: str, trials: list[Trial]) -> str:
    worse = [w for t in trials if np.isfinite(w := t.worse()[name])]
    return f"{'+' if max(worse) >= 0 else ''}{amount(name, max(worse))}" if worse else "n/a"


def details(trial: Trial) -> str:
    """Return everything that helps to find the cause of a failure."""
    session = trial.analysis.session
    found = ", ".join(f"{p.phase} {p.start_s:.1f}" for p in session.phases)
    refused = "" if session.quality.usable else " (refused)"
    lines = [f"### {trial.clip}, {trial.variant}{refused}", *(f"- {f}" for f in trial.failures())]
    lines.append(f"- says: {SAID[session.isolation.isolated]}. {' '.join(session.isolation.reasons)}")
    lines.append(f"- phases: {found or 'none'} ({trial.score.phase_share:.0%} of frames right)")
    lines.append(f"- facing {session.facing}, baseline {trial.analysis.angles.baseline}")
    lines.append(f"- implausible: {trial.analysis.angles.plausible.reasons}")
    unseen = ", ".join(f"{SHORT[a]} {trial.score.unseen[a]:.0%}" for a in ANGLES)
    lines.append(f"- NaN: {unseen}")
    lines += [f"- {f.severity} {f.code}: {f.message}" for f in session.quality.findings]
    return "\n".join(lines)


def main() -> None:
    """Run the trials and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="three samples only")
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS), metavar="VARIANT")
    parser.add_argument("--fresh", action="store_true", help="make the tracks anew")
    arguments = parser.parse_args()
    trials: list[Trial] = []
    for clip in QUICK if arguments.quick else clip_names():
        trials += run(clip, arguments.only, arguments.fresh)
    failed = [t for t in trials if t.failures()]
    print(f"## Degraded clips ({len({t.clip for t in trials})} clips)\n")
    print("Angles: by how much the mean absolute error grew on the worst clip.\n")
    print(summary(trials))
    print(f"\n## Failures: {len(failed)} of {len(trials)}\n")
    print("\n\n".join(details(t) for t in failed))


if __name__ == "__main__":
    main()
