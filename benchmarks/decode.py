"""Compare reading a clip with bare PyAV and OpenCV: milliseconds per frame and ratios.

Run as ``python -m benchmarks.decode CLIP...``; without clips, over one sample.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2

from slumpcv.video import open_clip

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "right_plain_30fps.mp4"
ROUNDS = 5


def read_ours(path: Path) -> int:
    """Count frames as the analysis reads them, upright and at full size."""
    with open_clip(path) as source:
        return sum(1 for _ in source.frames())


def read_pyav(path: Path) -> int:
    """Count frames decoded and converted to RGB by PyAV, and nothing else."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.thread_count = 2
        # Whoever looks at a frame holds it while the next is made; a map would free it at once, and
        # reusing memory that is still in the cache would flatter this reader by a third.
        frames = 0
        for frame in container.decode(stream):
            image = frame.to_ndarray(format="rgb24")
            frames += image.size > 0
        return frames


def read_opencv(path: Path) -> int:
    """Count frames as OpenCV reads them, in its own colour order."""
    capture = cv2.VideoCapture(str(path))
    frames = 0
    while capture.read()[0]:
        frames += 1
    capture.release()
    return frames


def ms_per_frame(read: Callable[[Path], int], path: Path) -> float:
    """Time one reading of a clip."""
    begin_s = time.perf_counter()
    frames = read(path)
    return 1000 * (time.perf_counter() - begin_s) / frames


def main(paths: list[Path]) -> None:
    """Print a table: the readers take turns, so a busy machine slows all alike."""
    print(f"{'clip':32} {'ours':>9} {'PyAV':>9} {'OpenCV':>9}  ours/PyAV  ours/OpenCV")
    readers = (read_ours, read_pyav, read_opencv)
    for path in paths:
        rounds = [[ms_per_frame(read, path) for read in readers] for _ in range(ROUNDS)]
        ours, pyav, opencv = (statistics.median(column) for column in zip(*rounds, strict=True))
        times = f"{ours:6.2f} ms {pyav:6.2f} ms {opencv:6.2f} ms"
        print(f"{path.name:32} {times}  {ours / pyav:9.2f}  {ours / opencv:11.2f}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or [SAMPLE])
