"""Visits on disk: nothing answered is lost, nobody sees another's, and a leg's tests are remembered."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slumpcv.answers import Answers, Intake, Screen
from slumpcv.errors import InputError
from slumpcv.live.record import GuidedTest, LiveMark
from slumpcv.visits import DELETED, VISIT_FILE, Take, Visits

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def visits(tmp_path: Path) -> Visits:
    return Visits(tmp_path / "visits")


def test_a_visit_goes_on_where_it_was_left(visits: Visits, tmp_path: Path) -> None:
    visit = visits.new("anna", "de")
    visit = visits.update(visit, screen=Screen(pregnancy="no"), intake=Intake(side="left"), step="prepare")
    visit = visits.add_test(visit, "left", "camera")
    again = Visits(tmp_path / "visits").load(visit.id, "anna")
    assert again == visit
    assert again is not None
    assert again.test is not None
    assert (again.step, again.language, again.test.number) == ("prepare", "de", 1)


def test_only_its_owner_gets_a_visit(visits: Visits) -> None:
    visit = visits.new("anna", "en")
    assert visits.load(visit.id, "ben") is None
    assert visits.of_owner("ben") == []


@pytest.mark.parametrize("name", ["", "..", "../visits", "/etc", "a/b", "nothing"])
def test_a_name_that_is_no_visit_leads_nowhere(visits: Visits, name: str) -> None:
    visits.new("anna", "en")
    assert visits.load(name, "anna") is None


def test_a_write_that_fails_leaves_the_visit_as_it_was(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = visits.new("anna", "en")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="no room"):
        visits.update(visit, step="screen")
    assert visits.load(visit.id, "anna") == visit
    assert [path.name for path in visits.folder(visit).iterdir()] == [VISIT_FILE]


@pytest.mark.parametrize("text", ["", "{", '{"id": "x"}', "[]"])
def test_a_broken_file_hides_its_visit_only(visits: Visits, text: str) -> None:
    broken, whole = visits.new("anna", "en"), visits.new("anna", "en")
    (visits.folder(broken) / VISIT_FILE).write_text(text, encoding="utf-8")
    assert visits.load(broken.id, "anna") is None
    assert visits.of_owner("anna") == [whole]


def test_the_newest_visit_comes_first(visits: Visits) -> None:
    first, second = visits.new("anna", "en"), visits.new("anna", "en")
    assert visits.of_owner("anna") == [second, first]


def test_tests_of_the_last_day_count_by_leg_and_only_when_recorded(visits: Visits) -> None:
    visit = visits.new("anna", "en")
    for number, (side, source) in enumerate([("left", "camera"), ("left", "demo"), ("right", "upload")], 1):
        visit = visits.add_test(visit, side, source)
        visit = visits.update_test(visit, number, clip="clip.webm")
    visit = visits.add_test(visit, "right", "camera")  # never began
    assert [visits.tested_lately("anna", side) for side in ("left", "right")] == [1, 1]
    assert visits.tested_lately("ben", "left") == 0
    assert visits.tested_lately("anna", "left", datetime.now(UTC) + timedelta(hours=24, minutes=1)) == 0


def test_a_test_says_how_many_came_shortly_before(visits: Visits) -> None:
    visit = visits.add_test(visits.new("anna", "en"), "left", "camera")
    visit = visits.update_test(visit, 1, clip="clip.webm")
    later = visits.add_test(visits.new("anna", "en"), "left", "camera")
    other = visits.add_test(visits.new("anna", "en"), "right", "camera")
    assert [one.tests[0].earlier_24h for one in (visit, later, other)] == [0, 1, 0]


def test_a_deleted_visit_takes_its_recordings_along(visits: Visits) -> None:
    visit = visits.add_test(visits.new("anna", "en"), "left", "camera")
    folder = visits.folder(visit, visit.tests[0])
    (folder / "clip.webm").write_bytes(b"recorded")
    visits.delete(visit)
    assert not folder.parent.exists()
    assert visits.load(visit.id, "anna") is None
    with pytest.raises(InputError, match="could not be removed"):
        visits.delete(visit)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the user's folder is closed to others already")
def test_no_other_user_of_the_machine_may_look(visits: Visits) -> None:
    visits.new("anna", "en")
    assert stat.S_IMODE(visits.root.stat().st_mode) == 0o700


def test_a_deleted_visit_stays_deleted(visits: Visits) -> None:
    visit = visits.add_test(visits.new("anna", "en"), "left", "camera")
    visits.delete(visit)
    another_tab = visits.add_test(visit, "left", "camera")
    visits.update_test(another_tab, 1, clip="clip.webm")
    visits.folder(another_tab, another_tab.tests[0])
    assert list(visits.root.iterdir()) == []


def test_a_deletion_that_was_cut_off_is_done_at_the_next_start(visits: Visits) -> None:
    visit = visits.add_test(visits.new("anna", "en"), "left", "camera")
    kept = visits.new("anna", "en")
    visits.folder(visit).rename(visits.root / f"{DELETED}{visit.id}")
    assert visits.of_owner("anna") == [kept]
    visits.clear_up()
    assert [path.name for path in visits.root.iterdir()] == [kept.id]


def test_what_was_half_written_at_a_crash_is_cleared_away_and_nothing_else(visits: Visits) -> None:
    visit = visits.add_test(visits.new("anna", "en"), "left", "camera")
    folder = visits.folder(visit, visit.tests[0])
    kept = {"clip.webm", "clip-2.mp4", "report.pdf", "session.json", ".unfinished"}
    for name in (*kept, ".report.1-2.part.pdf", ".0a1b.part", ".clip.1-2.part.webm", "0a1b2c.upload"):
        (folder / name).write_bytes(b"x")
    (folder.parent / ".visit.1-2.part.json").write_bytes(b"x")
    visits.clear_up()
    assert {path.name for path in folder.iterdir()} == kept
    assert {path.name for path in folder.parent.iterdir()} == {"visit.json", folder.name}


def test_any_cookie_may_come(visits: Visits) -> None:
    visit = visits.new("anna", "en")
    assert visits.load(visit.id, "änna") is None


def test_a_visit_of_a_later_version_is_not_misread(visits: Visits) -> None:
    visit = visits.new("anna", "en")
    path = visits.folder(visit) / VISIT_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 3}), encoding="utf-8")
    assert visits.load(visit.id, "anna") is None


def noted(start_s: float) -> GuidedTest:
    mark = LiveMark(start_s=start_s, by="hand")
    return GuidedTest(side="left", status="interrupted", duration_s=9, marks=(mark,))


def test_what_was_noted_in_a_take_stays_with_it_when_another_follows(visits: Visits) -> None:
    visit = visits.add_test(visits.new("anna", "en"), "left", "camera")
    visit = visits.update_test(visit, 1, clip="clip.webm", live=noted(1.0))
    visit = visits.update_test(visit, 1, analysed=True, answers=Answers(stop_reason="wish"))
    visit = visits.update_test(visit, 1, clip="clip-2.webm", live=noted(2.0))
    visit = visits.update_test(visit, 1, clip="clip-2.webm", live=noted(3.0))
    visits.update_test(visit, 1, clip="clip-3.mp4", source="upload", live=None)
    again = visits.load(visit.id, "anna")
    assert again is not None
    (test,) = again.tests
    assert (test.clip, test.live, test.answers, test.analysed) == ("clip-3.mp4", None, None, False)
    assert test.earlier_takes == {
        "clip.webm": Take(live=noted(1.0), answers=Answers(stop_reason="wish")),
        "clip-2.webm": Take(live=noted(3.0)),
    }


def test_a_visit_of_the_first_version_is_read_and_goes_on(visits: Visits) -> None:
    visit = visits.add_test(visits.new("anna", "en"), "left", "camera")
    path = visits.folder(visit) / VISIT_FILE
    old = json.loads(path.read_text()) | {"schema_version": 1}
    del old["tests"][0]["earlier_takes"]
    path.write_text(json.dumps(old), encoding="utf-8")
    assert visits.load(visit.id, "anna") == visit
    visits.update(visit, step="camera")
    assert json.loads(path.read_text())["schema_version"] == 2
