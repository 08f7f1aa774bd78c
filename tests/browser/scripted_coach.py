"""A coach that follows a script instead of looking: quick, and the same every time."""

from __future__ import annotations

from typing import Any

from slumpcv.live.record import GuidedTest, LiveMark

CHECKS = ("person", "side_view", "whole_body", "light", "still")
STEPS = (
    ("BASELINE", "Sit tall"),
    ("SLUMP", "Let the back sag"),
    ("NECK_FLEXION", "Chin to chest"),
    ("KNEE_EXTENSION", "Straighten the knee"),
    ("HEAD_LIFT", "Lift only the head"),
    ("RETURN", "Sit up slowly"),
)
POINTS = {
    "ear": [0.42, 0.2],
    "shoulder": [0.4, 0.33],
    "elbow": [0.42, 0.46],
    "wrist": [0.5, 0.55],
    "hip": [0.39, 0.58],
    "knee": [0.58, 0.58],
    "ankle": [0.58, 0.82],
    "toe": [0.66, 0.85],
    "nose": None,
}


class ScriptedCoach:
    """Set-up takes ``setup_s``, each step of the test ``step_s``."""

    def __init__(self, side: str, setup_s: float = 2.0, step_s: float = 1.0) -> None:
        self.side, self.setup_s, self.step_s = side, setup_s, step_s
        self.first_s = self.began_s = self.stopped_s = None
        self.now_s = 0.0
        self.marks: list[list[Any]] = []
        self.said = 0
        self.step_said = -1

    def frame(self, jpeg: bytes, time_s: float) -> dict[str, Any]:
        assert jpeg.startswith(b"\xff\xd8")
        self.now_s = time_s
        if self.first_s is None:
            self.first_s = time_s
        answer = {"type": "seen", "t": time_s, "points": POINTS, "say": [], "tones": [], "over": None}
        return answer | (self._setup(time_s) if self.began_s is None else self._test(time_s))

    def _setup(self, time_s: float) -> dict[str, Any]:
        share = (time_s - self.first_s) / self.setup_s
        done = int(share * 1.5 * len(CHECKS))
        checks = [
            {"id": name, "done": at < done, "text": name.capitalize().replace("_", " ")}
            for at, name in enumerate(CHECKS)
        ]
        fix = None if done >= len(CHECKS) else "Turn the chair, so that your side faces the camera."
        held = max(0.0, share * 3 - 2)
        say = [] if self.said else self._say("setup_side_view", fix or "")
        done_so_far = {"checks": checks, "fix": fix, "held": held, "may_go_on": 0.1 < share < 1}
        return {"mode": "setup", "say": say, "record": share >= 1} | done_so_far

    def _test(self, time_s: float) -> dict[str, Any]:
        at = (time_s - self.began_s) / self.step_s
        over = self.stopped_s is not None or at >= len(STEPS)
        step, title = STEPS[min(int(at), len(STEPS) - 1)]
        say = self._say(f"cue_{step.lower()}", title) if int(at) > self.step_said and not over else []
        self.step_said = max(self.step_said, int(at))
        return {
            "mode": "over" if over else "test",
            "record": True,
            "step": step,
            "title": title,
            "hold": max(0.0, at % 1 * 2 - 1),
            "asking": False,
            "marking": bool(self.marks and self.marks[-1][1] is None),
            "phase": step,
            "say": say,
        }

    def _say(self, key: str, text: str) -> list[dict[str, Any]]:
        self.said += 1
        return [{"id": self.said, "key": key, "text": text}]

    def recording_began(self, time_s: float) -> None:
        self.began_s = time_s

    def go_on(self) -> None:
        self.setup_s = 0.001

    def press(self, time_s: float, by: str) -> list[dict[str, Any]]:
        self.marks.append([time_s - self.began_s, None, by])
        return [{"name": "mark_on"}]

    def release(self, time_s: float, _by: str) -> list[dict[str, Any]]:
        self.marks[-1][1] = time_s - self.began_s
        return [{"name": "mark_off"}]

    def stop(self, time_s: float, by: str) -> list[dict[str, Any]]:
        self.stopped_s = time_s
        self.stopped_by = by
        self.said += 1
        return [{"id": self.said, "key": "stop", "text": "Stop."}]

    def speaking(self, _time_s: float, _key: str) -> None:
        pass

    def spoken(self, _time_s: float, _key: str) -> None:
        pass

    def record(self) -> GuidedTest | None:
        if self.began_s is None:
            return None
        length_s = max(0.0, self.now_s - self.began_s)
        marks = tuple(LiveMark(start_s=start, end_s=end, by=by) for start, end, by in self.marks)
        status = "stopped" if self.stopped_s else "done" if length_s >= 6 * self.step_s else "interrupted"
        return GuidedTest(
            side=self.side,
            status=status,
            duration_s=length_s,
            marks=marks,
            stopped_by=self.stopped_by if self.stopped_s else None,
        )

    def close(self) -> None:
        pass
