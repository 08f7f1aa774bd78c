"""Many clips: throughput of workers, their memory, skipping what is done, and many small tasks.

    python -m benchmarks.batch speed [--clips 20] [--workers 2] [--fps 15]
    python -m benchmarks.batch memory [--clips 200] [--fps 5]
    python -m benchmarks.batch known [--clips 10000]
    python -m benchmarks.batch tasks [--clips 100000] [--workers 2] [--dask]
    python -m benchmarks.batch engine [--clips 100000] [--workers 2] [--dask]

`speed` measures the same clips one after the other in one process, with the pool, and on a Dask cluster of as
many workers that it starts on this machine, and sets the last two against the first divided by the workers.
Clips are the samples, again and again, each with other bytes after its end. `tasks` are saved tracks,
`engine` has tasks of nothing done: how many the engine itself can give out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from benchmarks.tables import table
from slumpcv.batch.dest import ROW_NAME, open_dest, session_name, session_path
from slumpcv.batch.engine import drive, open_engine
from slumpcv.batch.inputs import find_clips
from slumpcv.batch.ledger import Ledger
from slumpcv.batch.pool import Pool
from slumpcv.batch.row import VALUE_COLUMNS, Row
from slumpcv.batch.run import Plan, Run, Totals
from slumpcv.batch.task import Options
from slumpcv.track import save_track

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from batch_tasks import double  # type: ignore[import-not-found]
from synthetic import make_track, perform  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slumpcv.batch.engine import Engine

SAMPLES = sorted((Path(__file__).resolve().parents[1] / "samples").glob("*.mp4"))
LOOK_EVERY_S = 0.2


def make_clips(folder: Path, count: int) -> Path:
    """Write clips of different content."""
    folder.mkdir()
    for number in range(count):
        content = SAMPLES[number % len(SAMPLES)].read_bytes() + f"{number:08d}".encode()
        (folder / f"c{number:05d}.mp4").write_bytes(content)
    return folder


def make_tracks(folder: Path, count: int) -> Path:
    """Write saved tracks of different content."""
    folder.mkdir()
    story = perform()
    track = make_track(story, story.times())
    for number in range(count):
        source = replace(track.source, sha256=f"{number:064x}")
        save_track(folder / f"t{number:06d}.npz", replace(track, source=source))
    return folder


def measure(
    clips: Path, out: Path, engine: Engine, options: Options, tell: Callable[[Totals], None] = lambda _: None
) -> tuple[float, list[Row]]:
    """Return the seconds that a run takes once all workers are there, and its rows."""
    dest = open_dest(str(out))
    dest.prepare()
    plan = Plan(patterns=(str(clips),), options=options)
    with Ledger(dest) as ledger:
        run = Run(dest, ledger, plan)
        found = find_clips(plan.patterns)
        began_s = time.perf_counter()
        totals = run.measure(found, engine, tell)
        spent_s = time.perf_counter() - began_s
        assert totals.failed == 0, [row.problem for row in ledger.rows() if row.problem]
        return spent_s, list(ledger.rows())


def own_seconds(rows: list[Row]) -> float:
    """Return the seconds that workers spent on clips."""
    return sum((row.reading_s or 0) + (row.pose_s or 0) + (row.rest_s or 0) for row in rows)


def workers_of(program: psutil.Process) -> list[psutil.Process]:
    """Return the processes below a program that do the work."""
    children = program.children(recursive=True)
    return [one for one in children if "spawn_main" in " ".join(one.cmdline())]


def with_cpu(measured: Callable[[], tuple[float, list[Row]]]) -> tuple[float, float, list[Row]]:
    """Return seconds on the clock, seconds that workers computed, and rows; workers are there before."""

    def spent_s() -> float:
        times = [one.cpu_times() for one in workers_of(psutil.Process())]
        return sum(one.user + one.system for one in times)

    before_s = spent_s()
    clock_s, rows = measured()
    return clock_s, spent_s() - before_s, rows


def warm(engine: Engine, folder: Path, name: str) -> None:
    """Have each worker started, with everything imported."""
    measure(
        make_tracks(folder / f"warm-{name}", 4 * engine.width), folder / f"warm-out-{name}", engine, Options()
    )


@contextmanager
def dask(workers: int, folder: Path) -> Iterator[str]:
    """Start a scheduler and workers on this machine; gives the address."""
    file = folder / "scheduler.json"
    common = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    one = ["--nthreads", "1", "--nworkers", str(workers)]
    found = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    kept: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": found}
    line = [sys.executable, "-m", "dask"]
    started = [subprocess.Popen([*line, "scheduler", "--port", "0", *common], **kept)]
    try:
        while not file.exists():
            time.sleep(LOOK_EVERY_S)
        started.append(subprocess.Popen([*line, "worker", *common, *one], **kept))
        address = json.loads(file.read_text())["address"]
        with closing(open_engine(dask=address)) as engine:
            while engine.width < workers:
                time.sleep(LOOK_EVERY_S)
        yield address
    finally:
        for process in started:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            process.wait()


def speed(given: argparse.Namespace, folder: Path) -> None:
    """Compare one process with several."""
    clips, options = make_clips(folder / "clips", given.clips), Options(fps=given.fps)
    ways: dict[str, tuple[float, float, list[Row]]] = {}

    def run(name: str, engine: Engine) -> None:
        place = folder / f"out-{len(ways)}"
        warm(engine, folder, place.name)
        ways[name] = with_cpu(lambda: measure(clips, place, engine, options))

    with closing(Pool(1)) as engine:
        run("one process", engine)
    with closing(Pool(given.workers)) as engine:
        run(f"pool of {given.workers}", engine)
    with dask(given.workers, folder) as address, closing(open_engine(dask=address)) as engine:
        run(f"Dask, {given.workers} workers", engine)
    first_s, _, rows = ways["one process"]
    share_s = own_seconds(rows) / given.workers
    print(f"{given.clips} clips, {sum(row.duration_s or 0 for row in rows):.0f} s long\n")
    heads = ["", "seconds", "times one process", "against the clips' own seconds / workers", "computed"]
    lines = [
        [name, f"{s:.1f}", f"{first_s / s:.2f}", f"{100 * (s / share_s - 1):+.1f} %", f"{cpu_s:.1f} s"]
        for name, (s, cpu_s, _) in ways.items()
    ]
    print(table(heads, lines))
    parts = {part: sum(getattr(row, part) or 0 for row in rows) for part in ("reading_s", "pose_s", "rest_s")}
    print("\nwhere one process spends it: " + ", ".join(f"{part} {s:.1f}" for part, s in parts.items()))


def memory(given: argparse.Namespace, folder: Path) -> None:
    """Watch one worker's memory over many clips."""
    clips, peaks, over = make_clips(folder / "clips", given.clips), [0.0], threading.Event()
    with closing(Pool(1)) as engine:

        def watch() -> None:
            while not over.wait(LOOK_EVERY_S):
                for pid in engine.pids():
                    peaks[-1] = max(peaks[-1], psutil.Process(pid).memory_info().rss / 1e6)

        watcher = threading.Thread(target=watch)
        watcher.start()
        options = Options(fps=given.fps)
        measure(
            clips, folder / "out", engine, options, lambda totals: peaks.append(0.0) if totals.done else None
        )
        over.set()
        watcher.join()
    seen = [peak for peak in peaks if peak]
    parts = np.array_split(np.array(seen), 4)
    print(f"{given.clips} clips; peak of each quarter: {', '.join(f'{part.max():.0f} MB' for part in parts)}")


