from dataclasses import dataclass, replace

import av
import numpy as np
import pytest
from fake_result import DIM, fake_result, without_phases

from slumpcv.errors import InputError
from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.report.drawing import BOLD, draw_text, fitting_px, text_width, wrap_text
from slumpcv.report.figure_on_video import _NEAR
from slumpcv.report.moment import Moments
from slumpcv.report.overlay import Overlay, write_overlay
from slumpcv.report.palette import PHASE_TINTS, rgb
from slumpcv.report.strip import SHOWN, Strip

GREY = 120


@dataclass
class Frame:
    time_s: float
    rgb: np.ndarray


def grey(width_px=640, height_px=480):
    return np.full((height_px, width_px, 3), GREY, np.uint8)


def near_px(picture):
    """Pixels in the colour of the tested side."""
    return (np.abs(picture.astype(int) - _NEAR).max(axis=2) < 12).sum()


def test_every_frame_is_kept_at_its_own_time(tmp_path):
    result = fake_result()
    times_s = [0.0, 0.031, 0.1, 0.14, 0.3]
    told = []
    write_overlay(
        tmp_path / "overlay.mp4",
        (Frame(time_s, grey()) for time_s in times_s),
        result.track,
        result.angles,
        result.session,
        progress=told.append,
    )
    with av.open(str(tmp_path / "overlay.mp4")) as clip:
        stream = clip.streams.video[0]
        decoded = list(clip.decode(stream))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    assert [float(frame.pts * frame.time_base) for frame in decoded] == pytest.approx(times_s, abs=1e-3)
    assert told == times_s
    assert [path.name for path in tmp_path.iterdir()] == ["overlay.mp4"]


def test_a_clip_without_frames_is_refused(tmp_path):
    result = fake_result()
    with pytest.raises(InputError, match="no frames"):
        write_overlay(tmp_path / "overlay.mp4", [], result.track, result.angles, result.session)
    assert not list(tmp_path.iterdir())


def test_an_interrupted_overlay_leaves_nothing(tmp_path):
    def frames():
        yield Frame(0.0, grey())
        raise KeyboardInterrupt

    result = fake_result()
    with pytest.raises(KeyboardInterrupt):
        write_overlay(tmp_path / "overlay.mp4", frames(), result.track, result.angles, result.session)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size_px", [(640, 480), (1920, 1080), (1080, 1920), (320, 240), (853, 481)])
def test_sizes_are_even_and_at_most_720_high(size_px):
    result = fake_result()
    overlay = Overlay(size_px, result.track, result.angles, result.session)
    width_px, height_px = overlay.frame_px
    assert width_px % 2 == height_px % 2 == 0
    assert height_px <= 720
    picture_px = overlay.picture_px
    assert picture_px[0] / picture_px[1] == pytest.approx(size_px[0] / size_px[1], rel=0.01)
    assert overlay.draw(grey(*size_px), 1.0).shape == (height_px, width_px, 3)


def test_the_skeleton_follows_the_person_at_any_scale():
    result = fake_result(gap=False)
    overlay = Overlay((1280, 960), result.track, result.angles, result.session)
    drawn = overlay.draw(grey(1280, 960), 1.0)
    scale = overlay.picture_px[0] / 640
    hip, knee = (result.track.landmarks_px[15, joint] * scale for joint in (24, 26))
    x, y = np.round((hip + knee) / 2).astype(int)
    assert near_px(drawn[y - 3 : y + 4, x - 3 : x + 4]) > 10
    assert near_px(drawn[: int(60 * scale), : int(100 * scale)]) == 0


def test_the_picture_is_not_covered_by_the_strip():
    result = fake_result()
    unseen = np.zeros_like(result.angles.confidence)
    overlay = Overlay((640, 480), result.track, replace(result.angles, confidence=unseen), result.session)
    drawn = overlay.draw(grey(), 1.0)
    assert (drawn[:480] == GREY).all()
    assert (drawn[480:] != GREY).any()


def test_landmarks_are_joined_over_short_gaps_only():
    result = fake_result()
    moments = Moments(result.angles, "right")
    exact, filled = moments.landmarks(1.0)
    np.testing.assert_allclose(exact[26], result.track.landmarks_px[15, 26])
    assert not filled.any()
    # Frames 75 and 76 were filled in: three intervals of 1/15 s, shorter than 0.25 s.
    between, filled = moments.landmarks(75.5 / 15)
    expected = (result.track.landmarks_px[74, 12] + result.track.landmarks_px[77, 12]) / 2
    np.testing.assert_allclose(between[12], expected, atol=1e-3)
    assert filled[26]
    # Half a second in which nothing was seen.
    assert np.isnan(moments.landmarks(10.7)[0]).all()
    assert np.isnan(moments.value("knee_flexion_deg", 10.7))
    for outside_s in (-1.0, 99.0):
        assert np.isnan(moments.landmarks(outside_s)[0]).all()


