"""The engine's parent: starts it, passes signals on, and leaves no process behind when it has ended.

A script of its own, which imports next to nothing: it is there as long as the engine is. See
``guardian_argv`` for how it is run.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
_VARIABLE = "WJTUI_GUARDIAN"
_CLEAR_SECONDS = 10.0
_PAUSE_SECONDS = 0.001


def guardian_argv(engine_argv: list[str]) -> list[str]:
    """The command that runs an engine under a guardian, with this interpreter.

    It ends with the engine's status, 128+n when signal n ended it, 127 when it could not be started. The
    engine leads a session of its own and finds the guardian's process id in ``WJTUI_GUARDIAN``. SIGTERM and
    SIGINT go on to it, SIGHUP does not.
    """
    return [sys.executable, "-S", "-E", "-I", os.path.abspath(__file__), "--", *engine_argv]


def main(arguments: list[str]) -> int:
    """Run the engine that the arguments after ``--`` start."""
    if arguments[:1] != ["--"] or len(arguments) < 2:
        sys.stderr.write("usage: guardian.py -- ENGINE [ARGUMENT...]\n")
        return 2
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # Where SIGCHLD is ignored, children vanish without a status.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # A shell has its background commands ignore SIGINT: that stays so.
    passed_on: set[int] = {
        each for each in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(each) != signal.SIG_IGN
    }
    waited_for: set[int] = {signal.SIGCHLD, signal.SIGHUP, *passed_on}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)
    guardian = os.getpid()
    engine = os.fork()
    if engine == 0:
        _become(arguments[1:], guardian, mask)
    _close_inherited()
    status = _guard(engine, waited_for, passed_on)
    _clear(guardian)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def _become(argv: list[str], guardian: int, mask: set[int]) -> None:
    """Turn this child into the engine; does not return."""
    try:
        os.setsid()
        os.environ[_VARIABLE] = str(guardian)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.stderr.write(f"wjtui: '{argv[0]}' could not be started: {error.strerror}, install wjtui again\n")
        sys.stderr.flush()
    finally:
        os._exit(127)


def _close_inherited() -> None:
    """Descriptors that were meant for the engine: who waits for their end must not wait for us."""
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2:
                os.close(int(name))
        except OSError:
            pass  # the one that read this folder


def _guard(engine: int, waited_for: set[int], passed_on: set[int]) -> int:
    """Wait until the engine has ended; its wait status.

    All signals are blocked and taken one by one: none can come between two steps, and ``engine`` is always
    the engine, because nothing but this loop reaps it.
    """
    while True:
        number = signal.sigwait(waited_for)
        if number in passed_on:
            os.kill(engine, number)
        elif number == signal.SIGCHLD:
            pid = -1
            while pid:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == engine:
                    return status


def _clear(guardian: int) -> None:
    """Kill what the engine left behind. All of it came to us: without a child, there is nothing left."""
    until = time.monotonic() + _CLEAR_SECONDS
    while time.monotonic() < until:
        for pid in _descendants(guardian):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass  # gone, or another user's
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(_PAUSE_SECONDS)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    try:
        names = os.listdir("/proc")
    except OSError:
        return []  # the machine has no descriptor left now; asked again soon
    for name in names:
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parent = int(file.read().rpartition(b") ")[2].split(maxsplit=2)[1])
            except (OSError, IndexError):
                continue  # gone meanwhile
            children.setdefault(parent, []).append(int(name))
    found = list(children.get(pid, ()))
    for each in found:
        found += children.get(each, ())
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
