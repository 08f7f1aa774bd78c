"""Workers, and whole programs, are killed at any moment: no clip is lost or doubled, and nothing is half."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
from batch_case import run, write_tracks

from slumpcv.batch.pool import Pool
from slumpcv.session_file import load_session
from slumpcv.track import load_track

KILLS, CLIPS = 20, 60
MANY_CLIPS = 150
ROUNDS = 4
# Of so many that are done, the last kill comes at the latest: what is left takes a while on any machine.
LAST_KILL_AT = 110
FILES = {"session.json", "angles.csv", "phases.csv", "track.npz", "row.json"}


def check_nothing_is_half(dest: Path) -> list[Path]:
    """Each session that is there is whole; return them."""
    found = [path for path in dest.glob("sessions/*/*") if path.is_dir()]
    for folder in found:
        assert {path.name for path in folder.iterdir()} == FILES
        assert load_session(folder).clip.sha256 == load_track(folder / "track.npz").source.sha256
    return found


def check_all_is_there_once(dest: Path, clips: int) -> None:
    assert len(check_nothing_is_half(dest)) == clips
    with (dest / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["done"] * clips
    assert len({row["clip"] for row in rows}) == len({row["session"] for row in rows}) == clips


def test_workers_that_are_killed_lose_and_double_nothing(tmp_path: Path) -> None:
    clips = write_tracks(tmp_path / "clips", CLIPS)
    chance = random.Random(6)
    over = threading.Event()
    killed: list[int] = []

    def kill_some(pool: Pool) -> None:
        while len(killed) < KILLS and not over.wait(chance.uniform(0.05, 1.0)):
            pids = pool.pids()
            if pids:
                killed.append(chance.choice(pids))
                with suppress(ProcessLookupError):
                    os.kill(killed[-1], signal.SIGKILL)

    # A clip may have bad luck several times in a row here.
    with closing(Pool(2, attempts=KILLS)) as pool:
        killer = threading.Thread(target=kill_some, args=(pool,))
        killer.start()
        totals, rows = run(tmp_path / "out", [clips], pool)
        while len(killed) < KILLS:  # the last ones hit a second run over clips that are known or not
            totals, rows = run(tmp_path / "out", [write_tracks(clips, len(rows) + CLIPS)], pool)
        over.set()
        killer.join()
    assert totals.failed == totals.left == 0
    check_all_is_there_once(tmp_path / "out", len(rows))


def batch(clips: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "slumpcv.cli", "batch", *options, "-o", str(clips.parent / "out")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def test_a_program_that_is_killed_leaves_nothing_half_and_goes_on(tmp_path: Path) -> None:
    clips = write_tracks(tmp_path / "clips", MANY_CLIPS)
    options = [str(clips), "--no-report", "--workers", "2"]
    chance = random.Random(7)
    for done in sorted(chance.sample(range(LAST_KILL_AT), ROUNDS)):
        with batch(clips, *options) as program:
            while len(list((tmp_path / "out").glob("sessions/*/*"))) < done:
                assert program.poll() is None, "it was to be killed before it is done"
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.1))
            workers = psutil.Process(program.pid).children(recursive=True)
            program.kill()
        psutil.wait_procs(workers, 20)
        check_nothing_is_half(tmp_path / "out")
    with batch(clips, *options) as program:
        said, errors = program.communicate(timeout=120)
    assert program.returncode == 0, errors
    assert "0 failed" in said
    check_all_is_there_once(tmp_path / "out", MANY_CLIPS)
    assert not list((tmp_path / "out" / ".staged").iterdir())


def test_ctrl_c_ends_within_seconds_and_says_how_to_go_on(tmp_path: Path) -> None:
    clips = write_tracks(tmp_path / "clips", CLIPS)
    with batch(clips, str(clips), "--no-report", "--workers", "2") as program:
        # The program has to have heard of one: its session is there a moment before that.
        while not any(path.stat().st_size for path in (tmp_path / "out").glob("ledger/*.jsonl")):
            assert program.poll() is None
            time.sleep(0.05)
        began_s = time.monotonic()
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
    assert time.monotonic() - began_s < 8
    assert program.returncode == 130
    assert "left" in errors
    assert f"slumpcv batch --resume -o {tmp_path / 'out'}" in errors
    assert "Traceback" not in errors
    done = len(check_nothing_is_half(tmp_path / "out"))
    with batch(clips, "--resume") as program:
        said, errors = program.communicate(timeout=120)
    assert program.returncode == 0, errors
    known = int(said.split(" known")[0].split()[-1])
    assert 0 < known <= done
    check_all_is_there_once(tmp_path / "out", CLIPS)
