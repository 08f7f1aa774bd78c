"""The server's own routes: who is let in, what reaches the disk, and which pictures are looked at."""

from __future__ import annotations

import errno
import io
import json
import struct
import threading
from typing import TYPE_CHECKING, Any

import pytest
from own_server import Client, Reply, own_server
from websockets.exceptions import ConnectionClosed, InvalidStatus

from slumpcv.errors import InputError
from slumpcv.language import later, speaking, text
from slumpcv.live.record import GuidedTest
from slumpcv.ui.server import clipfile, hub
from slumpcv.ui.server.orders import Order, Shot
from slumpcv.ui.server.seat import Seat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slumpcv.visits import Visit

OWNER = "someone"


class FakeCoach:
    """Notes the pictures it was shown; waits before each one until the test lets it go on."""

    def __init__(self, side: str = "right") -> None:
        self.side = side
        self.shown: list[float] = []
        self.told: list[tuple[str, float, str | None]] = []
        self.began_s: float | None = None
        self.status = "interrupted"
        self.closed = False
        self.go_on = threading.Semaphore(1000)
        self.at_work = threading.Event()

    def frame(self, jpeg: bytes, time_s: float) -> dict[str, Any]:
        self.at_work.set()
        assert self.go_on.acquire(timeout=5)
        self.shown.append(time_s)
        return {"type": "seen", "t": time_s, "mode": "setup", "side": self.side, "bytes": len(jpeg)}

    def recording_began(self, time_s: float) -> None:
        self.began_s = time_s

    def go_on(self) -> None:
        self.told.append(("go_on", None, None))

    def press(self, time_s: float, by: str) -> list[dict[str, Any]]:
        self.told.append(("press", time_s, by))
        return [{"name": "mark_on"}, {"id": 1, "key": "felt", "text": "Thank you."}]

    def release(self, time_s: float, by: str) -> list[dict[str, Any]]:
        self.told.append(("release", time_s, by))
        return [{"name": "mark_off"}]

    def stop(self, time_s: float, by: str) -> list[dict[str, Any]]:
        self.told.append(("stop", time_s, by))
        self.status = "stopped"
        return []

    def speaking(self, time_s: float, key: str) -> None:
        self.told.append(("speaking", time_s, key))

    def spoken(self, time_s: float, key: str) -> None:
        self.told.append(("spoken", time_s, key))

    def record(self) -> GuidedTest | None:
        if self.began_s is None:
            return None
        return GuidedTest.model_validate({"side": self.side, "status": self.status, "duration_s": 5.0})

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def coaches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[FakeCoach]]:
    """The coaches that were made, in order; the visits of the test are in a folder of their own."""
    made: list[FakeCoach] = []

    def make(side: str, _language: str) -> FakeCoach:
        made.append(FakeCoach(side))
        return made[-1]

    monkeypatch.setattr(hub, "make_coach", make)
    monkeypatch.setattr(hub, "_seats", {})
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    hub.visits.cache_clear()
    yield made
    hub.leave_all()
    hub.visits.cache_clear()


@pytest.fixture
def client(coaches: list[FakeCoach]) -> Iterator[Client]:
    assert coaches == []
    with own_server() as client:
        yield client


def put(
    client: Client, token: str, number: int, chunk: bytes, take: str = "a", kind: str = "video/webm"
) -> Reply:
    path = f"/slumpcv/clip/{token}/{number}?take={take}"
    return client.ask("PUT", path, chunk, {**client.ours, "Content-Type": kind})


def new_visit(side: str = "right") -> Visit:
    return hub.visits().add_test(hub.visits().new(OWNER, "en"), side, "camera")


def again(visit: Visit) -> Visit:
    found = hub.visits().load(visit.id, OWNER)
    assert found is not None
    return found


def picture(time_s: float) -> bytes:
    return struct.pack("<d", time_s) + b"\xff\xd8 a picture"


@pytest.fixture
def seated(coaches: list[FakeCoach]) -> tuple[Visit, str]:
    assert coaches == []
    visit = new_visit()
    return visit, hub.open_seat(visit, 1)


