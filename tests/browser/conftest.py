"""Debian's chromium, a sample clip as its camera, and the app on a free port."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import av
import pytest
from playwright.sync_api import expect, sync_playwright

from benchmarks.fake_camera import waiting, write_y4m
from benchmarks.numbered import write_number
from slumpcv.analysis import analyze, write_results
from slumpcv.answers import Screen
from slumpcv.replay import REPLAY, write_replay
from slumpcv.ui.state import OWNER_COOKIE
from slumpcv.visits import Visits

pytest.register_assert_rewrite("way")
import way  # noqa: E402 (its assertions are to say what they saw)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright

    from slumpcv.live.record import GuidedTest
    from slumpcv.visits import Step, Visit

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
)
SLOW_MS = 30_000  # two cores are shared by server, browser and decoder
# How long the person in a sample waits in each phase for what the guide says and asks.
WAITS_S = {
    "BASELINE": 24.0,
    "SLUMP": 9.0,
    "NECK_FLEXION": 9.0,
    "DORSIFLEXION": 6.0,
    "HEAD_LIFT": 9.0,
    "RECOVERY": 12.0,
}
CAMERA_FPS = 10
CLIP = "clip.mp4"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(script: Path, data: Path, **environment: str) -> Iterator[str]:
    """Run an app as ``streamlit run`` does; gives its address."""
    port, log = free_port(), data / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.port", str(port), "--server.headless", "true"]
    variables = {**os.environ, "SLUMPCV_DATA": str(data), "PYTHONPATH": str(ROOT), **environment}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=variables, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        wait_for(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def write_camera(clip: Path, path: Path) -> Path:
    """Write a clip as chromium's fake camera takes it, each picture with its number in black and white."""
    with av.open(str(clip)) as container, path.open("wb") as out:
        stream = container.streams.video[0]
        rate = stream.average_rate
        out.write(
            f"YUV4MPEG2 W{stream.width} H{stream.height} F{rate.numerator}:{rate.denominator} "
            "Ip A1:1 C420jpeg\n".encode()
        )
        for number, frame in enumerate(container.decode(stream)):
            planes = frame.to_ndarray(format="yuv420p")
            write_number(planes, number)
            out.write(b"FRAME\n" + planes.tobytes())
    return path


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clip = ROOT / "samples" / "right_plain.mp4"
    return write_camera(clip, tmp_path_factory.mktemp("camera") / "right_plain.y4m")


# Of each module and not of the whole run: while it is up, no other test can run an event loop.
@pytest.fixture(scope="module")
def playwright_() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as running:
        yield running


@dataclass
class Watch:
    """Where the pages of one browser went, and what they complained about."""

    servers: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    excused: str | None = None  # words of complaints that a test brings about

    def over(self, context: BrowserContext) -> None:
        """Begin to watch; what a page of the browser asks for inside of itself is no request."""
        context.on("request", lambda request: self._asked(request.url))
        context.on("page", self._page)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        for page in context.pages:
            self._page(page)

    def _page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("console", self._said)

    def _said(self, said: ConsoleMessage) -> None:
        # Below an address with a path, Streamlit looks for its server there first.
        looked = "/desk/_stcore/" in said.location.get("url", "")
        if said.type == "error" and not looked and not (self.excused and self.excused in said.text):
            self.errors.append(said.text)

    def _asked(self, url: str) -> None:
        if not url.startswith(("blob:", "data:", "about:")):
            self.servers.add(urlsplit(url).netloc)


