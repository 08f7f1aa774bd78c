"""The result folder that an export is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.angles import Angles, measure
from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.review.points import place
from slumpcv.session_file import FILE_NAME, load_session
from slumpcv.track import load_track

if TYPE_CHECKING:
    from slumpcv.session import Session
    from slumpcv.track import PoseTrack

TRACK_NAME = "track.npz"


@dataclass(frozen=True)
class Result:
    """A result folder with its session; the track is read when it is needed.

    Attributes
    ----------
    folder : where the files are.
    session : what ``session.json`` says, with a reviewer's result in place where there is one. Its phases
        count, also where they differ from those that the track alone would give.
    """

    folder: Path
    session: Session

    @cached_property
    def track(self) -> PoseTrack:
        """Return the pose track.

        Raises
        ------
        InputError
            When there is none, it is damaged, or it belongs to another clip than the session.
        """
        path = self.folder / TRACK_NAME
        if not path.is_file():
            raise InputError(
                f"{self.folder} holds no {TRACK_NAME}, from which the angles are measured",
                "Analyse the clip again.",
            )
        track = load_track(path)
        check_they_belong_together(self.session, track)
        return track

    @cached_property
    def angles(self) -> Angles:
        """Return the angles, measured again from the track: those of the analysis, or of its review."""
        review = self.session.review
        if review is None or not review.corrections.points:
            return measure(self.track)
        placed = place(self.track, review.corrections.points)
        return measure(placed.track, placed.by_hand)


def open_result(where: str | Path) -> Result:
    """Open a result.

    Parameters
    ----------
    where : a folder that ``slumpcv analyze`` wrote, or its ``session.json``.

    Raises
    ------
    InputError
        When there is no session, it is damaged, or a newer version wrote it.
    """
    path = Path(where)
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise InputError(f"{path} does not exist", "Give a folder that slumpcv analyze wrote.")
    if path.is_file() and path.name != FILE_NAME:
        raise InputError(
            f"{path.name} is not a result of slumpcv analyze",
            "Give the folder that it wrote, or the session.json in it.",
        )
    return Result(folder, load_session(path).used)


def check_they_belong_together(session: Session, track: PoseTrack) -> None:
    """Refuse a track of another clip than the session's.

    Raises
    ------
    InputError
        When clip or number of frames differ.
    """
    same_clip = session.clip.sha256 == track.source.sha256
    if not same_clip or session.clip.frames_analysed != len(track):
        raise InputError(
            later("trouble.other_track", track=TRACK_NAME, session=FILE_NAME),
            later("trouble.fix.analyse_again"),
        )
