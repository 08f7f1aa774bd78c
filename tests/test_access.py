"""Who is who, and that nobody reaches what is somebody else's: every route, every kind of asker."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from asgi_browser import Browser
from clinic_case import HOME, Clinic, at_clinic, claims, cookie
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from streamlit import config

from slumpcv.errors import InputError
from slumpcv.library.terms import LOCAL
from slumpcv.ui import access, bringing
from slumpcv.ui.login import LONGEST_S, SECRETS, check_login, identity, login, login_settings, refuse_lan
from slumpcv.ui.server import hub, review
from slumpcv.ui.server.bring import token_of
from slumpcv.ui.server.doors import Doors
from slumpcv.ui.server.passes import PASSES, Passes
from slumpcv.ui.server.routes import ROUTES
from slumpcv.ui.server.taking import Offer, open_offer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from slumpcv.ui.server.seat import Seat

ANSWERS = {"live": 4403, "put": 404, "end": 404, "upload": 404, "file": 404}
# Who has logged in how; none of them may reach a seat of pat's.
STRANGERS: dict[str, dict[str, Any]] = {
    "nobody": {},
    "another patient": {"subject": "sam"},
    "a therapist": {"subject": "thea"},
    "an admin": {"subject": "ada", "email": "ada@clinic.example", "email_verified": True},
    "somebody without a role": {"subject": "nina"},
    "who made a cookie": {"subject": "pat", "secret": "a guess that is long enough, or so they think"},
    "who logged in yesterday": {"subject": "pat", "iat": time.time() - LONGEST_S - 1},
    "who logged in tomorrow": {"subject": "pat", "iat": time.time() + 3600},
    "who logged in elsewhere": {"subject": "pat", "origin": "https://other.example.org"},
    "the same subject of another provider": {"subject": "pat", "iss": "https://other.example.org"},
    "who did not log in": {"subject": "pat", "is_logged_in": False},
}


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    monkeypatch.setattr(hub, "_seats", {})
    hub.visits.cache_clear()
    hub.incoming.cache_clear()
    for clinic in at_clinic(tmp_path, monkeypatch):
        for subject, role in (("pat", "patient"), ("sam", "patient"), ("thea", "therapist")):
            clinic.somebody(subject, role)  # type: ignore[arg-type]
        yield clinic
        hub.leave_all()
    hub.visits.cache_clear()
    hub.incoming.cache_clear()


async def of_streamlit(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


def browser(cookies: dict[str, str] | None = None) -> Browser:
    of_pages = Route("/{path:path}", of_streamlit, methods=["GET", "PUT"])
    doors = Middleware(Doors, Passes(), lambda: ["slump.example.org"])
    app = Starlette(routes=[*ROUTES, WebSocketRoute("/_stcore/stream", stream), of_pages], middleware=[doors])
    return Browser(app, HOME, dict(cookies or {}))


def logged_in(subject: str = "", **more: Any) -> Browser:
    return browser(cookie(subject, **more) if subject else {})


def seat_of(owner: str) -> Seat:
    visit = hub.visits().add_test(hub.visits().new(owner, "en"), "right", "camera")
    seat = hub.seat(hub.open_seat(visit, 1))
    assert seat is not None
    return seat


@pytest.fixture
def seat(clinic: Clinic) -> Seat:
    """A test of pat's, under way, with a recording."""
    seat = seat_of(f"account-{clinic.somebody('pat').id}")
    seat.add("a", ".webm", 0, b"recorded")
    return seat


def asked(browser: Browser, token: str) -> dict[str, int]:
    """What each route with a token answers; the code of a live line that was opened is 0."""

    async def live() -> int:
        async with browser.line(f"/slumpcv/live/{token}?take=a", origin=HOME) as line:
            first = await asyncio.wait_for(line.to_browser.get(), 5)
            return int(first.get("code", 0))

    def status(method: str, path: str) -> int:
        return browser.ask(path, method, origin=HOME).status_code

    return {
        "live": asyncio.run(live()),
        "put": status("PUT", f"/slumpcv/clip/{token}/1?take=a"),
        "end": status("POST", f"/slumpcv/clip/{token}/end?take=a"),
        "file": status("GET", f"/slumpcv/file/{token}/clip.webm"),
        "upload": status("PUT", f"/slumpcv/upload/{token}"),
    }


@pytest.mark.parametrize("who", STRANGERS)
def test_a_token_opens_nothing_for_anybody_else(seat: Seat, who: str) -> None:
    assert asked(logged_in(**STRANGERS[who]), seat.token) == ANSWERS
    assert [path.name for path in seat.folder.iterdir()] == ["clip.webm"]
    assert (seat.folder / "clip.webm").read_bytes() == b"recorded"


