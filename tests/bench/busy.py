"""P9: job starts and the screen's longest gap while 5,000 lines/s are shown and a burst is captured."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.hosting import add_job, clean_environment, wait_until
from tests.bench.loop_watch import Gaps
from tests.bench.report import Figure, Limit, percentile_95
from wjtui.client.probe import find_engine
from wjtui.client.service import HttpJobService
from wjtui.launch.background import stop_engine
from wjtui.launch.place import Place, find_place
from wjtui.model.errors import AlreadyRunning
from wjtui.model.identity import JobId, JobType

STARTS = 60
SETTLE_SECONDS = 2.0
"""From the start of the noise to the first start under it."""
_ROWS, _COLUMNS = 36, 120
_SHOWN = """import sys, time
line = "a line of about a hundred characters, as a worker that says what it does would write it, number %d\\n"
due, count = time.monotonic(), 0
while True:
    sys.stdout.write("".join(line % (count + n) for n in range(50)))
    sys.stdout.flush()
    count, due = count + 50, due + 0.01
    time.sleep(max(0.0, due - time.monotonic()))
"""
_BURST = 'yes "$(printf %099d 0)"\n'
_QUICK = JobId(JobType.TRIGGERED, "quick")
_NOISE = (JobId(JobType.CONTINUOUS, "00-shown"), JobId(JobType.CONTINUOUS, "zz-burst"))


def measure(folder: Path) -> list[Figure]:
    """In a process of its own, and in that of the screen."""
    return [*_figures(folder / "attached", in_process=False), *_figures(folder / "one", in_process=True)]


def _figures(root: Path, *, in_process: bool) -> list[Figure]:
    where = "in-process" if in_process else "own process"
    report, starts = root / "gaps", root / "starts"
    _make_jobs(root, starts)
    environment = clean_environment(TERM="xterm-256color", WJTUI_ROOT=str(root))
    place = find_place(None, None, environment=environment)
    with screen(place, environment, report, in_process=in_process) as socket:
        idle, busy, began, ended = asyncio.run(_measure(socket, starts))
    gaps = Gaps(report, began, ended)
    return [
        Figure(
            "P9",
            f"start of a run under load, p95 ({where})",
            "ms",
            percentile_95(busy),
            (Limit(3, "floor"),),
            percentile_95(idle),
            note="floor: the same at rest",
        ),
        Figure("P9", f"longest gap of the screen ({where})", "ms", gaps.longest, (Limit(150),)),
    ]


def _make_jobs(root: Path, starts: Path) -> None:
    add_job(root, "triggered", "quick", f'echo "$EPOCHREALTIME" >> {starts}\n')
    add_job(root, "continuous", "zz-burst", _BURST)
    add_job(root, "continuous", "00-shown", f"exec {sys.executable} -c '{_SHOWN}'\n")
    for job in _NOISE:
        folder = root / "site" / "wwwroot" / "app_data" / "jobs" / "continuous" / job.name
        (folder / "disable.job").touch()


async def _measure(socket: str, starts: Path) -> tuple[list[float], list[float], float, float]:
    """Milliseconds to the first instruction at rest and under load, and from when to when that load was."""
    service = HttpJobService(socket)
    try:
        idle = [await _start(service, starts, number) for number in range(STARTS)]
        for job in _NOISE:
            await service.start(job)
        await asyncio.sleep(SETTLE_SECONDS)
        began = time.monotonic()
        busy = [await _start(service, starts, STARTS + number) for number in range(STARTS)]
        ended = time.monotonic()
        for job in _NOISE:
            await service.stop(job, now=True)
        return idle, busy, began, ended
    finally:
        await service.aclose()


async def _start(service: HttpJobService, starts: Path, number: int) -> float:
    """Milliseconds from the request to the first instruction of the run."""
    while True:
        began = time.time()
        try:
            await service.run(_QUICK)
            break
        except AlreadyRunning:
            await asyncio.sleep(0.005)
    while True:
        lines = starts.read_text().split() if starts.exists() else []
        if len(lines) > number:
            return 1000 * (float(lines[number].replace(",", ".")) - began)
        await asyncio.sleep(0.005)


@contextmanager
def screen(place: Place, environment: dict[str, str], report: Path, *, in_process: bool) -> Iterator[str]:
    """The screen on a terminal that somebody reads; the engine's socket."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    command = [
        sys.executable,
        "-m",
        "tests.bench.watched_screen",
        str(report),
        *["--in-process"] * in_process,
    ]
    screen = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    reader = threading.Thread(target=_drain, args=(ours,), name="terminal")
    reader.start()
    try:
        site = place.site
        wait_until(lambda: find_engine(site.engine_lock, site.engine_file) is not None, "the engine serves")
        found = find_engine(site.engine_lock, site.engine_file)
        assert found is not None
        wait_until(report.exists, "the screen is open")
        yield found.socket
    finally:
        stop_engine(place)
        screen.terminate()
        screen.wait(10)
        reader.join()
        os.close(ours)


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # its other side is closed
