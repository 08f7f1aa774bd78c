"""Runs over many clips: each measured once, whatever happened before."""

from __future__ import annotations

import csv
import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from batch_case import QUICK, Here, run, write_tracks
from pyarrow import parquet

from slumpcv.analysis import analyze
from slumpcv.batch import dest_local, task
from slumpcv.batch.dest import open_dest
from slumpcv.batch.pool import Pool
from slumpcv.batch.row import VALUE_COLUMNS, Row
from slumpcv.batch.run import Plan, go_on, load_plan, save_plan
from slumpcv.batch.tables import FACT_COLUMNS
from slumpcv.batch.task import Options
from slumpcv.errors import InputError
from slumpcv.session_file import load_session

if TYPE_CHECKING:
    from servers import Storage

    from slumpcv.batch.run import Totals


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    return write_tracks(tmp_path / "clips", 3)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sessions(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob("sessions/*/*/row.json"))


def test_each_clip_gets_a_session_and_a_row_that_say_the_same(clips: Path, tmp_path: Path) -> None:
    (clips / "bad.mp4").write_text("no video")
    totals, rows = run(tmp_path / "out", [clips], Here())
    assert (totals.found, totals.done, totals.failed, totals.left) == (4, 3, 1, 0)
    bad, *well = rows
    assert (bad.status, bad.session, bad.sha256 is None) == ("failed", None, False)
    assert len(sessions(tmp_path / "out")) == 3
    for row in well:
        folder = tmp_path / "out" / (row.session or "")
        session = load_session(folder)
        assert session == analyze(row.clip).session
        assert not (folder / "report.pdf").exists()
        held = session.measurements["KNEE_EXTENSION"]["knee_flexion_deg"]
        assert row.values["knee_extension_knee_flexion_deg"] == held.value
        assert row.values["knee_extension_knee_flexion_deg_plus_minus"] == held.plus_minus
        assert row.values["head_lift_deg"] == session.isolation.head_lift_deg
        assert row.values["head_lift_knee_change_deg"] == session.isolation.knee_change_deg
        assert set(row.values) <= set(VALUE_COLUMNS)
        assert (row.side, row.result, row.isolation_status) == ("right", "MOVEMENT_REPORT", "isolated")
        assert None not in (row.reading_s, row.pose_s, row.rest_s)
    summary = table(tmp_path / "out" / "summary.csv")
    assert [line["clip"] for line in summary] == [row.clip for row in rows]
    assert float(summary[1]["head_lift_deg"]) == pytest.approx(well[0].values["head_lift_deg"], abs=0.01)
    (failure,) = table(tmp_path / "out" / "failures.csv")
    assert failure["clip"] == str(clips / "bad.mp4")
    assert "bad.mp4" in failure["problem"]
    assert failure["fix"]
    read = parquet.read_table(tmp_path / "out" / "summary.parquet")
    assert read.column_names == [*FACT_COLUMNS, *VALUE_COLUMNS]
    assert read["head_lift_deg"].to_pylist() == [None, *(row.values["head_lift_deg"] for row in well)]


def test_no_file_of_a_session_holds_the_name_of_its_clip(tmp_path: Path) -> None:
    clips = write_tracks(tmp_path / "Mueller_Anna", 1)
    (clips / "t0000.npz").rename(clips / "anna_mueller.npz")
    run(tmp_path / "out", [clips], Here(), Options())
    (folder,) = sessions(tmp_path / "out")
    assert (folder / "report.pdf").exists()
    for path in (folder, *folder.iterdir()):
        assert "mueller" not in path.name.lower()
        assert path.is_dir() or b"mueller" not in path.read_bytes().lower()
    assert "anna_mueller" in (tmp_path / "out" / "summary.csv").read_text()


