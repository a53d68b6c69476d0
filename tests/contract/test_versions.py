"""The definition of VersionService."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deploying import LOOPING, deploy, make_folder, make_zip, output, ran
from tests.support.harness import Harness
from wjtui.model.deploys import FileState, WhenRunning
from wjtui.model.errors import Conflict, InvalidRequest, JobNotFound, VersionNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Idle, Job, Running
from wjtui.model.runs import RunRef, RunStatus
from wjtui.model.versions import Cause, Version

NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
ECHO = JobId(JobType.TRIGGERED, "echo")


def facts(version: Version) -> tuple[int, Cause, str, bool]:
    return version.number, version.cause, version.note, version.current


async def two_versions(engine: Harness, tmp_path: Path) -> None:
    first = {"run.sh": "echo one\n", "lib/a b.txt": "one\n", "same.txt": "same\n"}
    await deploy(engine, make_zip(tmp_path / "one.zip", first), NIGHTLY, by="UI - me")
    second = {"run.sh": "echo two\n", "new.txt": "new\n", "same.txt": "same\n"}
    await deploy(engine, make_zip(tmp_path / "two.zip", second), NIGHTLY, by="CLI - me")


async def test_versions_are_counted_compared_and_gone_back_to(engine: Harness, tmp_path: Path) -> None:
    versions = engine.service.versions
    await two_versions(engine, tmp_path)
    second, first = await versions.of(NIGHTLY)
    assert facts(second) == (2, Cause.DEPLOY, "two.zip", True)
    assert facts(first) == (1, Cause.DEPLOY, "one.zip", False)
    assert (second.by, first.by) == ("CLI - me", "UI - me")
    assert second.at is not None and first.at is not None and second.at >= first.at
    assert (first.files, first.size) == (3, len("echo one\n") + len("one\n") + len("same\n"))

    changes = {change.path: change for change in await versions.compare(NIGHTLY, 1)}
    assert {path: change.state for path, change in changes.items()} == {
        "run.sh": FileState.CHANGED,
        "lib/a b.txt": FileState.ADDED,
        "new.txt": FileState.REMOVED,
    }
    assert (changes["run.sh"].added, changes["run.sh"].removed) == (1, 1)
    assert list(changes) == sorted(changes)
    lines = (await versions.diff(NIGHTLY, 1, "run.sh")).splitlines()
    assert {"-echo two", "+echo one"} <= set(lines)
    assert "+one" in await versions.diff(NIGHTLY, 1, "lib/a b.txt")
    assert await versions.diff(NIGHTLY, 1, "same.txt") == ""
    assert await versions.compare(NIGHTLY, 2) == []
    assert await versions.diff(NIGHTLY, 2, "run.sh") == ""

    back = await versions.roll_back(NIGHTLY, by="UI - me")
    assert facts(back) == (3, Cause.ROLLBACK, "version 1", True)
    assert "INFO] one\n" in await output(engine, await ran(engine, NIGHTLY))
    assert (engine.site.folder(NIGHTLY) / "lib" / "a b.txt").read_text() == "one\n"
    assert not (engine.site.folder(NIGHTLY) / "new.txt").exists()
    assert await versions.compare(NIGHTLY, 1) == []
    # The way back has a way back, in a name of any case.
    again = await versions.roll_back(JobId(JobType.TRIGGERED, "NIGHTLY"), 2)
    assert facts(again) == (4, Cause.ROLLBACK, "version 2", True)
    assert "INFO] two\n" in await output(engine, await ran(engine, NIGHTLY))
    assert [version.number for version in await versions.of(NIGHTLY)] == [4, 3, 2, 1]
    assert not any((engine.site.jobs / ".wjtui").glob("*"))


async def test_settings_alone_are_versions_too(engine: Harness, tmp_path: Path) -> None:
    versions, settings = engine.service.versions, engine.service.settings
    await two_versions(engine, tmp_path)
    await settings.save(NIGHTLY, '{"stopping_wait_time": 7}', by="UI - me")
    await settings.save(NIGHTLY, '{"stopping_wait_time": 8}')
    assert [facts(version)[:2] for version in await versions.of(NIGHTLY)] == [
        (4, Cause.SETTINGS),
        (3, Cause.SETTINGS),
        (2, Cause.DEPLOY),
        (1, Cause.DEPLOY),
    ]
    [change] = await versions.compare(NIGHTLY, 3)
    assert (change.path, change.state) == ("settings.job", FileState.CHANGED)
    diff = await versions.diff(NIGHTLY, 3, "settings.job")
    assert '-{"stopping_wait_time": 8}' in diff and '+{"stopping_wait_time": 7}' in diff
    [change] = await versions.compare(NIGHTLY, 2)
    assert (change.path, change.state) == ("settings.job", FileState.REMOVED)

    assert (await versions.roll_back(NIGHTLY, 3)).number == 5
    await engine.job(NIGHTLY, lambda job: job.settings.stopping_wait_time == 7)
    assert (await versions.roll_back(NIGHTLY, 2)).number == 6
    assert not (engine.site.folder(NIGHTLY) / "settings.job").exists()
    assert (await versions.roll_back(NIGHTLY, 1)).number == 7
    assert "INFO] one\n" in await output(engine, await ran(engine, NIGHTLY))


async def test_a_job_that_nobody_deployed_has_one_version(engine: Harness) -> None:
    versions = engine.service.versions
    [only] = await versions.of(JobId(JobType.TRIGGERED, "eCHO"))
    assert facts(only) == (1, Cause.UNKNOWN, "", True)
    assert only.at is None
    assert only.files == 2
    with pytest.raises(VersionNotFound):
        await versions.roll_back(ECHO)
    for number in (0, 2, -1, 10**6):
        for call in (
            versions.compare(ECHO, number),
            versions.diff(ECHO, number, "run.sh"),
            versions.roll_back(ECHO, number),
        ):
            with pytest.raises(VersionNotFound):
                await call
    with pytest.raises(Conflict):
        await versions.roll_back(ECHO, 1)
    for path in ("../run.sh", "/etc/passwd", "..", "", "a\0b"):
        with pytest.raises(InvalidRequest):
            await versions.diff(ECHO, 1, path)
    for name in ("nobody", "..", "a/b", ""):
        unknown = JobId(JobType.TRIGGERED, name)
        with pytest.raises(JobNotFound):
            await versions.of(unknown)
        with pytest.raises(JobNotFound):
            await versions.compare(unknown, 1)
        with pytest.raises(JobNotFound):
            await versions.diff(unknown, 1, "run.sh")
        with pytest.raises(JobNotFound):
            await versions.roll_back(unknown)


async def test_what_runs_meanwhile_is_refreshed_waited_for_or_stopped(
    engine: Harness, tmp_path: Path
) -> None:
    service = engine.service

    def running(job: Job) -> bool:
        return isinstance(job.phase, Running)

    def under_way(job: Job) -> bool:
        latest = job.latest_run
        return isinstance(job.phase, Busy) and latest is not None and latest.status is RunStatus.RUNNING

    source = make_folder(tmp_path / "source", {"run.sh": LOOPING})
    loop, long = JobId(JobType.CONTINUOUS, "mine"), JobId(JobType.TRIGGERED, "mine")
    for text in ("first", "second"):
        (source / "note.txt").write_text(text)
        await deploy(engine, source, loop)
        await deploy(engine, source, long)
    before = await engine.job(loop, running)
    assert (await service.versions.roll_back(loop)).number == 3
    await engine.job(loop, lambda job: running(job) and job.phase != before.phase)

    run = await service.run(long)
    await engine.job(long, under_way)
    assert (await service.versions.roll_back(long)).number == 3
    assert (await service.get_run(RunRef(long, run))).status is RunStatus.RUNNING
    waiting = await service.versions.roll_back(long, 2, running=WhenRunning.AFTER)
    assert not waiting.current
    assert (await service.versions.of(long))[0].number == 3
    with pytest.raises(Conflict):
        await service.versions.roll_back(long, 1)
    await service.cancel(RunRef(long, run))
    note = engine.site.folder(long) / "note.txt"
    await engine.until(lambda snapshot: note.read_text() == "second")
    await engine.job(long, lambda job: job.phase == Idle())
    run = await service.run(long)
    await engine.job(long, under_way)
    stopped = await service.versions.roll_back(long, 1, running=WhenRunning.STOP)
    assert stopped.number == 5
    assert (await service.get_run(RunRef(long, run))).status is RunStatus.ABORTED
    assert note.read_text() == "first"
