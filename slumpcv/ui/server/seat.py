"""One person's place at the server: their test, the coach that watches it, and the recording."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slumpcv.allocator import give_back
from slumpcv.errors import InputError
from slumpcv.live.record import GuidedTest
from slumpcv.ui.server.clipfile import ClipFile, new_clip
from slumpcv.ui.server.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slumpcv.language import Language
    from slumpcv.live.answer import Sounded, Spoken
    from slumpcv.live.record import MarkedBy, StoppedBy
    from slumpcv.terms import Side
    from slumpcv.ui.server.orders import Coaching, Json, OrderKind, Shot

log = logging.getLogger(__name__)
# So many pictures in a row that the coach fails on are no accident. [E]
MOST_FAILURES = 3


class ReplacedError(Exception):
    """A newer take has replaced this one, the test was deleted, or its person logged out."""


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
    language : the visit's, for what is said beside the coach.
    nudge : has the open page's connection look at once whether a button elsewhere was pressed.
    """

    token: str
    visit_id: str
    owner: str
    number: int
    side: Side
    folder: Path
    make_coach: Callable[[], Coaching]
    save: Callable[[Seat, str, GuidedTest], None]
    language: Language = "en"
    button: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    used_at: float = field(default_factory=time.monotonic)
    nudge: Callable[[], None] = field(default=lambda: None)
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
    _failures: int = 0
    _latest_s: float | None = None
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
            self._failures, self._latest_s = 0, None
            self._asked.clear()  # a button that was pressed after the end says nothing about this take
            return True

    @property
    def closed(self) -> bool:
        """Whether nobody can go on with this test here: it was deleted, or its person logged out."""
        return self._closed

    @property
    def marking(self) -> bool:
        """Whether a symptom is being marked."""
        return bool(self._shown.get("marking"))

    @property
    def over(self) -> bool:
        """Whether the test has ended."""
        return self._shown.get("mode") == "over"

    @property
    def asked(self) -> bool:
        """Whether a button elsewhere was pressed that the coach can be told of."""
        return bool(self._asked) and self._latest_s is not None

    def press(self, by: MarkedBy) -> None:
        """Have the coach told that a button elsewhere is held down."""
        self._ask("press", by)

    def release(self, by: MarkedBy) -> None:
        """Have the coach told that the button was let go."""
        self._ask("release", by)

    def stop(self, by: StoppedBy) -> None:
        """Have the coach told that somebody elsewhere stops the test."""
        self._ask("stop", by)

    def _ask(self, kind: OrderKind, by: str) -> None:
        """Note it with the time of the latest picture, and do not wait for the next one."""
        self._asked.append((kind, by))
        self.nudge()

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
            if shot is not None:
                self._latest_s = shot.time_s
            try:
                coach = self._coach = self._coach or self.make_coach()
            except Exception as error:  # a model that cannot be loaded here fails in ways of its own
                return self._failed(error, for_good=True)
            told = [self._follow(coach, order) for order in (*orders, *self._orders_from_elsewhere())]
            answers: list[Any] = [_events(heard) for heard in told if heard]
            return answers if shot is None else answers + self._look(coach, shot)

    def _orders_from_elsewhere(self) -> list[Order]:
        if self._latest_s is None:
            return []
        asked, self._asked = self._asked, []
        return [Order(kind, self._latest_s, by) for kind, by in asked]

    def _look(self, coach: Coaching, shot: Shot) -> list[Json]:
        """Show the coach a picture; one that it fails on is left out, unless it fails on all."""
        try:
            seen: Any = coach.frame(shot.jpeg, shot.time_s)
        except Exception as error:  # whatever a pose model fails with, the recording goes on
            return self._failed(error)
        self._failures, self._shown = 0, seen
        return [seen]

    def _failed(self, error: Exception, *, for_good: bool = False) -> list[Json]:
        self._failures += MOST_FAILURES if for_good else 1
        if self._failures <= MOST_FAILURES:  # after that it is known
            log.error("The coach failed", exc_info=error)
        hopeless = self._failures >= MOST_FAILURES
        return [{"type": "error", "why": "coach"} if hopeless else {"type": "missed"}]

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
                coach.speaking(order.time_s, str(order.by))
            case "spoken":
                coach.spoken(order.time_s, str(order.by))
            case "ended":
                self._came_to_the_end = True
        return []

    def add(self, take: str, suffix: str, number: int, chunk: bytes) -> int:
        """Write a chunk of the recording and return the number of the one to come next.

        What was noted until then is on disk before the chunk is, so that no end of the program, however
        sudden, leaves a recording of something that the notes do not know.

        Raises
        ------
        OutOfOrderError, TooLargeError, OSError
            As :meth:`ClipFile.add`.
        ReplacedError
            When a newer take has replaced this one.
        """
        clip = self._clip(take, suffix)
        self.keep()
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
                    give_back()

    def close(self) -> None:
        """End everything for good, because the test is deleted or its person gone: no page can go on here."""
        with self._lock:
            self.leave()
            self._closed = True


def _events(heard: list[Any]) -> Json:
    """Say what did not come with a picture; prompts have a key, tones a name."""
    tones = [event["name"] for event in heard if "name" in event]
    return {"type": "events", "say": [event for event in heard if "key" in event], "tones": tones}
