"""Where pages and routes meet: all visits, and the seats of the tests that are under way."""

from __future__ import annotations

import os
import secrets
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

from slumpcv.live.record import GuidedTest
from slumpcv.live.voice import seconds_of
from slumpcv.place import data_folder
from slumpcv.ui.server.clipfile import clips_in
from slumpcv.ui.server.incoming import Incoming
from slumpcv.ui.server.seat import Seat
from slumpcv.visits import Visits

if TYPE_CHECKING:
    from slumpcv.language import Language
    from slumpcv.library.library import Library
    from slumpcv.library.work import Work
    from slumpcv.terms import Side
    from slumpcv.ui.server.orders import Coaching
    from slumpcv.visits import Visit, VisitTest

# A seat is a few hundred bytes without its coach, so many may stay; a coach holds a pose model. [E]
MOST_SEATS = 512
IDLE_S = 15 * 60.0
# A page sends pictures all the time while it coaches.
COACHED_NOW_S = 2.0
# The coach takes half a core, and the browser that films may run here too. An analysis takes two cores. [E]
CORES_FOR_EACH, CORES_OF_ANALYSIS = 2, 2

_seats: dict[str, Seat] = {}
_work: list[Work] = []
_lock = threading.RLock()
_writing = threading.Lock()  # of visits; taken last, while a seat's own lock may be held


@cache
def visits() -> Visits:
    """Return all visits on this machine."""
    found = Visits(data_folder() / "visits")
    found.clear_up()
    return found


def library() -> Library:
    """Return the library of this computer, or the clinic's."""
    from slumpcv.library.library import Library

    return Library.open(data=data_folder())


def work() -> Work:
    """Return what does the library's jobs, begun with the first call."""
    from slumpcv.batch.beside import at_once
    from slumpcv.library.work import Work

    with _lock:
        if _work and _work[0].library is not library():
            stop_work()
        if not _work:
            _work.append(Work(library()))
            _work[0].start(at_once())
        return _work[0]


def go_on_with_work() -> None:
    """Begin again with the jobs that the end of the program cut off, where there may be any."""
    if "SLUMPCV_DATABASE_URL" in os.environ or (data_folder() / "library.db").is_file():
        work()


def stop_work() -> None:
    """Leave the library's jobs to the next start."""
    with _lock:
        while _work:
            _work.pop().stop()


@cache
def incoming() -> Incoming:
    """Return what is on its way into the library."""
    found = Incoming(data_folder() / "incoming")
    found.clear_up()
    return found


def make_coach(side: Side, language: Language) -> Coaching:
    """Return a coach for a test of this leg."""
    from slumpcv.live.coach import Coach

    return Coach(side, language, seconds_of(language))


def is_crowded() -> bool:
    """Return whether somebody is coached right now, on a computer without cores to spare for an analysis."""
    now = time.monotonic()
    with _lock:
        coached = sum(seat.coached and now - seat.used_at < COACHED_NOW_S for seat in _seats.values())
    return coached > 0 and CORES_FOR_EACH * coached + CORES_OF_ANALYSIS > (os.cpu_count() or 1)


def open_seat(visit: Visit, number: int) -> str:
    """Return the token of a test's seat: the same for the same test while the program runs."""
    test = next(test for test in visit.tests if test.number == number)
    with _lock:
        for seat in _seats.values():
            if (seat.visit_id, seat.number) == (visit.id, number):
                seat.used_at = time.monotonic()
                return seat.token
        _clear_up()
        token = secrets.token_urlsafe(24)
        _seats[token] = Seat(
            token=token,
            visit_id=visit.id,
            owner=visit.owner,
            number=number,
            side=test.side,
            folder=visits().folder(visit, test),
            make_coach=lambda: make_coach(test.side, visit.language),
            save=_save,
            language=visit.language,
        )
        return token


def seat(token: str) -> Seat | None:
    """Return the seat of a token, None when nobody was given it."""
    with _lock:
        return _seats.get(token)


def seat_of_button(button: str) -> Seat | None:
    """Return the seat that a phone is the button of, None when no phone was given it."""
    with _lock:
        return next(
            (
                seat
                for seat in _seats.values()
                if secrets.compare_digest(seat.button.encode(), button.encode())
            ),
            None,
        )


def _clear_up() -> None:
    """Let go of coaches that nobody needs any more, and of the seats unused for longest."""
    now = time.monotonic()
    for seat in list(_seats.values()):
        if now - seat.used_at > IDLE_S:
            seat.leave()
    by_use = sorted(_seats.values(), key=lambda seat: seat.used_at)
    for seat in by_use[: max(0, len(by_use) + 1 - MOST_SEATS)]:
        seat.leave()
        del _seats[seat.token]


def leave_all() -> None:
    """Put away every recording and note what is known of it: the program ends."""
    with _lock:
        for seat in _seats.values():
            seat.leave()


def leave(owner: str) -> None:
    """Give up all seats of somebody who logged out: what was recorded stays, their tokens are void."""
    with _lock:
        mine = [seat for seat in _seats.values() if seat.owner == owner]
        for seat in mine:
            del _seats[seat.token]
    for seat in mine:
        seat.close()


def delete(visit: Visit) -> None:
    """Remove a visit with all that it holds, also while it is being filmed.

    Raises
    ------
    InputError
        When a file cannot be removed.
    """
    with _lock:
        mine = [seat for seat in _seats.values() if seat.visit_id == visit.id]
        for seat in mine:
            del _seats[seat.token]
    for seat in mine:
        seat.close()
    visits().delete(visit)


def _save(seat: Seat, clip: str, live: GuidedTest) -> None:
    with _writing:
        visit = visits().load(seat.visit_id, seat.owner)
        if visit is not None:  # the person may have deleted it
            visits().update_test(visit, seat.number, clip=clip, live=live)


def change(visit: Visit, **changes: object) -> Visit:
    """Return a visit with changes on top of what a recording wrote into it meanwhile."""
    with _writing:
        return visits().update(visits().load(visit.id, visit.owner) or visit, **changes)


def add_upload(seat: Seat, clip: str) -> None:
    """Note the clip that was uploaded for a test, in place of what was recorded before."""
    seat.begin(f"upload of {clip}")
    with _writing:
        visit = visits().load(seat.visit_id, seat.owner)
        if visit is not None:
            visits().update_test(visit, seat.number, clip=clip, source="upload", live=None)


def recover(visit: Visit) -> Visit:
    """Find recordings that the end of the program cut off, and note them in the visit.

    Parameters
    ----------
    visit : as it is on disk.

    Returns
    -------
    Visit
        With the clip of every such test, marked as interrupted; the same visit when there is none.
    """
    for test in visit.tests:
        if test.live is None and test.source != "upload" and not _under_way(visit, test):
            clips = clips_in(visits().folder(visit, test))
            if clips:
                cut_off = GuidedTest(side=test.side, status="interrupted", duration_s=0)
                with _writing:
                    visit = visits().update_test(visit, test.number, clip=clips[-1].name, live=cut_off)
    return visit


def _under_way(visit: Visit, test: VisitTest) -> bool:
    with _lock:
        return any(
            (seat.visit_id, seat.number) == (visit.id, test.number) and seat.coached
            for seat in _seats.values()
        )
