"""The command ``reanalyze``; thin over the package ``batch``."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from slumpcv.cli_job import INTERRUPTED, ModelChoice
from slumpcv.cli_many import DaskOption, WorkersOption, work_bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from rich.console import Console

    from slumpcv.batch.again import Again, Place
    from slumpcv.batch.differences import Change
    from slumpcv.batch.engine import Engine


def reanalyze(
    dest_url: Annotated[
        str | None,
        typer.Argument(metavar="DEST", help="What slumpcv batch wrote: the folder or address of -o."),
    ] = None,
    library: Annotated[
        bool, typer.Option("--library", help="Measure the sessions of the therapist's library instead.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Replace the sessions by the new ones.")] = False,
    anew: Annotated[
        bool,
        typer.Option(
            "--anew", help="Measure all, also what an earlier reanalyze has measured and not replaced."
        ),
    ] = False,
    model: Annotated[
        ModelChoice | None,
        typer.Option(help="Pose model; that of the last run, or of each session in the library, by default."),
    ] = None,
    workers: WorkersOption = None,
    dask: DaskOption = None,
) -> None:
    """Measure sessions again, and show what changed; nothing is replaced without --apply.

    They are those of a batch (DEST), or those of the library except signed ones.

    Where the pose model is the same, the saved tracks do, and no video is needed.
    """
    from rich.console import Console

    from slumpcv.batch.again import discard
    from slumpcv.batch.engine import open_engine

    if library == (dest_url is not None):
        raise typer.BadParameter("give either DEST, or --library")
    with _library_place(model) if dest_url is None else _dest_place(dest_url, model) as place:
        sessions = place.sessions()
        if anew:
            discard(place, sessions)
        _say_which(sessions)
        with closing(open_engine(workers, dask=dask)) as engine:
            failed = _measure(place, sessions, engine, Console(stderr=True))
        _compare(place, sessions)
        if apply:
            failed += _replace(place, sessions)
        else:
            typer.echo("Nothing was replaced. To replace the sessions, run this again with --apply.")
    raise typer.Exit(1 if failed else 0)


@contextmanager
def _dest_place(dest_url: str, model: ModelChoice | None) -> Iterator[Place]:
    """Open a batch's destination."""
    from slumpcv.batch.again_dest import DestPlace
    from slumpcv.batch.dest import open_dest
    from slumpcv.batch.ledger import Ledger
    from slumpcv.batch.run import go_on, load_plan

    dest = open_dest(dest_url)
    plan = go_on(load_plan(dest), dest_url)
    if model is not None:
        changed = plan.options.model_copy(update={"model": model.value})
        plan = plan.model_copy(update={"options": changed})
    with Ledger(dest) as ledger:
        yield DestPlace(dest, ledger, plan)


def _library_place(model: ModelChoice | None) -> AbstractContextManager[Place]:
    """Open the therapist's library."""
    from slumpcv.cli_library_parts import me, open_library

    library = open_library()
    from slumpcv.library.again import library_place

    return library_place(library, me(), None if model is None else model.value)


def _say_which(sessions: Sequence[Again]) -> None:
    count = Counter(one.way for one in sessions)
    typer.echo(f"Sessions measured from their tracks: {count['track']}, from their clips: {count['clip']}")
    if count["signed"]:
        typer.echo(f"Signed, and staying as they are: {count['signed']}")
    if count["replaced"]:
        typer.echo(
            f"{count['replaced']} are whole in the draft only: --apply puts them in their places", err=True
        )
    if count["gone"]:
        words = "stay as they are, as another pose model needs their clips, which are not there:"
        typer.echo(f"{count['gone']} {words}", err=True)
    for one in sessions:
        if one.way == "gone":
            typer.echo(f"  {one.shown}", err=True)


def _measure(place: Place, sessions: Sequence[Again], engine: Engine, noise: Console) -> int:
    """Measure all, and return how many failed."""
    from slumpcv.batch.again import run_again

    failed = []
    with work_bar(noise) as bar:
        total = sum(one.is_measured for one in sessions)
        task = bar.add_task("Measuring", total=total, failed=0, rate="")
        try:
            for one, row in run_again(place, sessions, engine):
                failed += [(one, row)] if row.status == "failed" else []
                bar.update(task, advance=1, failed=len(failed))
        except KeyboardInterrupt:
            bar.stop()
            typer.echo(
                "slumpcv: Stopped; nothing was replaced. Without --anew, the command goes on.", err=True
            )
            raise typer.Exit(INTERRUPTED) from None
    for one, row in failed:
        typer.echo(f"{one.shown}: {row.problem}. {row.fix}", err=True)
    return len(failed)


def _compare(place: Place, sessions: Sequence[Again]) -> None:
    """Write table and plot of what changed, and print a summary."""
    from rich.console import Console

    from slumpcv.batch.again import differences
    from slumpcv.batch.differences import write_differences
    from slumpcv.batch.differences_plot import write_plot

    found = differences(place, sessions)
    with place.home.staging() as folder:
        write_differences(folder / "differences.csv", found)
        write_plot(folder / "differences.png", found)
        for name in ("differences.csv", "differences.png"):
            place.home.put(name, folder / name)
    _print_summary(found, Console())
    typer.echo(f"All differences are in {place.home.url}: differences.csv, differences.png")


def _replace(place: Place, sessions: Sequence[Again]) -> int:
    """Put the new sessions in the place of the old ones, and return how many could not be."""
    from slumpcv.batch.again import replace_all

    count = failed = 0
    for one, error in replace_all(place, sessions):
        if error is None:
            count += 1
        else:
            failed += 1
            typer.echo(f"{one.shown} stays as it is: {error}", err=True)
    typer.echo(f"Sessions replaced: {count}")
    return failed


def _print_summary(found: Sequence[Change], console: Console) -> None:
    from rich.table import Table

    from slumpcv.batch.differences import summarised

    table = Table()
    table.add_column("measure", no_wrap=True)
    for head in ("sessions", "changed", "beyond the error", "median change", "largest"):
        table.add_column(head, justify="right")
    for line in summarised(found):
        sizes = [
            "-" if math.isnan(size) else f"{size:.3g} {line.unit}" for size in (line.median, line.largest)
        ]
        table.add_row(line.measure, str(line.sessions), str(line.changed), str(line.beyond_error), *sizes)
    console.print(table)
