"""The routes of the review: who is let in, what is sent, what is kept, and what is said when it cannot be."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from own_server import Client, Reply, own_server
from review_ledger import FileLedger
from synthetic import make_track, perform

from slumpcv.analysis import analyze_track
from slumpcv.answers import Answers
from slumpcv.language import speaking, text
from slumpcv.replay import REPLAY
from slumpcv.report.tables import write_session_json
from slumpcv.track import save_track
from slumpcv.ui.server import review
from slumpcv.ui.server.doors import OWNER
from slumpcv.ui.server.review import close_reviews, open_review, seat_of
from slumpcv.ui.server.review_source import FolderReview
from slumpcv.video import frame_times

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "right_plain.mp4"
MINE, THEIRS = "mine", "theirs"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A measured test with answers: the usual symptom appeared, and went with the head lift."""
    folder = tmp_path_factory.mktemp("result")
    story = perform(hold_s=2.5).rest(2)
    answers = Answers.model_validate(
        {
            "phases": {
                "BASELINE": {"intensity": 1},
                "KNEE_EXTENSION": {"intensity": 4, "familiar": "yes", "regions": "right calf"},
                "HEAD_LIFT": {"intensity": 1},
            },
            "head_lift_change": "gone",
            "symptoms": [{"start_s": 14.0, "end_s": 16.0, "intensity": 4, "familiar": "yes"}],
            "how": "replay",
        }
    )
    analysis = analyze_track(make_track(story, story.times()), "right", answers)
    write_session_json(folder / "session.json", analysis.session)
    save_track(folder / "track.npz", analysis.track)
    return folder


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "rows.jsonl")


@pytest.fixture
def token(result: Path, ledger: FileLedger) -> str:
    return open_review(str(ledger.path), MINE, "en", FolderReview(result, ledger, "right"))


@dataclass
class Browser:
    """Asks for reviews as the page does; which browser it is, its cookie says."""

    server: Client

    def ask(self, token: str, what: str = "data", owner: str | None = MINE, **sent: Any) -> Reply:
        return self.send(token, what, json.dumps(sent).encode() if sent else None, owner)

    def send(
        self, token: str, what: str, body: bytes | None = None, owner: str | None = MINE, **headers: str
    ) -> Reply:
        cookie = {"Cookie": f"{OWNER}={owner}"} if owner else {}
        fields = self.server.ours | cookie | {"Accept-Encoding": "gzip"} | headers
        return self.server.ask(
            "GET" if body is None else "POST", f"/slumpcv/review/{token}/{what}", body, fields
        )

    def read(self, token: str, what: str = "data", **sent: Any) -> Any:
        reply = self.ask(token, what, **sent)
        assert reply.status == 200, reply.content
        return read(reply)


def read(reply: Reply) -> Any:
    return json.loads(gzip.decompress(reply.content))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with own_server() as server:
        yield Browser(server)


def moved(data: dict[str, Any], by_s: float) -> dict[str, Any]:
    """Return the state with the first phase's end moved."""
    phases = json.loads(json.dumps(data["automatic"]["phases"]))
    phases[0]["end_s"] = phases[1]["start_s"] = phases[0]["end_s"] + by_s
    return data["result"]["state"] | {"phases": phases}


@pytest.mark.parametrize("what", ["data", "video", "edit", "undo", "redo"])
def test_only_the_browser_that_was_given_the_token_is_answered(
    browser: Browser, token: str, what: str, ledger: FileLedger
) -> None:
    sent = {} if what in ("data", "video") else {"number": 0, "action": "move_edge", "state": {}}
    for owner in (THEIRS, None, ""):
        assert browser.ask(token, what, owner, **sent).status == 404
    assert browser.ask("no-such-token", what, MINE, **sent).status == 404
    assert ledger.rows() == []


def test_a_foreign_page_changes_nothing(browser: Browser, token: str, ledger: FileLedger) -> None:
    sent = json.dumps({"number": 0, "action": "a", "state": {}}).encode()
    assert browser.send(token, "edit", sent, Origin="http://elsewhere.example").status == 403
    assert ledger.rows() == []


