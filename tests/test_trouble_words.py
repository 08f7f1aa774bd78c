"""What a clip or a disk does wrong is said in the language of whoever reads it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from clipmaker import make_clip, make_sound

from slumpcv.errors import InputError
from slumpcv.language import LANGUAGES, later, speaking
from slumpcv.library.terms import Conflict, NotAllowed, NotFound
from slumpcv.video import open_clip, seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.language import Language

ROOT = Path(__file__).resolve().parents[1]
TIMES_S = [index / 30 for index in range(30)]
# Modules whose errors can reach a page, and those of their sentences that only a command can cause.
FOR_PAGES = (
    *("video/*.py", "ui/**/*.py", "visits.py", "files.py", "symptoms.py", "track.py", "session_file.py"),
    *("report/overlay.py", "export/bundle.py", "library/*.py"),
)
COMMAND_ONLY = {
    "ui/login.py",  # refuses before there is a page
    "library/restoring.py",  # no page restores a backup
    "video/camera.py",  # no command opens a camera, and pages film in the browser
    "video/images.py",  # a folder of images cannot be uploaded
    "ui/serve.py",  # said in the terminal, like the next two
    "ui/server/alone.py",
    "ui/server/lan.py",
}
COMMAND_SENTENCES = ("is a folder", "is a device", "cannot be used as a folder", "already holds results")


def locked(path: Path) -> Path:
    clip = make_clip(path, TIMES_S)
    clip.write_bytes(clip.read_bytes().replace(b"avc1", b"encv"))
    return clip


def written(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


CLIPS: dict[str, Callable[[Path], Path]] = {
    "missing": lambda path: path,
    "empty": written(b""),
    "text": written(b"just some words\n" * 99),
    "picture": written(b"\x00\x00\x00\x18ftypheic" + bytes(99)),
    "zeros": written(bytes(4096)),
    "unknown": written(b"\x93\x11\xfe\x00" * 99),
    "other container": written(b"OggS" + bytes(99)),
    "cut off": written(b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat" + b"\x93" * 999),
    "damaged": written(b"\x1a\x45\xdf\xa3" + b"\x93" * 999),
    "only sound": make_sound,
    "unreadable codec": locked,
    "too small": lambda path: make_clip(path, TIMES_S, size_px=(32, 32)),
    "too large": lambda path: make_clip(path, [0.0], size_px=(16384, 128)),
}


def sentences(path: Path, look: Callable[[Path], object]) -> list[str]:
    with pytest.raises(InputError) as caught:
        look(path)
    assert str(path) not in caught.value.fix
    said: list[str] = []
    for language in LANGUAGES:
        with speaking(language):
            said += [caught.value.problem.replace(str(path), ""), caught.value.fix]
    return said


@pytest.mark.parametrize("name", CLIPS)
def test_what_is_wrong_with_a_clip_is_said_in_three_languages(tmp_path: Path, name: str) -> None:
    said = sentences(CLIPS[name](tmp_path / "clip.mp4"), open_clip)
    assert len(set(said)) == len(said) == 6


def test_what_is_wrong_with_a_recording_is_said_in_three_languages(tmp_path: Path) -> None:
    said = sentences(written(b"\x1a\x45\xdf\xa3" + b"\x93" * 999)(tmp_path / "clip.webm"), seal)
    assert len(set(said)) == 6


def test_an_error_is_in_english_where_nobody_chose_a_language(tmp_path: Path) -> None:
    with speaking("de"), pytest.raises(InputError) as caught:
        open_clip(tmp_path / "clip.mp4")
    assert str(caught.value).startswith("There is no file")


@pytest.mark.parametrize(("language", "words"), [("en", "a text file"), ("de", "eine Textdatei")])
def test_what_stands_in_a_text_is_put_into_the_same_language(language: Language, words: str) -> None:
    kind = later("trouble.kind.words")
    with speaking(language):
        assert words in str(later("trouble.no_video", path="clip", kind=kind))


@pytest.mark.parametrize(
    ("refuse", "english"),
    [
        (lambda: NotFound("signed_report"), "There is no such signed report. It may have been deleted;"),
        (NotAllowed, "You are not allowed to do this. Ask whoever runs slumpcv here."),
        (Conflict, "Somebody else has changed this meanwhile. Open it again and repeat your change."),
    ],
)
def test_what_the_library_refuses_is_said_in_three_languages(
    refuse: Callable[[], InputError], english: str
) -> None:
    error = refuse()
    assert str(error).startswith(english)
    said = set()
    for language in LANGUAGES:
        with speaking(language):
            said |= {error.problem, error.fix}
    assert len(said) == 6


def is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize(
    "path", [p for pattern in FOR_PAGES for p in sorted((ROOT / "slumpcv").glob(pattern))], ids=str
)
def test_no_error_that_a_page_can_show_is_written_in_one_language(path: Path) -> None:
    place = path.relative_to(ROOT / "slumpcv").as_posix()
    if place in COMMAND_ONLY:
        return
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    in_english = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and is_plain(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputError":
            plain = [
                ast.unparse(a)
                for a in node.args
                if is_plain(a) or (isinstance(a, ast.Name) and a.id in in_english)
            ]
            known = [words for words in COMMAND_SENTENCES if words in ast.unparse(node)]
            assert not plain or known, f"{place}:{node.lineno} says {plain} in English only"
