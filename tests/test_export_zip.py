"""The bundle to send, and opening one from a stranger."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from export_case import write_case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slumpcv.errors import InputError
from slumpcv.export import hostile
from slumpcv.export.bundle import BUNDLE_FILES, MANIFEST_NAME, write_bundle
from slumpcv.export.opening import open_bundle, recorded_on
from slumpcv.export.source import open_result

if TYPE_CHECKING:
    from pathlib import Path

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("case")
    write_case(folder)
    (folder / "overlay.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(range(256)) * 40)
    (folder / "notes.txt").write_text("of the patient, not ours")
    return folder


@pytest.fixture(scope="module")
def files(case: Path) -> Files:
    return {name: (case / name).read_bytes() for name in BUNDLE_FILES if (case / name).exists()}


def manifest_of(files: Files) -> bytes:
    described = {n: {"sha256": hashlib.sha256(d).hexdigest(), "bytes": len(d)} for n, d in files.items()}
    return json.dumps({"schema_version": 1, "slumpcv": "0.1.0", "files": described}).encode()


def zip_of(files: Files, path: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Pack files as they are, with a manifest that fits unless they hold one."""
    with zipfile.ZipFile(path, "w", method) as bundle:
        for name, data in ({MANIFEST_NAME: manifest_of(files)} | files).items():
            bundle.writestr(name, data)
    return path


