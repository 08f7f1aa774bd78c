"""The coach: pictures in, answers out, from the set-up to the end of a guided test."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from slumpcv.conditioning import needs_of
from slumpcv.language import speaking, text
from slumpcv.live.answer import Answer, Sounded, Speaker, checks_of, over_of, points_of, tones_of
from slumpcv.live.events import Say
from slumpcv.live.follow import LiveFollower
from slumpcv.live.guide import Guide
from slumpcv.live.hand import RaisedHand, over_shoulder
from slumpcv.live.measure import LiveMeasure
from slumpcv.live.seen import Seen
from slumpcv.live.setup import GO_ON, SetUp
from slumpcv.models import find_model
from slumpcv.phases import PhaseMachine, Stage
from slumpcv.video import Frame
from slumpcv.video.still import decode_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slumpcv.language import Language
    from slumpcv.live.answer import Spoken
    from slumpcv.live.events import Event
    from slumpcv.live.measure import Measured
    from slumpcv.live.record import GuidedTest, MarkedBy, StoppedBy
    from slumpcv.models import Variant
    from slumpcv.pose import Image
    from slumpcv.rows import Row
    from slumpcv.terms import Side

# A movement has been under way for up to this long when it is noticed: what the person was like
# while they sat tall is read off before that.
UNNOTICED_S = 1.0


class Coach:
    """Watches one test of one leg. Blocking, and to be called by one thread at a time.

    All times are in seconds on the clock of the frames, whatever its zero; those of the guide and
    its record count from the moment the recording began.

    Parameters
    ----------
    side : the tested leg, which has to be nearest the camera.
    language : of what is said and shown.
    seconds_of : how long a prompt takes to speak, in seconds.
    model : the pose model. Per frame, ``full`` takes a third longer than ``lite`` (20 and 15 ms on two
        cores), but ``lite`` saw a knee move by 8 degrees in a slump, and its phases with it.

    Raises
    ------
    InputError
        When the model is missing or altered.
    """

    def __init__(
        self,
        side: Side,
        language: Language,
        seconds_of: Callable[[str], float],
        model: Variant = "full",
    ) -> None:
        self._side: Side = side
        self._language: Language = language
        self._seconds_of = seconds_of
        self._follower = LiveFollower(find_model(model).path, side)
        self._measure = LiveMeasure(side)
        self._setup = SetUp(side, seconds_of)
        self._hand = RaisedHand(side)
        self._waving, self._offered_s = RaisedHand(side), math.nan
        self._machine = PhaseMachine()
        self._speaker = Speaker()
        self._guide: Guide | None = None
        self._first_s = self._zero_s = math.nan
        self._last: tuple[Image, Row] | None = None
        self._recent: deque[tuple[float, Mapping[str, float]]] = deque()
        self._tall: Mapping[str, float] = {}

    def close(self) -> None:
        """Free the models."""
        self._follower.close()

    def frame(self, jpeg: bytes, time_s: float) -> Answer:
        """Look at one picture.

        Parameters
        ----------
        jpeg : the picture, upright and not mirrored.
        time_s : when it was taken; later than the one before.

        Raises
        ------
        InputError
            When the picture is damaged or far too small.
        """
        rgb = decode_jpeg(jpeg)
        at_s = self._clock(time_s)
        row = self._follower.step(Frame(at_s, rgb))
        self._last = rgb, row
        testing = self._guide is not None
        upright = not testing or self._machine.stage in (Stage.AWAY, Stage.BASELINE)
        measured = self._measure.step(at_s, row.pose, upright=upright, forget=not testing)
        size_px = rgb.shape[1], rgb.shape[0]
        with speaking(self._language):
            events = self._lead(measured) if testing else self._set_up(rgb, row, measured)
            return self._answer(time_s, points_of(measured, self._side, size_px), events)

    def recording_began(self, time_s: float) -> None:
        """Begin the test: from here on the guide leads, and its time counts from here."""
        if self._guide is not None:
            return
        self._zero_s = time_s
        quiet_until_s = self._setup.speech.ends_s + self._first_s - time_s
        self._guide = Guide(self._side, self._seconds_of, quiet_until_s)
        if self._last is not None and (pose := self._last[1].pose) is not None:
            self._follower.stay_with(pose, needs_of([self._last[0]]))

    def go_on(self) -> None:
        """Go on without what the set-up asks for in vain, where that is no matter of safety."""
        self._setup.go_on()

    def press(self, time_s: float, by: MarkedBy) -> list[Spoken | Sounded]:
        """Note that a key or button that marks a symptom is held down from now on."""
        return self._put(self._guide.press(self._of_test(time_s), by) if self._guide else [])

    def release(self, time_s: float, by: MarkedBy) -> list[Spoken | Sounded]:
        """Note that the key or button was let go."""
        return self._put(self._guide.release(self._of_test(time_s), by) if self._guide else [])

    def stop(self, time_s: float, by: StoppedBy) -> list[Spoken | Sounded]:
        """End the test at the person's wish."""
        return self._put(self._guide.stop(self._of_test(time_s), by) if self._guide else [])

    def speaking(self, time_s: float, key: str) -> None:
        """Note that the browser is still busy with a prompt."""
        if self._guide:
            self._guide.speaking(self._of_test(time_s), key)
        elif self._last is not None:
            self._setup.speech.speaking(time_s - self._first_s, key)

    def spoken(self, time_s: float, key: str) -> None:
        """Note that the browser has finished a prompt."""
        if self._guide:
            self._guide.spoken(self._of_test(time_s), key)
        elif self._last is not None:
            self._setup.speech.spoken(time_s - self._first_s, key)

    def record(self) -> GuidedTest | None:
        """Return what is known of the test so far; None before the recording began."""
        if self._guide is None:
            return None
        return self._guide.record().model_copy(update={"skipped": dict(self._setup.skipped)})

    def _clock(self, time_s: float) -> float:
        """Return a frame's time since the first one, later than that of the one before."""
        if self._last is None:
            self._first_s = time_s
            return 0.0
        return max(time_s - self._first_s, self._last[1].time_s + 0.001)

    def _of_test(self, time_s: float) -> float:
        """Return a time of the frames' clock in seconds since the recording began."""
        return time_s - self._zero_s

    # --- set-up -------------------------------------------------------------------------------

    def _set_up(self, rgb: Image, row: Row, measured: Measured) -> list[Event]:
        if self._setup.wants_search(row.time_s):
            self._setup.searched(row.time_s, self._follower.people(rgb, row.time_s))
        hand = self._waving
        up = hand.step(row.time_s, measured.points, measured.visibility, self._measure.torso_px)
        if up and hand.since_s > self._offered_s:
            self._setup.go_on()
        events = self._setup.step(row, (rgb.shape[1], rgb.shape[0]), self._measure, hand_up=up)
        if Say(f"setup_{GO_ON}") in events:
            self._offered_s = row.time_s
        return events

    # --- test ---------------------------------------------------------------------------------

    def _lead(self, measured: Measured) -> list[Event]:
        """Go on with the test; a picture from before the recording is none of it."""
        assert self._guide is not None
        at_s = self._of_test(measured.time_s + self._first_s)
        if at_s < 0:
            return []
        self._machine.step(measured.sample(at_s))
        self._note_tall(at_s, measured.angles)
        up = self._hand.step(at_s, measured.points, measured.visibility, self._measure.torso_px)
        return self._guide.step(
            Seen(
                time_s=at_s,
                found=measured.found,
                stage=self._machine.stage,
                phase=self._machine.phase,
                spans=tuple(self._machine.spans()),
                moving=self._machine.moving,
                angles=measured.angles,
                tall=self._tall,
                far_knee_flexion_deg=measured.far_knee_flexion_deg,
                hand_up=up,
                hand_since_s=self._hand.since_s,
                arm_up=over_shoulder(measured.points, measured.visibility, self._side),
            )
        )

    def _note_tall(self, time_s: float, angles: Mapping[str, float]) -> None:
        self._recent.append((time_s, angles))
        while time_s - self._recent[0][0] > UNNOTICED_S:
            self._recent.popleft()
        tall = self._machine.phase is not None and self._machine.stage in (Stage.BASELINE, Stage.RECOVERY)
        if tall and not self._machine.moving & {"back", "head"}:
            self._tall = self._recent[0][1]

    # --- answers ------------------------------------------------------------------------------

    def _put(self, events: list[Event]) -> list[Spoken | Sounded]:
        with speaking(self._language):
            said = self._speaker.say(events)
        return [*said, *(Sounded(name=name) for name in tones_of(events))]

    def _answer(self, time_s: float, points: dict[str, list[float]] | None, events: list[Event]) -> Answer:
        view = self._guide.view if self._guide else None
        over = view is not None and view.over
        fix = None if view else self._setup.fix
        return Answer(
            type="seen",
            t=time_s,
            mode="over" if over else "test" if view else "setup",
            points=points,
            checks=[] if view else checks_of(self._setup),
            fix=text(f"setup.fix.{fix}") if fix else None,
            held=self._setup.held,
            may_go_on=view is None and self._setup.may_go_on,
            record=self._setup.done,
            step=view.step if view else None,
            title=text(f"say.{view.title}") if view else "",
            hold=view.hold if view else 0.0,
            asking=view is not None and view.asking,
            marking=view is not None and view.marking,
            phase=self._machine.phase,
            say=self._speaker.say(events),
            tones=tones_of(events),
            over=over_of(self._guide.record()) if self._guide and over else None,
        )
