"""What workers do with a recording for the app and the library: results, a clip to replay, a video."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.allocator import give_back
from slumpcv.batch.beside import Teller, address, have_done
from slumpcv.batch.task import WORKER_THREADS
from slumpcv.errors import InputError
from slumpcv.language import Language, later, speaking
from slumpcv.replay import REPLAY, write_replay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from slumpcv.batch.beside import Reach
    from slumpcv.session import Session
    from slumpcv.terms import Side

# How the time is spent, measured on recordings of a minute. [E]
FOLLOWING, REPLAYING = 0.75, 0.92


@dataclass(frozen=True)
class Recording:
    """A recording to be analysed.

    Attributes
    ----------
    clip : the recording.
    results : an existing folder for the result files and the replay.
    side : the tested leg; None takes the one near the camera.
    made_on : date in the report.
    spoken : language of the results.
    demonstration : whether a sample stands in for the person.
    threads : how many it is followed in: workers of a cluster have one core each.
    """

    clip: Path
    results: Path
    side: Side | None
    made_on: date
    spoken: Language
    demonstration: bool = False
    threads: int = WORKER_THREADS


@dataclass(frozen=True)
class Video:
    """An annotated video to be made of results and the recording that they are of."""

    clip: Path
    results: Path


def make_results(recording: Recording, reach: Reach) -> Session:
    """Have a recording analysed, its results written, and return the session.

    Parameters
    ----------
    recording : what is to be done.
    reach : called with the part that is reached and the share done.

    Raises
    ------
    InputError
        When the recording cannot be used, the disk is full, or the cluster does not do it.
    """
    from slumpcv.follow import PIECES

    if not address():
        recording = replace(recording, threads=PIECES)
    return have_done(results_made, recording, recording.results, reach)


def make_video(video: Video, reach: Reach) -> None:
    """Have the annotated video written beside its results; as `make_results`."""
    have_done(video_made, video, video.results, reach)


def results_made(recording: Recording) -> Session:
    """Do what `make_results` asks for, as a worker.

    Raises
    ------
    InputError
        As there, or when the worker does not see the data folder.
    """
    with speaking(recording.spoken), _all_given_back():
        _check_seen(recording.results)
        with Teller(recording.results) as teller:
            return _results(recording, teller)


def video_made(video: Video) -> None:
    """Do what `make_video` asks for, as a worker; as `results_made`."""
    from slumpcv.analysis import Analysis, write_video
    from slumpcv.angles import measure
    from slumpcv.segmentation import segment
    from slumpcv.session_file import load_session
    from slumpcv.track import load_track

    _check_seen(video.results)
    session, track = load_session(video.results), load_track(video.results / "track.npz")
    angles = measure(track)
    analysis = Analysis(track, angles, segment(angles), session, session.side)
    with speaking(session.language), _all_given_back(), Teller(video.results) as teller:
        write_video(video.results, analysis, video.clip, lambda share: teller("video", share))


@contextmanager
def _all_given_back() -> Iterator[None]:
    """Leave no memory with a process that is kept for the next recording."""
    try:
        yield
    finally:
        give_back()


def _check_seen(results: Path) -> None:
    if not results.is_dir():
        raise InputError(later("trouble.cluster_folder"), later("trouble.fix.cluster_folder"))


def _results(recording: Recording, reach: Reach) -> Session:
    from slumpcv.analysis import analyze, write_results

    clip, results = recording.clip, recording.results

    def following(share: float) -> None:
        reach("following", FOLLOWING * share)

    analysis = analyze(clip, recording.side, progress=following, threads=recording.threads)
    if recording.demonstration:
        shown = analysis.session.model_copy(update={"demonstration": True})
        analysis = replace(analysis, session=shown)
    give_back()  # what the models held is not needed for the rest
    left = REPLAYING - FOLLOWING
    write_replay(clip, results / REPLAY, lambda share: reach("replay", FOLLOWING + left * share))
    reach("writing", REPLAYING)
    write_results(analysis, results, clip, overlay=False, made_on=recording.made_on)
    return analysis.session
