"""P13: from the command to the first full paint, and to the end of its help."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from statistics import median

from tests.bench.hosting import BIN, add_job, clean_environment
from tests.bench.report import Figure, Limit
from wjtui.launch.background import stop_engine
from wjtui.launch.place import find_place

JOBS = 50
ROUNDS = 5
_LIMIT_SECONDS = 20.0
_ROWS, _COLUMNS = 70, 160
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[P\]_].*?(?:\x1b\\|\x07)|[ -/]*[0-~])", re.DOTALL)


def measure(folder: Path) -> list[Figure]:
    """Medians; the floor is an interpreter that does nothing."""
    wjtui = BIN / "wjtui"
    floors = [_seconds([sys.executable, "-c", "pass"]) for _ in range(2 * ROUNDS)]
    trouble = _trouble(wjtui)
    helps = [] if trouble else [_seconds([str(wjtui), "--help"]) for _ in range(2 * ROUNDS)]
    paints: list[float] = []
    try:
        for number in range(0 if trouble else ROUNDS + 1):
            paints.append(_first_paint(wjtui, folder / f"root-{number}"))
    except TimeoutError as error:
        paints, trouble = [], str(error)
    return [
        Figure(
            "P13",
            f"wjtui to its first full paint, {JOBS} jobs",
            "ms",
            1000 * median(paints[1:]) if paints else None,
            (Limit(700),),
            1000 * median(floors),
            note=trouble,
        ),
        Figure(
            "P13",
            "wjtui --help",
            "ms",
            1000 * median(helps[1:]) if helps else None,
            (Limit(100),),
            1000 * median(floors),
            note="" if helps else trouble,
        ),
    ]


def _trouble(wjtui: Path) -> str:
    """Why the command cannot be measured; empty: it can."""
    if not wjtui.exists():
        return f"{wjtui} is not installed"
    tried = subprocess.run([wjtui, "--help"], capture_output=True, text=True)
    return tried.stderr.strip().splitlines()[-1] if tried.returncode else ""


def _seconds(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _first_paint(wjtui: Path, root: Path) -> float:
    """Seconds until every job's name was painted, the start of the engine included."""
    names = [
        f"{kind[:4]}-job-{number:02}" for number in range(JOBS // 2) for kind in ("continuous", "triggered")
    ]
    for name in names:
        add_job(root, "continuous" if name.startswith("cont") else "triggered", name, "exec sleep 600\n")
    environment = clean_environment(TERM="xterm-256color", COLORTERM="truecolor", WJTUI_ROOT=str(root))
    place = find_place(None, None, environment=environment)
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    began = time.monotonic()
    screen = subprocess.Popen(
        [wjtui], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=root, start_new_session=True
    )
    os.close(theirs)
    try:
        _read_until(ours, [name.encode() for name in names], began + _LIMIT_SECONDS)
        return time.monotonic() - began
    finally:
        _leave(screen, ours)
        stop_engine(place)


def _read_until(terminal: int, wanted: list[bytes], deadline: float) -> None:
    painted = b""
    while missing := [name for name in wanted if name not in painted]:
        if not select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
            said = painted[-300:].decode("utf-8", "replace")
            raise TimeoutError(
                f"{len(missing)} names were not painted, the first is {missing[0]!r}: {said!r}"
            )
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            raise TimeoutError(f"the screen ended: {painted[-300:]!r}") from None
        painted = _ESCAPES.sub(b"", painted + chunk)


def _leave(screen: subprocess.Popen[bytes], terminal: int) -> None:
    """Hang up; a screen that does not go is killed."""
    os.close(terminal)
    screen.send_signal(signal.SIGHUP)
    try:
        screen.wait(5)
    except subprocess.TimeoutExpired:
        screen.kill()
        screen.wait()
