"""Jobs that are deleted while they run, and that come back."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when, run_to_end, until
from tests.support.patience import PATIENCE, eventually
from wjtui.engine.deploy import claims
from wjtui.engine.deploy import trash as trashing
from wjtui.engine.deploy.job_trash import JobTrash
from wjtui.engine.engine import Engine
from wjtui.model.deploys import DeployPlan, PlannedJob
from wjtui.model.errors import Conflict, JobNotFound, TrashNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Running, Stopped
from wjtui.model.runs import RunRef, RunStatus
from wjtui.model.versions import Cause, Trashed

POLITE = """\
echo up
touch "{0}/up"
while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done
touch "{0}/polite"
"""
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.05; done\n"


async def gone(engine: Engine, job: JobId) -> None:
    await until(engine, lambda snapshot: all(known.id.key != job.key for known in snapshot.jobs))


async def deploy(engine: Engine, folder: Path, job: JobId, files: dict[str, str]) -> int:
    source = folder / secrets.token_hex(4)
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text)
    token = secrets.token_hex(16)
    await engine.service.deploys.stage(source, token)
    done = await engine.service.deploys.commit(token, DeployPlan((PlannedJob(job),)))
    return done.jobs[0].version


def parts(rig: Rig, id: str) -> set[str]:
    return {path.name for path in (rig.root / "data" / "wjtui" / "trash" / "jobs" / id).iterdir()}


async def test_a_job_is_deleted_with_all_it_has_and_comes_back_as_it_was(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"}, {"schedule": "0 0 0 1 1 *"})
    engine = await rig.start()
    await deploy(engine, tmp_path, job, {"run.sh": "echo 2\n", "settings.job": '{"schedule":"0 0 0 1 1 *"}'})
    run = await run_to_end(engine, job, await engine.service.run(job))
    trashed = await engine.service.trash.delete(JobId(job.type, "REPORT"))
    assert (trashed.job, trashed.runs, trashed.history) == (job, 1, True)
    assert trashed.until - trashed.at == timedelta(days=7) and trashed.files > 3 and trashed.size > 0
    await gone(engine, job)
    assert parts(rig, trashed.id) == {"entry.json", "entry.lock", "files", "data", "versions"}
    assert not rig.site.folder(job).exists() and not rig.data(job).exists()
    assert not (engine.site.job_temp(job)).exists() and not engine._scheduler.has_work
    with pytest.raises(JobNotFound):
        await engine.service.trash.delete(job)
    assert await engine.service.trash.contents() == [trashed]
    assert await engine.service.trash.restore(trashed.id) == job
    await job_when(engine, job, lambda job: job.schedule is not None)
    assert (await engine.service.runs(job))[0].ref == run.ref
    current, before = await engine.service.versions.of(job)
    assert (current.number, current.cause, before.number) == (2, Cause.RESTORE, 1)
    assert await engine.service.trash.contents() == []
    with pytest.raises(TrashNotFound):
        await engine.service.trash.restore(trashed.id)
    again = await run_to_end(engine, job, await engine.service.run(job))
    assert again.status is RunStatus.SUCCESS


async def test_a_run_that_is_going_ends_aborted_before_its_data_goes(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": POLITE.format(tmp_path)})
    engine = await rig.start()
    run = await engine.service.run(job)
    await eventually((tmp_path / "up").exists)
    trashed = await engine.service.trash.delete(job)
    assert (tmp_path / "polite").exists()
    assert trashed.runs == 1
    await engine.service.trash.restore(trashed.id)
    ended = await engine.service.get_run(RunRef(job, run))
    assert ended.status is RunStatus.ABORTED and "deleted" in rig.output(ended.ref)


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_continuous_job_is_stopped_gracefully_then_killed(
    rig: Rig, tmp_path: Path, stubborn: bool
) -> None:
    script = STUBBORN if stubborn else POLITE.format(tmp_path)
    job = rig.site.continuous("worker", {"run.sh": script}, {"stopping_wait_time": 1 if stubborn else 5})
    engine = await rig.start()
    phase = (await job_when(engine, job, lambda job: isinstance(job.phase, Running))).phase
    assert isinstance(phase, Running)
    await eventually(lambda: "up" in rig.app_log(job))
    trashed = await engine.service.trash.delete(job)
    assert not os.path.exists(f"/proc/{phase.pid}")
    assert (tmp_path / "polite").exists() is not stubborn
    await gone(engine, job)
    assert "logs" in parts(rig, trashed.id)
    assert not list((rig.root / "LogFiles" / "Application").iterdir())
    await engine.service.trash.restore(trashed.id)
    back = await job_when(engine, job, lambda job: isinstance(job.phase, Running))
    assert len(await engine.service.launches(job)) == 2 and not back.disabled


async def test_a_job_that_is_made_anew_has_no_history(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    engine = await rig.start()
    await run_to_end(engine, job, await engine.service.run(job))
    await deploy(engine, tmp_path, job, {"run.sh": "echo 2\n"})
    trashed = await engine.service.trash.delete(job)
    other = JobId(JobType.TRIGGERED, "REPORT")
    assert await deploy(engine, tmp_path, other, {"run.sh": "echo 3\n"}) == 1
    assert await engine.service.runs(other) == []
    assert [each.number for each in await engine.service.versions.of(other)] == [1]
    with pytest.raises(Conflict, match="'REPORT' again"):
        await engine.service.trash.restore(trashed.id)
    await engine.service.trash.delete(other)
    await engine.service.trash.restore(trashed.id)
    assert [each.number for each in await engine.service.versions.of(job)] == [2, 1]
    assert len(await engine.service.runs(job)) == 1


async def test_history_that_is_kept_stays_in_place(rig: Rig) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    engine = await rig.start()
    run = await run_to_end(engine, job, await engine.service.run(job))
    trashed = await engine.service.trash.delete(job, keep_history=True)
    assert (trashed.runs, trashed.history) == (0, False)
    assert (rig.data(job) / run.ref.run / "output_log.txt").is_file()
    await engine.service.trash.restore(trashed.id)
    assert (await engine.service.runs(job))[0].ref == run.ref


async def test_what_cannot_be_moved_stays_as_it_was_and_stopped(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trashing, "_PAUSE_SECONDS", 0.01)
    job = rig.site.continuous("worker", {"run.sh": POLITE.format(tmp_path)})
    engine = await rig.start()
    for name in ("write_down", "hide", "take_in"):
        await engine.service.start(job)
        await job_when(engine, job, lambda job: isinstance(job.phase, Running))
        tries = 0

        def refused(*args: object, **options: object) -> None:
            nonlocal tries
            tries += 1
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), "place")

        with monkeypatch.context() as patch:
            patch.setattr(JobTrash, name, refused)
            with pytest.raises(Conflict, match="could not be moved to the trash"):
                await engine.service.trash.delete(job)
        assert tries == (1 if name == "write_down" else 3)
        await job_when(engine, job, lambda job: isinstance(job.phase, Stopped) and job.disabled)
        assert await engine.service.trash.contents() == []
        assert not list((rig.root / "data" / "wjtui" / "trash" / "jobs").glob("*"))
        assert "up" in rig.app_log(job)
    await engine.service.trash.delete(job)
    await gone(engine, job)


async def test_a_job_that_hides_another_one_is_not_deleted(rig: Rig) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    other = rig.root / "site" / "jobs" / "triggered" / "report"
    other.mkdir(parents=True)
    (other / "run.sh").write_text("echo 2\n")
    engine = await rig.start()
    with pytest.raises(Conflict, match="hides"):
        await engine.service.trash.delete(job)
    assert (rig.site.folder(job) / "run.sh").is_file()


async def test_what_is_seen_in_the_trash_can_be_brought_back_at_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow disk Enter was answered with "is being deleted: try again when that is over"."""
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    engine = await rig.start()
    trash, over, take_in = engine.service.trash, threading.Event(), JobTrash.take_in

    def slow(self: JobTrash, id: str) -> Trashed:
        taken = take_in(self, id)
        over.wait()
        return taken

    monkeypatch.setattr(JobTrash, "take_in", slow)
    deleting = asyncio.create_task(trash.delete(job), name="delete")
    try:
        async with asyncio.timeout(PATIENCE):
            while not (seen := await trash.contents()):  # noqa: ASYNC110 (a disk tells nobody)
                await asyncio.sleep(0.01)
        back = asyncio.create_task(trash.restore(seen[0].id), name="restore")
        await asyncio.wait([back], timeout=0.1)
    finally:
        over.set()
    assert await deleting == seen[0] and await back == job
    assert await trash.contents() == [] and (rig.site.folder(job) / "run.sh").is_file()


async def test_nothing_else_is_done_with_a_job_that_is_being_deleted(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "PATIENCE_SECONDS", 0)
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    engine = await rig.start()
    source = tmp_path / "source"
    source.mkdir()
    (source / "run.sh").write_text("echo\n")
    token = secrets.token_hex(16)
    await engine.service.deploys.stage(source, token)
    engine.service.deploys._claims.take("is being deleted", job)
    plan = DeployPlan((PlannedJob(job),))
    preview = (await engine.service.deploys.preview(token, plan)).jobs[0]
    assert "busy" in [each.code for each in preview.findings]
    for call in (
        engine.service.deploys.commit(token, plan),
        engine.service.trash.delete(job),
        engine.service.settings.save(job, "{}"),
    ):
        with pytest.raises(Conflict, match="is being deleted"):
            await call