def test_a_second_run_does_only_what_is_missing_failed_or_changed(clips: Path, tmp_path: Path) -> None:
    bad = clips / "bad.npz"
    bad.write_text("no track")
    run(tmp_path / "out", [clips], Here())
    engine = Here()
    totals, _ = run(tmp_path / "out", [clips], engine)
    assert [order.clip.url for order in engine.orders] == [str(bad)], "a failure is tried again"
    assert (totals.known, totals.failed) == (3, 1)
    bad.unlink()
    other = write_tracks(tmp_path / "more", 5)
    shutil.copy(other / "t0004.npz", clips / "t0001.npz")
    shutil.rmtree(sessions(tmp_path / "out")[0])
    totals, rows = run(tmp_path / "out", [clips], engine := Here())
    assert {Path(order.clip.url).name for order in engine.orders} >= {"t0001.npz"}
    assert (totals.done, totals.failed, len(engine.orders)) == (len(engine.orders), 0, totals.done)
    assert 1 <= totals.done <= 2, "the one that changed and the one whose session was removed"
    assert {row.session for row in rows if row.status == "done"} <= {
        str(path.relative_to(tmp_path / "out")) for path in sessions(tmp_path / "out")
    }


@pytest.mark.parametrize("changed", [{"side": "left"}, {"language": "de"}, {"report": True}, {"fps": None}])
def test_other_options_measure_again(clips: Path, tmp_path: Path, changed: dict[str, Any]) -> None:
    run(tmp_path / "out", [clips / "t0000.npz"], Here())
    options = QUICK.model_copy(update=changed)
    totals, (row,) = run(tmp_path / "out", [clips / "t0000.npz"], Here(), options)
    assert (totals.known, totals.done) == (0, 1)
    assert row.made_by == options.made_by()
    assert not row.reused
    assert len(sessions(tmp_path / "out")) == 1


def test_another_version_measures_again(clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "out", [clips], Here())
    monkeypatch.setattr(task, "__version__", "99.0")
    totals, _ = run(tmp_path / "out", [clips], Here())
    assert (totals.known, totals.done) == (0, 3)


def test_one_content_under_two_names_is_measured_once_and_has_a_row_for_each(tmp_path: Path) -> None:
    clips = write_tracks(tmp_path / "clips", 1)
    shutil.copy(clips / "t0000.npz", clips / "copy.npz")
    totals, rows = run(tmp_path / "out", [clips], Here())
    assert totals.done == 2
    assert sorted(row.reused for row in rows) == [False, True]
    assert len({row.session for row in rows}) == len(sessions(tmp_path / "out")) == 1
    assert rows[0].values == rows[1].values != {}


