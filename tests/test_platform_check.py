"""What the machine lacks is said in plain words."""

from __future__ import annotations

import pytest

from slumpcv import platform_check
from slumpcv.platform_check import (
    _unsupported_python,
    _unsupported_system,
    apt_packages,
    explain_import_error,
    missing_libraries,
    unsupported_machine,
)

GLIBC = ("glibc", "2.36")


def test_this_machine_is_supported_and_complete() -> None:
    assert unsupported_machine() is None
    assert missing_libraries() == []


@pytest.mark.parametrize(
    ("system", "machine", "libc", "macos"),
    [
        ("linux", "x86_64", ("glibc", "2.28"), ""),
        ("darwin", "arm64", ("", ""), "14.0"),
        ("darwin", "arm64", ("", ""), "26.1"),
        ("win32", "amd64", ("", ""), ""),
    ],
)
def test_supported_systems(system: str, machine: str, libc: tuple[str, str], macos: str) -> None:
    assert _unsupported_system(system, machine, libc, macos) is None


@pytest.mark.parametrize(
    ("system", "machine", "libc", "macos", "reason"),
    [
        ("linux", "aarch64", GLIBC, "", "does not exist for Linux on aarch64"),
        ("linux", "x86_64", ("glibc", "2.17"), "", "glibc 2.28 or newer"),
        ("linux", "x86_64", ("", ""), "", "glibc 2.28 or newer"),
        ("darwin", "x86_64", ("", ""), "15.1", "Macs with an Intel processor"),
        ("darwin", "arm64", ("", ""), "13.6.1", "needs macOS 14 or newer, and this is 13.6.1"),
        ("win32", "arm64", ("", ""), "", "does not exist for Windows on arm64"),
        ("freebsd14", "amd64", ("", ""), "", "does not exist for freebsd14"),
    ],
)
def test_unsupported_systems(
    system: str, machine: str, libc: tuple[str, str], macos: str, reason: str
) -> None:
    error = _unsupported_system(system, machine, libc, macos)
    assert error is not None
    assert reason in error.problem


@pytest.mark.parametrize("version", [(3, 10), (3, 15)])
def test_unsupported_pythons(version: tuple[int, int]) -> None:
    error = _unsupported_python(version, is_64_bit=True)
    assert error is not None
    assert f"this is 3.{version[1]}" in error.problem


def test_a_32_bit_python_is_unsupported() -> None:
    error = _unsupported_python((3, 12), is_64_bit=False)
    assert error is not None
    assert "64-bit" in error.problem


def test_packages_are_named_once() -> None:
    assert apt_packages(["libgthread-2.0.so.0", "libGL.so.1", "libglib-2.0.so.0"]) == [
        "libgl1",
        "libglib2.0-0",
    ]


def test_a_missing_system_library_is_named_with_all_packages_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform_check, "missing_libraries", lambda: ["libGL.so.1", "libxcb.so.1"])
    error = explain_import_error(
        ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
    )
    assert "libGL.so.1" in error.problem
    assert "sudo apt-get install libgl1 libxcb1`" in error.fix


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (ModuleNotFoundError("No module named 'cv2'", name="cv2"), "package cv2 is not installed"),
        (ImportError("libfoo.so.3: cannot open shared object file: none"), "libfoo.so.3 is missing"),
        (ImportError("DLL load failed while importing cv2"), "Windows lacks a system library"),
        (ImportError("undefined symbol"), r"cannot be loaded (undefined symbol)"),
    ],
)
def test_other_import_errors(error: ImportError, problem: str) -> None:
    assert problem in explain_import_error(error).problem


def test_an_unsupported_machine_is_the_first_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    monkeypatch.setattr("sys.platform", "linux")
    error = explain_import_error(ModuleNotFoundError("No module named 'mediapipe'", name="mediapipe"))
    assert "Linux on aarch64" in error.problem
