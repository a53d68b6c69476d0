"""Singleton: whether this instance may run a job that runs on one instance only (spec 5.5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wjtui.engine.rooms import Rooms
from wjtui.engine.running.job_lock import JobLock


class Singleton:
    """Its lock is held while the job runs and in the wait for its restart; given back around each cycle."""

    __slots__ = ("_folder", "_lock", "_rooms", "_setting")

    def __init__(self, folder: Path, rooms: Rooms) -> None:
        """``folder`` is the job's data folder."""
        self._folder = folder
        self._rooms = rooms
        self._setting: bool | None = None
        self._lock: JobLock | None = None

    @property
    def held(self) -> bool:
        """Whether this instance holds the lock."""
        return self._lock is not None and self._lock.held

    def acquire(self, wanted: bool, say: Callable[[str], None]) -> bool:
        """Whether the job may run: it is no singleton, or its lock was obtained."""
        if self._setting is None:
            say(f"WebJob singleton setting is {wanted}")
        elif self._setting != wanted:
            say(f"WebJob singleton setting changed from {self._setting} to {wanted}")
        self._setting = wanted
        if not wanted:
            return True
        if self._lock is None:
            self._lock = JobLock(self._folder / "singleton.job.lock", self._rooms)
        if self._lock.held:
            return True
        if not self._lock.acquire():
            return False
        say("WebJob singleton lock is acquired")
        return True

    def release(self, say: Callable[[str], None]) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._lock is not None and self._lock.held:
            self._lock.release()
            say("WebJob singleton lock is released")

    def holder(self) -> str | None:
        """The instance that holds the lock, as far as its note says."""
        return self._lock.holder() if self._lock is not None else None
