"""Processes that are watched over: whatever a task does to its process, the others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Future
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import psutil
import pytest
from batch_tasks import beats_in, die, die_once, double, eat, environment, fail, hang, pid_of, work_long

from slumpcv.batch.engine import AHEAD, drive
from slumpcv.batch.pool import Limits, Pool
from slumpcv.batch.process import ONE_THREAD
from slumpcv.batch.silence import MORE_TIME, Silence
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STRICT = Limits(silent_s=5.0, memory_mb=400)
LONG_S = 60


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with closing(Pool(2, STRICT)) as started:
        yield started


def test_tasks_are_done_in_processes_that_stay(pool: Pool) -> None:
    first = {pool.submit(pid_of, n).result(LONG_S) for n in range(4)}
    again = {pool.submit(pid_of, n).result(LONG_S) for n in range(4)}
    assert os.getpid() not in first
    assert first | again <= set(pool.pids())


def test_a_worker_computes_in_one_thread(pool: Pool) -> None:
    assert {pool.submit(environment, name).result(LONG_S) for name in ONE_THREAD} == {"1"}


def test_what_a_task_raises_is_raised(pool: Pool) -> None:
    with pytest.raises(ValueError, match="oh"):
        pool.submit(fail, "oh").result(LONG_S)


def test_a_task_that_hangs_is_ended_and_named_and_the_next_one_is_done(pool: Pool) -> None:
    stuck, well = pool.submit(hang, None), [pool.submit(double, n) for n in range(5)]
    assert [future.result(LONG_S) for future in well] == [0, 2, 4, 6, 8]
    with pytest.raises(InputError, match="nothing was heard of it for 5 s"):
        stuck.result(LONG_S)


def test_a_slow_task_that_gives_signs_of_life_is_left_alone(pool: Pool) -> None:
    assert pool.submit(work_long, 1.4 * STRICT.silent_s).result(LONG_S) == "done"


def test_a_task_that_eats_memory_is_ended(pool: Pool) -> None:
    with pytest.raises(InputError, match="more than 400 MB"):
        pool.submit(eat, 600).result(LONG_S)


def test_a_task_whose_process_ended_is_tried_again(pool: Pool, tmp_path: Path) -> None:
    assert pool.submit(die_once, tmp_path / "mark").result(LONG_S) == "done"


def test_a_task_that_ends_its_process_each_time_is_given_up(pool: Pool) -> None:
    with pytest.raises(InputError, match="its worker ended 3 times"):
        pool.submit(die, None).result(LONG_S)
    assert pool.submit(double, 4).result(LONG_S) == 8


def test_an_idle_process_that_is_killed_is_replaced(pool: Pool) -> None:
    pool.submit(double, 1).result(LONG_S)
    for pid in pool.pids():
        os.kill(pid, signal.SIGKILL)
    assert [pool.submit(double, n).result(LONG_S) for n in range(4)] == [0, 2, 4, 6]


def test_a_task_that_nobody_wants_any_more_is_ended(pool: Pool) -> None:
    under_way = [pool.submit(work_long, 600) for _ in range(2)]
    time.sleep(1)
    for future in under_way:
        assert future.cancel()
    assert pool.submit(double, 3).result(LONG_S) == 6


def test_the_programs_main_module_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    page = ModuleType("__main__")
    page.__file__ = str(tmp_path / "page.py")  # as Streamlit leaves one
    Path(page.__file__).write_text(f"open({str(ran)!r}, 'w')")
    monkeypatch.setitem(sys.modules, "__main__", page)
    with closing(Pool(1)) as pool:
        assert pool.submit(double, 3).result(LONG_S) == 6
    assert sys.modules["__main__"] is page
    assert not ran.exists()


def test_tasks_that_are_held_back_go_on_slowly(pool: Pool) -> None:
    usual = pool.submit(beats_in, 1.0).result(LONG_S)
    under_way = pool.submit(beats_in, 3.0)
    pool.hold_back(True)
    slow = under_way.result(LONG_S)
    pool.hold_back(False)
    assert slow < usual / 2
    assert pool.submit(beats_in, 1.0).result(LONG_S) > slow


@pytest.mark.parametrize(
    ("computed_s", "silent_s", "hung"),
    [
        (0.0, 9.0, False),
        (0.0, 11.0, True),  # waits for something that never comes
        (11.0, 11.0, True),  # goes round in circles
        (0.5, 11.0, False),  # others take the machine's time
        (5.0, 10.1 * MORE_TIME, True),
    ],
)
def test_a_silent_process_that_gets_little_time_is_not_hung(
    monkeypatch: pytest.MonkeyPatch, computed_s: float, silent_s: float, hung: bool
) -> None:
    now_s, spent_s = [100.0, 100.0 + silent_s], [7.0, 7.0 + computed_s]
    monkeypatch.setattr("slumpcv.batch.silence.time.monotonic", lambda: now_s.pop(0))
    monkeypatch.setattr("slumpcv.batch.silence._computed_s", lambda _: spent_s.pop(0))
    assert Silence(0, 1).is_longer_than(10.0) is hung


def test_closing_ends_everything_at_once() -> None:
    pool = Pool(2, Limits(silent_s=600))
    futures = [pool.submit(hang, None) for _ in range(5)]
    while len(pool.pids()) < 2:
        time.sleep(0.05)
    pids = pool.pids()
    began_s = time.monotonic()
    pool.close()
    assert time.monotonic() - began_s < 5
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(1)
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_workers_end_with_a_program_that_is_killed() -> None:
    code = (
        "from batch_tasks import hang, pid_of\nfrom slumpcv.batch.pool import Pool\nimport time\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(1)\n    print(pool.submit(pid_of, 0).result(60), flush=True)\n"
        "    pool.submit(hang, None)\n    time.sleep(600)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    ) as program:
        assert program.stdout is not None
        worker = psutil.Process(int(program.stdout.readline()))
        program.kill()
        worker.wait(20)


class Later:
    """An engine whose tasks are done a moment later, some at once."""

    width = 3

    def __init__(self) -> None:
        self.under_way: list[int] = []
        self.most = 0

    def submit(self, task: Callable[[int], int], order: int) -> Future[int]:
        assert order not in self.under_way
        self.under_way.append(order)
        self.most = max(self.most, len(self.under_way))
        future: Future[int] = Future()
        threading.Timer(0.01, lambda: (self.under_way.remove(order), future.set_result(task(order)))).start()
        return future

    def close(self) -> None:
        pass


def test_orders_are_taken_lazily_and_alike_ones_never_at_once() -> None:
    engine, taken = Later(), []

    def orders() -> Iterator[int]:
        for number in (1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9, 1):
            taken.append(number)
            assert len(engine.under_way) < AHEAD * engine.width
            yield number

    given = [(order, future.result()) for order, future in drive(engine, double, orders(), lambda n: n)]
    assert sorted(given) == sorted((number, 2 * number) for number in taken)
    assert len(taken) == 14
    assert 1 < engine.most <= AHEAD * engine.width