def test_a_review_that_was_closed_is_gone(browser: Browser, token: str, ledger: FileLedger) -> None:
    close_reviews(str(ledger.path))
    assert browser.ask(token).status == 404


def test_the_same_review_keeps_its_token_and_another_browser_gets_its_own(
    token: str, result: Path, ledger: FileLedger
) -> None:
    source = FolderReview(result, ledger)
    assert open_review(str(ledger.path), MINE, "en", source) == token
    assert open_review(str(ledger.path), THEIRS, "en", source) != token


def test_seats_unused_for_longest_make_room(
    result: Path, ledger: FileLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "_seats", {})
    monkeypatch.setattr(review, "MOST_SEATS", 8)
    source = FolderReview(result, ledger)
    tokens = [open_review(f"session {number}", MINE, "en", source) for number in range(8)]
    assert len(review._seats) == 8
    assert seat_of(tokens[0], MINE) is not None  # used just now
    tokens.append(open_review("one more", MINE, "en", source))
    assert [token for token in tokens if seat_of(token, MINE) is None] == [tokens[1]]


def test_everything_is_sent_once_rounded_and_small(browser: Browser, token: str) -> None:
    reply = browser.ask(token)
    data = read(reply)
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["cache-control"] == "private, no-store"
    frames = len(data["times"])
    assert not data["video"]
    assert data["frames"] == data["times"]
    assert {len(curve["values"]) for curve in data["angles"].values()} == {frames}
    assert {len(axis) for joint in data["landmarks"].values() for axis in joint} == {frames}
    assert {joint["id"] for joint in data["joints"]} == {int(joint) for joint in data["landmarks"]}
    names = [phase["phase"] for phase in data["automatic"]["phases"]]
    assert names[:3] == ["BASELINE", "SLUMP", "NECK_FLEXION"]
    assert data["automatic"]["marks"][0]["intensity"] == 4
    assert data["result"]["number"] == 0
    assert not data["result"]["may_undo"]
    assert data["result"]["outcome"]["automatic"] is None
    assert len(reply.content) < 0.35 * len(gzip.decompress(reply.content))


