"""A session of the library that was measured again takes the place of the old one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from library_case import State, other_result
from replacing_case import Killed, check_kills, replacement

from slumpcv.library.intake import bring
from slumpcv.library.pending import arriving, sweep
from slumpcv.library.terms import LOCAL, Conflict

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.library.library import Library


def test_whenever_it_is_killed_files_and_row_go_together(library: Library, tmp_path: Path) -> None:
    check_kills(library, tmp_path)


def test_a_folder_into_which_nothing_came_goes_as_well(library: Library, tmp_path: Path) -> None:
    patient = library.add_patient(LOCAL, "P-1")
    session_id = bring(library, LOCAL, other_result(tmp_path / "r", "1"), patient.id).session_id or ""
    top = library.folder(LOCAL, session_id) / "next"

    def cut_off() -> None:
        with arriving(library, session_id, "next/x/"):
            (top / "x").mkdir(parents=True)
            raise Killed

    with pytest.raises(Killed):
        cut_off()
    assert not top.exists()


def test_of_a_session_that_is_deleted_meanwhile_nothing_is_left(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = library.add_patient(LOCAL, "P-1")
    folder = other_result(tmp_path / "r", "1")
    session_id = bring(library, LOCAL, folder, patient.id).session_id or ""
    real = library.store.local

    def deleting(asked_id: str, name: str, scratch: Path) -> Path:
        path = real(asked_id, name, scratch)
        if library.store.names(session_id):
            library.delete_session(LOCAL, session_id)
        return path

    monkeypatch.setattr(library.store, "local", deleting)  # when the new files are on their way already
    library.replace_session(LOCAL, session_id, replacement(folder, 2))
    assert list((library.store.scratch.parent / "sessions").iterdir()) == []
    sweep(library)


def test_what_was_signed_or_corrected_since_stays(library: Library, tmp_path: Path) -> None:
    patient = library.add_patient(LOCAL, "P-1")
    folder = other_result(tmp_path / "r", "1")
    session_id = bring(library, LOCAL, folder, patient.id).session_id or ""
    new = replacement(tmp_path / "r", 2)
    for change in (
        lambda: library.correct(LOCAL, session_id, "edit", State()),
        lambda: library.sign(LOCAL, session_id, folder / "report.pdf"),
    ):
        change()
        before = library.session(LOCAL, session_id), library.store.names(session_id)
        with pytest.raises(Conflict):
            library.replace_session(LOCAL, session_id, new)
        assert (library.session(LOCAL, session_id), library.store.names(session_id)) == before
        new = replace(new, corrections=1)
