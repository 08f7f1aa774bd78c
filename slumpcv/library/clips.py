"""Clips: taken in at once, analysed in the background."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from typing import TYPE_CHECKING

from slumpcv.batch.recording import Recording, make_results
from slumpcv.errors import InputError
from slumpcv.language import language, text
from slumpcv.library.core import new_id, write_audit
from slumpcv.library.facts import facts_of
from slumpcv.library.jobs import insert_job, patient_is_there
from slumpcv.library.pending import arriving
from slumpcv.library.sessions import NewSession, insert_session, known_already
from slumpcv.library.store import staging
from slumpcv.library.terms import Brought, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slumpcv.library.jobs import Task
    from slumpcv.library.library import Library
    from slumpcv.library.terms import Person
    from slumpcv.terms import Side

    Reach = Callable[[str, float], None]

ANALYSE = "analyse"
RECORDING = "recording"
"""Name of a clip among the files of its session, without the suffix."""
# By what reads them, since the name that a clip came with may name the patient.
SUFFIXES = {"mov": ".mp4", "matroska": ".webm", "avi": ".avi", "mpegts": ".ts"}


def bring_clip(
    library: Library, who: Person, path: Path, patient_id: str, side: Side | None, day: date | None
) -> Brought:
    """Take a clip in, to be analysed in the background: its copy first, then the job's row.

    Parameters, errors: as for :func:`slumpcv.library.intake.bring`.
    """
    from slumpcv.video.probe import check_file, demuxer_of

    check_file(path)
    session_id, name = new_id(), RECORDING + SUFFIXES[demuxer_of(path)]
    with staging(library.store, library.presence) as staged:
        files = staged / "files"
        files.mkdir(mode=0o700)
        shutil.copyfile(path, files / name)
        with (files / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        payload = {
            "clip": name,
            "side": side,
            "day": (day or date.today()).isoformat(),
            "language": language(),
        }
        known = library.known(who, patient_id, digest)
        if known is not None:
            return known
        with arriving(library, session_id) as arrival:
            library.store.put_all(session_id, files)
            with library.database.writing() as connection:
                if not patient_is_there(connection, patient_id):
                    raise NotFound("patient")
                known = known_already(connection, patient_id, digest)
                if known is not None:
                    return known
                arrival.settle(connection)
                job_id = insert_job(connection, ANALYSE, payload, patient_id, session_id, digest)
                write_audit(connection, who, "import", patient_id, session_id, "clip")
    return Brought(None, job_id)


def analyse(library: Library, task: Task, reach: Reach) -> None:
    """Analyse a clip that was taken in: the results first, then the session's row and the end of the job.

    Parameters
    ----------
    library : where it is.
    task : the job.
    reach : called with the part that is reached and the share done; raises when the job is to be given up.

    Raises
    ------
    InputError
        When the clip cannot be analysed, in the language that is spoken now.
    """
    assert task.session_id is not None
    with staging(library.store, library.presence) as staged:
        results = staged / "results"
        results.mkdir(mode=0o700)
        clip = library.store.local(task.session_id, task.payload["clip"], staged)
        try:
            new = _analyse(clip, results, task, reach)
        except InputError as error:
            problem = error.problem.replace(str(clip), text("app.the_recording"))
            raise InputError(problem[:1].upper() + problem[1:], error.fix) from error
        for path in sorted(results.iterdir()):
            library.store.put(task.session_id, path.name, path)
        reach("writing", 1.0)
        with library.database.writing() as connection:
            if not patient_is_there(connection, new.patient_id):
                raise NotFound("patient")
            library.end_step(connection, task, {"state": "done", "part": "done", "worker": None})
            insert_session(connection, new)


def _analyse(clip: Path, results: Path, task: Task, reach: Reach) -> NewSession:
    assert task.patient_id is not None
    assert task.digest is not None
    assert task.session_id is not None
    reach("following", 0.0)
    side = task.payload["side"]
    session = make_results(Recording(clip, results, side, date.today(), language()), reach)
    return NewSession(
        patient_id=task.patient_id,
        digest=task.digest,
        source="clip",
        facts=facts_of(session) | {"side": session.side or side},
        day=date.fromisoformat(task.payload["day"]),
        has_clip=True,
        id=task.session_id,
    )
