"""What /proc tells of one process, and which processes there are."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import NamedTuple, TypeVar

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")

Found = TypeVar("Found")


class ProcessStat(NamedTuple):
    """One line of ``/proc/PID/stat``."""

    pid: int
    parent: int
    group: int
    session: int
    alive: bool
    """False for one that has ended and waits to be reaped."""
    ticks: int
    """User and system time in ticks of the clock."""
    reaped_ticks: int
    """The same of its children, and theirs, that have ended and were waited for."""
    start: int
    """Ticks after the machine's start; with ``pid``, the identity of a process."""
    memory: int
    """Bytes, resident."""


class Spare:
    """One descriptor held back, so that processes can be found and killed when all others are used up."""

    def __init__(self) -> None:
        self._fd = -1

    def reserve(self) -> None:
        """Hold one, unless one is held already or there is none."""
        if self._fd < 0:
            try:
                self._fd = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                pass  # tried again after each use

    def __enter__(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __exit__(self, *_: object) -> None:
        self.reserve()


SPARE = Spare()


def parse_stat(text: bytes) -> ProcessStat:
    """Read a stat line. The name may hold blanks, brackets and line ends: it ends at the last bracket."""
    head, _, tail = text.rpartition(b") ")
    state, parent, group, session, _, _, _, _, _, _, _, *rest = tail.split(maxsplit=22)
    user, system, children_user, children_system, _, _, _, _, start, _, pages = rest[:11]
    return ProcessStat(
        pid=int(head.partition(b" ")[0]),
        parent=int(parent),
        group=int(group),
        session=int(session),
        alive=state not in b"ZXx",
        ticks=int(user) + int(system),
        reaped_ticks=int(children_user) + int(children_system),
        start=int(start),
        memory=int(pages) * PAGE_SIZE,
    )


def read_stat(pid: int) -> ProcessStat | None:
    """A process as it is now; None when it is gone."""
    text = read_file(f"/proc/{pid}/stat")
    return parse_stat(text) if text else None


def read_environment(pid: int) -> dict[bytes, bytes]:
    """The environment a process was started with; empty when it is wiped, hidden or gone."""
    pairs = (entry.partition(b"=") for entry in read_file(f"/proc/{pid}/environ").split(b"\0"))
    return {name: value for name, found, value in pairs if found}


def process_ids() -> list[int]:
    """Every process of this machine, or of this container, that we may see."""
    return [int(name) for name in _whatever_is_open(os.listdir, "/proc") if name.isdecimal()]


def own_children() -> list[int]:
    """Our direct children, those included that we adopted as their subreaper, and those that have ended."""
    # A child belongs to the thread that made it, an adopted one to any.
    threads = _whatever_is_open(os.listdir, "/proc/self/task")
    texts = [read_file(f"/proc/self/task/{thread}/children") for thread in threads]
    if any(texts) or os.path.exists("/proc/thread-self/children"):
        return [int(pid) for text in texts for pid in text.split()]
    # A kernel without CONFIG_PROC_CHILDREN.
    own = os.getpid()
    stats = (read_stat(pid) for pid in process_ids())
    return [stat.pid for stat in stats if stat is not None and stat.parent == own]


def ancestors(pid: int) -> list[int]:
    """The parents of a process, nearest first."""
    found: list[int] = []
    while (stat := read_stat(pid)) is not None and stat.parent not in (0, *found):
        pid = stat.parent
        found.append(pid)
    return found


def read_file(path: str) -> bytes:
    """A file of /proc; empty when the process is gone or hides it. Raises OSError for every other trouble."""
    try:
        return _whatever_is_open(_read, path)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(fd, 8192)
        while more := os.read(fd, 8192):
            data += more
        return data
    finally:
        os.close(fd)


def _whatever_is_open(look: Callable[[str], Found], path: str) -> Found:
    try:
        return look(path)
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
    with SPARE:
        return look(path)
