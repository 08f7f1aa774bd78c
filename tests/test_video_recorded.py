"""When a clip was recorded: what its file says, as far as that can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from slumpcv.video import open_clip
from slumpcv.video.recorded import recorded_at

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
PHONE = "com.apple.quicktime.creationdate"


@pytest.mark.parametrize(
    ("metadata", "moment"),
    [
        ({"creation_time": "2026-11-03T22:30:00.000000Z"}, datetime(2026, 11, 3, 22, 30, tzinfo=UTC)),
        (
            {PHONE: "2026-11-04T07:30:00+0900", "creation_time": "2026-11-03T22:30:00.000000Z"},
            datetime(2026, 11, 4, 7, 30, tzinfo=timezone(timedelta(hours=9))),
        ),
        ({"creation_time": "2026-11-03 22:30:00"}, datetime(2026, 11, 3, 22, 30, tzinfo=UTC)),
        ({}, None),
        ({"creation_time": "yesterday"}, None),
        ({"creation_time": "1904-01-01T00:00:00.000000Z"}, None),
        ({"creation_time": "1999-12-31T23:59:59Z"}, None),
        ({"creation_time": "2026-11-27T08:00:01Z"}, None),
        (
            {PHONE: "2036-01-01T00:00:00Z", "creation_time": "2026-11-03T22:30:00Z"},
            NOW.replace(day=3, hour=22, minute=30),
        ),
    ],
)
def test_only_what_can_be_is_believed(metadata: dict[str, str], moment: datetime | None) -> None:
    found = recorded_at(metadata, NOW)
    assert found == moment
    assert found is None or found.isoformat() == moment.isoformat()  # the same day, in the camera's own zone


@pytest.mark.parametrize(
    ("name", "codec"), [("clip.mp4", "libx264"), ("clip.mov", "libx264"), ("clip.mkv", "libx264")]
)
@pytest.mark.parametrize("said", ["2026-03-04T10:00:00.000000Z", None])
def test_a_file_says_when_it_was_made(tmp_path: Path, name: str, codec: str, said: str | None) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        if said:
            container.metadata["creation_time"] = said
        stream = container.add_stream(codec, rate=15)
        stream.width, stream.height = 320, 240
        for number in range(15):
            picture = np.full((240, 320, 3), 10 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    with open_clip(path) as source:
        assert source.info.recorded_at == (datetime.fromisoformat(said) if said else None)
