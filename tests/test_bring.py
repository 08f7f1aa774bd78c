"""Files on their way into the library: over the server's route, looked at, taken in, and never twice."""

from __future__ import annotations

import base64
import io
import secrets
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from clipmaker import dated_copy
from library_case import result_folder
from own_server import Client, own_server

from slumpcv.export.run import Options, export
from slumpcv.language import speaking
from slumpcv.library.intake import bring_all
from slumpcv.library.library import Library, Query
from slumpcv.library.terms import LOCAL
from slumpcv.ui import bringing
from slumpcv.ui.desk import lines
from slumpcv.ui.server import bring, hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from own_server import Reply

    from slumpcv.ui.server.incoming import Item

BUNDLE = result_folder() / "export" / "slumpcv.zip"
SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "right_plain.mp4"
DAY = date(2026, 11, 2)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    hub.incoming.cache_clear()
    opened = hub.library()
    yield opened
    opened.close()
    hub.incoming.cache_clear()


@pytest.fixture
def client(library: Library) -> Iterator[Client]:
    assert library
    with own_server() as client:
        yield client


def send(
    client: Client, body: bytes, name: str = "Anna.zip", item: str | None = None, cookies: str = ""
) -> Reply:
    token = bring.token_of(LOCAL.id, "someone")
    headers = client.ours | {"X-Name": base64.b64encode(name.encode()).decode()}
    path = f"/slumpcv/bring/{token}/{item or secrets.token_hex(16)}?language=de"
    return client.ask("PUT", path, body, headers | ({"Cookie": cookies} if cookies else {}))


def settled(*states: str) -> list[Item]:
    """The list, once no file of it is in another state than these."""
    for _ in range(200):
        items = hub.incoming().of(LOCAL.id)
        if all(item.state in states for item in items):
            return items
        time.sleep(0.05)
    raise AssertionError(hub.incoming().of(LOCAL.id))


def test_a_bundle_is_looked_at_and_then_taken_in_once(client: Client, library: Library) -> None:
    assert send(client, BUNDLE.read_bytes(), "Anna Müller.zip").status == 200
    (item,) = settled("ready")
    assert (item.name, item.found_side, item.usable) == ("Anna Müller.zip", "right", True)
    patient = library.add_patient(LOCAL, "P-1")
    bringing.take(LOCAL, [item], patient.id, "left", DAY)  # the leg of clips only
    (first,) = settled("brought")
    (row,) = library.search(LOCAL, Query()).rows
    assert (row.id, row.day, row.code) == (first.session_id, DAY, "P-1")
    assert not hub.incoming().path(first).exists()
    send(client, BUNDLE.read_bytes())
    bringing.take(LOCAL, settled("ready", "brought"), patient.id, None, DAY)
    again = settled("brought")[1]
    assert (again.already, again.session_id) == (True, first.session_id)
    assert library.search(LOCAL, Query()).total == 1


def test_a_file_without_a_patient_waits(client: Client) -> None:
    send(client, BUNDLE.read_bytes())
    bringing.take(LOCAL, settled("ready"), None, None, DAY)
    assert [item.state for item in hub.incoming().of(LOCAL.id)] == ["ready"]


def test_a_file_that_cannot_be_used_says_why_and_can_be_tried_again(client: Client) -> None:
    send(client, b"not a zip file", "../../Anna.zip")
    (item,) = settled("refused")
    assert item.name == "Anna.zip"
    assert "das slumpcv geschrieben hat" in item.problem  # in the language of the page
    assert str(hub.incoming().root) not in item.problem + item.fix
    hub.incoming().path(item).write_bytes(BUNDLE.read_bytes())
    bringing.again(item)
    assert [one.state for one in settled("ready", "refused")] == ["ready"]


def filmed(folder: Path, at: str) -> bytes:
    return dated_copy(SAMPLE, folder / "filmed.mp4", at).read_bytes()


def test_a_clip_proposes_the_day_that_its_file_says(client: Client, library: Library, tmp_path: Path) -> None:
    send(client, filmed(tmp_path, "2026-03-04T11:00:00.000000Z"), "Anna.mp4")
    (item,) = settled("ready")
    assert item.day == item.found_day == date(2026, 3, 4)
    with speaking("de"):
        assert "laut Datei aufgenommen am 4. März 2026" in lines.line(lines.Shown(item)).detail
    # It stays a proposal.
    hub.incoming().change(item.id, day=date(2026, 3, 5))
    patient = library.add_patient(LOCAL, "P-1")
    bringing.take(LOCAL, settled("ready"), patient.id, None, DAY)
    (item,) = settled("brought")
    assert item.day == date(2026, 3, 5)


