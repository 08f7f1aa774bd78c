"""The coach, with a pretended model that knows the person of each moment, and once with the real one."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np
import pytest
from synthetic import Camera, Posture, Story, make_track, perform

import slumpcv.follow
import slumpcv.live.coach
import slumpcv.live.follow
from slumpcv.angles import measure
from slumpcv.body import landmark
from slumpcv.errors import InputError
from slumpcv.follow import ANALYSIS_SIDE_PX, GREY, estimate_pose
from slumpcv.live.coach import Coach
from slumpcv.live.events import Say, Tone
from slumpcv.live.guide import GuideView
from slumpcv.live.record import GuidedTest
from slumpcv.phases import Stage
from slumpcv.pose import Pose
from slumpcv.segmentation import segment
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slumpcv.live.answer import Answer
    from slumpcv.live.events import Event
    from slumpcv.live.seen import Seen
    from slumpcv.pose import Image
    from slumpcv.terms import Side
    from slumpcv.track import PoseTrack

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FPS = 12.0
# The browser's clock has any zero.
CLOCK_S = 5000.0
SPEECH_S = 1.5


class Model:
    """Finds who is in a track at that time, whatever the picture shows."""

    track: ClassVar[PoseTrack]
    open: ClassVar[int] = 0

    def __init__(self, *_: object) -> None:
        Model.open += 1

    def close(self) -> None:
        Model.open -= 1

    def find(self, _rgb: Image, time_s: float) -> list[Pose]:
        i = int(np.clip(np.searchsorted(self.track.time_s, time_s - 1e-6), 0, len(self.track) - 1))
        if not np.isfinite(self.track.landmarks_px[i]).all():
            return []
        return [Pose(self.track.landmarks_px[i], self.track.visibility[i], self.track.world_m[i])]


class Notebook:
    """A guide that only writes down."""

    seen: ClassVar[list[Seen]]
    calls: ClassVar[list[tuple[str, float]]]

    def __init__(self, *_: object) -> None:
        Notebook.seen, Notebook.calls = [], []

    def step(self, seen: Seen) -> list[Event]:
        self.seen.append(seen)
        return [Say("cue_slump"), Tone("hold")] if len(self.seen) == 1 else []

    def press(self, time_s: float, by: str) -> list[Event]:
        self.calls.append((by, time_s))
        return [Tone("mark_on")]

    def stop(self, time_s: float, by: str) -> list[Event]:
        self.calls.append((by, time_s))
        return [Say("stop")]

    def record(self) -> GuidedTest:
        return GuidedTest(side="right", status="stopped", duration_s=1.0, stopped_by="key")

    @property
    def view(self) -> GuideView:
        return GuideView("SLUMP", "title_slump", 0.5, False, True, bool(self.calls[1:]))


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    """A bright, sharp picture without noise: a chequerboard."""
    rows, columns = np.indices((480, 640)) // 16
    board = np.where((rows + columns) % 2, 200, 60).astype(np.uint8)
    return cv2.imencode(".jpg", np.dstack([board] * 3))[1].tobytes()


@pytest.fixture
def coach_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Coach]]:
    monkeypatch.setattr(slumpcv.follow, "Landmarker", Model)
    monkeypatch.setattr(slumpcv.live.follow, "Landmarker", Model)
    opened: list[Coach] = []

    def make(track: PoseTrack, side: Side = "right", guide: type | None = None) -> Coach:
        Model.track, Model.open = track, 0
        if guide is not None:
            monkeypatch.setattr(slumpcv.live.coach, "Guide", guide)
        opened.append(Coach(side, "en", lambda _key: SPEECH_S, "lite"))
        return opened[-1]

    yield make
    for coach in opened:
        coach.close()
    assert Model.open == 0


def show(coach: Coach, jpeg: bytes, begin_s: float, end_s: float) -> list[Answer]:
    times = np.arange(math.ceil(begin_s * FPS), end_s * FPS) / FPS
    return [coach.frame(jpeg, CLOCK_S + float(t)) for t in times]


def film(story: Story, **camera: object) -> PoseTrack:
    return make_track(story, story.times(FPS), Camera(**camera))  # type: ignore[arg-type]


def test_a_whole_test_from_the_setup_to_its_record(coach_of: Callable[..., Coach], jpeg: bytes) -> None:
    story = perform(baseline=12.0, hold_s=4.0)
    coach = coach_of(film(story))
    setting_up = show(coach, jpeg, 0.0, 5.0)
    assert {a["mode"] for a in setting_up} == {"setup"}
    assert setting_up[0]["record"] is False
    assert setting_up[-1]["record"] is True
    assert [s["key"] for a in setting_up for s in a["say"]] == ["setup_ready"]
    assert [c["id"] for c in setting_up[-1]["checks"]][:2] == ["person", "alone"]
    assert all(c["done"] for c in setting_up[-1]["checks"])
    assert coach.record() is None

    coach.recording_began(CLOCK_S + 5.0)
    testing = show(coach, jpeg, 5.0, story.now_s)
    assert all(a["checks"] == [] and a["fix"] is None for a in testing)
    heard = [s for a in setting_up + testing for s in a["say"]]
    assert [s["id"] for s in heard] == list(range(1, len(heard) + 1))
    assert heard[1]["text"] != heard[1]["key"]
    json.dumps(testing)

    record = coach.record()
    assert record is not None
    begun = {phase.phase: phase.start_s for phase in record.phases}
    for true in story.phases:
        expected_s = max(true.start_s - 5.0, 0.0)
        assert begun[true.phase] == pytest.approx(expected_s, abs=0.5), true.phase
    assert testing[-1]["phase"] == "RECOVERY"


def test_the_guide_is_told_what_is_seen_on_the_recordings_clock(
    coach_of: Callable[..., Coach], jpeg: bytes
) -> None:
    story = Story(2.0, 4.0).sit(6).slump()
    coach = coach_of(film(story), guide=Notebook)
    show(coach, jpeg, 0.0, 3.0)
    coach.recording_began(CLOCK_S + 3.0)
    late = coach.frame(jpeg, CLOCK_S + 2.999)  # was on its way when the recording began
    first, *_ = show(coach, jpeg, 3.0, story.now_s)
    assert late["say"] == []
    assert [s["key"] for s in first["say"]] == ["cue_slump"]
    assert first["tones"] == ["hold"]
    assert (first["step"], first["hold"], first["marking"]) == ("SLUMP", 0.5, True)
    seen = Notebook.seen
    assert seen[0].time_s == pytest.approx(0.0, abs=0.01)
    assert seen[-1].time_s == pytest.approx(story.now_s - 3.0, abs=0.1)
    assert seen[0].tall == {}
    last = seen[-1]
    assert last.stage is Stage.LOADING
    assert [span.phase for span in last.spans] == ["BASELINE", "SLUMP"]
    assert last.angles["trunk_lean_deg"] - last.tall["trunk_lean_deg"] > 15
    assert any("back" in s.moving for s in seen)
    assert not last.moving


def raise_hand(track: PoseTrack, begin_s: float, end_s: float) -> None:
    raised = (track.time_s > begin_s) & (track.time_s < end_s)
    elbow, wrist = landmark("elbow", "right"), landmark("wrist", "right")
    track.landmarks_px[raised, wrist] = track.landmarks_px[raised, elbow] + np.float32([45, -50])
    track.landmarks_px[raised, 20] = track.landmarks_px[raised, wrist] + np.float32([8, -8])


def test_a_raised_hand_reaches_the_guide(coach_of: Callable[..., Coach], jpeg: bytes) -> None:
    track = film(Story().sit(8))
    raise_hand(track, 5.0, 7.0)
    coach = coach_of(track, guide=Notebook)
    show(coach, jpeg, 0.0, 3.0)
    coach.recording_began(CLOCK_S + 3.0)
    show(coach, jpeg, 3.0, 8.0)
    up = [seen.time_s for seen in Notebook.seen if seen.hand_up]
    assert min(up) == pytest.approx(2.5, abs=0.15)
    assert max(up) == pytest.approx(4.4, abs=0.15)
    assert Notebook.seen[-1].hand_since_s == pytest.approx(4.0, abs=0.1)


def test_buttons_and_keys_are_passed_on_with_their_time(coach_of: Callable[..., Coach], jpeg: bytes) -> None:
    coach = coach_of(film(Story().sit(4)), guide=Notebook)
    assert coach.press(CLOCK_S, "key") == []
    show(coach, jpeg, 0.0, 1.0)
    coach.recording_began(CLOCK_S + 1.0)
    assert coach.press(CLOCK_S + 2.0, "phone") == [{"name": "mark_on"}]
    stopped = coach.stop(CLOCK_S + 2.5, "key")
    assert [s["key"] for s in stopped] == ["stop"]
    assert Notebook.calls == [("phone", pytest.approx(1.0)), ("key", pytest.approx(1.5))]
    (over, *_) = show(coach, jpeg, 3.0, 4.0)
    assert over["mode"] == "over"
    assert over["over"] == {"status": "stopped", "stopped_by": "key"}


@pytest.mark.parametrize("side", ["right", "left"])
def test_points_are_shares_of_the_picture(coach_of: Callable[..., Coach], jpeg: bytes, side: Side) -> None:
    track = film(Story().sit(2), facing=side)
    coach = coach_of(track, side)
    answer = show(coach, jpeg, 0.0, 1.0)[-1]
    assert answer["points"] is not None
    for joint in ("ear", "shoulder", "hip"):
        share = track.landmarks_px[0, landmark(joint, side)] / [640, 480]
        assert answer["points"][joint] == pytest.approx(share.tolist(), abs=0.01)


def test_an_empty_room_has_no_points_and_asks_for_somebody(
    coach_of: Callable[..., Coach], jpeg: bytes
) -> None:
    track = film(Story().sit(2))
    track.landmarks_px[:] = np.nan
    last = show(coach_of(track), jpeg, 0.0, 2.0)[-1]
    assert last["points"] is None
    assert last["fix"]
    assert not any(check["done"] for check in last["checks"])


class Passing(Model):
    """For a while the tracker follows somebody who walks by, until it is shown the patient alone."""

    away: ClassVar[bool] = False

    def __init__(self, model: Path, facing: Side = "right", people: int = 1) -> None:
        super().__init__(model, facing, people)
        self.searches = people > 1

    def find(self, rgb: Image, time_s: float) -> list[Pose]:
        (patient,) = super().find(rgb, time_s)
        walker = Pose(patient.landmarks_px + np.float32([-200, 0]), patient.visibility, patient.world_m)
        if self.searches:
            return [walker, patient]
        if (rgb[:, :60] == GREY).all():
            Passing.away = False
        return [walker if Passing.away else patient]


def test_the_tracker_is_led_back_from_somebody_who_walks_by(
    coach_of: Callable[..., Coach], jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slumpcv.follow, "Landmarker", Passing)
    monkeypatch.setattr(slumpcv.live.follow, "Landmarker", Passing)
    track = film(Story().sit(6), hip_px=(330.0, 290.0))
    coach = coach_of(track, guide=Notebook)
    show(coach, jpeg, 0.0, 3.0)
    coach.recording_began(CLOCK_S + 3.0)
    Passing.away = True
    answers = show(coach, jpeg, 3.0, 4.0)
    hips = [answer["points"] and answer["points"]["hip"][0] for answer in answers]
    assert all(hip is None or hip == pytest.approx(330 / 640, abs=0.01) for hip in hips)
    assert None not in hips[7:]
    assert not Passing.away


@pytest.mark.parametrize("damaged", [b"", b"no picture", b"\xff\xd8\xff\xe0"])
def test_a_damaged_picture_is_refused(coach_of: Callable[..., Coach], damaged: bytes) -> None:
    with pytest.raises(InputError, match="damaged"):
        coach_of(film(Story().sit(1))).frame(damaged, 0.0)


def test_a_real_clip_has_live_the_phases_that_its_analysis_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slumpcv.live.coach, "Guide", Notebook)
    with open_clip(SAMPLES / "right_plain_30fps.mp4", max_side_px=ANALYSIS_SIDE_PX) as clip:
        offline = segment(measure(estimate_pose(clip)))
        coach = Coach("right", "en", lambda _key: SPEECH_S)
        coach.recording_began(0.0)
        for frame in clip.frames(FPS):
            bgr = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR)
            coach.frame(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 75])[1].tobytes(), frame.time_s)
        coach.close()
    live = {span.phase: span.start_s for span in Notebook.seen[-1].spans}
    # The ankle is advisory: the model's toes jump.
    steps = [span for span in offline if span.phase != "DORSIFLEXION"]
    assert len(steps) == 7
    for span in steps:
        assert live[span.phase] == pytest.approx(span.start_s, abs=0.5), span.phase
    assert not any(seen.hand_up for seen in Notebook.seen)


def test_a_raised_hand_goes_on_without_another_chair_and_marks_nothing(
    coach_of: Callable[..., Coach], jpeg: bytes
) -> None:
    low = Story(start=replace(Posture(), thigh_deg=25.0)).sit(36)
    track = film(low)
    raise_hand(track, 10.0, 12.0)  # not yet asked for: says nothing
    raise_hand(track, 29.0, 32.0)
    coach = coach_of(track)
    answers = show(coach, jpeg, 0.0, 36.0)
    said = [spoken["key"] for answer in answers for spoken in answer["say"]]
    assert said[-2:] == ["setup_go_on", "setup_ready"]
    assert any(answer["may_go_on"] for answer in answers)
    done_s = next(answer["t"] for answer in answers if answer["record"]) - CLOCK_S
    assert 33.5 < done_s < 35.0
    coach.recording_began(CLOCK_S + 36.0)
    record = coach.record()
    assert record is not None
    assert record.skipped == {"chair": "chair_low"}
