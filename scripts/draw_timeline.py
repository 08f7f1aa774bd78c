#!/usr/bin/env python3
"""Draw docs/timeline.svg anew: the timeline of a sample clip with its story, small enough for the README.

    python -m scripts.draw_timeline                  # from samples/right_plain.mp4
    python -m scripts.draw_timeline track.npz --answers answers.yaml -o my.svg

The same result gives the same bytes. Words stay text, so that the picture can be searched and
stays small.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from slumpcv.analysis import Analysis, analyze
from slumpcv.answers_file import load_answers
from slumpcv.files import atomic_write
from slumpcv.report.timeline_vector import timeline_svg

ROOT = Path(__file__).resolve().parents[1]
CLIP = ROOT / "samples" / "right_plain.mp4"
ANSWERS = ROOT / "samples" / "answers" / "EASED_WITH_HEAD_LIFT.yaml"
PICTURE = ROOT / "docs" / "timeline.svg"

# Lay-out is done with the first font, which comes with matplotlib. Whoever looks at the picture
# often has only one of the others; Verdana is as wide.
FONTS = "'DejaVu Sans', Verdana, sans-serif"
TITLE = "Timeline of a sample clip: symptoms and angles over the phases of the slump test"


def small_timeline(analysis: Analysis) -> str:
    """Return the timeline of a result as small SVG text.

    Parameters
    ----------
    analysis : Analysis
        The result of `slumpcv.analyze`.
    """
    return slimmed(timeline_svg(analysis.angles, analysis.session))


def slimmed(svg: str) -> str:
    """Return a figure's SVG without what no reader needs: a tenth of a point is fine enough."""
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<!DOCTYPE[^>]*>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' (?:d|x|y|width|height|transform)="[^"]*"', lambda place: _rounded(place[0]), svg)
    svg = svg.replace("'DejaVu Sans'", FONTS)
    svg = re.sub(r"(<svg [^>]*>)", rf"\1\n<title>{TITLE}</title>", svg, count=1)
    return re.sub(r"\s*\n\s*", "\n", svg).strip() + "\n"


def _rounded(place: str) -> str:
    """Round the numbers of a path or place; a path becomes one line and repeats no letter."""
    place = re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]) + 0.0:.1f}".removesuffix(".0"), place)
    place = " ".join(place.split()).replace('" ', '"').replace(' "', '"')
    return " " + re.sub(r"(?<=L )[^A-Za-z]+(?:L [^A-Za-z]+)+", lambda run: run[0].replace("L ", ""), place)


def main(arguments: list[str] | None = None) -> None:
    """Analyse a clip and write its timeline."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("clip", nargs="?", type=Path, default=CLIP, help="a clip or a saved track")
    parser.add_argument("-o", "--output", type=Path, default=PICTURE)
    parser.add_argument("--answers", type=Path, default=ANSWERS, help="what was felt")
    options = parser.parse_args(arguments)
    analysis = analyze(options.clip, answers=load_answers(options.answers))
    with atomic_write(options.output) as temporary:
        temporary.write_text(small_timeline(analysis), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
