"""Many therapists review on one server at once: how long each waits, and whether anything fails.

    python -m benchmarks.reviewers [--reviewers 20] [--edits 20] [--seconds 60]

A real server on this machine, a library in a new SQLite file, a session of a minute for each reviewer and
one that all of them look at. Each opens both, moves an edge of their own session again and again, takes the
last move back, and searches the library in between. All of them run as fast as they can, in this process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.report import ANSWERS
from benchmarks.review import long_track
from benchmarks.tables import table
from slumpcv.analysis import analyze_track
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.terms import LOCAL, Query
from slumpcv.report.tables import write_session_json
from slumpcv.track import save_track
from slumpcv.ui.server.review import open_review
from slumpcv.ui.server.review_library import LibraryLedger
from slumpcv.ui.server.review_source import FolderReview

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from own_server import Client, own_server  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable


class Load:
    """What all reviewers did, and how long each thing took."""

    def __init__(self) -> None:
        self.took_s: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []
        self._lock = threading.Lock()

    def timed(self, name: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = work()
        with self._lock:
            self.took_s[name].append(time.perf_counter() - began)
        return result


def fill(library: Library, folder: Path, seconds: float, count: int) -> list[str]:
    """Bring sessions of the same minute, a patient for each; the last one is for all."""
    analysis = analyze_track(long_track(seconds), answers=ANSWERS)
    write_session_json(folder / "session.json", analysis.session)
    save_track(folder / "track.npz", analysis.track)
    ids = []
    for number in range(count + 1):
        patient = library.add_patient(LOCAL, f"P-{number:03}")
        brought = bring(library, LOCAL, folder, patient.id, "right")
        assert brought.session_id is not None
        ids.append(brought.session_id)
    return ids


def token_of(library: Library, session_id: str, owner: str) -> str:
    source = FolderReview(
        library.folder(LOCAL, session_id), LibraryLedger(library, LOCAL, session_id), "right"
    )
    return open_review(session_id, owner, "en", source)


def asked(client: Client, token: str, what: str, sent: dict[str, Any] | None = None) -> Any:
    body = None if sent is None else json.dumps(sent).encode()
    reply = client.ask(
        "GET" if body is None else "POST",
        f"/slumpcv/review/{token}/{what}",
        body,
        client.ours | {"Accept-Encoding": "gzip"},
    )
    if reply.status != 200:
        raise RuntimeError(f"{what}: {reply.status}")
    return json.loads(gzip.decompress(reply.content))


def review(library: Library, client: Client, own: str, shared: str, edits: int, load: Load) -> None:
    try:
        load.timed("open a session that others look at", lambda: asked(client, shared, "data"))
        data = load.timed("open one's own", lambda: asked(client, own, "data"))
        number, state = data["result"]["number"], data["result"]["state"]
        phases = json.loads(json.dumps(data["automatic"]["phases"]))
        for move in range(edits):
            phases[0]["end_s"] = phases[1]["start_s"] = phases[1]["start_s"] + (0.1 if move % 2 else -0.1)
            sent = {"number": number, "state": state | {"phases": phases}, "action": "move_edge"}
            result = load.timed("move an edge", lambda sent=sent: asked(client, own, "edit", sent))
            number = result["number"]
            load.timed("list the library", lambda: library.search(LOCAL, Query(text="P-0", limit=50)))
        load.timed("undo", lambda: asked(client, own, "undo", {"number": number}))
    except Exception as error:  # each is counted, and the others go on
        load.failed.append(repr(error))


def run(folder: Path, given: argparse.Namespace) -> Load:
    result = folder / "result"
    result.mkdir()
    library, load = Library.open(data=folder / "data"), Load()
    *own, shared = fill(library, result, given.seconds, given.reviewers)
    with own_server() as server:
        threads = []
        for number, session_id in enumerate(own):
            client = Client(server.host, f"slumpcv_owner=reviewer{number}")
            tokens = (
                token_of(library, session_id, f"reviewer{number}"),
                token_of(library, shared, f"reviewer{number}"),
            )
            arguments = (library, client, *tokens, given.edits, load)
            threads.append(threading.Thread(target=review, args=arguments))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    kept = sum(len(library.corrections(LOCAL, session_id)) for session_id in own)
    if kept != given.reviewers * (given.edits + 1):
        load.failed.append(f"{kept} corrections were kept")
    library.close()
    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    logging.disable(logging.INFO)  # a line for each of some thousand requests
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        load = run(Path(name), given)
    rows = [
        [name, str(len(took)), *(f"{np.percentile(took, share) * 1000:.0f} ms" for share in (50, 95, 100))]
        for name, took in load.took_s.items()
    ]
    print(table(["", "times", "median", "p95", "longest"], rows))
    print(f"\n{len(load.failed)} failed, in {time.perf_counter() - began:.0f} s {load.failed[:3]}")


if __name__ == "__main__":
    main()
