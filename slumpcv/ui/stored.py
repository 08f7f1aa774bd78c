"""What an analysis left in a test's folder, read once for all runs of a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from slumpcv.angles import Angles, measure
from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.report.palette import PHASE_TINTS
from slumpcv.report.wording import phase_name, short_phase_name
from slumpcv.segmentation import segment
from slumpcv.session_file import FILE_NAME, load_session
from slumpcv.track import load_track

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slumpcv.phases import PhaseSpan
    from slumpcv.session import Session
    from slumpcv.track import PoseTrack

TRACK_NAME = "track.npz"
# A test takes a few megabytes; each person looks at one or two.
MOST_KEPT = 8


@dataclass(frozen=True, eq=False)
class Stored:
    """A session with the arrays that it was made of; the same only when read at the same time."""

    folder: Path
    session: Session
    track: PoseTrack
    angles: Angles
    spans: Sequence[PhaseSpan]

    @property
    def frame_s(self) -> float:
        """Return the time from one analysed frame to the next."""
        time_s = self.angles.time_s
        return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1 / 30

    def bands(self) -> list[dict[str, Any]]:
        """Return the phases as the replay's timeline takes them."""
        return [
            {
                "name": phase_name(phase.phase),
                "short": short_phase_name(phase.phase),
                "start": phase.start_s,
                "end": phase.end_s,
                "colour": PHASE_TINTS[phase.phase],
            }
            for phase in self.session.phases
        ]


def read_stored(folder: Path) -> Stored:
    """Read what an analysis wrote.

    Raises
    ------
    InputError
        When a file is missing or damaged.
    """
    return _read(folder, written_at(folder))


def written_at(folder: Path) -> tuple[int, ...]:
    """Return when a result was written: another result has other times.

    Raises
    ------
    InputError
        When there is none.
    """
    try:
        return tuple((folder / name).stat().st_mtime_ns for name in (FILE_NAME, TRACK_NAME))
    except OSError as error:
        raise InputError(
            later("trouble.no_result", folder=folder), later("trouble.fix.analyse_again")
        ) from error


def forget() -> None:
    """Let go of all that was read: it may be of a visit that was deleted."""
    _read.cache_clear()


@lru_cache(MOST_KEPT)
def _read(folder: Path, _written: tuple[int, ...]) -> Stored:
    session, track = load_session(folder), load_track(folder / TRACK_NAME)
    angles = measure(track)
    return Stored(folder, session, track, angles, segment(angles))
