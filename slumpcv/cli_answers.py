"""The commands about answers: a template to fill in, and the questions on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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

if TYPE_CHECKING:
    from slumpcv.analysis import Analysis
    from slumpcv.cli_job import Answered, Answering


def from_file(path: Path | None, other_side: Path | None) -> Answering | None:
    """Return what gives the answers of a file, read now so that a bad one is found before the slow part."""
    if path is None:
        if other_side is not None:
            raise typer.BadParameter("--other-side needs --answers")
        return None
    from slumpcv.answers_file import load_answers
    from slumpcv.session_file import load_session

    answers = load_answers(path)
    other = None if other_side is None else load_session(other_side)

    def give(analysis: Analysis, _: Path) -> Answered:
        knee_deg = None
        if other is not None:
            if other.side is not None and other.side == analysis.session.side:
                raise InputError(
                    f"The session given as the other side is of the same side, the {other.side} one",
                    "Give the result folder of the other leg's test.",
                )
            from slumpcv.analysis import knee_held_deg

            knee_deg = knee_held_deg(other)
        return answers, knee_deg

    return give


def answers(
    file: Annotated[Path | None, typer.Argument(help="An answers file to check.")] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Write a file with all questions, to be filled in.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to; standard output by default.")
    ] = None,
    language: LanguageOption = LanguageChoice.EN,
) -> None:
    """Write a commented answers file to fill in, or check one that was filled in."""
    from slumpcv import answers_file
    from slumpcv.language import speaking

    if template == (file is not None):
        raise typer.BadParameter("give either a FILE to check or --template")
    if file is not None:
        answers_file.load_answers(file)
        typer.echo(f"{file} can be read.")
        return
    with speaking(language.value):
        written = answers_file.template()
    if output is None:
        typer.echo(written, nl=False)
        return
    answers_file.write_new(output, written)
    typer.echo(f"Fill in {output}, then: slumpcv analyze CLIP --answers {output}")


def ask(
    clip: ClipArgument,
    output: OutputOption = None,
    side: SideOption = SideChoice.AUTO,
    model: ModelOption = ModelChoice.FULL,
    fps: FpsOption = "15",
    language: LanguageOption = LanguageChoice.EN,
    overlay: OverlayOption = True,
    blur_face: BlurFaceOption = False,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
) -> None:
    """Measure a clip, then ask about the symptoms on the terminal."""
    from slumpcv.answers_file import FILE_NAME
    from slumpcv.language import speaking

    job = Job(clip, output, side, model, read_fps(fps), overlay, overwrite, json, blur_face)
    with speaking(language.value):
        run_job(job, _on_the_terminal, writes=(FILE_NAME,))


def _on_the_terminal(analysis: Analysis, folder: Path) -> Answered:
    from functools import partial

    from rich.console import Console

    from slumpcv.answers_file import FILE_NAME, save_answers
    from slumpcv.asking import ask as ask_all
    from slumpcv.report.terminal import Terminal, show_phases

    console = Console()
    show_phases(console, analysis.session)
    toes = any(phase.phase == "DORSIFLEXION" for phase in analysis.session.phases)
    save = partial(save_answers, folder / FILE_NAME)
    return ask_all(Terminal(console), save, toes, analysis.session.clip.duration_s), None
