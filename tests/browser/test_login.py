"""A clinic, in real browsers and with a real login provider: who logs in as what, and what they see."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import CHROMIUM, QUIET, ROOT, serving
from login_case import SECRETS, Street, choose, provider
from playwright.sync_api import expect

from slumpcv.answers import Screen
from slumpcv.library.library import Library
from slumpcv.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from login_case import Desk
    from playwright.sync_api import Playwright


@pytest.fixture
def street(playwright_: Playwright, tmp_path: Path) -> Iterator[Street]:
    (tmp_path / "data").mkdir()
    secrets = tmp_path / "secrets.toml"
    with provider(tmp_path / "provider.log") as login_at:
        secrets.write_text(SECRETS.format(provider=login_at))
        with serving(ROOT / "app.py", tmp_path / "data", SLUMPCV_SECRETS=str(secrets)) as address:
            browser = playwright_.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
            expect.set_options(timeout=30_000)
            street = Street(browser, address, login_at)
            yield street
            browser.close()
            assert street.elsewhere == set()


def give_role(admin: Desk, name: str, role: str) -> None:
    row = admin.page.locator("[class*=st-key-account_]").filter(has_text=name)
    choose(admin.page, row.get_by_role("combobox").first, role)
    row.get_by_role("button", name="Save").click()
    expect(admin.page.get_by_text("Saved.").first).to_be_visible()
    # The words stand for a while, also for the next person: only the row itself says that it is drawn anew.
    expect(row.get_by_role("button", name="Save")).to_be_disabled()


def test_everybody_sees_what_is_theirs(street: Street, tmp_path: Path) -> None:
    therapist, pat, sam, admin = (street.desk() for _ in range(4))
    for desk, subject in ((therapist, "thea"), (pat, "pat"), (sam, "sam")):
        desk.log_in(subject)
        expect(desk.page.get_by_role("heading", level=1)).to_contain_text("nothing to see yet")
        expect(desk.page.get_by_text("Front desk, room 2")).to_be_visible()

    admin.log_in("ada")
    admin.page.goto(f"{street.address}/desk?at=accounts")
    for name, role in (("Thea Thorn", "Therapist"), ("Pat Pool", "Patient"), ("Sam Sand", "Patient")):
        give_role(admin, name, role)

    therapist.page.get_by_role("button", name="Look again").click()
    expect(therapist.page.get_by_role("heading", level=1)).to_contain_text("slump test")
    therapist.page.goto(f"{street.address}/desk?at=accounts")
    expect(therapist.page.get_by_role("heading", level=1)).to_contain_text("Library")
    expect(therapist.page.get_by_role("link", name="Accounts")).to_have_count(0)

    for desk in (pat, sam):
        desk.page.get_by_role("button", name="Look again").click()
    pat.page.goto(f"{street.address}/desk")
    expect(pat.page.get_by_text("Your account may not do this")).to_be_visible()

    token = token_of_pat(pat, street, tmp_path / "data")
    assert pat.fetch(f"/slumpcv/file/{token}/clip.mp4") == 200
    visit = pat.page.url.partition("visit=")[2].partition("&")[0]
    nobody = street.desk()
    for stranger in (sam, therapist, admin, nobody):
        stranger.page.goto(f"{street.address}/?visit={visit}")
        words = "Log in" if stranger is nobody else "was not found here"
        expect(stranger.page.get_by_text(words).first).to_be_visible()
        assert stranger.fetch(f"/slumpcv/file/{token}/clip.mp4") == 404
        assert stranger.fetch(f"/slumpcv/upload/{token}", "PUT") == 404
        assert not stranger.line_opens(f"/slumpcv/live/{token}?take=b")

    phone = street.desk(viewport={"width": 390, "height": 844})
    phone.log_in("pat")
    assert phone.fetch(f"/slumpcv/file/{token}/clip.mp4") == 200
    log_out(phone, street)
    assert phone.fetch(f"/slumpcv/file/{token}/clip.mp4") == 404
    assert pat.fetch(f"/slumpcv/file/{token}/clip.mp4") == 404  # seats are the person's, on every device

    admin.page.goto(f"{street.address}/desk?at=audit")
    with admin.page.expect_download() as download:
        admin.page.get_by_role("button", name="Download as CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        noted = [(row["name"], row["action"]) for row in csv.DictReader(file)]
    for entry in (("Pat Pool", "log_out"), ("Ada Adler", "set_role"), ("Ada Adler", "export_audit")):
        assert entry in noted
    for desk in (therapist, pat, sam, admin, phone, nobody):
        assert [said for said in desk.errors if "404" not in said and "WebSocket" not in said] == []


def token_of_pat(patient: Desk, street: Street, data: Path) -> str:
    """Put a visit of pat's on the server, with a recording, and return the token that its page is given."""
    library = Library.open(data=data)
    account = library.find_account(street.provider, "pat")
    library.close()
    assert account is not None
    visits = Visits(data / "visits")
    safe = Screen(**dict.fromkeys(Screen.model_fields, "no"))
    visit = visits.new(f"account-{account.id}", "en")
    visit = visits.update(visit, consented_at=datetime.now(UTC), screen=safe, step="upload")
    visit = visits.add_test(visit, "right", "upload")
    (visits.folder(visit, visit.test) / "clip.mp4").write_bytes(b"recorded")
    patient.page.goto(f"{street.address}/?visit={visit.id}")
    with patient.page.expect_request(re.compile("/slumpcv/upload/")) as sent:
        no_clip = {"name": "a.mp4", "mimeType": "video/mp4", "buffer": b"no video"}
        patient.page.locator('input[type="file"]').set_input_files(no_clip)
    expect(patient.page.get_by_text("cannot be used")).to_be_visible()
    return sent.value.url.rpartition("/")[2]


def log_out(desk: Desk, street: Street) -> None:
    desk.page.get_by_role("button", name="Log out").click()
    desk.page.wait_for_url(f"{street.provider}/**")
    assert "id_token" not in desk.page.url
    desk.page.get_by_role("button").first.click()
    desk.page.wait_for_url(f"{street.address}/")
    expect(desk.page.get_by_role("button", name="Log in")).to_be_visible()
