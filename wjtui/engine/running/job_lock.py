"""JobLock: a lock in a job's data folder that says who holds it (spec 1.2)."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from wjtui.engine.rooms import Rooms
from wjtui.model.base import iso, parse_iso
from wjtui.support.locks import FileLock, holder_note, is_locked

_LOOKS = 50
_PAUSE_SECONDS = 0.0001
"""A look takes some microseconds. Each wait is longer than the one before, 5 ms after ten and 130 ms after
all of them: a busy machine may put somebody aside in the middle of a look, for longer than 5 ms."""


class JobLock:
    """Keeps a job, or one run of it at a time, to one instance."""

    __slots__ = ("_lock", "_rooms")

    def __init__(self, path: Path, rooms: Rooms) -> None:
        self._lock = FileLock(path)
        self._rooms = rooms

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock.held

    def acquire(self) -> bool:
        """Try without waiting; False, too, where the folder or the lock cannot be made (spec 1.2)."""
        try:
            return self.claim()
        except OSError:
            return False

    def claim(self) -> bool:
        """Try without waiting; False when somebody holds it. Raises OSError when it cannot be made."""
        note = f"run {iso(self._rooms.clock.now())} pid {os.getpid()} instance {self._rooms.site.iid}"
        self._lock.path.parent.mkdir(parents=True, exist_ok=True)
        for look in range(_LOOKS):
            if self._lock.claim(note):
                return True
            if is_locked(self._lock.path):
                return False
            # Nobody holds it: somebody has just looked, maybe a thread of ours that waits for its turn.
            time.sleep(_PAUSE_SECONDS * (look + 1))
        return False

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        self._lock.release()

    def holder(self) -> str | None:
        """The instance that holds the lock, as far as its note says."""
        return holder_note(self._lock.path).rpartition("instance ")[2] or None


class Holder(NamedTuple):
    """Who holds a lock, as its note says."""

    instance: str
    since: datetime | None


def lock_holder(path: Path) -> Holder | None:
    """Who holds a lock now; None when nobody does. An instance that wrote no note has no name."""
    if not is_locked(path):
        return None
    head, _, instance = holder_note(path).rpartition("instance ")
    words = head.split()
    try:
        return Holder(instance, parse_iso(words[1]))
    except (LookupError, ValueError, OverflowError):
        return Holder(instance, None)
