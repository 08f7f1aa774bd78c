"""The times of a clip's frames, without decoding any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
from av.error import FFmpegError

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.video.probe import check_file, demuxer_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def frame_times(path: Path) -> NDArray[np.float64]:
    """Return when each frame of a clip that `H264Writer` wrote is shown.

    Parameters
    ----------
    path : an mp4 file with presentation times of its own.

    Returns
    -------
    (N,) float64
        Seconds, strictly increasing.

    Raises
    ------
    InputError
        When the file cannot be read, or holds no picture.
    """
    check_file(path)
    try:
        with av.open(f"file:{path.absolute()}", format=demuxer_of(path)) as container:
            stream = container.streams.video[0]
            tick_s = float(stream.time_base or 0)
            times_s = [packet.pts * tick_s for packet in container.demux(stream) if packet.pts is not None]
    except (FFmpegError, OSError, IndexError) as error:
        raise _no_picture(path) from error
    if not times_s:
        raise _no_picture(path)
    return np.unique(np.array(times_s))


def _no_picture(path: Path) -> InputError:
    return InputError(later("trouble.no_picture", path=path.name), later("trouble.fix.analyse_again"))
