"""Landmarks dragged on key frames: exact at the keys, between them by the offset, elsewhere untouched."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import make_track, perform

from slumpcv.body import MIRROR_INDEX
from slumpcv.review.corrections import KeyPoint
from slumpcv.review.points import RAMP_S, place
from slumpcv.track import PoseTrack

QUICK = settings(max_examples=40, deadline=None)
KNEE = 26


@cache
def clip() -> PoseTrack:
    story = perform()
    return make_track(story, story.times())


def lost(from_s: float, to_s: float) -> PoseTrack:
    px = clip().landmarks_px.copy()
    px[(clip().time_s >= from_s) & (clip().time_s <= to_s)] = np.nan
    return replace(clip(), landmarks_px=px)


def key(frame: int, x_px: float, y_px: float, landmark: int = KNEE) -> KeyPoint:
    return KeyPoint(landmark=landmark, time_s=float(clip().time_s[frame]), x_px=x_px, y_px=y_px)


@st.composite
def keys(draw: st.DrawFn) -> tuple[KeyPoint, ...]:
    where = st.tuples(st.sampled_from([KNEE, 12, 0]), st.integers(0, len(clip()) - 1))
    places = draw(st.lists(where, min_size=1, max_size=6, unique=True))
    px = st.floats(0, 480, width=32)
    return tuple(key(frame, draw(px), draw(px), landmark) for landmark, frame in places)


def test_without_keys_it_is_the_very_same_track() -> None:
    placed = place(clip(), ())
    assert placed.track is clip()
    assert not placed.by_hand.any()


@QUICK
@given(keys())
def test_a_key_is_where_it_was_dragged_to_and_the_rest_is_untouched(dragged: tuple[KeyPoint, ...]) -> None:
    placed = place(clip(), dragged)
    for k in dragged:
        i = int(np.flatnonzero(clip().time_s == k.time_s)[0])
        np.testing.assert_array_equal(placed.track.landmarks_px[i, k.landmark], np.float32([k.x_px, k.y_px]))
        assert placed.by_hand[i, k.landmark]
    untouched = ~placed.by_hand
    np.testing.assert_array_equal(
        placed.track.landmarks_px[untouched].view(np.uint32), clip().landmarks_px[untouched].view(np.uint32)
    )
    np.testing.assert_array_equal(placed.track.visibility[untouched], clip().visibility[untouched])
    assert not placed.by_hand[:, [i for i in range(33) if i not in {k.landmark for k in dragged}]].any()
    times = [k.time_s for k in dragged]
    reach = (clip().time_s > min(times) - RAMP_S) & (clip().time_s < max(times) + RAMP_S)
    assert not placed.by_hand[~reach].any()


@QUICK
@given(keys(), st.floats(0, 1000))
def test_a_later_clip_is_corrected_alike(dragged: tuple[KeyPoint, ...], by_s: float) -> None:
    late = replace(clip(), time_s=clip().time_s + by_s)
    moved = tuple(k.model_copy(update={"time_s": float(np.float64(k.time_s) + by_s)}) for k in dragged)
    np.testing.assert_allclose(
        place(late, moved).track.landmarks_px, place(clip(), dragged).track.landmarks_px, atol=1e-3
    )


@QUICK
@given(keys())
def test_the_mirror_image_is_corrected_alike(dragged: tuple[KeyPoint, ...]) -> None:
    width = clip().source.width_px
    mirrored = replace(
        clip(),
        landmarks_px=(clip().landmarks_px * np.float32([-1, 1]) + np.float32([width, 0]))[:, MIRROR_INDEX],
    )
    swapped = {int(MIRROR_INDEX[i]): i for i in range(33)}
    moved = tuple(
        k.model_copy(update={"landmark": swapped[k.landmark], "x_px": width - k.x_px}) for k in dragged
    )
    back = place(mirrored, moved).track.landmarks_px[:, MIRROR_INDEX] * np.float32([-1, 1])
    np.testing.assert_allclose(
        back + np.float32([width, 0]), place(clip(), dragged).track.landmarks_px, atol=1e-3
    )


def test_between_two_keys_the_landmark_keeps_following_the_body() -> None:
    tracked = clip().landmarks_px[:, KNEE].astype(float)
    ends = [(150, 10.0), (210, 30.0)]
    placed = place(clip(), [key(i, tracked[i, 0], tracked[i, 1] - up) for i, up in ends])
    up = tracked[:, 1] - placed.track.landmarks_px[:, KNEE, 1]
    np.testing.assert_allclose(up[150:211], np.linspace(10, 30, 61), atol=1e-3)
    np.testing.assert_allclose(placed.track.landmarks_px[150:211, KNEE, 0], tracked[150:211, 0], atol=1e-3)
    # Beyond the keys it fades, and the tracker is believed again.
    assert 0 < up[211] < 30
    assert up[215] == 0


def test_where_nothing_was_tracked_the_positions_are_joined() -> None:
    track = lost(9.9, 12.1)
    a, b = int(np.searchsorted(track.time_s, 10.0)), int(np.searchsorted(track.time_s, 12.0))
    placed = place(track, [key(a, 100, 200), key(b, 160, 260)])
    share = (track.time_s[a : b + 1] - track.time_s[a]) / (track.time_s[b] - track.time_s[a])
    np.testing.assert_allclose(placed.track.landmarks_px[a : b + 1, KNEE, 0], 100 + 60 * share, atol=1e-3)
    np.testing.assert_allclose(placed.track.landmarks_px[a : b + 1, KNEE, 1], 200 + 60 * share, atol=1e-3)
    assert np.isnan(placed.track.landmarks_px[a - 1, KNEE]).all()
    assert np.isnan(placed.track.landmarks_px[a, 0]).all()


def test_a_gap_between_keys_is_joined_without_a_jump() -> None:
    track = lost(11.0, 12.0)
    tracked = clip().landmarks_px[:, KNEE]
    a, b = int(np.searchsorted(track.time_s, 10.0)), int(np.searchsorted(track.time_s, 13.0))
    placed = place(track, [key(i, float(tracked[i, 0]) + 20, float(tracked[i, 1])) for i in (a, b)])
    path = placed.track.landmarks_px[a : b + 1, KNEE]
    assert np.isfinite(path).all()
    assert np.abs(np.diff(path, axis=0)).max() < 4


def test_a_key_between_two_frames_counts_at_its_own_time() -> None:
    t, tracked = clip().time_s, clip().landmarks_px[:, KNEE].astype(float)
    middle = KeyPoint(
        landmark=KNEE,
        time_s=float((t[100] + t[101]) / 2),
        x_px=float(tracked[100, 0]) + 10,
        y_px=float(tracked[100, 1]),
    )
    moved = place(clip(), [middle]).track.landmarks_px[:, KNEE, 0] - tracked[:, 0]
    assert moved[100] == moved[101] > 5


def test_milliseconds_find_their_frame() -> None:
    rough = KeyPoint(landmark=KNEE, time_s=round(float(clip().time_s[100]), 3), x_px=50, y_px=60)
    np.testing.assert_array_equal(place(clip(), [rough]).track.landmarks_px[100, KNEE], [50, 60])
