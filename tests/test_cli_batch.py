"""``slumpcv batch`` from the command line."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from batch_case import write_tracks
from clipmaker import dated_copy
from sample_analysis import SAMPLES
from typer.testing import CliRunner

from slumpcv.cli import app
from slumpcv.errors import InputError
from slumpcv.library.library import Library
from slumpcv.library.terms import LOCAL, Query
from slumpcv.replay import REPLAY
from slumpcv.session_file import load_session
from slumpcv.video import open_clip

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


@pytest.fixture
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SLUMPCV_DATABASE_URL", raising=False)
    monkeypatch.delenv("SLUMPCV_STORAGE_URL", raising=False)


@pytest.mark.usefixtures("own_library")
def test_a_clip_goes_into_the_library_with_its_day_and_as_a_reviewer_plays_it(tmp_path: Path) -> None:
    (tmp_path / "P-9").mkdir()
    dated_copy(SAMPLES / "right_no_lift.mp4", tmp_path / "P-9" / "a.mp4", "2026-03-04T11:00:00Z")
    run(tmp_path / "P-9", "-o", tmp_path / "out", "--no-report", "--workers", 1, "--library", "--fps", 5)
    (row,) = summary(tmp_path / "out")
    assert row["recorded_on"] == "2026-03-04"
    library = Library.open()
    (kept,) = library.search(LOCAL, Query()).rows
    replay = library.store.local(kept.id, REPLAY, tmp_path)
    library.close()
    assert (kept.code, kept.day, kept.has_clip) == ("P-9", date(2026, 3, 4), True)
    with open_clip(replay) as played, open_clip(tmp_path / "P-9" / "a.mp4") as filmed:
        assert [f.time_s for f in played.frames()] == pytest.approx(
            [f.time_s for f in filmed.frames()], abs=1e-3
        )


@pytest.mark.usefixtures("own_library")
def test_covered_faces_do_not_go_into_the_library_uncovered(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "right_no_lift.mp4", tmp_path)
    options = ["--no-report", "--workers", 1, "--library", "--patient", "P-9", "--fps", 5, "--blur-face"]
    run(tmp_path / "right_no_lift.mp4", "-o", tmp_path / "out", *options)
    (row,) = summary(tmp_path / "out")
    assert not (tmp_path / "out" / row["session"] / REPLAY).exists()
    assert row["library"]


@pytest.mark.usefixtures("own_library")
def test_sessions_go_into_the_library_once(tmp_path: Path) -> None:
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
