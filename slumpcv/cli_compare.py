"""The command ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slumpcv.cli_job import INTERRUPTED, LanguageChoice, LanguageOption, OverwriteOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.compare.schema import Comparison
    from slumpcv.report.comparison_curves import Curves
    from slumpcv.session import Session


def compare(
    results: Annotated[
        list[Path],
        typer.Argument(
            help="Result folders of slumpcv analyze, or their session.json; the first is compared with."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder for the comparison; a new dated one by default."),
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="What to call a session; once for each, in the same order.")
    ] = None,
    language: LanguageOption = LanguageChoice.EN,
    overwrite: OverwriteOption = False,
) -> None:
    """Compare tests, left against right or visit against visit: which differences exceed the error."""
    from rich.console import Console

    from slumpcv.compare import compare_sessions
    from slumpcv.files import COMPARISON_FILES, new_result_folder
    from slumpcv.language import speaking
    from slumpcv.session_file import load_session

    with speaking(language.value):
        # A reviewer's result counts where there is one.
        sessions = [load_session(path).used for path in results]
        comparison = compare_sessions(sessions, label)

        from slumpcv.report.comparison_terminal import print_comparison

        curves = _curves(results, sessions)
        folder = new_result_folder(output, overwrite, kind="compare", names=COMPARISON_FILES)
        print_comparison(comparison, Console(), _write(comparison, curves, folder))


def _write(comparison: Comparison, curves: Sequence[Curves], folder: Path) -> list[Path]:
    """Write the files; no empty folder is left behind when that does not come to an end."""
    from slumpcv.files import remove_if_empty
    from slumpcv.report.comparison_files import write_comparison

    try:
        return write_comparison(comparison, curves, folder)
    except BaseException as error:
        remove_if_empty(folder)
        if isinstance(error, KeyboardInterrupt):
            typer.echo("slumpcv: Stopped; nothing half-written was left.", err=True)
            raise typer.Exit(INTERRUPTED) from None
        raise


def _curves(results: Sequence[Path], sessions: Sequence[Session]) -> list[Curves]:
    """Read the tracks that lie beside the sessions."""
    from slumpcv.report.comparison_curves import curves_of
    from slumpcv.review.points import place as put_points
    from slumpcv.track import load_track

    found = []
    for place, (path, session) in enumerate(zip(results, sessions, strict=True)):
        beside = (path if path.is_dir() else path.parent) / "track.npz"
        if beside.is_file():
            track, by_hand = load_track(beside), None
            if session.review is not None and session.review.corrections.points:
                placed = put_points(track, session.review.corrections.points)
                track, by_hand = placed.track, placed.by_hand
            found.append(curves_of(place, session, track, by_hand))
    return [curves for curves in found if curves is not None]
