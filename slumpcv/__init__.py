"""slumpcv: the seated slump test, measured from a side-view clip.

    import slumpcv

    result = slumpcv.analyze("samples/right_plain.mp4")
    print(result.session.isolation.isolated)

The steps of the way are there too: ``open_clip``, ``estimate_pose``, ``measure``,
``segment``, ``judge_quality``, ``judge_isolation``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.4.0"

# Loaded on first use: the pose model and its libraries take a second to import.
_HOME = {
    "Analysis": "slumpcv.analysis",
    "analyze": "slumpcv.analysis",
    "analyze_track": "slumpcv.analysis",
    "with_answers": "slumpcv.analysis",
    "write_results": "slumpcv.analysis",
    "Answers": "slumpcv.answers",
    "InputError": "slumpcv.errors",
    "open_clip": "slumpcv.video",
    "estimate_pose": "slumpcv.follow",
    "PoseTrack": "slumpcv.track",
    "load_track": "slumpcv.track",
    "save_track": "slumpcv.track",
    "measure": "slumpcv.angles",
    "segment": "slumpcv.segmentation",
    "load_session": "slumpcv.session_file",
    "judge_quality": "slumpcv.quality",
    "judge_phases": "slumpcv.criteria",
    "judge_isolation": "slumpcv.isolation",
}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604 (the names of _HOME are strings)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
