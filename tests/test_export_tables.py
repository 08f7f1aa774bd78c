"""The table of measurements, and the frames as Parquet."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from export_case import drawn_analysis, write_case
from fake_result import FRONTAL, NO_LIFT, fake_angles, fake_session
from pyarrow import parquet

from slumpcv.errors import InputError
from slumpcv.export.frames import METADATA_KEY, write_frames
from slumpcv.export.measurements import ROW_COLUMNS, SESSION_COLUMNS, write_measurements
from slumpcv.export.source import open_result
from slumpcv.report.tables import ANGLE_COLUMNS, write_session_json
from slumpcv.track import load_track, save_track

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.session import Session


def table_of(session: Session, folder: Path) -> list[dict[str, str]]:
    write_measurements(folder / "m.csv", session)
    with (folder / "m.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("case")
    write_case(folder)
    return folder


def test_every_value_of_the_session_is_a_row(tmp_path: Path) -> None:
    session = drawn_analysis().session
    rows = table_of(session, tmp_path)
    assert list(rows[0]) == [*SESSION_COLUMNS, *ROW_COLUMNS]
    held = {(r["phase"], r["measure"]): r for r in rows if r["moment"] == "hold"}
    for phase, measures in session.measurements.items():
        for name, measured in measures.items():
            row = held.pop((phase, name))
            assert float(row["value"]) == pytest.approx(measured.value, abs=1e-3)
            assert float(row["plus_minus"]) == pytest.approx(measured.plus_minus, abs=1e-3)
            assert row["unit"] == ("index" if name == "slump_index" else "deg")
            assert row["low"] == row["high"] == ""
    assert held == {}
    lift = next(r for r in rows if r["measure"] == "head_lift_deg")
    assert float(lift["value"]) == pytest.approx(session.isolation.head_lift_deg, abs=1e-3)
    assert {r["outcome"] for r in rows} == {session.outcome.code}
    assert {r["isolated"] for r in rows} == {"true"}


def test_symptoms_have_their_range_and_their_answers(tmp_path: Path) -> None:
    session = drawn_analysis().session
    rows = [r for r in table_of(session, tmp_path) if r["symptom"] == "1"]
    felt = rows[0]
    assert (felt["measure"], felt["value"], felt["unit"]) == ("intensity", "4", "0-10")
    assert (felt["familiar"], felt["regions"], felt["qualities"]) == ("yes", "right calf", "pull")
    knee = next(r for r in rows if r["moment"] == "onset" and r["measure"] == "knee_flexion_deg")
    assert float(knee["low"]) <= float(knee["value"]) <= float(knee["high"])
    assert (knee["from_s"], knee["time_s"], knee["to_s"]) == ("14", "14.5", "15")


def test_phases_and_angles_come_in_the_order_of_the_protocol_also_after_reading_back(case: Path) -> None:
    rows = table_of(open_result(case).session, case)
    holds = [r["phase"] for r in rows if r["moment"] == "hold" and r["measure"] == "knee_flexion_deg"]
    assert holds == ["BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT", "RECOVERY"]
    answers = [r["phase"] for r in rows if r["moment"] == "answer"]
    assert answers == ["BASELINE", "SLUMP", "KNEE_EXTENSION", "HEAD_LIFT"]


def test_what_is_missing_is_empty_and_never_zero(tmp_path: Path) -> None:
    session = fake_session(fake_angles(), NO_LIFT, (FRONTAL,))
    rows = table_of(session, tmp_path)
    changes = [r for r in rows if r["kind"] == "head_lift"]
    assert len(changes) == 5
    assert {r["value"] for r in changes} == {r["plus_minus"] for r in changes} == {""}
    assert {(r["usable"], r["isolated"], r["outcome"]) for r in rows} == {("false", "", "")}


def test_a_word_of_a_stranger_does_not_become_a_formula(tmp_path: Path) -> None:
    session = fake_session(fake_angles())
    evil = session.model_copy(update={"software": session.software.model_copy(update={"model": "=1+1"})})
    assert {r["model"] for r in table_of(evil, tmp_path)} == {"'=1+1"}


def test_frames_round_trip(case: Path, tmp_path: Path) -> None:
    result = open_result(case)
    write_frames(tmp_path / "a.parquet", result)
    table = parquet.read_table(tmp_path / "a.parquet")
    assert table.num_rows == len(result.track)
    for name in ("time_s", *ANGLE_COLUMNS, "shoulder_drop"):
        assert str(table.schema.field(name).type) == "double"
        read = table[name].to_numpy(zero_copy_only=False)
        np.testing.assert_array_equal(read, getattr(result.angles, name))
    assert table["interpolated"].to_pylist() == result.angles.interpolated.tolist()
    assert set(table["phase"].to_pylist()) >= {"BASELINE", "HEAD_LIFT"}
    facts = json.loads(table.schema.metadata[METADATA_KEY])
    assert (facts["side"], facts["outcome"]) == ("right", result.session.outcome.code)
    assert facts["isolated"] is True
    knee = table.schema.field("knee_flexion_deg").metadata
    assert knee[b"unit"] == b"deg"
    assert float(knee[b"plus_minus"]) > 0


def test_what_was_not_seen_is_null(tmp_path: Path) -> None:
    from export_case import drawn_track, without

    write_case(tmp_path, None, without(drawn_track(), 5.0, 7.0))
    result = open_result(tmp_path)
    write_frames(tmp_path / "a.parquet", result)
    table = parquet.read_table(tmp_path / "a.parquet")
    missing = int(np.isnan(result.angles.knee_flexion_deg).sum())
    assert missing > 20
    assert table["knee_flexion_deg"].null_count == missing


def test_without_pyarrow_it_is_said_how_to_get_it(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r'pip install "slumpcv\[parquet\]"'):
        write_frames(tmp_path / "a.parquet", open_result(case))


def test_a_session_and_a_track_of_different_clips_are_not_mixed(tmp_path: Path) -> None:
    write_case(tmp_path)
    session = open_result(tmp_path).session
    other = session.model_copy(update={"clip": session.clip.model_copy(update={"sha256": "cd" * 32})})
    write_session_json(tmp_path / "session.json", other)
    with pytest.raises(InputError, match="different analyses"):
        _ = open_result(tmp_path).angles
    (tmp_path / "track.npz").unlink()
    with pytest.raises(InputError, match=r"holds no track\.npz"):
        _ = open_result(tmp_path).angles


@pytest.mark.parametrize("name", ["", "angles.csv", "nowhere"])
def test_what_is_no_result_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "angles.csv").write_text("time_s\n")
    with pytest.raises(InputError, match=r"session\.json|slumpcv analyze"):
        open_result(tmp_path / name)


def test_a_session_file_stands_for_its_folder(case: Path, tmp_path: Path) -> None:
    result = open_result(case / "session.json")
    assert result.folder == case
    save_track(tmp_path / "again.npz", result.track)
    assert len(load_track(tmp_path / "again.npz")) == len(result.track)
