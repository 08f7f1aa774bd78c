"""A review put beside the automatic result, as it is written and reported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slumpcv.language import speaking
from slumpcv.review.apply import apply
from slumpcv.review.history import NOTHING, current, standing
from slumpcv.session import CorrectedResult, Review, ReviewEdit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.analysis import Analysis
    from slumpcv.answers import Answers
    from slumpcv.corrections import Corrections
    from slumpcv.review.history import Edit


def reviewed(
    analysis: Analysis,
    edits: Sequence[Edit],
    answers: Answers | None,
    other_side_knee_deg: float | None = None,
) -> Analysis:
    """Return the automatic result with a review beside it, ready for `analysis.write_results`.

    Parameters
    ----------
    analysis : the automatic result, with the patient's answers where there are any.
    edits : all that was done in the review, oldest first, undo and redo included.
    answers, other_side_knee_deg : as for `apply`.

    Returns
    -------
    Analysis
        Words of the corrected result are in the session's language. Where everything was taken back,
        there is no review.

    Raises
    ------
    InputError
        When the corrections do not fit the clip.
    """
    state, counting = current(edits), standing(edits)
    if state == NOTHING or not counting:
        without = analysis.session.model_copy(update={"review": None})
        return replace(analysis, session=without, corrected=None)
    noted = tuple(
        ReviewEdit(made_at=e.made_at, made_by=e.made_by, action=e.action, why=e.why) for e in counting
    )
    return corrected_beside(analysis, state, noted, answers, other_side_knee_deg)


def corrected_beside(
    analysis: Analysis,
    corrections: Corrections,
    edits: tuple[ReviewEdit, ...],
    answers: Answers | None,
    other_side_knee_deg: float | None = None,
) -> Analysis:
    """Return the automatic result with what follows from corrections beside it.

    Parameters
    ----------
    corrections : the whole state of the review.
    edits : those that led to it.
    analysis, answers, other_side_knee_deg : as for `reviewed`.

    Raises
    ------
    InputError
        When the corrections do not fit the clip.
    """
    with speaking(analysis.session.language):
        corrected = apply(analysis, corrections, answers, other_side_knee_deg)
    result = {name: getattr(corrected.session, name) for name in CorrectedResult.model_fields}
    review = Review(edits=edits, corrections=corrections, result=CorrectedResult(**result))
    return replace(
        analysis, session=analysis.session.model_copy(update={"review": review}), corrected=corrected
    )
