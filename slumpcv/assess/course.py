"""How the symptoms went through the test: intensity in each phase, and what the head lift changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.answers import ASKED_PHASES, PROVOKED, Felt
from slumpcv.session import Course, HeadLiftResponse, PhaseIntensity

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from slumpcv.answers import AskedPhase, Responses
    from slumpcv.session import Relief, Symptom
    from slumpcv.terms import PhaseName


@dataclass(frozen=True)
class Sensation:
    """What was felt in one phase: answered for the phase, or marked in it.

    A mark takes from the phase's answer what it does not say itself.
    """

    phase: AskedPhase
    felt: Felt
    marked: bool

    def rise(self, baseline: int | None) -> int:
        """Return the intensity over that at rest; 0 when either is not known."""
        if self.felt.intensity is None or baseline is None:
            return 0
        return self.felt.intensity - baseline

    def is_new(self, baseline: int | None) -> bool:
        """Return whether something came that was not there at rest."""
        if self.felt.intensity is None:
            return self.marked or self.felt.is_anything
        return self.felt.intensity - (baseline or 0) >= thresholds.REPRODUCED_RISE


def sensations(responses: Responses, symptoms: Sequence[Symptom]) -> list[Sensation]:
    """Return what was felt in the phases that are asked about, in their order.

    A mark counts in the phase in which it was strongest.
    """
    answered = [Sensation(p, f, marked=False) for p, f in responses.phases.items()]
    marked = [
        Sensation(phase, _completed(s.mark, responses.phases.get(phase, Felt())), marked=True)
        for s in symptoms
        for phase in ASKED_PHASES
        if s.strongest_in == phase
    ]
    return sorted([*answered, *marked], key=lambda s: ASKED_PHASES.index(s.phase))


def _completed(mark: Felt, answer: Felt) -> Felt:
    return Felt(
        intensity=answer.intensity if mark.intensity is None else mark.intensity,
        familiar=mark.familiar or answer.familiar,
        regions=mark.regions or answer.regions,
        qualities=mark.qualities or answer.qualities,
    )


def follow_course(
    responses: Responses,
    symptoms: Sequence[Symptom],
    isolated: bool | None,
    performed: Collection[PhaseName] = ASKED_PHASES,
) -> Course:
    """Return how the symptoms went.

    Parameters
    ----------
    responses : the answers about the test.
    symptoms : those marked on the clip, with their phases.
    isolated : whether only the head moved during the head lift.
    performed : the phases that the clip holds.

    Returns
    -------
    Course
        ``reproduced`` when the familiar symptom rose by `thresholds.REPRODUCED_RISE`; ``peak`` is
        its highest intensity, None when it did not come.
    """
    felt = sensations(responses, symptoms)
    intensities = tuple(i for phase in ASKED_PHASES if (i := _intensity(phase, felt)) is not None)
    baseline = next((i.intensity for i in intensities if i.phase == "BASELINE"), None)
    peaks = [
        s.felt.intensity
        for s in felt
        if s.phase != "BASELINE" and s.felt.familiar == "yes" and s.felt.intensity is not None
    ]
    peak = max(peaks, default=None)
    rise = None if peak is None or baseline is None else peak - baseline
    return Course(
        intensities=intensities,
        baseline=baseline,
        peak=peak,
        reproduced=rise is not None and rise >= thresholds.REPRODUCED_RISE,
        head_lift=_response(responses, intensities, rise, isolated, performed),
    )


def _intensity(phase: AskedPhase, felt: Sequence[Sensation]) -> PhaseIntensity | None:
    """Return the strongest of what was felt in a phase; None when nobody was asked or marked anything.

    At rest and after the head lift the answer to the question outweighs a mark, whose time may be
    a little off.
    """
    here = [s for s in felt if s.phase == phase]
    if phase in ("BASELINE", "HEAD_LIFT"):
        here = [s for s in here if not s.marked and s.felt.intensity is not None] or here
    if not here:
        return None
    strongest = max((s.felt for s in here), key=lambda f: -1 if f.intensity is None else f.intensity)
    return PhaseIntensity(phase=phase, intensity=strongest.intensity, familiar=strongest.familiar)


def _response(
    responses: Responses,
    intensities: Sequence[PhaseIntensity],
    rise: int | None,
    isolated: bool | None,
    performed: Collection[PhaseName],
) -> HeadLiftResponse:
    """Compare the last intensity before the head lift with that after it."""
    known = {i.phase: i.intensity for i in intensities if i.intensity is not None}
    baseline, after = known.get("BASELINE"), known.get("HEAD_LIFT")
    # Nothing felt in a step that was not done says nothing of how it was before the head lift.
    asked = [p for p in PROVOKED if p in known and (p in performed or known[p] > 0)]
    before = known[asked[-1]] if asked else baseline
    drop = None if before is None or after is None else before - after
    said = responses.head_lift_change
    settled = after is not None and baseline is not None and after <= baseline
    back_from_one = rise == thresholds.REPRODUCED_RISE and settled
    return HeadLiftResponse(
        before=before,
        after=after,
        drop=drop,
        said=said,
        relief=_relief(before, drop, back_from_one, said == "worse"),
        conflict=drop is not None and _in_conflict(said, drop),
        isolated=isolated,
    )


def _relief(before: int | None, drop: int | None, back_from_one: bool, said_worse: bool) -> Relief | None:
    """Return the relief by the protocol's numbers; None when an intensity is missing.

    "Worse" in words outweighs a drop of one point, which can be chance.
    """
    if drop is None or before is None:
        return None
    if drop < 0 or said_worse:
        return "worse"
    if drop == 0:
        return "none"
    enough = drop >= thresholds.RELIEF_DROP and drop >= thresholds.RELIEF_SHARE * before
    return "clear" if enough or back_from_one else "partial"


def _in_conflict(said: str | None, drop: int) -> bool:
    if said in ("gone", "eased"):
        return drop <= 0
    return said in ("same", "worse") and drop >= thresholds.CONFLICT_DROP
