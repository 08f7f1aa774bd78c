"""Key frames, the symptom lane, and faces that nobody can recognise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from fake_result import BOUNDS, HEIGHT_PX, WIDTH_PX, fake_result
from report_stories import MARKS, STORIES, felt, told

from slumpcv.report.keyframes import figures_of_track, frames_of_clip, key_moments
from slumpcv.report.overlay import Overlay
from slumpcv.report.privacy import NEARBY_S, HeadCover, heads
from slumpcv.report.timeline import timeline_figure

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "right_plain.mp4"
RNG = np.random.default_rng(5)


def picture_of(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def noise() -> np.ndarray:
    return RNG.integers(0, 256, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)


def test_key_moments_lie_in_their_holds() -> None:
    moments = key_moments(told(None).spans)
    assert [m.which for m in moments] == ["BASELINE", "SLUMP", "KNEE_EXTENSION", "BEFORE_LIFT", "HEAD_LIFT"]
    assert [m.phase for m in moments][3] == "DORSIFLEXION"
    bounds = {name: (start_s, end_s) for name, start_s, end_s in BOUNDS}
    for moment in moments:
        start_s, end_s = bounds[moment.phase]
        assert start_s + 0.6 * (end_s - start_s) <= moment.time_s <= end_s


def test_the_end_of_the_knee_is_not_shown_twice() -> None:
    spans = [s for s in told(None).spans if s.phase != "DORSIFLEXION"]
    assert [m.which for m in key_moments(spans)] == ["BASELINE", "SLUMP", "KNEE_EXTENSION", "HEAD_LIFT"]
    assert [m.which for m in key_moments(spans[:2])] == ["BASELINE", "SLUMP"]
    assert key_moments([]) == []


def test_of_several_repetitions_the_judged_one_is_shown() -> None:
    spans = told(None).spans
    first = [
        replace(s, start_s=s.start_s - 30, end_s=s.end_s - 30, hold_start_s=s.hold_start_s - 30)
        for s in spans
    ]
    later = [replace(s, repetition=2) for s in spans]
    moments = key_moments([*(s for s in first if s.phase != "HEAD_LIFT"), *later])
    assert all(m.time_s > 0 for m in moments)


def test_without_a_video_the_figure_is_drawn() -> None:
    analysis = told(None)
    frames = figures_of_track(analysis.track, analysis.angles, analysis.session, analysis.spans)
    pictures = [picture_of(f.jpeg) for f in frames]
    assert len(pictures) == 5
    assert len({p.shape for p in pictures}) == 1
    assert max(pictures[0].shape) == 640
    assert all(np.ptp(p) > 100 for p in pictures)


@dataclass
class Frame:
    time_s: float
    rgb: np.ndarray


class Recorded:
    """Stands in for a clip whose frames show their own times, every 0.1 s."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def frames(self, start_s: float, end_s: float):
        for tenth in range(int(np.ceil(start_s * 10 - 1e-6)), int(end_s * 10)):
            yield Frame(tenth / 10, np.full((HEIGHT_PX, WIDTH_PX, 3), tenth % 256, np.uint8))


def test_the_frames_are_those_of_the_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slumpcv.report.keyframes.open_clip", lambda *_, **__: Recorded())
    analysis = told(None)
    result = analysis.track, analysis.angles, analysis.session, analysis.spans
    for frame in frames_of_clip("clip.mp4", *result):
        shown = picture_of(frame.jpeg)[5, 5]
        assert float(shown.mean()) == pytest.approx(frame.moment.time_s * 10, abs=2)
    covered = frames_of_clip("clip.mp4", *result, blur_face=True)
    assert len(covered) == 5


def test_only_the_head_is_changed_and_none_of_it_stays() -> None:
    track = fake_result(gap=False).track
    cover, rgb = HeadCover(track), noise()
    blurred = cover.apply(rgb, 4.0)
    changed = (blurred != rgb).any(axis=2)
    i = int(np.searchsorted(track.time_s, 4.0))
    y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    centres, radii = heads(track)
    near = np.abs(track.time_s - 4.0) < 0.26
    away = np.min(
        [np.hypot(x - c[0], y - c[1]) / r for c, r in zip(centres[near], radii[near], strict=True)], axis=0
    )
    assert changed[away < 0.99].mean() > 0.97
    assert not changed[away > 1.02].any()
    for landmark in (0, 8):  # nose and ear
        place = np.round(track.landmarks_px[i, landmark]).astype(int)
        assert changed[place[1], place[0]]
    assert len(np.unique(blurred[changed].reshape(-1, 3), axis=0)) < 400


