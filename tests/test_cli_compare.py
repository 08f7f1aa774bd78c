"""The command ``compare``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from fake_result import fake_track
from fake_sessions import ANGLES, FULL, PLAIN

from slumpcv import cli
from slumpcv.files import COMPARISON_FILES
from slumpcv.report.tables import write_session_json
from slumpcv.session import Session
from slumpcv.track import save_track


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["slumpcv", "compare", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def result(folder: Path, session: Session = FULL, track: bool = False) -> Path:
    folder.mkdir()
    write_session_json(folder / "session.json", session)
    if track:
        save_track(folder / "track.npz", fake_track(ANGLES))
    return folder


@pytest.fixture
def both(tmp_path: Path) -> list[Path]:
    """Two results, the second given by its file."""
    first, second = result(tmp_path / "Anna Muster"), result(tmp_path / "Anna Muster 2")
    return [first, second / "session.json"]


def test_two_results_are_compared_in_a_new_dated_folder(
    both: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *both) == 0
    (folder,) = tmp_path.glob("slumpcv-compare-*")
    assert sorted(path.name for path in folder.iterdir()) == sorted(COMPARISON_FILES)
    said = capsys.readouterr().out
    assert "visit against visit" in said
    assert "Muster" not in said.partition("Files")[0]
    written = (folder / "compare.json").read_text() + (folder / "compare.csv").read_text()
    assert "Muster" not in written


def test_labels_and_language(
    both: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    labels = ["--label", "März", "--label", "[bold]Mai"]
    assert run(monkeypatch, *both, "-o", out, "--language", "de", *labels) == 0
    assert "A: März, rechtes" in capsys.readouterr().out
    comparison = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert comparison["language"] == "de"
    assert [one["label"] for one in comparison["sessions"]] == ["März", "[bold]Mai"]


def test_results_are_replaced_only_on_demand(
    both: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *both, "-o", tmp_path / "out") == 0
    assert run(monkeypatch, *both, "-o", tmp_path / "out") == 1
    assert "already holds results" in capsys.readouterr().err
    assert run(monkeypatch, *both, "-o", tmp_path / "out", "--overwrite") == 0


def test_beside_the_results_of_a_clip_nothing_of_them_is_touched(
    both: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, *both, "-o", both[0]) == 0
    assert sorted(p.name for p in both[0].iterdir()) == sorted(["session.json", *COMPARISON_FILES])


def test_tracks_that_lie_beside_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = [result(tmp_path / "a", PLAIN, track=True), result(tmp_path / "b", PLAIN)]
    assert run(monkeypatch, *sessions, "-o", tmp_path / "with") == 0
    (sessions[0] / "track.npz").unlink()
    assert run(monkeypatch, *sessions, "-o", tmp_path / "without") == 0
    with_curves, without = ((tmp_path / name / "compare.png").read_bytes() for name in ("with", "without"))
    assert with_curves != without


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("slumpcv: ")
    assert said.err.count("\n") == 1
    return said.err


def test_what_cannot_be_compared_is_refused_in_one_sentence(
    both: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    there = {path.name for path in tmp_path.iterdir()}
    assert run(monkeypatch, both[0]) == 1
    assert "1 session cannot be compared" in refused(capsys)
    assert run(monkeypatch, both[0], tmp_path / "nothing") == 1
    assert "cannot be read" in refused(capsys)
    assert run(monkeypatch, *both, "--label", "one") == 1
    assert "2 sessions and 1 labels" in refused(capsys)
    data = json.loads(both[1].read_text(encoding="utf-8"))
    both[1].write_text(json.dumps(data | {"schema_version": 99}), encoding="utf-8")
    assert run(monkeypatch, *both) == 1
    assert "newer slumpcv" in refused(capsys)
    both[1].write_text("{}", encoding="utf-8")
    assert run(monkeypatch, *both) == 1
    assert "not a readable session" in refused(capsys)
    assert {path.name for path in tmp_path.iterdir()} == there


def test_wrong_usage(monkeypatch: pytest.MonkeyPatch, both: list[Path]) -> None:
    assert run(monkeypatch) == 2
    assert run(monkeypatch, *both, "--language", "fr") == 2


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (MemoryError, None)])
def test_after_a_stop_no_empty_folder_is_left(
    error: type[BaseException],
    code: int | None,
    both: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("slumpcv.report.comparison_files.write_comparison", fail)
    if code is None:
        with pytest.raises(error):
            cli.app(["compare", *map(str, both), "-o", str(tmp_path / "out")])
    else:
        assert run(monkeypatch, *both, "-o", tmp_path / "out") == code
    assert not (tmp_path / "out").exists()
