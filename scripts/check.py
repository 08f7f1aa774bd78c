#!/usr/bin/env python3
"""Check the whole project: ``python3 scripts/check.py``, the same here and in CI.

The first start sets up the folder ``.venv-dev``. Every check runs even when one before it
failed; the tests come last.

    python3 scripts/check.py --no-tests           only format, lint, spelling and types
    python3 scripts/check.py tests/test_models.py only these tests (any pytest arguments)
"""

from __future__ import annotations

import subprocess
import sys

from bootstrap import DEVELOP, ROOT, prepare

LINTERS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "spelling": ["codespell_lib"],
    "types": ["mypy"],
}
# Tests of pages watch real time with a camera, so that nothing may run beside them. A machine that
# others use can still be too slow once: a test that fails runs once more, and the log names it as rerun.
TESTS = {
    "tests": ["pytest", "--numprocesses=2", "--dist=loadscope", "--ignore=tests/browser"],
    "tests in the browser": ["pytest", "--reruns=1", "-rR", "tests/browser"],
}


def main(arguments: list[str]) -> int:
    """Run the checks that the arguments ask for and return the exit code."""
    python = [str(prepare(DEVELOP) / "python"), "-m"]
    checks = {
        name: command for name, command in LINTERS.items() if not arguments or "--no-tests" in arguments
    }
    if not arguments:
        checks |= TESTS
    elif "--no-tests" not in arguments:
        checks["tests"] = ["pytest", *arguments]
    failed = []
    for name, command in checks.items():
        print(f"-- {name}", flush=True)
        if subprocess.call([*python, *command], cwd=ROOT) != 0:
            failed.append(name)
    if failed:
        print(f"check.py: failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
