"""What the real model sees in the sample clips, found out once for all tests of a run."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.analysis import Analysis

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


@pytest.fixture(scope="session")
def sample_analysis(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Analysis]:
    """Gives the analysis of a sample by its name, not to be changed.

    The pose is estimated from the clip by the first test of a run that asks, in whichever process;
    the others replay its track.
    """
    from slumpcv.analysis import analyze
    from slumpcv.track import save_track

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each worker's folder is in one that all have
        folder = folder.parent

    @cache
    def analysed(name: str) -> Analysis:
        track = folder / f"{name}.npz"
        with FileLock(track.with_suffix(".lock")):
            if not track.exists():
                save_track(track, analyze(SAMPLES / f"{name}.mp4").track)
        return analyze(track)

    return analysed
