"""What is done, and the places where results go."""

from __future__ import annotations

import json
from pathlib import Path

import fsspec
import pytest

from slumpcv.batch.dest import ROW_NAME, open_dest, session_path
from slumpcv.batch.inputs import Clip
from slumpcv.batch.ledger import FOLDER, Ledger
from slumpcv.batch.row import Row
from slumpcv.errors import InputError

CLIP = Clip("/clips/a.mp4", 10, "1")
WHOLE = {"abc"}


def done(clip: Clip = CLIP, made_by: str = "v1", **known: object) -> Row:
    return Row(status="done", made_by=made_by, session="sessions/ab/abc", **known).of_clip(clip)


@pytest.fixture(params=["local", "remote"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "dest")
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]
    return "memory://dest"


def test_rows_are_read_back_the_last_one_counts(url: str) -> None:
    dest = open_dest(url)
    other = Clip("/clips/B.mp4", 3, "7")
    with Ledger(dest) as ledger:
        ledger.add(done(values={"x": 1.5}))
        ledger.add(done(other))
        assert [row.clip for row in ledger.rows()] == [other.url, CLIP.url]
    with Ledger(dest) as ledger:
        ledger.add(Row(status="failed", made_by="v1", problem="oh", fix="do").of_clip(other))
        assert len(dest.names(FOLDER)) == 2 - url.startswith("memory")  # elsewhere it is copied later
    with Ledger(dest) as ledger:
        first, second = ledger.rows()
        assert (first.status, first.problem) == ("failed", "oh")
        assert second == ledger.row(CLIP.url) == done(values={"x": 1.5})
        assert ledger.is_done(CLIP, "v1", WHOLE)
        assert not ledger.is_done(other, "v1", WHOLE)
    assert len(dest.names(FOLDER)) == 2, "a run that added nothing leaves no file"


@pytest.mark.parametrize(
    ("clip", "made_by", "whole"),
    [
        (Clip(CLIP.url, 11, "1"), "v1", WHOLE),
        (Clip(CLIP.url, 10, "2"), "v1", WHOLE),
        (Clip("/clips/b.mp4", 10, "1"), "v1", WHOLE),
        (CLIP, "v2", WHOLE),
        (CLIP, "v1", set()),
    ],
)
def test_a_clip_is_not_done_that_changed_or_whose_session_is_not_there(
    tmp_path: Path, clip: Clip, made_by: str, whole: set[str]
) -> None:
    with Ledger(open_dest(str(tmp_path))) as ledger:
        ledger.add(done())
        assert ledger.is_done(CLIP, "v1", WHOLE)
        assert not ledger.is_done(clip, made_by, whole)


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_that_was_torn_is_passed_over(tmp_path: Path, cut: int) -> None:
    dest = open_dest(str(tmp_path))
    with Ledger(dest) as ledger:
        ledger.add(done())
        ledger.add(done(Clip("/clips/b.mp4", 1, "1")))
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(file.read_bytes()[:-cut])
    with Ledger(dest) as ledger:
        ledger.add(done(Clip("/clips/c.mp4", 1, "1")))
    with Ledger(dest) as ledger:
        names = [Path(row.clip).stem for row in ledger.rows()]
    assert names == (["a", "b", "c"] if cut == 1 else ["a", "c"])  # only the line's end is lost


def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "000001-ab.jsonl").write_text(json.dumps({"schema_version": 99, "clip": "a"}) + "\n")
    with pytest.raises(InputError, match="newer slumpcv"):
        Ledger(open_dest(str(tmp_path)))


def test_a_session_counts_once_its_last_file_is_there(url: str) -> None:
    dest = open_dest(url)
    dest.prepare()
    assert dest.is_empty()
    for content in ("old", "new"):
        with dest.staging() as scratch:
            folder = scratch / "session"
            folder.mkdir()
            (folder / ROW_NAME).write_text("{}")
            (folder / f"{content}.txt").write_text(content)
            dest.put_session("abc", folder)
    assert dest.whole() == {"abc"}
    assert dest.names(session_path("abc")) == ["new.txt", ROW_NAME], "files of the one before are gone"
    assert dest.read(f"{session_path('abc')}/new.txt") == "new"
    assert not dest.is_empty()


def test_files_without_their_last_one_are_no_session(url: str) -> None:
    dest = open_dest(url)
    dest.prepare()
    with dest.staging() as scratch:
        (scratch / "x").write_text("x")
        dest.put(f"{session_path('abc')}/session.json", scratch / "x")
    assert dest.whole() == set()
