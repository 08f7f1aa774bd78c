"""The sessions of a batch's destination, to be measured again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.batch.again import Again, Handed
from slumpcv.batch.dest import DRAFT, is_url, open_dest, session_path
from slumpcv.batch.dest_remote import connect
from slumpcv.batch.inputs import Clip
from slumpcv.batch.run import save_plan
from slumpcv.batch.tables import write_tables
from slumpcv.batch.task import known_row

if TYPE_CHECKING:
    from slumpcv.batch.again import Way
    from slumpcv.batch.dest import Dest
    from slumpcv.batch.differences import Change
    from slumpcv.batch.ledger import Ledger
    from slumpcv.batch.row import Row
    from slumpcv.batch.run import Plan
    from slumpcv.session import Session

SUFFIX_OF_TRACKS = ".npz"

# What a new row takes over from the old one.
OF_THE_CLIP = ("clip", "size_bytes", "stamp", "library", "reused", "recorded_on")


class DestPlace:
    """A destination as a `slumpcv.batch.again.Place`; new sessions wait in a folder of it.

    Parameters
    ----------
    dest, ledger : of the batch.
    plan : its patterns, and how sessions are to be made now.

    Raises
    ------
    InputError
        When the model is missing or altered.
    """

    def __init__(self, dest: Dest, ledger: Ledger, plan: Plan) -> None:
        self.home, self.draft = dest, open_dest(f"{dest.url}/{DRAFT}")
        self._ledger, self._plan, self._made_by = ledger, plan, plan.options.made_by()
        self._clips: dict[str, list[str]] = {}  # the names under which each session's content was found

    def sessions(self) -> list[Again]:
        """Return all sessions that are whole, here or, when replacing was cut off, in the draft."""
        from slumpcv.models import accepted_sha256

        self._clips.clear()
        models, whole, new = accepted_sha256(self._plan.options.model), self.home.whole(), self.draft.whole()
        found: dict[str, Again] = {}
        for row in self._ledger.rows():
            name = _name(row)
            if name is None or name not in whole | new:
                continue
            self._clips.setdefault(name, []).append(row.clip)
            before = found.get(name)
            if before is None or before.way == "gone":  # a clip may still be there under its other name
                found[name] = self._again(name, row, _way(row, models) if name in whole else "replaced")
        return list(found.values())

    def _again(self, name: str, row: Row, way: Way) -> Again:
        clip = Clip(row.clip, row.size_bytes, row.stamp)
        new = known_row(self.draft, name) if way == "replaced" else None
        made_by = self._made_by if new is None else new.made_by
        return Again(name, row.clip, way, self._plan.options, made_by, clip, row.sha256 or "")

    def hand_out(self, one: Again) -> Handed:
        """Name the destination: workers see it as well."""
        return Handed(self.home.url, session_path(one.name), one.clip)

    def take_back(self, one: Again) -> None:
        """Do nothing."""

    def old(self, one: Again, scratch: Path) -> Session:
        """Read a session."""
        from slumpcv.session_file import load_session

        return load_session(self.home.folder(session_path(one.name), scratch))

    def changes_apart(self, one: Again, folder: Path) -> list[Change]:  # noqa: ARG002
        """Return none: a session holds all that belongs to it."""
        return []

    def replace(self, one: Again, row: Row, folder: Path) -> None:
        """Put the new session there, then its row for each name of the clip."""
        with self.home.staging() as scratch:
            shutil.copytree(folder, scratch / "session")
            self.home.put_session(one.name, scratch / "session")
        for old in map(self._ledger.row, self._clips[one.name]):
            self._ledger.add(row.model_copy(update={field: getattr(old, field) for field in OF_THE_CLIP}))

    def finish(self) -> None:
        """Keep how sessions are made now, and write the tables."""
        save_plan(self.home, self._plan)
        write_tables(self.home, self._ledger)


def _name(row: Row) -> str | None:
    return None if row.session is None else row.session.rpartition("/")[2]


def _way(row: Row, models: frozenset[str]) -> Way:
    if row.model_sha256 in models or row.clip.endswith(SUFFIX_OF_TRACKS):
        return "track"
    return "clip" if _is_there(row.clip) else "gone"


def _is_there(url: str) -> bool:
    if not is_url(url):
        return Path(url).is_file()
    fs, path = connect(url)
    try:
        return bool(fs.exists(path))
    except Exception:  # each kind of storage has errors of its own
        return False