def known(given: argparse.Namespace, folder: Path) -> None:
    """Time the whole command over clips that are all done."""
    clips, out = folder / "clips", folder / "out"
    clips.mkdir()
    dest, made_by = open_dest(str(out)), Options().made_by()
    dest.prepare()
    for number in range(given.clips):
        (clips / f"c{number:06d}.mp4").write_bytes(b"x")
    values = dict.fromkeys(VALUE_COLUMNS, 12.345)
    (out / "batch.json").write_text(Plan(patterns=(str(clips),), options=Options()).model_dump_json())
    with Ledger(dest) as ledger:
        for number, clip in enumerate(find_clips([str(clips)])):
            session = session_path(session_name(f"{number * 7919:064x}"[::-1]))
            (out / session).mkdir(parents=True)
            (out / session / ROW_NAME).write_text("{}")
            row = Row(status="done", made_by=made_by, session=session, values=values, side="right")
            ledger.add(row.of_clip(clip))
    command = [sys.executable, "-m", "slumpcv.cli", "batch", "--resume", "-o", str(out)]
    began_s = time.perf_counter()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent_s = time.perf_counter() - began_s
    assert f"{given.clips} known already" in said, said
    print(f"{given.clips} clips that are done: {spent_s:.1f} s")


@contextmanager
def engine_of(given: argparse.Namespace, folder: Path) -> Iterator[Engine]:
    """Open the pool, or a Dask cluster of this machine."""
    if not given.dask:
        with closing(Pool(given.workers)) as engine:
            yield engine
        return
    with dask(given.workers, folder) as address, closing(open_engine(dask=address)) as engine:
        yield engine


