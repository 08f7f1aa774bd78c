"""What happens to files that were brought, in the background: looked at, then taken into the library.

Whatever the end of the program cut off is begun anew when somebody opens the list: the library knows
a file that it has, so that nothing comes in twice.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.language import language, speaking, text
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slumpcv.language import Language
    from slumpcv.library.library import Person
    from slumpcv.terms import Side
    from slumpcv.ui.server.incoming import Item

_pool = ThreadPoolExecutor(1, thread_name_prefix="bring")
_busy: set[str] = set()
_lock = threading.Lock()
_log = logging.getLogger(__name__)


def look_at(item_id: str) -> None:
    """Have a file that has come looked at."""
    _submit(item_id, _look)


def take(who: Person, items: Sequence[Item], patient_id: str | None, side: Side | None, day: date) -> None:
    """Have files taken into the library.

    Parameters
    ----------
    who : takes them.
    items : that are ready; one for which no patient is chosen stays as it is.
    patient_id, side, day : of those files for which nothing else is chosen; the side of clips only.
    """
    for item in items:
        chosen = {
            "state": "bringing",
            "patient_id": item.patient_id or patient_id,
            "side": item.side or (None if item.is_bundle else side),  # a bundle knows its leg
            "day": item.day or day,
        }
        if item.state == "ready" and chosen["patient_id"]:
            hub.incoming().change(item.id, **chosen)
            _submit(item.id, lambda waiting: _bring(who, waiting))


def go_on(who: Person, items: Sequence[Item]) -> None:
    """Begin anew what the end of the program cut off."""
    for item in items:
        if item.state == "uploaded":
            look_at(item.id)
        elif item.state == "bringing":
            _submit(item.id, lambda waiting: _bring(who, waiting))


def again(item: Item) -> None:
    """Try a file once more that was refused."""
    if item.state == "refused":
        hub.incoming().change(item.id, state="uploaded", problem="", fix="")
        look_at(item.id)


def stop() -> None:
    """Give up what is under way, when the program ends."""
    _pool.shutdown(wait=False, cancel_futures=True)


def _submit(item_id: str, work: Callable[[Item], None]) -> None:
    with _lock:
        if item_id in _busy:
            return
        _busy.add(item_id)
    _pool.submit(_run, item_id, work, language())


def _run(item_id: str, work: Callable[[Item], None], spoken: Language) -> None:
    try:
        item = hub.incoming().item(item_id)
        if item is not None:
            with speaking(spoken):
                _work(item, work)
    finally:
        with _lock:
            _busy.discard(item_id)


def _work(item: Item, work: Callable[[Item], None]) -> None:
    try:
        work(item)
    except InputError as error:
        ours = str(hub.incoming().path(item))  # means nothing to anybody
        _refuse(item.id, error.problem.replace(ours, item.name or text("app.upload.file")), error.fix)
    except Exception:
        # Whatever it was, a person waits for a word; the log has the rest.
        _log.exception("a file could not be brought")
        _refuse(item.id, text("desk.bring.failed"), text("desk.bring.failed_fix"))


def _refuse(item_id: str, problem: str, fix: str) -> None:
    hub.incoming().change(item_id, state="refused", problem=problem, fix=fix)


def _look(item: Item) -> None:
    found = _look_at_bundle(item) if item.is_bundle else _look_at_clip(item)
    now = hub.incoming().item(item.id)
    if now is not None and now.day is None:  # nobody has chosen one meanwhile
        found["day"] = found.get("found_day")
    hub.incoming().change(item.id, state="ready", **found)


def _look_at_bundle(item: Item) -> dict[str, object]:
    from slumpcv.export.hostile import Refused
    from slumpcv.export.opening import open_bundle, recorded_on

    path = hub.incoming().path(item)
    with TemporaryDirectory(dir=path.parent) as beside:
        try:
            session, _ = open_bundle(path, path.parent / beside / "result")
            day = recorded_on(path)
        except Refused as error:
            _log.warning("a bundle was refused: %s", error.problem)  # in which way is not for a therapist
            raise InputError(text("desk.bring.no_bundle"), text("desk.bring.no_bundle_fix")) from error
    return {
        "found_side": session.side,
        "found_day": day,
        "duration_s": session.clip.duration_s,
        "usable": session.quality.usable,
    }


def _look_at_clip(item: Item) -> dict[str, object]:
    from slumpcv.ui.pages.upload import check
    from slumpcv.video import open_clip
    from slumpcv.video.recorded import day_of_recording

    path = hub.incoming().path(item)
    try:
        with open_clip(path) as source:
            source.peek(1)
            info = source.info
    except InputError as error:
        reason = error.problem.replace(str(path), text("app.upload.file"))
        raise InputError(text("desk.bring.no_clip", reason=reason), text("desk.bring.no_clip_fix")) from error
    check(path)
    found: dict[str, object] = {"duration_s": info.duration_s}
    if info.recorded_at is not None:
        found["found_day"] = day_of_recording(info.recorded_at)
    return found


def _bring(who: Person, item: Item) -> None:
    from slumpcv.library.intake import bring

    incoming = hub.incoming()
    brought = bring(hub.library(), who, incoming.path(item), item.patient_id or "", item.side, item.day)
    incoming.change(
        item.id,
        state="brought",
        session_id=brought.session_id,
        job_id=brought.job_id,
        already=brought.already,
    )
    incoming.drop_file(item)
    if brought.job_id is not None:
        hub.work().wake()
