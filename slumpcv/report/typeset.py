"""PDF pages from a template and data, with Typst: tagged (PDF/UA-1), fonts embedded, text selectable.

Typst comes as a library without any program beside it, opens no connection unless a template asks
for a package (ours do not), and gives the same bytes for the same input.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of the document, so that the same session gives the same bytes.
NO_TIME = 0


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
    typst.TypstError
        When the template and the data do not fit together.
    """
    import typst

    held = {
        "main.typ": resources.files("slumpcv.report").joinpath("templates", template).read_bytes(),
        "data.json": json.dumps(data, ensure_ascii=False, allow_nan=False).encode(),
        **pictures,
    }
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in held.items():
            (folder / file).write_bytes(content)
        return typst.compile(
            folder / "main.typ",
            root=folder,
            font_paths=[_fonts()],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=NO_TIME,
        )


def _fonts() -> Path:
    """Return the folder of DejaVu Sans, which matplotlib brings along, as every figure uses it."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"
