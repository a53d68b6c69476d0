"""Singleton: the lock of a job that runs on one instance only (spec 5.5)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from wjtui.engine.rooms import Rooms
from wjtui.model.base import iso
from wjtui.support.locks import FileLock, holder_note


class Singleton:
    """Held while the job runs and during its restart wait; released and taken again around each cycle."""

    def __init__(self, path: Path, rooms: Rooms) -> None:
        self._lock = FileLock(path)
        self._rooms = rooms
        self._setting: bool | None = None

    def acquire(self, wanted: bool, say: Callable[[str], None]) -> bool:
        """Whether the job may run: it is no singleton, or its lock was obtained."""
        if self._setting is None:
            say(f"WebJob singleton setting is {wanted}")
        elif self._setting != wanted:
            say(f"WebJob singleton setting changed from {self._setting} to {wanted}")
        self._setting = wanted
        if not wanted or self._lock.held:
            return True
        note = f"run {iso(self._rooms.clock.now())} pid {os.getpid()} instance {self._rooms.site.iid}"
        try:
            self._lock.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        if not self._lock.acquire(note):
            return False
        say("WebJob singleton lock is acquired")
        return True

    def release(self, say: Callable[[str], None]) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._lock.held:
            self._lock.release()
            say("WebJob singleton lock is released")

    def holder(self) -> str | None:
        """The instance that holds the lock, as far as its note says."""
        note = holder_note(self._lock.path)
        return note.rpartition("instance ")[2] or None
