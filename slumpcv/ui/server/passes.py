"""Who was let in from the local network: one-time links, and the passes they turn into.

Everything is held in memory: when the program ends, all passes end with it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LINK_LIVES_S = 3600.0  # enough to fetch a phone and to read the warning [E]
MOST_LINKS = 64  # a page makes a new one each time it is shown; the oldest go first [E]
MOST_PASSES = 64  # devices of one household or practice [E]
WRONG_WITHIN_S = 60.0  # guesses older than this are forgotten [E]
MOST_WRONG = 10  # of one address within that time; a token has 192 bits, so this only quietens [E]
MOST_ADDRESSES = 1024  # of which wrong guesses are remembered [E]
OWN_PATH = re.compile(r"/(?:slumpcv/remote/[\w-]+(?:\?lang=[a-z]{2})?)?")


def _hidden(token: str) -> str:
    """Return what is kept of a token, so that comparing takes no longer the closer a guess is."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Link:
    """Where a one-time link leads, and until when (seconds of the clock)."""

    to: str
    until_s: float


@dataclass
class Passes:
    """One-time links and passes; every method may be called from any thread.

    Attributes
    ----------
    guarded : whether a pass is needed at all.
    own : addresses of this computer in the local network.
    clock : gives seconds that only grow.
    """

    guarded: bool = False
    own: frozenset[str] = frozenset()
    clock: Callable[[], float] = time.monotonic
    _links: dict[str, Link] = field(default_factory=dict)
    _passes: dict[str, None] = field(default_factory=dict)
    _wrong: dict[str, list[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new_link(self, to: str = "/") -> str:
        """Return a token that lets one device in, once.

        Parameters
        ----------
        to : the page that it leads to.

        Raises
        ------
        ValueError
            When that is not one of the app's own pages.
        """
        if not OWN_PATH.fullmatch(to):
            raise ValueError(f"{to!r} is no page of this app")
        token = secrets.token_urlsafe(24)
        with self._lock:
            while len(self._links) >= MOST_LINKS:
                del self._links[next(iter(self._links))]
            self._links[_hidden(token)] = Link(to, self.clock() + LINK_LIVES_S)
        return token

    def enter(self, token: str, address: str) -> tuple[str, str] | None:
        """Use up a one-time token.

        Parameters
        ----------
        token : as it came in the link.
        address : who asks; after too many wrong tokens nothing from there is looked at for a while.

        Returns
        -------
        tuple of str or None
            A new pass and the path to go on to; None when the token is not, or no longer, good.
        """
        now = self.clock()
        with self._lock:
            recent = [at for at in self._wrong.get(address, []) if now - at < WRONG_WITHIN_S]
            link = self._links.pop(_hidden(token), None) if len(recent) < MOST_WRONG else None
            if link is None or link.until_s < now:
                self._note_wrong(address, [*recent, now][-MOST_WRONG:])
                return None
            new = secrets.token_urlsafe(24)
            while len(self._passes) >= MOST_PASSES:
                del self._passes[next(iter(self._passes))]
            self._passes[_hidden(new)] = None
            return new, link.to

    def _note_wrong(self, address: str, when_s: list[float]) -> None:
        self._wrong.pop(address, None)
        while len(self._wrong) >= MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[address] = when_s

    def good(self, held: str) -> bool:
        """Return whether a pass was given out by this program, which still runs."""
        with self._lock:
            return _hidden(held) in self._passes


PASSES = Passes()
