"""Following the patient, with a pretended model that finds painted people."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

import slumpcv.follow
import slumpcv.survey
from slumpcv.errors import InputError
from slumpcv.follow import (
    LEAD_IN_S,
    PASSING_S,
    SEARCH_WHEN_LOST_S,
    SETTLING_FRAMES,
    estimate_pose,
)
from slumpcv.models import ModelFile
from slumpcv.pose import Pose
from slumpcv.rows import NOT_SEARCHED
from slumpcv.survey import FEWEST_GLANCES, LOOKERS, MOST_GLANCES, Survey, glances, survey
from slumpcv.video import ClipInfo, Frame, FrameSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from slumpcv.track import PoseTrack

TORSO_PX = 20.0
WIDTH_PX, HEIGHT_PX = 240, 120
REACH_PX = 15.0


@dataclass(frozen=True)
class Person:
    """Painted as a spot on the hips; the model is surer of bright ones."""

    x: float | Callable[[float], float]
    shade: int = 100
    looks: int = 1
    stands: bool = False
    y: float = 60.0

    def spot(self, time_s: float) -> tuple[int, int]:
        return round(self.x(time_s) if callable(self.x) else self.x), round(self.y)

    def pose(self, x: float, y: float) -> Pose:
        points = np.tile(np.float32([x, y]), (33, 1))
        points[[11, 12]] += [0, -TORSO_PX]
        points[:11] += [0, -1.3 * TORSO_PX]
        points[0] += [5 * self.looks, 0]
        points[25:27] += [0, TORSO_PX] if self.stands else [TORSO_PX * self.looks, 0]
        points[27:33] += [0, 2 * TORSO_PX] if self.stands else [TORSO_PX * self.looks, TORSO_PX]
        return Pose(points, np.full(33, 0.9, np.float32), np.zeros((33, 3), np.float32))


class World(FrameSource):
    """A clip of painted people."""

    def __init__(
        self,
        *people: Person,
        seconds: float = 10.0,
        fps: float = 15.0,
        times: NDArray[np.float64] | None = None,
        size_px: tuple[int, int] = (WIDTH_PX, HEIGHT_PX),
        **info: Any,
    ) -> None:
        super().__init__()
        self.people = people
        self.times = np.arange(0.0, seconds, 1 / fps) if times is None else times
        self.size_px = size_px
        facts: dict[str, Any] = {
            "width_px": size_px[0],
            "height_px": size_px[1],
            "duration_s": seconds,
        } | info
        self._info = ClipInfo(
            rotation_deg=0, fps_nominal=None, container="mp4", codec="h264", sha256=None, **facts
        )

    @property
    def info(self) -> ClipInfo:
        return self._info

    def peek(self, count: int) -> list[Frame]:
        return [self.frame(t) for t in np.linspace(self.times[0], self.times[-1], count)]

    def frame(self, time_s: float) -> Frame:
        return Frame(time_s, self._develop(time_s))

    def _timed(self, from_s: float) -> Iterator[tuple[float, float]]:
        yield from ((float(t), float(t)) for t in self.times if t >= from_s)

    def _develop(self, raw: float) -> NDArray[np.uint8]:
        rgb = np.zeros((self.size_px[1], self.size_px[0], 3), np.uint8)
        for person in sorted(self.people, key=lambda p: p.shade):
            x, y = person.spot(raw)
            if x >= 1:
                rgb[y - 1 : y + 2, x - 1 : x + 2, 0] = person.shade
        return rgb


class FakeLandmarker:
    """Searches like the model, and like it tracks whoever is near and seems surest."""

    made: ClassVar[list[FakeLandmarker]] = []
    world: ClassVar[tuple[Person, ...]] = ()

    def __init__(self, model: Path, facing: str = "right", people: int = 1) -> None:  # noqa: ARG002
        self.facing = facing
        self.tracks = people == 1
        self.closed = False
        self.times: list[float] = []
        self._at: NDArray[np.float32] | None = None
        self.made.append(self)

    def close(self) -> None:
        self.closed = True

    def find(self, rgb: NDArray[np.uint8], time_s: float) -> list[Pose]:
        assert not self.closed
        self.times.append(time_s)
        found = []
        for person in sorted(self.world, key=lambda p: -p.shade):
            rows, columns = np.nonzero(rgb[..., 0] == person.shade)
            if len(rows):
                found.append(person.pose(columns.mean(), rows.mean()))
        if not self.tracks:
            return found
        near = [p for p in found if self._at is None or np.hypot(*(p.hip_px - self._at)) < REACH_PX]
        self._at = near[0].hip_px if near else None
        return near[:1]


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(FakeLandmarker, "made", [])
    for module in (slumpcv.follow, slumpcv.survey):
        monkeypatch.setattr(module, "Landmarker", FakeLandmarker)
    monkeypatch.setattr(slumpcv.follow, "find_model", lambda v: ModelFile(v, Path("model.task"), "1" * 64))
    yield
    assert all(m.closed for m in FakeLandmarker.made), "a model was left open"


def follow(world: World, fps: float | None = None, **options: Any) -> PoseTrack:
    FakeLandmarker.world = world.people
    return estimate_pose(world, fps=fps, **options)


def trackers() -> list[FakeLandmarker]:
    return [m for m in FakeLandmarker.made if m.tracks]


def hip_x(track: PoseTrack) -> NDArray[np.float32]:
    return track.landmarks_px[:, [23, 24], 0].mean(axis=1)


# --- dim recordings ------------------------------------------------------------------------------


class DimRoom(World):
    """A room whose walls are brighter than the person, all of it dim."""

    def _develop(self, raw: float) -> NDArray[np.uint8]:
        rgb = super()._develop(raw)
        rgb[..., 1] = 50
        return rgb


def test_the_model_sees_a_dim_recording_brighter_but_its_light_is_that_of_the_recording() -> None:
    world = DimRoom(Person(100, shade=30), seconds=3.0)
    FakeLandmarker.world = (Person(100, shade=120),)  # 30 grey levels brought up from 50 to 200
    track = estimate_pose(world)
    assert hip_x(track) == pytest.approx(100)
    assert track.luma == pytest.approx(50 / 3, abs=0.5)


# --- the first look ------------------------------------------------------------------------------


def look_at(world: World) -> Survey:
    FakeLandmarker.world = world.people
    return survey(glances(world), Path("model.task"))


@pytest.mark.parametrize(("looks", "facing"), [(1, "right"), (-1, "left")])
def test_facing_is_that_of_the_seated_person(looks: int, facing: str) -> None:
    walker = Person(lambda t: 10 + 20 * t, shade=200, looks=-looks, stands=True)
    world = World(Person(100, looks=looks), walker)
    assert look_at(world).facing == facing
    follow(world)
    assert {m.facing for m in trackers()} == {facing}


def test_the_anchor_is_a_place_where_somebody_sits() -> None:
    # One person sits first here and then there: most of the time at 60.
    moves_over = Person(lambda t: 60 if t < 6 else 180)
    anchor = look_at(World(moves_over)).anchor
    assert anchor is not None
    assert anchor.hip_px == pytest.approx([60, 60])
    assert anchor.torso_px == pytest.approx(TORSO_PX)
    assert anchor.holds(moves_over.pose(60 + 0.7 * TORSO_PX, 60))
    assert not anchor.holds(moves_over.pose(60 + 0.9 * TORSO_PX, 60))


def test_seated_company_elsewhere_does_not_count() -> None:
    look = look_at(World(Person(100), Person(20, shade=150, looks=-1), Person(200, shade=200, looks=-1)))
    assert look.anchor is not None
    assert look.anchor.hip_px == pytest.approx([100, 60])
    assert look.facing == "right"


@pytest.mark.parametrize("people", [(), (Person(100, stands=True),)])
def test_without_a_seated_person_there_is_no_anchor(people: tuple[Person, ...]) -> None:
    look = look_at(World(*people))
    assert (look.facing, look.anchor) == ("right", None)


@pytest.mark.parametrize(("seconds", "count"), [(2, FEWEST_GLANCES), (40, 20), (900, MOST_GLANCES)])
def test_long_clips_get_more_glances(seconds: float, count: int) -> None:
    assert len(glances(World(Person(100), seconds=seconds, fps=2))) == count


def test_a_clip_with_few_places_to_jump_to_is_read_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "peek", lambda self, _: [self.frame(0.0)])
    seen = [f.time_s for f in glances(World(Person(100)))]
    assert len(seen) == FEWEST_GLANCES
    assert seen[-1] > 8


# --- following -----------------------------------------------------------------------------------


def test_a_stolen_tracker_is_led_back() -> None:
    crossing = Person(lambda t: 220 - 30 * t, shade=200, stands=True)
    track = follow(World(Person(100), crossing, seconds=7.5))
    seen = np.isfinite(hip_x(track))
    assert np.abs(hip_x(track)[seen] - 100).max() < 0.8 * TORSO_PX
    assert seen.mean() > 0.8
    assert hip_x(track)[-1] == 100


def test_the_seated_one_of_two_on_the_seat_is_taken() -> None:
    helper = Person(100 - REACH_PX, shade=150, stands=True)
    far_off = Person(200, shade=200, stands=True)
    track = follow(World(Person(100), helper, far_off, seconds=1))
    assert (hip_x(track) == 100).all()


def test_who_leaves_the_seat_is_followed_while_they_are_alone() -> None:
    gets_up = Person(lambda t: 60 if t < 4 else 60 + 10 * (t - 4))
    track = follow(World(gets_up, seconds=7.5))
    there = np.array([gets_up.spot(t)[0] for t in track.time_s])
    seen = np.isfinite(hip_x(track))
    assert hip_x(track)[seen] == pytest.approx(there[seen])


def test_who_walks_off_is_followed_again_once_it_can_be_no_passer_by() -> None:
    gets_up = Person(lambda t: 60 if t < 1 else 60 + min(30 * (t - 1), 120), stands=True)
    sits_first = Person(lambda t: 60 if t < 1 else -9, shade=200)
    track = follow(World(sits_first, gets_up, seconds=7.5))
    settled = track.time_s > 1 + PASSING_S + SEARCH_WHEN_LOST_S + 0.5
    assert hip_x(track)[settled] == pytest.approx(180)


def test_of_several_people_beside_an_empty_seat_nobody_is_taken() -> None:
    leaves = Person(lambda t: 60 if t < 4 else -9)
    others = (Person(150, shade=150, stands=True), Person(200, shade=200, stands=True))
    track = follow(World(leaves, *others, seconds=7.5))
    settled = track.time_s > 4 + SEARCH_WHEN_LOST_S
    assert np.isnan(hip_x(track)[settled]).all()
    assert hip_x(track)[track.time_s < 4] == pytest.approx(60)


def test_a_lost_patient_is_searched_for_now_and_then() -> None:
    away = Person(lambda t: -9 if 3 <= t < 5.5 else 60)
    track = follow(World(away, seconds=7.5))
    lost_s = track.time_s[np.isnan(hip_x(track))]
    assert lost_s[0] == pytest.approx(3, abs=0.1)
    assert 5.4 < lost_s[-1] < 5.5 + SEARCH_WHEN_LOST_S
    searches = [m for m in FakeLandmarker.made[LOOKERS:] if not m.tracks]
    assert len(searches) == pytest.approx(2.5 / SEARCH_WHEN_LOST_S, abs=1)


def test_people_are_counted_where_the_first_look_counted_them() -> None:
    comes = Person(lambda t: 150 if t > 4 else -9, shade=50, stands=True)
    track = follow(World(Person(60), comes, seconds=7.5))
    counted = track.people != NOT_SEARCHED
    assert counted.sum() == FEWEST_GLANCES
    assert (track.people[counted] == np.where(track.time_s[counted] > 4, 2, 1)).all()


def test_an_empty_room_gives_missing_landmarks() -> None:
    track = follow(World(seconds=3))
    assert np.isnan(track.landmarks_px).all()
    assert len(track) == 45
    assert 0 in track.people


def test_a_new_tracker_settles_on_its_first_picture() -> None:
    world = World(Person(100), seconds=2, times=np.array([0.0, 0.1, 0.2]))
    assert len(follow(world)) == 3
    (tracker,) = trackers()
    assert tracker.times[SETTLING_FRAMES:] == pytest.approx([0.0, 0.1, 0.2])
    assert (np.diff(tracker.times) > 0).all()


# --- pieces --------------------------------------------------------------------------------------

WALKS = Person(lambda t: 60 + 2 * t)


def irregular(seconds: float = 12.0) -> NDArray[np.float64]:
    times = np.cumsum(np.random.default_rng(1).uniform(0.02, 0.08, 400))
    return times[times < seconds]


def test_frames_keep_their_own_times_in_order() -> None:
    times = irregular()
    track = follow(World(WALKS, seconds=12, times=times))
    assert len(trackers()) == 2
    assert track.time_s == pytest.approx(times, abs=0)
    assert hip_x(track) == pytest.approx([WALKS.spot(t)[0] for t in times])


@pytest.mark.parametrize("fps", [None, 7.0])
def test_pieces_give_what_the_whole_gives(fps: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(WALKS, seconds=12, times=irregular())
    parts = follow(world, fps)
    monkeypatch.setattr(slumpcv.follow, "SHORTEST_PIECE_S", 99)
    whole = follow(world, fps)
    assert len(trackers()) == 2 + 1
    for name in ("time_s", "landmarks_px", "visibility", "world_m", "luma", "sharpness"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name), name)


def test_the_lead_in_settles_the_model_and_is_not_in_the_track() -> None:
    track = follow(World(WALKS, seconds=10))
    second = max(trackers(), key=lambda m: m.times[-1])
    assert second.times[SETTLING_FRAMES] == pytest.approx(5 - LEAD_IN_S, abs=0.07)
    assert (np.diff(track.time_s) > 0).all()
    assert len(track) == 150


@pytest.mark.parametrize(
    ("facts", "pieces"),
    [
        ({}, 2),
        ({"duration_s": 8.0}, 2),
        ({"duration_s": 7.9}, 1),
        ({"duration_s": None}, 1),
        ({"width_px": 1920, "height_px": 1080}, 2),
        ({"width_px": 3840, "height_px": 2160}, 1),
    ],
)
def test_large_short_and_endless_clips_run_in_one_piece(facts: dict[str, Any], pieces: int) -> None:
    track = follow(World(WALKS, **facts))
    assert len(trackers()) == pieces
    assert len(track) == 150


class Broken(World):
    """Its second half cannot be read; the first waits until that has been noticed."""

    error: BaseException
    broke: Event
    read = 0

    def _timed(self, from_s: float) -> Iterator[tuple[float, float]]:
        for count, timed in enumerate(super()._timed(from_s)):
            if from_s > 0:
                self.broke.set()
                raise self.error
            if count > 3:
                self.broke.wait(5)
                time.sleep(0.001)
            self.read += 1
            yield timed


@pytest.mark.parametrize("error", [InputError("It broke", "Mend it."), KeyboardInterrupt()], ids=repr)
def test_an_error_in_one_piece_stops_the_other(error: BaseException) -> None:
    world = Broken(WALKS, seconds=10, fps=100)
    world.error, world.broke = error, Event()
    with pytest.raises(type(error)) as raised:
        follow(world)
    assert raised.value is error
    assert world.read < 250, "the other half was read on"


def test_models_are_closed_when_the_first_look_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(FakeLandmarker, "find", fail)
    with pytest.raises(RuntimeError):
        follow(World(WALKS))
    assert len(FakeLandmarker.made) == 1


# --- pixels, progress, facts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame_px", "clip_px", "scale"),
    [((240, 120), (240, 120), 1), ((240, 120), (2400, 1200), 10), ((1600, 900), (1600, 900), 1)],
    ids=["as it is", "reduced", "large and not reduced"],
)
def test_landmarks_are_in_pixels_of_the_clip(
    frame_px: tuple[int, int], clip_px: tuple[int, int], scale: float
) -> None:
    world = World(Person(100), seconds=1, fps=5, size_px=frame_px, width_px=clip_px[0], height_px=clip_px[1])
    track = follow(world)
    assert hip_x(track) == pytest.approx(np.full(5, 100 * scale))
    assert (track.source.width_px, track.source.height_px) == clip_px


@pytest.mark.parametrize("claimed_s", [10.0, 9.0])
def test_progress_goes_up_to_one(claimed_s: float) -> None:
    shares: list[float] = []
    # A clip's first frame may lie a little before its start.
    times = np.arange(-0.1, 10.0, 1 / 15)
    follow(World(WALKS, times=times, duration_s=claimed_s), progress=shares.append)
    assert len(shares) == len(times)
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert 0.95 < shares[-1] <= 1


def test_without_a_duration_there_is_no_progress() -> None:
    shares: list[float] = []
    follow(World(WALKS, duration_s=None), progress=shares.append)
    assert shares == []


def test_the_track_says_what_it_was_made_from() -> None:
    world = World(WALKS)
    world.damaged_at_s.append(4.2)
    source = follow(world, 5.0, model="lite").source
    assert (source.model, source.model_sha256, source.asked_fps) == ("lite", "1" * 64, 5.0)
    assert source.damaged_at_s == (4.2,)
    assert source.duration_s == pytest.approx(9.8, abs=0.1)