@pytest.mark.parametrize("device", ["phone", "laptop"])
def test_a_person_reaches_their_own_from_every_device(seat: Seat, device: str) -> None:
    answers = asked(logged_in("pat", nonce=device), seat.token)
    assert answers == {"live": 0, "put": 200, "end": 200, "file": 200, "upload": 200}


def test_a_guess_and_somebody_elses_token_are_answered_alike(seat: Seat) -> None:
    sam = logged_in("sam")
    for token in (seat.token, "guess"):
        answer = sam.ask(f"/slumpcv/file/{token}/clip.webm")
        assert (answer.status_code, answer.text) == (404, "Not found")


def test_without_a_login_a_token_belongs_to_one_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    monkeypatch.setattr(hub, "_seats", {})
    hub.visits.cache_clear()
    seat = seat_of("anna")
    seat.add("a", ".webm", 0, b"recorded")
    assert asked(browser({"slumpcv_owner": "ben"}), seat.token) == ANSWERS
    assert asked(browser(), seat.token) == ANSWERS
    assert asked(browser({"slumpcv_owner": "anna"}), seat.token)["file"] == 200
    hub.leave_all()
    hub.visits.cache_clear()


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_brings_files_in_the_name_of_a_therapist(
    clinic: Clinic, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "look_at", lambda _item: None)
    theo = clinic.somebody("theo", "therapist")
    path = f"/slumpcv/bring/{token_of(theo.id, access.owner_of(theo))}/abcdefghijklmnop"
    assert logged_in(**STRANGERS[who]).ask(path, "PUT", origin=HOME).status_code == 404
    assert logged_in("theo").ask(path, "PUT", origin=HOME).status_code == 200
    clinic.library.set_role(LOCAL, theo.id, "patient")
    assert logged_in("theo").ask(path, "PUT", origin=HOME).status_code == 404


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_takes_a_patient_along_in_the_name_of_a_therapist(clinic: Clinic, who: str) -> None:
    theo = clinic.somebody("theo", "therapist")
    patient = clinic.library.add_patient(LOCAL, "P-17")
    path = f"/slumpcv/patient/{token_of(theo.id, access.owner_of(theo))}/{patient.id}"
    assert logged_in(**STRANGERS[who]).ask(path).status_code == 404
    assert [action for _, action in clinic.log() if action.startswith("export")] == []
    assert logged_in("theo").ask(path, method="HEAD").status_code == 200


@pytest.mark.parametrize("who", STRANGERS)
def test_a_file_that_is_offered_to_a_therapist_is_nobody_elses(clinic: Clinic, who: str) -> None:
    theo = clinic.somebody("theo", "therapist")
    offer = Offer(access.owner_of(theo), "en", "report.pdf", lambda: b"report")
    open_offer(offer)
    path = f"/slumpcv/take/{offer.token}"
    assert logged_in(**STRANGERS[who]).ask(path, "POST", origin=HOME).status_code == 404
    assert logged_in("theo").ask(path, "POST", origin=HOME).text == "report"


class Untouched:
    """A session to review, of which nobody may see anything in this test."""

    def data(self, *_: Any) -> None:
        raise InputError("reached", "by its own reviewer")

    undo = redo = edit = data

    def video(self) -> None:
        return None


@pytest.mark.parametrize("who", STRANGERS)
def test_a_review_is_nobody_elses(clinic: Clinic, who: str) -> None:
    theo = clinic.somebody("theo", "therapist")
    token = review.open_review("s", access.owner_of(theo), "en", Untouched())  # type: ignore[arg-type]

    def answers(browser: Browser) -> list[int]:
        ways = {"data": "GET", "video": "GET", "edit": "POST", "undo": "POST", "redo": "POST"}
        paths = {f"/slumpcv/review/{token}/{name}": method for name, method in ways.items()}
        return [browser.ask(path, method, origin=HOME).status_code for path, method in paths.items()]

    assert answers(logged_in(**STRANGERS[who])) == [404] * 5
    assert answers(logged_in("theo")) == [400, 404, 400, 400, 400]
    logged_in("theo").ask("/auth/logout")
    assert answers(logged_in("theo", nonce="again")) == [404] * 5