def test_a_bundle_proposes_the_day_that_it_tells(client: Client, library: Library, tmp_path: Path) -> None:
    export(result_folder(), ["zip"], tmp_path / "told.zip", Options(date="2026-03-04"))
    send(client, (tmp_path / "told.zip").read_bytes())
    (item,) = settled("ready")
    assert item.day == item.found_day == date(2026, 3, 4)
    patient = library.add_patient(LOCAL, "P-1")
    outcome = next(bring_all(library, LOCAL, [tmp_path / "told.zip"], patient.id))
    assert outcome.brought is not None
    assert library.search(LOCAL, Query()).rows[0].day == date(2026, 3, 4)


def test_a_day_that_cannot_be_is_not_proposed(client: Client, tmp_path: Path) -> None:
    send(client, filmed(tmp_path, "2039-03-04T11:00:00.000000Z"), "Anna.mp4")
    send(client, BUNDLE.read_bytes())
    assert [(item.day, item.found_day) for item in settled("ready")] == [(None, None)] * 2


def test_a_day_that_was_chosen_before_the_file_was_looked_at_stays(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as unseen:
        unseen.setattr(bringing, "look_at", lambda _: None)
        send(client, filmed(tmp_path, "2026-03-04T11:00:00.000000Z"), "Anna.mp4")
    (item,) = hub.incoming().of(LOCAL.id)
    hub.incoming().change(item.id, day=DAY)
    bringing.look_at(item.id)
    (item,) = settled("ready")
    assert (item.day, item.found_day) == (DAY, date(2026, 3, 4))


@pytest.mark.parametrize("cookies", ["slumpcv_owner=other", "x=y"])
def test_a_token_is_good_in_its_own_browser_only(client: Client, cookies: str) -> None:
    assert send(client, b"x", cookies=cookies).status == 404
    assert send(client, b"x", item="a/b").status == 404
    assert send(client, b"x", item="..").status == 404
    assert hub.incoming().of(LOCAL.id) == []


def test_a_file_that_is_too_large_leaves_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bring, "LONGEST_BYTES", 10)
    assert send(client, b"x" * 11).status == 413
    assert list(hub.incoming().root.glob("*")) == []


def test_a_file_that_comes_twice_is_written_once(client: Client) -> None:
    item = secrets.token_hex(16)
    assert [send(client, body, item=item).status for body in (b"first", b"second")] == [200, 200]
    (kept,) = settled("refused")
    assert hub.incoming().path(kept).read_bytes() == b"first"


def test_what_the_end_of_the_program_cut_off_is_gone_on_with(client: Client, library: Library) -> None:
    send(client, BUNDLE.read_bytes())
    (item,) = settled("ready")
    patient = library.add_patient(LOCAL, "P-1")
    cut_off = hub.incoming().change(item.id, state="bringing", patient_id=patient.id, day=DAY)
    assert cut_off is not None
    (hub.incoming().root / "half").mkdir()
    hub.incoming.cache_clear()
    bringing.go_on(LOCAL, hub.incoming().of(LOCAL.id))
    settled("brought")
    assert library.search(LOCAL, Query()).total == 1
    assert not (hub.incoming().root / "half").exists()


def test_the_list_is_nobody_elses_and_goes_with_the_patient(client: Client) -> None:
    send(client, BUNDLE.read_bytes())
    (item,) = settled("ready")
    assert hub.incoming().of("other") == []
    hub.incoming().change(item.id, patient_id="p")
    hub.incoming().forget("q")
    assert len(hub.incoming().of(LOCAL.id)) == 1
    hub.incoming().forget("p")
    assert list(hub.incoming().root.glob("*")) == []


def test_everything_about_a_patient_is_sent_to_their_own_browser_only(
    client: Client, library: Library
) -> None:
    patient = library.add_patient(LOCAL, "P-1")
    token = bring.token_of(LOCAL.id, "someone")
    reply = client.get(f"/slumpcv/patient/{token}/{patient.id}")
    with zipfile.ZipFile(io.BytesIO(reply.content)) as packed:
        assert "P-1" in packed.read("patient.json").decode()
    assert patient.code not in reply.headers["content-disposition"]
    assert client.get(f"/slumpcv/patient/{token}/nobody").status == 404
    assert client.get(f"/slumpcv/patient/{token}/{patient.id}", Cookie="slumpcv_owner=other").status == 404
    for _ in range(100):  # what was made to be sent goes once it is
        if not list(hub.incoming().root.glob("*")):
            return
        time.sleep(0.05)
    raise AssertionError(list(hub.incoming().root.glob("*")))
