"""The timeline on the screen."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from fake_result import BOUNDS, fake_angles, fake_result
from report_stories import STORIES

from slumpcv.analysis import Analysis, with_answers
from slumpcv.answers import Answers
from slumpcv.language import LANGUAGES, speaking
from slumpcv.marks import PhaseSpan
from slumpcv.report.palette import DARK, LIGHT
from slumpcv.ui.chart_curves import curve, segments, value_range
from slumpcv.ui.charts import PANELS, timeline

SPANS = [PhaseSpan(name, start, end, start + 0.6 * (end - start), 1) for name, start, end in BOUNDS]
RESULT = fake_result()
FELT = with_answers(
    Analysis(RESULT.track, RESULT.angles, SPANS, RESULT.session),
    Answers.model_validate(STORIES["EASED_WITH_HEAD_LIFT"]),
).session


def traces(session: Any = FELT, **more: Any) -> list[Any]:
    return list(timeline(RESULT.angles, session, **more).data)


def test_all_rows_share_one_axis_of_time_and_one_cursor() -> None:
    chart = timeline(RESULT.angles, FELT)
    assert {trace.xaxis for trace in chart.data} <= {None, "x"}
    assert chart.layout.hovermode == "x unified"
    assert chart.layout.hoversubplots == "axis"
    assert chart.layout.xaxis.spikemode == "across"
    used = {trace.yaxis for trace in chart.data}
    assert used == {"y", "y2", "y3", "y4", "y5"}


def test_rows_stand_below_each_other_without_overlap() -> None:
    layout = timeline(RESULT.angles, FELT).layout
    domains = [layout[f"yaxis{number}"].domain for number in ("", 2, 3, 4, 5)]
    for above, below in pairwise(domains):
        assert above[0] > below[1]
    assert domains[-1][0] == pytest.approx(0, abs=1e-9)


def test_without_answers_there_is_no_lane_of_symptoms() -> None:
    chart = timeline(RESULT.angles, RESULT.session)
    assert {trace.yaxis for trace in chart.data} == {"y", "y2", "y3", "y4"}
    assert len(PANELS) == 4


def test_a_finger_scrolls_the_page_and_does_not_zoom() -> None:
    layout = timeline(RESULT.angles, FELT).layout
    assert layout.dragmode is False
    assert layout.xaxis.fixedrange
    assert layout.yaxis2.fixedrange


def test_what_was_not_seen_stays_empty() -> None:
    angles = fake_angles(gap=True)
    band, line, dots = curve(angles, "knee_flexion_deg", 2.6, "#123456")
    assert None in line.x
    assert not any(10.51 < at < 10.99 for trace in (line, dots, band) for at in trace.x if at is not None)
    assert line.connectgaps is False


def test_what_was_filled_in_is_dotted_and_joins_the_line() -> None:
    angles = fake_angles(gap=True)
    _, line, dots = curve(angles, "knee_flexion_deg", 2.6, "#123456")
    assert dots.line.dash == "dot"
    filled_s = angles.time_s[angles.interpolated].round(3)
    assert set(filled_s) <= set(dots.x)
    assert not set(filled_s) & set(line.x)
    assert set(line.x) & set(dots.x) - {None}


def test_the_band_is_as_wide_as_the_stated_error() -> None:
    band = curve(fake_angles(gap=False), "knee_flexion_deg", 2.6, "#123456")[0]
    half = len(band.y) // 2
    upper, lower = np.array(band.y[:half]), np.array(band.y[half:-1][::-1])
    assert upper - lower == pytest.approx(5.2)


def test_the_error_that_is_written_is_rounded_up() -> None:
    degrees = curve(fake_angles(), "knee_flexion_deg", 2.1, "#123456")[1]
    index = curve(fake_angles(), "slump_index", 0.031, "#123456")[1]
    assert "±3" in degrees.hovertemplate
    assert "±0.04" in index.hovertemplate


def test_the_error_that_is_written_has_the_mark_of_the_language() -> None:
    with speaking("de"):
        index = curve(fake_angles(), "slump_index", 0.031, "#123456")[1]
    assert "±0,04" in index.hovertemplate


def test_a_pause_of_the_recording_is_not_bridged() -> None:
    time_s = np.array([0.0, 0.1, 0.2, 1.2, 1.3])
    assert list(segments(time_s, np.ones(5, dtype=bool))) == [slice(0, 3), slice(3, 5)]
    assert list(segments(np.array([]), np.array([], dtype=bool))) == []


def test_noise_does_not_fill_a_row() -> None:
    low, high = value_range([np.array([10.0, 11.0, np.nan])], 0.0, 30)
    assert high - low >= 30
    assert value_range([np.array([np.nan])], 0.0, 30) == (0.0, 30)


def test_the_head_lift_stands_out() -> None:
    chart = timeline(RESULT.angles, FELT)
    lift = next((start, end) for name, start, end in BOUNDS if name == "HEAD_LIFT")
    edges = [shape.x0 for shape in chart.layout.shapes if shape.type == "line"]
    assert edges == list(lift)
    bands = {shape.x0: shape.opacity for shape in chart.layout.shapes if shape.type == "rect"}
    assert bands[lift[0]] > max(opacity for start, opacity in bands.items() if start != lift[0])


def test_the_lane_says_how_strong_it_was_in_each_phase() -> None:
    numbers = traces()[0]
    assert "<b>5</b>" in numbers.text
    assert any("5 of 10" in said and "usual symptom" in said for said in numbers.hovertext)
    bars = [trace for trace in traces() if trace.yaxis == "y" and trace.mode == "lines+markers"]
    assert [len(bar.x) for bar in bars] == [2, 1]  # one with an end, one without; the third has no time


def test_light_and_dark_have_colours_of_their_own() -> None:
    inks = [timeline(RESULT.angles, FELT, colours).layout.font.color for colours in (LIGHT, DARK)]
    assert inks == [LIGHT.ink, DARK.ink]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_of_the_page(language: Any) -> None:
    with speaking(language):
        words = [note.text for note in timeline(RESULT.angles, FELT).layout.annotations]
    knee = {"en": "Knee, short", "es": "Rodilla", "de": "Knie"}[language]
    assert any(knee in text for text in words)


def test_a_clip_without_phases_is_drawn_whole() -> None:
    session = RESULT.session.model_copy(update={"phases": (), "measurements": {}})
    chart = timeline(RESULT.angles, session)
    assert tuple(chart.layout.xaxis.range) == (RESULT.angles.time_s[0], RESULT.angles.time_s[-1])
