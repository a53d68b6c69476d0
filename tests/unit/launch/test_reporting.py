"""What the service manager is told, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec

from tests.support.fake_clock import FakeClock
from tests.support.fake_service import FakeJobService, make_job
from tests.tui.scene import CONTINUOUS, eleven_jobs
from wjtui.launch.reporting import Reporting, longest_wait, status_line
from wjtui.model.events import Snapshot
from wjtui.model.settings import JobSettings
from wjtui.support.systemd import ServiceManager

READY, STATUS, ALIVE = "READY=1", "STATUS=11 jobs, 3 running, 4 scheduled", "WATCHDOG=1"


class Noting(ServiceManager):
    """Notes what it would send."""

    def __init__(self, watchdog_seconds: float) -> None:
        super().__init__("/nowhere", watchdog_seconds)
        self.sent: list[str] = []

    def _send(self, text: str) -> None:
        self.sent.append(text)


class Ending:
    """A service whose engine is being stopped from some moment on."""

    def __init__(self) -> None:
        self._service = eleven_jobs()
        self.stopping = False

    async def snapshot(self) -> Snapshot:
        found = await self._service.snapshot()
        engine = msgspec.structs.replace(found.engine, stopping=self.stopping)
        return msgspec.structs.replace(found, engine=engine)


@asynccontextmanager
async def reporting(manager: ServiceManager, service: Ending, clock: FakeClock) -> AsyncIterator[Reporting]:
    made = Reporting(manager, service, clock)  # type: ignore[arg-type]
    task = asyncio.get_running_loop().create_task(made.run())
    await clock.settle()
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def make_clock() -> FakeClock:
    return FakeClock(datetime(2027, 3, 1, tzinfo=UTC))


async def test_ready_then_how_it_is_then_signs_of_life() -> None:
    manager, clock = Noting(watchdog_seconds=4.0), make_clock()
    async with reporting(manager, Ending(), clock):
        assert manager.sent == [READY, STATUS, ALIVE]
        await clock.advance(6.5)
        # Twice in the watchdog's time; what has not changed is not said again.
        assert manager.sent[3:] == [ALIVE] * 3


async def test_without_a_watchdog_there_are_no_signs_of_life() -> None:
    manager, clock = Noting(watchdog_seconds=0.0), make_clock()
    async with reporting(manager, Ending(), clock):
        await clock.advance(60)
    assert manager.sent == [READY, STATUS]


async def test_the_end_is_told_at_once_with_the_time_that_it_takes_and_life_goes_on() -> None:
    manager, service, clock = Noting(watchdog_seconds=4.0), Ending(), make_clock()
    async with reporting(manager, service, clock) as made:
        service.stopping = True
        made.look()
        await clock.settle()
        assert manager.sent[3:] == [
            "STOPPING=1\nEXTEND_TIMEOUT_USEC=60000000", f"STATUS=Stopping: {STATUS.removeprefix('STATUS=')}",
            ALIVE,
        ]  # fmt: skip
        await clock.advance(2.0)
        assert manager.sent[6:] == [ALIVE]


async def test_words_and_waits() -> None:
    found = await FakeJobService().snapshot()
    assert status_line(found) == "0 jobs, 0 running, 0 scheduled" and longest_wait(found) == 0
    patient = make_job("patient", kind=CONTINUOUS, settings=JobSettings(stopping_wait_time=400))
    assert longest_wait(await FakeJobService(make_job("usual"), patient).snapshot()) == 400
