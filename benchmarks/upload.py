"""What an upload costs the server in memory: a clip of 500 MB, sent as a browser sends it.

    python -m benchmarks.upload [--megabytes 500]

The server's resident memory is read from the kernel before, ten times a second meanwhile, and after.
Two small uploads come first, so that what is loaded once is not counted.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
MB = 1 << 20
LIMIT_MB = 50
# Puts a visit there and tells its token, as a page would.
SERVER = """
import sys
from slumpcv.ui.server import hub
visits = hub.visits()
visit = visits.add_test(visits.new("reader", "en"), "right", "upload")
sys.path.insert(0, "tests")
from own_server import own_server
with own_server() as client:
    print(client.host, hub.open_seat(visit, 1), flush=True)
    sys.stdin.read()
"""


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def pieces(megabytes: int) -> Iterator[bytes]:
    piece = os.urandom(MB // 4)
    for _ in range(megabytes * 4):
        yield piece


def send(host: str, token: str, megabytes: int) -> float:
    """Send a clip; return the seconds that it took."""
    began_s = time.monotonic()
    connection = HTTPConnection(host, timeout=600)
    headers = {
        "Origin": f"http://{host}",
        "Content-Length": str(megabytes * MB),
        "Content-Type": "video/mp4",
    }
    connection.request("PUT", f"/slumpcv/upload/{token}", pieces(megabytes), headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()
    return time.monotonic() - began_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--megabytes", type=int, default=500)
    wished = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory() as data:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            cwd=ROOT,
            env={**os.environ, "SLUMPCV_DATA": data, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout
        assert server.stdin
        try:
            host, token = server.stdout.readline().split()
            for _ in range(2):
                send(host, token, 8)
            before_mb, most_mb = rss_mb(server.pid), 0.0
            done = threading.Event()

            def watch() -> None:
                nonlocal most_mb
                while not done.wait(0.1):
                    most_mb = max(most_mb, rss_mb(server.pid))

            watcher = threading.Thread(target=watch)
            watcher.start()
            took_s = send(host, token, wished)
            done.set()
            watcher.join()
            after_mb = rss_mb(server.pid)
        finally:
            server.stdin.close()
            server.wait(30)
    rows = [[f"{wished}", f"{took_s:.1f}", f"{before_mb:.0f}", f"{most_mb:.0f}", f"{after_mb:.0f}"]]
    print(table(["clip, MB", "seconds", "before, MB", "most, MB", "after, MB"], rows))
    grown = max(most_mb, after_mb) - before_mb
    print(f"\nThe server grew by {grown:.1f} MB; at most {LIMIT_MB} MB may be.")


if __name__ == "__main__":
    main()
