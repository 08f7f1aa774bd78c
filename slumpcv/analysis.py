"""The whole way from a clip to a result: one path for files, saved tracks and replay.

frames -> estimate_pose -> PoseTrack -> measure -> Angles -> segment -> phases
                               |                     |                     |
                               +---- judge_quality --+-- judge_isolation --+--> Session
                                                      answers -- assess ---+
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv import __version__
from slumpcv.angles import Angles, measure
from slumpcv.assess import assess, follow_course
from slumpcv.criteria import judge_phases
from slumpcv.files import remove_stale_results
from slumpcv.follow import ANALYSIS_SIDE_PX, DEFAULT_FPS, PIECES, estimate_pose
from slumpcv.isolation import judge_isolation
from slumpcv.language import language
from slumpcv.measurements import measure_holds
from slumpcv.quality import judge_quality
from slumpcv.segmentation import segment
from slumpcv.session import Clip, Session, Software
from slumpcv.symptoms import correlate
from slumpcv.track import PoseTrack, load_track, save_track
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from slumpcv.answers import Answers
    from slumpcv.models import Variant
    from slumpcv.phases import PhaseSpan
    from slumpcv.terms import Side, Signature

    Progress = Callable[[float], None]


@dataclass(frozen=True)
class Analysis:
    """A result with the arrays that it was made of.

    Attributes
    ----------
    track, angles, spans, session : of the automatic result, in this order.
    asked_side : the leg that was said to be tested.
    corrected : the same after a reviewer's corrections, which `session.review` holds as well.
    """

    track: PoseTrack
    angles: Angles
    spans: Sequence[PhaseSpan]
    session: Session
    asked_side: Side | None = None
    corrected: Analysis | None = None

    @property
    def used(self) -> Analysis:
        """Return the result that people are shown: the reviewer's, where there is one."""
        return self.corrected or self


def analyze(
    clip: str | Path,
    side: Side | None = None,
    model: Variant = "full",
    fps: float | None = DEFAULT_FPS,
    progress: Progress | None = None,
    answers: Answers | None = None,
    threads: int = PIECES,
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
    threads : how many pieces of the clip are followed side by side; the result is the same for any number.

    Returns
    -------
    Analysis
        Also when the clip cannot be judged: ``session.quality`` then says why.

    Raises
    ------
    InputError
        When the clip or the model cannot be read, or a symptom lies after the clip's end.
    """
    return analyze_track(track_of(clip, model, fps, progress, threads), side, answers)


def track_of(
    clip: str | Path,
    model: Variant = "full",
    fps: float | None = DEFAULT_FPS,
    progress: Progress | None = None,
    threads: int = PIECES,
) -> PoseTrack:
    """Return a clip's pose track, the slow part of an analysis; a saved one is read back.

    Parameters, errors: as for :func:`analyze`; ``threads`` as for :func:`slumpcv.follow.estimate_pose`.
    """
    if is_track(clip):
        return load_track(clip)
    with open_clip(clip, max_side_px=ANALYSIS_SIDE_PX) as source:
        return estimate_pose(source, model, fps, progress, threads)


def is_track(clip: str | Path) -> bool:
    """Return whether a path names a saved track rather than a clip."""
    return Path(clip).suffix.lower() == ".npz"


def analyze_track(track: PoseTrack, side: Side | None = None, answers: Answers | None = None) -> Analysis:
    """Do everything after the pose: fast, and the same every time for the same track."""
    movement = judge_movement(track, side)
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
    used = session.used
    held = used.measurements.get("KNEE_EXTENSION", {}).get("knee_flexion_deg")
    return None if held is None or not used.quality.usable else held.value


def judge_movement(
    track: PoseTrack,
    side: Side | None = None,
    *,
    angles: Angles | None = None,
    spans: Sequence[PhaseSpan] | None = None,
) -> Analysis:
    """Return what the movement in a clip says, without answers.

    Parameters
    ----------
    track : the pose track; with a reviewer's landmarks in it, where some were put right.
    side : the leg that was said to be tested.
    angles : of this very track, where they have been measured already.
    spans : a reviewer's phases; None has the machine find them.
    """
    angles = measure(track) if angles is None else angles
    spans = segment(angles) if spans is None else spans
    quality = judge_quality(track, angles, spans, side)
    refusal = next((f.message for f in quality.findings if f.severity == "unusable"), None)
    seen = bool(spans) or quality.usable
    session = Session(
        language=language(),
        software=Software(
            slumpcv=__version__, model=track.source.model, model_sha256=track.source.model_sha256
        ),
        clip=_clip(track),
        side=angles.side if seen else None,
        facing=angles.facing if seen else None,
        quality=quality,
        phases=judge_phases(angles, spans),
        measurements=measure_holds(angles, spans),
        isolation=judge_isolation(angles, spans, refusal),
    )
    return Analysis(track, angles, spans, session, side)


def write_results(
    analysis: Analysis,
    folder: Path,
    clip: str | Path | None = None,
    progress: Progress | None = None,
    *,
    overlay: bool = True,
    blur_face: bool = False,
    made_on: date | Signature | None = None,
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
    made_on : date to print in the report, or the signature of one that is signed; None prints none.

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
    write_data(folder, analysis)
    _write_timeline(folder / "timeline.png", analysis)
    _write_report(folder / "report.pdf", analysis, clip, blur_face, made_on)
    if clip is not None and overlay:
        write_video(folder, analysis, clip, progress, blur_face=blur_face)
        names.insert(3, "overlay.mp4")
    remove_stale_results(folder, names)
    return [folder / n for n in names]


def write_data(folder: Path, analysis: Analysis) -> None:
    """Write only what programs read: session, tables and track; a small part of the time.

    Parameters, errors: as for :func:`write_results`.
    """
    from slumpcv.report.tables import write_angles_csv, write_phases_csv, write_session_json

    # The track stays as the model saw it; session.json holds both results.
    write_session_json(folder / "session.json", analysis.session)
    save_track(folder / "track.npz", analysis.track)
    session, angles = analysis.used.session, analysis.used.angles
    write_angles_csv(folder / "angles.csv", angles, session.phases)
    write_phases_csv(folder / "phases.csv", session.phases)


def _write_timeline(path: Path, analysis: Analysis) -> None:
    from slumpcv.report.timeline import write_timeline

    write_timeline(path, analysis.used.angles, analysis.used.session)


def _write_report(
    path: Path,
    analysis: Analysis,
    clip: str | Path | None,
    blur_face: bool,
    made_on: date | Signature | None,
) -> None:
    from slumpcv.report.keyframes import figures_of_track, frames_of_clip
    from slumpcv.report.pdf import write_report

    used = analysis.used
    result = used.track, used.angles, used.session, used.spans
    frames = figures_of_track(*result) if clip is None else frames_of_clip(clip, *result, blur_face)
    write_report(path, used.angles, analysis.session, frames, clip is not None, made_on)


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

    used = analysis.used
    result = used.track, used.angles, used.session
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
