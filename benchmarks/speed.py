"""Speed of the whole command against bare decoding and MediaPipe over the same frames.

    python -m benchmarks.speed [--runs 5] [--seconds 30]

Both run as processes of their own, in turn, so that a machine that gets slower or faster
meanwhile slows or speeds both; the ratio of each pair is what counts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.longclip import make_clip
from benchmarks.measured_run import Run, measure

BARE = """
import sys
import av, mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
from slumpcv.models import find_model
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=str(find_model("full").path)),
    running_mode=vision.RunningMode.VIDEO,
)
landmarker = vision.PoseLandmarker.create_from_options(options)
with av.open(sys.argv[1]) as clip:
    for frame in clip.decode(video=0):
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=frame.to_ndarray(format="rgb24"))
        landmarker.detect_for_video(image, round(frame.time * 1000))
landmarker.close()
"""


def analyze(clip: Path, folder: Path, *options: str) -> Run:
    command = [sys.executable, "-m", "slumpcv.cli", "analyze", str(clip), "-o", str(folder), "--overwrite"]
    return measure([*command, *options])


def row(name: str, ratios: list[float]) -> str:
    return f"| {name} | {min(ratios):.2f} | {statistics.median(ratios):.2f} | {max(ratios):.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    every, cpu, share, usual, help_s = [], [], [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = make_clip(folder / "clip.mp4", options.seconds)
        for _ in range(options.runs):
            bare = measure([sys.executable, "-c", BARE, str(clip)])
            ours = analyze(clip, folder / "out", "--fps", "all", "--no-overlay")
            every.append(ours.wall_s / bare.wall_s)
            cpu.append(ours.cpu_s / bare.cpu_s)
            default = analyze(clip, folder / "out", "--no-overlay")
            share.append(default.wall_s / bare.wall_s)
            usual.append(options.seconds / default.wall_s)
            help_s.append(measure([sys.executable, "-m", "slumpcv.cli", "--help"]).wall_s)
    print(f"{options.seconds:.0f} s of 1280x720 at 30 frames a second, {options.runs} runs\n")
    print("| figure | least | median | most |\n| --- | ---: | ---: | ---: |")
    print(row("every frame, no overlay: wall time over bare decoding + MediaPipe", every))
    print(row("the same, processor time", cpu))
    print(row("default rate, no overlay: wall time over the same", share))
    print(row("default rate, no overlay: times faster than real time", usual))
    print(row("`slumpcv --help`, seconds", help_s))


if __name__ == "__main__":
    main()
