"""The definition of DeployService."""

from __future__ import annotations

import asyncio
import contextlib
import os
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.support.deploying import LOOPING, deploy, make_folder, make_zip, new_token, output, ran
from tests.support.harness import Harness
from tests.support.patience import PATIENCE, eventually
from wjtui.model.deploys import DeployPlan, FileState, PlannedJob, SourceKind, WhenRunning
from wjtui.model.errors import Conflict, DeployRejected, InvalidRequest, JobNotFound
from wjtui.model.events import DeployProgressed, Envelope
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Idle, Job, Running
from wjtui.model.runs import RunRef, RunStatus

NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
ECHO = JobId(JobType.TRIGGERED, "echo")
LONG = JobId(JobType.TRIGGERED, "long")
LOOP = JobId(JobType.CONTINUOUS, "loop")


def staged(engine: Harness) -> list[str]:
    """Tokens of what lies beside the jobs."""
    place = engine.site.jobs / ".wjtui"
    return os.listdir(place) if place.exists() else []


def running(job: Job) -> bool:
    return isinstance(job.phase, Running)


def under_way(job: Job) -> bool:
    latest = job.latest_run
    return isinstance(job.phase, Busy) and latest is not None and latest.status is RunStatus.RUNNING


async def version_of(engine: Harness, job: JobId) -> int:
    return (await engine.service.versions.of(job))[0].number


async def test_a_zip_comes_in_runs_and_is_replaced(engine: Harness, tmp_path: Path) -> None:
    deploys, token = engine.service.deploys, new_token()
    files = {"run.sh": "echo one\n", "lib/same.txt": "same\n", "gone.txt": "gone\n"}
    package = await deploys.stage(make_zip(tmp_path / "nightly.zip", files), token)
    assert package.ok, package.refusals
    assert (package.token, package.kind, package.name) == (token, SourceKind.ZIP, "nightly.zip")
    assert (package.files, package.size) == (3, sum(map(len, files.values())))
    [found] = package.jobs
    assert (found.at, found.id, found.name) == ("", None, "nightly")
    assert found.script is not None and found.script.path == "run.sh"

    plan = DeployPlan((PlannedJob(NIGHTLY, settings_text='{"stopping_wait_time": 1}'),))
    preview = await deploys.preview(token, plan)
    assert preview.refusals == ()
    [seen] = preview.jobs
    assert (seen.id, seen.replaces, seen.run, seen.live, seen.same) == (NIGHTLY, None, "", False, 0)
    assert {change.path: change.state for change in seen.changes} == dict.fromkeys(
        [*files, "settings.job"], FileState.ADDED
    )
    with pytest.raises(JobNotFound):
        await engine.service.versions.of(NIGHTLY)

    deployed = await deploys.commit(token, plan, by="UI - me")
    assert [(job.id, job.version, job.replaced) for job in deployed.jobs] == [(NIGHTLY, 1, None)]
    assert not deployed.waiting
    assert (await engine.job(NIGHTLY)).settings.stopping_wait_time == 1
    run = await ran(engine, NIGHTLY)
    assert run.status is RunStatus.SUCCESS
    assert "INFO] one\n" in await output(engine, run)
    with pytest.raises(InvalidRequest):
        await deploys.preview(token, plan)
    assert staged(engine) == []

    token = new_token()
    files = {"run.sh": "echo two\necho three\n", "lib/same.txt": "same\n", "new/a b.txt": "new\n"}
    await deploys.stage(make_zip(tmp_path / "other.zip", files), token, name="nightly-2.zip")
    again = DeployPlan((PlannedJob(NIGHTLY),))
    [seen] = (await deploys.preview(token, again)).jobs
    assert (seen.replaces, seen.same) == (1, 1)
    assert {change.path: change.state for change in seen.changes} == {
        "run.sh": FileState.CHANGED,
        "new/a b.txt": FileState.ADDED,
        "gone.txt": FileState.REMOVED,
        "settings.job": FileState.REMOVED,
    }
    [script] = [change for change in seen.changes if change.path == "run.sh"]
    assert (script.size, script.added, script.removed) == (len(files["run.sh"]), 2, 1)
    lines = (await deploys.diff(token, again.jobs[0], "run.sh")).splitlines()
    assert {"-echo one", "+echo two", "+echo three"} <= set(lines)
    assert await deploys.diff(token, again.jobs[0], "lib/same.txt") == ""
    assert "+new" in await deploys.diff(token, again.jobs[0], "new/a b.txt")
    assert "-gone" in await deploys.diff(token, again.jobs[0], "gone.txt")

    deployed = await deploys.commit(token, again)
    assert [(job.version, job.replaced) for job in deployed.jobs] == [(2, 1)]
    run = await ran(engine, NIGHTLY)
    assert "INFO] two\n" in await output(engine, run)
    folder = engine.site.folder(NIGHTLY)
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert present == set(files)
    assert (await engine.service.versions.of(NIGHTLY))[0].note == "nightly-2.zip"
    # Runs that were there stay.
    assert len(await engine.service.runs(NIGHTLY)) == 2