@dataclass
class Kept:
    """Visits of one browser, put on disk by hand; `owner` is what its cookie says."""

    visits: Visits
    measured: Path
    owner: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def visit(self, step: Step, **changes: object) -> Visit:
        """Return a visit that has come to a step, with consent and safety questions behind it."""
        safe = Screen(**dict.fromkeys(Screen.model_fields, "no"))
        begun = {"consented_at": datetime.now(UTC), "screen": safe, "step": step} | changes
        return self.visits.update(self.visits.new(self.owner, "en"), **begun)

    def tested(self, step: Step, live: GuidedTest | None = None) -> Visit:
        """Return a visit with a test that is recorded and measured."""
        visit = self.visits.add_test(self.visit(step), "right", "camera")
        test = visit.tests[0]
        shutil.copytree(self.measured, self.visits.folder(visit, test), dirs_exist_ok=True)
        return self.visits.update_test(visit, test.number, clip=CLIP, analysed=True, live=live)

    def open(self, page: Page, address: str, visit: Visit | None = None) -> None:
        """Go to a visit, or to the first page, as the browser whose it is."""
        page.context.add_cookies([{"name": OWNER_COOKIE, "value": self.owner, "url": address}])
        page.goto(f"{address}/?visit={visit.id}" if visit else address)


@pytest.fixture
def open_page(playwright_: Playwright, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Gives pages of browsers of their own: ``open_page(camera=..., grant=False, **context options)``.

    Afterwards, no page may have asked anything of anybody but its own server, nor logged an error.
    """
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def make(
        camera: Path | None = None, grant: bool = True, excused: str | None = None, **options: object
    ) -> Page:
        flags = [*QUIET, "--use-fake-device-for-media-stream"]
        flags += ["--use-fake-ui-for-media-stream"] if grant else ["--deny-permission-prompts"]
        if camera is not None:
            flags.append(f"--use-file-for-fake-video-capture={camera}")
        context = playwright_.chromium.launch_persistent_context(
            tmp_path / f"browser{len(contexts)}",
            executable_path=CHROMIUM,
            headless=True,
            args=flags,
            **{"viewport": {"width": 1280, "height": 800}, **options},
        )
        contexts.append(context)
        watches.append(watch := Watch(excused=excused))
        watch.over(context)
        context.add_init_script(way.LISTEN)
        context.set_default_timeout(SLOW_MS)
        return context.pages[0]

    expect.set_options(timeout=SLOW_MS)
    yield make
    for context in contexts:
        context.close()
    for watch in watches:
        assert len(watch.servers) <= 1, watch.servers
        assert all(server.startswith("127.0.0.1:") for server in watch.servers), watch.servers
        assert watch.errors == []


@pytest.fixture(scope="session")
def sample_camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Gives a sample as a camera, in which the person waits for the guide."""
    folder = tmp_path_factory.mktemp("cameras")

    def make(name: str) -> Path:
        path = folder / f"{name}.y4m"
        if not path.exists():
            write_y4m(path, name, waiting(name, WAITS_S), CAMERA_FPS)
        return path

    yield make
    for path in folder.iterdir():  # hundreds of megabytes
        path.unlink()


@pytest.fixture(scope="session")
def whole_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app as patients have it; gives its address and where its data is."""
    data = tmp_path_factory.mktemp("data")
    with serving(ROOT / "app.py", data) as address:
        yield address, data


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test's folder as an analysis leaves it, with the clip and its replay."""
    folder = tmp_path_factory.mktemp("measured")
    clip = folder / CLIP
    shutil.copy(ROOT / "samples" / "right_knee_bends.mp4", clip)
    write_results(analyze(clip, "right"), folder, clip, made_on=date(2026, 1, 2))
    write_replay(clip, folder / REPLAY)
    return folder


@pytest.fixture
def kept(whole_app: tuple[str, Path], measured: Path) -> Kept:
    """Puts visits that have come to a certain step on the server's disk."""
    return Kept(Visits(whole_app[1] / "visits"), measured)


@pytest.fixture
def page(open_page: Callable[..., Page], whole_app: tuple[str, Path]) -> Page:
    """The first page on a phone."""
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(whole_app[0])
    return page


@pytest.fixture(scope="session")
def camera_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The guided test alone, with the scripted coach; gives its address and where its data is."""
    data = tmp_path_factory.mktemp("data")
    with serving(HERE / "camera_app.py", data) as address:
        yield address, data
