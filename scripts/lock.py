#!/usr/bin/env python3
"""Renew the lock files from pyproject.toml: ``python3 scripts/lock.py`` (needs uv).

One set of versions for every system and every Python from 3.11 on, as wheels only, so that
the same clip gives the same numbers everywhere. No index is named: whoever installs uses
their own. Versions stay as locked unless ``--upgrade`` is given.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from bootstrap import DEVELOP, ROOT, RUN

HEADER = "# Made by scripts/lock.py from pyproject.toml; do not edit.\n"


def main(arguments: list[str]) -> int:
    """Write both lock files; return the exit code."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("The command uv is missing. Run `python3 -m pip install uv` and start again.")
    command = [uv, "pip", "compile", "--quiet", "--no-config", "--universal", "--python-version=3.11"]
    command += ["--fork-strategy=fewest", "--generate-hashes", "--no-build", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "pyproject.toml", *arguments]
    command += ["--extra=app", "--extra=fhir", "--extra=parquet"]
    # What this machine's pip is told about local packages has no place in a lock.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    # The larger one first: what is developed with has to hold what is run, version by version.
    for target, extra in (
        (DEVELOP, ["--extra=clinic", "--extra=cluster", "--group=pyproject.toml:dev"]),
        (RUN, ["--group=pyproject.toml:build", f"--constraints={DEVELOP.lock.name}"]),
    ):
        output = f"--output-file={target.lock.name}"
        subprocess.run(
            [*command, *extra, output], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
        target.lock.write_text(HEADER + target.lock.read_text().removeprefix(HEADER))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