async def test_a_folder_and_a_script_come_in(engine: Harness, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "My mailer!", {"run.sh": "echo begun; " + LOOPING, "sub/x": ""})
    (folder / "sub" / "x").chmod(0o755)
    token = new_token()
    package = await engine.service.deploys.stage(folder, token)
    assert package.ok, package.refusals
    assert (package.kind, package.name, package.files) == (SourceKind.FOLDER, "My mailer!", 2)
    name = package.jobs[0].name
    assert name.startswith("My-mailer")
    mailer = JobId(JobType.CONTINUOUS, name)
    settings = '{"stopping_wait_time": 1}'
    await engine.service.deploys.commit(token, DeployPlan((PlannedJob(mailer, settings_text=settings),)))
    await engine.job(mailer, running)
    assert (engine.site.folder(mailer) / "sub" / "x").stat().st_mode & 0o777 == 0o755
    assert (folder / "run.sh").exists()

    script = tmp_path / "clean up.sh"
    script.write_text("echo cleaned\n")
    token = new_token()
    package = await engine.service.deploys.stage(script, token)
    assert package.ok, package.refusals
    assert (package.kind, package.files, package.jobs[0].name) == (SourceKind.SCRIPT, 1, "clean-up")
    clean = JobId(JobType.TRIGGERED, "clean-up")
    await engine.service.deploys.commit(token, DeployPlan((PlannedJob(clean),)))
    assert "INFO] cleaned\n" in await output(engine, await ran(engine, clean))


async def test_file_names_of_any_bytes_come_in(engine: Harness, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "odd", {"run.sh": "echo x\n", "line\nbreak": "", "ü &?#%41": ""})
    odd = os.fsencode(folder) + b"/na\xefve"
    Path(os.fsdecode(odd)).write_bytes(b"\xff\n")
    token, plan = new_token(), DeployPlan((PlannedJob(NIGHTLY),))
    package = await engine.service.deploys.stage(folder, token)
    assert package.ok, package.refusals
    [seen] = (await engine.service.deploys.preview(token, plan)).jobs
    paths = {change.path for change in seen.changes}
    assert len(paths) == 4 and {"line\nbreak", "ü &?#%41"} <= paths
    await engine.service.deploys.commit(token, plan)
    assert os.path.exists(os.fsencode(engine.site.folder(NIGHTLY)) + b"/na\xefve")


async def test_a_package_of_several_jobs_comes_in_all_or_none(engine: Harness, tmp_path: Path) -> None:
    deploys, token = engine.service.deploys, new_token()
    files = {
        "App_Data/jobs/triggered/one/run.sh": "echo one\n",
        "App_Data/jobs/triggered/two/run.sh": "echo two\n",
        "App_Data/jobs/continuous/three/run.sh": LOOPING,
    }
    package = await deploys.stage(make_zip(tmp_path / "site.zip", files), token)
    assert package.ok, package.refusals
    found = {str(job.id): job.at for job in package.jobs}
    assert set(found) == {"triggered/one", "triggered/two", "continuous/three"}
    one, two = JobId(JobType.TRIGGERED, "one"), JobId(JobType.TRIGGERED, "two")
    bad = JobId(JobType.TRIGGERED, "t wo")
    with pytest.raises(DeployRejected, match="t wo"):
        plan = DeployPlan((PlannedJob(one, found[str(one)]), PlannedJob(bad, found[str(two)])))
        await deploys.commit(token, plan)
    assert not engine.site.folder(one).exists()

    plan = DeployPlan((PlannedJob(one, found[str(one)]), PlannedJob(two, found[str(two)])))
    deployed = await deploys.commit(token, plan)
    assert [(str(job.id), job.version) for job in deployed.jobs] == [
        ("triggered/one", 1),
        ("triggered/two", 1),
    ]
    assert "INFO] two\n" in await output(engine, await ran(engine, two))
    assert not (engine.site.jobs / "continuous" / "three").exists()
    assert staged(engine) == []


