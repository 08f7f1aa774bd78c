"""The commands ``slumpcv export`` and ``slumpcv open``; thin over the package."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FormatChoice(StrEnum):
    """What a result can be exported to."""

    CSV = "csv"
    PARQUET = "parquet"
    TRC = "trc"
    MOT = "mot"
    FHIR = "fhir"
    ZIP = "zip"


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command()(export)
    app.command("open")(open_)


def export(
    session: Annotated[Path, typer.Argument(help="A folder that slumpcv analyze wrote, or its session.json")],
    to: Annotated[list[FormatChoice], typer.Option("--to", help="Format; may be given several times.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File, or existing folder; by default export in SESSION."),
    ] = None,
    patient_id: Annotated[
        str | None, typer.Option("--patient-id", help="fhir: a pseudonym, never a name; none by default.")
    ] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", help="fhir: of the record, now by default; zip: of the test."),
    ] = None,
    video: Annotated[
        bool, typer.Option("--video/--no-video", help="zip: take overlay.mp4 along, which shows the person.")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
) -> None:
    """Write a result for other programs, or as one zip file to send to somebody."""
    from slumpcv.export.run import Options
    from slumpcv.export.run import export as run

    options = Options(patient_id, date, video)
    for path in run(session, [choice.value for choice in to], output, options, overwrite):
        typer.echo(f"Wrote {path}")


def open_(
    bundle: Annotated[Path, typer.Argument(metavar="ZIP", help="A zip file that slumpcv export wrote.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="New folder for its files; by default the name of the zip file."),
    ] = None,
) -> None:
    """Open a zip file that somebody sent: check it, unpack it, print the summary."""
    from rich.console import Console

    from slumpcv.export.opening import open_bundle
    from slumpcv.language import speaking
    from slumpcv.report.summary import print_summary

    session, files = open_bundle(bundle, output)
    with speaking(session.language):
        print_summary(session, Console(), files)
