"""One person's place at the server: their test, the coach that watches it, and the recording."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from slumpcv.errors import InputError
from slumpcv.live.record import GuidedTest
from slumpcv.ui.server.clipfile import ClipFile, new_clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slumpcv.live.answer import Answer, Sounded, Spoken
    from slumpcv.live.record import MarkedBy, StoppedBy
    from slumpcv.terms import Side

Json = dict[str, Any]
OrderKind = Literal["recording", "go_on", "press", "release", "stop", "speaking", "spoken", "ended"]


log = logging.getLogger(__name__)


class ReplacedError(Exception):
    """A newer take has replaced this one, or the whole test was deleted."""


class Coaching(Protocol):
    """What a seat needs of :class:`slumpcv.live.coach.Coach`."""

    def frame(self, jpeg: bytes, time_s: float) -> Answer: ...  # noqa: D102
    def recording_began(self, time_s: float) -> None: ...  # noqa: D102
    def go_on(self) -> None: ...  # noqa: D102
    def press(self, time_s: float, by: MarkedBy) -> list[Spoken | Sounded]: ...  # noqa: D102
    def release(self, time_s: float, by: MarkedBy) -> list[Spoken | Sounded]: ...  # noqa: D102
    def stop(self, time_s: float, by: StoppedBy) -> list[Spoken | Sounded]: ...  # noqa: D102
    def speaking(self, time_s: float) -> None: ...  # noqa: D102
    def spoken(self, time_s: float) -> None: ...  # noqa: D102
    def record(self) -> GuidedTest | None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class Order:
    """What the page told besides frames; ``by`` says who pressed or stopped."""

    kind: OrderKind
    time_s: float
    by: Any = None


@dataclass(frozen=True)
class Shot:
    """One small picture of the camera, on the page's own clock."""

    time_s: float
    jpeg: bytes


