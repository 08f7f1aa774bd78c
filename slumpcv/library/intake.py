"""Bringing things in: a zip file that somebody sent, a folder that slumpcv wrote, or a clip.

Neither the name of what is brought nor its folder's gets into the library: it may name the patient.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.export.bundle import VIDEO_NAME
from slumpcv.export.opening import open_bundle, recorded_on
from slumpcv.export.source import TRACK_NAME, check_they_belong_together
from slumpcv.files import RESULT_FILES
from slumpcv.language import later
from slumpcv.library.clips import bring_clip
from slumpcv.library.facts import digest_of, facts_of
from slumpcv.library.sessions import NewSession
from slumpcv.library.store import staging
from slumpcv.replay import REPLAY, write_replay
from slumpcv.session_file import FILE_NAME, load_session
from slumpcv.track import load_track
from slumpcv.visits import VISIT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from slumpcv.library.library import Library
    from slumpcv.library.terms import Brought, Person, Source
    from slumpcv.session import Session
    from slumpcv.terms import Side

KEPT_FILES = (*RESULT_FILES, REPLAY)
_ZIP = b"PK\x03\x04"


def bring(
    library: Library,
    who: Person,
    path: Path,
    patient_id: str,
    side: Side | None = None,
    day: date | None = None,
) -> Brought:
    """Take something into the library; a second time it is recognised and nothing is added.

    Parameters
    ----------
    library : where to.
    who : the person who acts.
    path : a zip file of ``slumpcv export``, a folder of ``slumpcv analyze`` or of the guided test, or a
        clip, which is analysed in the background.
    patient_id : whose it is.
    side : the tested leg, to make sure, or where the result does not know it.
    day : of the visit; None takes the day of the recording where it is known, else today.

    Raises
    ------
    InputError
        When it cannot be used. Nothing is added then.
    """
    if path.is_dir():
        source: Source = "guided" if (path.parent / VISIT_FILE).is_file() else "folder"
        return _bring_result(library, who, path, source, patient_id, side, day)
    if _is_zip(path):
        return _bring_result(library, who, path, "bundle", patient_id, side, day)
    return bring_clip(library, who, path, patient_id, side, day)


@dataclass(frozen=True)
class Outcome:
    """What became of one of many things that were brought; ``error`` says why it was not taken."""

    path: Path
    brought: Brought | None
    error: InputError | None


def bring_all(
    library: Library,
    who: Person,
    paths: Sequence[Path],
    patient_id: str,
    side: Side | None = None,
    day: date | None = None,
) -> Iterator[Outcome]:
    """Take many things in, one after the other; what cannot be used does not keep the others out.

    Parameters: as for `bring`. Yields what became of each as soon as it is known.
    """
    for path in paths:
        try:
            yield Outcome(path, bring(library, who, path, patient_id, side, day), None)
        except InputError as error:
            yield Outcome(path, None, error)


def _bring_result(
    library: Library,
    who: Person,
    path: Path,
    source: Source,
    patient_id: str,
    side: Side | None,
    day: date | None,
) -> Brought:
    with staging(library.store, library.presence) as staged:
        files = staged / "files"
        session = open_bundle(path, files)[0] if source == "bundle" else _copy_result(path, files)
        facts = facts_of(session) | {"side": _checked_side(session, side)}
        digest = digest_of(files)
        if not (files / REPLAY).is_file() and (files / VIDEO_NAME).is_file():
            # A bundle's only video is the annotated one: its picture, without the strip below, can be played.
            clip = session.clip
            write_replay(files / VIDEO_NAME, files / REPLAY, aspect=clip.width_px / clip.height_px)
        if day is None and source == "bundle":
            day = recorded_on(path)
        new = NewSession(
            patient_id=patient_id,
            digest=digest,
            source=source,
            facts=facts,
            day=day,
            has_clip=(files / REPLAY).is_file(),
        )
        return library.add_session(who, files, new)


def _copy_result(folder: Path, files: Path) -> Session:
    """Copy what slumpcv wrote, and nothing else that may be in the folder."""
    files.mkdir(mode=0o700)
    session = load_session(folder)
    for name in KEPT_FILES:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, files / name)
    if not (files / TRACK_NAME).is_file():
        raise InputError(
            later("library.no_track", folder=folder, name=TRACK_NAME), later("trouble.fix.result_folder")
        )
    check_they_belong_together(load_session(files / FILE_NAME), load_track(files / TRACK_NAME))
    return session


def _checked_side(session: Session, side: Side | None) -> Side | None:
    if session.side is not None and side is not None and session.side != side:
        raise InputError(later(f"library.other_leg.{session.side}"), later("library.fix.whose"))
    return session.side or side


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP)) == _ZIP
    except OSError as error:
        raise InputError(
            later("trouble.unknown_file", path=path, reason=error.strerror), later("trouble.fix.name")
        ) from error
