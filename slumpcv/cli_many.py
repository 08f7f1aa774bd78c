"""What the commands that work on many clips share: who does the work, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from slumpcv.batch.engine import ADDRESS_VARIABLE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; one for each core by default.")]
DaskOption = Annotated[
    str | None,
    typer.Option(envvar=ADDRESS_VARIABLE, help="Address of a Dask scheduler whose workers are used."),
]


def work_bar(noise: Console) -> Progress:
    """Return the bar that shows how far work on many clips is, with its fields ``rate`` and ``failed``."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]} failed"),
    )
    # Clips take seconds to minutes: the rate of the last few minutes is the one that counts.
    hidden = not noise.is_terminal
    return Progress(*columns, console=noise, transient=True, disable=hidden, speed_estimate_period=300)
