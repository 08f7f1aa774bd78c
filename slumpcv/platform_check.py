"""What slumpcv needs from the machine, and plain words for when it is not there.

This module imports the standard library only: the set-up scripts use it before anything is
installed.
"""

from __future__ import annotations

import ctypes
import platform
import re
import sys

from slumpcv.errors import InputError

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)
OLDEST_GLIBC = (2, 28)
OLDEST_MACOS = 14

# System libraries that OpenCV's wheel loads and does not bring along, and the packages of
# Debian and Ubuntu that hold them. (MediaPipe's wheel needs the C++ runtime only, which is
# on every Debian and Ubuntu; its microphone support may stay without PortAudio.)
APT_PACKAGE_OF_LIBRARY = {
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
}


def unsupported_machine() -> InputError | None:
    """Say why slumpcv cannot run on this computer, or return None when it can.

    The limits are those of the published wheels of MediaPipe 0.10.31 and PyAV.
    """
    return _unsupported_python(sys.version_info[:2], is_64_bit=sys.maxsize > 2**32) or _unsupported_system(
        sys.platform, platform.machine().lower(), platform.libc_ver(), platform.mac_ver()[0]
    )


def _unsupported_python(version: tuple[int, int], is_64_bit: bool) -> InputError | None:
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON and is_64_bit:
        return None
    found = f"{version[0]}.{version[1]}" if is_64_bit else "a 32-bit one"
    return InputError(
        f"slumpcv needs 64-bit Python 3.11 to 3.14, and this is {found}",
        "Install Python 3.13 and start slumpcv with that.",
    )


def _unsupported_system(system: str, machine: str, libc: tuple[str, str], macos: str) -> InputError | None:
    fix = "Use Linux or Windows on a 64-bit Intel or AMD processor, or a Mac with Apple silicon."
    if system == "linux" and machine not in ("x86_64", "amd64"):
        return InputError(f"MediaPipe 0.10.31 does not exist for Linux on {machine}", fix)
    if system == "linux" and (libc[0] != "glibc" or _numbers(libc[1]) < OLDEST_GLIBC):
        return InputError(
            "MediaPipe 0.10.31 needs a Linux with glibc 2.28 or newer",
            "Use Debian 11 or newer, Ubuntu 20.04 or newer, or another system of that age.",
        )
    if system == "darwin" and machine != "arm64":
        return InputError("MediaPipe 0.10.31 does not exist for Macs with an Intel processor", fix)
    if system == "darwin" and _numbers(macos)[0] < OLDEST_MACOS:
        return InputError(f"slumpcv needs macOS 14 or newer, and this is {macos}", "Update macOS.")
    if system == "win32" and machine not in ("amd64", "x86_64"):
        return InputError(f"MediaPipe 0.10.31 does not exist for Windows on {machine}", fix)
    if system not in ("linux", "darwin", "win32"):
        return InputError(f"MediaPipe 0.10.31 does not exist for {system}", fix)
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)) or (0,)


def missing_libraries() -> list[str]:
    """Return the file names of the system libraries that OpenCV will miss; Linux only."""
    return [name for name in APT_PACKAGE_OF_LIBRARY if not _loads(name)] if sys.platform == "linux" else []


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_packages(libraries: list[str]) -> list[str]:
    """Return the Debian and Ubuntu packages that hold these libraries, each once."""
    return sorted({APT_PACKAGE_OF_LIBRARY[name] for name in libraries})


def explain_import_error(error: ImportError) -> InputError:
    """Turn the failed import of cv2, mediapipe or another dependency into plain words.

    Parameters
    ----------
    error : ImportError
        As raised by the import statement.

    Returns
    -------
    InputError
        What is missing and how to get it.
    """
    unsupported = unsupported_machine()
    if unsupported is not None:
        return unsupported
    library = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object file", str(error))
    if library:
        return _missing_library(library[1])
    if isinstance(error, ModuleNotFoundError):
        return InputError(
            f"The Python package {error.name} is not installed",
            "Start slumpcv with `python3 scripts/run.py` from its folder, or install it with pip.",
        )
    if "DLL load failed" in str(error):
        return InputError(
            f"Windows lacks a system library that slumpcv needs ({error})",
            "Install the Microsoft Visual C++ Redistributable for x64.",
        )
    return InputError(
        f"A library that slumpcv needs cannot be loaded ({error})",
        "Install slumpcv again into a fresh virtual environment.",
    )


def _missing_library(library: str) -> InputError:
    if library not in APT_PACKAGE_OF_LIBRARY:
        return InputError(f"The system library {library} is missing", "Install the package that holds it.")
    # Those that are missing beside it are named too: else each would cost another try.
    packages = apt_packages([library, *missing_libraries()])
    return InputError(
        f"The system library {library}, which OpenCV needs, is missing",
        f"On Debian and Ubuntu run `sudo apt-get install {' '.join(packages)}`; "
        "on other systems install the package that holds it.",
    )
