"""Other courses of the test, cut together from the tracks of the sample clips.

    python -m benchmarks.stories

A track is edited in time and its truth alike: the person takes half or twice the time, lifts
the head twice, starts slumped, and so on. That tries the phases and the verdict on real
landmarks without another minute of pose estimation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring import Score, real_phases, score
from benchmarks.tables import SAID, table
from benchmarks.truth import Truth, clip_names, load_truth, track_of
from slumpcv.analysis import Analysis, analyze_track
from slumpcv.track import PoseTrack, array_names


@dataclass(frozen=True)
class Piece:
    """A stretch of a clip, played at ``1 / stretch`` times its speed, perhaps backwards.

    ``phase`` says what its frames now are; None leaves them what they were.
    """

    begin_s: float
    end_s: float
    stretch: float = 1.0
    backwards: bool = False
    phase: str | None = None

    def cut(self, time_s: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the frames of this piece in the order of playing, and their times from its start."""
        inside = np.flatnonzero((time_s >= self.begin_s) & (time_s < self.end_s))
        at_s = time_s[inside] - self.begin_s
        if self.backwards:
            inside, at_s = inside[::-1], (self.end_s - time_s[inside])[::-1]
        return inside, at_s * self.stretch

    @property
    def length_s(self) -> float:
        """Return how long it plays."""
        return (self.end_s - self.begin_s) * self.stretch


@dataclass(frozen=True)
class Story:
    """A clip in pieces.

    ``open`` names a phase that may be found or not; ``unfinished`` means that the head lift is
    cut off, so that no verdict can be given.
    """

    pieces: list[Piece]
    open: str = ""
    unfinished: bool = False


def arrange(
    pieces: list[Piece], time_s: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64], list[str | None]]:
    """Return which frames play when, and what the pieces call them."""
    index, times, names, offset_s = [], [], [], 0.0
    for piece in pieces:
        inside, at_s = piece.cut(time_s)
        index.append(inside)
        times.append(at_s + offset_s)
        names += [piece.phase] * len(inside)
        offset_s += piece.length_s
    played_s = np.concatenate(times)
    later = np.concatenate([[True], np.diff(np.maximum.accumulate(played_s)) > 1e-6])
    return np.concatenate(index)[later], played_s[later], [n for n, k in zip(names, later, strict=True) if k]


def edit_track(track: PoseTrack, pieces: list[Piece]) -> PoseTrack:
    """Return the track of the pieces."""
    index, time_s, _ = arrange(pieces, track.time_s)
    arrays = {n: getattr(track, n)[index] for n in array_names()} | {"time_s": time_s}
    return PoseTrack(**arrays, source=replace(track.source, duration_s=float(time_s[-1])))


def edit_truth(truth: Truth, pieces: list[Piece]) -> Truth:
    """Return the truth of the pieces; phases start where the name of the phase changes."""
    index, time_s, names = arrange(pieces, truth.columns["time_s"])
    phase = np.array([n or p for n, p in zip(names, truth.phase[index], strict=True)])
    starts = np.flatnonzero(np.concatenate([[True], phase[1:] != phase[:-1]]))
    ends_s = [*time_s[starts[1:]], time_s[-1]]
    phases = [
        {"phase": str(phase[i]), "start_s": float(time_s[i]), "end_s": float(e)}
        for i, e in zip(starts, ends_s, strict=True)
    ]
    columns = {n: c[index] for n, c in truth.columns.items()} | {"time_s": time_s}
    facts = truth.facts | {"phases": phases}
    return replace(truth, facts=facts, columns=columns, phase=phase, moving=truth.moving[index])


def phase_start_s(truth: Truth, phase: str) -> float:
    """Return when a phase starts; its first frame comes right after."""
    return float(truth.columns["time_s"][truth.phase == phase][0]) - 1e-4


def two_lifts(t: Truth, end_s: float) -> Story | None:
    """Lift the head, bend it again and lift it again."""
    if not t.facts["deviations"]["lift_fraction"]:
        return None
    lift_s, back_s = phase_start_s(t, "HEAD_LIFT"), phase_start_s(t, "RETURN") - 0.1
    down = Piece(lift_s, back_s, backwards=True, phase="NECK_FLEXION")
    still = Piece(lift_s - 1.2, lift_s, phase="NECK_FLEXION")
    return Story([Piece(0, back_s), down, still, Piece(lift_s, end_s)])


def two_repetitions(t: Truth, end_s: float) -> Story:
    """Do it all twice; sitting tall in between is recovery."""
    slump_s = phase_start_s(t, "SLUMP")
    return Story([Piece(0, end_s), Piece(0, slump_s, phase="RECOVERY"), Piece(slump_s, end_s)])


def twice_as_fast(_: Truth, end_s: float) -> Story:
    """Take half the time."""
    return Story([Piece(0, end_s, stretch=0.5)])


def half_as_fast(_: Truth, end_s: float) -> Story:
    """Take twice the time."""
    return Story([Piece(0, end_s, stretch=2.0)])


def no_dorsiflexion(t: Truth, end_s: float) -> Story:
    """Go from the straight knee to the head lift; the cut makes the toes jump up unseen."""
    up, lift = (Piece(0, phase_start_s(t, "DORSIFLEXION")), Piece(phase_start_s(t, "HEAD_LIFT"), end_s))
    return Story([up, lift], open="DORSIFLEXION")


def starts_slumping(t: Truth, end_s: float) -> Story:
    """Start recording in the middle of the slump; sitting tall is seen at the end only."""
    return Story([Piece(phase_start_s(t, "SLUMP") + 1.0, end_s)])


