"""MediaPipe pose, the only module that knows it: frames in, a pose track out.

The model is not mirror-symmetric (a mirrored clip reads the knee about 3 deg differently),
so a person who looks to the left is always shown to it mirrored, and the landmarks are
mirrored back. A clip and its mirror image therefore give the same numbers.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import cv2
import numpy as np

# MediaPipe imports an audio library that nothing here uses. Where PortAudio is installed it
# would open the sound system, on some systems through a socket.
_NO_AUDIO = "sounddevice" not in sys.modules
if _NO_AUDIO:
    sys.modules["sounddevice"] = None  # type: ignore[assignment]
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision

if _NO_AUDIO:
    del sys.modules["sounddevice"]

from slumpcv.body import MIRROR_INDEX, NOSE, PAIRS
from slumpcv.track import LANDMARKS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from slumpcv.terms import Side

    Image = NDArray[np.uint8]

# A search looks for at most this many people: enough to notice company.
MAX_PEOPLE = 3
# MediaPipe takes no negative times; ours may lie a little before the clip's start.
CLOCK_LEAD_S = 10.0
# Sharpness is measured on a patch of this height, so that it does not depend on resolution.
SHARPNESS_HEIGHT_PX = 160


@dataclass(frozen=True)
class Pose:
    """One person in one image: (33, 2) pixels, (33,) visibility, (33, 3) metres."""

    landmarks_px: NDArray[np.float32]
    visibility: NDArray[np.float32]
    world_m: NDArray[np.float32]

    def mirrored(self, width_px: int) -> Pose:
        """Return the same person in the mirrored image."""
        xy = self.landmarks_px[MIRROR_INDEX].copy()
        xy[:, 0] = width_px - xy[:, 0]
        world = self.world_m[MIRROR_INDEX] * np.array([-1, 1, 1], dtype=np.float32)
        return Pose(xy, self.visibility[MIRROR_INDEX], world)

    @property
    def hip_px(self) -> NDArray[np.float32]:
        """Return the middle of the hips, (2,)."""
        return self._middle("hip")

    @property
    def torso_px(self) -> float:
        """Return the distance from the middle of the hips to that of the shoulders."""
        return float(np.hypot(*(self._middle("shoulder") - self.hip_px)))

    @property
    def ahead(self) -> float:
        """Return how far knees and nose are to the image's right of hips and ears, in torsos."""
        knees = self._middle("knee")[0] - self.hip_px[0]
        nose = self.landmarks_px[NOSE, 0] - self._middle("ear")[0]
        return float((knees + 2 * nose) / max(self.torso_px, 1.0))

    def _middle(self, joint: str) -> NDArray[np.float32]:
        left, right = PAIRS[joint]  # type: ignore[index]
        middle: NDArray[np.float32] = (self.landmarks_px[left] + self.landmarks_px[right]) / 2
        return middle


class _QuietStderr:
    """Sends what native code prints to standard error nowhere, for as long as anyone asks.

    MediaPipe's native logger greets every new model with warnings that no flag silences
    before it is initialised; they would land in the middle of the progress bar. Models are
    made in several threads at once, and the descriptor belongs to all of them, so the first
    to come turns it off and the last to leave turns it on.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._saved = -1

    def __enter__(self) -> None:
        with self._lock:
            self._users += 1
            if self._users > 1:
                return
            try:
                sys.stderr.flush()
                self._saved = os.dup(2)
            except (OSError, AttributeError):  # no standard error, as under pythonw
                self._saved = -1
                return
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 2)
            os.close(sink)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._saved >= 0:
                os.dup2(self._saved, 2)
                os.close(self._saved)
                self._saved = -1


quiet_stderr = _QuietStderr()


class Landmarker:
    """One MediaPipe landmarker over one run of frames; close it after use.

    Parameters
    ----------
    model : path of a ``.task`` bundle.
    facing : where the person looks in the image; ``left`` shows the model mirrored frames.
    people : 1 tracks one person through a video (timestamps must then increase); more
        searches every image anew.
    """

    def __init__(self, model: Path, facing: Side = "right", people: int = 1) -> None:
        mode = vision.RunningMode.VIDEO if people == 1 else vision.RunningMode.IMAGE
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)), running_mode=mode, num_poses=people
        )
        with quiet_stderr:
            self._landmarker = vision.PoseLandmarker.create_from_options(options)
        self.facing = facing
        self._tracking = people == 1
        self._last_ms = -1
        self._greeted = False

    def close(self) -> None:
        """Free the model's memory; it must be gone before the interpreter ends."""
        self._landmarker.close()

    def find(self, rgb: Image, time_s: float) -> list[Pose]:
        """Return the people in an upright (H, W, 3) RGB image, the model's surest first."""
        if self.facing == "left":
            rgb = np.ascontiguousarray(rgb[:, ::-1])
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
        # MediaPipe wants strictly increasing whole milliseconds.
        self._last_ms = max(self._last_ms + 1, round((time_s + CLOCK_LEAD_S) * 1000))
        with contextlib.nullcontext() if self._greeted else quiet_stderr:
            if self._tracking:
                result = self._landmarker.detect_for_video(image, self._last_ms)
            else:
                result = self._landmarker.detect(image)
        # The last greeting comes with the first person.
        self._greeted = self._greeted or bool(result.pose_landmarks)
        poses = [
            _pose(*landmarks, rgb.shape)
            for landmarks in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        ]
        return [p.mirrored(rgb.shape[1]) for p in poses] if self.facing == "left" else poses


def _pose(landmarks: list[object], world: list[object], shape: tuple[int, ...]) -> Pose:
    height, width = shape[:2]
    rows = np.array([(p.x * width, p.y * height, p.visibility) for p in landmarks], dtype=np.float32)  # type: ignore[attr-defined]
    metres = np.array([(p.x, p.y, p.z) for p in world], dtype=np.float32)  # type: ignore[attr-defined]
    if rows.shape != (LANDMARKS, 3):
        raise RuntimeError(f"the pose model returned {rows.shape[0]} landmarks, expected {LANDMARKS}")
    return Pose(rows[:, :2], rows[:, 2], metres)


def sharpness(rgb: Image, pose: Pose | None) -> float:
    """Return how sharp the person's box is in its least sharp direction, at one scale.

    The variance of the second difference along x or along y, whichever is smaller: motion
    blur keeps the edges along its own direction.

    Returns
    -------
    float in grey levels squared; NaN without a person. Low is blurred or smeared.
    """
    if pose is None:
        return float("nan")
    height, width = rgb.shape[:2]
    low = np.clip(pose.landmarks_px.min(axis=0), 0, [width - 2, height - 2]).astype(int)
    high = np.clip(pose.landmarks_px.max(axis=0), low + 2, [width, height]).astype(int)
    patch = rgb[low[1] : high[1], low[0] : high[0]]
    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    scale = SHARPNESS_HEIGHT_PX / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    kernel = np.array([[1.0, -2.0, 1.0]])
    along = (cv2.filter2D(grey, cv2.CV_32F, k).var() for k in (kernel, kernel.T))
    return float(min(along))
