"""Room: how many connections there may be, and which one goes when there is one more."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from wjtui.api.tcp_socket import descriptor_ceiling

MOST_CONNECTIONS = 1000
MOST_SECURED = 200
"""Connections with TLS: each holds 300 KiB."""
_SAY_SECONDS = 60.0

log = logging.getLogger(__name__)


class Guest(Protocol):
    """A connection."""

    def give_up(self) -> None:
        """Close it: nobody asks anything on it."""


class Room:
    """Connections of one kind. One that asks nothing makes room for a new one, the longest silent first."""

    def __init__(self, most: int = MOST_CONNECTIONS, *, spares: bool = True) -> None:
        """``spares``: the last descriptors of this process are for its jobs."""
        self._most = most
        self._spares = spares
        self._all: set[Guest] = set()
        self._idle: dict[Guest, None] = {}
        self._said = 0.0

    def __len__(self) -> int:
        return len(self._all)

    def enter(self, guest: Guest, descriptor: int) -> bool:
        """Let one in; False: everybody who is there is busy."""
        if self._spares and descriptor >= descriptor_ceiling():
            # A burst may have come further than it should; two that go for one that comes undo that.
            self.make_room()
            full = True
        else:
            full = len(self._all) >= self._most
        if full and not self.make_room():
            return False
        self._all.add(guest)
        self._idle[guest] = None
        return True

    def make_room(self) -> bool:
        """Let the one go that has asked nothing for longest; False: everybody is busy."""
        self._say()
        longest = next(iter(self._idle), None)
        if longest is None:
            return False
        self.leave(longest)
        longest.give_up()
        return True

    def rest(self, guest: Guest) -> None:
        """It asks nothing now."""
        if guest in self._all:
            self._idle[guest] = None

    def work(self, guest: Guest) -> None:
        """It has asked something."""
        self._idle.pop(guest, None)

    def leave(self, guest: Guest) -> None:
        """It is gone."""
        self._all.discard(guest)
        self._idle.pop(guest, None)

    def _say(self) -> None:
        now = time.monotonic()
        if not self._said or now - self._said > _SAY_SECONDS:
            self._said = now
            log.warning("%d connections are open, which is all there is room for", len(self._all))
