"""From a result and what a reviewer corrected to the corrected result: the same path, other input.

    points ──▶ track ──▶ measure ──▶ angles ──┐
    phases (or what the machine finds) ───────┴──▶ judge_movement ──▶ with_answers ◀── marks, answers

What was not corrected is as before, to the last digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.analysis import judge_movement, with_answers
from slumpcv.angles import measure
from slumpcv.answers import Answers
from slumpcv.review.corrections import check_fits
from slumpcv.review.points import place
from slumpcv.review.spans import corrected_spans
from slumpcv.segmentation import segment

if TYPE_CHECKING:
    from slumpcv.analysis import Analysis
    from slumpcv.corrections import Corrections
    from slumpcv.session import Session


def apply(
    analysis: Analysis,
    corrections: Corrections,
    answers: Answers | None,
    other_side_knee_deg: float | None = None,
) -> Analysis:
    """Return the result that follows from a reviewer's corrections.

    Parameters
    ----------
    analysis : the automatic result; it stays as it is.
    corrections : the whole state of the review.
    answers : the patient's, or None; what the corrections say takes their place.
    other_side_knee_deg : how far from straight the other leg's knee stayed in its own test.

    Returns
    -------
    Analysis
        Its track holds the moved landmarks. Without corrections it is the automatic result with
        these answers. Nothing measured by hand enters it.

    Raises
    ------
    InputError
        When the corrections do not fit the clip, or a symptom lies after its end.
    """
    check_fits(corrections, analysis.track)
    track, angles, spans = analysis.track, analysis.angles, analysis.spans
    if corrections.points:
        placed = place(track, corrections.points)
        track, angles = placed.track, measure(placed.track, placed.by_hand)
        spans = segment(angles)
    if corrections.phases is not None:
        spans = corrected_spans(corrections.phases, spans, angles)
    movement = judge_movement(track, analysis.asked_side, angles=angles, spans=spans)
    told = corrected_answers(corrections, answers)
    return movement if told is None else with_answers(movement, told, other_side_knee_deg)


def corrected_answers(corrections: Corrections, answers: Answers | None) -> Answers | None:
    """Return the answers, the reviewer's in place of the patient's; None without any."""
    if corrections.marks is None and corrections.responses is None:
        return answers
    known = answers or Answers(entered_by="therapist", how="replay")
    told = dict(known) if corrections.responses is None else dict(known) | dict(corrections.responses)
    marks = known.symptoms if corrections.marks is None else corrections.marks
    return Answers.model_validate(told | {"symptoms": marks})


def answers_in(session: Session) -> Answers | None:
    """Return the answers that a saved session was made with; None when it has none."""
    if session.responses is None:
        return None
    told = dict(session.responses) | {"screen": session.screen, "intake": session.intake}
    return Answers.model_validate(told | {"symptoms": tuple(s.mark for s in session.symptoms)})
