"""The process beside the program that works on recordings: how far it is, and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest
from batch_tasks import double, half_done

from slumpcv.batch import beside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    beside.leave()
    yield
    beside.leave()


def half_way(folder: Path) -> int:
    """Wait until it is told that a task is half done, and have it end; give its process."""
    (folder / "enough").unlink(missing_ok=True)

    def reach(part: str, share: float) -> None:
        if (part, share) == ("replay", 0.5):
            (folder / "enough").touch()

    return beside.have_done(half_done, folder, folder, reach)


def test_how_far_a_task_is_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    half_way(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["enough"]


def test_what_follows_soon_is_done_by_the_same_process(tmp_path: Path) -> None:
    assert half_way(tmp_path) == half_way(tmp_path)


def test_the_process_ends_when_there_is_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "IDLE_S", 0.05)
    process = psutil.Process(half_way(tmp_path))
    process.wait(20)
    assert beside.have_done(double, 2, tmp_path, lambda *_: None) == 4


def test_a_task_that_nobody_wants_any_more_is_dropped(tmp_path: Path) -> None:
    def given_up(part: str, _: float) -> None:
        if part == "replay":
            raise LookupError("the visit is gone")

    with pytest.raises(LookupError):
        beside.have_done(half_done, tmp_path, tmp_path, given_up)
    assert beside.have_done(double, 2, tmp_path, lambda *_: None) == 4
