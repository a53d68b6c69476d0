"""P6 (screen) and what reaches the terminal: at rest, without the focus, for a run, for a followed log."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.flood import Flood
from tests.bench.hosting import PROMPT, add_job
from tests.bench.opened import Opened, opened
from tests.bench.process import cpu_seconds
from tests.bench.report import Figure, Limit
from wjtui.client.service import HttpJobService
from wjtui.model.identity import JobId, JobType

JOBS = 50
CLOCK_SECONDS = 10.0
SLOW, FAST = 10, 50_000
RUNS = 4
_FLOOD_SECONDS = 5.0
_SETTLE_SECONDS = 2.0
_FOCUS_OUT, _FOCUS_IN = b"\x1b[O", b"\x1b[I"
_QUICK = JobId(JobType.TRIGGERED, "job-000-quick")


@dataclass(frozen=True)
class Sample:
    """Some seconds of a screen."""

    cpu: float
    """Percent of a core."""
    bytes: float
    """A second, to the terminal."""

    def __str__(self) -> str:
        return f"{self.cpu:.1f} % CPU, {60 * self.bytes / 1000:.1f} kB a minute"


def measure(folder: Path) -> list[Figure]:
    """One screen without anything that runs, and one with jobs that are up and one that prints."""
    resting, blurred, run = _at_rest(folder / "rest")
    clock, unseen, slow, fast = _with_jobs_up(folder / "up")
    return [
        Figure(
            "P6", "screen, nothing running, CPU", "% of a core", resting.cpu, (Limit(0.5),),
            note=f"{JOBS} jobs; {60 * resting.bytes / 1000:.1f} kB a minute",
        ),
        Figure(
            "P6", "screen with a 1 Hz clock, CPU", "% of a core", clock.cpu, (Limit(4),),
            note=f"{JOBS} jobs, half of them up; {60 * clock.bytes / 1000:.1f} kB a minute",
        ),
        Figure("P6", "to the terminal in an idle minute, none running", "kB", 60 * resting.bytes / 1000, ()),
        Figure("P6", "to the terminal in an idle minute, half up", "kB", 60 * clock.bytes / 1000, ()),
        Figure(
            "P6", "the same without the focus, none running", "kB", 60 * blurred.bytes / 1000, (),
            note=str(blurred),
        ),
        Figure(
            "P6", "the same without the focus, half up", "kB", 60 * unseen.bytes / 1000, (), note=str(unseen)
        ),
        Figure("P12", "to the terminal for a run, all of it", "B", run, (), note="the clock taken off"),
        Figure(
            "P10", f"to the terminal, a log at {SLOW} lines/s", "kB/s", slow.bytes / 1000, (),
            note=f"{slow.cpu:.1f} % CPU",
        ),
        Figure(
            "P10", f"to the terminal, a log at {FAST:,} lines/s", "kB/s", fast.bytes / 1000, (),
            note=f"{fast.cpu:.1f} % CPU",
        ),
    ]  # fmt: skip


def _at_rest(root: Path) -> tuple[Sample, Sample, float]:
    """With the focus, without it, and bytes of a run of the second job in the list."""
    add_job(root, "triggered", _QUICK.name, "true\n")
    for number in range(JOBS - 1):
        add_job(root, "triggered", f"job-{number:03}", "true\n")
    with opened(root) as screen:
        resting = _sample(screen, CLOCK_SECONDS)
        screen.terminal.press(_FOCUS_OUT)
        blurred = _sample(screen, CLOCK_SECONDS)
        screen.terminal.press(_FOCUS_IN)
        asyncio.run(_run(screen, RUNS))  # the row's first run changes more than the next ones
        time.sleep(_SETTLE_SECONDS)
        count, began = screen.terminal.count, time.monotonic()
        asyncio.run(_run(screen, RUNS))
        time.sleep(_SETTLE_SECONDS)
        rest = resting.bytes * (time.monotonic() - began)
        return resting, blurred, (screen.terminal.count - count - rest) / RUNS


def _with_jobs_up(root: Path) -> tuple[Sample, Sample, Sample, Sample]:
    """With the focus, without it, and a log at both rates."""
    flood = Flood(root, "a-flood")
    for number in range(JOBS // 2 - 1):
        add_job(root, "triggered", f"job-{number:03}", "true\n")
    for number in range(JOBS // 2):
        add_job(root, "continuous", f"up-{number:03}", "exec sleep 600\n", PROMPT)
    with opened(root) as screen:
        time.sleep(_SETTLE_SECONDS)
        clock = _sample(screen, CLOCK_SECONDS)
        screen.terminal.press(_FOCUS_OUT)
        unseen = _sample(screen, CLOCK_SECONDS)
        screen.terminal.press(_FOCUS_IN)
        flood.run(SLOW)
        slow = _sample(screen, _FLOOD_SECONDS)
        flood.run(FAST)
        fast = _sample(screen, _FLOOD_SECONDS)
        flood.run(0)
    return clock, unseen, slow, fast


def _sample(screen: Opened, seconds: float) -> Sample:
    time.sleep(_SETTLE_SECONDS)
    terminal = screen.terminal
    began, cpu, count = time.monotonic(), cpu_seconds(terminal.pid), terminal.count
    time.sleep(seconds)
    took = time.monotonic() - began
    return Sample(100 * (cpu_seconds(terminal.pid) - cpu) / took, (terminal.count - count) / took)


async def _run(screen: Opened, times: int) -> None:
    """Runs of the one job, one after another."""
    service = HttpJobService(screen.socket)
    try:
        for _ in range(times):
            await service.run(_QUICK)
            await asyncio.sleep(1.0)
    finally:
        await service.aclose()
