"""Debian's chromium, a sample clip as its camera, and the app on a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page, Playwright

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
BITS, BIT_PX = 12, 40  # of the number that each picture of the camera carries


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
            for bit in range(BITS):
                planes[:BIT_PX, bit * BIT_PX : (bit + 1) * BIT_PX] = 235 if number >> bit & 1 else 16
            out.write(b"FRAME\n" + planes.tobytes())
    return path


def number_of(grey: object, width: int) -> int:
    """Read the number of a camera's picture, given as rows of grey values."""
    size = BIT_PX * width / 640
    return sum(
        1 << bit
        for bit in range(BITS)
        if grey[int(size / 2), int((bit + 0.5) * size)] > 128  # type: ignore[index]
    )


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


@pytest.fixture
def open_page(playwright_: Playwright, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Gives pages of browsers of their own: ``open_page(camera=..., grant=False, **context options)``."""
    contexts: list[BrowserContext] = []

    def make(camera: Path | None = None, grant: bool = True, **options: object) -> Page:
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
        return context.pages[0]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def camera_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The guided test alone, with the scripted coach; gives its address and where its data is."""
    data = tmp_path_factory.mktemp("data")
    with serving(HERE / "camera_app.py", data) as address:
        yield address, data