def test_a_test_keeps_its_token(seated: tuple[Visit, str]) -> None:
    visit, token = seated
    assert hub.open_seat(again(visit), 1) == token
    assert hub.open_seat(new_visit(), 1) != token
    assert len(token) >= 32


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://elsewhere.example"}, {"Origin": "null"}])
def test_other_pages_change_nothing(
    client: Client, seated: tuple[Visit, str], headers: dict[str, str]
) -> None:
    visit, token = seated
    assert client.ask("PUT", f"/slumpcv/clip/{token}/0?take=a", b"x", headers).status == 403
    assert client.ask("POST", f"/slumpcv/clip/{token}/end?take=a", None, headers).status == 403
    assert client.ask("PUT", f"/slumpcv/upload/{token}", b"x", headers).status == 403
    with pytest.raises(InvalidStatus):
        client.live(token, origin=headers.get("Origin", "http://elsewhere.example"))
    assert list(hub.visits().folder(visit, visit.test).iterdir()) == []


def test_a_wrong_token_opens_nothing(client: Client, coaches: list[FakeCoach]) -> None:
    assert put(client, "guess", 0, b"x").status == 404
    assert client.ask("PUT", "/slumpcv/upload/guess", b"x").status == 404
    assert client.get("/slumpcv/file/guess/clip.webm").status == 404
    with pytest.raises(InvalidStatus):
        client.live("guess")
    assert coaches == []


def test_chunks_are_written_in_order_and_once(client: Client, seated: tuple[Visit, str]) -> None:
    visit, token = seated
    assert put(client, token, 0, b"first ").json() == {"next": 1}
    early = put(client, token, 2, b"third")
    assert (early.status, early.json()["next"]) == (409, 1)
    assert put(client, token, 0, b"first ").json() == {"next": 1}
    assert put(client, token, 1, b"second").json() == {"next": 2}
    assert client.ask("POST", f"/slumpcv/clip/{token}/end?take=a").json() == {"whole": True}
    test = again(visit).test
    assert test is not None
    assert test.clip == "clip.webm"
    assert (hub.visits().folder(visit, test) / "clip.webm").read_bytes() == b"first second"


def test_a_new_take_writes_over_nothing(client: Client, seated: tuple[Visit, str]) -> None:
    visit, token = seated
    for take in ("a", "b"):
        put(client, token, 0, take.encode(), take)
    folder = hub.visits().folder(visit, visit.test)
    held = {path.name: path.read_text() for path in folder.iterdir()}
    assert held == {"clip.webm": "a", "clip-2.webm": "b"}
    assert again(visit).tests[0].clip == "clip-2.webm"


