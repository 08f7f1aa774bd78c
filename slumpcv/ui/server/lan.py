"""The app for other devices of the local network: its addresses, certificate, link and QR code."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import ifaddr
import segno
import trustme
from cryptography import x509

from slumpcv.errors import InputError
from slumpcv.files import atomic_write
from slumpcv.language import language, text
from slumpcv.ui.server.passes import PASSES

if TYPE_CHECKING:
    from pathlib import Path

LOCAL = ("localhost", "127.0.0.1")
CERT_FILE, KEY_FILE = "lan-cert.pem", "lan-key.pem"
# Long enough that a phone seldom warns anew, short enough for all browsers (at most 398 days). [E]
VALID = timedelta(days=180)
RENEW_BEFORE = timedelta(days=7)


@dataclass(frozen=True)
class Lan:
    """How other devices of the local network reach the app.

    Attributes
    ----------
    address : the address most likely meant.
    urls : the app under every address.
    cert_file, key_file : certificate and key for all of them.
    fingerprint : of the certificate (SHA-256), as browsers show it.
    """

    address: str
    urls: tuple[str, ...]
    cert_file: Path
    key_file: Path
    fingerprint: str

    def link(self, to: str = "/") -> str:
        """Return a new link that lets one device in, once."""
        return f"{self.urls[0]}/slumpcv/enter/{PASSES.new_link(to)}"

    @property
    def short_fingerprint(self) -> str:
        """The fingerprint's beginning, enough to compare by eye."""
        return ":".join(self.fingerprint.split(":")[:8])

    def notice(self) -> str:
        """Say what the browser will warn about, and why that is expected here."""
        return text("lan.warning", address=self.address, fingerprint=self.short_fingerprint)


@dataclass(frozen=True)
class Pairing:
    """A one-time link to the remote button, and its QR code as SVG."""

    url: str
    svg: str


_open: list[Lan] = []


def addresses() -> tuple[str, ...]:
    """Return this machine's private IPv4 addresses, home networks' first."""
    found = {ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)}
    private = [one for one in map(ipaddress.IPv4Address, found) if one.is_private and not one.is_loopback]
    usable = [one for one in private if not one.is_link_local]
    return tuple(str(one) for one in sorted(usable, key=lambda one: (not str(one).startswith("192."), one)))


def prepare_lan(port: int, folder: Path) -> Lan:
    """Open the app for the local network: from here on everybody needs a pass.

    Parameters
    ----------
    port : where the app listens.
    folder : the app's data folder, which keeps the certificate.

    Raises
    ------
    InputError
        When the machine is in no local network, or the folder cannot be written to.
    """
    found = addresses()
    if not found:
        raise InputError(
            "This computer is in no local network", "Connect it to the Wi-Fi that the phone is in."
        )
    cert_file, key_file = folder / CERT_FILE, folder / KEY_FILE
    if not _still_good(cert_file, key_file, found):
        _make_certificate(cert_file, key_file, found)
    urls = tuple(f"https://{one}:{port}" for one in found)
    lan = Lan(found[0], urls, cert_file, key_file, fingerprint(cert_file))
    PASSES.guarded, PASSES.own = True, frozenset(found)
    _open[:] = [lan]
    return lan


def lan_options(lan: Lan) -> dict[str, object]:
    """Return the Streamlit options that serve the app to the local network over HTTPS."""
    hosts = [url.removeprefix("https://").rpartition(":")[0] for url in lan.urls]
    return {
        "server.address": "0.0.0.0",
        "server.sslCertFile": str(lan.cert_file),
        "server.sslKeyFile": str(lan.key_file),
        "server.allowedHosts": [*hosts, *LOCAL],
        "browser.serverAddress": lan.address,
    }


def _read(cert_file: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(cert_file.read_bytes())
    except (OSError, ValueError):
        return None


def _still_good(cert_file: Path, key_file: Path, found: tuple[str, ...]) -> bool:
    cert = _read(cert_file)
    if cert is None or not key_file.is_file():
        return False
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(one) for one in names.get_values_for_type(x509.IPAddress)}
    return set(found) <= covered and cert.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE


def _make_certificate(cert_file: Path, key_file: Path, found: tuple[str, ...]) -> None:
    """Make a new certificate; the key of the authority that signed it is thrown away at once."""
    now = datetime.now(UTC)
    made = trustme.CA(organization_name="slumpcv").issue_cert(
        *found, *LOCAL, common_name="slumpcv", not_before=now - timedelta(days=1), not_after=now + VALID
    )
    chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
    cert_file.parent.mkdir(parents=True, exist_ok=True)
    for file, content in ((key_file, made.private_key_pem.bytes()), (cert_file, chain)):
        with atomic_write(file) as path, open(path, "wb", opener=_for_the_owner_only) as out:
            out.write(content)


def _for_the_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)


def fingerprint(cert_file: Path) -> str:
    """Return the SHA-256 fingerprint of a file's first certificate, as browsers show it."""
    body = cert_file.read_text(encoding="ascii").partition("-----BEGIN CERTIFICATE-----")[2]
    der = base64.b64decode(body.partition("-----END")[0])
    return hashlib.sha256(der).digest().hex(":").upper()


def qr_svg(url: str) -> str:
    """Return a QR code as SVG, dark on white in both themes so that every phone reads it."""
    return segno.make(url, error="m", micro=False).svg_inline(scale=6, border=4, light="#fff", dark="#000")


def qr_blocks(url: str) -> str:
    """Return a QR code as characters for a terminal."""
    out = StringIO()
    segno.make(url, error="l", micro=False).terminal(out, border=2, compact=True)
    return out.getvalue()


def pairing(button: str) -> Pairing | None:
    """Return how a phone becomes the button of a test; None when the app is not open to the network.

    Parameters
    ----------
    button : the token of the test's button.
    """
    if not _open:
        return None
    url = _open[0].link(f"/slumpcv/remote/{button}?lang={language()}")
    return Pairing(url, qr_svg(url))