@dataclass
class Seat:
    """The live side of one test; every method may be called from any thread.

    Attributes
    ----------
    token : what the page shows to be let in.
    button : what a phone shows to be the button of this test, and nothing else: no clip, no camera.
    visit_id, owner, number, side : which test of which visit.
    folder : the test's folder.
    make_coach : gives a new coach.
    save : writes the recording's name and what was noted into the visit.
    """

    token: str
    visit_id: str
    owner: str
    number: int
    side: Side
    folder: Path
    make_coach: Callable[[], Coaching]
    save: Callable[[Seat, str, GuidedTest], None]
    button: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    used_at: float = field(default_factory=time.monotonic)
    take: str = ""
    clip: ClipFile | None = None
    _shown: Json = field(default_factory=dict)
    _asked: list[tuple[OrderKind, str]] = field(default_factory=list)
    _coach: Coaching | None = None
    _noted: GuidedTest | None = None
    _saved: tuple[str, GuidedTest] | None = None
    _replaced: set[str] = field(default_factory=set)
    _came_to_the_end: bool = False
    _closed: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def coached(self) -> bool:
        """Whether a coach is at work, which takes memory."""
        return self._coach is not None

    def begin(self, take: str) -> bool:
        """Begin a new take, unless it is the one that goes on; what was recorded before is kept.

        Returns
        -------
        bool
            False for a take that a newer one has replaced: it never comes back.
        """
        with self._lock:
            self.used_at = time.monotonic()
            if self._closed or take in self._replaced:
                return False
            if take == self.take:
                return True
            self.leave()
            self._replaced.add(self.take)
            self.take, self.clip, self._noted = take, None, None
            self._came_to_the_end, self._shown = False, {}
            self._asked.clear()  # a button that was pressed after the end says nothing about this take
            return True

    @property
    def marking(self) -> bool:
        """Whether a symptom is being marked."""
        return bool(self._shown.get("marking"))

    @property
    def over(self) -> bool:
        """Whether the test has ended."""
        return self._shown.get("mode") == "over"

    def press(self, by: MarkedBy) -> None:
        """Have the coach told, with the next picture, that a button elsewhere is held down."""
        self._asked.append(("press", by))

    def release(self, by: MarkedBy) -> None:
        """Have the coach told that the button was let go."""
        self._asked.append(("release", by))

    def stop(self, by: StoppedBy) -> None:
        """Have the coach told that somebody elsewhere stops the test."""
        self._asked.append(("stop", by))

    def work(self, orders: list[Order], shot: Shot | None) -> list[Any]:
        """Pass on what the page told, then show the coach the newest picture; return what to answer.

        Raises
        ------
        ReplacedError
            When the test was deleted.
        """
        with self._lock:
            if self._closed:
                raise ReplacedError
            self.used_at = time.monotonic()
            if self._coach is None:
                self._coach = self.make_coach()
            if shot is not None:
                asked, self._asked = self._asked, []
                orders = [*orders, *(Order(kind, shot.time_s, by) for kind, by in asked)]
            told = [self._follow(self._coach, order) for order in orders]
            answers: list[Any] = [_events(heard) for heard in told if heard]
            if shot is not None:
                answers.append(self._coach.frame(shot.jpeg, shot.time_s))
                self._shown = answers[-1]
            return answers

    def _follow(self, coach: Coaching, order: Order) -> list[Spoken | Sounded]:
        match order.kind:
            case "recording":
                coach.recording_began(order.time_s)
            case "go_on":
                coach.go_on()
            case "press":
                return coach.press(order.time_s, order.by)
            case "release":
                return coach.release(order.time_s, order.by)
            case "stop":
                return coach.stop(order.time_s, order.by)
            case "speaking":
                coach.speaking(order.time_s)
            case "spoken":
                coach.spoken(order.time_s)
            case "ended":
                self._came_to_the_end = True
        return []

    def add(self, take: str, suffix: str, number: int, chunk: bytes) -> int:
        """Write a chunk of the recording and return the number of the one to come next.

        Raises
        ------
        OutOfOrderError, TooLargeError, OSError
            As :meth:`ClipFile.add`.
        ReplacedError
            When a newer take has replaced this one.
        """
        clip = self._clip(take, suffix)
        coming = clip.add(number, chunk)
        self.keep()
        return coming

    def _clip(self, take: str, suffix: str) -> ClipFile:
        with self._lock:
            if not self.begin(take):
                raise ReplacedError
            if self.clip is None:
                self.clip = ClipFile(new_clip(self.folder, suffix))
            return self.clip

    def finish(self, take: str) -> bool:
        """Have the recording whole on disk; return whether this take has one."""
        with self._lock:
            if take != self.take or self.clip is None:
                return False
            self.clip.finish()
            self.keep()
            return True

    def keep(self) -> None:
        """Write into the visit what was recorded and noted so far."""
        with self._lock:
            if self.clip is None or self.clip.next == 0:
                return
            now = self.clip.path.name, self._note()
            if now != self._saved:  # the pages write into the same visit: as seldom as can be
                self.save(self, *now)
                self._saved = now

    def _note(self) -> GuidedTest:
        noted = self._coach.record() if self._coach is not None else None
        if noted is not None and self._came_to_the_end and noted.status == "interrupted":
            noted = noted.model_copy(update={"status": "done"})
        # Once the coach is gone, what it noted last stays.
        self._noted = noted or self._noted or GuidedTest(side=self.side, status="interrupted", duration_s=0)
        return self._noted

    def leave(self) -> None:
        """Keep what there is and let the coach go; a later picture would begin with a new one."""
        with self._lock:
            try:
                if self.clip is not None:
                    self.clip.finish()
                    if self._coach is not None:
                        self.keep()
            except (OSError, InputError) as error:  # nobody is there to be told
                log.error("A recording could not be put away: %s", type(error).__name__)
            finally:
                if self._coach is not None:
                    self._coach.close()
                    self._coach = None

    def close(self) -> None:
        """End everything for good, because the test is deleted: no page can go on with it."""
        with self._lock:
            self.leave()
            self._closed = True


def _events(heard: list[Any]) -> Json:
    """Say what did not come with a picture; prompts have a key, tones a name."""
    tones = [event["name"] for event in heard if "name" in event]
    return {"type": "events", "say": [event for event in heard if "key" in event], "tones": tones}
