from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.support.elsewhere import Elsewhere
from tests.support.fake_service import NOW, FakeJobService, make_schedule
from tests.support.patience import eventually
from wjtui.client.bridge import ThreadBridge
from wjtui.logs.reader import FileLogSource, LogFile
from wjtui.model.errors import AlreadyRunning, EngineUnreachable, NotAllowed
from wjtui.model.events import Envelope, LogExtent, LogKind, LogRef, Snapshot
from wjtui.model.identity import JobId, JobType
from wjtui.model.schedules import LaterStart, Missed, MissedReason

REPORT = JobId(JobType.TRIGGERED, "report")
MAILER = JobId(JobType.CONTINUOUS, "mailer")
REF = LogRef(MAILER, kind=LogKind.JOB)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    loop = Elsewhere()
    yield loop
    loop.end()


@pytest.fixture
def bridge(service: FakeJobService, elsewhere: Elsewhere) -> ThreadBridge:
    return ThreadBridge(service, elsewhere.loop)


async def test_answers_and_refusals_cross(bridge: ThreadBridge, service: FakeJobService) -> None:
    assert {job.id for job in (await bridge.snapshot()).jobs} == {REPORT, MAILER}
    assert len(await bridge.runs(REPORT)) == 1
    await bridge.start(MAILER)
    service.refuse = AlreadyRunning("It is already running.")
    with pytest.raises(AlreadyRunning):
        await bridge.run(REPORT)
    assert service.commands == [("start", "mailer"), ("run", "report")]


async def test_what_is_about_schedules_crosses(bridge: ThreadBridge, service: FakeJobService) -> None:
    service.change("report", schedule=make_schedule())
    gap = Missed(MissedReason.DOWN, 2, NOW, NOW)
    service.stretches[REPORT.key] = [gap]
    await bridge.run_later(REPORT, NOW, "--all", trigger="UI - me")
    assert service.find("report").later == LaterStart(NOW, "UI - me", "--all")
    await bridge.cancel_later(REPORT)
    await bridge.pause(REPORT)
    await bridge.resume(REPORT)
    assert await bridge.missed(REPORT) == [gap]
    with pytest.raises(NotAllowed):
        await bridge.pause(MAILER)
    names = [command[0] for command in service.commands]
    assert names == ["run_later", "cancel_later", "pause", "resume", "pause"]


async def test_no_event_is_lost(bridge: ThreadBridge, service: FakeJobService, elsewhere: Elsewhere) -> None:
    async with aclosing(bridge.events()) as items:
        assert isinstance(await anext(items), Snapshot)

        def burst() -> None:
            for number in range(300):
                service.change("report", disabled=bool(number % 2))

        elsewhere.loop.call_soon_threadsafe(burst)
        seen = [await anext(items) for _ in range(300)]
        assert [item.seq for item in seen if isinstance(item, Envelope)] == list(range(1, 301))
        elsewhere.loop.call_soon_threadsafe(service.end)
        assert [item async for item in items] == []
    assert service._subscribers == []


async def test_leaving_a_stream_in_the_middle_of_waiting_closes_it_there(
    bridge: ThreadBridge, service: FakeJobService
) -> None:
    seen = asyncio.Event()

    async def listen() -> None:
        async with aclosing(bridge.events()) as items:
            async for _ in items:
                seen.set()

    task = asyncio.create_task(listen())
    await seen.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert service._subscribers == []


async def test_command_goes_on_when_nobody_waits_for_it(
    bridge: ThreadBridge, service: FakeJobService, elsewhere: Elsewhere
) -> None:
    service.hold = asyncio.Event()
    task = asyncio.create_task(bridge.start(MAILER))
    await eventually(lambda: service.commands)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    elsewhere.loop.call_soon_threadsafe(service.hold.set)
    await eventually(lambda: type(service.find("mailer").phase).__name__ == "Starting")


async def test_logs_cross(bridge: ThreadBridge, service: FakeJobService, tmp_path: Path) -> None:
    service.log(REF, b"0123456789")
    source = await bridge.open_log(REF)
    assert await source.extent() == LogExtent(0, 10, "1")
    assert await source.read(2, 3) == b"234"
    service.logs[REF] = FileLogSource(LogFile(tmp_path / "log"))
    assert await bridge.open_log(REF) is service.logs[REF]


async def test_engine_that_has_ended_is_unreachable(bridge: ThreadBridge, elsewhere: Elsewhere) -> None:
    elsewhere.end()
    with pytest.raises(EngineUnreachable):
        await bridge.snapshot()
    with pytest.raises(EngineUnreachable):
        await anext(bridge.events())


async def test_engine_that_ends_meanwhile_is_unreachable(
    bridge: ThreadBridge, service: FakeJobService, elsewhere: Elsewhere
) -> None:
    service.hold = asyncio.Event()
    task = asyncio.create_task(bridge.start(MAILER))
    await eventually(lambda: service.commands)
    await asyncio.to_thread(elsewhere.end)
    with pytest.raises(EngineUnreachable):
        await task
