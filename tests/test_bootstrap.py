"""The set-up scripts: what they install, and what they say when they cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bootstrap
import pytest
from bootstrap import DEVELOP, Environment, Program


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that the set-up runs, which all succeed without being run."""
    seen: list[list[str]] = []

    def record(command: list[str], **_: object) -> int:
        seen.append(command)
        if "venv" in command:
            Path(command[-1]).mkdir(exist_ok=True)
        return 0

    monkeypatch.setattr(subprocess, "call", record)
    return seen


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setattr(bootstrap, "_missing_system_packages", lambda _: [])
    lock = tmp_path / "some.lock"
    lock.write_text("numpy==2\n")
    return Environment(tmp_path / ".venv", lock, (), download_mb=1)


def test_an_environment_is_made_from_hashes_alone(
    environment: Environment, commands: list[list[str]]
) -> None:
    bootstrap.prepare(environment)
    venv, dependencies, ourselves = commands
    assert venv[-3:] == ["venv", "--clear", str(environment.folder)]
    assert {"--require-hashes", "--only-binary=:all:", str(environment.lock)} <= set(dependencies)
    assert {"--no-deps", "--no-build-isolation"} <= set(ourselves)


def test_an_environment_is_made_once(environment: Environment, commands: list[list[str]]) -> None:
    programs = bootstrap.prepare(environment)
    commands.clear()
    assert bootstrap.prepare(environment) == programs
    assert commands == []


def test_another_lock_means_another_environment(environment: Environment, commands: list[list[str]]) -> None:
    bootstrap.prepare(environment)
    commands.clear()
    environment.lock.write_text("numpy==3\n")
    bootstrap.prepare(environment)
    assert commands


def test_a_failed_step_is_named_and_tried_again_next_time(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.folder.mkdir()
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 1)
    for _ in range(2):
        with pytest.raises(SystemExit, match=r"this command failed, see above: .* -m venv"):
            bootstrap.prepare(environment)


def test_system_packages_are_installed_as_root(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    bootstrap._install_system_packages(["libgl1"])
    assert [command[:2] for command in commands] == [
        ["apt-get", "update"],
        ["env", "DEBIAN_FRONTEND=noninteractive"],
    ]
    assert commands[1][-1] == "libgl1"


def test_a_missing_program_is_told_by_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("slumpcv.platform_check.missing_libraries", list)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    server = Program("initdb", "postgresql", str(tmp_path / "lib" / "*" / "bin"))
    programs = (Program("strace", "strace"), server)
    environment = Environment(tmp_path, tmp_path, programs, download_mb=1)
    assert bootstrap._missing_system_packages(environment) == ["strace", "postgresql"]
    for path in (tmp_path / "bin" / "strace", tmp_path / "lib" / "15" / "bin" / "initdb"):
        path.parent.mkdir(parents=True)
        path.touch(mode=0o755)
    assert bootstrap._missing_system_packages(environment) == []


def test_the_tests_bring_the_server_that_they_need() -> None:
    assert "postgresql" in {program.package for program in DEVELOP.programs}


def test_who_is_not_root_is_told_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name == "sudo" else f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    with pytest.raises(SystemExit, match="sudo apt-get update && sudo apt-get install libgl1 strace"):
        bootstrap._install_system_packages(["libgl1", "strace"])


def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(SystemExit, match=r"system packages that are missing.*libgl1"):
        bootstrap._install_system_packages(["libgl1"])


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 to 3\.14, and this is 3\.9"):
        bootstrap._check_machine()
