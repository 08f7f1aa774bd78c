"""Markdown tables with errors in them."""

from __future__ import annotations

import math

# Verdicts in words.
SAID = {True: "isolated", False: "not isolated", None: "cannot tell"}
SHORT = {
    "knee_flexion_deg": "knee",
    "trunk_lean_deg": "trunk",
    "head_angle_deg": "head",
    "neck_flexion_deg": "neck",
    "face_pitch_deg": "face pitch",
    "slump_index": "slump index",
}


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a markdown table."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def amount(name: str, value: float) -> str:
    """Write an error in the digits that its unit deserves."""
    if not math.isfinite(value):
        return "n/a"
    return f"{value:.3f}" if name == "slump_index" else f"{value:.1f}"


def seconds(value_s: float) -> str:
    """Write by how much a boundary is off; infinite is one that was not found."""
    return f"{value_s:.2f} s" if math.isfinite(value_s) else "not found"
