"""PDF pages from a template and data, with Typst: tagged (PDF/UA-1), fonts embedded, text selectable.

Typst comes as a library without any program beside it, opens no connection unless a template asks
for a package (ours do not), and gives the same bytes for the same input. It keeps what it has worked out
of a document, pictures above all, for as long as its process lives, and cannot be asked to let go: a server
grew by 13 MB with each report. So it runs in a process of its own, which ends with the report; that takes
0.1 s more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of the document, so that the same session gives the same bytes.
NO_TIME = 0
# What the process does; it is told by JSON on its standard input.
PROGRAM = "import json, sys, typst; typst.compile(**json.load(sys.stdin))"
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # which Windows would else open for a moment


class TypesettingError(RuntimeError):
    """A template and its data do not fit together, or Typst cannot run; says what it said."""


def typeset(template: str, data: Mapping[str, object], pictures: Mapping[str, bytes]) -> bytes:
    """Return a PDF.

    Parameters
    ----------
    template : file name in ``slumpcv/report/templates``; it reads ``data.json`` and the pictures by
        their names.
    data : anything that JSON can hold; NaN and infinity are refused.
    pictures : PNG or SVG files by name.

    Raises
    ------
    TypesettingError
        When the template and the data do not fit together.
    """
    held = {
        "main.typ": resources.files("slumpcv.report").joinpath("templates", template).read_bytes(),
        "data.json": json.dumps(data, ensure_ascii=False, allow_nan=False).encode(),
        **pictures,
    }
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in held.items():
            (folder / file).write_bytes(content)
        _compile(folder / "main.typ", folder / "made.pdf")
        return (folder / "made.pdf").read_bytes()


def _compile(document: Path, output: Path) -> None:
    told = {
        "input": str(document),
        "output": str(output),
        "root": str(document.parent),
        "font_paths": [str(_fonts())],
        "ignore_system_fonts": True,
        "pdf_standards": ["ua-1"],
        "timestamp": NO_TIME,
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        creationflags=NO_WINDOW,
    )
    if done.returncode:
        raise TypesettingError(done.stderr.strip())


def _fonts() -> Path:
    """Return the folder of DejaVu Sans, which matplotlib brings along, as every figure uses it."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"
