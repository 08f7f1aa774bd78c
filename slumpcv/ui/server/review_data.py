"""What the review player is sent once: the arrays of a session, rounded, and all its words."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from slumpcv.answers import (
    ASKED_PHASES,
    MIDLINE,
    Felt,
    HeadLiftChange,
    Mark,
    Place,
    Quality,
    Region,
    Responses,
)
from slumpcv.body import NOSE, landmark, other
from slumpcv.correction import load_correction
from slumpcv.language import language, text
from slumpcv.report.answer_words import answer, place
from slumpcv.report.palette import DARK, LIGHT, PHASE_TINTS
from slumpcv.report.wording import phase_name, short_phase_name
from slumpcv.review.corrections import corrected_phases
from slumpcv.terms import PhaseName, Side
from slumpcv.ui.components.player_texts import KEYS
from slumpcv.video import frame_times

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from slumpcv.analysis import Analysis
    from slumpcv.angles import Angles
    from slumpcv.body import Joint
    from slumpcv.track import PoseTrack
    from slumpcv.ui.server.review_source import Reviewed

Numbers = list[float | None]

# The joints that are drawn and can be moved: those that angles are made of, and what joins them.
NEAR: tuple[Joint, ...] = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toe")
FAR: tuple[Joint, ...] = ("shoulder", "hip", "knee", "ankle", "heel", "toe")
BONES: tuple[tuple[Joint, Joint], ...] = (
    ("ear", "shoulder"),
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("shoulder", "hip"),
    ("hip", "knee"),
    ("knee", "ankle"),
    ("ankle", "heel"),
    ("heel", "toe"),
    ("ankle", "toe"),
)
# Rows of curves: what is drawn in one, and the smallest range of its axis, so that noise does not fill it.
PANELS: tuple[tuple[tuple[str, ...], float], ...] = (
    (("knee_flexion_deg",), 30.0),
    (("neck_flexion_deg", "head_angle_deg"), 30.0),
    (("trunk_lean_deg",), 30.0),
    (("slump_index",), 0.12),
)
CURVES = tuple(name for names, _ in PANELS for name in names)
# Times to the microsecond, pixels to a tenth, degrees to a hundredth, indices to a ten-thousandth.
TIME_DIGITS, PIXEL_DIGITS, ANGLE_DIGITS, INDEX_DIGITS = 6, 1, 2, 4
# Files of a minute's clip have some 2000 times.
MOST_CLIPS = 64


def data_of(reviewed: Reviewed, video: Path | None) -> dict[str, Any]:
    """Return everything about a session that no correction changes, as the player takes it.

    Parameters
    ----------
    reviewed : the session.
    video : the clip to play, None where there is none: then the analysed frames are stepped through.
    """
    automatic = reviewed.automatic
    track, angles = automatic.track, automatic.angles
    times = _numbers(track.time_s, TIME_DIGITS)
    return {
        "language": language(),
        "video": video is not None,
        "size": [track.source.width_px, track.source.height_px],
        "facing": angles.facing,
        "frames": times or [0.0] if video is None else _frames_of(video),
        "times": times,
        "joints": _joints(angles.side),
        "bones": _bones(angles.side),
        "landmarks": landmarks_of(track, angles.side),
        "angles": {name: _angle(angles, name) for name in CURVES},
        "panels": [{"angles": list(names), "least": least} for names, least in PANELS],
        "bridged": np.flatnonzero(angles.interpolated).tolist(),
        "automatic": _automatic(automatic),
        "names": _names(),
        "colours": {"light": vars(LIGHT), "dark": vars(DARK)},
        "new_mark": Mark(start_s=0.0, entered_by="therapist", how="replay").model_dump(mode="json"),
        "new_felt": Felt().model_dump(mode="json"),
        "new_responses": Responses(entered_by="therapist", how="replay").model_dump(mode="json"),
        "asked": ASKED_PHASES,
        "choices": _choices(),
        "entered": {by: text(f"ask.entered_by.{by}") for by in ("patient", "therapist")},
        "texts": {name.partition(".")[2]: text(name) for name in KEYS},
    }


def landmarks_of(track: PoseTrack, side: Side) -> dict[int, list[Numbers]]:
    """Return x and y of each joint that is shown, in pixels; None where nobody was seen."""
    return {
        joint["id"]: [_numbers(track.landmarks_px[:, joint["id"], axis], PIXEL_DIGITS) for axis in (0, 1)]
        for joint in _joints(side)
    }


def curves_of(angles: Angles) -> dict[str, Numbers]:
    """Return the values of each angle that is drawn; None where it was not seen."""
    return {name: _numbers(getattr(angles, name), digits_of(name)) for name in CURVES}


def digits_of(name: str) -> int:
    """Return to how many digits an angle is sent."""
    return ANGLE_DIGITS if name.endswith("_deg") else INDEX_DIGITS


def phases_of(analysis: Analysis) -> list[dict[str, Any]]:
    """Return the phases of a result, as a reviewer begins with them."""
    return [phase.model_dump(mode="json") for phase in corrected_phases(analysis.spans)]


def _automatic(analysis: Analysis) -> dict[str, Any]:
    marks = [symptom.mark.model_dump(mode="json") for symptom in analysis.session.symptoms]
    told = analysis.session.responses
    responses = None if told is None else told.model_dump(mode="json")
    return {"phases": phases_of(analysis), "marks": marks, "responses": responses}


def _numbers(values: NDArray[np.floating[Any]], digits: int) -> Numbers:
    return [None if math.isnan(v) else v for v in np.round(values.astype(np.float64), digits).tolist()]


def _frames_of(video: Path) -> list[float | None]:
    return _frame_times(video, video.stat().st_mtime_ns)


@lru_cache(MOST_CLIPS)
def _frame_times(video: Path, _written: int) -> list[float | None]:
    return _numbers(frame_times(video), TIME_DIGITS)


def _angle(angles: Angles, name: str) -> dict[str, Any]:
    unit: Literal["deg", "index"] = "deg" if name.endswith("_deg") else "index"
    return {
        "name": text(f"report.angle.{name}"),
        "unit": unit,
        "error": load_correction().errors[name].value if name in load_correction().errors else None,
        "values": _numbers(getattr(angles, name), digits_of(name)),
    }


def _joints(near: Side) -> list[dict[str, Any]]:
    shown = [{"id": NOSE, "name": text("player.joint.nose"), "near": True}]
    for side, joints in ((near, NEAR), (other(near), FAR)):
        for joint in joints:
            name = text(f"player.joint.{joint}")
            words = name if side == near else text("player.joint_far", joint=name)
            shown.append({"id": landmark(joint, side), "name": words, "near": side == near})
    return shown


def _bones(near: Side) -> list[list[Any]]:
    bones: list[list[Any]] = [[NOSE, landmark("ear", near), True]]
    for side, joints in ((near, NEAR), (other(near), FAR)):
        bones += [
            [landmark(a, side), landmark(b, side), side == near]
            for a, b in BONES
            if a in joints and b in joints
        ]
    return bones


def _names() -> dict[str, dict[str, str]]:
    return {
        name: {"name": phase_name(name), "short": short_phase_name(name), "tint": PHASE_TINTS[name]}
        for name in get_args(PhaseName)
    }


def _choices() -> dict[str, list[list[str]]]:
    """Return what a symptom can be said to be, each with its words."""
    places: list[list[str]] = []
    for region in get_args(Region):
        for side in (None,) if region in MIDLINE else get_args(Side):
            value = region if side is None else f"{region} {side}"
            places.append([value, place(Place(region=region, side=side))])
    return {
        "familiar": [[value, answer(value)] for value in ("yes", "no", "unsure")],
        "places": places,
        "head_lift_change": [[value, text(f"ask.change.{value}")] for value in get_args(HeadLiftChange)],
        "qualities": [[value, text(f"ask.quality.{value}")] for value in get_args(Quality)],
    }
