"""The sessions of the library, to be measured again (see ``slumpcv.batch.again``)."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, get_args

from filelock import FileLock, Timeout

from slumpcv.batch.again import CORRECTED, Again, Handed
from slumpcv.batch.dest import DRAFT, open_dest
from slumpcv.batch.differences import change_of
from slumpcv.batch.inputs import Clip
from slumpcv.batch.task import Options
from slumpcv.compare import compare_sessions
from slumpcv.errors import InputError
from slumpcv.export.source import TRACK_NAME
from slumpcv.files import RESULT_FILES
from slumpcv.language import later
from slumpcv.library.clips import RECORDING
from slumpcv.library.facts import facts_of, result_of
from slumpcv.library.replacing import Kept, Replacement
from slumpcv.library.store import staging
from slumpcv.models import VARIANTS, Variant, accepted_sha256, find_model
from slumpcv.replay import REPLAY
from slumpcv.review.corrections import read_corrections
from slumpcv.session_file import FILE_NAME, load_session
from slumpcv.terms import Side
from slumpcv.visits import FOR_THE_USER_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slumpcv.batch.again import Way
    from slumpcv.batch.differences import Change
    from slumpcv.batch.row import Row
    from slumpcv.compare.schema import Measure, Unit
    from slumpcv.corrections import Corrections
    from slumpcv.library.library import Library
    from slumpcv.library.terms import Person
    from slumpcv.session import Session

# Result files that are made again where a session has them; all have the others.
DRAWN = {"report.pdf", "timeline.png"}
UNREADABLE = "unreadable"
NOT_SEEN = "not_seen"
# What the list shows of corrections, by the measures of a comparison.
APART: dict[str, tuple[Measure, Unit]] = {
    "outcome": ("outcome", "word"),
    "isolation": ("isolated", "word"),
    "knee_deg": ("knee_extension", "deg"),
    "head_lift_deg": ("head_lift", "deg"),
}


@contextmanager
def library_place(library: Library, who: Person, model: Variant | None = None) -> Iterator[LibraryPlace]:
    """Open a library's sessions to be measured again; one program at a time may.

    Parameters
    ----------
    library, who : where they are, and who acts.
    model : pose model for all; None takes that of each session, in its version of today.

    Raises
    ------
    InputError
        When another program is at it, or the data folder cannot be used.
    """
    folder = library.data / DRAFT
    folder.mkdir(mode=FOR_THE_USER_ONLY, exist_ok=True)
    try:
        with (
            FileLock(folder / ".lock", timeout=0, mode=0o600),
            staging(library.store, library.presence) as copies,
        ):
            yield LibraryPlace(library, who, model, copies)
    except Timeout:
        raise InputError(later("library.measured_again"), later("library.fix.wait_ended")) from None


class LibraryPlace:
    """A library as a `slumpcv.batch.again.Place`; new sessions wait in the data folder.

    Parameters
    ----------
    library, who, model : as for `library_place`.
    copies : an empty folder for copies of what is stored elsewhere.
    """

    def __init__(self, library: Library, who: Person, model: Variant | None, copies: Path) -> None:
        self._library, self._who, self._model, self._copies = library, who, model, copies
        self.home = self.draft = open_dest(str(library.data / DRAFT))
        self._kept: dict[str, Kept] = {}
        self._installed: dict[Variant, str] = {}

    def sessions(self) -> list[Again]:
        """Return all sessions; what waits of others, which were deleted, is removed."""
        self._kept = {kept.id: kept for kept in self._library.all_sessions(self._who)}
        self.draft.prepare()
        for name in self.draft.whole() - self._kept.keys():
            self.draft.remove_session(name)
        return [self._again(kept) for kept in self._kept.values()]

    def hand_out(self, one: Again) -> Handed:
        """Name the folder of the files, or of copies that are made of them."""
        folder, clip = self._copies / one.name, one.clip
        folder.mkdir(mode=FOR_THE_USER_ONLY)
        top = self._copies
        names = [FILE_NAME, *([TRACK_NAME] if one.way == "track" else [one.clip.url])]
        names += [REPLAY] * one.options.report
        for name in set(names).intersection(self._library.store.names(one.name)):
            path = self._library.store.local(one.name, name, folder)
            top = path.parent.parent
            if name == one.clip.url:
                clip = Clip(str(path), None, "")
        return Handed(str(top), one.name, clip)

    def take_back(self, one: Again) -> None:
        """Remove the copies."""
        shutil.rmtree(self._copies / one.name, ignore_errors=True)

    def old(self, one: Again, scratch: Path) -> Session:
        """Read a session."""
        return load_session(self._library.store.local(one.name, FILE_NAME, scratch))

    def changes_apart(self, one: Again, folder: Path) -> list[Change]:
        """Compare what the list shows of corrections with what follows from them now."""
        kept = self._kept[one.name]
        if one.corrections is None or kept.corrected_isolation is None:
            return []
        new = load_session(folder / CORRECTED)
        cells = {row.measure: row.cells[0] for row in compare_sessions([new, new]).rows}
        found = []
        for name, after in result_of(new).items():
            measure, unit = APART[name]
            before, error = getattr(kept, f"corrected_{name}"), cells[measure].plus_minus or 0.0
            values = (NOT_SEEN if before is None else before, NOT_SEEN if after is None else after)
            found.append(change_of(one.name, f"corrected_{measure}", unit, values, error))
        return found

    def replace(self, one: Again, row: Row, folder: Path) -> None:  # noqa: ARG002
        """Put the new session there; facts of the row follow from it and from the corrections there are."""
        with staging(self._library.store, self._library.presence) as scratch:
            old = self.old(one, scratch)
        kept, new = self._kept[one.name], load_session(folder)
        values = facts_of(new) | {"side": new.side or kept.side}
        if one.corrections is not None:
            result = result_of(load_session(folder / CORRECTED))
            values |= {f"corrected_{name}": value for name, value in result.items()}
        files = [folder / name for name in RESULT_FILES if (folder / name).is_file()]
        replacement = Replacement(files, values, kept.corrections, _said(old, new))
        self._library.replace_session(self._who, one.name, replacement)

    def finish(self) -> None:
        """Do nothing: rows tell of the sessions."""

    def _again(self, kept: Kept) -> Again:
        shown = f"{kept.id} ({kept.code})"
        clip = Clip(shown, None, "")
        if kept.status == "signed":
            return Again(kept.id, shown, "signed", Options(), "", clip, "")
        names = self._library.store.names(kept.id)
        old = self._read(kept.id) if FILE_NAME in names else None
        if old is None:  # whoever is to measure it says what is wrong
            return Again(kept.id, shown, "track", Options(), UNREADABLE, clip, "")
        variant = self._model or next((known for known in VARIANTS if known == old.software.model), None)
        recording = next((name for name in names if name.startswith(RECORDING)), None)
        way = _way(old, variant, recording)
        options = Options(
            side=_asked_side(old, kept.side),
            model=variant or Options().model,
            language=old.language,
            report=not DRAWN.isdisjoint(names),
        )
        if way == "clip":
            clip = Clip(recording or "", None, "")
        sha256 = self._sha256(options.model) if way == "clip" else old.software.model_sha256
        made_by = f"{options.made_by(sha256)}, {kept.corrections} corrections"
        corrections = self._corrections(kept)
        return Again(kept.id, shown, way, options, made_by, clip, old.clip.sha256 or "", corrections)

    def _read(self, session_id: str) -> Session | None:
        """Read a session; None where it cannot be."""
        try:
            return load_session(self._library.store.local(session_id, FILE_NAME, self._copies))
        except (InputError, FileNotFoundError):
            return None

    def _sha256(self, model: Variant) -> str:
        """Return the hash of an installed model, which takes a while to find."""
        if model not in self._installed:
            self._installed[model] = find_model(model).sha256
        return self._installed[model]

    def _corrections(self, kept: Kept) -> Corrections | None:
        if not kept.corrections:
            return None
        return read_corrections(dict(self._library.corrections(self._who, kept.id)[-1].state))


def _way(old: Session, variant: Variant | None, recording: str | None) -> Way:
    # What this version knows no model for can only be measured from its track.
    if variant is None or old.software.model_sha256 in accepted_sha256(variant):
        return "track"
    return "gone" if recording is None else "clip"


def _asked_side(old: Session, side: Side | None) -> Side | None:
    """Return the leg that was said to be tested: the row keeps the one that was seen."""
    if any(finding.code == "SIDE_MISMATCH" for finding in old.quality.findings):
        return next(other for other in get_args(Side) if other != old.side)
    return side


def _said(old: Session, new: Session) -> str:
    """Return what changed, for the audit log."""
    words = f"slumpcv {old.software.slumpcv} to {new.software.slumpcv}"
    if old.software.model_sha256 == new.software.model_sha256:
        return words
    return f"{words}, model {old.software.model} to {new.software.model}"
