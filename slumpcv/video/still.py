"""Single pictures that come in by themselves, as from a browser's camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.video.base import check_size

if TYPE_CHECKING:
    from numpy.typing import NDArray


def decode_jpeg(jpeg: bytes) -> NDArray[np.uint8]:
    """Decode a JPEG picture.

    Parameters
    ----------
    jpeg : bytes
        The whole file.

    Returns
    -------
    (H, W, 3) uint8
        Contiguous RGB.

    Raises
    ------
    InputError
        Damaged or not a picture, or too small or too large to look for a person in it.
    """
    try:
        bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # an empty buffer, or a header that promises too much
        bgr = None
    if bgr is None:
        raise InputError(later("trouble.camera_damaged"), later("trouble.fix.reload"))
    check_size(later("trouble.camera_picture"), bgr.shape[1], bgr.shape[0])
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
