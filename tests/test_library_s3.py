"""The library's files on an S3 server: a real one, on this computer."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import fsspec
import pytest
from batch_case import Here, change_method, reanalyze
from library_case import ADMIN, THERAPIST, State, other_result, result_folder
from moto.server import ThreadedMotoServer
from replacing_case import check_kills
from test_library_handing import SAMPLE

from slumpcv import cli_library_parts
from slumpcv.batch import engine
from slumpcv.errors import InputError
from slumpcv.library.backup import backup
from slumpcv.library.clips import ANALYSE
from slumpcv.library.core import new_id
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.pending import arriving, sweep
from slumpcv.library.presence import Presence
from slumpcv.library.restoring import restore
from slumpcv.library.terms import NotFound, Query
from slumpcv.session_file import load_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "s3://clinic/slumpcv"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    started.start()
    host, port = started.get_host_and_port()
    yield f"http://{host}:{port}"
    started.stop()


@pytest.fixture
def remote(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    fsspec.filesystem("s3").clear_instance_cache()
    fs = fsspec.filesystem("s3")
    fs.mkdirs("clinic", exist_ok=True)
    opened = Library.open(storage_url=BUCKET, data=tmp_path / "data")
    yield opened
    opened.close()
    fs.rm("clinic", recursive=True)
    fs.clear_instance_cache()


def kept(library: Library) -> list[str]:
    """Names of all that the server holds."""
    fs, root = fsspec.core.url_to_fs(BUCKET, use_listings_cache=False)
    assert library is not None
    return sorted(path.removeprefix(f"{root}/sessions/") for path in fs.find(root))


def test_a_session_is_kept_on_the_server_and_read_from_a_copy(remote: Library) -> None:
    patient = remote.add_patient(THERAPIST, "P-1")
    session_id = bring(remote, THERAPIST, result_folder(), patient.id).session_id or ""
    assert f"{session_id}/track.npz" in kept(remote)
    folder = remote.folder(THERAPIST, session_id)
    assert (folder / "track.npz").read_bytes() == (result_folder() / "track.npz").read_bytes()
    assert remote.folder(THERAPIST, session_id) == folder
    signed = remote.sign(THERAPIST, session_id, result_folder() / "report.pdf")
    assert (folder / signed.artefact).is_file(), "the copy is brought up to date"
    shutil.rmtree(folder)
    assert remote.signed_report(THERAPIST, session_id, 1) == (result_folder() / "report.pdf").read_bytes()
    remote.folder(THERAPIST, session_id)
    remote.delete_session(THERAPIST, session_id)
    assert kept(remote) == []
    assert not folder.exists()
    with pytest.raises(NotFound):
        remote.folder(THERAPIST, session_id)


def test_a_clip_waits_on_the_server(remote: Library, tmp_path: Path) -> None:
    patient = remote.add_patient(THERAPIST, "P-1")
    bring(remote, THERAPIST, SAMPLE, patient.id)
    task = remote.take_job((ANALYSE,))
    assert task is not None
    assert kept(remote) == [f"{task.session_id}/recording.mp4"]
    clip = remote.store.local(task.session_id or "", "recording.mp4", tmp_path)
    assert clip.read_bytes() == SAMPLE.read_bytes()
    remote.cancel_job(THERAPIST, task.id)
    assert kept(remote) == []


def test_what_a_crash_left_on_the_server_is_swept_but_not_what_is_being_written(remote: Library) -> None:
    writers = [
        type(remote)(remote.database, remote.store, Presence(remote.presence.folder), remote.data)
        for _ in range(2)
    ]
    ids = [new_id(), new_id()]
    arrivals = [arriving(writer, session_id) for writer, session_id in zip(writers, ids, strict=True)]
    for arrival, session_id in zip(arrivals, ids, strict=True):
        arrival.__enter__()
        remote.store.put(session_id, "track.npz", result_folder() / "track.npz")
    writers[0].presence.leave()  # as the end of its process does
    sweep(remote)
    assert kept(remote) == [f"{ids[1]}/track.npz"]
    writers[1].presence.leave()
    sweep(remote)
    assert kept(remote) == []


def test_a_backup_goes_from_the_server_to_a_folder_and_back(remote: Library, tmp_path: Path) -> None:
    patient = remote.add_patient(THERAPIST, "P-1")
    session_id = bring(remote, THERAPIST, result_folder(), patient.id).session_id or ""
    bring(remote, THERAPIST, other_result(tmp_path / "two", "2"), patient.id)
    remote.correct(THERAPIST, session_id, "edge", State())
    before = kept(remote)
    backup(remote, ADMIN, tmp_path / "b.zip")
    local = Library.open(data=tmp_path / "local")
    assert restore(local, ADMIN, tmp_path / "b.zip").sessions == 2
    assert (local.folder(THERAPIST, session_id) / "track.npz").is_file()
    backup(local, ADMIN, tmp_path / "c.zip")
    local.close()
    remote.delete_patient(THERAPIST, patient.id)
    assert kept(remote) == []
    fresh = Library.open(f"sqlite:///{tmp_path / 'x.db'}", BUCKET, tmp_path / "data")
    restore(fresh, ADMIN, tmp_path / "c.zip")
    assert kept(fresh) == before
    assert fresh.search(THERAPIST, Query()).total == 2
    fresh.close()


def test_a_session_that_was_measured_again_takes_the_place_of_the_old_one(
    remote: Library, tmp_path: Path
) -> None:
    check_kills(remote, tmp_path)


def test_sessions_are_measured_again_from_the_server(
    remote: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_library_parts, "open_library", lambda: remote)
    monkeypatch.setattr(engine, "open_engine", lambda *_, **__: Here())
    patient = remote.add_patient(THERAPIST, "P-1")
    folder = other_result(tmp_path / "one", "1")
    for name in ("report.pdf", "timeline.png"):  # which take long to make
        (folder / name).unlink()
    session_id = bring(remote, THERAPIST, folder, patient.id).session_id or ""
    before = remote.session(THERAPIST, session_id), kept(remote)
    change_method(monkeypatch)
    assert "Sessions replaced: 1" in reanalyze("--library", "--apply").output
    row = remote.session(THERAPIST, session_id)
    assert row.knee_deg == pytest.approx((before[0].knee_deg or 0.0) + 3.0)
    assert load_session(remote.folder(THERAPIST, session_id)).software.slumpcv == row.software == "99.0"
    assert kept(remote) == before[1]
    assert list(remote.store.scratch.iterdir()) == [], "no copies are left"


def test_a_server_that_does_not_answer_is_a_sentence(
    remote: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    patient = remote.add_patient(THERAPIST, "P-1")

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("no answer")

    monkeypatch.setattr(remote.store.fs, "put_file", refuse)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="file storage cannot be used"):
        bring(remote, THERAPIST, result_folder(), patient.id)
    assert remote.search(THERAPIST, Query()).total == 0
    with pytest.raises(InputError, match="SLUMPCV_STORAGE_URL"):
        Library.open(storage_url="nonsense://x", data=tmp_path / "other")
