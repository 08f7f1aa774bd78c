"""The certificate for the local network, and the link into the app."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from slumpcv.errors import InputError
from slumpcv.ui.server import lan
from slumpcv.ui.server.passes import Passes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOME = ("192.168.1.7", "10.0.0.2")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(lan, "addresses", lambda: HOME)
    monkeypatch.setattr(lan, "PASSES", Passes())
    yield
    lan._open.clear()


def cert_of(made: lan.Lan) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made.cert_file.read_bytes())


def test_the_certificate_covers_all_addresses_and_has_the_shown_fingerprint(tmp_path: Path) -> None:
    made = lan.prepare_lan(8501, tmp_path / "new")
    cert = cert_of(made)
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(one) for one in names.get_values_for_type(x509.IPAddress)} == {*HOME, "127.0.0.1"}
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert made.fingerprint == cert.fingerprint(hashes.SHA256()).hex(":").upper()
    assert made.short_fingerprint in made.notice()


def test_only_the_owner_reads_the_key(tmp_path: Path) -> None:
    made = lan.prepare_lan(8501, tmp_path)
    assert stat.S_IMODE(made.key_file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [lan.CERT_FILE, lan.KEY_FILE]


def test_the_certificate_is_kept_until_it_no_longer_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lan.prepare_lan(8501, tmp_path).fingerprint
    assert lan.prepare_lan(8501, tmp_path).fingerprint == first
    monkeypatch.setattr(lan, "addresses", lambda: ("192.168.1.8",))
    moved = lan.prepare_lan(8501, tmp_path).fingerprint
    assert moved != first
    monkeypatch.setattr(lan, "RENEW_BEFORE", lan.VALID)
    assert lan.prepare_lan(8501, tmp_path).fingerprint != moved


def test_a_broken_certificate_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / lan.CERT_FILE).write_text("broken")
    assert cert_of(lan.prepare_lan(8501, tmp_path))


def test_without_a_network_it_says_so_and_stays_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan, "addresses", tuple)
    with pytest.raises(InputError, match="no local network"):
        lan.prepare_lan(8501, tmp_path)
    assert lan.pairing("seat") is None


def test_every_link_is_new_and_lets_in(tmp_path: Path) -> None:
    made = lan.prepare_lan(8501, tmp_path)
    links = [made.link() for _ in range(2)]
    assert len(set(links)) == 2
    assert lan.PASSES.guarded
    for link in links:
        before, _, token = link.rpartition("/")
        assert before == "https://192.168.1.7:8501/slumpcv/enter"
        assert lan.PASSES.enter(token, "phone") is not None


def test_a_phone_is_paired_with_its_test(tmp_path: Path) -> None:
    lan.prepare_lan(8501, tmp_path)
    paired = lan.pairing("seat-1")
    assert paired is not None
    assert paired.svg.startswith("<svg")
    entered = lan.PASSES.enter(paired.url.rpartition("/")[2], "phone")
    assert entered is not None
    assert entered[1] == "/slumpcv/remote/seat-1?lang=en"


def test_different_links_have_different_codes() -> None:
    assert lan.qr_svg("https://a/1") != lan.qr_svg("https://a/2")
    assert len(lan.qr_blocks("https://a/1").splitlines()) > 10


def test_the_options_serve_https_to_these_addresses_only(tmp_path: Path) -> None:
    made = lan.prepare_lan(8501, tmp_path)
    options = lan.lan_options(made)
    assert options["server.address"] == "0.0.0.0"
    assert options["server.allowedHosts"] == [*HOME, "localhost", "127.0.0.1"]
    assert options["server.sslCertFile"] == str(made.cert_file)
    assert options["server.sslKeyFile"] == str(made.key_file)
