"""The files of a reviewed session: automatic and corrected result side by side, as they are handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.analysis import Analysis, write_results, write_video
from slumpcv.language import speaking
from slumpcv.replay import REPLAY
from slumpcv.review.apply import answers_in
from slumpcv.review.record import reviewed
from slumpcv.ui.stored import read_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from slumpcv.review.history import Edit
    from slumpcv.terms import Side, Signature


def reviewed_analysis(folder: Path, edits: Sequence[Edit], side: Side | None) -> Analysis:
    """Return what is in a session's folder with the corrections beside it, in the session's language.

    Parameters
    ----------
    folder : with session and track.
    edits : all corrections, oldest first.
    side : the leg that was said to be tested, None when nobody said.

    Raises
    ------
    InputError
        When a file is missing or damaged, or the corrections do not fit the clip.
    """
    stored = read_stored(folder)
    automatic = Analysis(stored.track, stored.angles, stored.spans, stored.session, side)
    with speaking(stored.session.language):
        return reviewed(automatic, edits, answers_in(stored.session))


def write_reviewed(folder: Path, analysis: Analysis, target: Path, made_on: date | Signature) -> None:
    """Write all result files but the video into an existing folder, the report with a signature or without.

    Raises
    ------
    InputError
        When the disk is full.
    """
    with speaking(analysis.session.language):
        write_results(analysis, target, _clip(folder), overlay=False, made_on=made_on)


def write_reviewed_video(
    folder: Path, analysis: Analysis, target: Path, progress: Callable[[float], None]
) -> None:
    """Write the annotated video of a session with a clip, showing the corrected result where there is one.

    Raises
    ------
    InputError
        When there is no clip, or the disk is full.
    """
    clip = _clip(folder)
    assert clip is not None
    with speaking(analysis.session.language):
        write_video(target, analysis.corrected or analysis, clip, progress)


def _clip(folder: Path) -> Path | None:
    replay = folder / REPLAY
    return replay if replay.is_file() else None
