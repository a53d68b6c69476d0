"""LogWriter: appends to one log file, rolls it at its limit, and outlives a full disk."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from wjtui.logs.ring import Ring
from wjtui.model.base import Value

MIB = 1024 * 1024
# O_NONBLOCK: should the path be a fifo, a write to it fails where it would wait for ever.
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK


class Rolling(Value, frozen=True):
    """When a log moves on, and the names its predecessors get."""

    limit: int
    """Bytes; a file that is longer before an append is moved."""
    older: tuple[Path, ...]
    """Newest first; the last one is overwritten."""


def rolled_app_log(path: Path) -> Rolling:
    """Five files of 5 MiB: ``path``, ``path.1`` to ``path.4`` (spec 5.6)."""
    return Rolling(5 * MIB, tuple(path.with_name(f"{path.name}.{number}") for number in range(1, 5)))


def rolled_job_log(path: Path) -> Rolling:
    """1 MiB and one predecessor, called the same for ``job_log.txt`` and ``job_scheduler.log`` (spec 1.5)."""
    return Rolling(MIB, (path.with_name("job_prev_log.txt"),))


class LogWriter:
    """One log file, written by this object and, where instances share it, by others too.

    What cannot be written is held in a ring and tried again at each ``write`` and ``retry``; call ``retry``
    once a second while ``troubled``. Others may roll, cut or delete the file at any time. A file that is
    shared should get whole lines only: to a line left open, another writer would add his.
    """

    __slots__ = (
        "_fd", "_file", "_inside_line", "_limit", "_lost_line", "_older", "_on_trouble", "_path", "_reason",
        "_ring", "_told_bytes", "_told_lines", "_torn", "position", "size", "troubled",
    )  # fmt: skip

    def __init__(
        self,
        path: Path,
        *,
        rolling: Rolling | None = None,
        lost_line: Callable[[str], bytes] | None = None,
        on_trouble: Callable[[str], None] | None = None,
    ) -> None:
        """``lost_line`` makes a log line of the sentence that tells what was lost; ``on_trouble`` gets a
        sentence for people when writing begins to fail, and when it fails for another reason."""
        # Paths as text: one takes 600 bytes, and there are seven in all for each job.
        self._path = str(path)
        self.size = 0
        """Bytes in the file when this writer last looked."""
        self.position = 0
        """Bytes the file had when it was first opened, and all that this writer has written since."""
        self.troubled: str | None = None
        """Why nothing can be written now, as a sentence for people."""
        self._limit = None if rolling is None else rolling.limit
        self._older = () if rolling is None else tuple(map(str, rolling.older))
        self._lost_line = lost_line
        self._on_trouble = on_trouble
        self._reason = ""
        self._ring = Ring()
        self._told_bytes = 0
        self._told_lines = 0
        self._fd: int | None = None
        self._file: tuple[int, int] | None = None
        self._inside_line = False
        self._torn = False

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self._path)

    @property
    def lost_bytes(self) -> int:
        """Bytes that were never written and never will be."""
        return self._ring.lost_bytes

    @property
    def lost_lines(self) -> int:
        """Lines that ended in those bytes."""
        return self._ring.lost_lines

    def write(self, data: bytes) -> None:
        """Append ``data``; raises no OSError and never waits for room."""
        if not data:
            return
        if self.troubled is None:
            if rest := data[self._append(data) :]:
                self._ring.add(rest)
        else:
            self._ring.add(data)
            self.retry()

    def retry(self) -> None:
        """Write what is held, if that works again; nothing happens when there is no trouble."""
        if self.troubled is not None and self._tell_loss():
            self._ring.take(self._append(self._ring.held()))
            if not self._ring:
                self.troubled, self._reason = None, ""

    def close(self) -> None:
        """A last try, then the file is closed; what is still held is lost."""
        self.retry()
        self._ring.lose(len(self._ring))
        self._close()

    def _append(self, data: bytes) -> int:
        """Write as much of ``data`` as can be written; how many bytes that was."""
        done = 0
        try:
            fd = self._ready()
            with memoryview(data) as view:
                while done < len(data):
                    done += os.write(fd, view[done:])
        except OSError as error:
            self._fail(error)
        if done:
            self.size += done
            self.position += done
            self._inside_line = not data.endswith(b"\n", 0, done)
        return done

    def _tell_loss(self) -> bool:
        """Write the line about what was lost before the bytes in the ring; False: not yet, or not whole."""
        lost, lines = self._ring.lost_bytes - self._told_bytes, self._ring.lost_lines - self._told_lines
        if lost:
            text = f"{lines:,} lines ({lost:,} bytes) were not written: {self._reason}"
            line = self._lost_line(text) if self._lost_line else b""
            if self._inside_line:
                line = b"\n" + line
            if self._append(line) < len(line):
                return False
            self._told_bytes += lost
            self._told_lines += lines
        return True

    def _fail(self, error: OSError) -> None:
        self._close()
        reason = error.strerror or str(error)
        self.troubled = (
            f"{self._path} cannot be written ({reason}): make room or mend the folder;"
            " meanwhile the newest output is held in memory."
        )
        if reason != self._reason:
            self._reason = reason
            if self._on_trouble:
                self._on_trouble(self.troubled)

    def _ready(self) -> int:
        """A descriptor whose file is the one at ``path``, rolled if it was due. Raises OSError."""
        fd = self._current()
        if self._limit is not None and self.size > self._limit:
            self._roll(fd)
            fd = self._current()
        if self._torn:
            os.write(fd, b"\n")
            self._torn = False
            self.size += 1
            self.position += 1
        return fd

    def _current(self) -> int:
        if self._fd is not None:
            try:
                seen = os.stat(self._path)
            except FileNotFoundError:
                pass
            else:
                if (seen.st_dev, seen.st_ino) == self._file:
                    self.size = seen.st_size
                    return self._fd
            self._close()
        return self._open()

    def _open(self) -> int:
        try:
            fd = os.open(self._path, _FLAGS, 0o644)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(self._path, _FLAGS, 0o644)
        self._fd = fd
        seen = os.fstat(fd)
        if self._file is None:
            self.position = seen.st_size
        if (seen.st_dev, seen.st_ino) != self._file or not seen.st_size:
            # A writer was killed inside a line, say: without a line end the next one would be glued to it.
            self._torn = seen.st_size > 0 and os.pread(fd, 1, seen.st_size - 1) != b"\n"
            self._inside_line = False
            self._file = seen.st_dev, seen.st_ino
        self.size = seen.st_size
        return fd

    def _roll(self, fd: int) -> None:
        """Move the file and its predecessors on, best effort: one that cannot be moved just gets longer.

        Instances that share the file have it open, so a lock on it decides who moves it; one that comes later
        finds another file at the path and leaves it alone (spec 1.5).
        """
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        try:
            seen = os.stat(self._path)
            if (seen.st_dev, seen.st_ino) == self._file:
                for source, target in reversed(list(pairwise((self._path, *self._older)))):
                    try:
                        os.replace(source, target)
                    except FileNotFoundError:
                        pass  # not that many predecessors yet
        except OSError:
            pass
        finally:
            fcntl.flock(fd, fcntl.LOCK_UN)

    def _close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
