"""What the coach answers to a frame, ready to be sent as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from slumpcv.body import NOSE, landmark
from slumpcv.language import text
from slumpcv.live.events import Say, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slumpcv.body import Joint
    from slumpcv.live.events import Event, ToneName
    from slumpcv.live.measure import Measured
    from slumpcv.live.record import GuidedTest
    from slumpcv.live.setup import SetUp
    from slumpcv.live.setup_checks import Check
    from slumpcv.terms import PhaseName, Side

SHOWN: tuple[Joint, ...] = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "toe")


class Spoken(TypedDict):
    """A prompt to speak; ids go on through the whole test."""

    id: int
    key: str
    text: str


class Sounded(TypedDict):
    """A tone to sound."""

    name: ToneName


class Checked(TypedDict):
    """One line of the set-up list."""

    id: Check
    done: bool
    text: str


class Over(TypedDict):
    """How the test ended."""

    status: str
    stopped_by: str | None


class Answer(TypedDict):
    """The coach's answer to one frame.

    ``points`` are of the near side, as shares of the picture's width and height; None when nobody
    is found. ``checks``, ``fix`` and ``may_go_on`` (without what is open) are of the set-up only;
    ``record`` is True from its end on.
    ``step`` is where the guide is, ``phase`` where the person is.
    """

    type: Literal["seen"]
    t: float
    mode: Literal["setup", "test", "over"]
    points: dict[str, list[float]] | None
    checks: list[Checked]
    fix: str | None
    held: float
    may_go_on: bool
    record: bool
    step: PhaseName | None
    title: str
    hold: float
    asking: bool
    marking: bool
    phase: PhaseName | None
    say: list[Spoken]
    tones: list[ToneName]
    over: Over | None


def points_of(measured: Measured, side: Side, size_px: tuple[int, int]) -> dict[str, list[float]] | None:
    """Return the believed points of the near side as shares of the picture; None without a person."""
    if not measured.found:
        return None
    width_px, height_px = size_px
    index = {joint: landmark(joint, side) for joint in SHOWN} | {"nose": NOSE}
    sign = 1.0 if side == "right" else -1.0
    places = {name: measured.points[i] for name, i in index.items()}
    return {
        name: [round(sign * float(x) / width_px, 4), round(-float(y) / height_px, 4)]
        for name, (x, y) in places.items()
        if x == x  # noqa: PLR0124 (NaN is not believed)
    }


def checks_of(setup: SetUp) -> list[Checked]:
    """Return the set-up list in words."""
    return [
        Checked(id=check, done=fix is None, text=text(f"setup.{check}.{'todo' if fix else 'done'}"))
        for check, fix in setup.fixes.items()
    ]


def over_of(test: GuidedTest) -> Over:
    """Return how a test ended."""
    return Over(status=test.status, stopped_by=test.stopped_by)


class Speaker:
    """Puts prompts into words, with running ids."""

    def __init__(self) -> None:
        self._said = 0

    def say(self, events: Iterable[Event]) -> list[Spoken]:
        """Return the prompts among some events, in the language that is spoken now."""
        prompts = [event for event in events if isinstance(event, Say)]
        first = self._said + 1
        self._said += len(prompts)
        return [Spoken(id=first + i, key=p.key, text=text(f"say.{p.key}")) for i, p in enumerate(prompts)]


def tones_of(events: Iterable[Event]) -> list[ToneName]:
    """Return the tones among some events."""
    return [event.name for event in events if isinstance(event, Tone)]
