import re
from dataclasses import replace

import cv2
import matplotlib
import numpy as np
import pytest
from fake_result import DIM, FRONTAL, ISOLATED, KNEE_MOVED, NO_LIFT, fake_result, without_phases
from test_report_words import BANNED

from slumpcv.language import LANGUAGES, speaking
from slumpcv.quality.words import CODES, finding
from slumpcv.report.palette import LIFT, rgb
from slumpcv.report.timeline import (
    HEIGHT_PX,
    LEFT,
    RIGHT,
    STYLE,
    WIDTH_PX,
    shown_span,
    timeline_figure,
    write_timeline,
)
from slumpcv.session import Moved

# What stands in the gaps of findings; none of them is short.
GAPS = {name: "Schulter" for name in ("parts", "around", "asked", "near", "end", "degrees", "fps")}


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [
        t.get_text() for t in figure.texts
    ]


def test_the_head_lift_is_marked_where_it_happened(tmp_path):
    result = fake_result(gap=False)
    write_timeline(tmp_path / "timeline.png", result.angles, result.session)
    picture = cv2.imread(str(tmp_path / "timeline.png"))[:, :, ::-1]
    assert picture.shape == (HEIGHT_PX, WIDTH_PX, 3)
    start_s, end_s = shown_span(result.angles, result.session)
    violet = (np.abs(picture.astype(int) - rgb(LIFT)).max(axis=2) < 6)[104:108].all(axis=0)
    marked_px = np.flatnonzero(violet)
    expected = [
        WIDTH_PX * (LEFT + (RIGHT - LEFT) * (edge_s - start_s) / (end_s - start_s)) for edge_s in (15.0, 18.5)
    ]
    assert marked_px[0] == pytest.approx(expected[0], abs=3)
    assert marked_px[-1] == pytest.approx(expected[1], abs=3)


def test_the_same_result_gives_the_same_bytes(tmp_path):
    result = fake_result()
    for name in ("a.png", "b.png"):
        write_timeline(tmp_path / name, result.angles, result.session)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert b"atplotlib" not in (tmp_path / "a.png").read_bytes()


def test_gaps_stay_gaps_and_filled_stretches_are_dashed():
    result = fake_result()
    knee = timeline_figure(result.angles, result.session).axes[1]
    solid, dashed = (line for line in knee.lines if len(line.get_xdata()) > 2)
    missing = np.isnan(result.angles.knee_flexion_deg)
    assert (np.isnan(solid.get_ydata()) == missing | result.angles.interpolated).all()
    drawn = np.flatnonzero(np.isfinite(dashed.get_ydata()))
    assert list(drawn) == [74, 75, 76, 77]


def test_curves_are_not_joined_over_frames_far_apart():
    result = fake_result(gap=False)
    angles = result.angles
    keep = (angles.time_s < 5) | (angles.time_s > 8)
    arrays = {name: value[keep] for name, value in vars(angles).items() if isinstance(value, np.ndarray)}
    figure = timeline_figure(replace(angles, **arrays), result.session)
    knee = next(line for line in figure.axes[1].lines if len(line.get_xdata()) > 2)
    assert np.isnan(knee.get_ydata()).sum() == 1


@pytest.mark.parametrize(
    ("isolation", "findings", "said"),
    [
        (ISOLATED, (DIM,), "only the head moved, by 34° ±3"),
        (KNEE_MOVED, (), "the knee moved by up to 12° ±3 at 16.4 s"),
        (NO_LIFT, (FRONTAL,), "not clear enough to judge this clip. The camera looks at you from the front"),
    ],
)
def test_the_verdict_is_written(isolation, findings, said):
    result = fake_result(isolation, findings)
    text = " ".join(words(timeline_figure(result.angles, result.session)))
    assert said in text
    assert not BANNED.search(text)
    assert re.search(r"not reached", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_fit_in_every_language(language):
    back = Moved(part="back", change=0.1, worst=-0.12, plus_minus=0.02, unit="index", limit=0.05, at_s=16.4)
    isolation = KNEE_MOVED.model_copy(update={"moved": (*KNEE_MOVED.moved, back)})
    with speaking(language), matplotlib.rc_context(STYLE):
        longest = max((finding(code, "warn", **GAPS) for code in CODES), key=lambda one: len(one.message))
        result = fake_result(isolation, (longest,) * 3)
        figure = timeline_figure(result.angles, result.session)
        for axes in figure.axes[1:]:
            ticks_px = min(
                (t.get_window_extent().x0 for t in axes.get_yticklabels()), default=LEFT * WIDTH_PX
            )
            for text in axes.texts:
                extent = text.get_window_extent()
                assert extent.x1 < WIDTH_PX, text.get_text()
                assert extent.x0 >= axes.bbox.x0 or extent.x1 < ticks_px, text.get_text()
        made, legend = (text.get_window_extent() for text in figure.texts[-2:])
        assert legend.x1 < made.x0
        assert len(figure.axes[0].texts) == len(result.session.phases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_very_short_phases_stand_upright_in_their_bands(language):
    result = fake_result()
    short = [
        phase.model_copy(update={"start_s": 0.3 * i, "end_s": 0.3 * i + 0.3, "reached": True})
        for i, phase in enumerate(result.session.phases)
    ]
    short[-1] = short[-1].model_copy(update={"end_s": 20.0})
    with speaking(language), matplotlib.rc_context(STYLE):
        session = result.session.model_copy(update={"phases": tuple(short)})
        header = timeline_figure(result.angles, session).axes[0]
        assert [text.get_rotation() for text in header.texts].count(90.0) >= 6
        assert all(text.get_window_extent().height <= header.bbox.height for text in header.texts)


def test_no_phases_still_gives_curves():
    result = without_phases(fake_result())
    figure = timeline_figure(result.angles, result.session)
    assert "No phases were found" in words(figure)
    assert len([axes for axes in figure.axes if axes.lines]) >= 6


def test_many_findings_stay_within_their_lane():
    result = fake_result(findings=(DIM,) * 7)
    assert "and 4 more findings in session.json" in words(timeline_figure(result.angles, result.session))


def test_a_long_clip_is_shown_around_the_test():
    result = fake_result()
    late = tuple(
        phase.model_copy(update={"start_s": phase.start_s + 100, "end_s": phase.end_s + 100})
        for phase in result.session.phases
    )
    session = result.session.model_copy(update={"phases": late})
    time_s = np.linspace(0, 600, len(result.angles.time_s))
    angles = replace(result.angles, time_s=time_s)
    assert shown_span(angles, session) == (98.0, 125.5)


def test_nothing_seen_at_all_still_draws(tmp_path):
    result = fake_result(NO_LIFT, (FRONTAL,))
    blank = {
        name: np.full_like(value, np.nan)
        for name, value in vars(result.angles).items()
        if name.endswith("_deg") or name == "slump_index"
    }
    angles = replace(result.angles, **blank)
    session = without_phases(result).session
    write_timeline(tmp_path / "timeline.png", angles, session)
    assert (tmp_path / "timeline.png").stat().st_size > 10_000
