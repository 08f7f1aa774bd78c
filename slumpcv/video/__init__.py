"""Clips in and out: the only place that imports PyAV and OpenCV's capture."""

from slumpcv.video.base import ClipInfo, Frame, FrameSource
from slumpcv.video.seal import seal
from slumpcv.video.sources import open_clip
from slumpcv.video.times import frame_times
from slumpcv.video.writer import H264Writer

__all__ = ["ClipInfo", "Frame", "FrameSource", "H264Writer", "frame_times", "open_clip", "seal"]
