"""Starts that wait, over every way to an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.harness import Harness, Kind, open_service
from tests.support.site_builder import SiteBuilder
from wjtui.model.errors import JobNotFound, NotRunning, QueueFull
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId, RunRef, RunStatus

QUEUED = JobId(JobType.TRIGGERED, "queued")
LOOP = JobId(JobType.CONTINUOUS, "loop")


def _jobs(site: SiteBuilder) -> None:
    settings = {"if_running": "queue", "queue_limit": 2, "stopping_wait_time": 1}
    site.triggered(QUEUED.name, {"run.sh": "while :; do sleep 0.05; done\n"}, settings)
    site.continuous(LOOP.name, {"run.sh": "while :; do sleep 0.05; done\n"}, {"stopping_wait_time": 1})


@pytest.fixture
async def engine(kind: Kind, tmp_path: Path) -> AsyncIterator[Harness]:
    """An engine with a job that queues."""
    async with open_service(kind, tmp_path, _jobs) as harness:
        yield harness


async def test_what_waits_is_told_and_taken_back(engine: Harness) -> None:
    service = engine.service
    ids = [await service.run(QUEUED, text) for text in ("one", "two", "three")]
    waiting = await service.queue.waiting(JobId(JobType.TRIGGERED, "QUEUED"))
    assert [(each.id, each.start.arguments) for each in waiting] == [(ids[1], "two"), (ids[2], "three")]
    found = await engine.job(QUEUED, lambda job: job.hold is not None and job.hold.count == 2)
    assert found.hold is not None and found.hold.reason == "its run is going"
    run = await service.get_run(RunRef(QUEUED, ids[1]))
    assert (run.status, run.arguments, run.message) == (
        RunStatus.INITIALIZING,
        "two",
        "it waits for its turn",
    )
    with pytest.raises(QueueFull, match="2 starts wait already"):
        await service.run(QUEUED)
    assert await service.queue.withdraw(QUEUED, ids[1]) == 1
    assert [each.id for each in await service.queue.waiting(QUEUED)] == [ids[2]]
    assert await service.queue.withdraw(QUEUED) == 1
    await engine.job(QUEUED, lambda job: job.hold is None)


async def test_what_is_refused(engine: Harness) -> None:
    service = engine.service
    with pytest.raises(NotRunning, match="No start of 'queued' waits"):
        await service.queue.withdraw(QUEUED)
    with pytest.raises(NotRunning, match="202611210200000000"):
        await service.queue.withdraw(QUEUED, RunId("202611210200000000"))
    with pytest.raises(NotRunning, match="continuous"):
        await service.queue.withdraw(LOOP)
    assert await service.queue.waiting(LOOP) == []
    with pytest.raises(JobNotFound):
        await service.queue.waiting(JobId(JobType.TRIGGERED, "none"))
