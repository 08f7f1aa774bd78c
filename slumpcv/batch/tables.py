"""The tables of a batch: all clips in ``summary``, those with a problem in ``failures.csv``."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

from slumpcv.batch.row import VALUE_COLUMNS, Row
from slumpcv.export.measurements import cell_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slumpcv.batch.dest import Dest
    from slumpcv.batch.ledger import Ledger

SUMMARY_CSV, SUMMARY_PARQUET, FAILURES_CSV = "summary.csv", "summary.parquet", "failures.csv"
FACT_COLUMNS = tuple(name for name in Row.model_fields if name not in ("values", "problem", "fix", "stamp"))
FAILURE_COLUMNS = ("clip", "problem", "fix")
# So many rows are turned into columns at once; the tables of a million clips need no more memory. [E]
ROWS_AT_ONCE = 5000


def write_tables(dest: Dest, ledger: Ledger) -> None:
    """Write all tables anew from the ledger; each takes its name once it is whole.

    Parameters
    ----------
    dest : where they go.
    ledger : what became of each clip. ``summary.parquet`` needs pyarrow, and is left out without it.

    Raises
    ------
    InputError
        When the destination cannot be written to.
    """
    with dest.staging() as folder:
        _write_csv(folder, ledger.rows())
        names = [SUMMARY_CSV, FAILURES_CSV]
        if find_spec("pyarrow") is not None:
            _write_parquet(folder / SUMMARY_PARQUET, ledger.rows())
            names.append(SUMMARY_PARQUET)
        for name in names:
            dest.put(name, folder / name)


def _write_csv(folder: Path, rows: Iterable[Row]) -> None:
    """Write both CSV tables in one pass (UTF-8, comma, point, empty where nothing is known)."""
    with (
        (folder / SUMMARY_CSV).open("w", newline="", encoding="utf-8") as all_rows,
        (folder / FAILURES_CSV).open("w", newline="", encoding="utf-8") as failed_rows,
    ):
        summary, failures = (csv.writer(file, lineterminator="\n") for file in (all_rows, failed_rows))
        summary.writerow((*FACT_COLUMNS, *VALUE_COLUMNS))
        failures.writerow(FAILURE_COLUMNS)
        for row in rows:
            summary.writerow(
                [
                    *(cell_of(getattr(row, name)) for name in FACT_COLUMNS),
                    *(cell_of(row.values.get(name)) for name in VALUE_COLUMNS),
                ]
            )
            if row.problem is not None:
                failures.writerow([cell_of(getattr(row, name)) for name in FAILURE_COLUMNS])


def _write_parquet(path: Path, rows: Iterator[Row]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema(pa)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(rows, ROWS_AT_ONCE)):
            columns = {name: [getattr(row, name) for row in some] for name in FACT_COLUMNS}
            columns |= {name: [row.values.get(name) for row in some] for name in VALUE_COLUMNS}
            writer.write_table(pa.table(columns, schema=schema))


def _schema(pa: Any) -> Any:
    kinds = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "date": pa.date32()}

    def kind(name: str) -> Any:
        said = str(Row.__annotations__[name]).partition(" |")[0]
        return kinds.get("int" if name == "schema_version" else said, pa.string())

    facts = [pa.field(name, kind(name)) for name in FACT_COLUMNS]
    return pa.schema([*facts, *(pa.field(name, pa.float64()) for name in VALUE_COLUMNS)])
