"""What a reviewer's corrections changed in a result: rows, and each of them in words.

Both results are shown; nothing says which is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from slumpcv.answers import ASKED_PHASES
from slumpcv.assess.wording import outcome_name
from slumpcv.corrections import SHARED_EDGE_S
from slumpcv.language import listed, text
from slumpcv.report.wording import format_measure, phase_name
from slumpcv.terms import PhaseName, Strict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slumpcv.corrections import Corrections
    from slumpcv.session import Measured, Phase, Session

Kind = Literal[
    "outcome",
    "isolation",
    "usable",
    "phase_begins",
    "phase_ends",
    "phase_added",
    "phase_removed",
    "phase_renamed",
    "phase_reached",
    "angle",
    "marks",
    "answers",
    "joints",
]
LEAST_CHANGE: dict[str, float] = {"deg": 0.05, "index": 0.0005}
"""Smaller changes of an angle come from rounding. [E]"""
NONE = ""


class Change(Strict):
    """One thing that differs between the automatic result and the corrected one.

    ``automatic`` and ``corrected`` are codes or numbers, empty for nothing; ``by`` is by how much the
    corrected value is larger, in ``unit``, and ``plus_minus`` the 95 % band of the corrected one. ``words``
    says the same in a sentence, in the language spoken when it was made.
    """

    kind: Kind
    phase: PhaseName | None = None
    repetition: int | None = None
    measure: str | None = None
    automatic: str = NONE
    corrected: str = NONE
    by: float | None = None
    unit: Literal["s", "deg", "index"] | None = None
    plus_minus: float | None = None
    words: str


def changes(automatic: Session, corrected: Session, corrections: Corrections) -> tuple[Change, ...]:
    """Return what differs, the weightiest first; empty when nothing does.

    Parameters
    ----------
    automatic, corrected : the two results of one clip.
    corrections : what lies between them.
    """
    return tuple(
        [
            *_verdicts(automatic, corrected),
            *_phases(automatic.phases, corrected.phases),
            *_angles(automatic, corrected),
            *_answers(automatic, corrected),
            *_joints(corrections),
        ]
    )


def is_seen(change: Change) -> bool:
    """Return whether a change shows in whole degrees, or two digits of an index: as people read them."""
    if change.measure is None:
        return True
    was, now = (
        format_measure(change.measure, float(value) if value else None)
        for value in (change.automatic, change.corrected)
    )
    return was != now


def _verdicts(automatic: Session, corrected: Session) -> Iterator[Change]:
    before, after = (s.outcome.code if s.outcome else NONE for s in (automatic, corrected))
    if before != after:
        yield _from_to("outcome", before, after, _outcome_title(before), _outcome_title(after))
    before, after = automatic.isolation.status, corrected.isolation.status
    if before != after:
        said = text(f"report.status.{before}"), text(f"report.status.{after}")
        yield _from_to("isolation", before, after, *said)
    if automatic.quality.usable != corrected.quality.usable:
        before, after = (_yes_or_no(s.quality.usable) for s in (automatic, corrected))
        said = text(f"ask.answer.{before}"), text(f"ask.answer.{after}")
        yield _from_to("usable", before, after, *said)


def _from_to(kind: Kind, before: str, after: str, before_words: str, after_words: str) -> Change:
    words = text(f"review.change.{kind}", before=before_words, after=after_words)
    return Change(kind=kind, automatic=before, corrected=after, words=words)


def _outcome_title(code: str) -> str:
    return outcome_name(code) if code else text("review.change.no_outcome")


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _phases(before: Sequence[Phase], after: Sequence[Phase]) -> Iterator[Change]:
    old, new = _numbered(before), _numbered(after)
    renamed = _renamed(old, new)
    for key, phase in new.items():
        if key in old:
            yield from _edges(old[key], phase, _next(after, phase))
            yield from _reached(old[key], phase)
        elif key in renamed:
            yield _change(
                "phase_renamed",
                phase,
                {"before": phase_name(renamed[key].phase)},
                automatic=renamed[key].phase,
                corrected=phase.phase,
            )
        else:
            yield _change("phase_added", phase, {"start": phase.start_s, "end": phase.end_s})
    gone = old.keys() - new.keys()
    for key, phase in old.items():
        if key in gone and phase not in renamed.values():
            yield _change("phase_removed", phase, {"start": phase.start_s, "end": phase.end_s})


def _numbered(phases: Sequence[Phase]) -> dict[tuple[str, int, int], Phase]:
    """Return phases by name, repetition, and how often the name had come in that before."""
    found: dict[tuple[str, int, int], Phase] = {}
    for p in phases:
        times = sum(name == p.phase and repetition == p.repetition for name, repetition, _ in found)
        found[p.phase, p.repetition, times] = p
    return found


def _renamed(
    old: dict[tuple[str, int, int], Phase], new: dict[tuple[str, int, int], Phase]
) -> dict[tuple[str, int, int], Phase]:
    """Return what each phase was called that kept its place and changed its name."""
    gone = [old[key] for key in old.keys() - new.keys()]
    return {
        key: was
        for key in new.keys() - old.keys()
        for was in gone
        if abs(was.start_s - new[key].start_s) <= SHARED_EDGE_S
        and abs(was.end_s - new[key].end_s) <= SHARED_EDGE_S
    }


def _next(phases: Sequence[Phase], phase: Phase) -> Phase | None:
    at = next(i for i, p in enumerate(phases) if p is phase)
    return phases[at + 1] if at + 1 < len(phases) else None


def _edges(before: Phase, after: Phase, following: Phase | None) -> Iterator[Change]:
    """Say which edges moved; one that two phases share is told with the later of them."""
    moved = [("phase_begins", before.start_s, after.start_s)]
    if following is None or following.start_s - after.end_s > SHARED_EDGE_S:
        moved.append(("phase_ends", before.end_s, after.end_s))
    for kind, was_s, now_s in moved:
        by_s = round(now_s - was_s, 3)
        if abs(by_s) > SHARED_EDGE_S:
            way = "later" if by_s > 0 else "earlier"
            edge = {"phase": phase_name(after.phase), "by": abs(by_s), "was": was_s, "now": now_s}
            yield Change(
                kind="phase_begins" if kind == "phase_begins" else "phase_ends",
                phase=after.phase,
                repetition=after.repetition,
                automatic=f"{was_s:.3f}",
                corrected=f"{now_s:.3f}",
                by=by_s,
                unit="s",
                words=text(f"review.change.{kind}.{way}", **edge),
            )


def _reached(before: Phase, after: Phase) -> Iterator[Change]:
    if before.reached != after.reached:
        yield _change(
            "phase_reached",
            after,
            {"after": text(f"ask.answer.{_yes_or_no(after.reached)}")},
            automatic=_yes_or_no(before.reached),
            corrected=_yes_or_no(after.reached),
        )


def _change(
    kind: Kind, phase: Phase, values: dict[str, object], automatic: str = NONE, corrected: str = NONE
) -> Change:
    words = text(f"review.change.{kind}", phase=phase_name(phase.phase), **values)
    return Change(
        kind=kind,
        phase=phase.phase,
        repetition=phase.repetition,
        automatic=automatic,
        corrected=corrected,
        words=words,
    )


def _angles(automatic: Session, corrected: Session) -> Iterator[Change]:
    for phase, held in corrected.measurements.items():
        for name, after in held.items():
            before = automatic.measurements.get(phase, {}).get(name)
            if _differs(name, before, after):
                yield _angle(phase, name, before, after)


def _unit(name: str) -> Literal["deg", "index"]:
    return "deg" if name.endswith("_deg") else "index"


def _differs(name: str, before: Measured | None, after: Measured) -> bool:
    was = None if before is None else before.value
    if was is None or after.value is None:
        return was is not after.value
    return abs(after.value - was) >= LEAST_CHANGE[_unit(name)]


def _angle(phase: PhaseName, name: str, before: Measured | None, after: Measured) -> Change:
    was = None if before is None else before.value
    words = text(
        "review.change.angle",
        angle=text(f"report.angle.{name}"),
        phase=phase_name(phase),
        before=format_measure(name, was),
        after=format_measure(name, after.value, after.plus_minus),
    )
    return Change(
        kind="angle",
        phase=phase,
        measure=name,
        automatic=NONE if was is None else f"{was:.3f}",
        corrected=NONE if after.value is None else f"{after.value:.3f}",
        by=None if was is None or after.value is None else round(after.value - was, 3),
        unit=_unit(name),
        plus_minus=after.plus_minus,
        words=words,
    )


def _answers(automatic: Session, corrected: Session) -> Iterator[Change]:
    was, now = ([s.mark for s in session.symptoms] for session in (automatic, corrected))
    if was != now:
        new, gone = sum(m not in was for m in now), sum(m not in now for m in was)
        words = text("review.change.marks", before=len(was), after=len(now), new=new, gone=gone)
        yield Change(kind="marks", automatic=str(len(was)), corrected=str(len(now)), words=words)
    if automatic.responses != corrected.responses:
        told = listed(_answered(automatic, corrected)) or text("review.change.other_answers")
        yield Change(kind="answers", words=text("review.change.answers", answers=told))


def _answered(automatic: Session, corrected: Session) -> list[str]:
    """Return for what other answers were given: phases, and what the head lift changed."""
    was, now = (s.responses for s in (automatic, corrected))
    phases = [
        phase_name(p)
        for p in ASKED_PHASES
        if (was.phases.get(p) if was else None) != (now.phases.get(p) if now else None)
    ]
    lift = (was.head_lift_change if was else None) != (now.head_lift_change if now else None)
    return [*phases, *([text("review.change.lift_answer")] if lift else [])]


def _joints(corrections: Corrections) -> Iterator[Change]:
    if corrections.points:
        times = sorted({p.time_s for p in corrections.points})
        words = text("review.change.joints", pictures=len(times), start=times[0], end=times[-1])
        yield Change(kind="joints", corrected=str(len(times)), words=words)
