"""10,000 starts that wait: how fast they are taken and run, and what they cost, a screen open beside them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from pathlib import Path

from tests.bench.busy import screen
from tests.bench.hosting import BASH, add_job, clean_environment, engine
from tests.bench.loop_watch import Gaps
from tests.bench.process import pss
from tests.bench.report import Figure, Limit
from wjtui.client.probe import find_engine
from wjtui.client.service import HttpJobService
from wjtui.launch.place import find_place
from wjtui.model.identity import JobId, JobType

STARTS = 10_000
RUN = 500
"""Of them are run; the floor is so many processes one after another."""
_AT_ONCE = 16
_JOB = JobId(JobType.TRIGGERED, "queued")
_SCRIPT = "while [ ! -e go ]; do sleep 0.02; done\n"
"""The first run holds the others up until all of them wait."""
_SETTINGS = {"if_running": "queue", "queue_limit": STARTS, "is_in_place": True}


def measure(folder: Path) -> list[Figure]:
    """Starts and runs alone, then all of it beside a screen."""
    taken, each, grown = _alone(folder / "alone")
    gap = _beside_a_screen(folder / "screen", folder / "gaps")
    return [
        Figure("Queue", f"take a start, {_AT_ONCE} at once, each on the disk", "ms", taken, (Limit(20),)),
        Figure("P3", "a run of a queued start", "ms", each, (Limit(5, "floor"),), _popen_loop()),
        Figure("Queue", f"memory of {STARTS:,} waiting starts", "MiB", grown, (Limit(32),)),
        Figure("Queue", "longest gap of the screen meanwhile", "ms", gap, (Limit(150),)),
    ]


def _alone(root: Path) -> tuple[float, float, float]:
    """Milliseconds a start, milliseconds a run, MiB."""
    add_job(root, "triggered", _JOB.name, _SCRIPT, _SETTINGS)
    with engine(root) as host:
        before = pss(host.pid)
        taken = asyncio.run(_take(host.socket))
        grown = pss(host.pid) - before
        return taken, _run(root), grown


def _beside_a_screen(root: Path, report: Path) -> float:
    """Milliseconds."""
    add_job(root, "triggered", _JOB.name, _SCRIPT, _SETTINGS)
    environment = clean_environment(TERM="xterm-256color", WJTUI_ROOT=str(root))
    place = find_place(None, None, environment=environment)
    with screen(place, environment, report, in_process=False) as socket:
        assert find_engine(place.site.engine_lock, place.site.engine_file) is not None
        began = time.monotonic()
        asyncio.run(_take(socket))
        _run(root)
        return Gaps(report, began, time.monotonic()).longest


async def _take(socket: str) -> float:
    """Milliseconds a start."""
    service = HttpJobService(socket)
    left = iter(range(STARTS))

    async def ask() -> None:
        for _ in left:
            await service.run(_JOB)

    try:
        await service.run(_JOB)
        began = time.monotonic()
        await asyncio.gather(*(ask() for _ in range(_AT_ONCE)))
        return 1000 * (time.monotonic() - began) / STARTS
    finally:
        await service.aclose()


def _run(root: Path) -> float:
    """Let them run; milliseconds a run."""
    waiting = root / "data" / "wjtui" / "queue" / _JOB.name
    (root / "site" / "wwwroot" / "app_data" / "jobs" / "triggered" / _JOB.name / "go").touch()
    first, began = _wait_for(waiting, STARTS - 1), time.monotonic()
    last = _wait_for(waiting, first - RUN)
    return 1000 * (time.monotonic() - began) / (first - last)


def _wait_for(folder: Path, most: int) -> int:
    """Look ten times a second until at most so many starts wait; how many those are."""
    end = time.monotonic() + 120
    while (left := len(os.listdir(folder))) > most:
        if time.monotonic() > end:
            raise TimeoutError(f"{left} starts wait, not {most}")
        time.sleep(0.1)
    return left


def _popen_loop() -> float:
    """Milliseconds a process."""
    began = time.monotonic()
    for _ in range(RUN):
        subprocess.run([BASH, "-c", "true"], check=True)
    return 1000 * (time.monotonic() - began) / RUN