@pytest.fixture(params=["memory", "s3"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Address of an empty place of either kind; for S3 also what a person sets to be let in."""
    if request.param == "memory":
        fsspec.filesystem("memory").store.clear()
        return "memory://bucket"
    storage: Storage = request.getfixturevalue("s3_storage")
    monkeypatch.setenv("AWS_ENDPOINT_URL", storage.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", storage.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", storage.secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    return f"s3://{storage.bucket}"


def test_clips_come_from_and_results_go_to_an_address_too(clips: Path, bucket: str) -> None:
    fs = fsspec.core.url_to_fs(bucket)[0]
    out, came_from = f"{bucket}/out", f"{bucket}/in"
    fs.pipe_file(f"{came_from}/t0.npz", (clips / "t0000.npz").read_bytes())
    with closing(Pool(1) if bucket.startswith("s3") else Here()) as engine:
        totals, (row,) = run(out, [came_from], engine)
        assert totals.done == 1
        assert fs.exists(f"{out}/{row.session}/session.json")
        assert "t0.npz" in fs.cat_file(f"{out}/summary.csv").decode()
        assert run(out, [came_from], engine)[0].known == 1
        fs.rm(f"{out}/{row.session}/row.json")
        assert run(out, [came_from], engine)[0].done == 1


def test_an_error_of_ours_costs_one_clip(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = task.row_of_session

    def broken(result: Any, made_by: str, **known: Any) -> Row:
        if result.clip.sha256 == f"{1:064x}":
            raise TypeError("oh")
        return real(result, made_by, **known)

    monkeypatch.setattr(task, "row_of_session", broken)
    totals, rows = run(tmp_path / "out", [clips], Here())
    assert (totals.done, totals.failed) == (2, 1)
    assert "TypeError" in (rows[1].problem or "")
    assert len(sessions(tmp_path / "out")) == 2
    assert not list((tmp_path / "out" / ".staged").iterdir())


def test_an_interruption_keeps_what_is_done_and_writes_the_tables(clips: Path, tmp_path: Path) -> None:
    def interrupt(totals: Totals) -> None:
        if totals.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "out", [clips], Here(), tell=interrupt)
    assert len(table(tmp_path / "out" / "summary.csv")) == 2
    totals, _ = run(tmp_path / "out", [clips], Here())
    assert (totals.known, totals.done) == (2, 1)
    assert len(table(tmp_path / "out" / "summary.csv")) == 3


def test_a_run_killed_before_the_ledger_knew_does_not_measure_again(clips: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", [clips], Here())
    shutil.rmtree(tmp_path / "out" / "ledger")
    totals, rows = run(tmp_path / "out", [clips], Here())
    assert totals.done == 3
    assert all(row.reused for row in rows)


def test_what_was_asked_for_is_kept(tmp_path: Path) -> None:
    dest = open_dest(str(tmp_path / "out"))
    assert load_plan(dest) is None
    with pytest.raises(InputError, match="nothing to go on with"):
        go_on(None, "out")
    dest.prepare()
    plan = Plan(patterns=("a", "b"), options=Options(side="left", fps=None), library=True, patient="P-1")
    save_plan(dest, plan)
    assert load_plan(dest) == go_on(load_plan(dest), "out") == plan


@pytest.mark.parametrize("name", ["holiday.jpg", "session.json"])
def test_a_folder_with_something_else_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(InputError, match="something else"):
        load_plan(open_dest(str(tmp_path)))


@pytest.mark.parametrize("text", ["", "{", json.dumps({"schema_version": 2})])
def test_a_plan_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "batch.json").write_text(text)
    with pytest.raises(InputError, match="cannot be read"):
        load_plan(open_dest(str(tmp_path)))


def test_what_workers_that_ended_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dest = open_dest(str(tmp_path))
    dest.prepare()
    with dest.staging() as mine:
        monkeypatch.setattr(dest_local, "_owner", lambda: f"{dest_local._host()}-999999999")
        gone = dest.staging()
        left = gone.__enter__()
        dest.prepare()
        assert mine.exists()
        assert not left.exists()
        gone.__exit__(None, None, None)


class MemoryShelf:
    """Stands in for the library."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.refused: set[str] = set()

    def keep(self, row: Row) -> Row:
        if Path(row.clip).stem in self.refused:
            return row.model_copy(update={"problem": "not taken", "fix": "do"})
        self.kept.append(row.clip)
        return row.model_copy(update={"library": f"id{len(self.kept)}", "problem": None, "fix": None})


def test_each_session_is_put_into_the_library_once(clips: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", [clips / "t0000.npz"], Here())
    shelf = MemoryShelf()
    shelf.refused.add("t0002")
    totals, rows = run(tmp_path / "out", [clips], Here(), shelf=shelf)
    assert (totals.known, totals.done, totals.failed) == (1, 1, 1)
    assert [row.library for row in rows] == ["id1", "id2", None]
    assert [line["problem"] for line in table(tmp_path / "out" / "failures.csv")] == ["not taken"]
    shelf.refused.clear()
    for _ in range(2):
        totals, rows = run(tmp_path / "out", [clips], Here(), shelf=shelf)
        assert (totals.known, totals.failed) == (3, 0)
    run(tmp_path / "out", [clips], Here(), QUICK.model_copy(update={"language": "de"}), shelf=shelf)
    assert [Path(name).stem for name in shelf.kept] == ["t0000", "t0001", "t0002"]
