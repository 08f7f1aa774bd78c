"""The result as files for other programs: CSV tables and the session as JSON.

The same result always gives the same bytes.
"""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.files import atomic_write
from slumpcv.holds import ANGLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from slumpcv.angles import Angles
    from slumpcv.session import Phase, Session

ANGLE_COLUMNS = (*ANGLES, "confidence")
PHASE_COLUMNS = ("phase", "start_s", "end_s", "reached", "margin", "margin_unit", "repetition")

_TIME_DECIMALS = 4


def _decimals(name: str) -> int:
    return 2 if name.endswith("deg") else 4


def csv_cell(value: float | None, decimals: int) -> str:
    """Write a number with so many decimals; empty when it is missing."""
    if value is None or not math.isfinite(value):
        return ""
    # Adding zero keeps "-0.00" out of the table.
    return f"{round(float(value), decimals) + 0.0:.{decimals}f}"


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table with its header."""
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def phase_per_frame(time_s: NDArray[np.float64], phases: Sequence[Phase]) -> list[str]:
    """Name the phase of every frame.

    Parameters
    ----------
    time_s : (T,) array
        Frame times in seconds.
    phases : sequence of Phase
        A phase holds the frames from its start up to, not including, its end.

    Returns
    -------
    list of str
        One name per frame, empty where no phase runs.
    """
    names = np.full(len(time_s), "", dtype=object)
    for phase in phases:
        names[(time_s >= phase.start_s) & (time_s < phase.end_s)] = phase.phase
    return [str(name) for name in names]


def write_angles_csv(path: Path, angles: Angles, phases: Sequence[Phase]) -> None:
    """Write one row per analysed frame; a cell is empty where something was not seen.

    Parameters
    ----------
    path : Path
        The file to write, usually ``angles.csv``.
    angles : Angles
        What was measured.
    phases : sequence of Phase
        Names the phase of each row.
    """
    columns = [getattr(angles, name) for name in ANGLE_COLUMNS]
    names = phase_per_frame(angles.time_s, phases)
    rows = (
        [
            csv_cell(time_s, _TIME_DECIMALS),
            names[i],
            *(
                csv_cell(column[i], _decimals(name))
                for name, column in zip(ANGLE_COLUMNS, columns, strict=True)
            ),
        ]
        for i, time_s in enumerate(angles.time_s)
    )
    write_csv(path, ("time_s", "phase", *ANGLE_COLUMNS), rows)


def write_phases_csv(path: Path, phases: Sequence[Phase]) -> None:
    """Write one row per phase, usually to ``phases.csv``.

    Parameters
    ----------
    path : Path
        The file to write.
    phases : sequence of Phase
        In the order of time.
    """
    rows = (
        [
            phase.phase,
            csv_cell(phase.start_s, _TIME_DECIMALS),
            csv_cell(phase.end_s, _TIME_DECIMALS),
            "true" if phase.reached else "false",
            csv_cell(phase.margin, _decimals(phase.margin_unit or "")),
            phase.margin_unit or "",
            str(phase.repetition),
        ]
        for phase in phases
    )
    write_csv(path, PHASE_COLUMNS, rows)


def session_json(session: Session) -> str:
    """Give the session as JSON text: keys sorted, and null for what was not seen.

    Parameters
    ----------
    session : Session
        The result of one analysis.
    """
    # Left out of all others, so that an older version still reads them and refuses a demonstration.
    unsaid = None if session.demonstration else {"demonstration"}
    plain = _finite(session.model_dump(mode="json", exclude=unsaid))
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def write_session_json(path: Path, session: Session) -> None:
    """Write the session, usually to ``session.json``.

    Parameters
    ----------
    path : Path
        The file to write.
    session : Session
        The result of one analysis.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(session_json(session), encoding="utf-8", newline="\n")


def _finite(value: object) -> object:
    """Replace NaN and infinity, which JSON cannot hold, by None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value
