"""``slumpcv batch`` from the command line."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from batch_case import write_tracks
from sample_analysis import SAMPLES
from typer.testing import CliRunner

from slumpcv.cli import app
from slumpcv.errors import InputError
from slumpcv.library.library import Library
from slumpcv.library.terms import LOCAL, Query
from slumpcv.session_file import load_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from slumpcv.analysis import Analysis


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["batch", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def summary(dest: Path) -> list[dict[str, str]]:
    with (dest / "summary.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_two_samples_are_measured_as_if_each_was_alone(
    tmp_path: Path, sample_analysis: Callable[[str], Analysis]
) -> None:
    names = ["right_no_lift", "right_plain"]
    clips = [SAMPLES / f"{name}.mp4" for name in names]
    said = run(*clips, "-o", tmp_path / "out", "--workers", 2).output
    assert "2 measured, 0 known already, 0 failed" in said
    for name, row in zip(names, summary(tmp_path / "out"), strict=True):
        folder = tmp_path / "out" / row["session"]
        assert load_session(folder) == sample_analysis(name).session
        assert (folder / "report.pdf").stat().st_size > 10_000
        assert not (folder / "overlay.mp4").exists()
    assert "0 measured, 2 known already" in run("--resume", "-o", tmp_path / "out").output


def test_the_exit_code_says_that_some_failed(tmp_path: Path) -> None:
    clips = write_tracks(tmp_path / "clips", 1)
    (clips / "bad.mp4").write_text("words")
    said = run(clips, "-o", tmp_path / "out", "--no-report", "--workers", 1, code=1).output
    assert "1 measured, 0 known already, 1 failed" in said


@pytest.mark.parametrize("options", [[], ["clip.mp4"], ["clip.mp4", "--resume", "-o", "out"], ["-o", "out"]])
def test_wrong_usage_is_said(options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(*options, code=2)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_when_no_clip_is_found_or_the_folder_is_somebody_elses(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="finds no clip"):
        run(tmp_path / "*.mp4", "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    clips = write_tracks(tmp_path / "clips", 1)
    with pytest.raises(InputError, match="something else"):
        run(clips, "-o", clips)
    assert [path.name for path in clips.iterdir()] == ["t0000.npz"]
    with pytest.raises(InputError, match="nothing to go on with"):
        run("--resume", "-o", tmp_path / "new")


def test_sessions_go_into_the_library_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SLUMPCV_DATABASE_URL", raising=False)
    monkeypatch.delenv("SLUMPCV_STORAGE_URL", raising=False)
    clips = write_tracks(tmp_path / "P-1", 2)
    other = write_tracks(tmp_path / "P-2", 1)
    shutil.copy(clips / "t0001.npz", clips / "again.npz")
    out = ["-o", tmp_path / "out", "--no-report", "--workers", 1, "--library"]
    for _ in range(2):
        run(clips, other, *out)
    library = Library.open()
    found = {row.id: row.code for row in library.search(LOCAL, Query(limit=100)).rows}
    library.close()
    # Somebody's clip under two names is one session; the same clip in two patients' folders is two.
    assert sorted(found.values()) == ["P-1", "P-1", "P-2"]
    assert {row["library"]: Path(row["clip"]).parent.name for row in summary(tmp_path / "out")} == found
