"""Working with the review player, as a therapist does: what the browser tests share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

# What is on the screen of the player: frames, and everything that is corrected.
SEEN = """host => { const { clock, model, sender } = host.player; return {
  index: clock.index, shown: clock.shown, media: clock.mediaTime ?? null, frames: clock.frames,
  seeking: clock.video.seeking || clock.wanted !== null, sender: sender.state, refused: model.refused ?? null,
  number: model.result.number, state: model.state, phases: model.phases, marks: model.marks }; }"""
PLACE = "(host, joint) => host.player.view.toStage(host.player.overlay.joint(joint))"
X = "(host, time) => host.player.axis.x(time) - host.player.axis.scroll.scrollLeft"


@dataclass
class Desk:
    """A page with the player on it, and the file that its corrections are kept in."""

    page: Page
    kept: Path

    @property
    def host(self) -> Locator:
        return self.page.locator(".review-player")

    def seen(self) -> dict[str, Any]:
        return dict(self.host.evaluate(SEEN))

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.kept.read_text().splitlines()] if self.kept.exists() else []

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def rests(self) -> dict[str, Any]:
        """Wait until the frame asked for is shown and everything is saved; return what is seen."""
        for _ in range(200):
            seen = self.seen()
            if not seen["seeking"] and seen["shown"] == seen["index"] and seen["sender"] == "saved":
                return seen
            self.page.wait_for_timeout(25)
        state = ("index", "shown", "media", "seeking", "sender")
        raise AssertionError({name: seen[name] for name in state})

    def go(self, index: int) -> None:
        """Go to a frame by keys alone."""
        here = self.seen()["index"]
        way = "ArrowRight" if index > here else "ArrowLeft"
        tens, ones = divmod(abs(index - here), 10)
        self.press(*[f"Shift+{way}"] * tens, *[way] * ones)
        assert self.rests()["index"] == index

    def place(self, time_s: float, row: str) -> tuple[float, float]:
        """Return where on the screen a moment lies in a row of the axis."""
        box = self.page.locator(".scroll").bounding_box()
        assert box is not None
        top, height = self.host.evaluate("(host, row) => host.player.axis.tops[row]", row)
        return box["x"] + self.host.evaluate(X, time_s), box["y"] + top + height / 2

    def click(self, time_s: float, row: str = "panel0") -> None:
        """Go to a moment by mouse alone."""
        self.page.mouse.click(*self.place(time_s, row))

    def click_frame(self, index: int) -> None:
        frames = self.seen()["frames"]
        self.click((frames[index] + frames[index + 1]) / 2)
        assert self.rests()["index"] == index

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
        mouse.move(*end, steps=3)
        mouse.up()

    def joint(self, joint: int) -> tuple[float, float]:
        box = self.page.locator(".stage").bounding_box()
        assert box is not None
        x, y = self.host.evaluate(PLACE, joint)
        return box["x"] + x, box["y"] + y

    def corrected(self) -> dict[str, Any]:
        """Return the corrections, without what is different each time."""
        state = json.loads(json.dumps(self.rests()["state"]))
        for measure in state["measures"]:
            del measure["id"]
        return dict(state)
