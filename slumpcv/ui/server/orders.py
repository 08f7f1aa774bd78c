"""What a page sends to its seat, and what the seat needs of the coach behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from slumpcv.live.answer import Answer, Sounded, Spoken
    from slumpcv.live.record import GuidedTest, MarkedBy, StoppedBy

Json = dict[str, Any]
OrderKind = Literal["recording", "go_on", "press", "release", "stop", "speaking", "spoken", "ended"]


class Coaching(Protocol):
    """What a seat needs of :class:`slumpcv.live.coach.Coach`."""

    def frame(self, jpeg: bytes, time_s: float) -> Answer: ...  # noqa: D102
    def recording_began(self, time_s: float) -> None: ...  # noqa: D102
    def go_on(self) -> None: ...  # noqa: D102
    def press(self, time_s: float, by: MarkedBy) -> list[Spoken | Sounded]: ...  # noqa: D102
    def release(self, time_s: float, by: MarkedBy) -> list[Spoken | Sounded]: ...  # noqa: D102
    def stop(self, time_s: float, by: StoppedBy) -> list[Spoken | Sounded]: ...  # noqa: D102
    def speaking(self, time_s: float, key: str) -> None: ...  # noqa: D102
    def spoken(self, time_s: float, key: str) -> None: ...  # noqa: D102
    def record(self) -> GuidedTest | None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class Order:
    """What the page told besides frames; ``by`` says who pressed or stopped, or which prompt is heard."""

    kind: OrderKind
    time_s: float
    by: Any = None


@dataclass(frozen=True)
class Shot:
    """One small picture of the camera, on the page's own clock."""

    time_s: float
    jpeg: bytes
