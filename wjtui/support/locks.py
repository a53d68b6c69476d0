"""A lock between processes that a crash releases: ``flock`` on an open file. A pid file is never a lock."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """An exclusive advisory lock on a file, which stays after release: unlinking would let two holders in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None

    def acquire(self, content: str = "") -> bool:
        """Try without waiting; ``content`` (operation, time, pid, instance) is for people who look.

        False when somebody holds it, or when the file cannot be opened or locked: read-only and full disks
        count as "not acquired" (spec 1.2).
        """
        if self._fd is not None:
            return False
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            return False
        self._fd = fd
        if content:
            try:
                os.ftruncate(fd, 0)
                os.pwrite(fd, content.encode(), 0)
            except OSError:
                pass  # the lock is held all the same; the content only helps people
        return True

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock now; a missing file is not locked."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(fd)


def holder_note(path: Path) -> str:
    """What the holder wrote into the lock file; empty when there is nothing to read."""
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
