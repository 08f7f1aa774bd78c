"""Each check of the set-up, failing and passing, and what is said meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from live_feed import frames
from live_person import spoken_s
from synthetic import STANDING, Camera, Posture, Story, make_track

from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.live.events import Say
from slumpcv.live.measure import LiveMeasure
from slumpcv.live.setup import HELD_S, REPEAT_S, SKIP_AFTER_S, SPEAK_EVERY_S, SetUp
from slumpcv.live.setup_checks import CHECKS, Fix
from slumpcv.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.pose import Pose
    from slumpcv.terms import Side
    from slumpcv.track import PoseTrack

FPS = 12.0
NEAR = Posture()


def film(story: Story | None = None, seconds: float = 6.0, **camera: object) -> PoseTrack:
    story = Story().sit(seconds) if story is None else story
    return make_track(story, np.arange(0.0, seconds, 1 / FPS), Camera(**camera))  # type: ignore[arg-type]


class Watched:
    """A set-up that has watched a track, and all it has said, by time."""

    def __init__(
        self,
        *tracks: PoseTrack,
        side: Side = "right",
        company: Callable[[Pose], list[Pose]] = lambda pose: [pose],
        light: tuple[float, float] = (120.0, 300.0),
        hand_up: bool = False,
    ) -> None:
        self.setup, self.said, self.done_s = SetUp(side, spoken_s), [], None
        self._live, self._now_s = LiveMeasure(side), 0.0
        self._company, self._light, self._hand_up = company, light, hand_up
        self.watch(*tracks)

    def watch(self, *tracks: PoseTrack) -> None:
        """Go on watching."""
        for track in tracks:
            size_px = track.source.width_px, track.source.height_px
            for time_s, pose in frames(track):
                now_s = self._now_s + time_s
                if self.setup.wants_search(now_s):
                    self.setup.searched(now_s, [] if pose is None else self._company(pose))
                self._live.step(now_s, pose, upright=True, forget=True)
                row = Row(now_s, pose, *self._light, max(size_px))
                events = self.setup.step(row, size_px, self._live, hand_up=self._hand_up)
                self.said += [(now_s, event) for event in events]
                if self.setup.done and self.done_s is None:
                    self.done_s = now_s
            self._now_s += float(track.time_s[-1]) + 1 / FPS

    @property
    def todo(self) -> dict[str, Fix]:
        return {check: fix for check, fix in self.setup.fixes.items() if fix is not None}


def test_who_sits_well_is_done_after_two_seconds_more_and_told_so_once() -> None:
    watched = Watched(film(noise_px=0.3))
    assert watched.todo == {}
    assert watched.done_s == pytest.approx(HELD_S + 1.2, abs=0.6)
    assert [event for _, event in watched.said] == [Say("setup_ready")]
    assert watched.setup.held == 1.0


def test_a_prompt_that_takes_longer_is_not_said_again_over_itself() -> None:
    watched = Watched(film(thigh_px=45.0, seconds=2.0))
    assert [event for _, event in watched.said] == [Say("setup_come_closer")]
    for _ in range(24):  # the browser, which is busy, tells twice a second that it still says it
        watched.setup.speech.speaking(watched._now_s, "setup_come_closer")
        watched.watch(film(thigh_px=45.0, seconds=0.5))
    assert len(watched.said) == 1
    watched.setup.speech.spoken(watched._now_s, "setup_come_closer")
    watched.watch(film(thigh_px=45.0, seconds=1.0))
    assert len(watched.said) == 2


def test_once_the_test_is_announced_nothing_is_asked_for_any_more() -> None:
    watched = Watched(film(noise_px=0.3), nobody(film()))
    assert [event for _, event in watched.said] == [Say("setup_ready")]
    assert watched.setup.held == 1.0


def test_who_sits_well_facing_left_is_done_for_the_left_leg() -> None:
    assert Watched(film(facing="left"), side="left").setup.done


def nobody(track: PoseTrack) -> PoseTrack:
    return replace(track, landmarks_px=np.full_like(track.landmarks_px, np.nan))


def turned(track: PoseTrack) -> PoseTrack:
    """From the front: the shoulders far apart."""
    wide = track.landmarks_px.copy()
    wide[:, 11, 0] += 90
    return replace(track, landmarks_px=wide)


FAILING: dict[str, tuple[PoseTrack, str, Fix]] = {
    "nobody": (nobody(film()), "person", "person"),
    "from the front": (turned(film()), "side_view", "side_view"),
    "camera too far round": (film(far_ahead=-0.8), "side_view", "side_view"),
    "other way round": (film(facing="left"), "leg", "turn_round"),
    "feet cut off": (film(hip_px=(230.0, 380.0)), "whole_body", "whole_body"),
    "head at the border": (film(hip_px=(230.0, 190.0)), "whole_body", "whole_body"),
    "no room ahead": (film(hip_px=(420.0, 290.0)), "whole_body", "room_ahead"),
    "too close": (film(thigh_px=190.0, hip_px=(200.0, 250.0)), "whole_body", "move_back"),
    "too far": (film(thigh_px=45.0), "distance", "come_closer"),
    "low chair": (film(Story(start=replace(NEAR, thigh_deg=25.0)).sit(6)), "chair", "chair_low"),
    "high chair": (film(Story(start=replace(NEAR, thigh_deg=-28.0)).sit(6)), "chair", "chair_high"),
    "standing": (film(Story(start=STANDING).rest(6), hip_px=(230, 260), thigh_px=90.0), "chair", "sit_tall"),
    "leaning": (film(Story(start=replace(NEAR, trunk_lean_deg=40.0)).sit(6)), "still", "sit_tall"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_check_that_fails_asks_for_its_fix(name: str) -> None:
    track, check, fix = FAILING[name]
    watched = Watched(track)
    assert not watched.setup.done
    assert watched.todo[check] == fix
    assert watched.setup.fix == fix
    assert watched.said[0][1] == Say(f"setup_{fix}")


def test_who_does_not_keep_still_is_asked_to() -> None:
    story = Story(0.6, 0.0).begins("BASELINE")
    for _ in range(6):
        story.change(head_angle_deg=25.0).change(head_angle_deg=-25.0)
    watched = Watched(film(story))
    assert watched.todo == {"still": "hold_still"}


def test_who_slumps_before_the_test_is_asked_to_sit_tall() -> None:
    track = film(Story(1.0, 9.0).sit(1.7).slump(), seconds=9.0)
    watched = Watched(track)
    assert watched.todo == {"still": "sit_tall"}
    assert not watched.setup.done


@pytest.mark.parametrize("light", [(25.0, 300.0), (120.0, 2.0)], ids=["dark", "blurred"])
def test_bad_light_or_a_dull_lens_asks_for_light(light: tuple[float, float]) -> None:
    assert Watched(film(), light=light).todo == {"light": "light"}


def test_somebody_else_in_view_has_to_go_and_a_small_figure_far_behind_not() -> None:
    def beside(pose: Pose) -> list[Pose]:
        return [pose, replace(pose, landmarks_px=pose.landmarks_px + np.float32(40))]

    def behind(pose: Pose) -> list[Pose]:
        return [pose, replace(pose, landmarks_px=pose.landmarks_px * np.float32(0.3))]

    assert Watched(film(), company=beside).todo == {"alone": "alone"}
    assert Watched(film(), company=behind).todo == {}


def test_the_hold_begins_anew_when_something_goes_wrong() -> None:
    watched = Watched(film(seconds=2.5), nobody(film(seconds=2.0)), film(seconds=6.0))
    assert watched.done_s is not None
    assert watched.done_s > 4.5 + HELD_S


def test_a_fix_is_said_when_it_changes_and_again_when_nothing_does_but_not_in_a_rush() -> None:
    watched = Watched(film(thigh_px=45.0, seconds=20.0), film(hip_px=(420.0, 290.0), seconds=8.0))
    assert [event for _, event in watched.said] == [
        Say("setup_come_closer"),
        Say("setup_come_closer"),
        Say("setup_come_closer"),
        Say("setup_room_ahead"),
    ]
    times = [time_s for time_s, _ in watched.said]
    assert np.diff(times[:3]) == pytest.approx([REPEAT_S, REPEAT_S], abs=0.2)
    assert times[3] - times[2] >= SPEAK_EVERY_S


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words_for_the_screen_and_a_prompt(language: str) -> None:
    with speaking(language):
        for check in CHECKS:
            assert text(f"setup.{check}.done") != text(f"setup.{check}.todo")
        for _, _, fix in FAILING.values():
            assert text(f"setup.fix.{fix}")
            assert text(f"say.setup_{fix}")


# --- what cannot be mended --------------------------------------------------------------------------

LOW = replace(NEAR, thigh_deg=25.0)


def sat_low(seconds: float) -> PoseTrack:
    return film(Story(start=LOW).sit(seconds), seconds=seconds)


def test_a_chair_that_cannot_be_changed_may_be_gone_on_with_after_a_while() -> None:
    watched = Watched(sat_low(SKIP_AFTER_S - 2.0))
    assert not watched.setup.may_go_on
    watched.setup.go_on()
    assert watched.setup.skipped == {}

    watched = Watched(sat_low(SKIP_AFTER_S + 12.0))
    keys = [event.key for _, event in watched.said if isinstance(event, Say)]
    assert keys == ["setup_chair_low"] * 3 + ["setup_go_on"]
    assert watched.setup.may_go_on
    watched.setup.go_on()
    assert watched.setup.skipped == {"chair": "chair_low"}
    watched.watch(sat_low(1.5))
    assert not watched.setup.done
    watched.watch(sat_low(2.0))
    assert watched.setup.done
    assert watched.said[-1][1] == Say("setup_ready")


@pytest.mark.parametrize(
    "name", ["nobody", "from the front", "other way round", "feet cut off", "no room ahead"]
)
def test_who_could_not_be_watched_may_not_go_on(name: str) -> None:
    watched = Watched(*[FAILING[name][0]] * 5)
    assert not watched.setup.may_go_on
    watched.setup.go_on()
    assert watched.setup.skipped == {}


def test_who_stands_has_to_sit_down_first() -> None:
    watched = Watched(*[FAILING["standing"][0]] * 5)
    assert not watched.setup.may_go_on


def test_a_test_does_not_begin_while_the_hand_is_up() -> None:
    assert not Watched(film(seconds=9.0), hand_up=True).setup.done
