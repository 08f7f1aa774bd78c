"""A drawn person in front of the guide: hears what is said, and does as their script says."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from synthetic import (
    CARRIED,
    CHANNELS,
    CHIN,
    KNEE_UP_DEG,
    LIFT,
    SLUMP,
    STANDING,
    TALL,
    Story,
    make_samples,
)

from slumpcv.live.events import Say, Tone
from slumpcv.live.guide import Guide
from slumpcv.live.seen import Seen
from slumpcv.live.voice import seconds_of
from slumpcv.phases import PhaseMachine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slumpcv.live.events import Event
    from slumpcv.phases import Sample

    Deed = Callable[["Person"], None]

FPS = 12.0
STEP_S = 1.0 / FPS
# The set-up before the guide begins, and how many frames are drawn at once.
BEFORE_S = 10.0
BLOCK = 40
# From hearing a cue to moving.
REACTION_S = 0.7


spoken_s = seconds_of("en")


@dataclass
class Heard:
    """What was said, and when."""

    at_s: float
    name: str


@dataclass
class Person:
    """One person, one guide and the real phase machine between them.

    ``deeds`` says what the person does when a prompt is spoken, after the prompt and the reaction.
    """

    deeds: Mapping[str, Deed]
    guide: Guide = field(default_factory=lambda: Guide("right", spoken_s))
    now_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)
    hand_up: bool = False
    found: bool = True
    far_knee_deg: float = 90.0
    story: Story = field(default_factory=lambda: Story(hold_s=0.0).begins("BASELINE"))

    def __post_init__(self) -> None:
        self._machine = PhaseMachine()
        self._due: deque[tuple[float, Deed]] = deque()
        self._block_s, self._samples = 0.0, []
        # The set-up has seen the person sit for a while already.
        for i in range(round(BEFORE_S * FPS)):
            self._machine.step(self._frame(i * STEP_S)[0])

    def _frame(self, story_s: float) -> tuple[Sample, dict[str, float]]:
        """Sample and angles at a time of the story; a block of frames is drawn at once."""
        i = round((story_s - self._block_s) / STEP_S)
        if not 0 <= i < len(self._samples):
            self._block_s, i = story_s, 0
            times = story_s + STEP_S * np.arange(BLOCK)
            self._samples = make_samples(self.story, times)
            self._angles = {n: self.story.angle(n, times) for n in CHANNELS}
        sample = replace(self._samples[i], time_s=story_s - BEFORE_S)
        angles = {n: float(values[i]) for n, values in self._angles.items()}
        angles["neck_flexion_deg"] = angles["head_angle_deg"] - angles["trunk_lean_deg"]
        angles["shoulder_drop"] = sample.shoulder_drop
        if not self.found:
            angles = dict.fromkeys(angles, math.nan)
            unseen = {f.name: math.nan for f in fields(sample) if f.name.endswith(("_deg", "_drop"))}
            sample = replace(sample, seated=None, **unseen)
        return sample, angles

    # --- doing ------------------------------------------------------------------------------

    def later(self, after_s: float, deed: Deed) -> None:
        self._due.append((self.now_s + after_s, deed))
        self._due = deque(sorted(self._due, key=lambda d: d[0]))

    def _from_now(self) -> Story:
        self.story.now_s = self.now_s + BEFORE_S
        self._samples = []
        return self.story

    def move(self, move_s: float = 2.0, **changes: float) -> None:
        self._from_now().change(move_s=move_s, hold_s=0.0, **changes)

    def sit_up(self, move_s: float = 2.0) -> None:
        self._from_now().go_to(TALL, move_s=move_s)

    def stand_up(self) -> None:
        self._from_now().go_to(STANDING, move_s=1.5)

    def raise_hand(self, for_s: float = 2.0) -> None:
        self.hand_up = True
        self.later(for_s, lambda p: setattr(p, "hand_up", False))

    # --- living -----------------------------------------------------------------------------

    def seen(self) -> Seen:
        machine = self._machine
        sample, angles = self._frame(self.now_s + BEFORE_S)
        machine.step(sample)
        return Seen(
            time_s=self.now_s,
            found=self.found,
            stage=machine.stage,
            phase=machine.phase,
            spans=tuple(machine.spans()),
            moving=machine.moving,
            angles=angles,
            tall={n: float(getattr(TALL, n)) for n in CHANNELS}
            | {"neck_flexion_deg": TALL.head_angle_deg - TALL.trunk_lean_deg},
            far_knee_flexion_deg=self.far_knee_deg,
            hand_up=self.hand_up,
        )

    def note(self, events: list[Event]) -> None:
        for event in events:
            name = event.key if isinstance(event, Say) else f"[{event.name}]"
            self.heard.append(Heard(self.now_s, name))
            if isinstance(event, Say | Tone) and (deed := self.deeds.get(name)):
                wait_s = spoken_s(event.key) + REACTION_S if isinstance(event, Say) else 0.0
                self.later(wait_s, deed)

    def live(self, for_s: float = 180.0) -> Person:
        """Go on until the guide is done; it must be, in that time."""
        end_s = self.now_s + for_s
        while self.now_s < end_s and not self.guide.view.over:
            while self._due and self._due[0][0] <= self.now_s:
                self._due.popleft()[1](self)
            self.note(self.guide.step(self.seen()))
            self.now_s += STEP_S
        return self

    def prompts(self) -> list[str]:
        return [h.name for h in self.heard if not h.name.startswith("[")]

    def at(self, name: str) -> float:
        return next(h.at_s for h in self.heard if h.name == name)


def slump(person: Person) -> None:
    person.move(**SLUMP, **CARRIED)


def chin(person: Person) -> None:
    person.move(**CHIN)


def knee(person: Person) -> None:
    person.move(knee_flexion_deg=KNEE_UP_DEG - 90.0)


def lift(person: Person) -> None:
    person.move(**LIFT)


def sit_up(person: Person) -> None:
    person.sit_up()


OBEDIENT: dict[str, Deed] = {
    "cue_slump": slump,
    "cue_neck_flexion": chin,
    "cue_knee_extension": knee,
    "cue_head_lift": lift,
    "cue_return": sit_up,
    "cue_sit_up": sit_up,
}

# What is said on the way, as far as a step.
START = ["cue_baseline", "ask_symptom", "explain"]
TO_SLUMP = [*START, "cue_slump", "ask_again"]
TO_CHIN = [*TO_SLUMP, "cue_neck_flexion", "ask_brief"]
TO_KNEE = [*TO_CHIN, "cue_knee_extension", "ask_brief"]
END = ["cue_return", "done"]


def raises_hand_at(number: int):
    """The deed of raising the hand at the nth question."""
    asked = []

    def deed(person: Person) -> None:
        asked.append(person.now_s)
        if len(asked) == number:
            person.raise_hand()

    return deed


def told(**deeds) -> Person:
    return Person(OBEDIENT | deeds).live()