def ends_in_lift(t: Truth, _: float) -> Story:
    """Stop recording in the middle of the head lift: nothing can be told of its rest."""
    return Story([Piece(0, phase_start_s(t, "HEAD_LIFT") + 0.6)], open="HEAD_LIFT", unfinished=True)


def ends_after_lift(t: Truth, _: float) -> Story:
    """Stop recording while the lifted head is held."""
    return Story([Piece(0, phase_start_s(t, "RETURN") - 0.5)])


def frozen(t: Truth, end_s: float) -> Story:
    """Let the picture freeze for a second in the middle of the head lift."""
    at_s = phase_start_s(t, "HEAD_LIFT") + 0.5
    step_s = float(np.diff(t.columns["time_s"]).max()) + 0.005
    still = Piece(at_s - step_s, at_s, stretch=1e-3)
    pause = [replace(still, stretch=0.1 / step_s) for _ in range(10)]
    return Story([Piece(0, at_s), *pause, Piece(at_s, end_s)])


def frames_lost(t: Truth, end_s: float) -> Story:
    """Lose 0.8 s in the middle of the knee extension, as a stalled phone does."""
    at_s = phase_start_s(t, "KNEE_EXTENSION") + 0.4
    lost = Piece(at_s + 0.75, at_s + 0.8)
    return Story([Piece(0, at_s), replace(lost, stretch=16.0), Piece(at_s + 0.8, end_s)])


def hasty_end(t: Truth, end_s: float) -> Story:
    """Return as soon as the head is up."""
    lift_s, back_s = phase_start_s(t, "HEAD_LIFT"), phase_start_s(t, "RETURN")
    moves_s = t.columns["time_s"][(t.phase == "HEAD_LIFT") & t.moving]
    up_s = float(moves_s.max()) + 0.3 if len(moves_s) else lift_s + 1.5
    return Story([Piece(0, min(up_s, back_s)), Piece(back_s, end_s)])


Tell = Callable[[Truth, float], Story | None]
STORIES: tuple[Tell, ...] = (
    two_lifts,
    two_repetitions,
    twice_as_fast,
    half_as_fast,
    no_dorsiflexion,
    starts_slumping,
    ends_in_lift,
    ends_after_lift,
    frozen,
    frames_lost,
    hasty_end,
)


@dataclass(frozen=True)
class Told:
    """What the analysis made of a story."""

    story: str
    clip: str
    analysis: Analysis
    score: Score
    real: list[tuple[str, float]]
    expected: bool | None
    open: str

    @property
    def wrong(self) -> bool:
        """Return whether it gave a confident verdict that is not true."""
        return self.score.isolated is not None and self.score.isolated != self.expected

    @property
    def lost(self) -> bool:
        """Return whether it could not tell what could be told."""
        return self.score.isolated is None and self.expected is not None

    @property
    def mistaken_phases(self) -> list[str]:
        """Return the phases that were missed or made up."""
        missed = [
            p for p, off_s in self.score.boundary_s.items() if not np.isfinite(off_s) and p != self.open
        ]
        made_up = [p for p in self.score.unreal if p != self.open]
        return [f"missed {p}" for p in missed] + [f"made up {p}" for p in made_up]

    def details(self) -> str:
        """Return what helps to find the cause."""
        found = ", ".join(f"{s.phase} {s.start_s:.1f}" for s in self.analysis.spans)
        real = ", ".join(f"{phase} {start_s:.1f}" for phase, start_s in self.real)
        head = f"### {self.story}, {self.clip}: {SAID[self.score.isolated]} (truly {SAID[self.expected]})"
        reasons = " ".join(self.analysis.session.isolation.reasons)
        problems = "; ".join(self.mistaken_phases)
        share = f"{self.score.phase_share:.0%} of frames right"
        return f"{head}\n- {share}; {problems}\n- found {found}\n- truly {real}\n- {reasons}"


def tell(story: Tell, clip: str) -> Told | None:
    """Tell a story with a clip; None where the clip has no such story."""
    truth, track = load_truth(clip), track_of(clip)
    told = story(truth, float(track.time_s[-1]) + 1e-3)
    if told is None:
        return None
    edited = edit_truth(truth, told.pieces)
    analysis = analyze_track(edit_track(track, told.pieces))
    measured = score(analysis, edited)
    expected = None if told.unfinished else measured.truly_isolated
    return Told(story.__name__, clip, analysis, measured, real_phases(edited), expected, told.open)


def summary(told: list[Told]) -> str:
    """Return a row for each story."""
    rows = []
    for name in dict.fromkeys(t.story for t in told):
        these = [t for t in told if t.story == name]
        shares = [t.score.phase_share for t in these]
        mistaken = sum(len(t.mistaken_phases) for t in these)
        counts = [len(these), sum(t.wrong for t in these), sum(t.lost for t in these), mistaken]
        right = [f"{np.mean(shares):.0%}", f"{min(shares):.0%}"]
        rows.append([name.replace("_", " "), *map(str, counts), *right])
    header = ["story", "clips", "wrong", "cannot tell", "phases missed or made up", "phase right", "worst"]
    return table(header, rows)


def main() -> None:
    """Tell every story with every clip that the accuracy is promised for."""
    clips = [n for n in clip_names() if load_truth(n).promised]
    told = [t for story in STORIES for clip in clips if (t := tell(story, clip)) is not None]
    doubtful = [t for t in told if t.wrong or t.lost or t.mistaken_phases]
    print(f"## Other courses of the test\n\n{summary(told)}\n")
    print("\n\n".join(t.details() for t in doubtful))


if __name__ == "__main__":
    main()
