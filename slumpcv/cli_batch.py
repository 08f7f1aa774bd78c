"""The command ``batch``; thin over the package ``batch``."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from slumpcv.cli_job import (
    INTERRUPTED,
    BlurFaceOption,
    FpsOption,
    LanguageChoice,
    LanguageOption,
    ModelChoice,
    ModelOption,
    SideChoice,
    SideOption,
    read_fps,
)
from slumpcv.cli_many import DaskOption, WorkersOption, work_bar

if TYPE_CHECKING:
    from rich.console import Console

    from slumpcv.batch.dest import Dest
    from slumpcv.batch.engine import Engine
    from slumpcv.batch.inputs import Clip
    from slumpcv.batch.run import Plan, Run, Shelf, Totals
    from slumpcv.terms import Side

SIDES: dict[SideChoice, Side] = {SideChoice.LEFT: "left", SideChoice.RIGHT: "right"}


def batch(
    patterns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATTERN]...",
            help="Clips or saved tracks: files, folders, patterns, a .txt list of them, or addresses "
            "such as s3://bucket/clips.",
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Folder or address for everything; required.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the patterns and options of the last run into -o.")
    ] = False,
    workers: WorkersOption = None,
    dask: DaskOption = None,
    memory: Annotated[
        float, typer.Option(min=300, help="End a clip that takes more memory than this, in MB.")
    ] = 2000,
    side: SideOption = SideChoice.AUTO,
    model: ModelOption = ModelChoice.FULL,
    fps: FpsOption = "15",
    language: LanguageOption = LanguageChoice.EN,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write each session's report and timeline.")
    ] = True,
    overlay: Annotated[
        bool, typer.Option("--overlay/--no-overlay", help="Also write the videos with drawings.")
    ] = False,
    blur_face: BlurFaceOption = False,
    library: Annotated[
        bool, typer.Option("--library", help="Also put each session into the therapist's library, once.")
    ] = False,
    patient: Annotated[
        str | None,
        typer.Option(help="--library: whose they are; by default the name of the folder a clip is in."),
    ] = None,
) -> None:
    """Measure many clips, each once: what an earlier run into the same folder has done stays done.

    Clips that failed, have changed, or were measured by another version, model or options are measured again.
    """
    from rich.console import Console

    from slumpcv.batch.dest import open_dest
    from slumpcv.batch.engine import open_engine
    from slumpcv.batch.inputs import absolute, find_clips
    from slumpcv.batch.ledger import Ledger
    from slumpcv.batch.run import Plan, Run, go_on, load_plan, save_plan
    from slumpcv.batch.task import Options

    if output is None:
        raise typer.BadParameter("give the folder or address for everything with -o")
    if resume == bool(patterns):
        raise typer.BadParameter("give either clips, or --resume for those of the last run")
    dest = open_dest(output)
    last = load_plan(dest)
    if patterns:
        options = Options(
            side=SIDES.get(side),
            model=model.value,
            fps=read_fps(fps),
            language=language.value,
            report=report,
            overlay=overlay,
            replay=library and not blur_face,  # whoever covers faces does not want them in the library
            blur_face=blur_face,
        )
        named = tuple(map(absolute, patterns))
        plan = Plan(patterns=named, options=options, library=library, patient=patient)
    else:
        plan = go_on(last, output)
    clips = find_clips(plan.patterns)
    dest.prepare()
    save_plan(dest, plan)
    with ExitStack() as stack:
        stack.callback(dest.tidy)  # last: workers that were ended leave what they were at
        ledger = stack.enter_context(Ledger(dest))
        engine = stack.enter_context(closing(open_engine(workers, memory, dask)))
        run = Run(dest, ledger, plan, _shelf(plan, dest))
        totals = _with_progress(run, clips, engine, Console(stderr=True), output)
    typer.echo(f"{_summed_up(totals)}; tables and sessions are in {output}")
    raise typer.Exit(1 if totals.failed else 0)


def _shelf(plan: Plan, dest: Dest) -> Shelf | None:
    if not plan.library:
        return None
    from slumpcv.cli_batch_library import LibraryShelf
    from slumpcv.cli_library_parts import open_library

    return LibraryShelf(open_library(), dest, plan.options.language, plan.patient)


def _with_progress(run: Run, clips: list[Clip], engine: Engine, noise: Console, output: str) -> Totals:
    """Show how far it is; Ctrl-C keeps what is done, and says how to go on."""
    from slumpcv.batch.run import Totals

    reached = Totals(len(clips))
    with work_bar(noise) as bar:
        task = bar.add_task("Measuring", total=len(clips), failed=0, rate="")

        def tell(totals: Totals) -> None:
            nonlocal reached
            reached = totals
            speed = bar.tasks[0].speed
            rate = "" if speed is None else f"{60 * speed:.1f} a minute"
            bar.update(task, completed=totals.found - totals.left, failed=totals.failed, rate=rate)

        try:
            return run.measure(clips, engine, tell)
        except KeyboardInterrupt:
            bar.stop()
            typer.echo(f"slumpcv: Stopped: {_summed_up(reached)}, {reached.left} left.", err=True)
            typer.echo(f"Go on with: slumpcv batch --resume -o {output}", err=True)
            raise typer.Exit(INTERRUPTED) from None


def _summed_up(totals: Totals) -> str:
    return f"{totals.done} measured, {totals.known} known already, {totals.failed} failed"
