"""The example runs as its own docstring says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_example_measures_the_sample_clip() -> None:
    command = [sys.executable, "-m", "examples.measure_a_clip", "--fps", "5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    first, header, *rows, last = done.stdout.splitlines()
    assert first.endswith("frames, right side, usable: True")
    assert "knee_flexion_deg" in header
    table = {row.split()[0]: row.split()[1:] for row in rows}
    for phase in ("BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT", "RETURN"):
        assert phase in table
    # The truth of this clip: the knee hangs at 90 degrees and ends 14 degrees short of straight.
    assert abs(float(table["BASELINE"][3]) - 90) <= 8
    assert abs(float(table["HEAD_LIFT"][3]) - 14) <= 8
    assert last == "isolated: True"
