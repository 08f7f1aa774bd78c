"""The timeline as a vector picture whose words stay text, for pages and for the README."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib

from slumpcv.report.timeline import STYLE, timeline_figure

if TYPE_CHECKING:
    from slumpcv.angles import Angles
    from slumpcv.session import Session

VECTOR_STYLE = STYLE | {"svg.fonttype": "none", "svg.hashsalt": "slumpcv"}
# Without these, the date and the version of matplotlib would be part of the file.
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def timeline_svg(angles: Angles, session: Session) -> str:
    """Return the timeline as SVG; the same result gives the same text.

    Parameters
    ----------
    angles, session : as for `slumpcv.report.timeline.write_timeline`.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context(VECTOR_STYLE):
        figure = timeline_figure(angles, session)
        figure.savefig(buffer, format="svg", metadata=NO_METADATA)
    return buffer.getvalue()
