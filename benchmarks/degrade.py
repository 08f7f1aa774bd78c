"""Degraded variants of a sample clip, the same on every run, with the truth that goes with them."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from slumpcv.video import Frame, H264Writer, open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from benchmarks.truth import Truth

    Image = NDArray[np.uint8]
    Rng = np.random.Generator
    PerImage = Callable[[Image, Rng], Image]
    Frames = Iterator[Frame]
    Change = Callable[[Frames, Truth, Rng], Frames]

GREY = (128, 128, 128)
EMPTY_ROOM_S = 3.0
HIDDEN_S = 2.0
# A box this wide, in thigh lengths, hides the knee and some of both bones.
HIDING_BOX_THIGHS = 0.6
SLOW_FPS = 8.0
JPEG_QUALITY = 10
# Back, arms and feet reach this far beyond the joint centres.
PERSON_REACH_THIGHS = 0.7
# Fine enough that the codec adds nothing to speak of to what a variant does.
CRF = 16


@dataclass(frozen=True)
class Variant:
    """One way to make a clip worse.

    Attributes
    ----------
    change : makes the frames.
    retime : makes the truth that goes with them; None where it stays.
    turn_deg : clockwise turn that the file's metadata asks for.
    """

    change: Change
    retime: Callable[[Truth], Truth] | None = None
    turn_deg: int = 0


def each(change: PerImage) -> Change:
    """Make a change of every image on its own into one of all frames."""

    def frames(source: Frames, _: Truth, rng: Rng) -> Frames:
        for frame in source:
            yield Frame(frame.time_s, np.ascontiguousarray(change(frame.rgb, rng)))

    return frames


def dark(rgb: Image, rng: Rng) -> Image:
    """Return an evening room without a lamp: gamma, a quarter of the light, a little noise."""
    dim = 255 * 0.3 * (rgb / 255.0) ** 1.6 + rng.normal(0, 2, rgb.shape)
    return np.clip(dim, 0, 255).astype(np.uint8)


def noisy(rgb: Image, rng: Rng) -> Image:
    """Return a cheap webcam's image: grain in the brightness, coarse blotches in the colours."""
    high, wide = rgb.shape[:2]
    grain = rng.normal(0, 14, (high, wide, 1))
    blotches = cv2.resize(rng.normal(0, 9, (high // 4, wide // 4, 3)), (wide, high))
    return np.clip(rgb + grain + blotches, 0, 255).astype(np.uint8)


def blurred(rgb: Image, _: Rng) -> Image:
    """Return an image out of focus."""
    return cv2.GaussianBlur(rgb, (0, 0), 0.005 * rgb.shape[1])


def motion_blurred(rgb: Image, _: Rng) -> Image:
    """Return an image smeared sideways, as by a long exposure in a moving hand."""
    kernel = np.zeros((1, int(0.025 * rgb.shape[1]) | 1), np.float32)
    kernel[:] = 1 / kernel.size
    return cv2.filter2D(rgb, -1, kernel)


def jpeg(rgb: Image, _: Rng) -> Image:
    """Return an image crushed by JPEG."""
    _, code = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return cv2.imdecode(code, cv2.IMREAD_COLOR)


def small(rgb: Image, _: Rng) -> Image:
    """Return an image of 320x240."""
    return cv2.resize(rgb, (320, 240), interpolation=cv2.INTER_AREA)


def mirrored(rgb: Image, _: Rng) -> Image:
    """Return an image as in a mirror."""
    return cv2.flip(rgb, 1)


def turned(rgb: Image, _: Rng) -> Image:
    """Return an image lying on its side: anticlockwise, so that a clockwise turn puts it upright."""
    return cv2.rotate(rgb, cv2.ROTATE_90_COUNTERCLOCKWISE)


def portrait(rgb: Image, _: Rng) -> Image:
    """Return a 9:16 image with black bars above and below."""
    high, wide = rgb.shape[:2]
    bar_px = (wide * 16 // 9 - high) // 2
    return cv2.copyMakeBorder(rgb, bar_px, bar_px, 0, 0, cv2.BORDER_CONSTANT)


def shaken(source: Frames, _: Truth, rng: Rng) -> Frames:
    """Shake the camera as a hand does: slow sway and fast tremor, turning by up to a degree."""
    phase = rng.uniform(0, 2 * np.pi, (3, 2))
    for frame in source:
        high, wide = frame.rgb.shape[:2]
        slow, fast = np.sin(2 * np.pi * np.array([[0.3], [2.3]]) * frame.time_s + phase.T)
        shift_px = 0.01 * wide * slow[:2] + 0.003 * wide * fast[:2]
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), 0.7 * slow[2] + 0.3 * fast[2], 1.0)
        matrix[:, 2] += shift_px
        yield Frame(
            frame.time_s, cv2.warpAffine(frame.rgb, matrix, (wide, high), borderMode=cv2.BORDER_REFLECT)
        )


def slowed(source: Frames, _: Truth, __: Rng) -> Frames:
    """Keep 8 frames a second, each at its own time."""
    due = -1
    for frame in source:
        slot = int(frame.time_s * SLOW_FPS + 0.01)
        if slot > due:
            due = slot
            yield frame


def knee_hidden(from_lift_s: float) -> Change:
    """Hide the knee with a box that follows it for 2 s, from so long after the lift's start on."""

    def frames(source: Frames, truth: Truth, _: Rng) -> Frames:
        begin_s = phase_start_s(truth, "HEAD_LIFT") + from_lift_s
        c = truth.columns
        thigh_px = np.hypot(c["knee_x_px"] - c["hip_x_px"], c["knee_y_px"] - c["hip_y_px"]).max()
        for frame in source:
            if begin_s <= frame.time_s < begin_s + HIDDEN_S:
                x, y = (float(truth.at(f"knee_{axis}_px", np.array([frame.time_s]))[0]) for axis in "xy")
                reach = HIDING_BOX_THIGHS / 2 * thigh_px
                corners = [(round(x + s * reach), round(y + s * reach)) for s in (-1, 1)]
                cv2.rectangle(frame.rgb, *corners, GREY, -1)
            yield frame

    return frames


def empty_room_first(source: Frames, truth: Truth, rng: Rng) -> Frames:
    """Show the room with the person painted over, then the clip."""
    first = next(source)
    room = without_person(first.rgb, truth)
    step_s = 1.0 / truth.facts["fps"]
    for i in range(round(EMPTY_ROOM_S / step_s)):
        grain = rng.normal(0, 2, room.shape)
        yield Frame(i * step_s, np.clip(room + grain, 0, 255).astype(np.uint8))
    yield Frame(first.time_s + EMPTY_ROOM_S, first.rgb)
    for frame in source:
        yield Frame(frame.time_s + EMPTY_ROOM_S, frame.rgb)


def without_person(rgb: Image, truth: Truth) -> Image:
    """Return a first frame with the columns that the person takes up replaced by a blend of both sides."""
    across_px = np.concatenate([v[:1] for c, v in truth.columns.items() if c.endswith("_x_px")])
    c = truth.columns
    thigh_px = np.hypot(c["knee_x_px"][0] - c["hip_x_px"][0], c["knee_y_px"][0] - c["hip_y_px"][0])
    reach_px = PERSON_REACH_THIGHS * thigh_px
    left = max(int(across_px.min() - reach_px), 0)
    right = min(int(across_px.max() + reach_px), rgb.shape[1] - 1)
    share = np.linspace(0, 1, right - left)[None, :, None]
    room = rgb.astype(float)
    room[:, left:right] = (1 - share) * room[:, [left]] + share * room[:, [right]]
    return np.clip(room, 0, 255).astype(np.uint8)


def phase_start_s(truth: Truth, phase: str) -> float:
    """Return when a phase was commanded."""
    return next(p["start_s"] for p in truth.facts["phases"] if p["phase"] == phase)


def delayed(truth: Truth, by_s: float = EMPTY_ROOM_S) -> Truth:
    """Return the truth of a clip that starts later."""
    phases = [p | {"start_s": p["start_s"] + by_s, "end_s": p["end_s"] + by_s} for p in truth.facts["phases"]]
    columns = truth.columns | {"time_s": truth.columns["time_s"] + by_s}
    return replace(truth, facts=truth.facts | {"phases": phases}, columns=columns)


def reflected(truth: Truth) -> Truth:
    """Return the truth of the mirror image: angles stay, sides change."""
    width_px = truth.facts["size_px"][0]
    swap = {"left": "right", "right": "left"}
    sides = {k: swap[truth.facts[k]] for k in ("near_leg", "tested_leg", "facing")}
    columns = {k: width_px - v if k.endswith("_x_px") else v for k, v in truth.columns.items()}
    return replace(truth, facts=truth.facts | sides, columns=columns)


VARIANTS: dict[str, Variant] = {
    "dark": Variant(each(dark)),
    "noisy": Variant(each(noisy)),
    "blurred": Variant(each(blurred)),
    "motion_blurred": Variant(each(motion_blurred)),
    "shaken": Variant(shaken),
    "jpeg": Variant(each(jpeg)),
    "small": Variant(each(small)),
    "slow_fps": Variant(slowed),
    "mirrored": Variant(each(mirrored), reflected),
    "rotated": Variant(each(turned), turn_deg=90),
    "knee_hidden_before_lift": Variant(knee_hidden(-0.3 - HIDDEN_S)),
    "knee_hidden_in_lift": Variant(knee_hidden(-0.3)),
    "empty_room_first": Variant(empty_room_first, delayed),
    "portrait": Variant(each(portrait)),
}


def degraded_truth(name: str, truth: Truth) -> Truth:
    """Return the truth of a variant."""
    retime = VARIANTS[name].retime
    return truth if retime is None else retime(truth)


@contextmanager
def degraded(name: str, clip: Path, truth: Truth) -> Iterator[Path]:
    """Make a variant of a clip in a temporary folder; it is gone afterwards."""
    variant = VARIANTS[name]
    rng = np.random.default_rng(zlib.crc32(f"{name} {truth.name}".encode()))
    with TemporaryDirectory() as folder, open_clip(clip) as source:
        path = Path(folder) / "clip.mp4"
        write_clip(path, variant.change(source.frames(), truth, rng))
        if variant.turn_deg:
            path = with_rotation(path, variant.turn_deg)
        yield path


def write_clip(path: Path, frames: Frames) -> None:
    """Write frames with their own times."""
    first = next(frames)
    with H264Writer(path, first.rgb.shape[1], first.rgb.shape[0], crf=CRF) as writer:
        writer.write(first.rgb, first.time_s)
        for frame in frames:
            writer.write(frame.rgb, frame.time_s)


def with_rotation(path: Path, clockwise_deg: int) -> Path:
    """Copy a clip, unchanged but for asking to be turned."""
    out = path.with_name("turned.mp4")
    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        old = source.streams.video[0]
        new = target.add_stream_from_template(old)
        new.set_display_rotation(-clockwise_deg)
        for packet in source.demux(old):
            if packet.dts is not None:
                packet.stream = new
                target.mux(packet)
    return out
