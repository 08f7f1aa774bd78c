"""The strip below the picture: phase, numbers, time and what to know, never over the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slumpcv.language import numeral, text
from slumpcv.report.drawing import BOLD, MEDIUM, REGULAR, draw_text, fitting_px, text_width, wrap_text
from slumpcv.report.palette import INK, PHASE_TINTS, rgb
from slumpcv.report.wording import by_weight, format_measure, headline, phase_label, short_phase_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slumpcv.report.drawing import Picture
    from slumpcv.session import Finding, Phase, Session

_GROUND = (18, 30, 42)
_TEXT = (240, 244, 248)
_FAINT = (160, 174, 187)
_LIFT = (207, 178, 255)
_BLANK = (58, 72, 86)
SHOWN = ("knee_flexion_deg", "trunk_lean_deg", "neck_flexion_deg", "slump_index")
# A narrow picture needs these many; a wide one has all it needs in one or two.
_VERDICT_LINES, _WARNING_LINES = 4, 3


class Strip:
    """The strip of one clip; everything that stays the same is drawn once.

    Parameters
    ----------
    width_px : int
        Width of the video.
    size_px : int
        Size of the type; all distances follow from it.
    session : Session
        Phases, findings and verdict.
    errors : mapping
        Error by measure name.
    """

    def __init__(self, width_px: int, size_px: int, session: Session, errors: Mapping[str, float]) -> None:
        self._size_px = size_px
        self._margin_px = size_px
        self._session = session
        self._errors = errors
        self._duration_s = max(session.clip.duration_s, 1e-3)
        self._findings = [f for f in by_weight(session.quality.findings) if f.severity == "warn"]
        room_px = width_px - 2 * self._margin_px
        self._verdict = wrap_text(headline(session), room_px, self._small_px, _VERDICT_LINES, MEDIUM)
        self._warnings = {
            finding.code: wrap_text(finding.message, room_px, self._small_px, _WARNING_LINES)
            for finding in self._findings
        }
        lines = len(self._verdict) + max((len(said) for said in self._warnings.values()), default=0)
        self._bar_top_px = round(4.9 * size_px)
        self._bar_px = round(1.35 * size_px)
        self._words_top_px = self._bar_top_px + self._bar_px + round(0.35 * size_px)
        # Even, as players want it.
        self.height_px = (self._words_top_px + round((lines * 1.25 + 0.55) * self._small_px) + 1) // 2 * 2
        self._base = np.full((self.height_px, width_px, 3), _GROUND, dtype=np.uint8)
        self._column_room_px = room_px / len(SHOWN)
        self._number_px = fitting_px("-0.00 ±0.00", round(size_px * 1.15), self._column_room_px, BOLD)
        self._draw_captions()
        self._draw_bar()

    @property
    def _small_px(self) -> int:
        return max(11, round(self._size_px * 0.86))

    def _x(self, time_s: float) -> int:
        room_px = self._base.shape[1] - 2 * self._margin_px
        return self._margin_px + round(min(max(time_s / self._duration_s, 0.0), 1.0) * room_px)

    def band_px(self, phase: Phase) -> tuple[int, int, int, int]:
        """Give left, top, right and bottom of a phase's band in the strip."""
        bottom = self._bar_top_px + self._bar_px
        return self._x(phase.start_s), self._bar_top_px, self._x(phase.end_s), bottom

    def _column_px(self, number: int) -> int:
        room_px = self._base.shape[1] - 2 * self._margin_px
        return self._margin_px + round(number * room_px / len(SHOWN))

    def _draw_captions(self) -> None:
        down = round(2.95 * self._size_px)
        for number, name in enumerate(SHOWN):
            room_px = self._column_px(number + 1) - self._column_px(number) - self._size_px // 2
            caption = text(f"pictures.overlay.caption.{name}")
            if text_width(caption, self._small_px) > room_px:
                caption = text(f"pictures.overlay.short_caption.{name}")
            draw_text(self._base, caption, (self._column_px(number), down), self._small_px, _FAINT)

    def _draw_bar(self) -> None:
        bottom = self._bar_top_px + self._bar_px
        self._base[self._bar_top_px : bottom, self._margin_px : self._x(self._duration_s)] = _BLANK
        size_px = max(10, round(self._bar_px * 0.62))
        for phase in self._session.phases:
            left, top, right, _ = self.band_px(phase)
            lift = phase.phase == "HEAD_LIFT"
            self._base[top:bottom, left : max(left + 1, right - 1)] = rgb(PHASE_TINTS[phase.phase])
            weight = BOLD if lift else REGULAR
            for label in (phase_label(phase, self._session.phases), short_phase_name(phase.phase)):
                width = text_width(label, size_px, weight)
                if width > right - left - 6:
                    continue
                at = ((left + right - width) / 2, bottom - (self._bar_px - size_px * 0.72) / 2)
                draw_text(self._base, label, at, size_px, rgb(INK), weight)
                break
            if lift:
                # The head lift stands out of the bar by more than its colour.
                self._base[top - 3 : top, left : max(left + 1, right - 1)] = _LIFT
                self._base[bottom : bottom + 3, left : max(left + 1, right - 1)] = _LIFT

    def draw(self, picture: Picture, time_s: float, values: Mapping[str, float]) -> None:
        """Draw the strip for one moment.

        Parameters
        ----------
        picture : (H, W, 3) array
            The strip's part of the video frame; wholly overwritten.
        time_s : float
            Time in the clip.
        values : mapping
            Measures to write, by name; NaN reads "not seen", one left out "not judged".
        """
        picture[:] = self._base
        self._draw_moment(picture, time_s)
        self._draw_numbers(picture, values)
        cursor = self._x(time_s)
        top, bottom = self._bar_top_px - 5, self._bar_top_px + self._bar_px + 5
        picture[top:bottom, cursor - 2 : cursor + 3] = _GROUND
        picture[top:bottom, cursor - 1 : cursor + 2] = _TEXT
        self._draw_words(picture, time_s)

    def _draw_moment(self, picture: Picture, time_s: float) -> None:
        """Write the time, and the phase in the room that is left."""
        size_px = self._size_px
        clock = f"{numeral(time_s, '.1f')} / {numeral(self._duration_s, '.1f')} s"
        right = picture.shape[1] - self._margin_px - text_width(clock, size_px)
        draw_text(picture, clock, (right, 1.5 * size_px), size_px, _FAINT)
        phase = next((p for p in self._session.phases if p.start_s <= time_s < p.end_s), None)
        if phase is None:
            return
        colour = _LIFT if phase.phase == "HEAD_LIFT" else _TEXT
        name = phase_label(phase, self._session.phases)
        name = name if phase.reached else f"{name} ({text('movement.not_reached')})"
        room_px = right - self._margin_px - size_px // 2
        name_px = fitting_px(name, round(size_px * 1.25), room_px, BOLD)
        draw_text(picture, name, (self._margin_px, 1.55 * size_px), name_px, colour, BOLD)

    def _draw_numbers(self, picture: Picture, values: Mapping[str, float]) -> None:
        for number, name in enumerate(SHOWN):
            value = values.get(name, float("nan"))
            words = format_measure(name, value, self._errors.get(name))
            if name not in values:
                words = text("movement.not_judged")
            colour = _TEXT if np.isfinite(value) else _FAINT
            at = (self._column_px(number), 4.3 * self._size_px)
            # Words instead of a number can be longer than any number.
            words_px = fitting_px(words, self._number_px, self._column_room_px, BOLD)
            draw_text(picture, words, at, words_px, colour, BOLD)

    def _draw_words(self, picture: Picture, time_s: float) -> None:
        """Write the verdict from the head lift on (a refusal always), then a warning of this time."""
        lifts_s = [phase.start_s for phase in self._session.phases if phase.phase == "HEAD_LIFT"]
        lifting = bool(lifts_s) and time_s >= lifts_s[0]
        down = self._words_top_px + self._small_px
        if lifting or not self._session.quality.usable or not lifts_s:
            for line in self._verdict:
                draw_text(picture, line, (self._margin_px, down), self._small_px, _LIFT, MEDIUM)
                down += round(1.25 * self._small_px)
        warning = next((finding for finding in self._findings if _applies(finding, time_s)), None)
        for line in self._warnings[warning.code] if warning else []:
            draw_text(picture, line, (self._margin_px, down), self._small_px, _TEXT)
            down += round(1.25 * self._small_px)


def _applies(finding: Finding, time_s: float) -> bool:
    return not finding.spans or any(span.start_s <= time_s <= span.end_s for span in finding.spans)
