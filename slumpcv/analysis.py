"""The whole way from a clip to a result: one path for files, saved tracks and replay.

frames -> estimate_pose -> PoseTrack -> measure -> Angles -> segment -> phases
                               |                     |                     |
                               +---- judge_quality --+-- judge_isolation --+--> Session
                                                      answers -- assess ---+
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv import __version__
from slumpcv.angles import Angles, measure
from slumpcv.assess import assess, follow_course
from slumpcv.correction import load_correction
from slumpcv.criteria import judge_phases
from slumpcv.files import remove_stale_results
from slumpcv.follow import ANALYSIS_SIDE_PX, DEFAULT_FPS, estimate_pose
from slumpcv.holds import hold_values, judged_repetition
from slumpcv.isolation import judge_isolation
from slumpcv.language import language
from slumpcv.quality import judge_quality
from slumpcv.segmentation import segment
from slumpcv.session import Clip, Measured, Session, Software
from slumpcv.symptoms import correlate
from slumpcv.track import PoseTrack, load_track, save_track
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from slumpcv.answers import Answers
    from slumpcv.models import Variant
    from slumpcv.phases import PhaseSpan
    from slumpcv.terms import PhaseName, Side

    Progress = Callable[[float], None]


@dataclass(frozen=True)
class Analysis:
    """A result with the arrays that it was made of."""

    track: PoseTrack
    angles: Angles
    spans: Sequence[PhaseSpan]
    session: Session


def analyze(
    clip: str | Path,
    side: Side | None = None,
    model: Variant = "full",
    fps: float | None = DEFAULT_FPS,
    progress: Progress | None = None,
    answers: Answers | None = None,
) -> Analysis:
    """Analyse a clip, an image sequence or a saved track.

    Parameters
    ----------
    clip : a video file, a folder of images, or a ``track.npz`` of an earlier analysis.
    side : the leg that was tested; None takes the one nearest the camera.
    model : pose model, ``lite``, ``full`` or ``heavy``. Ignored for a track.
    fps : analyse at most so many frames a second; None for every frame. Ignored for a track.
    progress : called with the share done, 0 to 1, possibly from worker threads.
    answers : what the person answered; None gives a movement report without an outcome.

    Returns
    -------
    Analysis
        Also when the clip cannot be judged: ``session.quality`` then says why.

    Raises
    ------
    InputError
        When the clip or the model cannot be read, or a symptom lies after the clip's end.
    """
    if is_track(clip):
        return analyze_track(load_track(clip), side, answers)
    with open_clip(clip, max_side_px=ANALYSIS_SIDE_PX) as source:
        return analyze_track(estimate_pose(source, model, fps, progress), side, answers)


def is_track(clip: str | Path) -> bool:
    """Return whether a path names a saved track rather than a clip."""
    return Path(clip).suffix.lower() == ".npz"


def analyze_track(track: PoseTrack, side: Side | None = None, answers: Answers | None = None) -> Analysis:
    """Do everything after the pose: fast, and the same every time for the same track."""
    movement = _movement(track, side)
    return movement if answers is None else with_answers(movement, answers)


def with_answers(analysis: Analysis, answers: Answers, other_side_knee_deg: float | None = None) -> Analysis:
    """Return an analysis with these answers, in place of any it had, and the outcome of both.

    Parameters
    ----------
    analysis : a measured clip.
    answers : what the person answered.
    other_side_knee_deg : how far from straight the other leg's knee stayed in its own test.

    Raises
    ------
    InputError
        When a symptom lies after the end of the clip.
    """
    session = analysis.session
    symptoms = correlate(analysis.angles, analysis.spans, answers)
    performed = {phase.phase for phase in session.phases}
    course = follow_course(answers, symptoms, session.isolation.isolated, performed)
    known = {
        "screen": answers.screen,
        "intake": answers.intake,
        "responses": answers.responses,
        "symptoms": symptoms,
        "course": course,
        "outcome": assess(session, answers, symptoms, course, other_side_knee_deg),
    }
    return replace(analysis, session=session.model_copy(update=known))


def knee_held_deg(session: Session) -> float | None:
    """Return how far from straight the knee stayed, to compare with the other leg's; None where unknown."""
    held = session.measurements.get("KNEE_EXTENSION", {}).get("knee_flexion_deg")
    return None if held is None or not session.quality.usable else held.value


def _movement(track: PoseTrack, side: Side | None) -> Analysis:
    angles = measure(track)
    spans = segment(angles)
    quality = judge_quality(track, angles, spans, side)
    refusal = next((f.message for f in quality.findings if f.severity == "unusable"), None)
    seen = bool(spans) or quality.usable
    session = Session(
        language=language(),
        software=Software(
            slumpcv=__version__,
            model=track.source.model,
            model_sha256=track.source.model_sha256,
        ),
        clip=_clip(track),
        side=angles.side if seen else None,
        facing=angles.facing if seen else None,
        quality=quality,
        phases=judge_phases(angles, spans),
        measurements=_measurements(angles, spans),
        isolation=judge_isolation(angles, spans, refusal),
    )
    return Analysis(track, angles, spans, session)


