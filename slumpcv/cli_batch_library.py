"""What ``slumpcv batch --library`` does with each session: into the therapist's library, once."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slumpcv.cli_library_parts import find_patient, me
from slumpcv.errors import InputError
from slumpcv.language import Language, speaking

if TYPE_CHECKING:
    from slumpcv.batch.dest import Dest
    from slumpcv.batch.row import Row
    from slumpcv.library.library import Library


class LibraryShelf:
    """Puts sessions into a library.

    Parameters
    ----------
    library : where to.
    dest : where the sessions are.
    language : of what the library says about a session that it does not take.
    patient : the patient's code; None takes the name of the folder that the clip is in. A patient that
        is not there is added.
    """

    def __init__(self, library: Library, dest: Dest, language: Language, patient: str | None) -> None:
        self._library, self._dest = library, dest
        self._language, self._patient = language, patient
        self._ids: dict[str, str] = {}  # of patients by code: there may be thousands

    def keep(self, row: Row) -> Row:
        """Put a session there; as `slumpcv.batch.run.Shelf.keep`."""
        from slumpcv.library.intake import bring

        assert row.session is not None
        code = self._patient or PurePosixPath(row.clip.replace("\\", "/")).parent.name
        try:
            with self._dest.staging() as scratch, speaking(self._language):
                folder = self._dest.folder(row.session, scratch)
                if code not in self._ids:
                    self._ids[code] = find_patient(self._library, code, new=True).id
                brought = bring(self._library, me(), folder, self._ids[code], day=row.recorded_on)
        except InputError as error:
            problem = f"Measured, but not taken into the library: {error.problem}"
            return row.model_copy(update={"problem": problem, "fix": error.fix})
        return row.model_copy(update={"library": brought.session_id, "problem": None, "fix": None})
