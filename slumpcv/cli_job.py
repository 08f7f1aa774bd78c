"""What the commands that analyse a clip share: options, progress, the folder, and tidying up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console
    from rich.progress import Progress

    from slumpcv.analysis import Analysis
    from slumpcv.answers import Answers
    from slumpcv.terms import Side

    # The answers, and how far from straight the other leg's knee stayed when that is known.
    Answered = tuple[Answers, float | None]
    # Gets the measured clip and the folder for its results.
    Answering = Callable[[Analysis, Path], Answered]

INTERRUPTED = 130  # what a shell reports after Ctrl-C


class SideChoice(StrEnum):
    """Which leg was tested."""

    AUTO = "auto"
    LEFT = "left"
    RIGHT = "right"


class ModelChoice(StrEnum):
    """Which pose model to use."""

    LITE = "lite"
    FULL = "full"
    HEAVY = "heavy"


class LanguageChoice(StrEnum):
    """Which language results are in."""

    EN = "en"
    ES = "es"
    DE = "de"


def read_fps(given: str) -> float | None:
    """Read ``--fps``: a positive number, or ``all``."""
    if given.strip().lower() == "all":
        return None
    try:
        fps = float(given)
    except ValueError:
        fps = 0.0
    if not 0 < fps < 1000:
        raise typer.BadParameter(f"{given!r} is neither a positive number nor 'all'")
    return fps


ClipArgument = Annotated[Path, typer.Argument(help="A video, a folder of images, or a saved track.npz.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Folder for the results; a new dated one by default."),
]
LanguageOption = Annotated[LanguageChoice, typer.Option(help="Language of results and questions.")]
SideOption = Annotated[SideChoice, typer.Option(help="The tested leg; auto: the one near the camera.")]
ModelOption = Annotated[ModelChoice, typer.Option(help="Pose model.")]
FpsOption = Annotated[str, typer.Option(help="Frames analysed per second of clip, or 'all'.")]
OverlayOption = Annotated[bool, typer.Option("--overlay/--no-overlay", help="Write the video with drawings.")]
BlurFaceOption = Annotated[
    bool, typer.Option("--blur-face", help="Make the person's face unrecognisable in all pictures.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace results already in the folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print session.json instead of the summary.")]


@dataclass(frozen=True)
class Job:
    """One clip to analyse, and what to do with the result."""

    clip: Path
    output: Path | None
    side: SideChoice
    model: ModelChoice
    fps: float | None
    overlay: bool
    overwrite: bool
    json: bool
    blur_face: bool = False


def run_job(job: Job, answering: Answering | None = None, writes: Sequence[str] = ()) -> None:
    """Analyse a clip, write its results and print what was found.

    Parameters
    ----------
    job : what to do.
    answering : gives the answers; None for a movement report.
    writes : files that answering writes into the folder, which must not be there yet either.

    Raises
    ------
    InputError
        When the clip, the answers or the folder cannot be used.
    """
    from rich.console import Console

    from slumpcv.allocator import return_large_blocks
    from slumpcv.files import RESULT_FILES, new_result_folder, remove_if_empty

    return_large_blocks()
    if str(job.clip).isdigit() and not job.clip.exists():
        raise InputError(f"{job.clip} would be a camera, and only recordings are analysed", "Give a file.")
    folder = new_result_folder(job.output, job.overwrite, names=(*RESULT_FILES, *writes))
    try:
        result, files = _run(job, folder, answering, Console(stderr=True))
    except BaseException as error:
        remove_if_empty(folder)
        if isinstance(error, KeyboardInterrupt):
            typer.echo(f"slumpcv: {_stopped(folder)}", err=True)
            raise typer.Exit(INTERRUPTED) from None
        raise
    if job.json:
        from slumpcv.report.tables import session_json

        typer.echo(session_json(result.session), nl=False)
    else:
        from slumpcv.report.summary import print_summary

        print_summary(result.session, Console(), files)


def _run(job: Job, folder: Path, answering: Answering | None, noise: Console) -> tuple[Analysis, list[Path]]:
    with _progress(noise) as bar:
        task = bar.add_task("Loading", total=None)
        from slumpcv.analysis import analyze, with_answers
        from slumpcv.language import speaking

        sides: dict[SideChoice, Side] = {SideChoice.LEFT: "left", SideChoice.RIGHT: "right"}
        bar.reset(task, description="Following the person", total=1.0)
        result = analyze(
            job.clip,
            sides.get(job.side),
            job.model.value,
            job.fps,
            lambda share: bar.update(task, completed=share),
        )
    if answering is None:
        return result, _write(job, result, folder, noise)
    try:
        result = with_answers(result, *answering(result, folder))
    except InputError as error:
        # The slow part is done: what it found is kept, and the answers can be given again.
        _write(job, result, folder, noise)
        with speaking("en"):  # as all that the command says of errors
            raise InputError(error.problem, f"{error.fix} {_again(folder)}") from error
    return result, _write(job, result, folder, noise)


def _write(job: Job, result: Analysis, folder: Path, noise: Console) -> list[Path]:
    from slumpcv.analysis import is_track, write_results

    with _progress(noise) as bar:
        task = bar.add_task("Writing results", total=1.0)
        return write_results(
            result,
            folder,
            None if is_track(job.clip) else job.clip,
            lambda share: bar.update(task, completed=share),
            overlay=job.overlay,
            blur_face=job.blur_face,
            made_on=date.today(),
        )


def _progress(noise: Console) -> Progress:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    return Progress(*columns, console=noise, transient=True, disable=not noise.is_terminal)


def _stopped(folder: Path) -> str:
    from slumpcv.answers_file import FILE_NAME

    kept = folder / FILE_NAME
    if not kept.exists():
        return "Stopped; nothing half-written was left."
    return f"Stopped; the answers so far are in {kept}. Go on with: slumpcv analyze CLIP --answers {kept}"


def _again(folder: Path) -> str:
    """Say how to go on after answers that could not be used."""
    from slumpcv.answers_file import FILE_NAME

    kept = folder / FILE_NAME
    given = kept if kept.exists() else "FILE"
    return (
        f"The movement report is in {folder}; with answers: slumpcv analyze {folder / 'track.npz'} "
        f"--answers {given}"
    )