def test_without_gzip_it_is_sent_as_it_is(browser: Browser, token: str) -> None:
    reply = browser.send(token, "data", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in reply.headers
    assert reply.json()["times"]


def test_an_edit_is_kept_with_who_why_and_what_and_counted_anew(
    browser: Browser, token: str, ledger: FileLedger
) -> None:
    data = browser.read(token)
    state = moved(data, -0.5)
    made = browser.read(token, "edit", number=0, action="move_edge", why="too late", state=state)
    assert made["number"] == 1
    assert made["may_undo"]
    assert made["state"]["phases"] == state["phases"]
    assert made["changes"][0].startswith("“Slump” begins 0.50 s earlier")
    assert made["rows"][0]["time"].endswith(f"{state['phases'][0]['end_s']:.2f} s")
    row = ledger.rows()[0]
    assert (row.action, row.why, row.made_by) == ("move_edge", "too late", "Dr. Test")
    assert browser.read(token)["automatic"] == data["automatic"]


def test_marks_change_the_outcome_and_the_automatic_one_stays_beside_it(browser: Browser, token: str) -> None:
    data = browser.read(token)
    before = data["result"]["outcome"]["title"]
    marks = [mark | {"intensity": 10} for mark in data["automatic"]["marks"]]
    state = data["result"]["state"] | {"marks": marks}
    outcome = browser.read(token, "edit", number=0, action="change_mark", state=state)["outcome"]
    assert outcome["title"] != before
    assert outcome["automatic"] == before


def test_undo_and_redo_are_rows_of_their_own_and_know_no_limit(
    browser: Browser, token: str, ledger: FileLedger
) -> None:
    data = browser.read(token)
    for number in range(5):
        state = moved(data, -0.1 * (number + 1))
        browser.read(token, "edit", number=number, action="move_edge", state=state)
    result = [browser.read(token, "undo", number=number) for number in range(5, 10)][-1]
    assert result["state"]["phases"] is None
    assert not result["may_undo"]
    assert browser.read(token, "undo", number=10)["number"] == 10  # nothing left
    result = [browser.read(token, "redo", number=number) for number in range(10, 15)][-1]
    assert result["state"]["phases"] == moved(data, -0.5)["phases"]
    assert [row.action for row in ledger.rows()] == ["move_edge"] * 5 + ["undo"] * 5 + ["redo"] * 5


def test_an_edit_of_an_older_state_gets_the_newer_one_and_changes_nothing(
    browser: Browser, token: str, ledger: FileLedger
) -> None:
    data = browser.read(token)
    first = browser.read(token, "edit", number=0, action="move_edge", state=moved(data, -0.5))
    for what in ("edit", "undo", "redo"):
        late = browser.ask(token, what, number=0, action="move_edge", state=moved(data, 0.5))
        assert late.status == 409
        assert read(late)["state"] == first["state"]
        assert read(late)["newer"].startswith("Dr. Test changed this review in another window")
    assert len(ledger.rows()) == 1


def test_a_row_that_another_server_kept_meanwhile_is_not_overruled(
    browser: Browser, token: str, ledger: FileLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = browser.read(token)
    append = FileLedger.append

    def late(self: FileLedger, action: str, state: Any, why: str, after: int, result: Any) -> None:
        monkeypatch.undo()
        append(self, "add_mark", state, "", 0, result)
        append(self, action, state, why, after, result)

    monkeypatch.setattr(FileLedger, "append", late)
    reply = browser.ask(token, "edit", number=0, action="move_edge", state=moved(data, 0.5))
    assert reply.status == 409
    assert [row.action for row in ledger.rows()] == ["add_mark"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b'{"state": {}}',
        b'{"number": 0}',
        b'{"number": 0, "state": {"phases": 7}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_edit_is_refused_in_plain_words(
    browser: Browser, token: str, body: bytes, ledger: FileLedger
) -> None:
    reply = browser.send(token, "edit", body)
    assert reply.status == 400
    assert set(read(reply)) == {"problem", "fix"}
    assert ledger.rows() == []


def test_what_no_test_can_be_is_refused_and_not_kept(
    browser: Browser, token: str, ledger: FileLedger
) -> None:
    state = browser.read(token)["result"]["state"]
    close = {"id": "a", "time_s": 1.0, "kind": "vertical", "points_px": [[5, 5], [5, 6]], "angle_deg": 0.0}
    for wrong in ({"marks": [{"start_s": 999.0}]}, {"measures": [close]}):
        reply = browser.ask(token, "edit", number=0, action="add", state=state | wrong)
        assert reply.status == 400
        assert read(reply)["problem"]
    assert ledger.rows() == []
    assert browser.ask(token).status == 200


def test_too_much_is_not_kept_in_memory(browser: Browser, token: str) -> None:
    assert browser.send(token, "edit", b" " * (review.LARGEST_BYTES + 1)).status == 413


def test_the_clip_comes_in_parts_with_the_times_of_its_frames(
    browser: Browser, result: Path, ledger: FileLedger, tmp_path: Path
) -> None:
    folder = tmp_path / "filmed"
    shutil.copytree(result, folder)
    shutil.copy(SAMPLE, folder / REPLAY)
    token = open_review("filmed", MINE, "en", FolderReview(folder, ledger))
    reply = browser.send(token, "video", Range="bytes=0-99")
    assert reply.status == 206
    assert reply.content == SAMPLE.read_bytes()[:100]
    data = browser.read(token)
    assert data["video"]
    assert data["frames"] == pytest.approx(frame_times(SAMPLE).tolist(), abs=1e-6)


def test_the_words_are_those_of_the_page(browser: Browser, result: Path, ledger: FileLedger) -> None:
    german = open_review(str(ledger.path), MINE, "de", FolderReview(result, ledger))
    data = browser.read(german)
    assert data["texts"]["play"] == "Abspielen"
    assert data["result"]["outcome"]["title"].startswith("Es ließ nach")
    assert "usual symptom" not in data["result"]["outcome"]["words"]
    with speaking("de"):  # the words say "you" to another person
        assert data["result"]["outcome"]["note"] == text("report.outcome.to_patient")
    edited = browser.read(german, "edit", number=0, action="move_edge", state=moved(data, -0.5))
    assert edited["changes"][0].startswith("„Einsinken“ beginnt 0,50 s früher")