def test_every_route_is_in_this_table() -> None:
    """A new route has to be asked by strangers too."""
    assert {route.path for route in ROUTES} == {  # type: ignore[attr-defined]
        "/slumpcv/live/{token}",
        "/slumpcv/clip/{token}/{number:int}",
        "/slumpcv/clip/{token}/end",
        "/slumpcv/upload/{token}",
        "/slumpcv/file/{token}/{name}",
        "/slumpcv/bring/{token}/{item}",
        "/slumpcv/patient/{token}/{patient}",
        "/slumpcv/take/{token}",
        *(f"/slumpcv/review/{{token}}/{name}" for name in ("data", "video", "edit", "undo", "redo")),
        # The same for everybody, and part of the package.
        "/slumpcv/voice/{lang}/{key}.mp3",
        "/slumpcv/sample/{name}",
        # A phone as the button has its own link, and reaches nothing but the button (test_ui_server).
        "/slumpcv/remote/{token}/socket",
        "/slumpcv/remote/{token}",
    }


@pytest.mark.parametrize("path", ["/media/a.pdf", "/_stcore/upload_file/a/b"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 404), ("somebody without a role", 404), ("a therapist", 200), ("another patient", 200)],
)
@pytest.mark.usefixtures("clinic")
def test_files_of_pages_are_for_people_with_a_role(path: str, who: str, status: int) -> None:
    assert logged_in(**STRANGERS[who]).ask(path).status_code == status


@pytest.mark.usefixtures("clinic")
def test_nobody_reads_how_many_are_here() -> None:
    assert logged_in("ada").ask("/_stcore/metrics").status_code == 404


# --- logging in and out ------------------------------------------------------------------------


def test_logging_out_ends_the_login_in_every_tab_and_gives_up_the_seats(clinic: Clinic, seat: Seat) -> None:
    pat, phone = logged_in("pat"), logged_in("pat", nonce="phone")
    held = dict(pat.cookies)
    pat.ask("/auth/logout")
    assert seat.closed
    assert hub.seat_of_button(seat.button) is None
    assert access.asker(connection(held)) is None
    assert access.asker(connection(phone.cookies)) is not None
    assert [action for _, action in clinic.log() if action.startswith("log")] == [
        "log_in",
        "log_out",
        "log_in",
    ]
    assert (seat.folder / "clip.webm").read_bytes() == b"recorded"


def connection(cookies: dict[str, str]) -> Any:
    from starlette.requests import HTTPConnection

    return HTTPConnection(browser(cookies).scope("http", "/", {}))


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/login"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_page_logs_anybody_in_or_out(seat: Seat, path: str, site: str) -> None:
    pat = logged_in("pat")
    link = pat.ask(f"{path}?provider=x", sec_fetch_site=site, sec_fetch_mode="navigate")
    assert "0;url=/&quot;" in link.text or '0;url=/"' in link.text
    assert pat.ask(path, sec_fetch_site=site, sec_fetch_mode="no-cors").status_code == 403
    assert not seat.closed


@pytest.mark.usefixtures("clinic")
def test_the_provider_leads_back_by_a_page_of_ours() -> None:
    back = logged_in().ask(
        "/oauth2callback?code=a&state=b", sec_fetch_site="cross-site", sec_fetch_mode="navigate"
    )
    assert "0;url=/oauth2callback?code=a&amp;state=b" in back.text
    assert "set-cookie" not in back.headers
    assert logged_in().ask("/oauth2callback?code=a&state=b", sec_fetch_site="same-origin").text == (
        "/oauth2callback"
    )


@pytest.mark.usefixtures("clinic")
def test_cookies_are_for_encrypted_connections_and_hold_no_tokens() -> None:
    async def callback(_request: Request) -> PlainTextResponse:
        answer = PlainTextResponse("back")
        answer.set_cookie("_streamlit_user_tokens", "x")
        answer.set_cookie("_streamlit_user_tokens_1", "x")
        answer.set_cookie("_streamlit_user", "signed", httponly=True)
        return answer

    doors = Middleware(Doors, Passes(), lambda: ["slump.example.org"])
    app = Starlette(routes=[Route("/oauth2callback", callback)], middleware=[doors])
    given = Browser(app, HOME)
    answer = given.ask("/oauth2callback")
    assert set(given.cookies) == {"_streamlit_user", access.OWNER_COOKIE}
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    ("origin", "status"),
    [(HOME, 200), ("http://slump.example.org", 403), ("https://example.org", 403), ("", 403)],
)
def test_behind_a_proxy_our_pages_are_those_of_the_address_that_everybody_uses(
    origin: str, status: int
) -> None:
    inside = browser()
    inside.origin = "http://slump.example.org"  # a proxy has taken the encryption off
    assert inside.ask("/anything", "PUT", origin=origin, host="slump.example.org:8501").status_code == 403
    assert inside.ask("/anything", "PUT", origin=origin).status_code == status
    assert inside.line_opens("/slumpcv/remote/guess/socket", origin=origin) is (status == 200)