def test_a_head_that_was_lost_stays_covered() -> None:
    result = fake_result(gap=False)
    landmarks = result.track.landmarks_px.copy()
    lost = (result.track.time_s > 5) & (result.track.time_s < 9)
    landmarks[lost] = np.nan
    cover = HeadCover(replace(result.track, landmarks_px=landmarks))
    held, grown = cover.circles(4.9), cover.circles(5.5)
    assert len(grown) > 0
    assert grown[0, 2] == pytest.approx(2 * held[0, 2], rel=0.2)
    assert len(cover.circles(5 + NEARBY_S + 0.5)) == 0
    rgb = noise()
    # Nobody knows where the face is, so the whole picture is made coarse.
    assert (cover.apply(rgb, 7.0) != rgb).any(axis=2).mean() > 0.99


def test_a_face_without_ears_and_a_person_without_a_face() -> None:
    track = fake_result(gap=False).track
    landmarks = track.landmarks_px.copy()
    landmarks[:, 7:9] = np.nan
    assert np.isfinite(heads(replace(track, landmarks_px=landmarks))[0]).all()
    landmarks[:, :11] = np.nan
    assert np.isnan(heads(replace(track, landmarks_px=landmarks))[1]).all()


def test_the_overlay_covers_the_face_before_drawing() -> None:
    result = fake_result(gap=False)
    rgb = noise()
    shown = [
        Overlay((WIDTH_PX, HEIGHT_PX), result.track, result.angles, result.session, blur_face=blur).draw(
            rgb, 4.0
        )
        for blur in (False, True)
    ]
    changed = (shown[0] != shown[1]).any(axis=2)
    assert 0.005 < changed.mean() < 0.1
    # The ear's dot is drawn over the squares.
    scale = (
        Overlay((WIDTH_PX, HEIGHT_PX), result.track, result.angles, result.session).picture_px[0] / WIDTH_PX
    )
    ear = np.round(result.track.landmarks_px[60, 8] * scale).astype(int)
    assert not changed[ear[1], ear[0]]


def texts(figure) -> list[str]:
    return [t.get_text() for axes in figure.axes for t in axes.texts]


def test_symptoms_have_a_lane_and_a_movement_report_has_none() -> None:
    plain = told(None)
    asked = told(STORIES["EASED_WITH_HEAD_LIFT"])
    without, with_lane = (timeline_figure(a.angles, a.session) for a in (plain, asked))
    assert len(with_lane.axes) == len(without.axes) + 1
    lane = with_lane.axes[1]
    said = [t.get_text() for t in lane.texts]
    assert "5 · usual" in said
    assert any(words.startswith("5 · calf, right: pull or stretch") for words in said)
    assert "Symptoms" not in texts(without)
    times = [tuple(line.get_xdata()) for line in lane.lines]
    onset = asked.session.symptoms[0].onset
    assert (onset.from_s, onset.to_s) in times
    assert (onset.time_s,) not in times  # an interval is a bar
    assert (asked.session.symptoms[1].onset.time_s,) in times  # a point is a diamond
    assert [c.get_hatch() for c in lane.collections if c.get_hatch()] == ["////"]


def test_many_symptoms_are_counted_and_late_words_stay_inside() -> None:
    late = [{"start_s": 23.0, "intensity": 3, "familiar": "no"}] * 6
    analysis = told(felt(2, "eased", symptoms=late))
    figure = timeline_figure(analysis.angles, analysis.session)
    lane = figure.axes[1]
    assert "and 3 more in the report" in [t.get_text() for t in lane.texts]
    right_px = lane.get_window_extent().x1
    rows = [t for t in lane.texts if t.get_text().startswith("3 · ")]
    assert len(rows) == 3
    assert all(t.get_window_extent().x1 <= right_px + 1 for t in rows)


def test_a_symptom_of_a_phase_that_was_not_found_has_no_mark() -> None:
    story = felt(2, "eased", symptoms=[MARKS[2]])
    analysis = told(story)
    symptom = analysis.session.symptoms[0].model_copy(update={"onset": None, "peak": None})
    session = analysis.session.model_copy(update={"symptoms": (symptom,)})
    lane = timeline_figure(analysis.angles, session).axes[1]
    assert not [c for c in lane.collections if c.get_hatch()]
    assert any("tightness" in t.get_text() for t in lane.texts)
