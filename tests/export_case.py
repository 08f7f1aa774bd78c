"""A drawn person's result folder with answers, for the tests of exports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from synthetic import Camera, Story, make_track

from slumpcv.analysis import analyze_track, write_results
from slumpcv.answers import Answers, Screen
from slumpcv.track import PoseTrack

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.analysis import Analysis
    from slumpcv.terms import Side

CLIP_SHA256 = "ab" * 32
ANSWERS = Answers(
    screen=Screen(**dict.fromkeys(Screen.model_fields, "no")),
    intake={
        "side": "right",
        "regions": [{"region": "calf", "side": "right"}],
        "qualities": ["tightness"],
        "onset": "gradual",
        "over_6_weeks": "yes",
        "tried": [{"what": "stretching", "helped": "no"}, {"what": "ice"}],
        "back_pain_now": "no",
        "earlier_tests_24h": 0,
    },
    phases={
        "BASELINE": {"intensity": 1},
        "SLUMP": {"intensity": 1},
        "KNEE_EXTENSION": {
            "intensity": 4,
            "familiar": "yes",
            "regions": [{"region": "calf", "side": "right"}, {"region": "low_back"}],
            "qualities": ["pull"],
        },
        "HEAD_LIFT": {"intensity": 1},
    },
    head_lift_change="eased",
    recovery={"intensity": 1, "after_min": 2},
    symptoms=[
        {
            "start_s": 14.5,
            "end_s": 19.0,
            "peak_s": 15.5,
            "intensity": 4,
            "familiar": "yes",
            "regions": [{"region": "calf", "side": "right"}],
            "qualities": ["pull"],
            "how": "replay",
        },
        {"phase": "SLUMP", "intensity": 2},
    ],
)


def story() -> Story:
    return Story(move_s=2, hold_s=2).sit(3).slump().chin().knee().lift().sit_up().rest(3)


def drawn_track(facing: Side = "right") -> PoseTrack:
    told = story()
    track = make_track(told, told.times(), Camera(facing=facing))
    return replace(track, source=replace(track.source, sha256=CLIP_SHA256))


def without(
    track: PoseTrack, start_s: float, end_s: float, landmarks: tuple[int, ...] | None = None
) -> PoseTrack:
    """The track with some landmarks, or all, not seen for a while."""
    hidden = (track.time_s >= start_s) & (track.time_s < end_s)
    columns = np.arange(track.landmarks_px.shape[1]) if landmarks is None else np.array(landmarks)
    points = track.landmarks_px.copy()
    points[np.ix_(hidden, columns)] = np.nan
    return replace(track, landmarks_px=points)


def drawn_analysis(answers: Answers | None = ANSWERS, track: PoseTrack | None = None) -> Analysis:
    return analyze_track(drawn_track() if track is None else track, answers=answers)


def write_case(folder: Path, answers: Answers | None = ANSWERS, track: PoseTrack | None = None) -> Analysis:
    """Write a result folder as ``slumpcv analyze`` does, and a report beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    analysis = drawn_analysis(answers, track)
    write_results(analysis, folder)
    (folder / "report.pdf").write_bytes(b"%PDF-1.7 made up")
    return analysis
