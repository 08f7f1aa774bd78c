"""What a comparison holds, as the strict schema that ``compare.json`` follows."""

from __future__ import annotations

from typing import Literal

from slumpcv.language import Language
from slumpcv.session import Remark
from slumpcv.terms import Side, Strict

Measure = Literal[
    "knee_extension",
    "onset_knee",
    "onset_neck",
    "onset_trunk",
    "slump_index",
    "head_lift",
    "intensity_rest",
    "intensity_peak",
    "lift_drop",
    "onset_phase",
    "isolated",
    "relief",
    "outcome",
]
Unit = Literal["deg", "index", "points", "word"]
Missing = Literal[
    "not_judged",
    "no_phase",
    "not_seen",
    "no_lift",
    "cannot_tell",
    "no_answers",
    "not_answered",
    "not_reported",
    "not_marked",
    "phase_only",
]
Why = Literal[Missing, "stopped", "head_not_alone"]
Verdict = Literal["more", "within", "same", "different", "cannot"]
Trend = Literal["larger", "smaller", "level", "mixed"]
Kind = Literal["sides", "visits", "unknown"]


class Cell(Strict):
    """What one session says about one measure.

    A number has its error (``plus_minus``, 95 % band), and an onset also the range (``low``,
    ``high``) over the time in which it may have been; a word is a code. ``missing`` says why
    there is neither; of an onset known only by its phase, the range is there all the same.
    """

    value: float | None = None
    plus_minus: float | None = None
    low: float | None = None
    high: float | None = None
    word: str | None = None
    missing: Missing | None = None


class Reason(Strict):
    """Why two cells cannot be compared, and whose cell is the reason."""

    session: str
    why: Why


class Difference(Strict):
    """A later session against the first one.

    ``change`` is the later value minus the first, within ``plus_minus`` (None for points). Only
    beyond ``limit``, for points from it on, is it more than the measurement error.
    """

    session: str
    change: float | None = None
    plus_minus: float | None = None
    limit: float | None = None
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


class Row(Strict):
    """One measure in all sessions.

    ``differences`` are those of the second and every later session from the first; ``trend``
    is there for three or more tests of one leg that can all be compared.
    """

    measure: Measure
    unit: Unit
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...]
    trend: Trend | None


class Compared(Strict):
    """One of the sessions: its letter, and what the user called it, never a folder's name.

    ``kind`` is against the first session: the other side, another visit of the same side, or
    unknown when a side is not known. None for the first.
    """

    letter: str
    label: str | None
    side: Side | None
    kind: Kind | None
    usable: bool
    camera_yaw_deg: float | None
    camera_yaw_plus_minus_deg: float | None
    clip_sha256: str | None


class Comparison(Strict):
    """Everything that is known about the differences between sessions; no judgement of health."""

    schema_version: Literal[1] = 1
    language: Language
    software: str
    sessions: tuple[Compared, ...]
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]
