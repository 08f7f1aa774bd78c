"""The recordings are those of the texts, and as long as they say."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import get_args

import av
import numpy as np
import pytest
from test_language import catalogue

from slumpcv.language import LANGUAGES, Language
from slumpcv.live.events import ToneName
from slumpcv.live.voice import manifest, seconds_of

FOLDER = Path(__file__).resolve().parents[1] / "slumpcv" / "ui" / "voice"
LARGEST_BYTES = 3_000_000
AGAIN = "run python -m scripts.make_voice"


def texts(language: Language) -> dict[str, str]:
    """All that is spoken, by key."""
    said = {key.removeprefix("say."): words for key, words in catalogue(language, "say").items()}
    return {key: words for key, words in said.items() if not key.startswith("title_")}


def heard(path: Path) -> tuple[np.ndarray, float]:
    """The samples of a recording, -1 to 1, and its seconds."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        frames = [frame.to_ndarray().ravel() for frame in file.decode(stream)]
        samples = np.concatenate(frames)
        assert stream.layout.name == "mono"
        return samples, len(samples) / stream.rate


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_recorded_as_it_stands(language: Language) -> None:
    recorded = manifest().voices[language]
    assert recorded.keys() == texts(language).keys(), AGAIN
    changed = [
        key
        for key, words in texts(language).items()
        if recorded[key].text_sha256 != hashlib.sha256(words.encode()).hexdigest()
    ]
    assert changed == [], AGAIN


def test_there_is_a_file_for_every_recording_and_no_other() -> None:
    made = manifest()
    expected = {f"{language}/{key}.mp3" for language, keys in made.voices.items() for key in keys}
    expected |= {f"tones/{name}.mp3" for name in made.tones}
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("**/*.mp3")} == expected
    assert set(made.tones) == set(get_args(ToneName))
    assert set(made.voices) == set(LANGUAGES)
    assert sum(path.stat().st_size for path in FOLDER.glob("**/*")) < LARGEST_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_recordings_last_as_long_as_stated_and_are_loud_but_not_clipped(language: Language) -> None:
    for key in texts(language):
        samples, seconds = heard(FOLDER / language / f"{key}.mp3")
        assert seconds_of(language)(key) == pytest.approx(seconds, abs=0.05), key
        assert 0.4 < np.abs(samples).max() < 0.99, key
        # Nothing is waited for: speech begins and ends with the file.
        loud = np.flatnonzero(np.abs(samples) > 0.02)
        assert loud[0] / len(samples) * seconds < 0.15, key
        assert (1 - loud[-1] / len(samples)) * seconds < 0.15, key


def test_tones_are_soft_and_short() -> None:
    for name, stated in manifest().tones.items():
        samples, seconds = heard(FOLDER / "tones" / f"{name}.mp3")
        assert seconds == pytest.approx(stated, abs=0.05)
        assert seconds < 1.5
        assert 0.2 < np.abs(samples).max() < 0.6


def test_a_prompt_that_was_not_recorded_is_an_error() -> None:
    with pytest.raises(KeyError):
        seconds_of("en")("nothing")
