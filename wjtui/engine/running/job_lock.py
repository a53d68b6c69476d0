"""JobLock: a lock in a job's data folder that says who holds it (spec 1.2)."""

from __future__ import annotations

import os
from pathlib import Path

from wjtui.engine.rooms import Rooms
from wjtui.model.base import iso
from wjtui.support.locks import FileLock, holder_note


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
        return self._lock.claim(note)

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        self._lock.release()

    def holder(self) -> str | None:
        """The instance that holds the lock, as far as its note says."""
        return holder_note(self._lock.path).rpartition("instance ")[2] or None