async def test_what_cannot_be_deployed_says_every_reason(engine: Harness, tmp_path: Path) -> None:
    deploys, token = engine.service.deploys, new_token()
    hostile = make_zip(tmp_path / "bad.zip", {"../evil.sh": "x", "/abs.sh": "x", "run.sh": "echo x\n"})
    package = await deploys.stage(hostile, token)
    assert not package.ok
    told = " ".join(finding.text for finding in package.refusals)
    assert "../evil.sh" in told and "/abs.sh" in told
    with pytest.raises(DeployRejected) as caught:
        await deploys.commit(token, DeployPlan((PlannedJob(NIGHTLY),)))
    assert "../evil.sh" in caught.value.message and "/abs.sh" in caught.value.message
    await deploys.discard(token)

    text = tmp_path / "text.zip"
    text.write_text("no archive")
    empty = make_folder(tmp_path / "empty", {"readme.txt": "no script\n"})
    for source in (text, empty):
        package = await deploys.stage(source, token)
        assert not package.ok
        assert package.findings
        await deploys.discard(token)
        await deploys.discard(token)
    os.mkfifo(tmp_path / "pipe")
    for missing in (tmp_path / "nowhere.zip", tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(InvalidRequest):
            await deploys.stage(missing, new_token())
    with pytest.raises(Conflict, match="cannot be read"):
        await deploys.stage(Path("/tmp/a\0b"), new_token())
    assert staged(engine) == []
    assert not engine.site.folder(NIGHTLY).exists()


async def test_names_that_no_new_job_may_have(engine: Harness, tmp_path: Path) -> None:
    deploys, token = engine.service.deploys, new_token()
    await deploys.stage(make_zip(tmp_path / "x.zip", {"run.sh": "echo x\n"}), token)
    for name in ("../evil", "a b", "", "..", "x" * 64, "x" * 300, ".hidden", "ü", "ECHO", "-x", "a\0b"):
        plan = DeployPlan((PlannedJob(JobId(JobType.TRIGGERED, name)),))
        refusals = (await deploys.preview(token, plan)).refusals
        assert refusals, name
        if name == "ECHO":
            assert "'echo'" in refusals[0].text
        with pytest.raises(DeployRejected):
            await deploys.commit(token, plan)
    assert sorted(os.listdir(engine.site.jobs / "triggered")) == ["echo", "empty", "fails", "long"]
    assert not (engine.site.jobs / "evil").exists()
    # None of it has cost what was staged.
    await deploys.commit(token, DeployPlan((PlannedJob(NIGHTLY),)))


async def test_what_names_nothing_is_refused(engine: Harness, tmp_path: Path) -> None:
    deploys, token, plan = engine.service.deploys, new_token(), DeployPlan((PlannedJob(NIGHTLY),))
    for unknown in (token, "", "..", "../../x", "z" * 16, "0" * 65):
        for call in (
            deploys.preview(unknown, plan),
            deploys.diff(unknown, plan.jobs[0], "run.sh"),
            deploys.commit(unknown, plan),
        ):
            with pytest.raises(InvalidRequest):
                await call
    await deploys.discard(token)
    source = make_zip(tmp_path / "x.zip", {"run.sh": "echo x\n"})
    for wrong in ("", "..", "../../x", "z" * 16, "0" * 15, "0" * 65):
        with pytest.raises(InvalidRequest):
            await deploys.stage(source, wrong)
    await deploys.stage(source, token)
    with pytest.raises((InvalidRequest, Conflict)):
        await deploys.stage(source, token)
    for path in ("../run.sh", "/etc/passwd", "..", "", "a\0b"):
        with pytest.raises(InvalidRequest):
            await deploys.diff(token, plan.jobs[0], path)
    for at in ("..", "/etc", "nowhere"):
        with pytest.raises(InvalidRequest):
            await deploys.commit(token, DeployPlan((PlannedJob(NIGHTLY, at),)))
    with pytest.raises(InvalidRequest):
        await deploys.commit(token, DeployPlan(()))
    with pytest.raises(DeployRejected, match=r"settings\.job"):
        await deploys.commit(token, DeployPlan((PlannedJob(NIGHTLY, settings_text="{not json"),)))
    assert not engine.site.folder(NIGHTLY).exists()


@pytest.mark.parametrize("leave", [False, True])
async def test_discard_ends_the_staging(engine: Harness, tmp_path: Path, leave: bool) -> None:
    source, token = make_folder(tmp_path / "large", {"run.sh": "echo x\n", "data": ""}), new_token()
    # It takes no room here, and to copy it takes a while.
    os.truncate(source / "data", 1 << 29)
    staging = asyncio.create_task(engine.service.deploys.stage(source, token))
    await eventually(lambda: token in staged(engine))
    if leave:
        staging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await staging
    else:
        await engine.service.deploys.discard(token)
        with pytest.raises(Conflict):
            await staging
    await eventually(lambda: staged(engine) == [])
    with pytest.raises(InvalidRequest):
        await engine.service.deploys.preview(token, DeployPlan((PlannedJob(NIGHTLY),)))


async def test_progress_is_told(engine: Harness, tmp_path: Path) -> None:
    source = make_zip(tmp_path / "x.zip", {"run.sh": "echo x\n", "data.txt": "0123456789\n" * 100_000})
    token = new_token()
    async with asyncio.timeout(PATIENCE), aclosing(engine.service.events()) as items:  # type: ignore[type-var]
        await anext(items)
        staging = asyncio.create_task(engine.service.deploys.stage(source, token))
        async for item in items:
            event = item.event if isinstance(item, Envelope) else None
            if isinstance(event, DeployProgressed) and event.progress.token == token:
                assert event.progress.step
                assert 0 <= event.progress.done <= event.progress.total
                break
        await staging


async def test_a_run_goes_on_or_is_waited_for_or_stopped(engine: Harness, tmp_path: Path) -> None:
    source, service = make_folder(tmp_path / "long", {"run.sh": LOOPING}), engine.service
    run = await service.run(LONG)
    await engine.job(LONG, under_way)
    token = new_token()
    await service.deploys.stage(source, token)
    [seen] = (await service.deploys.preview(token, DeployPlan((PlannedJob(LONG),)))).jobs
    assert (seen.run, seen.live, seen.in_place) == (run, True, False)
    assert (await service.deploys.commit(token, DeployPlan((PlannedJob(LONG),)))).jobs[0].version == 2
    assert (await service.get_run(RunRef(LONG, run))).status is RunStatus.RUNNING

    assert (await deploy(engine, source, LONG, running=WhenRunning.AFTER)).waiting
    assert await version_of(engine, LONG) == 2
    with pytest.raises(Conflict):
        await deploy(engine, source, LONG)
    await service.cancel(RunRef(LONG, run))
    async with asyncio.timeout(PATIENCE):
        while await version_of(engine, LONG) != 3:  # noqa: ASYNC110 (it is no state of the job)
            await asyncio.sleep(0.01)

    run = await service.run(LONG)
    await engine.job(LONG, under_way)
    deployed = await deploy(engine, source, LONG, running=WhenRunning.STOP)
    assert (deployed.waiting, deployed.jobs[0].version) == (False, 4)
    assert (await service.get_run(RunRef(LONG, run))).status is RunStatus.ABORTED


async def test_a_job_that_runs_in_its_folder_is_not_switched_under_a_run(
    engine: Harness, tmp_path: Path
) -> None:
    settings = '{"is_in_place": true, "stopping_wait_time": 1}'
    source = make_folder(tmp_path / "place", {"run.sh": LOOPING, "settings.job": settings})
    place = JobId(JobType.TRIGGERED, "place")
    await deploy(engine, source, place)
    await engine.job(place)
    await engine.service.run(place)
    await engine.job(place, under_way)
    with pytest.raises(Conflict):
        await deploy(engine, source, place)
    assert await version_of(engine, place) == 1
    assert (await deploy(engine, source, place, running=WhenRunning.STOP)).jobs[0].version == 2
    await engine.job(place, lambda job: job.phase == Idle())


async def test_a_continuous_job_is_refreshed_once(engine: Harness, tmp_path: Path) -> None:
    before = await engine.job(LOOP, running)
    files = {"run.sh": "echo refreshed; " + LOOPING, "settings.job": '{"stopping_wait_time": 1}'}
    deployed = await deploy(engine, make_zip(tmp_path / "loop.zip", files), LOOP)
    assert [(job.id.name, job.version, job.replaced) for job in deployed.jobs] == [("loop", 2, 1)]
    await engine.job(LOOP, lambda job: running(job) and job.phase != before.phase)
    assert len(await engine.service.launches(LOOP)) == 2


async def test_two_deploys_of_one_job_do_not_mix(engine: Harness, tmp_path: Path) -> None:
    tokens = [new_token(), new_token()]
    for number, token in enumerate(tokens):
        files = {"run.sh": f"echo {number}\n"} | {f"{number}/{file}": "x" for file in range(50)}
        await engine.service.deploys.stage(make_zip(tmp_path / f"{number}.zip", files), token)
    plan = DeployPlan((PlannedJob(NIGHTLY),))
    ends = await asyncio.gather(
        *(engine.service.deploys.commit(token, plan) for token in tokens), return_exceptions=True
    )
    refused = [end for end in ends if isinstance(end, BaseException)]
    assert len(refused) < 2
    for error in refused:
        assert isinstance(error, Conflict | DeployRejected)
    folder = engine.site.folder(NIGHTLY)
    assert sorted(os.listdir(folder)) in [["0", "run.sh"], ["1", "run.sh"]]
    with contextlib.suppress(InvalidRequest):
        for token in tokens:
            await engine.service.deploys.discard(token)
    assert staged(engine) == []
