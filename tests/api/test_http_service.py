from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from tests.support.fake_service import NOW, FakeJobService, make_schedule
from wjtui.api.server import ApiServer
from wjtui.client.service import HttpJobService
from wjtui.model.errors import (
    AlreadyRunning,
    EngineUnreachable,
    InvalidRequest,
    JobNotFound,
    NotAllowed,
    NotRunning,
    RunNotFound,
    WjtuiError,
)
from wjtui.model.events import MissedChanged
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy
from wjtui.model.runs import RunId, RunRef
from wjtui.model.schedules import LaterStart, Missed, MissedReason, ScheduleState
from wjtui.service import JobService

REPORT = JobId(JobType.TRIGGERED, "report")
MAILER = JobId(JobType.CONTINUOUS, "mailer")


@pytest.fixture
async def remote(
    service: FakeJobService,
    serve: Callable[[JobService], AbstractAsyncContextManager[ApiServer]],
    socket_path: Path,
) -> AsyncIterator[HttpJobService]:
    client = HttpJobService(socket_path)
    async with serve(service):
        yield client
        await client.aclose()


async def test_values_arrive_as_they_were(remote: HttpJobService, service: FakeJobService) -> None:
    assert await remote.snapshot() == await service.snapshot()
    runs = await service.runs(REPORT)
    assert await remote.runs(REPORT) == runs
    assert await remote.get_run(runs[0].ref) == runs[0]
    assert await remote.launches(MAILER) == []


async def test_every_command_arrives(remote: HttpJobService, service: FakeJobService) -> None:
    await remote.start(MAILER)
    await remote.stop(MAILER)
    await remote.stop(MAILER, now=True)
    await remote.restart(MAILER)
    run = await remote.run(REPORT, "--all 'ü'")
    await remote.cancel(RunRef(REPORT, run), now=True)
    await remote.shut_down()
    assert service.commands == [
        ("start", "mailer"),
        ("stop", "mailer"),
        ("kill", "mailer"),
        ("restart", "mailer"),
        ("run", "report", "--all 'ü'"),
        ("cancel", "report"),
        ("shut_down",),
    ]
    busy = service.find("report")
    assert isinstance(busy.phase, Busy)
    assert busy.phase.run == run


async def test_absent_and_empty_arguments_differ(remote: HttpJobService, service: FakeJobService) -> None:
    await remote.run(REPORT)
    await remote.run(REPORT, "", trigger="UI - me")
    assert service.commands == [("run", "report"), ("run", "report", "")]
    latest = service.find("report").latest_run
    assert latest is not None
    assert latest.trigger == "UI - me"


async def test_put_off_start_arrives_whole(remote: HttpJobService, service: FakeJobService) -> None:
    paris = NOW.astimezone(timezone(timedelta(hours=2)))
    await remote.run_later(REPORT, paris, "--all 'ü'", trigger="CLI - me")
    assert service.find("report").later == LaterStart(NOW, "CLI - me", "--all 'ü'")
    await remote.run_later(REPORT, NOW)
    assert service.find("report").later == LaterStart(NOW, "External - ")
    await remote.cancel_later(REPORT)
    assert service.find("report").later is None
    with pytest.raises(NotRunning):
        await remote.cancel_later(REPORT)


async def test_instant_without_a_zone_is_refused(remote: HttpJobService, service: FakeJobService) -> None:
    with pytest.raises(InvalidRequest, match="at"):
        await remote.run_later(REPORT, NOW.replace(tzinfo=None))
    with pytest.raises(InvalidRequest, match="UTF-8"):
        await remote.run_later(REPORT, NOW, "\udce9")
    assert service.commands == []


async def test_schedule_is_paused_and_resumed(remote: HttpJobService, service: FakeJobService) -> None:
    service.change("report", schedule=make_schedule(), next_run=NOW)
    await remote.pause(REPORT)
    job = service.find("report")
    assert job.schedule is not None and job.schedule.state is ScheduleState.PAUSED
    assert job.next_run is None and not job.settings.enabled
    await remote.resume(REPORT)
    job = service.find("report")
    assert job.schedule is not None and job.schedule.state is ScheduleState.PENDING
    assert service.commands == [("pause", "report"), ("resume", "report")]
    with pytest.raises(NotAllowed):
        await remote.pause(MAILER)


async def test_missed_stretches_arrive_newest_first(remote: HttpJobService, service: FakeJobService) -> None:
    assert await remote.missed(REPORT) == []
    old = Missed(MissedReason.DOWN, 40, NOW - timedelta(days=2), NOW - timedelta(days=1))
    new = Missed(MissedReason.RUNNING, 1, NOW, NOW)
    service.tell(MissedChanged(REPORT, old), MissedChanged(REPORT, new))
    assert await remote.missed(REPORT) == [new, old]
    longer = Missed(MissedReason.RUNNING, 2, NOW, NOW + timedelta(hours=1))
    service.tell(MissedChanged(REPORT, longer))
    assert await remote.missed(REPORT) == [longer, old]
    with pytest.raises(JobNotFound):
        await remote.missed(JobId(JobType.TRIGGERED, "nobody"))


async def test_refusals_come_as_what_they_were(remote: HttpJobService, service: FakeJobService) -> None:
    service.refuse = AlreadyRunning("report is already running.")
    with pytest.raises(AlreadyRunning, match="report is already running"):
        await remote.run(REPORT)
    with pytest.raises(RunNotFound):
        await remote.get_run(RunRef(REPORT, RunId("201605192149381933")))
    with pytest.raises(JobNotFound):
        await remote.runs(JobId(JobType.TRIGGERED, "no such/job"))


async def test_bug_comes_as_a_plain_failure(remote: HttpJobService, service: FakeJobService) -> None:
    service.fail = ValueError("detail")
    with pytest.raises(WjtuiError) as caught:
        await remote.start(MAILER)
    assert caught.value.code == "failed"


async def test_no_engine_is_one_sentence(tmp_path: Path) -> None:
    client = HttpJobService(tmp_path / "nobody.sock")
    with pytest.raises(EngineUnreachable, match="wjtui up"):
        await client.snapshot()
    with pytest.raises(EngineUnreachable, match="wjtui up"):
        await anext(aiter(client.events()))
    await client.aclose()
