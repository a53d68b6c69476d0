"""How much a process gives way to others for processor and disk, from its first instruction on."""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LOWEST_NICE = -20
_CLASSES = {"best-effort": 2 << 13 | 4, "idle": 3 << 13}
"""As ``ioprio_set`` takes them: the class, and for the first one the level in its middle."""
_IOPRIO_SET_64 = {
    "x86_64": 251, "aarch64": 30, "riscv64": 30, "loongarch64": 30, "ppc64le": 273, "s390x": 282,
}  # fmt: skip
_IOPRIO_SET_32 = {"i386": 289, "i686": 289, "x86_64": 289, "armv6l": 314, "armv7l": 314, "aarch64": 314}
"""The number of the system call, which no library has a function for: by machine, and by how wide a program
we are, since a kernel of 64 bits runs both."""
_IOPRIO_WHO_PROCESS = 1


def with_priority(nice: int | None, io_class: str, start: Callable[[], Result]) -> Result:
    """Call ``start``; the processes that it starts have this niceness and this class for the disk.

    Linux keeps both for each thread, and a new process begins with those of the thread that made it. So a
    thread of its own takes them on, starts the process and ends: no program is put in front, and there is no
    moment in which the process could fork without them. What the machine refuses is logged and left out.
    Raises what ``start`` raises, and OSError where there is no room for a thread.
    """
    if nice is None and not io_class:
        return start()

    def work() -> Result:
        if nice is not None:
            _try(lambda: os.setpriority(os.PRIO_PROCESS, 0, nice), f"nice {nice}")
        if io_class:
            _try(lambda: set_io_class(io_class), f"io_class {io_class}")
        return start()

    return _in_own_thread(work)


def lowest_nice() -> int:
    """The smallest niceness that this process can give to another one."""

    def look() -> int:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, LOWEST_NICE)
        except OSError:
            own = os.getpriority(os.PRIO_PROCESS, 0)
            # RLIMIT_NICE counts from 1 for 19 to 40 for -20.
            return max(LOWEST_NICE, min(own, 20 - resource.getrlimit(resource.RLIMIT_NICE)[0]))
        return LOWEST_NICE

    return _in_own_thread(look)


def has_io_classes() -> bool:
    """Whether this machine lets a process have a class for the disk."""

    def look() -> bool:
        try:
            set_io_class("idle")
        except OSError:
            return False
        return True

    return _in_own_thread(look)


def set_io_class(name: str) -> None:
    """Give this thread, and what it starts, the class ``best-effort`` or ``idle``. Raises OSError."""
    numbers = _IOPRIO_SET_64 if sys.maxsize > 1 << 32 else _IOPRIO_SET_32
    number = numbers.get(os.uname().machine)
    if number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, _IOPRIO_WHO_PROCESS, 0, _CLASSES[name]) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _try(act: Callable[[], None], what: str) -> None:
    try:
        act()
    except OSError as error:
        log.warning("a job was started without its %s: %s", what, error.strerror)


def _in_own_thread(work: Callable[[], Result]) -> Result:
    """A thread that nobody else uses, and that is gone afterwards."""
    with ThreadPoolExecutor(1, "priority") as thread:
        try:
            working = thread.submit(work)
        except RuntimeError as error:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
        return working.result()