def test_a_replaced_take_never_comes_back(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach]
) -> None:
    visit, token = seated
    with client.live(token, "old") as old, client.live(token, "new") as new:
        with pytest.raises(ConnectionClosed) as closed:
            old.recv(5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4409
        put(client, token, 0, b"new", "new")
        late = put(client, token, 0, b"old", "old")
        assert (late.status, late.json()["error"]) == (403, "replaced")
        with client.live(token, "old") as again_old, pytest.raises(ConnectionClosed):
            again_old.recv(5)
        new.send(picture(1.0))
        assert json.loads(new.recv(5))["t"] == 1.0
    assert [coach.shown for coach in coaches] == [[1.0]]
    assert (hub.visits().folder(visit, visit.test) / "clip.webm").read_bytes() == b"new"


def test_a_recording_has_a_largest_size(
    client: Client, seated: tuple[Visit, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, token = seated
    monkeypatch.setattr(clipfile, "LONGEST_BYTES", 10)
    assert put(client, token, 0, b"12345678").status == 200
    refused = put(client, token, 1, b"12345678")
    assert (refused.status, refused.json()["error"]) == (413, "too_large")
    assert (hub.visits().folder(visit, visit.test) / "clip.webm").read_bytes() == b"12345678"


def test_a_full_disk_is_said_and_leaves_whole_chunks(
    client: Client, seated: tuple[Visit, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = seated

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(clipfile.ClipFile, "_append", full)
    refused = put(client, token, 0, b"1234")
    assert (refused.status, refused.json()["error"]) == (507, "disk_full")


def test_an_upload_goes_to_disk_whole(client: Client, seated: tuple[Visit, str]) -> None:
    visit, token = seated
    content = bytes(range(256)) * 20_000
    headers = {**client.ours, "Content-Type": "video/quicktime"}
    reply = client.ask("PUT", f"/slumpcv/upload/{token}", content, headers)
    assert reply.json() == {"bytes": len(content), "clip": "clip.mov"}
    test = again(visit).tests[0]
    assert (test.source, test.clip) == ("upload", "clip.mov")
    folder = hub.visits().folder(visit, test)
    assert [path.name for path in folder.iterdir()] == ["clip.mov"]
    assert (folder / "clip.mov").read_bytes() == content


def test_an_upload_takes_the_place_of_a_recording(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach]
) -> None:
    visit, token = seated
    with client.live(token) as page:
        page.send(json.dumps({"type": "recording", "t": 1.0}))
        page.send(picture(1.1))
        page.recv(5)
        put(client, token, 0, b"recorded")
        client.ask(
            "PUT", f"/slumpcv/upload/{token}", b"uploaded", {**client.ours, "Content-Type": "video/mp4"}
        )
    assert coaches[0].closed
    hub.leave_all()
    test = again(visit).tests[0]
    assert (test.source, test.clip, test.live) == ("upload", "clip-2.mp4", None)
    assert (hub.visits().folder(visit, test) / "clip.webm").read_bytes() == b"recorded"


def test_parts_of_a_clip_are_sent(client: Client, seated: tuple[Visit, str]) -> None:
    _, token = seated
    put(client, token, 0, b"0123456789")
    part = client.get(f"/slumpcv/file/{token}/clip.webm", Range="bytes=2-5")
    assert (part.status, part.content) == (206, b"2345")
    assert part.headers["content-range"] == "bytes 2-5/10"
    assert part.headers["content-type"] == "video/webm"
    assert part.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "name", ["../visit.json", "..%2Fvisit.json", "%2e%2e%2fvisit.json", "visit.json", "0.upload", "x.mp4"]
)
def test_nothing_but_clips_is_sent(client: Client, seated: tuple[Visit, str], name: str) -> None:
    _, token = seated
    assert client.get(f"/slumpcv/file/{token}/{name}").status == 404


@pytest.mark.parametrize("path", ["sample/left_stiff.mp4", "sample/..%2Fapp.py", "voice/en/..%2Fx.mp3"])
def test_only_listed_samples_and_voices_are_sent(client: Client, path: str) -> None:
    assert client.get(f"/slumpcv/{path}").status == 404


def test_a_sample_is_sent(client: Client) -> None:
    sample = client.get("/slumpcv/sample/right_plain.mp4")
    assert sample.headers["content-type"] == "video/mp4"
    assert sample.content[4:8] == b"ftyp"


def test_the_newest_picture_wins(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeCoach, "__init__", _slow(FakeCoach.__init__))
    with client.live(seated[1]) as page:
        page.send(picture(0.0))
        while not coaches:
            threading.Event().wait(0.01)
        assert coaches[0].at_work.wait(5)  # it is looking at the first one
        for time_s in (1.0, 2.0, 3.0):
            page.send(picture(time_s))
        page.send(json.dumps({"type": "press", "t": 2.5, "by": "key"}))
        page.send(json.dumps({"type": "dance", "t": 2.5}))
        page.send("not even JSON")
        threading.Event().wait(0.1)  # all of it has come in
        coaches[0].go_on.release(100)
        assert json.loads(page.recv(5))["t"] == 0.0
        events = json.loads(page.recv(5))
        assert events["tones"] == ["mark_on"]
        assert [said["key"] for said in events["say"]] == ["felt"]
        assert json.loads(page.recv(5))["t"] == 3.0
    assert coaches[0].shown == [0.0, 3.0]
    assert coaches[0].told == [("press", 2.5, "key")]


def _slow(init: Any) -> Any:
    def slow(self: FakeCoach, side: str) -> None:
        init(self, side)
        self.go_on = threading.Semaphore(0)

    return slow


def test_two_people_do_not_mix(client: Client, coaches: list[FakeCoach]) -> None:
    visits = [new_visit("right"), new_visit("left")]
    tokens = [hub.open_seat(visit, 1) for visit in visits]
    with (
        client.live(tokens[0]) as one,
        client.live(tokens[1]) as other,
    ):
        one.send(picture(1.0))
        assert json.loads(one.recv(5))["side"] == "right"
        other.send(picture(9.0))
        assert json.loads(other.recv(5))["side"] == "left"
        put(client, tokens[1], 0, b"other")
    assert [coach.shown for coach in coaches] == [[1.0], [9.0]]
    assert again(visits[0]).tests[0].clip is None
    assert again(visits[1]).tests[0].clip == "clip.webm"


def test_what_goes_wrong_is_said_in_the_visits_language(
    client: Client, coaches: list[FakeCoach], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise InputError(later("trouble.ended"), later("trouble.fix.start"))

    assert coaches == []
    visit = new_visit()
    token = hub.open_seat(hub.visits().update(visit, language="de"), 1)
    monkeypatch.setattr(Seat, "work", fail)
    with client.live(token) as line:
        line.send(picture(1.0))
        said = json.loads(line.recv(5))["text"]
    with speaking("de"):
        assert text("trouble.ended") in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (clipfile.TooLargeError(), (413, "too_large")),
        (OSError(errno.ENOSPC, "full"), (507, "disk_full")),
        (OSError(errno.EIO, "broken"), (500, "disk")),
        (InputError("no room", "make some"), (507, "disk_full")),
    ],
)
def test_every_way_to_disk_says_alike_what_it_did_not_take(
    client: Client,
    seated: tuple[Visit, str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: tuple[int, str],
) -> None:
    def fail(*_: object) -> None:
        raise error

    for name in ("add", "finish"):
        monkeypatch.setattr(Seat, name, fail)
    monkeypatch.setattr(hub, "add_upload", fail)
    token = seated[1]
    replies = [
        put(client, token, 0, b"piece"),
        client.ask("POST", f"/slumpcv/clip/{token}/end?take=a", None, client.ours),
        client.ask("PUT", f"/slumpcv/upload/{token}", b"whole", client.ours),
    ]
    assert [(reply.status, reply.json()["error"]) for reply in replies] == [said] * 3


def test_what_was_noted_is_in_the_visit_when_the_page_is_gone(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach]
) -> None:
    visit, token = seated
    with client.live(token) as page:
        page.send(json.dumps({"type": "recording", "t": 10.0}))
        page.send(picture(10.1))
        json.loads(page.recv(5))
        put(client, token, 0, b"clip")
        noted = again(visit).tests[0].live
        assert noted is not None
        assert noted.status == "interrupted"
        page.send(json.dumps({"type": "stop", "t": 12.0, "by": "button"}))
        page.send(picture(12.1))
        json.loads(page.recv(5))
    for _ in range(500):  # the server notices a moment later
        noted = again(visit).tests[0].live
        if noted is not None and noted.status == "stopped":
            break
        threading.Event().wait(0.01)
    else:
        pytest.fail("what was noted last is not in the visit")
    assert not coaches[0].closed  # the page may come back


def test_a_test_can_be_filmed_as_often_as_one_likes(client: Client, seated: tuple[Visit, str]) -> None:
    visit, token = seated
    for take in range(11):
        assert put(client, token, 0, b"x", str(take)).status == 200
    assert again(visit).tests[0].clip == "clip-11.webm"
    clips = clipfile.clips_in(hub.visits().folder(visit, visit.test))
    assert [clip.stem for clip in clips] == ["clip", *(f"clip-{number}" for number in range(2, 12))]
    assert client.get(f"/slumpcv/file/{token}/clip-11.webm").content == b"x"


def test_a_newer_upload_ends_an_older_one_and_what_was_cut_off_goes(
    client: Client, seated: tuple[Visit, str]
) -> None:
    visit, token = seated
    folder = hub.visits().folder(visit, visit.test)
    (folder / "cutoff.upload").write_bytes(b"half")
    headers = {**client.ours, "Content-Type": "video/mp4"}
    assert client.ask("PUT", f"/slumpcv/upload/{token}", b"whole", headers).status == 200
    assert [path.name for path in folder.iterdir()] == ["clip.mp4"]


def test_an_upload_always_ends_a_recording(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach]
) -> None:
    visit, token = seated
    headers = {**client.ours, "Content-Type": "video/mp4"}
    for take in ("a", "b"):
        with client.live(token, take) as page:
            page.send(picture(1.0))
            page.recv(5)
            put(client, token, 0, b"recorded", take)
            client.ask("PUT", f"/slumpcv/upload/{token}", b"uploaded", headers)
    assert [coach.closed for coach in coaches] == [True, True]
    hub.leave_all()
    assert again(visit).tests[0].clip == "clip-4.mp4"


def test_a_disk_that_takes_a_part_only_cuts_no_upload_short(
    client: Client, seated: tuple[Visit, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As the kernel may, each write takes a few bytes only."""

    class Reluctant(io.FileIO):
        def write(self, data: Any) -> int:
            return super().write(bytes(data)[:1000])

    honest = type(tmp_path).open

    def opened(path: Path, mode: str = "r", buffering: int = -1, **how: Any) -> Any:
        if mode != "wb":
            return honest(path, mode, buffering, **how)
        raw = Reluctant(path, mode.replace("b", ""))
        return io.BufferedWriter(raw, buffering) if buffering else raw

    visit, token = seated
    monkeypatch.setattr(type(tmp_path), "open", opened)
    headers = {**client.ours, "Content-Type": "video/mp4"}
    assert client.ask("PUT", f"/slumpcv/upload/{token}", b"x" * 5000, headers).status == 200
    monkeypatch.undo()
    assert len((hub.visits().folder(visit, visit.test) / "clip.mp4").read_bytes()) == 5000


def test_a_visit_deleted_while_it_is_filmed_is_gone(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach]
) -> None:
    visit, token = seated
    with client.live(token) as page:
        page.send(picture(1.0))
        page.recv(5)
        put(client, token, 0, b"recorded")
        hub.delete(again(visit))
        page.send(picture(2.0))
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
    assert put(client, token, 1, b"more").status == 404
    assert [(coach.shown, coach.closed) for coach in coaches] == [([1.0], True)]
    assert list(hub.visits().root.iterdir()) == []


def test_a_phone_that_is_the_button_gets_neither_clip_nor_camera(
    client: Client, seated: tuple[Visit, str]
) -> None:
    seat = hub.seat(seated[1])
    assert seat is not None
    put(client, seat.token, 0, b"recorded")
    assert hub.seat_of_button(seat.button) is seat
    assert hub.seat_of_button(seat.token) is None
    assert client.get(f"/slumpcv/file/{seat.button}/clip.webm").status == 404
    assert put(client, seat.button, 1, b"more").status == 404
    with pytest.raises(InvalidStatus):
        client.live(seat.button)


def test_a_button_pressed_after_the_end_does_not_reach_the_next_take(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach]
) -> None:
    seat = hub.seat(seated[1])
    assert seat is not None
    seat.begin("a")
    seat.stop("button")
    with client.live(seated[1], "b") as page:
        page.send(picture(1.0))
        page.recv(5)
    assert coaches[-1].told == []


def test_a_full_disk_keeps_no_coach_and_stops_nobody_else(
    coaches: list[FakeCoach], monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = [hub.seat(hub.open_seat(new_visit(), 1)) for _ in range(2)]
    for seat in seats:
        assert seat is not None
        seat.work([], Shot(1.0, b""))
        seat.add("", ".webm", 0, b"recorded")
        seat.work([Order("recording", 1.0)], None)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    hub.leave_all()
    assert [coach.closed for coach in coaches] == [True, True]
    assert seats[0] is not None
    assert seats[0].begin("next")


def test_a_recording_cut_off_by_the_end_of_the_program_is_found(coaches: list[FakeCoach]) -> None:
    assert coaches == []
    visit = new_visit()
    assert hub.recover(visit) == visit
    (hub.visits().folder(visit, visit.test) / "clip.webm").write_bytes(b"half")
    found = hub.recover(visit).tests[0]
    assert found.clip == "clip.webm"
    assert found.live is not None
    assert found.live.status == "interrupted"
    assert again(visit).tests[0] == found


def test_a_coach_that_fails_on_every_picture_is_given_up_and_logged(
    seated: tuple[Visit, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such operation on this processor")

    seat = hub.seat(seated[1])
    assert seat is not None
    seat.begin("a")
    assert seat.work([], Shot(0.0, b""))[0]["type"] == "seen"
    monkeypatch.setattr(FakeCoach, "frame", fail)
    answers = [seat.work([], Shot(float(t), b"")) for t in range(1, 6)]
    assert answers[:2] == [[{"type": "missed"}]] * 2
    assert answers[2:] == [[{"type": "error", "why": "coach"}]] * 3
    assert [str(one.exc_info[1]) for one in caplog.records if one.exc_info] == [
        "no such operation on this processor"
    ] * 3
    assert seat.add("a", ".webm", 0, b"recorded") == 1  # the recording goes on


def test_a_stop_from_the_phone_does_not_wait_for_the_next_picture(
    client: Client, seated: tuple[Visit, str], coaches: list[FakeCoach]
) -> None:
    seat = hub.seat(seated[1])
    assert seat is not None
    with client.live(seated[1]) as page:
        page.send(picture(7.0))
        page.recv(5)
        seat.stop("button")
        for _ in range(300):
            if coaches[0].told:
                break
            threading.Event().wait(0.01)
        assert coaches[0].told == [("stop", 7.0, "button")]
