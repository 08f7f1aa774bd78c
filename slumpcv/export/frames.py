"""Angles of every frame as a Parquet table, with the facts of the session in its schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from slumpcv.correction import load_correction
from slumpcv.errors import InputError
from slumpcv.report.tables import ANGLE_COLUMNS, phase_per_frame

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from slumpcv.export.source import Result
    from slumpcv.session import Phase, Session

METADATA_KEY = b"slumpcv"


def write_frames(path: Path, result: Result) -> None:
    """Write one row per analysed frame; what was not seen is null.

    Parameters
    ----------
    path : the file to write.
    result : the result folder, with its track.

    Raises
    ------
    InputError
        When pyarrow is not installed, or the track cannot be used.
    """
    parquet = _parquet()
    parquet.write_table(_table(result), path, compression="zstd")


def metadata(session: Session) -> dict[str, object]:
    """Give the facts that go into the file's schema."""
    return {
        "schema_version": session.schema_version,
        "slumpcv": session.software.slumpcv,
        "model": session.software.model,
        "model_sha256": session.software.model_sha256,
        "clip_sha256": session.clip.sha256,
        "side": session.side,
        "facing": session.facing,
        "usable": session.quality.usable,
        "isolated": session.isolation.isolated,
        "isolation_status": session.isolation.status,
        "outcome": session.outcome.code if session.outcome else None,
    }


def _table(result: Result) -> Any:
    import pyarrow as pa

    angles, session = result.angles, result.session
    names = [name or None for name in phase_per_frame(angles.time_s, session.phases)]
    arrays = [pa.array(angles.time_s), pa.array(names, pa.dictionary(pa.int8(), pa.string()))]
    arrays.append(pa.array(_repetitions(angles.time_s, session.phases), pa.int32()))
    fields = [
        pa.field("time_s", pa.float64(), nullable=False, metadata={"unit": "s"}),
        pa.field("phase", arrays[1].type),
        pa.field("repetition", pa.int32()),
    ]
    for name in (*ANGLE_COLUMNS, "shoulder_drop"):
        # NaN is "not seen" here; in Parquet that is null, which every reader knows.
        arrays.append(pa.array(getattr(angles, name), pa.float64(), from_pandas=True))
        fields.append(pa.field(name, pa.float64(), metadata=_about(name)))
    arrays.append(pa.array(angles.interpolated, pa.bool_()))
    fields.append(pa.field("interpolated", pa.bool_(), nullable=False))
    facts = json.dumps(metadata(session), sort_keys=True).encode()
    return pa.table(arrays, schema=pa.schema(fields, metadata={METADATA_KEY: facts}))


def _repetitions(time_s: NDArray[np.float64], phases: Sequence[Phase]) -> list[int | None]:
    out: list[int | None] = [None] * len(time_s)
    for phase in phases:
        for i in np.flatnonzero((time_s >= phase.start_s) & (time_s < phase.end_s)):
            out[i] = phase.repetition
    return out


def _about(name: str) -> dict[str, str]:
    units = {"confidence": "0-1", "slump_index": "index", "shoulder_drop": "thigh lengths"}
    error = load_correction().errors.get(name)
    about = {"unit": units.get(name, "deg")}
    return about if error is None else about | {"plus_minus": f"{error.value:.3f}"}


def _parquet() -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise InputError(
            "Parquet files need the package pyarrow, which is not installed",
            'Install it with: pip install "slumpcv[parquet]".',
        ) from error
    return parquet
