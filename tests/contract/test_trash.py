"""The definition of TrashService."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.deploying import deploy, make_folder, make_zip, output, ran
from tests.support.harness import Harness
from tests.support.patience import PATIENCE
from wjtui.model.errors import Conflict, JobNotFound, TrashNotFound
from wjtui.model.events import Envelope, JobRemoved, Snapshot
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Running
from wjtui.model.runs import RunStatus

NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
ECHO = JobId(JobType.TRIGGERED, "echo")
FAILS = JobId(JobType.TRIGGERED, "fails")
LONG = JobId(JobType.TRIGGERED, "long")
LOOP = JobId(JobType.CONTINUOUS, "loop")


def data(engine: Harness, job: JobId) -> Path:
    return engine.site.root / "data" / "jobs" / job.type.value / job.name


async def names(engine: Harness) -> set[str]:
    return {str(job.id) for job in (await engine.service.snapshot()).jobs}


async def test_a_job_goes_and_comes_back_with_all_it_had(engine: Harness, tmp_path: Path) -> None:
    service = engine.service
    files = {"run.sh": "echo one\n"}
    await deploy(engine, make_zip(tmp_path / "one.zip", files), NIGHTLY)
    run = await ran(engine, NIGHTLY)
    await deploy(engine, make_zip(tmp_path / "two.zip", {"run.sh": "echo two\n"}), NIGHTLY)

    async with asyncio.timeout(PATIENCE), aclosing(service.events()) as items:  # type: ignore[type-var]
        assert isinstance(await anext(items), Snapshot)
        entry = await service.trash.delete(JobId(JobType.TRIGGERED, "NIGHTLY"))
        async for item in items:
            if isinstance(item, Envelope) and item.event == JobRemoved(NIGHTLY):
                break
    assert (entry.job, entry.runs, entry.history) == (NIGHTLY, 1, True)
    assert entry.until - entry.at == timedelta(days=7)
    assert entry.files > 0 and entry.size > 0
    assert await service.trash.contents() == [entry]
    assert str(NIGHTLY) not in await names(engine)
    assert not engine.site.folder(NIGHTLY).exists()
    assert not data(engine, NIGHTLY).exists()
    for call in (service.runs(NIGHTLY), service.versions.of(NIGHTLY), service.trash.delete(NIGHTLY)):
        with pytest.raises(JobNotFound):
            await call

    assert await service.trash.restore(entry.id) == NIGHTLY
    assert (await engine.job(NIGHTLY)).latest_run == run
    assert "INFO] one\n" in await output(engine, run)
    assert [version.note for version in await service.versions.of(NIGHTLY)][-1] == "one.zip"
    assert "INFO] two\n" in await output(engine, await ran(engine, NIGHTLY))
    assert await service.trash.contents() == []
    with pytest.raises(TrashNotFound):
        await service.trash.restore(entry.id)


async def test_a_new_job_of_the_name_begins_anew(engine: Harness, tmp_path: Path) -> None:
    service = engine.service
    await ran(engine, ECHO)
    await service.settings.save(ECHO, "{}")
    first = await service.trash.delete(ECHO)
    deployed = await deploy(engine, make_zip(tmp_path / "x.zip", {"run.sh": "echo x\n"}), ECHO)
    assert [(job.version, job.replaced) for job in deployed.jobs] == [(1, None)]
    assert await service.runs(ECHO) == []
    with pytest.raises(Conflict):
        await service.trash.restore(first.id)
    second = await service.trash.delete(ECHO)
    assert [entry.id for entry in await service.trash.contents()] == [second.id, first.id]
    await service.trash.restore(first.id)
    assert len(await service.runs(ECHO)) == 1
    with pytest.raises(Conflict):
        await service.trash.restore(second.id)

    # A name that differs in its case alone is taken as well.
    await service.trash.delete(FAILS)
    await deploy(engine, tmp_path / "x.zip", JobId(JobType.TRIGGERED, "FAILS"))
    [entry] = [each for each in await service.trash.contents() if each.job == FAILS]
    with pytest.raises(Conflict):
        await service.trash.restore(entry.id)


async def test_history_can_stay(engine: Harness, tmp_path: Path) -> None:
    service = engine.service
    run = await ran(engine, ECHO)
    entry = await service.trash.delete(ECHO, keep_history=True)
    assert (entry.history, entry.runs) == (False, 0)
    assert str(ECHO) not in await names(engine)
    assert (data(engine, ECHO) / run.ref.run).exists()
    await deploy(engine, make_folder(tmp_path / "echo", {"run.sh": "echo x\n"}), ECHO)
    assert await service.runs(ECHO) == [run]


async def test_what_runs_is_ended_first(engine: Harness) -> None:
    service = engine.service
    run = await service.run(LONG)
    await engine.job(
        LONG,
        lambda job: (
            isinstance(job.phase, Busy)
            and job.latest_run is not None
            and job.latest_run.status is RunStatus.RUNNING
        ),
    )
    before = await engine.job(LOOP, lambda job: isinstance(job.phase, Running))
    long, loop = await asyncio.gather(service.trash.delete(LONG), service.trash.delete(LOOP))
    assert not {str(LONG), str(LOOP)} & await names(engine)
    assert isinstance(before.phase, Running) and not Path(f"/proc/{before.phase.pid}").exists()
    assert {each.id for each in await service.trash.contents()} == {long.id, loop.id}

    await service.trash.restore(long.id)
    await service.trash.restore(loop.id)
    latest = (await engine.job(LONG)).latest_run
    assert latest is not None and (latest.ref.run, latest.status) == (run, RunStatus.ABORTED)
    after = await engine.job(LOOP, lambda job: isinstance(job.phase, Running))
    assert isinstance(after.phase, Running) and after.phase.pid != before.phase.pid


async def test_what_names_nothing_is_refused(engine: Harness) -> None:
    trash = engine.service.trash
    for name in ("nobody", "..", "a/b", ""):
        with pytest.raises(JobNotFound):
            await trash.delete(JobId(JobType.TRIGGERED, name))
    for id in ("nothing", "..", "../jobs", "", "a\0b", "x" * 300, "triggered.echo.20260101T000000000000"):
        with pytest.raises(TrashNotFound):
            await trash.restore(id)
    assert await trash.contents() == []
    assert str(ECHO) in await names(engine)
