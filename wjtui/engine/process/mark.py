"""Mark: says of any process which launch it comes from, whatever that process did to hide it.

A launch is marked through a resource limit that nothing uses, RLIMIT_RTTIME: the processor time of a
real-time thread between two pauses. Its soft limit is inherited over fork and exec, needs no privilege, and
can be read of a process that has wiped its environment, closed its descriptors, gone into a session of its
own and changed its user. The numbers used are longer than 100,000 years, so no thread ever reaches them.
"""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wjtui.engine.process.proc import read_file
from wjtui.model.base import Value

LIMIT = resource.RLIMIT_RTTIME
ENGINE_BITS = 30
LAUNCH_BITS = 32
_HEX = frozenset("0123456789abcdef")
_spawning = threading.Lock()


class Mark(Value, frozen=True):
    """One launch of one engine."""

    engine: int
    """See ``engine_number``."""
    launch: int
    """Below 2**32."""

    @property
    def limit(self) -> int:
        """The soft limit that says so, in microseconds: bit 62, the engine, the launch."""
        return 1 << (ENGINE_BITS + LAUNCH_BITS) | self.engine << LAUNCH_BITS | self.launch

    @property
    def text(self) -> str:
        """The same for an environment variable."""
        return f"{self.limit:016x}"

    @staticmethod
    def from_limit(soft: int) -> Mark | None:
        """What a soft limit says; None for every limit that is not ours."""
        if soft >> (ENGINE_BITS + LAUNCH_BITS) != 1:
            return None
        return Mark(soft >> LAUNCH_BITS & (1 << ENGINE_BITS) - 1, soft & (1 << LAUNCH_BITS) - 1)

    @staticmethod
    def from_text(text: str) -> Mark | None:
        """What an environment variable says; None for every other text."""
        return Mark.from_limit(int(text, 16)) if len(text) == 16 and set(text) <= _HEX else None


def engine_number(engine: str) -> int:
    """The 30 bits of an engine's mark (``Site.mark``, hexadecimal) that fit in a limit."""
    return int(engine[:8], 16) >> 2


@contextmanager
def carried(mark: Mark) -> Iterator[bool]:
    """What this process starts meanwhile carries ``mark``; False where the limit cannot be set.

    That is so where an administrator has lowered the hard limit; launches are then told apart by session,
    ancestors and environment. The limit is the whole process's, so one at a time: a child that another part
    of this process starts at the same moment is marked too, but shares our session, and is spared for that.
    """
    with _spawning:
        soft, hard = resource.getrlimit(LIMIT)
        try:
            resource.setrlimit(LIMIT, (mark.limit, hard))
        except (OSError, ValueError):
            yield False
            return
        try:
            yield True
        finally:
            resource.setrlimit(LIMIT, (soft, hard))


def marked(pid: int) -> Mark | None:
    """The mark of a process. None when it has none, is gone, or is out of reach of our signals anyway."""
    try:
        return Mark.from_limit(resource.prlimit(pid, LIMIT)[0])
    except PermissionError:
        return _marked_by_file(pid)
    except OSError:
        return None


def _marked_by_file(pid: int) -> Mark | None:
    # A process that changed its user hides its limits from the call (a container's root has no
    # CAP_SYS_RESOURCE), but not from /proc. That costs 12 us instead of 1, so not for what we cannot end.
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    _, _, rest = read_file(f"/proc/{pid}/limits").partition(b"Max realtime timeout")
    soft = rest.split(maxsplit=1)[:1]
    return Mark.from_limit(int(soft[0])) if soft and soft[0].isdigit() else None
