#!/usr/bin/env python3
"""Draw docs/steps.svg anew: the guided test in six steps, with what the voice says at each.

    python -m scripts.draw_steps

Drawings and words are the app's own (slumpcv/ui/figures.py, the catalogues), so that the picture
cannot tell something else than the app does.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from textwrap import wrap

from slumpcv.files import atomic_write
from slumpcv.language import speaking, text
from slumpcv.ui.figures import figure

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "steps.svg"
STYLE = ROOT / "slumpcv" / "ui" / "style.css"

# Each step's drawing and title in the app, and the prompt that leads to it.
STEPS = {
    "tall": "cue_baseline",
    "slump": "cue_slump",
    "chin": "cue_neck_flexion",
    "knee": "cue_knee_extension",
    "head_lift": "cue_head_lift",
    "back": "cue_return",
}
COLUMNS = 3
CARD_PX, GAP_PX = (276, 220), 14
DRAWING_PX = (150, 140)
BAND_PX = 150
LINE_PX = 19
LETTERS_OF_CARD, LETTERS_OF_BAND = 30, 74
INK, PAPER, EDGE = "#1c2a30", "#fbfaf7", "#ccd4d2"  # the app's light theme


def steps_svg() -> str:
    """Return the picture as SVG, in English; the same bytes each time."""
    rows = -(-len(STEPS) // COLUMNS)
    width = COLUMNS * CARD_PX[0] + (COLUMNS + 1) * GAP_PX
    band_y = rows * (CARD_PX[1] + GAP_PX) + GAP_PX
    height = band_y + BAND_PX + GAP_PX
    with speaking("en"):
        cards = [_card(number, name, cue) for number, (name, cue) in enumerate(STEPS.items())]
        parts = [*cards, _band(band_y, width - 2 * GAP_PX)]
    title = "The guided test in six steps, and what the voice says at each"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">',
            f"<title>{title}</title>",
            f"<style>{_style()}</style>",
            f'<rect width="{width}" height="{height}" rx="12" fill="{PAPER}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _style() -> str:
    drawings = re.findall(r"^(\.figure \..*)$", STYLE.read_text(encoding="utf-8"), re.MULTILINE)
    lines = "fill: none; stroke: currentColor; stroke-linecap: round; stroke-linejoin: round"
    return "\n".join(
        [
            f"svg {{ color: {INK}; }} .figure {{ {lines}; }} .card {{ fill: none; stroke: {EDGE}; }}",
            f"text {{ font: 15px system-ui, sans-serif; fill: {INK}; }} .title {{ font-weight: bold; }}",
            *drawings,
        ]
    )


def _card(number: int, name: str, cue: str) -> str:
    x = GAP_PX + number % COLUMNS * (CARD_PX[0] + GAP_PX)
    y = GAP_PX + number // COLUMNS * (CARD_PX[1] + GAP_PX)
    title = f"{number + 1}. {text(f'app.step.{name}.title')}"
    said = wrap(f"“{text(f'say.{cue}')}”", LETTERS_OF_CARD)
    below_y = y + DRAWING_PX[1] + LINE_PX + 6
    return "\n".join(
        [
            _frame(x, y, *CARD_PX),
            _drawing(name, x + (CARD_PX[0] - DRAWING_PX[0]) // 2, y + 4),
            _line(title, x + 14, below_y, "title"),
            *(_line(line, x + 14, below_y + (at + 1) * LINE_PX) for at, line in enumerate(said)),
        ]
    )


def _band(y: int, width: int) -> str:
    words = [f"“{text('say.ask_symptom')}”", *wrap(text("app.prepare.mark_text"), LETTERS_OF_BAND)]
    x = GAP_PX + DRAWING_PX[0] + 24
    return "\n".join(
        [
            _frame(GAP_PX, y, width, BAND_PX),
            _drawing("mark", GAP_PX + 10, y + 4),
            _line(text("app.prepare.mark"), x, y + 46, "title"),
            *(_line(line, x, y + 46 + (at + 1) * LINE_PX) for at, line in enumerate(words)),
        ]
    )


def _frame(x: int, y: int, width: int, height: int) -> str:
    return f'<rect class="card" x="{x}" y="{y}" width="{width}" height="{height}" rx="10"/>'


def _drawing(name: str, x: int, y: int) -> str:
    place = f'<svg x="{x}" y="{y}" width="{DRAWING_PX[0]}" height="{DRAWING_PX[1]}" '
    return figure(name).replace("<svg ", place, 1)


def _line(words: str, x: int, y: int, kind: str = "said") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(words, quote=False)}</text>'


def main() -> None:
    """Write the picture."""
    with atomic_write(PICTURE) as temporary:
        temporary.write_text(steps_svg(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
