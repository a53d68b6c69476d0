"""Start a command as a launch of its own: a new session, two pipes, a mark."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from wjtui.engine.process.environment import LAUNCH
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.launches import Launches
from wjtui.engine.process.limits import NO_LIMITS, Limits
from wjtui.engine.process.mark import carried
from wjtui.engine.process.pipes import Stream
from wjtui.engine.process.priority import with_priority
from wjtui.model.base import Value


class Command(Value, frozen=True):
    """What to start, and how it finds the world."""

    argv: tuple[str, ...]
    """The program by its path, and its arguments."""
    cwd: str
    environment: dict[str, str]

    def __repr__(self) -> str:
        """Without the environment: it carries secrets."""
        return f"Command({self.argv!r}, {self.cwd!r}, {len(self.environment)} variables)"


_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM})


class LaunchFailed(Exception):
    """A command could not be started; ``message`` is one sentence for people."""

    def __init__(self, message: str, *, shortage: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.shortage = shortage
        """Whether engine or machine had no room for it, which is not the job's fault and may pass soon."""


def is_shortage(error: Exception) -> bool:
    """Whether it tells of no room for one more file or process."""
    return isinstance(error, OSError) and error.errno in _SHORTAGES


def spawn(
    command: Command,
    *,
    launches: Launches,
    output: Callable[[Stream, bytes], None],
    stdin: int | None = None,
    limits: Limits = NO_LIMITS,
) -> ProcessGroup:
    """Start a command; call it on the loop that shall watch it.

    ``output`` gets what the command writes, as it comes, in chunks that end anywhere. ``stdin`` is a
    descriptor that it reads from, which stays the caller's; None: nothing. Of ``limits``, those of memory are
    left to the caller. Raises LaunchFailed; nothing is left open then, and nothing runs.
    """
    mark = launches.next_mark()
    user = limits.user
    try:
        with ExitStack() as undo, ExitStack() as ends:
            undo.callback(launches.leave, mark)
            null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            ends.callback(os.close, null)
            out, out_end = _pipe(undo, ends)
            err, err_end = _pipe(undo, ends)
            start = partial(
                subprocess.Popen[bytes],
                (*limits.prefix, *command.argv),
                cwd=command.cwd,
                env={**command.environment, LAUNCH: mark.text},
                stdin=null if stdin is None else stdin,
                stdout=out_end,
                stderr=err_end,
                start_new_session=True,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=user.groups if user else None,
            )
            with carried(mark):
                process = with_priority(limits.nice, limits.io_class, start)
            # We reap it: Popen must never wait for it, nor warn that nobody did.
            process.returncode = 0
            undo.callback(_kill, process.pid)
            # Before the group watches for the exit: that takes one descriptor more, and now there is room.
            ends.close()
            group = ProcessGroup(process.pid, mark, launches, {Stream.OUT: out, Stream.ERR: err}, output)
            undo.pop_all()
            return group
    except (OSError, ValueError) as error:
        raise LaunchFailed(_explain(error, command), shortage=is_shortage(error)) from error


def _pipe(undo: ExitStack, ends: ExitStack) -> tuple[int, int]:
    reading, writing = os.pipe()
    undo.callback(_close_watched, reading)
    ends.callback(os.close, writing)
    return reading, writing


def _close_watched(fd: int) -> None:
    asyncio.get_running_loop().remove_reader(fd)
    os.close(fd)


def _kill(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _explain(error: OSError | ValueError, command: Command) -> str:
    """What was wrong and what to do next, in one sentence."""
    program = command.argv[0]
    return f"'{program}' could not be started: {_reason(error, program, command.cwd)}"


def _reason(error: OSError | ValueError, program: str, cwd: str) -> str:
    if not isinstance(error, OSError):
        # NUL in an argument, or a character no file system has: both come from outside, as arguments.
        return f"an argument or a setting holds a character that no command line can ({error}), take it out"
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR if not os.path.isdir(cwd):
            return f"its folder '{cwd}' does not exist, deploy the job again"
        case errno.EACCES if error.filename == cwd and error.filename != program:
            return f"its folder '{cwd}' may not be entered, correct the permissions"
        case errno.ENOENT | errno.ENOTDIR if os.path.lexists(program):
            return "the program that its first line names does not exist here, correct the line or install it"
        case errno.ENOENT | errno.ENOTDIR:
            return "there is no such file, deploy the job again or install the program"
        case errno.EACCES | errno.EPERM:
            return (
                "it may not be executed, run chmod +x on it (and check that its disk is not mounted noexec)"
            )
        case errno.ENOEXEC:
            return (
                "it is neither a program for this machine nor a script that names its interpreter, "
                "begin it with a line such as #!/bin/sh"
            )
        case errno.E2BIG:
            return "arguments and environment together are too long, shorten the arguments or the settings"
        case errno.EMFILE | errno.ENFILE:
            return "the engine has no file descriptor left, raise its limit of open files (ulimit -n)"
        case errno.EAGAIN | errno.ENOMEM:
            return "the machine has no room for one more process, stop some or raise the limit (ulimit -u)"
        case errno.ETXTBSY:
            return "somebody is still writing to it, wait until that is done"
        case _:
            return f"{error.strerror}, check the file and its folder"
