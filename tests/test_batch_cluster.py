"""A real Dask scheduler with two workers, processes of their own on this machine; some are killed."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from batch_case import run, write_tracks
from batch_tasks import die, double, environment, fail, hang, pid_of, work_long
from clipmaker import make_clip

from slumpcv.batch import beside, recording
from slumpcv.batch import cluster as cluster_module
from slumpcv.batch.cluster import Cluster
from slumpcv.batch.engine import ADDRESS_VARIABLE, open_engine
from slumpcv.batch.process import ONE_THREAD
from slumpcv.errors import InputError
from slumpcv.session_file import load_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.batch.run import Totals

pytest.importorskip("distributed")
LONG_S = 60
CLIPS = 60
QUIET = ["--no-dashboard"]


def start(*command: str, folder: Path) -> subprocess.Popen[bytes]:
    search = [str(Path(__file__).parent), str(Path(__file__).parents[1]), *sys.path]
    quick = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    environment = os.environ | quick | {"PYTHONPATH": os.pathsep.join(search)}
    line = [sys.executable, "-m", "dask", *command, *QUIET]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(line, env=environment, cwd=folder, stdout=log, stderr=log)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process with those it started."""
    for one in (*psutil.Process(process.pid).children(recursive=True), process):
        one.kill()
    process.wait(20)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    loopback = ("--host", "127.0.0.1")
    scheduler = start("scheduler", *loopback, "--port", "0", "--scheduler-file", str(file), folder=folder)
    until_s = time.monotonic() + LONG_S
    while not file.exists() and time.monotonic() < until_s:
        time.sleep(0.1)
    one = ("worker", "--scheduler-file", str(file), *loopback, "--nthreads", "1", "--nworkers", "1")
    workers = [start(*one, folder=folder) for _ in range(2)]
    yield json.loads(file.read_text())["address"], workers
    for process in (*workers, scheduler):
        if process.poll() is None:
            end(process)


Two = tuple[str, list[subprocess.Popen[bytes]]]


def worker_pids(cluster: Two) -> list[int]:
    """The processes that do the work: each has one beside it that starts it anew."""
    found = [
        child.pid
        for parent in cluster[1]
        if parent.poll() is None
        for child in psutil.Process(parent.pid).children()
        if "spawn_main" in " ".join(child.cmdline())
    ]
    return sorted(found)


def test_tasks_are_done_by_the_workers(cluster: Two) -> None:
    with closing(open_engine(dask=cluster[0])) as engine:
        until_s = time.monotonic() + LONG_S
        found: set[int] = set()
        while len(found) < 2 and time.monotonic() < until_s:
            found |= {future.result(LONG_S) for future in [engine.submit(pid_of, n) for n in range(4)]}
        assert found == set(worker_pids(cluster))
        assert {engine.submit(environment, name).result(LONG_S) for name in ONE_THREAD} == {"1"}
        with pytest.raises(ValueError, match="oh"):
            engine.submit(fail, "oh").result(LONG_S)


def test_a_task_that_ends_its_workers_is_given_up_and_the_others_are_done(cluster: Two) -> None:
    with closing(open_engine(dask=cluster[0])) as engine:
        bad = engine.submit(die, None)
        # Some of them wait for the very workers that it ends.
        good = [engine.submit(double, number) for number in range(4)]
        with pytest.raises(InputError, match="its worker ended 4 times"):
            bad.result(2 * LONG_S)
        assert [one.result(LONG_S) for one in good] == [0, 2, 4, 6]


def test_closing_leaves_the_cluster_to_others(cluster: Two) -> None:
    engine = open_engine(dask=cluster[0])
    stuck = engine.submit(hang, None)
    began_s = time.monotonic()
    engine.close()
    assert time.monotonic() - began_s < 10
    assert stuck.done()
    for pid in worker_pids(cluster):  # the one that hangs would only end after two minutes
        os.kill(pid, signal.SIGKILL)
    with closing(open_engine(dask=cluster[0])) as engine:
        assert engine.submit(double, 3).result(LONG_S) == 6


def test_workers_killed_in_the_middle_lose_and_double_nothing(cluster: Two, tmp_path: Path) -> None:
    clips = write_tracks(tmp_path / "clips", CLIPS)

    def kill(totals: Totals) -> None:
        if totals.done == CLIPS // 4:
            os.kill(worker_pids(cluster)[0], signal.SIGKILL)
        if totals.done == CLIPS // 2 and cluster[1][1].poll() is None:
            end(cluster[1][1])  # with the process that would start it anew

    with closing(open_engine(dask=cluster[0])) as engine:
        totals, rows = run(tmp_path / "out", [clips], engine, tell=kill)
    assert (totals.done, totals.failed) == (CLIPS, 0)
    assert len({row.session for row in rows}) == len(list((tmp_path / "out").glob("sessions/*/*"))) == CLIPS
    with (tmp_path / "out" / "summary.csv").open(newline="") as file:
        assert len({line["clip"] for line in csv.DictReader(file)}) == CLIPS


def test_a_task_that_hangs_is_ended_with_its_worker(cluster: Two) -> None:
    with closing(
        Cluster(cluster[0], silent_s=5)
    ) as engine:  # on a busy machine, all is silent for a second or two
        stuck = engine.submit(hang, None)
        assert engine.submit(work_long, 8).result(2 * LONG_S) == "done"
        with pytest.raises(InputError, match="hung"):
            stuck.result(2 * LONG_S)


def test_the_apps_recordings_are_analysed_by_the_workers(
    cluster: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, cluster[0])
    monkeypatch.setattr("slumpcv.analysis.analyze", None)  # nothing of it is done here
    clip, results = tmp_path / "clip.mp4", tmp_path / "results"
    make_clip(clip, [n / 10 for n in range(20)])
    wanted = recording.Recording(clip, results, "left", date(2026, 1, 2), "de")
    reached: list[str] = []
    try:
        with pytest.raises(InputError, match="do not see this recording"):
            recording.make_results(wanted, lambda *_: None)
        results.mkdir()
        session = recording.make_results(wanted, lambda part, _: reached.append(part))
        assert load_session(results) == session
        assert (session.language, session.quality.usable) == ("de", False)
        assert {"replay.mp4", "report.pdf", "track.npz"} <= {path.name for path in results.iterdir()}
        assert reached[0] == "following"
        assert set(reached) <= {"following", "replay", "writing"}
        # Whoever does not want it any more need not wait for it.
        with pytest.raises(KeyError):
            recording.make_results(wanted, lambda *_: {}["given up"])
    finally:
        beside.leave()


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "LONGEST_CONNECT_S", 1.0)
    with pytest.raises(InputError, match=r"No Dask scheduler answers at tcp://127.0.0.1:9"):
        open_engine(dask="tcp://127.0.0.1:9")