def test_a_page_of_somebody_else_opens_no_line() -> None:
    """Streamlit would ask another server for this computer's address before it refuses."""
    assert not browser().line_opens("/_stcore/stream", origin="https://elsewhere.example")
    assert browser().line_opens("/_stcore/stream", origin=HOME)


# --- accounts ------------------------------------------------------------------------------------


def test_who_is_named_is_an_admin_from_the_start(clinic: Clinic) -> None:
    for subject, more in {
        "ada": {"email": "ADA@clinic.example", "email_verified": True},
        "subject-of-bob": {},
    }.items():
        known = access.person_of(connection(cookie(subject, **more)))
        assert known is not None
        assert known.role == "admin"
        assert (known.id, "log_in") in clinic.log()


@pytest.mark.parametrize("verified", [False, None, "true", 1])
@pytest.mark.usefixtures("clinic")
def test_an_address_that_nobody_checked_makes_no_admin(verified: Any) -> None:
    more = {"email": "ada@clinic.example", "email_verified": verified}
    assert access.person_of(connection(cookie("eve", **more))) is None


def test_a_role_that_is_taken_away_is_gone_at_once(clinic: Clinic, seat: Seat) -> None:
    pat = logged_in("pat")
    assert pat.ask(f"/slumpcv/file/{seat.token}/clip.webm").status_code == 200
    clinic.library.set_role(LOCAL, clinic.somebody("pat").id, None)
    assert pat.ask(f"/slumpcv/file/{seat.token}/clip.webm").status_code == 404


def test_a_login_is_told_from_another_of_the_same_person() -> None:
    first, second = identity(claims("pat")), identity(claims("pat", nonce="other"))
    assert first is not None
    assert second is not None
    assert first.login != second.login


# --- settings ------------------------------------------------------------------------------------


def settings_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> InputError | None:
    from clinic_case import FILE

    assert old in FILE
    try:
        for _ in at_clinic(tmp_path, monkeypatch, FILE.replace(old, new)):
            check_login(login(), "0.0.0.0", guarded=False)
    except InputError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("https://slump.example.org/oauth2callback", "http://slump.example.org/oauth2callback", "https"),
        ("/oauth2callback", "/", "redirect_uri"),
        ("a secret of a test that is long enough", "short", "cookie_secret"),
        ('client_id = "slumpcv"', "", "provider"),
        ("[auth]", "[auth", "cannot be read"),
    ],
)
def test_a_login_that_protects_nobody_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, problem: str
) -> None:
    error = settings_with(tmp_path, monkeypatch, old, new)
    assert error is not None
    assert problem in str(error)


def test_a_complete_login_is_taken_and_names_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(tmp_path, monkeypatch, "[auth]", "[auth]") is None
    for _ in at_clinic(tmp_path, monkeypatch):
        assert "slump.example.org" in config.get_option("server.allowedHosts")
        # Without it, Streamlit asks a server outside for its address when it listens for others.
        assert config.is_manually_set("browser.serverAddress")
        with pytest.raises(InputError, match="--lan"):
            refuse_lan()
    assert login() is None


def test_secrets_that_are_not_there_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRETS, "/nowhere/secrets.toml")
    with pytest.raises(InputError, match="no file"):
        login_settings()


@pytest.mark.parametrize(("address", "good"), [("127.0.0.1", True), ("0.0.0.0", False), ("", False)])
def test_without_a_login_only_this_computer_is_served(address: str, good: bool) -> None:
    if good:
        check_login(None, address, guarded=False)
        return
    with pytest.raises(InputError, match="this computer only"):
        check_login(None, address, guarded=False)
    check_login(None, address, guarded=True)


@pytest.mark.parametrize(
    ("guarded", "address", "desk"),
    [
        (False, "192.168.1.9", True),  # not reachable there: only this computer's own proxy can say so
        (True, "192.168.1.9", False),
        (True, "192.168.1.7", True),
        (True, "127.0.0.1", True),
    ],
)
def test_a_device_that_a_link_let_in_gets_no_desk(
    monkeypatch: pytest.MonkeyPatch, guarded: bool, address: str, desk: bool
) -> None:
    monkeypatch.setattr(PASSES, "guarded", guarded)
    monkeypatch.setattr(PASSES, "own", frozenset({"192.168.1.7"}))
    asked = connection({"slumpcv_owner": "anna"})
    asked.scope["client"] = (address, 50000)
    known = access.person_of(asked)
    assert known is not None
    assert access.may(known, "desk") is desk
    assert access.asker(asked) == "anna"  # the guided test is for everybody who was let in
