"""Findings on drawn recordings: none on a good one, and each one where it belongs."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from synthetic import STANDING, Camera, Story, make_track, perform
from test_language import catalogue

from slumpcv.angles import measure
from slumpcv.body import landmark
from slumpcv.language import LANGUAGES, Language, speaking
from slumpcv.quality import judge_quality
from slumpcv.quality.scene import around, stretches
from slumpcv.quality.words import CODES, REFUSING, in_order
from slumpcv.quality.yaw import load_yaw_fit
from slumpcv.segmentation import segment
from slumpcv.session import Finding, Quality, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from slumpcv.terms import Side
    from slumpcv.track import PoseTrack

FPS = 15.0
# The fit's bias for a far side that shows exactly behind the near one.
SQUARE = Camera(far_ahead=0.07)


@cache
def good() -> PoseTrack:
    return film(perform())


def film(story: Story | None = None, camera: Camera = SQUARE, fps: float = FPS) -> PoseTrack:
    if story is None and camera == SQUARE and fps == FPS:
        return good()
    story = story or perform()
    return make_track(story, story.times(fps), camera)


def judge(track: PoseTrack, asked_side: Side | None = None) -> Quality:
    angles = measure(track)
    return judge_quality(track, angles, segment(angles), asked_side)


def found(track: PoseTrack, code: str, asked_side: Side | None = None) -> Finding:
    quality = judge(track, asked_side)
    by_code = {f.code: f for f in quality.findings}
    assert code in by_code, sorted(by_code)
    assert quality.usable == all(f.severity != "unusable" for f in quality.findings)
    return by_code[code]


def during(track: PoseTrack, start_s: float, end_s: float) -> NDArray[np.bool_]:
    return (track.time_s >= start_s) & (track.time_s <= end_s)


def changed(track: PoseTrack, name: str, frames: Any, value: float) -> PoseTrack:
    values = getattr(track, name).copy()
    values[frames] = value
    return replace(track, **{name: values})


def moved(track: PoseTrack, move: Callable[[NDArray[np.float32]], object]) -> PoseTrack:
    px = track.landmarks_px.copy()
    move(px)
    return replace(track, landmarks_px=px)


def lost(track: PoseTrack, frames: NDArray[np.bool_]) -> PoseTrack:
    for name in ("landmarks_px", "visibility", "world_m", "sharpness"):
        track = changed(track, name, frames, np.nan)
    return track


def lift_s(story: Story) -> float:
    return story.start_of("HEAD_LIFT")


# --- a good recording -------------------------------------------------------------------------


@pytest.mark.parametrize("facing", ["left", "right"])
def test_a_good_recording_has_no_findings(facing: Side) -> None:
    quality = judge(film(camera=replace(SQUARE, facing=facing)), facing)
    assert quality.findings == ()
    assert quality.usable
    assert quality.camera_yaw_deg == pytest.approx(0.0, abs=3.0)
    assert quality.camera_yaw_plus_minus_deg == load_yaw_fit().plus_minus_deg


def test_what_is_done_before_and_after_the_test_is_no_trouble() -> None:
    story = Story(start=STANDING).begins(None).rest(2)
    story.change(None, move_s=1.5, hold_s=0, trunk_lean_deg=-11.0, knee_flexion_deg=85.0, thigh_deg=88.0)
    story.sit(3).slump().chin().knee().lift().sit_up().rest(2)
    end_s = story.now_s
    story.rest(3)
    track = film(story)
    track = lost(track, during(track, 0.0, 1.0) | during(track, end_s, np.inf))
    assert judge(track).findings == ()


def test_judging_twice_gives_the_same() -> None:
    track = film(camera=replace(SQUARE, noise_px=2.0))
    assert judge(track) == judge(track)


# --- the person ---------------------------------------------------------------------------------


def test_an_empty_room() -> None:
    track = film()
    quality = judge(lost(track, np.ones(len(track), dtype=bool)))
    assert [f.code for f in quality.findings] == ["NO_PERSON"]
    assert not quality.usable
    assert quality.camera_yaw_deg is None


def test_a_clip_without_pictures() -> None:
    track = film()
    empty = {n: getattr(track, n)[:0] for n in ("time_s", "landmarks_px", "visibility", "world_m")}
    empty |= {n: getattr(track, n)[:0] for n in ("luma", "sharpness", "people")}
    assert [f.code for f in judge(replace(track, **empty)).findings] == ["NO_PERSON"]


def test_somebody_who_only_stands() -> None:
    quality = judge(film(Story(start=STANDING).begins(None).rest(6), replace(SQUARE, thigh_px=80.0)))
    assert [f.code for f in quality.findings] == ["NOT_SEATED"]


def test_somebody_who_only_sits() -> None:
    quality = judge(film(Story().sit(6)))
    assert [f.code for f in quality.findings] == ["NO_TEST"]


def test_a_step_left_out_is_a_note() -> None:
    finding = found(film(perform(lift=None)), "INCOMPLETE")
    assert finding.severity == "note"
    assert "head lift" in finding.message


def test_the_person_is_lost_for_a_while() -> None:
    track = film()
    finding = found(lost(track, during(track, 5.5, 6.5)), "PERSON_LOST")
    assert finding.severity == "warn"
    assert [(s.start_s, s.end_s) for s in finding.spans] == [pytest.approx((5.5, 6.5), abs=0.1)]


def test_the_person_is_lost_while_it_matters() -> None:
    story = perform()
    track = film(story)
    hidden = during(track, lift_s(story) - 1.0, lift_s(story) - 0.1)
    assert found(lost(track, hidden), "PERSON_LOST").severity == "unusable"


def test_the_far_leg_was_tested() -> None:
    def exchange(px: NDArray[np.float32]) -> None:
        for joint in ("knee", "ankle", "heel", "toe"):
            near, far = landmark(joint, "right"), landmark(joint, "left")
            px[:, [near, far]] = px[:, [far, near]]

    quality = judge(moved(film(), exchange))
    assert [f.code for f in quality.findings if f.severity == "unusable"] == ["FAR_LEG_TESTED"]


def test_the_other_side_was_asked_for() -> None:
    finding = found(film(), "SIDE_MISMATCH", asked_side="left")
    assert finding.severity == "unusable"
    assert "left leg" in finding.message
    assert "right side" in finding.message


def test_company() -> None:
    track = film()
    track = changed(track, "people", slice(None), 255)
    track = changed(track, "people", slice(None, None, 30), 1)
    track = changed(track, "people", [60, 90], 2)
    finding = found(track, "COMPANY")
    assert finding.severity == "note"
    assert [(s.start_s, s.end_s) for s in finding.spans] == [pytest.approx((3.0, 7.0))]


def test_a_hidden_lower_leg_leaves_the_clip_usable() -> None:
    track = film()
    frames = during(track, 0.0, 8.0)

    def hide(px: NDArray[np.float32]) -> None:
        knee = px[frames, landmark("knee", "right")]
        for joint in ("ankle", "heel", "toe"):
            px[frames, landmark(joint, "right")] = knee + np.float32([0, 40])

    quality = judge(moved(track, hide))
    assert [(f.code, f.severity) for f in quality.findings] == [("SHANK_HIDDEN", "warn")]
    assert quality.findings[0].spans == (Span(start_s=0.0, end_s=8.0),)


def test_a_hidden_shoulder() -> None:
    track = film()
    frames = np.ix_(during(track, 4.0, 6.0), [landmark("shoulder", "right")])
    finding = found(changed(track, "visibility", frames, 0.2), "PART_HIDDEN")
    assert "shoulder" in finding.message


def test_swapped_legs_are_said() -> None:
    track = film()
    frames = during(track, 11.0, 12.0)

    def swap(px: NDArray[np.float32]) -> None:
        for joint in ("knee", "ankle", "heel", "toe"):
            near, far = landmark(joint, "right"), landmark(joint, "left")
            px[np.ix_(frames, [near, far])] = px[np.ix_(frames, [far, near])]

    finding = found(moved(track, swap), "LEGS_SWAPPED")
    assert [(s.start_s, s.end_s) for s in finding.spans] == [pytest.approx((11.0, 12.0), abs=0.1)]


# --- the view -----------------------------------------------------------------------------------


def filmed_at(yaw_deg: float) -> Camera:
    """The camera whose estimate is so many degrees: the fit, turned round."""
    fit = load_yaw_fit()
    return Camera(far_ahead=-1.15 * (yaw_deg - fit.intercept_deg) / fit.deg_per_trunk)


@pytest.mark.parametrize(
    ("yaw_deg", "codes"),
    [(0, []), (15, []), (-15, []), (24, ["YAW"]), (-24, ["YAW"]), (30, ["YAW"]), (40, ["YAW_TOO_LARGE"])],
)
def test_the_angle_of_the_camera(yaw_deg: float, codes: list[str]) -> None:
    quality = judge(film(camera=filmed_at(yaw_deg)))
    assert quality.camera_yaw_deg == pytest.approx(yaw_deg, abs=1.0)
    assert [f.code for f in quality.findings] == codes
    assert quality.usable == ("YAW_TOO_LARGE" not in codes)


def test_the_angle_of_the_camera_says_where_to() -> None:
    assert "front" in found(film(camera=filmed_at(24)), "YAW").message
    assert "back" in found(film(camera=filmed_at(-24)), "YAW").message


def test_a_view_from_the_front() -> None:
    quality = judge(film(camera=Camera(far_ahead=0.85)))
    assert [f.code for f in quality.findings] == ["FRONTAL_VIEW"]
    assert quality.camera_yaw_deg is None


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_picture(quarter_turns: int) -> None:
    track = film()
    turn = np.linalg.matrix_power(np.array([[0, 1], [-1, 0]]), quarter_turns).astype(np.float32)
    turned = replace(track, landmarks_px=(track.landmarks_px - [320, 240]) @ turn + np.float32(320))
    quality = judge(replace(turned, source=replace(track.source, width_px=640, height_px=640)))
    assert [f.code for f in quality.findings] == ["ROTATED"]


def test_the_head_leaves_the_picture_while_sitting_tall() -> None:
    finding = found(film(camera=replace(SQUARE, hip_px=(230.0, 172.0))), "OUT_OF_FRAME")
    assert finding.severity == "warn"
    assert "head" in finding.message
    assert finding.spans[0].start_s == 0.0


def test_a_straight_leg_that_leaves_the_picture_cannot_be_judged() -> None:
    story = perform()
    finding = found(film(story, replace(SQUARE, hip_px=(460.0, 290.0))), "OUT_OF_FRAME")
    assert finding.severity == "unusable"
    assert "foot" in finding.message
    assert finding.spans[0].start_s > story.start_of("KNEE_EXTENSION")


@pytest.mark.parametrize(("thigh_px", "severity"), [(45.0, "warn"), (20.0, "unusable")])
def test_too_far(thigh_px: float, severity: str) -> None:
    assert found(film(camera=replace(SQUARE, thigh_px=thigh_px)), "TOO_FAR").severity == severity


def test_too_close() -> None:
    finding = found(film(camera=replace(SQUARE, thigh_px=190.0, hip_px=(150.0, 320.0))), "TOO_CLOSE")
    assert finding.severity == "warn"


def test_a_shaking_camera() -> None:
    shakes = np.random.default_rng(0).normal(0.0, 6.0, (1000, 1, 2)).astype(np.float32)
    track = film()
    assert found(moved(track, lambda px: np.add(px, shakes[: len(px)], out=px)), "SHAKY").severity == "warn"


def test_a_camera_that_is_moved() -> None:
    track = film()
    after = during(track, 6.0, np.inf)

    def pan(px: NDArray[np.float32]) -> None:
        px[after] += [80, 0]

    finding = found(moved(track, pan), "CAMERA_MOVED")
    assert finding.spans[0].start_s == pytest.approx(6.0, abs=0.2)


# --- the picture ----------------------------------------------------------------------------------


def test_a_dark_stretch() -> None:
    track = film()
    finding = found(changed(track, "luma", during(track, 4.0, 6.0), 30.0), "DARK")
    assert finding.severity == "warn"
    assert [(s.start_s, s.end_s) for s in finding.spans] == [pytest.approx((4.0, 6.0), abs=0.1)]


def test_a_night_cannot_be_judged() -> None:
    assert found(changed(film(), "luma", slice(None), 10.0), "DARK").severity == "unusable"


@pytest.mark.parametrize(("sharpness", "severity"), [(4.0, "warn"), (2.0, "unusable")])
def test_a_blurred_picture(sharpness: float, severity: str) -> None:
    assert found(changed(film(), "sharpness", slice(None), sharpness), "BLURRED").severity == severity


def test_darkness_is_not_taken_for_blur() -> None:
    track = film()
    darker = changed(changed(track, "luma", slice(None), 60.0), "sharpness", slice(None), 300.0 / 4)
    assert judge(darker).findings == ()


@pytest.mark.parametrize(("fps", "severity"), [(10.0, "warn"), (4.0, "unusable")])
def test_few_pictures_a_second(fps: float, severity: str) -> None:
    finding = found(film(fps=fps), "LOW_FPS")
    assert finding.severity == severity
    assert str(round(fps)) in finding.message


def test_missing_pictures() -> None:
    track = film()
    kept = ~during(track, 5.0, 6.0)
    names = ("time_s", "landmarks_px", "visibility", "world_m", "luma", "sharpness", "people")
    finding = found(replace(track, **{n: getattr(track, n)[kept] for n in names}), "FRAMES_MISSING")
    assert [(s.start_s, s.end_s) for s in finding.spans] == [pytest.approx((5.0, 6.0), abs=0.1)]


# --- the performance --------------------------------------------------------------------------------


def test_a_knee_that_straightens_in_a_second() -> None:
    story = Story().sit().slump().chin().knee(move_s=1.0).lift().sit_up().rest(3)
    finding = found(film(story), "HASTY")
    assert finding.severity == "note"
    assert "knee" in finding.message
    assert finding.spans[0].start_s == pytest.approx(story.start_of("KNEE_EXTENSION") + 0.25, abs=0.15)


def test_a_head_that_is_thrown_up() -> None:
    story = Story().sit().slump().chin().knee().lift(move_s=0.5).sit_up().rest(3)
    finding = found(film(story, fps=30.0), "HASTY")
    assert finding.severity == "warn"
    assert "head lift" in finding.message


def test_a_lift_that_is_not_held() -> None:
    story = Story().sit().slump().chin().knee().lift(hold_s=0.0).sit_up().rest(3)
    finding = found(film(story), "SHORT_HOLD")
    assert "after the head lift" in finding.message


def test_a_jittery_knee() -> None:
    track = film()
    jitter = np.random.default_rng(0).normal(0.0, 8.0, (len(track), 2)).astype(np.float32)

    def shake(px: NDArray[np.float32]) -> None:
        px[:, landmark("ankle", "right")] += jitter

    assert found(moved(track, shake), "JITTERY").severity in ("warn", "unusable")


def test_leaning_from_the_hips_is_no_slump() -> None:
    story = Story().sit().change("SLUMP", trunk_lean_deg=45.0, head_angle_deg=45.0, face_pitch_deg=45.0)
    story.chin().knee().lift().sit_up().rest(3)
    finding = found(film(story), "HIP_HINGE")
    assert finding.spans[0].start_s > story.start_of("SLUMP")


# --- time and words -----------------------------------------------------------------------------------


def test_stretches_merge_neighbours_and_drop_blips() -> None:
    time_s = np.arange(100) / 10.0
    frames = np.zeros(100, dtype=bool)
    frames[[*range(10, 20), *range(23, 30), 50, 51]] = True
    assert stretches(time_s, frames) == [Span(start_s=1.0, end_s=2.9)]
    assert around([(3.0, 4.0), (1.0, 2.0), (1.5, 2.8)]) == [Span(start_s=1.0, end_s=4.0)]


def test_findings_are_sorted_by_severity_and_time() -> None:
    def make(code: str, severity: Any, *start_s: float) -> Finding:
        spans = tuple(Span(start_s=s, end_s=s + 1) for s in start_s)
        return Finding(code=code, severity=severity, message="m", fix="f", spans=spans)

    findings = [
        make("A", "note", 1.0),
        make("DARK", "warn", 5.0),
        make("YAW", "warn"),
        make("B", "unusable", 9.0),
    ]
    assert [f.code for f in in_order(findings)] == ["B", "YAW", "DARK", "A"]


def test_a_broken_file_is_said() -> None:
    track = film()
    broken = replace(track, source=replace(track.source, damaged_at_s=(4.0,)))
    assert [(f.code, f.spans[0].start_s) for f in judge(broken).findings] == [("DAMAGED", 4.0)]


def test_few_pictures_because_few_were_asked_for_is_another_matter() -> None:
    track = film(fps=10)
    assert found(track, "LOW_FPS").severity == "warn"
    asked = replace(track, source=replace(track.source, asked_fps=10.0))
    assert [f.code for f in judge(asked).findings] == ["FEW_ANALYSED"]


def test_every_finding_has_its_words_and_those_that_refuse_have_more() -> None:
    keys = {key for key in catalogue("en", "findings") if re.match(r"findings\.[A-Z_]+\.", key)}
    assert keys == {f"findings.{code}.{part}" for code in CODES for part in ("message", "fix")} | {
        f"findings.{code}.refusal" for code in REFUSING
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_plain(language: Language) -> None:
    for key, words in catalogue(language, "findings").items():
        if not re.search(r"\.(message|fix|refusal)$", key):
            continue
        assert re.fullmatch(r"[A-Z][^!?]*\.", words), key
        assert ". " not in words, f"{key}: one sentence each"
        assert len(words.split()) <= 26, key


def test_findings_speak_the_language_of_the_moment() -> None:
    track = film()
    frames = np.ix_(during(track, 4.0, 6.0), [landmark("shoulder", "right")])
    unheld = Story().sit().slump().chin().knee().lift(hold_s=0.0).sit_up().rest(3)
    with speaking("es"):
        assert "(hombro)" in found(changed(track, "visibility", frames, 0.2), "PART_HIDDEN").message
        mismatch = found(track, "SIDE_MISMATCH", asked_side="left").message
        assert "pierna izquierda" in mismatch
        assert "lado derecho" in mismatch
    with speaking("de"):
        assert "zu weit vorn" in found(film(camera=filmed_at(24)), "YAW").message
        assert found(film(unheld), "SHORT_HOLD").message.startswith("Eine Haltung nach dem Kopfheben")
