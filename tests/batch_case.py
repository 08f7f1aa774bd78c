"""Clips to measure many of, for the tests of batches."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic import make_track, perform
from typer.testing import CliRunner

from slumpcv import analysis
from slumpcv.batch import task
from slumpcv.batch.dest import open_dest
from slumpcv.batch.inputs import find_clips
from slumpcv.batch.ledger import Ledger
from slumpcv.batch.run import Plan, Run, Totals
from slumpcv.batch.task import Options
from slumpcv.cli import app
from slumpcv.track import PoseTrack, save_track

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest
    from click.testing import Result

    from slumpcv.batch.engine import Engine
    from slumpcv.batch.row import Row
    from slumpcv.batch.run import Shelf
    from slumpcv.session import Measured

QUICK = Options(report=False)


@cache
def _track() -> PoseTrack:
    story = perform()
    return make_track(story, story.times())


def write_tracks(folder: Path, count: int) -> Path:
    """Saved tracks, each of another content, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        source = replace(_track().source, sha256=f"{number:064x}")
        save_track(folder / f"t{number:04d}.npz", replace(_track(), source=source))
    return folder


class Here:
    """An engine in this process, one order at a time."""

    width = 1

    def __init__(self) -> None:
        self.orders: list[Any] = []

    def submit(self, task: Callable[[Any], Any], order: Any) -> Future[Any]:
        self.orders.append(order)
        future: Future[Any] = Future()
        try:
            future.set_result(task(order))
        except Exception as error:
            future.set_exception(error)
        return future

    def hold_back(self, slowly: bool) -> None:
        pass

    def close(self) -> None:
        pass


def run(
    dest_url: str | Path,
    patterns: Sequence[object],
    engine: Engine,
    options: Options = QUICK,
    shelf: Shelf | None = None,
    tell: Callable[[Totals], None] = lambda _: None,
) -> tuple[Totals, list[Row]]:
    """Measure clips; return how that went, and all rows of the ledger."""
    dest = open_dest(str(dest_url))
    dest.prepare()
    plan = Plan(patterns=tuple(map(str, patterns)), options=options)
    with Ledger(dest) as ledger:
        clips = find_clips(plan.patterns)
        totals = Run(dest, ledger, plan, shelf).measure(clips, engine, tell)
        return totals, list(ledger.rows())


def change_method(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the knee is measured 3 degrees further bent, by another version."""
    real = analysis.measure_holds

    def shifted(*given: Any) -> dict[Any, dict[str, Measured]]:
        held = real(*given)
        for angles in held.values():
            knee = angles["knee_flexion_deg"]
            angles["knee_flexion_deg"] = knee.model_copy(update={"value": (knee.value or 0.0) + 3.0})
        return held

    monkeypatch.setattr(analysis, "measure_holds", shifted)
    for module in (analysis, task):
        monkeypatch.setattr(module, "__version__", "99.0")


def reanalyze(*words: object, code: int = 0) -> Result:
    """Run the command, in this process."""
    result = CliRunner().invoke(app, ["reanalyze", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result
