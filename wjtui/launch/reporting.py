"""Reporting: tells the service manager how the engine is, as long as its loop turns."""

from __future__ import annotations

import asyncio

from wjtui.launch.unit import STOP_MARGIN_SECONDS
from wjtui.model.events import Snapshot
from wjtui.service import JobService
from wjtui.support.clock import Clock
from wjtui.support.systemd import ServiceManager
from wjtui.support.tasks import first

_LOOK_SECONDS = 5.0


class Reporting:
    """Begun once the engine serves; lives on its loop."""

    def __init__(self, manager: ServiceManager, service: JobService, clock: Clock) -> None:
        self._manager = manager
        self._service = service
        self._clock = clock
        self._again = asyncio.Event()

    def look(self) -> None:
        """Something has changed that the manager is to hear of at once."""
        self._again.set()

    async def run(self) -> None:
        """Say that the engine serves, then how it is, until cancelled."""
        manager = self._manager
        manager.ready()
        said, ends = "", False
        # Twice in the watchdog's time, as its manual asks for.
        pause = min(_LOOK_SECONDS, manager.watchdog_seconds / 2 or _LOOK_SECONDS)
        while True:
            self._again.clear()
            now = await self._service.snapshot()
            if now.engine.stopping and not ends:
                ends = True
                manager.stopping(longest_wait(now) + STOP_MARGIN_SECONDS)
            if (line := status_line(now)) != said:
                manager.status(line)
                said = line
            if manager.watchdog_seconds:
                manager.alive()
            await first(self._clock.sleep(pause), self._again.wait())


def status_line(now: Snapshot) -> str:
    """How many jobs there are and what they do, in a line for ``systemctl status``."""
    running = sum(job.live for job in now.jobs)
    scheduled = sum(job.next_run is not None or job.later is not None for job in now.jobs)
    counts = f"{len(now.jobs)} jobs, {running} running, {scheduled} scheduled"
    return f"Stopping: {counts}" if now.engine.stopping else counts


def longest_wait(now: Snapshot) -> int:
    """Seconds that the most patient job gets to end by itself; 0 without jobs."""
    return max((job.settings.grace_seconds(job.id.type) for job in now.jobs), default=0)
