import csv
import errno
import json
import math
import os
from datetime import datetime

import numpy as np
import pytest
from fake_result import BOUNDS, fake_angles, fake_session

from slumpcv.errors import InputError
from slumpcv.files import RESULT_FILES, atomic_write, new_result_folder, remove_if_empty, remove_stale_results
from slumpcv.report.tables import phase_per_frame, write_angles_csv, write_phases_csv, write_session_json
from slumpcv.session import Measured, Session


def read_rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_complete_file_gets_its_name(tmp_path):
    with atomic_write(tmp_path / "a.csv") as temporary:
        assert temporary.suffix == ".csv"
        temporary.write_text("whole")
        assert not (tmp_path / "a.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "whole"


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt])
def test_an_interrupted_file_leaves_the_old_one(tmp_path, interruption):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def write_half():
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            raise interruption

    with pytest.raises(interruption):
        write_half()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "old"


def test_a_full_disk_is_said_plainly(tmp_path):
    with pytest.raises(InputError, match="no room left") as caught, atomic_write(tmp_path / "a.csv"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "Free some space" in caught.value.fix
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_said_plainly(tmp_path):
    with (
        pytest.raises(InputError, match="cannot be written"),
        atomic_write(tmp_path / "no" / "a.csv") as part,
    ):
        part.write_text("x")


def test_trouble_with_another_file_is_not_blamed_on_the_result(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "out" / "a.csv"):
        (tmp_path / "clip.mp4").read_bytes()


def test_dated_folders_never_meet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    now = datetime(2025, 3, 4, 5, 6, 7)
    made = [new_result_folder(None, now=now).name for _ in range(3)]
    assert made == ["slumpcv-20250304-050607", "slumpcv-20250304-050607-2", "slumpcv-20250304-050607-3"]


def test_a_folder_with_results_is_kept(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert new_result_folder(tmp_path) == tmp_path
    (tmp_path / "angles.csv").write_text("old")
    with pytest.raises(InputError, match=r"already holds results \(angles.csv\)"):
        new_result_folder(tmp_path)
    assert new_result_folder(tmp_path, overwrite=True) == tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["angles.csv", "notes.txt"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(InputError, match="cannot be used as a folder"):
        new_result_folder(tmp_path / "a")
    with pytest.raises(InputError, match="cannot be used as a folder"):
        new_result_folder(tmp_path / "a" / "b")


def test_results_of_an_earlier_run_go(tmp_path):
    for name in (*RESULT_FILES, "notes.txt"):
        (tmp_path / name).write_text("")
    remove_stale_results(tmp_path, set(RESULT_FILES) - {"overlay.mp4"})
    assert not (tmp_path / "overlay.mp4").exists()
    assert len(list(tmp_path.iterdir())) == len(RESULT_FILES)


def test_a_frame_belongs_to_the_phase_that_starts_with_it():
    phases = fake_session(fake_angles()).phases
    assert phase_per_frame(np.array([-1.0, 0.0, 2.4999, 2.5, 23.4, 23.5]), phases) == [
        "",
        "BASELINE",
        "BASELINE",
        "SLUMP",
        "RECOVERY",
        "",
    ]
    assert phase_per_frame(np.array([1.0]), ()) == [""]


def test_angles_table_round_trips(tmp_path):
    angles = fake_angles()
    write_angles_csv(tmp_path / "angles.csv", angles, fake_session(angles).phases)
    rows = read_rows(tmp_path / "angles.csv")
    assert list(rows[0]) == [
        "time_s",
        "phase",
        "knee_flexion_deg",
        "trunk_lean_deg",
        "head_angle_deg",
        "neck_flexion_deg",
        "face_pitch_deg",
        "ankle_deg",
        "slump_index",
        "confidence",
    ]
    assert len(rows) == len(angles.time_s)
    for name, error in (("time_s", 5e-5), ("knee_flexion_deg", 5e-3), ("slump_index", 5e-5)):
        read = np.array([float(row[name] or "nan") for row in rows])
        np.testing.assert_allclose(read, getattr(angles, name), atol=error * 1.01)
    lost = [i for i, row in enumerate(rows) if row["knee_flexion_deg"] == ""]
    assert lost == list(np.flatnonzero(np.isnan(angles.knee_flexion_deg)))
    assert rows[0]["confidence"] == "0.9300"
    assert "-0.00" not in {cell for row in rows for cell in row.values()}


def test_phases_table(tmp_path):
    write_phases_csv(tmp_path / "phases.csv", fake_session(fake_angles()).phases)
    assert (tmp_path / "phases.csv").read_bytes().splitlines()[:3] == [
        b"phase,start_s,end_s,reached,margin,margin_unit,repetition",
        b"BASELINE,0.0000,2.5000,true,,,1",
        b"SLUMP,2.5000,6.5000,true,0.1100,index,1",
    ]
    assert len(read_rows(tmp_path / "phases.csv")) == len(BOUNDS)


def test_session_file_is_strict_json_and_comes_back(tmp_path):
    session = fake_session(fake_angles())
    odd = {"SLUMP": {"knee_flexion_deg": Measured(value=math.nan, plus_minus=math.inf)}}
    write_session_json(tmp_path / "session.json", session.model_copy(update={"measurements": odd}))
    text = (tmp_path / "session.json").read_text(encoding="utf-8")
    plain = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} written"))
    assert plain["measurements"]["SLUMP"]["knee_flexion_deg"] == {"value": None, "plus_minus": None}
    write_session_json(tmp_path / "whole.json", session)
    assert Session.model_validate_json((tmp_path / "whole.json").read_text(encoding="utf-8")) == session


def test_tables_are_the_same_bytes_every_time(tmp_path):
    angles = fake_angles()
    session = fake_session(angles)
    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        write_angles_csv(tmp_path / run / "angles.csv", angles, session.phases)
        write_session_json(tmp_path / run / "session.json", session)
    for name in ("angles.csv", "session.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_only_a_folder_without_results_is_removed(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "session.json").write_text("{}")
    remove_if_empty(folder)
    assert folder.exists()
    (folder / "session.json").unlink()
    remove_if_empty(folder)
    remove_if_empty(folder)
    assert not folder.exists()
