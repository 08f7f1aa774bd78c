"""Which clips are meant."""

from __future__ import annotations

import os
from pathlib import Path

import fsspec
import pytest

from slumpcv.batch.inputs import Clip, find_clips, fingerprint
from slumpcv.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = ["a.mp4", "b/c.MOV", "b/deep/d.webm", "b/t.npz", "notes.md", ".hidden/e.mp4", "b/.f.mp4"]
    # A result folder, and the destination of another batch.
    names += ["r/session.json", "r/overlay.mp4", "r/track.npz", "o/batch.json", "o/x.mp4", "o/s/track.npz"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(folder: Path, *patterns: str) -> list[str]:
    return [os.path.relpath(clip.url, folder) for clip in find_clips(patterns)]


def test_a_folder_is_searched_but_not_what_slumpcv_wrote_there(folder: Path) -> None:
    assert found(folder, str(folder)) == ["a.mp4", "b/c.MOV", "b/deep/d.webm", "b/t.npz", "r/track.npz"]


def test_patterns_and_files_are_joined_sorted_and_each_found_once(folder: Path) -> None:
    assert found(folder, "b/**/*.webm", "b", "a.mp4", str(folder / "a.mp4"), "*.mp4") == [
        *("a.mp4", "b/c.MOV", "b/deep/d.webm", "b/t.npz"),
    ]


def test_a_file_that_is_named_is_taken_whatever_it_is(folder: Path) -> None:
    assert found(folder, "notes.md", "r/overlay.mp4") == ["notes.md", "r/overlay.mp4"]


def test_a_list_names_one_clip_a_line_relative_to_itself(folder: Path) -> None:
    (folder / "b" / "list.txt").write_text("# clips\nc.MOV\n\ndeep/*.webm\n" + str(folder / "a.mp4"))
    assert found(folder, "b/list.txt") == ["a.mp4", "b/c.MOV", "b/deep/d.webm"]


@pytest.mark.parametrize("pattern", ["none.mp4", "none", "*.avi", ".hidden/none", "memory://nowhere/*.mp4"])
def test_a_pattern_that_finds_nothing_is_refused(folder: Path, pattern: str) -> None:
    with pytest.raises(InputError, match="finds no clip"):
        find_clips([str(folder / "a.mp4"), pattern])


def test_lists_that_name_nothing_or_cannot_be_read_are_refused(folder: Path) -> None:
    (folder / "empty.txt").write_text("# nothing\n")
    (folder / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="names no clip"):
        find_clips(["empty.txt"])
    for name in ("binary.txt", "none.txt"):
        with pytest.raises(InputError, match="cannot be read"):
            find_clips([name])


def test_addresses_are_listed_by_their_file_system() -> None:
    fs = fsspec.filesystem("memory")
    for name in ("/inputs/a.mp4", "/inputs/b/c.mov", "/inputs/b/note.md"):
        fs.pipe_file(name, b"x" * len(name))
    both = ["memory://inputs/a.mp4", "memory://inputs/b/c.mov"]
    for pattern in ("memory://inputs", "memory://inputs/**/*.mo*"):
        clips = find_clips([pattern, "memory://inputs/a.mp4"])
        assert [clip.url.replace(":///", "://") for clip in clips] == both
        assert [clip.size_bytes for clip in clips] == [13, 15]
    before = clips[0].stamp
    fs.pipe_file("/inputs/a.mp4", b"y" * 13)
    assert find_clips(["memory://inputs/a.mp4"])[0].stamp != before


def test_an_address_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be used"):
        find_clips(["nonesuch://bucket/*.mp4"])


def test_a_fingerprint_is_that_of_the_content(tmp_path: Path) -> None:
    contents = {"a": b"1" * 200_000, "b": b"1" * 200_000, "c": b"1" * 199_999 + b"2", "d": b"1" * 100}
    for name, content in contents.items():
        (tmp_path / f"{name}.mp4").write_bytes(content)
    a, b, c, d = (fingerprint(clip) for clip in find_clips([str(tmp_path)]))
    assert a == b
    assert len({a, c, d}) == 3
    gone = Clip(str(tmp_path / "gone.mp4"), 5, "1")
    assert fingerprint(gone) == gone.url
