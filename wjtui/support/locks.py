"""A lock between processes that a crash releases: ``flock`` on an open file. A pid file is never a lock."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from wjtui.support.files import read_whole


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
        """Try without waiting, as ``claim`` does; a file that cannot be opened or locked is False too.

        Read-only and full disks count as "not acquired" (spec 1.2).
        """
        try:
            return self.claim(content)
        except OSError:
            return False

    def claim(self, content: str = "") -> bool:
        """Try without waiting; ``content`` (operation, time, pid, instance) is for people who look.

        False when somebody holds it. Raises OSError when the file cannot be opened or locked.
        """
        if self._fd is not None:
            return False
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        except BaseException:
            os.close(fd)
            raise
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
    """Whether somebody holds the lock now; a missing file is not locked.

    The look itself holds it for some microseconds: who really wants a lock that others look at tries again.
    """
    try:
        # A plain open of a fifo would wait for a writer, for ever.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, so that two who look at once do not take each other for a holder.
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(fd)


def holder_note(path: Path) -> str:
    """What the holder wrote into the lock file; empty when there is nothing to read."""
    try:
        return read_whole(path).decode("utf-8", "replace").strip()
    except OSError:
        return ""
