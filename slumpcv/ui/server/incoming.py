"""Bundles and clips on their way into the library: on disk from the first byte on, in a list that stays.

    DATA/incoming/ITEM_ID/item.json      what is known of the file, and how far it is
                         /file.zip       the file, until the library has it

The file's name is what a therapist knows it by. It may name the patient, so it is kept here only, and
goes when the line is taken off the list.
"""

from __future__ import annotations

import re
import shutil
import threading
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from pydantic import AwareDatetime, ValidationError

from slumpcv.files import atomic_write
from slumpcv.terms import Side, Strict

ITEM_FILE = "item.json"
ITEM_ID = re.compile(r"[\w-]{16,40}")
State = Literal["uploaded", "ready", "bringing", "brought", "refused"]
FOR_THE_USER_ONLY = 0o700


class Item(Strict):
    """One file that somebody brings.

    ``state`` is ``uploaded`` until it was looked at, ``ready`` for the library, ``bringing`` while the
    library takes it, ``brought`` or ``refused`` at the end. ``patient_id``, ``side`` and ``day`` are
    chosen for this file; None leaves them to what is chosen for all. ``found_side``, ``found_day``,
    ``duration_s`` and ``usable`` are what the file says itself; ``found_day`` is proposed as its
    ``day``. A refusal says ``problem`` and ``fix``.
    """

    schema_version: Literal[1] = 1
    id: str
    who: str
    name: str
    file: str
    size_bytes: int
    came_at: AwareDatetime
    state: State = "uploaded"
    patient_id: str | None = None
    side: Side | None = None
    day: date | None = None
    found_side: Side | None = None
    found_day: date | None = None
    duration_s: float | None = None
    usable: bool | None = None
    problem: str = ""
    fix: str = ""
    session_id: str | None = None
    job_id: str | None = None
    already: bool = False

    @property
    def is_bundle(self) -> bool:
        """Whether it is a result that somebody sent, rather than a clip."""
        return self.file.endswith(".zip")


class Incoming:
    """All files that are on their way, in one folder.

    Parameters
    ----------
    root : the folder; made, for this user only, with the first file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()

    def folder(self, item_id: str) -> Path:
        """Return the folder of a file, and make it.

        Raises
        ------
        ValueError
            When the id is none that a page makes.
        OSError
            When it cannot be made.
        """
        if not ITEM_ID.fullmatch(item_id):
            raise ValueError("no id of a file")
        self.root.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
        folder = self.root / item_id
        folder.mkdir(exist_ok=True)
        return folder

    def path(self, item: Item) -> Path:
        """Return where a file is."""
        return self.root / item.id / item.file

    def add(self, item: Item) -> None:
        """Note a file that has come whole.

        Raises
        ------
        InputError, OSError
            When it cannot be written.
        """
        with atomic_write(self.folder(item.id) / ITEM_FILE) as path:
            path.write_text(item.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")

    def item(self, item_id: str) -> Item | None:
        """Return a file; None when it is not on the list any more, or its note is unreadable."""
        if not ITEM_ID.fullmatch(item_id):
            return None
        try:
            return Item.model_validate_json((self.root / item_id / ITEM_FILE).read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            return None

    def of(self, who: str) -> list[Item]:
        """Return somebody's files, in the order in which they came."""
        mine = (item for item in self._all() if item.who == who)
        return sorted(mine, key=lambda item: (item.came_at, item.id))

    def _all(self) -> list[Item]:
        found = (self.item(path.parent.name) for path in self.root.glob(f"*/{ITEM_FILE}"))
        return [item for item in found if item is not None]

    def change(self, item_id: str, **changes: object) -> Item | None:
        """Return a file with changes, once they are on disk; None when it was taken off the list."""
        with self._lock:
            item = self.item(item_id)
            if item is None:
                return None
            changed = Item.model_validate(item.model_dump() | changes)
            self.add(changed)
            return changed

    def drop_file(self, item: Item) -> None:
        """Remove the file itself; the library has it."""
        self.path(item).unlink(missing_ok=True)

    def remove(self, item_id: str) -> None:
        """Take a file off the list, and off the disk."""
        with self._lock:
            if ITEM_ID.fullmatch(item_id):
                shutil.rmtree(self.root / item_id, ignore_errors=True)

    def forget(self, patient_id: str) -> None:
        """Remove all that was brought for a patient, whoever brought it."""
        for item in self._all():
            if item.patient_id == patient_id:
                self.remove(item.id)

    def scratch(self) -> Path:
        """Return a new folder for what is made to be sent; what is forgotten goes with the next start."""
        self.root.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
        return Path(mkdtemp(dir=self.root))

    def clear_up(self) -> None:
        """Remove what the end of the program left of files that had not come whole."""
        for folder in self.root.glob("*"):
            if folder.is_dir() and not (folder / ITEM_FILE).is_file():
                shutil.rmtree(folder, ignore_errors=True)
