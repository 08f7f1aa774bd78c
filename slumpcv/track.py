"""The pose track: what the pose model saw, and the contract for everything after it."""

from __future__ import annotations

import json
import tokenize
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.errors import InputError
from slumpcv.files import atomic_write
from slumpcv.language import later

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANDMARKS = 33
TRACK_SCHEMA_VERSION = 1
# What numpy and zipfile raise on files that are damaged or something else.
UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
)


@dataclass(frozen=True)
class TrackSource:
    """Where a track came from; saved with it.

    Attributes
    ----------
    width_px, height_px : int
        Size of the upright image that ``landmarks_px`` refers to.
    rotation_deg : int
        Clockwise rotation that the clip's metadata asked for (already applied).
    fps_nominal : float or None
        What the container claims; never used for time.
    duration_s : float
        Time of the last frame that was analysed.
    container, codec, sha256 : str or None
        Facts about the file; no file name.
    model, model_sha256, slumpcv_version : str
        What made the track.
    asked_fps : float or None
        At most so many frames a second were to be analysed; None was every frame.
    damaged_at_s : tuple of float
        Times of the last good frame before each place where the file was damaged.
    """

    width_px: int
    height_px: int
    rotation_deg: int
    fps_nominal: float | None
    duration_s: float
    container: str | None
    codec: str | None
    sha256: str | None
    model: str
    model_sha256: str
    slumpcv_version: str
    asked_fps: float | None = None
    damaged_at_s: tuple[float, ...] = ()


@dataclass(frozen=True)
class PoseTrack:
    """Landmarks of one person over time.

    Attributes
    ----------
    time_s : (T,) float64
        Each frame's own timestamp, strictly increasing.
    landmarks_px : (T, 33, 2) float32
        x to the right, y down, in pixels of the upright image; NaN where no person was found.
    visibility : (T, 33) float32
        The model's own guess, 0 to 1; no proof of correctness. NaN like the landmarks.
    world_m : (T, 33, 3) float32
        The model's hip-centred metric guess, for diagnostics only.
    luma : (T,) float32
        Mean brightness of the image, 0 to 255.
    sharpness : (T,) float32
        Variance of the second difference over the person's box, at a fixed scale and in the
        less sharp direction; low is blurred or smeared.
    people : (T,) uint8
        How many people were seen, on the frames that were searched; 255 where not searched.
    source : TrackSource

    Raises
    ------
    ValueError
        When shapes disagree or time does not increase strictly.
    """

    time_s: NDArray[np.float64]
    landmarks_px: NDArray[np.float32]
    visibility: NDArray[np.float32]
    world_m: NDArray[np.float32]
    luma: NDArray[np.float32]
    sharpness: NDArray[np.float32]
    people: NDArray[np.uint8]
    source: TrackSource

    def __post_init__(self) -> None:
        """Check shapes and time once, so that nothing downstream has to."""
        n = len(self.time_s)
        want = {
            "landmarks_px": (n, LANDMARKS, 2),
            "visibility": (n, LANDMARKS),
            "world_m": (n, LANDMARKS, 3),
            "luma": (n,),
            "sharpness": (n,),
            "people": (n,),
        }
        for name, shape in want.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")
        if n and not (np.isfinite(self.time_s).all() and (np.diff(self.time_s) > 0).all()):
            raise ValueError("time_s must be finite and strictly increasing")

    def __len__(self) -> int:
        """Return the number of analysed frames."""
        return len(self.time_s)


def array_names() -> tuple[str, ...]:
    """Return the names of the arrays of a PoseTrack, in order."""
    return tuple(f.name for f in fields(PoseTrack) if f.name != "source")


def save_track(path: str | Path, track: PoseTrack) -> None:
    """Write a track to ``path`` (.npz), whole or not at all; the same track gives the same bytes.

    Raises
    ------
    InputError
        When the folder cannot be written to or the disk is full.
    """
    header = json.dumps({"schema_version": TRACK_SCHEMA_VERSION, **asdict(track.source)}, sort_keys=True)
    arrays = {name: getattr(track, name) for name in array_names()}
    with atomic_write(Path(path)) as temporary:
        np.savez_compressed(temporary, header=np.array(header), **arrays)


def load_track(path: str | Path) -> PoseTrack:
    """Read a track that :func:`save_track` wrote.

    Raises
    ------
    InputError
        When the file is not a track, is damaged, or was written by a newer version.
    """
    path = Path(path)
    fix = later("trouble.fix.track_again")
    try:
        # np.load leaves a damaged file open when it is given a name.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            header = dict(json.loads(str(file["header"])))
            version = header.pop("schema_version")
            if version > TRACK_SCHEMA_VERSION:
                raise InputError(
                    later("trouble.newer_track", name=path.name, version=version, known=TRACK_SCHEMA_VERSION),
                    later("trouble.fix.update"),
                )
            header["damaged_at_s"] = tuple(header["damaged_at_s"])
            return PoseTrack(**{n: file[n] for n in array_names()}, source=TrackSource(**header))
    except UNREADABLE as error:
        raise InputError(later("trouble.bad_track", name=path.name, reason=str(error)), fix) from error
