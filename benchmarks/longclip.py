"""Longer clips in other sizes, made from a sample, for measuring speed and memory."""

from __future__ import annotations

from itertools import chain, count, islice
from pathlib import Path

import cv2
import numpy as np

from benchmarks.truth import SAMPLES
from slumpcv.video import H264Writer, open_clip


def make_clip(
    path: Path, seconds: float, width_px: int = 1280, height_px: int = 720, fps: float = 30.0
) -> Path:
    """Repeat a sample until it is long enough, scaled to fit the size, at a steady rate."""
    with (
        open_clip(SAMPLES / "right_plain_30fps.mp4") as source,
        H264Writer(path, width_px, height_px, gop=60) as writer,
    ):
        # Read again and again rather than kept: a child's peak memory counts from its parent's.
        again = chain.from_iterable(source.frames() for _ in count())
        for number, frame in enumerate(islice(again, round(seconds * fps))):
            writer.write(_fit(frame.rgb, width_px, height_px), number / fps)
    return path


def _fit(rgb: np.ndarray, width_px: int, height_px: int) -> np.ndarray:
    scale = min(width_px / rgb.shape[1], height_px / rgb.shape[0])
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    canvas = np.full((height_px, width_px, 3), 128, np.uint8)
    top, left = (height_px - small.shape[0]) // 2, (width_px - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas
