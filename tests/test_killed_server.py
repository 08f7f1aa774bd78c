"""A server that is killed while it records: what is on disk is whole, and the marks are there."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from own_server import Client
from websockets.exceptions import ConnectionClosed

from slumpcv.ui.server.seat import Seat
from slumpcv.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.live.record import GuidedTest

HERE = Path(__file__).parent
PIECE_BYTES = 200_000
MOST_PIECES = 400


@contextmanager
def running(data: Path) -> Iterator[tuple[subprocess.Popen[str], Client, str, str]]:
    """A server in a process of its own; killed at the latest when the context ends."""
    path = os.pathsep.join([str(HERE.parent), str(HERE)])
    process = subprocess.Popen(
        [sys.executable, str(HERE / "killable_server.py")],
        env={**os.environ, "SLUMPCV_DATA": str(data), "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        host, visit, token = process.stdout.readline().split()
        yield process, Client(host), visit, token
    finally:
        process.kill()
        process.communicate()


def piece(number: int) -> bytes:
    return bytes([number % 256]) * PIECE_BYTES


def record_until_killed(client: Client, token: str, killer: threading.Timer) -> int:
    """Mark once before each piece and send it; return how many the server has confirmed."""
    confirmed = 0
    with suppress(OSError, HTTPException, ConnectionClosed), client.live(token) as page:
        page.send(json.dumps({"type": "recording", "t": 0.0}))
        for number in range(MOST_PIECES):
            for order, t in (("press", number + 0.2), ("release", number + 0.7)):
                page.send(json.dumps({"type": order, "t": t, "by": "key"}))
            page.send(struct.pack("<d", number + 0.9) + b"\xff\xd8 a picture")
            while json.loads(page.recv(5))["type"] != "seen":
                pass
            kind = {**client.ours, "Content-Type": "video/webm"}
            reply = client.ask("PUT", f"/slumpcv/clip/{token}/{number}?take=a", piece(number), kind)
            assert reply.json() == {"next": number + 1}
            confirmed = number + 1
            if number == 0:
                killer.start()
    return confirmed


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_server_leaves_marks_up_to_the_last_piece(tmp_path: Path, seed: int) -> None:
    after_s = float(np.random.default_rng(seed).uniform(0.02, 0.5))
    with running(tmp_path) as (process, client, visit_id, token):
        killer = threading.Timer(after_s, os.kill, (process.pid, signal.SIGKILL))
        confirmed = record_until_killed(client, token, killer)
        killer.join()
        assert process.wait(10) == -signal.SIGKILL
    assert 0 < confirmed < MOST_PIECES
    visit = Visits(tmp_path / "visits").load(visit_id, "someone")
    assert visit is not None
    (test,) = visit.tests
    assert (test.clip, test.live and test.live.status) == ("clip.webm", "interrupted")
    clip = (tmp_path / "visits" / visit_id / "1-right" / "clip.webm").read_bytes()
    # A piece that was being written when the end came may be cut short; none before it is.
    sent = b"".join(piece(number) for number in range(confirmed + 1))
    assert sent.startswith(clip)
    assert len(clip) >= confirmed * PIECE_BYTES
    begun = -(-len(clip) // PIECE_BYTES)
    assert test.live is not None
    assert [(mark.start_s, mark.end_s) for mark in test.live.marks][:begun] == [
        (number + 0.2, number + 0.7) for number in range(begun)
    ]


def test_what_was_noted_is_on_disk_before_the_piece_that_shows_it(tmp_path: Path) -> None:
    from browser.scripted_coach import ScriptedCoach

    coach = ScriptedCoach("right")
    coach.recording_began(0.0)
    saved: list[tuple[int, int]] = []

    def save(seat: Seat, clip: str, live: GuidedTest) -> None:
        saved.append((len(live.marks), (seat.folder / clip).stat().st_size))

    seat = Seat("t", "v", "o", 1, "right", tmp_path, lambda: coach, save)
    seat.begin("a")
    seat.work([], None)
    for number in range(3):
        coach.press(number + 0.2, "key")
        coach.release(number + 0.7, "key")
        seat.add("a", ".webm", number, b"piece")
    seat.close()
    # Before the second piece and before the third, its marks were on disk already.
    assert (2, 5) in saved
    assert (3, 10) in saved
