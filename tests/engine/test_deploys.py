"""Deploys with real processes: new jobs, new versions, runs that are going, and what is refused."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import zipfile
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when, run_to_end, until
from tests.support.patience import eventually
from wjtui.engine.deploy import switch as switching
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.engine import Engine
from wjtui.model.deploys import Deployed, DeployPlan, FileState, PlannedJob, Weight, WhenRunning
from wjtui.model.errors import Conflict, DeployRejected, EngineStopping, InvalidRequest, JobNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Idle, Running, Stopped
from wjtui.model.runs import RunRef, RunStatus
from wjtui.support.locks import FileLock

POLITE = 'echo v{0}; while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done\n'
GOES_ON = """\
touch "{0}/began"
while [ ! -e "{0}/go" ] && [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done
cat "$(dirname "$0")/text"
"""
REPORT = JobId(JobType.TRIGGERED, "report")
WORKER = JobId(JobType.CONTINUOUS, "worker")


def make_package(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these files."""
    folder = folder / f"package-{secrets.token_hex(4)}"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


async def stage(engine: Engine, source: Path) -> str:
    token = secrets.token_hex(16)
    package = await engine.service.deploys.stage(source, token)
    assert package.ok, package.findings
    return token


async def deploy(
    engine: Engine, source: Path, job: JobId, running: WhenRunning = WhenRunning.NOW, by: str = ""
) -> Deployed:
    plan = DeployPlan((PlannedJob(job),), running)
    return await engine.service.deploys.commit(await stage(engine, source), plan, by=by)


async def codes(engine: Engine, token: str, plan: DeployPlan) -> dict[str, str]:
    """The findings of a plan's jobs that are more than passed."""
    preview = await engine.service.deploys.preview(token, plan)
    found = (each for job in preview.jobs for each in job.findings)
    return {each.code: each.text for each in found if each.weight is not Weight.PASSED}


async def test_a_new_job_is_there_at_once_and_a_new_version_takes_its_place(rig: Rig, tmp_path: Path) -> None:
    engine = await rig.start()
    first = await deploy(engine, make_package(tmp_path, {"run.sh": "echo one\n"}), REPORT, by="UI - root")
    assert [(each.version, each.replaced) for each in first.jobs] == [(1, None)]
    run = await run_to_end(engine, REPORT, await engine.service.run(REPORT))
    assert "one" in rig.output(run.ref)
    again = await deploy(engine, make_package(tmp_path, {"run.sh": "echo two\n"}), REPORT)
    assert [(each.version, each.replaced) for each in again.jobs] == [(2, 1)]
    run = await run_to_end(engine, REPORT, await engine.service.run(REPORT))
    assert "two" in rig.output(run.ref)
    assert len(await engine.service.runs(REPORT)) == 2
    notices = [each.text for each in (await engine.service.snapshot()).notices]
    assert "deployed version 1" in notices and "deployed version 2" in notices
    assert not list(rig.site.jobs.glob(".wjtui/*"))


async def test_a_zip_of_several_jobs_is_put_in_place_as_far_as_it_is_wanted(rig: Rig, tmp_path: Path) -> None:
    engine = await rig.start()
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        archive.writestr("app_data/jobs/triggered/report/run.sh", "echo\n")
        archive.writestr("app_data/jobs/continuous/worker/run.sh", POLITE.format(1))
        archive.writestr("app_data/jobs/triggered/broken/readme.txt", "no script\n")
    token = secrets.token_hex(16)
    package = await engine.service.deploys.stage(tmp_path / "site.zip", token)
    at = {job.name: job.at for job in package.jobs}
    whole = DeployPlan(tuple(PlannedJob(JobId(JobType.TRIGGERED, name), at[name]) for name in at))
    with pytest.raises(DeployRejected, match="No runnable script"):
        await engine.service.deploys.commit(token, whole)
    with pytest.raises(JobNotFound):
        await engine.service.runs(REPORT)
    plan = DeployPlan((PlannedJob(REPORT, at["report"]), PlannedJob(WORKER, at["worker"])))
    done = await engine.service.deploys.commit(token, plan)
    assert [each.id for each in done.jobs] == [REPORT, WORKER]
    await job_when(engine, WORKER, lambda job: isinstance(job.phase, Running))
    with pytest.raises(InvalidRequest):
        await engine.service.deploys.preview(token, plan)


async def test_a_continuous_job_is_refreshed_once_and_at_once(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.continuous("worker", {"run.sh": POLITE.format(1)})
    engine = await rig.start()
    await job_when(engine, job, lambda job: isinstance(job.phase, Running))
    await deploy(engine, make_package(tmp_path, {"run.sh": POLITE.format(2)}), job)
    await eventually(lambda: "v2" in rig.app_log(job))
    await job_when(engine, job, lambda job: isinstance(job.phase, Running))
    log = rig.job_log(job)
    assert log.count("Detected WebJob file/s were updated, refreshing WebJob") == 1
    assert log.count("Status changed to Starting") == 2
    launches = await engine.service.launches(job)
    assert [each.reason for each in launches] == ["", "redeploy"]


async def test_a_stopped_job_that_is_stopped_first_starts_again(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.continuous("worker", {"run.sh": POLITE.format(1)})
    engine = await rig.start()
    await job_when(engine, job, lambda job: isinstance(job.phase, Running))
    source = make_package(tmp_path, {"run.sh": POLITE.format(2)})
    await deploy(engine, source, job, WhenRunning.STOP)
    await eventually(lambda: "v2" in rig.app_log(job))


async def test_a_disabled_job_is_enabled_by_a_version_without_disable_job(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.continuous("worker", {"run.sh": POLITE.format(1), "disable.job": ""})
    engine = await rig.start()
    await job_when(engine, job, lambda job: isinstance(job.phase, Stopped))
    token = await stage(engine, make_package(tmp_path, {"run.sh": POLITE.format(2)}))
    plan = DeployPlan((PlannedJob(job),))
    assert "disabled" in await codes(engine, token, plan)
    await engine.service.deploys.commit(token, plan)
    await job_when(engine, job, lambda job: isinstance(job.phase, Running) and not job.disabled)
    token = await stage(engine, make_package(tmp_path, {"run.sh": POLITE.format(3), "disable.job": ""}))
    assert "disabled" not in await codes(engine, token, plan)
    await engine.service.deploys.commit(token, plan)
    await job_when(engine, job, lambda job: isinstance(job.phase, Stopped) and job.disabled)


async def test_a_run_that_is_going_goes_on_from_its_working_copy(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": GOES_ON.format(tmp_path), "text": "old words"})
    engine = await rig.start()
    run = await engine.service.run(job)
    await eventually((tmp_path / "began").exists)
    token = await stage(
        engine, make_package(tmp_path, {"run.sh": GOES_ON.format(tmp_path), "text": "new words"})
    )
    plan = DeployPlan((PlannedJob(job),))
    preview = (await engine.service.deploys.preview(token, plan)).jobs[0]
    assert preview.run == run and preview.live and not preview.in_place and preview.replaces == 1
    assert [(each.path, each.state) for each in preview.changes] == [("text", FileState.CHANGED)]
    assert preview.same == 1
    assert "+new words" in await engine.service.deploys.diff(token, plan.jobs[0], "text")
    await engine.service.deploys.commit(token, plan)
    (tmp_path / "go").touch()
    assert (await run_to_end(engine, job, run)).status is RunStatus.SUCCESS
    assert "old words" in rig.output(RunRef(job, run))
    run = await engine.service.run(job)
    await run_to_end(engine, job, run)
    assert "new words" in rig.output(RunRef(job, run))


async def test_a_run_in_the_jobs_folder_forbids_to_switch_at_once(rig: Rig, tmp_path: Path) -> None:
    files = {"run.sh": GOES_ON.format(tmp_path), "text": "old words"}
    job = rig.site.triggered("report", files, {"is_in_place": True})
    engine = await rig.start()
    run = await engine.service.run(job)
    await job_when(engine, job, lambda job: isinstance(job.phase, Busy))
    source = make_package(tmp_path, {"run.sh": "echo new words\n"})
    token = await stage(engine, source)
    for _ in range(2):  # a refusal leaves what is staged as it was
        with pytest.raises(Conflict, match=r"\(after\).*\(stop\)"):
            await engine.service.deploys.commit(token, DeployPlan((PlannedJob(job),)))
    stopping = DeployPlan((PlannedJob(job),), WhenRunning.STOP)
    assert not (await engine.service.deploys.commit(token, stopping)).waiting
    ended = await engine.service.get_run(RunRef(job, run))
    assert ended.status is RunStatus.ABORTED
    assert (rig.site.folder(job) / "run.sh").read_text() == "echo new words\n"


@pytest.mark.parametrize("in_place", [True, False])
async def test_a_deploy_waits_for_a_run_and_can_be_called_off(
    rig: Rig, tmp_path: Path, in_place: bool
) -> None:
    files = {"run.sh": GOES_ON.format(tmp_path), "text": "old words"}
    job = rig.site.triggered("report", files, {"is_in_place": in_place})
    engine = await rig.start()
    run = await engine.service.run(job)
    await job_when(engine, job, lambda job: isinstance(job.phase, Busy))
    after = DeployPlan((PlannedJob(job),), WhenRunning.AFTER)
    token = await stage(engine, make_package(tmp_path, {"run.sh": "echo never\n"}))
    assert (await engine.service.deploys.commit(token, after)).waiting
    with pytest.raises(Conflict, match="another deploy"):
        await deploy(engine, make_package(tmp_path, {"run.sh": "echo\n"}), job)
    await engine.service.deploys.discard(token)
    assert not (rig.site.jobs / ".wjtui" / token).exists()
    token = await stage(engine, make_package(tmp_path, {"run.sh": "echo new\n"}))
    deployed = await engine.service.deploys.commit(token, after)
    assert deployed.waiting and deployed.jobs[0].version == 2
    assert (rig.site.folder(job) / "text").exists()
    (tmp_path / "go").touch()
    assert (await run_to_end(engine, job, run)).status is RunStatus.SUCCESS
    await until(engine, lambda snapshot: any(n.text == "deployed version 2" for n in snapshot.notices))
    assert (rig.site.folder(job) / "run.sh").read_text() == "echo new\n"


async def test_a_deploy_that_waits_outlives_the_engine(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": GOES_ON.format(tmp_path), "text": ""})
    engine = await rig.start()
    await engine.service.run(job)
    await job_when(engine, job, lambda job: isinstance(job.phase, Busy))
    source = make_package(tmp_path, {"run.sh": "echo new\n"})
    assert (await deploy(engine, source, job, WhenRunning.AFTER)).waiting
    await engine.stop(now=True)
    assert (rig.site.folder(job) / "text").exists()
    engine = await rig.start()
    assert (rig.site.folder(job) / "run.sh").read_text() == "echo new\n"
    assert [each.number for each in await engine.service.versions.of(job)] == [2, 1]


async def test_a_run_of_another_instance_is_waited_for_too(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo\n"}, {"is_in_place": True})
    engine = await rig.start()
    rig.data(job).mkdir(parents=True, exist_ok=True)
    other = FileLock(rig.data(job) / "triggeredJob.lock")
    assert other.acquire("run now pid 1 instance two")
    source = make_package(tmp_path, {"run.sh": "echo new\n"})
    with pytest.raises(Conflict, match="runs in its folder"):
        await deploy(engine, source, job)
    assert (await deploy(engine, source, job, WhenRunning.AFTER)).waiting
    assert (rig.site.folder(job) / "run.sh").read_text() == "echo\n"
    other.release()
    await until(engine, lambda snapshot: any(n.text == "deployed version 2" for n in snapshot.notices))
    assert (rig.site.folder(job) / "run.sh").read_text() == "echo new\n"


async def test_two_at_once(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo\n"})
    engine = await rig.start()
    tokens = [await stage(engine, make_package(tmp_path, {"run.sh": f"echo {n}\n"})) for n in range(2)]
    plan = DeployPlan((PlannedJob(job),))
    commits = (engine.service.deploys.commit(token, plan) for token in tokens)
    done = await asyncio.gather(*commits, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Conflict", "Deployed"]
    assert [each.number for each in await engine.service.versions.of(job)] == [2, 1]


async def test_every_refusal_is_told_at_once(rig: Rig, tmp_path: Path) -> None:
    rig.site.triggered("Report", {"run.sh": "echo\n"})
    (rig.site.jobs / "triggered" / "taken").write_text("a file")
    engine = await rig.start()
    token = await stage(engine, make_package(tmp_path, {"run.sh": "echo\n"}))
    names = {
        "report": "name-case",
        "n" * 64: "name",
        "no way": "name",
        "../up": "name",
        "taken": "place",
    }
    for name, code in names.items():
        plan = DeployPlan((PlannedJob(JobId(JobType.TRIGGERED, name), settings_text="{,"),))
        found = await codes(engine, token, plan)
        assert {code, "settings-invalid"} <= found.keys(), name
        with pytest.raises(DeployRejected) as refused:
            await engine.service.deploys.commit(token, plan)
        assert found[code] in refused.value.message and found["settings-invalid"] in refused.value.message
    plan = DeployPlan((PlannedJob(JobId(JobType.CONTINUOUS, "report")),))
    assert "other-type" in await codes(engine, token, plan)
    twice = DeployPlan((PlannedJob(REPORT), PlannedJob(REPORT)))
    with pytest.raises(DeployRejected):
        await engine.service.deploys.commit(token, twice)
    with pytest.raises(InvalidRequest, match="no job"):
        await engine.service.deploys.commit(token, DeployPlan(()))
    await engine.service.deploys.discard(token)
    assert not list(rig.site.jobs.glob(".wjtui/*"))


async def test_settings_and_line_ends_are_edited_before_the_switch(rig: Rig, tmp_path: Path) -> None:
    engine = await rig.start()
    source = make_package(tmp_path, {"run.sh": "echo one\r\n", "settings.job": '{"schedule": "0 0 0 1 1 *"}'})
    token = await stage(engine, source)
    planned = PlannedJob(REPORT, settings_text='{"stopping_wait_time": 3}')
    plan = DeployPlan((planned,), fix_line_ends=True)
    assert "+{" in await engine.service.deploys.diff(token, planned, "settings.job")
    await engine.service.deploys.commit(token, plan)
    job = await job_when(engine, REPORT)
    assert job.settings.stopping_wait_time == 3 and job.schedule is None
    assert (rig.site.folder(REPORT) / "run.sh").read_bytes() == b"echo one\n"
    token = await stage(engine, source)
    await engine.service.deploys.commit(token, DeployPlan((PlannedJob(REPORT, settings_text=""),)))
    assert not (rig.site.folder(REPORT) / "settings.job").exists()


async def test_a_full_disk_in_the_middle_changes_nothing(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo old\n"})
    engine = await rig.start()
    token = await stage(engine, make_package(tmp_path, {"run.sh": "echo new\r\n"}))
    plan = DeployPlan((PlannedJob(job, settings_text="{}"),), fix_line_ends=True)

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "disk")

    for place, name in ((VersionStore, "prepare"), (switching, "write_journal"), (VersionStore, "settle")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, full)
            with pytest.raises(Conflict, match="No space left"):
                await engine.service.deploys.commit(token, plan)
        assert (rig.site.folder(job) / "run.sh").read_text() == "echo old\n"
        assert [each.number for each in await engine.service.versions.of(job)] == [1]
    staged = rig.site.jobs / ".wjtui" / token / "package"
    assert [path.name for path in staged.iterdir()] == ["run.sh"]
    assert (staged / "run.sh").read_bytes() == b"echo new\r\n"
    assert (await engine.service.deploys.commit(token, plan)).jobs[0].version == 2


async def test_a_job_that_is_a_link_is_not_replaced(rig: Rig, tmp_path: Path) -> None:
    source = make_package(tmp_path, {"run.sh": "echo linked\n"})
    (rig.site.jobs / "triggered").mkdir()
    (rig.site.jobs / "triggered" / "report").symlink_to(source)
    engine = await rig.start()
    with pytest.raises(DeployRejected, match="is a link"):
        await deploy(engine, make_package(tmp_path, {"run.sh": "echo\n"}), REPORT)


async def test_jobs_go_to_the_secondary_folder_where_the_primary_is_read_only(
    rig: Rig, tmp_path: Path
) -> None:
    rig.site.triggered("packed", {"run.sh": "echo\n"})
    rig.environment["WEBSITE_RUN_FROM_PACKAGE"] = "1"
    engine = await rig.start()
    await deploy(engine, make_package(tmp_path, {"run.sh": "echo\n"}), REPORT)
    assert (rig.root / "site" / "jobs" / "triggered" / "report" / "run.sh").is_file()
    with pytest.raises(DeployRejected, match="read-only"):
        packed = JobId(JobType.TRIGGERED, "packed")
        await deploy(engine, make_package(tmp_path, {"run.sh": "echo\n"}), packed)


async def test_one_package_is_not_put_in_place_twice_at_once(rig: Rig, tmp_path: Path) -> None:
    engine = await rig.start()
    token = await stage(engine, make_package(tmp_path, {"run.sh": "echo\n"}))
    plans = [DeployPlan((PlannedJob(JobId(JobType.TRIGGERED, name)),)) for name in ("one", "two")]
    commits = [engine.service.deploys.commit(token, plan) for plan in plans]
    discard = engine.service.deploys.discard(token)
    done = await asyncio.gather(*commits, discard, return_exceptions=True)
    assert [type(each).__name__ for each in done] == ["Deployed", "Conflict", "Conflict"]
    await job_when(engine, JobId(JobType.TRIGGERED, "one"))


async def test_a_client_that_goes_away_does_not_cut_a_switch_short(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo old\n"})
    engine = await rig.start()
    token = await stage(engine, make_package(tmp_path, {"run.sh": "echo new\n"}))
    commit = asyncio.create_task(engine.service.deploys.commit(token, DeployPlan((PlannedJob(job),))))
    await eventually(lambda: engine.service._work._tasks)
    commit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await commit
    await until(engine, lambda snapshot: any(n.text == "deployed version 2" for n in snapshot.notices))
    assert (rig.site.folder(job) / "run.sh").read_text() == "echo new\n"


async def test_an_engine_that_ends_takes_no_deploys(rig: Rig, tmp_path: Path) -> None:
    engine = await rig.start()
    token = await stage(engine, make_package(tmp_path, {"run.sh": "echo\n"}))
    await engine.stop(now=True)
    for call in (
        engine.service.deploys.commit(token, DeployPlan((PlannedJob(REPORT),))),
        engine.service.deploys.stage(tmp_path, token),
        engine.service.trash.restore("x"),
    ):
        with pytest.raises(EngineStopping):
            await call


async def test_idle_stays_idle(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo\n"})
    engine = await rig.start()
    done = await deploy(engine, make_package(tmp_path, {"run.sh": "echo 2\n"}), job, WhenRunning.AFTER)
    assert not done.waiting
    assert (await job_when(engine, job)).phase == Idle()