def assert_refused(path: Path, why: str) -> None:
    """Check that opening says one sentence and leaves nothing behind."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(InputError, match=why) as caught:
        open_bundle(path, path.parent / "opened")
    assert "\n" not in str(caught.value)
    assert "Errno" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert sorted(path.parent.iterdir()) == before


def test_every_file_of_a_bundle_has_a_limit() -> None:
    assert all(0 < hostile.largest_bytes(name) <= hostile.LARGEST_TOTAL_BYTES for name in BUNDLE_FILES)


def test_what_was_packed_comes_out_again(case: Path, files: Files, tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.zip", open_result(case))
    session, written = open_bundle(tmp_path / "a.zip", tmp_path / "deep" / "er")
    assert session == open_result(case).session
    assert {p.name: p.read_bytes() for p in written} == files
    assert sorted(p.name for p in (tmp_path / "deep" / "er").iterdir()) == sorted(files)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "deep"]


def test_the_same_folder_gives_the_same_bytes_and_video_is_stored(case: Path, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_bundle(tmp_path / name, open_result(case))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        names = bundle.namelist()
        assert names == [MANIFEST_NAME, *sorted(names[1:])]
        assert bundle.getinfo("overlay.mp4").compress_type == zipfile.ZIP_STORED
        assert bundle.getinfo("session.json").compress_type == zipfile.ZIP_DEFLATED
        assert {entry.date_time for entry in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_video_can_stay_at_home(case: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.zip", open_result(case), video=False)
    _, written = open_bundle(tmp_path / "a.zip", tmp_path / "out")
    assert "overlay.mp4" not in {path.name for path in written}


TOMORROW, IN_TWO_DAYS = (date.today() + timedelta(days=ahead) for ahead in (1, 2))


@pytest.mark.parametrize(
    ("told", "day"),
    [
        (None, None),
        ("2026-03-04", date(2026, 3, 4)),
        ("2026-03-04T23:30+02:00", date(2026, 3, 4)),
        (TOMORROW.isoformat(), TOMORROW),
        (IN_TWO_DAYS.isoformat(), None),
        ("1970-01-01", None),
    ],
)
def test_a_bundle_tells_the_day_of_the_test_where_it_is_known(
    case: Path, tmp_path: Path, told: str | None, day: date | None
) -> None:
    write_bundle(tmp_path / "a.zip", open_result(case), recorded=told)
    open_bundle(tmp_path / "a.zip", tmp_path / "opened")
    assert recorded_on(tmp_path / "a.zip") == day


def test_a_bundle_of_before_tells_no_day(files: Files, tmp_path: Path) -> None:
    assert recorded_on(zip_of(files, tmp_path / "a.zip")) is None


def test_a_day_that_is_none_is_refused(case: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'yesterday' is not a date"):
        write_bundle(tmp_path / "a.zip", open_result(case), recorded="yesterday")


def test_a_folder_that_holds_something_is_kept(files: Files, tmp_path: Path) -> None:
    path = zip_of(files, tmp_path / "a.zip")
    target = tmp_path / "opened"
    target.mkdir()
    (target / "mine").write_text("mine")
    assert_refused(path, "opened exists already")
    (target / "mine").unlink()
    open_bundle(path, target)
    assert (target / "session.json").exists()


def test_the_folder_has_the_name_of_the_file_by_default(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_bundle(zip_of(files, tmp_path / "sent.zip"))
    assert (tmp_path / "sent" / "session.json").exists()
    zip_of(files, tmp_path / "nosuffix")
    with pytest.raises(InputError, match="exists already"):
        open_bundle("nosuffix")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../session.json", "outside of its folder"),
        ("/etc/passwd", "outside of its folder"),
        ("a/session.json", "outside of its folder or below it"),
        ("..\\session.json", "outside of its folder"),
        ("C:session.json", "outside of its folder"),
        ("C:\\Windows\\x.dll", "outside of its folder"),
        ("..", "outside of its folder"),
        ("folder/", "outside of its folder or below it"),
        ("SESSION.json", "in other letters"),
        ("readme.txt", "no file that slumpcv writes"),
        ("session.json\0.exe", "no file that slumpcv writes"),
        ("report.pdf ", "no file that slumpcv writes"),
        ("rep\u202egpj.exe", "no file that slumpcv writes"),
        ("\x1b[2Jsession.json", "no file that slumpcv writes"),
        ("CON", "no file that slumpcv writes"),
    ],
)
def test_names_that_slumpcv_does_not_write_are_refused(
    name: str, why: str, files: Files, tmp_path: Path
) -> None:
    padded = name.replace("\0", "?")
    path = zip_of({**files, padded: b"x"}, tmp_path / "a.zip")
    if padded != name:  # zipfile writes no name with a zero byte, so it is put in afterwards
        path.write_bytes(path.read_bytes().replace(padded.encode(), name.encode()))
    assert_refused(path, why)


@given(name=st.text(min_size=1, max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_other_name_is_ever_unpacked(name: str, files: Files, tmp_path: Path) -> None:
    if name in BUNDLE_FILES or name == MANIFEST_NAME:
        return
    try:
        path = zip_of({**files, name: b"x"}, tmp_path / "a.zip")
    except (ValueError, UnicodeError, IndexError):
        return  # no zip can hold it, or zipfile cannot write it
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError):
        open_bundle(path, tmp_path / "opened")
    assert sorted(tmp_path.iterdir()) == before


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_is_found_or_harmless(data: st.DataObject, files: Files, tmp_path: Path) -> None:
    whole = zip_of({n: files[n] for n in ("session.json", "track.npz")}, tmp_path / "a.zip").read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1) | st.integers(len(whole) - 400, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "a.zip").write_bytes(changed)
    shutil.rmtree(tmp_path / "opened", ignore_errors=True)
    before = sorted(tmp_path.iterdir())
    try:
        _, written = open_bundle(tmp_path / "a.zip", tmp_path / "opened")
    except InputError:
        assert sorted(tmp_path.iterdir()) == before
    else:
        assert {p.name: p.read_bytes() for p in written} == {p.name: files[p.name] for p in written}


def _link(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def _device(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFCHR | 0o666) << 16


def _dos_folder(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = 0x10


def _bzip2(entry: zipfile.ZipInfo) -> None:
    entry.compress_type = zipfile.ZIP_BZIP2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_link, "is a link"),
        (_device, "no ordinary file"),
        (_dos_folder, "no ordinary file"),
        (_bzip2, "packed in an unknown way"),
    ],
)
def test_what_is_no_ordinary_file_is_refused(
    change: Callable[[zipfile.ZipInfo], None], why: str, files: Files, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as bundle:
        for name, data in ({MANIFEST_NAME: manifest_of(files)} | files).items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            if name == "report.pdf":
                change(entry)
            bundle.writestr(entry, data)
    assert_refused(tmp_path / "a.zip", why)


def patched(path: Path, name: str, offset: int, code: str, value: int) -> None:
    """Change a field of an entry in the table of contents."""
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    struct.pack_into(code, data, at + offset, value)
    path.write_bytes(data)


def test_encryption_is_refused(files: Files, tmp_path: Path) -> None:
    path = zip_of(files, tmp_path / "a.zip")
    patched(path, "session.json", 8, "<H", 1)
    assert_refused(path, "encrypted")


def test_a_file_twice_is_refused(files: Files, tmp_path: Path) -> None:
    small = {n: files[n] for n in ("session.json", "track.npz")}
    path = zip_of(small, tmp_path / "a.zip")
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as bundle:
        warnings.simplefilter("ignore")
        bundle.writestr("session.json", b"{}")
    assert_refused(path, "a file twice")


def test_a_bomb_is_refused_by_what_it_claims(files: Files, tmp_path: Path) -> None:
    path = zip_of({**files, "angles.csv": b"0" * 20_000_000}, tmp_path / "a.zip")
    assert_refused(path, "unpacks to far more than its size")


def test_a_bomb_that_claims_to_be_small_is_refused_by_what_comes_out(files: Files, tmp_path: Path) -> None:
    bomb = {**files, "angles.csv": b"0" * 3_000_000}
    path = zip_of(
        {**bomb, MANIFEST_NAME: manifest_of(bomb | {"angles.csv": b"0" * 1000})}, tmp_path / "a.zip"
    )
    patched(path, "angles.csv", 24, "<L", 1000)
    assert_refused(path, "damaged|larger than its manifest|not the file")


def test_a_file_larger_than_any_result_is_refused(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hostile.LARGEST_BYTES, ".pdf", 10)
    assert_refused(zip_of(files, tmp_path / "a.zip"), r"report\.pdf in it is far too large")
    monkeypatch.undo()
    monkeypatch.setattr(hostile, "LARGEST_TOTAL_BYTES", 1000)
    assert_refused(tmp_path / "a.zip", "far too large")


def test_files_that_overlap_are_refused(files: Files, tmp_path: Path) -> None:
    path = zip_of(files, tmp_path / "a.zip")
    with zipfile.ZipFile(path) as bundle:
        shared = bundle.getinfo("session.json").header_offset
    patched(path, "angles.csv", 42, "<L", shared)
    assert_refused(path, "overlap")
    patched(path, "angles.csv", 42, "<L", shared + 1)
    assert_refused(path, "overlap|table of contents is wrong")


def test_many_files_are_refused_before_their_table_is_read(tmp_path: Path) -> None:
    zip_of({f"{n}": b"" for n in range(3000)}, tmp_path / "a.zip")
    assert_refused(tmp_path / "a.zip", "too many files")


def test_what_was_added_before_or_after_is_refused(files: Files, tmp_path: Path) -> None:
    whole = zip_of(files, tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(b"MZ program" + whole)
    assert_refused(tmp_path / "a.zip", "not where it should be")
    (tmp_path / "a.zip").write_bytes(whole + b"more")
    assert_refused(tmp_path / "a.zip", "no zip file")
    (tmp_path / "a.zip").write_bytes(whole[: len(whole) // 2])
    assert_refused(tmp_path / "a.zip", "no zip file")


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip file at all " * 10])
def test_what_is_no_zip_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert_refused(tmp_path / "a.zip", "no zip file")


def test_a_zip_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert_refused(tmp_path / "a.zip", "cannot be read")


@pytest.mark.parametrize("name", [MANIFEST_NAME, "session.json", "track.npz"])
def test_what_a_bundle_must_hold(name: str, files: Files, tmp_path: Path) -> None:
    held = {MANIFEST_NAME: manifest_of(files)} | files
    del held[name]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as bundle:
        for kept, data in held.items():
            bundle.writestr(kept, data)
    assert_refused(tmp_path / "a.zip", f"holds no {name}")


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (b"", "not one that this slumpcv reads"),
        (b"[]", "not one that this slumpcv reads"),
        (b'{"schema_version": 3, "slumpcv": "9", "files": {}}', "not one that this slumpcv reads"),
        (b'{"schema_version": 1, "slumpcv": "0.1.0", "files": {}}', "lists other files"),
        (b" " * 200_000, "far too large"),
        (b"[" * 90_000, "not one that this slumpcv reads"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    manifest: bytes, why: str, files: Files, tmp_path: Path
) -> None:
    path = zip_of({**files, MANIFEST_NAME: manifest}, tmp_path / "a.zip", zipfile.ZIP_STORED)
    assert_refused(path, why)


def test_a_file_that_is_not_the_described_one_is_refused(files: Files, tmp_path: Path) -> None:
    changed = {**files, "phases.csv": files["phases.csv"].replace(b"SLUMP", b"STUMP")}
    path = zip_of({**changed, MANIFEST_NAME: manifest_of(files)}, tmp_path / "a.zip")
    assert_refused(path, r"phases\.csv in it is not the file that its manifest describes")


def _session(files: Files, **changes: object) -> bytes:
    return json.dumps(json.loads(files["session.json"]) | changes).encode()


def _track(**changes: np.ndarray) -> Callable[[Files], bytes]:
    def made(files: Files) -> bytes:
        with np.load(io.BytesIO(files["track.npz"])) as track:
            arrays = {name: track[name] for name in track.files}
        out = io.BytesIO()
        np.savez_compressed(out, **arrays | changes)
        return out.getvalue()

    return made


def _lying_track(files: Files) -> bytes:
    """A track of which one array claims a million million numbers, of which none follow."""
    claim = io.BytesIO()
    np.lib.format.write_array_header_1_0(claim, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files["track.npz"])) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, claim.getvalue() if name == "luma.npy" else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        ("session.json", lambda _: b"{}", "states no schema version"),
        ("session.json", lambda _: b"[" * 100_000, "not a readable session"),
        ("session.json", lambda _: b"\xff\xfe", "not a readable session"),
        ("session.json", lambda f: _session(f, surprise=1), "surprise"),
        ("session.json", lambda f: _session(f, schema_version=99), "newer slumpcv"),
        (
            "session.json",
            lambda f: _session(f, software={"slumpcv": "\x1b[2J", "model": "full", "model_sha256": ""}),
            "control characters",
        ),
        (
            "session.json",
            lambda f: _session(f, clip=json.loads(f["session.json"])["clip"] | {"duration_s": float("nan")}),
            "a number that no test gives",
        ),
        (
            "session.json",
            lambda f: _session(f, clip=json.loads(f["session.json"])["clip"] | {"duration_s": 1e300}),
            "a number that no test gives",
        ),
        (
            "session.json",
            lambda f: _session(f, clip=json.loads(f["session.json"])["clip"] | {"sha256": "00"}),
            "different analyses",
        ),
        ("track.npz", lambda _: b"PK\x05\x06" + bytes(18), "no pose track"),
        ("track.npz", lambda _: b"nothing", r"track\.npz in it is damaged"),
        ("track.npz", _track(more=np.zeros(3)), "no pose track"),
        ("track.npz", _track(luma=np.zeros(3)), "not a readable pose track"),
        ("track.npz", _track(luma=np.zeros(50_000_000, np.float64)), "far too large"),
        ("track.npz", _track(luma=np.array([{}], dtype=object)), "no pose track"),
        ("track.npz", _track(header=np.array("x" * 500_000)), "no pose track"),
        ("track.npz", _lying_track, "no pose track"),
        ("angles.csv", lambda _: b"time_s,phase\n0,=cmd|' /C calc'!A0\n", r"angles\.csv in it is no table"),
        ("angles.csv", lambda _: b"\xef\xbb\xbftime_s\n", r"angles\.csv in it is no table"),
        ("report.pdf", lambda _: b"MZ\x90\0", r"report\.pdf in it is something else"),
        ("timeline.png", lambda _: b"<svg/>", r"timeline\.png in it is something else"),
        ("overlay.mp4", lambda _: b"#!/bin/sh\n", r"overlay\.mp4 in it is something else"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    name: str, make: Callable[[Files], bytes], why: str, files: Files, tmp_path: Path
) -> None:
    assert_refused(zip_of({**files, name: make(files)}, tmp_path / "a.zip", zipfile.ZIP_STORED), why)


def test_a_place_that_cannot_be_written_to_is_said(files: Files, tmp_path: Path) -> None:
    path = zip_of(files, tmp_path / "a.zip")
    with pytest.raises(InputError, match="cannot be written to"):
        open_bundle(path, path / "opened")
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_and_leaves_nothing(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zip_of(files, tmp_path / "a.zip")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("slumpcv.export.opening._copy", full)
    assert_refused(path, r"opened cannot be written to \(No space left on device\)")
