"""Make the virtual environment that a script needs, once, from the versions locked by hash.

Standard library only, and written so that even an old Python can read it far enough to say
that it is too old.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


class Program(NamedTuple):
    """A program of the system, and where it comes from."""

    name: str
    package: str  # of Debian
    folders: str = ""  # pattern of absolute folders that are looked through beside PATH


class Environment(NamedTuple):
    """A virtual environment: its folder, what is installed in it, what it needs beside it."""

    folder: Path
    lock: Path
    programs: tuple[Program, ...]  # on Linux only
    download_mb: int  # about, of the locked packages without those of the system


# Debian keeps a server's programs out of PATH, in a folder for each version; only clients are in it.
POSTGRES_SERVER = Program("initdb", "postgresql", "/usr/lib/postgresql/*/bin")
RUN = Environment(ROOT / ".venv", ROOT / "requirements.lock", (), download_mb=400)
# strace shows the tests whether a command opens a network connection; chromium shows them the pages.
DEVELOP = Environment(
    ROOT / ".venv-dev",
    ROOT / "requirements-dev.lock",
    (Program("strace", "strace"), Program("chromium", "chromium"), POSTGRES_SERVER),
    download_mb=550,
)


def prepare(environment: Environment) -> Path:
    """Make the environment if it is not there as locked; return its folder of programs.

    Ends the process with exit code 1 and a sentence on what to do when it cannot be made.
    """
    programs = environment.folder / ("Scripts" if os.name == "nt" else "bin")
    stamp = environment.folder / "slumpcv-setup.sha256"
    wanted = _fingerprint(environment)
    if stamp.is_file() and stamp.read_text() == wanted:
        return programs
    _check_machine()
    _install_system_packages(_missing_system_packages(environment))
    print(
        f"Setting up {environment.folder.name} (this once; downloads about {environment.download_mb} MB) ...",
        file=sys.stderr,
        flush=True,
    )
    # Not sys.executable: that may be the very environment which is to be made anew.
    python = getattr(sys, "_base_executable", sys.executable)
    _run([python, "-m", "venv", "--clear", str(environment.folder)])
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--require-hashes", "--only-binary=:all:", "-r", str(environment.lock)])
    # The lock holds the build backend too: nothing unlocked is fetched to install ourselves.
    _run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    stamp.write_text(wanted)
    return programs


def become(command: list[str]) -> NoReturn:
    """Run a command in place of this process, so that its exit code and Ctrl-C are its own."""
    if os.name == "nt":  # where exec returns to the shell before the command has ended
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def find_program(program: Program) -> str | None:
    """Return the path of a program; None when it is not installed."""
    found = shutil.which(program.name)
    if found is None and program.folders:
        folders = sorted(Path("/").glob(program.folders.lstrip("/")))
        found = shutil.which(program.name, path=os.pathsep.join(map(str, folders)))
    return found


def _fingerprint(environment: Environment) -> str:
    """Hash of all that decides what an environment holds; a change means making it anew."""
    content = hashlib.sha256(repr((sys.base_prefix, sys.version_info[:2], str(ROOT))).encode())
    for path in (environment.lock, ROOT / "pyproject.toml"):
        content.update(path.read_bytes())
    return content.hexdigest()


def _check_machine() -> None:
    # slumpcv itself cannot be imported before this: an older Python does not understand it.
    if sys.version_info < (3, 11):  # noqa: UP036
        found = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(f"slumpcv needs Python 3.11 to 3.14, and this is {found}. Start it with a newer one.")
    from slumpcv.platform_check import unsupported_machine

    unsupported = unsupported_machine()
    if unsupported is not None:
        sys.exit(str(unsupported))


def _missing_system_packages(environment: Environment) -> list[str]:
    """Return Debian's names for what this environment needs from a Linux system and lacks."""
    if sys.platform != "linux":
        return []
    from slumpcv.platform_check import apt_packages, missing_libraries

    missing = apt_packages(missing_libraries())
    missing += [program.package for program in environment.programs if find_program(program) is None]
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it apart from Python
        missing.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    return missing


def _install_system_packages(packages: list[str]) -> None:
    if not packages:
        return
    install = ["apt-get", "install", "-qq", "-o=Dpkg::Use-Pty=0", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        sys.exit(
            "slumpcv needs system packages that are missing; install what your system calls these packages "
            f"of Debian, and start again: {' '.join(packages)}"
        )
    as_root = _prefix_to_be_root()
    if as_root is None:
        sys.exit(
            "slumpcv needs system packages that are missing. Run this, and start again:\n"
            f"  sudo apt-get update && sudo apt-get install {' '.join(packages)}"
        )
    print(f"Installing system packages: {' '.join(packages)} ...", file=sys.stderr, flush=True)
    _run([*as_root, "apt-get", "update", "-qq"])
    _run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", *install])


def _prefix_to_be_root() -> list[str] | None:
    """Return what makes a command run as root when put before it; None when nothing does unasked."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.call([sudo, "-n", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    ):
        return [sudo, "-n"]
    return None


def _run(command: list[str]) -> None:
    """Run one step of the set-up; its messages go to standard error, its failure ends us."""
    try:
        exit_code = subprocess.call(command, stdout=sys.stderr)
    except KeyboardInterrupt:
        sys.exit("Set-up was interrupted; the next start does it again.")
    if exit_code != 0:
        sys.exit(f"Set-up stopped: this command failed, see above: {' '.join(command)}")
