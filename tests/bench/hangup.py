"""R2: the terminal goes away, the screen is killed or suspended; jobs and their logs do not notice."""

from __future__ import annotations

import os
import shlex
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.hosting import wait_until
from tests.bench.process import children, is_gone, state
from tests.bench.report import Figure, Limit
from tests.bench.terminal import PacedTerminal
from tests.e2e.installed import COUNTER, PROMPT, Installed, shows_number

Loss = Callable[[PacedTerminal], None]

_LIMIT_SECONDS = 2.0
_UNREAD_SECONDS = 5.0
"""More than it takes to fill a terminal and the queue of what waits for it."""
_GIVE_UP_SECONDS = 20.0


def measure(folder: Path) -> list[Figure]:
    """One engine and one counting job; screens that are lost one after another."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as short:  # a socket's path has 107 bytes at most
        program = Installed(folder, Path(short))
        try:
            return _measure(program)
        finally:
            program.close()


def _measure(program: Installed) -> list[Figure]:
    program.site.continuous("counter", {"run.py": COUNTER}, PROMPT)
    losses: dict[str, Loss] = {
        "the terminal is closed": PacedTerminal.hang_up,
        "SIGHUP": lambda terminal: os.kill(terminal.pid, signal.SIGHUP),
        "SIGTERM": lambda terminal: os.kill(terminal.pid, signal.SIGTERM),
        "SIGKILL": lambda terminal: os.kill(terminal.pid, signal.SIGKILL),
    }
    figures = [
        Figure(
            "R2",
            f"screen gone after: {what}{', unread before' if unread else ''}",
            "s",
            _gone_after(program, lose, unread=unread),
            (Limit(_LIMIT_SECONDS),),
        )
        for unread in (False, True)
        for what, lose in losses.items()
    ]
    job = program.launches("counter")
    figures += _suspended(program)
    program("stop", "counter")
    wait_until(lambda: program.status("counter") == "Stopped", "the job is stopped", 20)
    numbers = program.counted("counter")
    wrong = sum(one != other for one, other in zip(numbers, range(len(numbers)), strict=True))
    launches = program.launches("counter")
    return [
        *figures,
        Figure("R2", "log lines missing or doubled", "", wrong, (Limit(0),), note=f"of {len(numbers):,}"),
        Figure(
            "R2", "launches of the job beyond its first", "", len(launches) - 1, (Limit(0),),
            note="" if launches[0]["pid"] == job[0]["pid"] else "it has another process",
        ),
    ]  # fmt: skip


def _open(program: Installed) -> PacedTerminal:
    """A screen that follows the job's log."""
    terminal = PacedTerminal(program.argv(), program.environment)
    terminal.wait_for(shows_number(1))
    return terminal


def _gone_after(program: Installed, lose: Loss, *, unread: bool) -> float:
    terminal = _open(program)
    try:
        if unread:
            terminal.pace = 0
            time.sleep(_UNREAD_SECONDS)
        began = time.monotonic()
        lose(terminal)
        wait_until(lambda: terminal.process.poll() is not None, "the screen is gone", _GIVE_UP_SECONDS)
        return time.monotonic() - began
    finally:
        terminal.close()


def _suspended(program: Installed) -> list[Figure]:
    """ctrl+z and fg, at a shell."""
    terminal = PacedTerminal(["bash", "--norc", "--noprofile", "-i"], program.environment)
    try:
        terminal.press(shlex.join(program.argv()).encode() + b"\r")
        terminal.wait_for(shows_number(1))
        [screen] = children(terminal.pid)
        began = time.monotonic()
        terminal.press(b"\x1a")
        wait_until(lambda: state(screen) == "T", "the screen is stopped", _GIVE_UP_SECONDS)
        stopped = time.monotonic() - began
        time.sleep(1)
        missed = len(program.counted("counter"))
        back = terminal.answer(b"fg\r", shows_number(missed))
        terminal.press(b"ql")
        wait_until(lambda: is_gone(screen), "the screen is left", _GIVE_UP_SECONDS)
        terminal.press(b"exit\r")
    finally:
        terminal.close()
    return [
        Figure("R2", "screen stopped after: ctrl+z", "s", stopped, (Limit(_LIMIT_SECONDS),)),
        Figure("R2", "fg to the log's newest line on the screen", "s", back, (Limit(_LIMIT_SECONDS),)),
    ]
