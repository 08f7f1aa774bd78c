"""Peak memory of the whole command on a short and a long clip.

python -m benchmarks.memory [--seconds 30 600]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.longclip import make_clip
from benchmarks.speed import analyze

SIZES = {"1280x720": (1280, 720), "3840x2160": (3840, 2160)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, nargs="+", default=[30.0, 600.0])
    parser.add_argument("--size", choices=SIZES, default="1280x720")
    parser.add_argument("--overlay", action="store_true", help="write the overlay too")
    options = parser.parse_args()
    print(f"| {options.size}, 30 frames a second | peak |\n| --- | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seconds in options.seconds:
            clip = make_clip(folder / f"{seconds:.0f}.mp4", seconds, *SIZES[options.size])
            run = analyze(clip, folder / "out", *([] if options.overlay else ["--no-overlay"]))
            print(f"| {seconds:.0f} s | {run.peak_mb:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