class Steps:
    """Prints rate and memory after each tenth of many tasks."""

    def __init__(self, count: int) -> None:
        self._began_s, self._at = time.perf_counter(), {count * tenth // 10 for tenth in range(1, 11)}

    def reached(self, done: int) -> None:
        if done not in self._at:
            return
        programs = [psutil.Process(), *psutil.Process().children()]
        held = {" ".join(one.cmdline()[2:4]) or one.name(): one.memory_info().rss / 1e6 for one in programs}
        rate = done / (time.perf_counter() - self._began_s)
        memory = ", ".join(f"{name} {mb:.0f} MB" for name, mb in held.items())
        print(f"{done} done, {rate:.1f} a second; {memory}", flush=True)


def tasks(given: argparse.Namespace, folder: Path) -> None:
    """Push many small tasks through an engine, as a whole run."""
    tracks = make_tracks(folder / "tracks", given.clips)
    steps = Steps(given.clips)
    with engine_of(given, folder) as engine:
        spent_s, rows = measure(
            tracks, folder / "out", engine, Options(report=False), lambda totals: steps.reached(totals.done)
        )
    share_s = own_seconds(rows) / given.workers
    print(f"{given.clips} tasks in {spent_s:.0f} s; their own seconds / workers: {share_s:.0f} s")


def empty(given: argparse.Namespace, folder: Path) -> None:
    """Push many tasks of nothing through an engine."""
    with engine_of(given, folder) as engine:
        list(drive(engine, double, range(100 * given.workers), int))
        steps, began_s = Steps(given.clips), time.perf_counter()
        for done, (number, future) in enumerate(drive(engine, double, range(given.clips), int), 1):
            assert future.result() == 2 * number
            steps.reached(done)
        print(f"{given.clips} tasks of nothing: {given.clips / (time.perf_counter() - began_s):.0f} a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["speed", "memory", "known", "tasks", "engine"])
    parser.add_argument("--clips", type=int)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--fps", type=float)
    parser.add_argument("--dask", action="store_true", help="tasks, engine: on a cluster of this machine")
    given = parser.parse_args()
    usual = {"speed": 20, "memory": 200, "known": 10_000, "tasks": 100_000, "engine": 100_000}
    given.clips = given.clips or usual[given.what]
    given.fps = given.fps or (5.0 if given.what == "memory" else 15.0)
    with tempfile.TemporaryDirectory() as folder:
        ways = {"speed": speed, "memory": memory, "known": known, "tasks": tasks, "engine": empty}
        ways[given.what](given, Path(folder))


if __name__ == "__main__":
    main()