def test_angles_are_joined_between_frames():
    result = fake_result()
    moments = Moments(result.angles, "right")
    knee = result.angles.knee_flexion_deg
    assert moments.value("knee_flexion_deg", 148 / 15) == pytest.approx(knee[148])
    assert moments.value("knee_flexion_deg", 148.5 / 15) == pytest.approx((knee[148] + knee[149]) / 2)


def test_what_was_not_measured_is_not_drawn():
    result = fake_result(gap=False)
    knee = result.angles.knee_flexion_deg.copy()
    knee[10:20] = np.nan
    landmarks_px, _ = Moments(replace(result.angles, knee_flexion_deg=knee), "right").landmarks(1.0)
    assert np.isnan(landmarks_px[[26, 28, 30, 32]]).all()
    assert np.isfinite(landmarks_px[[8, 12, 24]]).all()


def test_filled_limbs_are_dotted():
    result = fake_result()
    overlay = Overlay((640, 480), result.track, result.angles, result.session)
    solid, dotted = (near_px(overlay.draw(grey(), frame / 15)) for frame in (70, 75))
    assert 0.1 * solid < dotted < 0.8 * solid


def test_phase_bands_and_head_lift_are_where_they_belong():
    session = fake_result().session
    strip = Strip(640, 15, session, {})
    picture = np.zeros((strip.height_px, 640, 3), np.uint8)
    strip.draw(
        picture,
        0.0,
        dict.fromkeys(("knee_flexion_deg", "trunk_lean_deg", "neck_flexion_deg"), 1.0) | {"slump_index": 0.1},
    )
    lift = session.phases[5]
    left, top, right, bottom = strip.band_px(lift)
    room_px = 640 - 2 * 15
    assert left == pytest.approx(15 + room_px * 15.0 / 23.5, abs=1)
    assert right == pytest.approx(15 + room_px * 18.5 / 23.5, abs=1)
    assert tuple(picture[top + 2, left + 2]) == rgb(PHASE_TINTS["HEAD_LIFT"])
    assert tuple(picture[bottom - 2, left - 4]) == rgb(PHASE_TINTS["DORSIFLEXION"])


def test_a_warning_shows_while_it_applies():
    result = fake_result(findings=(DIM,))
    overlay = Overlay((640, 480), result.track, result.angles, result.session)
    during, after = (overlay.draw(grey(), time_s)[-30:].astype(int) for time_s in (9.0, 13.0))
    assert during.max() > 200
    assert after.max() < 100


def test_drawing_without_phases():
    result = without_phases(fake_result())
    overlay = Overlay((640, 480), result.track, result.angles, result.session)
    assert overlay.draw(grey(), 3.0)[480:].max() > 200


def test_text_is_wrapped_to_its_room():
    words = "The camera looks at you from the front instead of from the side, so angles are not right."
    assert " ".join(wrap_text(words, 200, 14, 9)) == words
    cut = wrap_text(words, 200, 14, 2)
    assert len(cut) == 2
    assert cut[1].endswith("…")
    assert all(text_width(line, 14) <= 200 for line in cut)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_fit_below_a_narrow_picture(language):
    # As narrow as a phone held upright gives, where type is smallest.
    room_px = (300 - 2 * 12) / len(SHOWN)
    with speaking(language):
        for words in (text("movement.not_seen"), text("movement.not_judged")):
            assert text_width(words, fitting_px(words, 14, room_px, BOLD), BOLD) <= room_px
        for name in SHOWN:
            assert text_width(text(f"pictures.overlay.short_caption.{name}"), 11) < room_px


def test_every_letter_of_the_languages_has_a_shape():
    unknown = np.zeros((40, 40, 3), np.uint8)
    draw_text(unknown, "\uffff", (4, 30), 24, (255, 255, 255))
    seen = [unknown.tobytes(), np.zeros_like(unknown).tobytes()]
    for letter in "äöüßÄÖÜñÑáéíóúÁÉÍÓÚ¿¡°±…":
        picture = np.zeros_like(unknown)
        draw_text(picture, letter, (4, 30), 24, (255, 255, 255))
        assert picture.tobytes() not in seen, letter
        seen.append(picture.tobytes())


def test_a_person_facing_left_is_drawn_where_they_sit():
    result = fake_result(gap=False)
    mirrored = replace(
        result.angles.plausible, points=result.angles.plausible.points - np.array([640.0, 0.0])
    )
    moments = Moments(replace(result.angles, facing="left", plausible=mirrored), "right")
    hip_px = moments.landmarks(1.0)[0][24]
    np.testing.assert_allclose(hip_px, [640 - 270, 246])
