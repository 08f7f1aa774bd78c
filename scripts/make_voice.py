#!/usr/bin/env python3
"""Record all that the guide says, from the catalogue ``say``, with espeak-ng; and make the tones.

    python -m scripts.make_voice        # after any change to a spoken text

writes ``slumpcv/ui/voice``. espeak-ng must be installed (``apt install espeak-ng``); the app itself
needs none, since it plays the recordings.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from babel.messages.pofile import read_po

from slumpcv.files import atomic_write
from slumpcv.language import LANGUAGES, Language, speaking, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "slumpcv" / "ui" / "voice"
RATE_HZ = 22050
BIT_RATE = 40_000
# Plain voices, a little slower and lower than the synthesiser's own: to be understood from 3 m.
VOICES: dict[Language, list[str]] = {
    "en": ["-v", "en-gb", "-s", "145", "-p", "42"],
    "es": ["-v", "es", "-s", "145", "-p", "42"],
    "de": ["-v", "de", "-s", "145", "-p", "42"],
}
# Silence around a prompt is cut to this; below SILENT nothing is heard.
MARGIN_S = 0.03
SILENT = 0.004
# Loudness of the voiced part, and where peaks are bent so that none is clipped.
VOICED_RMS = 0.16
KNEE, CEILING = 0.6, 0.85
# Two notes each, in Hz, rising to begin or to hold, falling to end; and how long one lasts.
TONES: dict[str, tuple[float, float, float]] = {
    "hold": (523.25, 659.26, 0.22),
    "done": (523.25, 783.99, 0.45),
    "mark_on": (440.0, 587.33, 0.12),
    "mark_off": (587.33, 440.0, 0.12),
}
TONE_LEVEL = 0.35


def spoken_keys() -> list[str]:
    """Return the keys of all texts that are spoken; titles are only read."""
    with (ROOT / "slumpcv" / "locale" / "en" / "LC_MESSAGES" / "say.po").open("rb") as file:
        keys = [str(message.id).removeprefix("say.") for message in read_po(file) if message.id]
    return sorted(key for key in keys if not key.startswith("title_"))


def synthesise(words: str, language: Language) -> Sound:
    """Return a text as speech, -1 to 1."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ["espeak-ng", *VOICES[language], "-w", str(path), words]
        subprocess.run(command, check=True)
        with wave.open(str(path)) as file:
            assert file.getframerate() == RATE_HZ
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return samples / 32768.0


def trimmed(sound: Sound) -> Sound:
    """Return a sound without the silence around it, faded in and out."""
    heard = np.flatnonzero(np.abs(sound) > SILENT)
    margin = round(MARGIN_S * RATE_HZ)
    cut = sound[max(heard[0] - margin, 0) : heard[-1] + margin].copy()
    ramp = np.linspace(0.0, 1.0, margin)
    cut[:margin] *= ramp
    cut[-margin:] *= ramp[::-1]
    return cut


def normalised(sound: Sound) -> Sound:
    """Return a sound whose voiced part has the loudness of all others, its peaks bent, not clipped."""
    block = round(0.05 * RATE_HZ)
    blocks = sound[: len(sound) // block * block].reshape(-1, block)
    rms = np.sqrt((blocks**2).mean(axis=1))
    voiced = rms[rms > 0.1 * rms.max()]
    louder: Sound = sound * VOICED_RMS / np.sqrt((voiced**2).mean())
    over, room = np.abs(louder) - KNEE, CEILING - KNEE
    bent = np.sign(louder) * (KNEE + room * np.tanh(over / room))
    return np.asarray(np.where(over > 0, bent, louder), np.float64)


def tone(first_hz: float, second_hz: float, note_s: float) -> Sound:
    """Return two soft notes, the second a little longer and fading."""
    notes = []
    for hz, seconds in ((first_hz, note_s), (second_hz, 1.8 * note_s)):
        t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        swell = np.sin(np.pi * np.clip(t / seconds, 0.0, 1.0) ** 0.4)
        notes.append(TONE_LEVEL * swell * (np.sin(2 * np.pi * hz * t) + 0.15 * np.sin(4 * np.pi * hz * t)))
    return np.concatenate(notes)


def write_mp3(sound: Sound, path: Path) -> float:
    """Write a sound as mono MP3; return its seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.round(sound * 32767.0).astype(np.int16)[None, :]
    with atomic_write(path) as beside, av.open(str(beside), "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=RATE_HZ)
        stream.bit_rate = BIT_RATE
        stream.codec_context.layout = "mono"
        stream.codec_context.format = "s16p"
        frame = av.AudioFrame.from_ndarray(samples, format="s16p", layout="mono")
        frame.sample_rate = RATE_HZ
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return round(len(sound) / RATE_HZ, 3)


def record(language: Language) -> dict[str, dict[str, str | float]]:
    """Record one language; return its part of the manifest."""
    recorded: dict[str, dict[str, str | float]] = {}
    with speaking(language):
        for key in spoken_keys():
            words = text(f"say.{key}")
            sound = normalised(trimmed(synthesise(words, language)))
            recorded[key] = {
                "text_sha256": hashlib.sha256(words.encode()).hexdigest(),
                "seconds": write_mp3(sound, FOLDER / language / f"{key}.mp3"),
            }
    return recorded


def main() -> None:
    """Record everything anew; recordings of texts that are gone are removed."""
    version = subprocess.run(["espeak-ng", "--version"], check=True, capture_output=True, text=True).stdout
    for old in FOLDER.glob("*/*.mp3"):
        old.unlink()
    manifest = {
        "schema_version": 1,
        "synthesiser": "espeak-ng",
        "version": version.split(":")[1].split()[0],
        "voices": {language: record(language) for language in LANGUAGES},
        "tones": {
            name: write_mp3(tone(*notes), FOLDER / "tones" / f"{name}.mp3") for name, notes in TONES.items()
        },
    }
    with atomic_write(FOLDER / "manifest.json") as path:
        path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
