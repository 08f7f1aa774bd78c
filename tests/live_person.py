"""A drawn person in front of the guide: hears what is said, and does as their script says."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace
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
    raw_of,
)

from slumpcv.live.events import Say, Tone
from slumpcv.live.guide import Guide
from slumpcv.live.seen import Seen
from slumpcv.phases import PhaseMachine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slumpcv.live.events import Event
    from slumpcv.phases import Sample

    Deed = Callable[["Person"], None]

FPS = 12.0
STEP_S = 1.0 / FPS
# From hearing a cue to moving.
REACTION_S = 0.7


def spoken_s(key: str) -> float:
    """As long as the English recordings, roughly."""
    return {"ask": 4.0, "cue": 2.0, "repeat": 5.0, "mistake": 2.0, "stop": 3.5}.get(
        key.split("_", maxsplit=1)[0], 1.5
    )


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
    raise_times_s: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._machine = PhaseMachine()
        self._due: deque[tuple[float, Deed]] = deque()
        self.story.now_s = 10.0
        # The set-up has seen the person sit for a while already.
        for time_s in np.arange(0.0, 10.0, STEP_S):
            self._machine.step(self._sample(float(time_s)))

    def _sample(self, story_s: float) -> Sample:
        times = np.array([story_s])
        sample = make_samples(self.story, times)[0]
        if not self.found:
            sample = replace(
                sample, seated=None, **{n: math.nan for n in vars(sample) if n not in ("time_s", "seated")}
            )
        return replace(sample, time_s=story_s - 10.0)

    # --- doing ------------------------------------------------------------------------------

    def later(self, after_s: float, deed: Deed) -> None:
        self._due.append((self.now_s + after_s, deed))
        self._due = deque(sorted(self._due, key=lambda d: d[0]))

    def move(self, move_s: float = 2.0, **changes: float) -> None:
        self.story.now_s = self.now_s + 10.0
        self.story.change(move_s=move_s, hold_s=0.0, **changes)

    def sit_up(self) -> None:
        self.story.now_s = self.now_s + 10.0
        self.story.go_to(TALL, move_s=2.0)

    def stand_up(self) -> None:
        self.story.now_s = self.now_s + 10.0
        self.story.go_to(STANDING, move_s=1.5)

    def raise_hand(self, for_s: float = 2.0) -> None:
        self.hand_up = True
        self.later(for_s, lambda p: setattr(p, "hand_up", False))

    # --- living -----------------------------------------------------------------------------

    def seen(self) -> Seen:
        machine, story_s = self._machine, self.now_s + 10.0
        sample = self._sample(story_s)
        machine.step(sample)
        angles = {n: float(self.story.angle(n, np.array([story_s]))[0]) for n in CHANNELS}
        rises = raw_of(self.story, np.array([0.0, story_s])).rise_px
        angles |= {
            "neck_flexion_deg": angles["head_angle_deg"] - angles["trunk_lean_deg"],
            "shoulder_drop": float(rises[0] - rises[1]),
        }
        if not self.found:
            angles = dict.fromkeys(angles, math.nan)
        signals = machine._signals
        return Seen(
            time_s=self.now_s,
            found=self.found,
            stage=machine.stage,
            phase=machine.phase,
            spans=tuple(machine.spans()),
            moving=frozenset(p for p in ("back", "head", "knee", "ankle") if signals.moving(p)),
            angles=angles,
            tall={n: float(getattr(TALL, n)) for n in CHANNELS},
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