def write_results(
    analysis: Analysis,
    folder: Path,
    clip: str | Path | None = None,
    progress: Progress | None = None,
    *,
    overlay: bool = True,
    blur_face: bool = False,
    made_on: date | None = None,
) -> list[Path]:
    """Write all result files into an existing folder; each appears whole or not at all.

    Parameters
    ----------
    analysis : what to write.
    folder : an existing folder.
    clip : to take key frames and ``overlay.mp4`` from; without it, drawn figures and no overlay.
    progress : called with the share of the overlay done, 0 to 1.
    overlay : whether to write the overlay, where there is a clip.
    blur_face : whether the person's head is made unrecognisable in all pictures.
    made_on : date to print in the report; None prints none.

    Returns
    -------
    list of Path
        The files, in the order of interest.

    Raises
    ------
    InputError
        When the disk is full or the folder cannot be written to.
    """
    names = ["report.pdf", "session.json", "timeline.png", "angles.csv", "phases.csv", "track.npz"]
    _write_data(folder, analysis)
    _write_report(folder / "report.pdf", analysis, clip, blur_face, made_on)
    if clip is not None and overlay:
        write_video(folder, analysis, clip, progress, blur_face=blur_face)
        names.insert(3, "overlay.mp4")
    remove_stale_results(folder, names)
    return [folder / n for n in names]


def _write_data(folder: Path, analysis: Analysis) -> None:
    """Write what needs no clip: session, tables, track and timeline."""
    from slumpcv.report.tables import write_angles_csv, write_phases_csv, write_session_json
    from slumpcv.report.timeline import write_timeline

    session, angles = analysis.session, analysis.angles
    write_session_json(folder / "session.json", session)
    write_angles_csv(folder / "angles.csv", angles, session.phases)
    write_phases_csv(folder / "phases.csv", session.phases)
    save_track(folder / "track.npz", analysis.track)
    write_timeline(folder / "timeline.png", angles, session)


def _write_report(
    path: Path, analysis: Analysis, clip: str | Path | None, blur_face: bool, made_on: date | None
) -> None:
    from slumpcv.report.keyframes import figures_of_track, frames_of_clip
    from slumpcv.report.pdf import write_report

    result = analysis.track, analysis.angles, analysis.session, analysis.spans
    frames = figures_of_track(*result) if clip is None else frames_of_clip(clip, *result, blur_face)
    write_report(path, analysis.angles, analysis.session, frames, clip is not None, made_on)


def write_video(
    folder: Path,
    analysis: Analysis,
    clip: str | Path,
    progress: Progress | None = None,
    *,
    blur_face: bool = False,
) -> None:
    """Write ``overlay.mp4`` alone: the clip with skeleton, angles and phase drawn in.

    Parameters, errors: as for :func:`write_results`.
    """
    from slumpcv.report.overlay import write_overlay

    duration_s = max(analysis.track.source.duration_s, 1e-3)

    def report(time_s: float) -> None:
        if progress is not None:
            progress(min(time_s / duration_s, 1.0))

    result = analysis.track, analysis.angles, analysis.session
    with open_clip(clip, max_side_px=ANALYSIS_SIDE_PX) as source:
        write_overlay(folder / "overlay.mp4", source.frames(), *result, report, blur_face=blur_face)


def _clip(track: PoseTrack) -> Clip:
    source = track.source
    return Clip(
        sha256=source.sha256,
        duration_s=round(source.duration_s, 3),
        width_px=source.width_px,
        height_px=source.height_px,
        rotation_deg=source.rotation_deg,
        fps_nominal=source.fps_nominal,
        frames_analysed=len(track),
        container=source.container,
        codec=source.codec,
    )


def _measurements(angles: Angles, spans: Sequence[PhaseSpan]) -> dict[PhaseName, dict[str, Measured]]:
    """Return each hold's angles with their errors, for the repetition that is judged; RETURN has no hold."""
    errors = load_correction().errors
    out: dict[PhaseName, dict[str, Measured]] = {}
    for span in judged_repetition(spans):
        if span.phase == "RETURN" or span.phase in out:
            continue
        out[span.phase] = {
            name: _measured(value, errors[name].value)
            for name, value in hold_values(angles, span).items()
            if name in errors
        }
    return out


def _measured(value: float, band: float) -> Measured:
    if not math.isfinite(value):
        return Measured(value=None, plus_minus=None)
    return Measured(value=round(value, 3), plus_minus=round(band, 3))
