"""The library: the one door to patients and sessions, which checks who comes in."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.library.accounts import Accounts
from slumpcv.library.audit import Log
from slumpcv.library.database import Database
from slumpcv.library.handing import Handing
from slumpcv.library.jobs import Jobs
from slumpcv.library.patients import Patients
from slumpcv.library.pending import sweep
from slumpcv.library.presence import Presence
from slumpcv.library.replacing import Replacing
from slumpcv.library.reviews import Reviews
from slumpcv.library.sessions import Sessions
from slumpcv.library.store import open_store
from slumpcv.library.terms import Correction, Page, Patient, Person, Query, Role, SessionRow
from slumpcv.place import data_folder
from slumpcv.visits import FOR_THE_USER_ONLY

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Correction", "Library", "Page", "Patient", "Person", "Query", "Role", "SessionRow"]

_open: dict[tuple[str, str | None, Path], Library] = {}
_opening = threading.Lock()


class Library(Patients, Sessions, Reviews, Handing, Jobs, Accounts, Log, Replacing):
    """All patients, visits and sessions. May be used by any number of threads and processes at once."""

    @classmethod
    def open(
        cls, database_url: str | None = None, storage_url: str | None = None, data: Path | None = None
    ) -> Library:
        """Open a library, make it if it is not there, and tidy up what a crash left.

        Parameters
        ----------
        database_url : None takes ``SLUMPCV_DATABASE_URL``, else a file in the data folder.
        storage_url : None takes ``SLUMPCV_STORAGE_URL``, else a folder in the data folder.
        data : folder on this computer; None takes ``SLUMPCV_DATA``, else the user's own.

        Returns
        -------
        Library
            The same one within a process for the same places.

        Raises
        ------
        InputError
            When database or files cannot be used, or a newer slumpcv wrote the database.
        """
        data = (data or data_folder()).absolute()
        url = database_url or os.environ.get("SLUMPCV_DATABASE_URL") or f"sqlite:///{data / 'library.db'}"
        storage = storage_url or os.environ.get("SLUMPCV_STORAGE_URL") or None
        with _opening:
            key = (url, storage, data)
            if key not in _open:
                _open[key] = cls._open_new(url, storage, data)
            return _open[key]

    @classmethod
    def _open_new(cls, url: str, storage: str | None, data: Path) -> Self:
        running = data / "library" / ".running"
        try:
            for folder in (data, running.parent, running):
                folder.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
            presence = Presence(running)
            store = open_store(storage, data, presence.worker)
        except OSError as error:
            raise InputError(
                later("trouble.unwritable", folder=data, reason=error.strerror),
                later("library.fix.allow_or_space"),
            ) from error
        library = cls(Database(url), store, presence, data)
        sweep(library)
        return library

    def close(self) -> None:
        """Let go of the database; the next `open` opens it anew."""
        with _opening:
            for key in [key for key, library in _open.items() if library is self]:
                del _open[key]
        self.database.close()
        self.presence.leave()
