"""Earlier versions of jobs: what they are, how they differ, and the way back."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when, until
from tests.support.patience import eventually
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.engine import Engine
from wjtui.model.deploys import DeployPlan, FileState, PlannedJob, WhenRunning
from wjtui.model.errors import Conflict, JobNotFound, VersionNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Running
from wjtui.model.versions import Cause

POLITE = 'echo v{0}; while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done\n'


async def deploy(engine: Engine, folder: Path, job: JobId, files: dict[str, str]) -> None:
    source = folder / secrets.token_hex(4)
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text)
    token = secrets.token_hex(16)
    await engine.service.deploys.stage(source, token)
    await engine.service.deploys.commit(token, DeployPlan((PlannedJob(job),)), by="UI - root")


def files_of(rig: Rig, job: JobId) -> dict[str, str]:
    return {path.name: path.read_text() for path in rig.site.folder(job).iterdir()}


async def test_a_job_that_was_never_deployed_is_version_one(rig: Rig) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo one\n"})
    engine = await rig.start()
    [version] = await engine.service.versions.of(JobId(JobType.TRIGGERED, "REPORT"))
    assert (version.number, version.cause, version.at, version.current) == (1, Cause.UNKNOWN, None, True)
    assert (version.files, version.size) == (1, len("echo one\n"))
    with pytest.raises(VersionNotFound, match="no earlier version"):
        await engine.service.versions.roll_back(job)
    with pytest.raises(JobNotFound):
        await engine.service.versions.of(JobId(JobType.CONTINUOUS, "report"))


async def test_the_last_five_are_kept_and_any_of_them_comes_back(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n", "first.txt": "only in the first"})
    engine = await rig.start()
    for number in range(2, 8):
        await deploy(engine, tmp_path, job, {"run.sh": f"echo {number}\n"})
    versions = await engine.service.versions.of(job)
    assert [each.number for each in versions] == [7, 6, 5, 4, 3, 2]
    assert [each.current for each in versions] == [True] + [False] * 5
    assert versions[1].by == "UI - root" and versions[1].files == 1
    changes = await engine.service.versions.compare(job, 3)
    assert [(each.path, each.state) for each in changes] == [("run.sh", FileState.CHANGED)]
    assert "+echo 3" in await engine.service.versions.diff(job, 3, "run.sh")
    back = await engine.service.versions.roll_back(job, 3, by="UI - root")
    assert (back.number, back.cause, back.note, back.by) == (8, Cause.ROLLBACK, "version 3", "UI - root")
    assert files_of(rig, job) == {"run.sh": "echo 3\n"}
    again = await engine.service.versions.roll_back(job)
    assert again.number == 9 and files_of(rig, job) == {"run.sh": "echo 7\n"}
    for number in (1, 2, 77):
        with pytest.raises(VersionNotFound):
            await engine.service.versions.roll_back(job, number)
    with pytest.raises(Conflict, match="nothing to do"):
        await engine.service.versions.roll_back(job, 9)
    assert await engine.service.versions.compare(job, 9) == []
    assert await engine.service.versions.diff(job, 9, "run.sh") == ""


async def test_a_chain_of_settings_and_deploys_is_gone_back_step_by_step(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    engine = await rig.start()
    settings = engine.service.settings
    await settings.save(job, '{"stopping_wait_time": 2}')  # version 2
    await settings.save(job, '{"stopping_wait_time": 3}')  # version 3
    await deploy(engine, tmp_path, job, {"run.sh": "echo 4\n", "settings.job": '{"stopping_wait_time": 4}'})
    await settings.save(job, '{"stopping_wait_time": 5}')
    assert [each.number for each in await engine.service.versions.of(job)] == [5, 4, 3, 2, 1]
    expected = {
        4: {"run.sh": "echo 4\n", "settings.job": '{"stopping_wait_time": 4}'},
        3: {"run.sh": "echo 1\n", "settings.job": '{"stopping_wait_time": 3}'},
        2: {"run.sh": "echo 1\n", "settings.job": '{"stopping_wait_time": 2}'},
        1: {"run.sh": "echo 1\n"},
        5: {"run.sh": "echo 4\n", "settings.job": '{"stopping_wait_time": 5}'},
    }
    rig.site_settings(WJTUI_VERSIONS_KEPT="20")
    engine.service._rooms.config.refresh()
    changes = await engine.service.versions.compare(job, 1)
    assert {each.path: each.state for each in changes} == {
        "run.sh": FileState.CHANGED,
        "settings.job": FileState.REMOVED,
    }
    assert "-{" in await engine.service.versions.diff(job, 1, "settings.job")
    for number, files in expected.items():
        await engine.service.versions.roll_back(job, number)
        assert files_of(rig, job) == files, number
    current, *earlier = await engine.service.versions.of(job)
    assert (current.number, current.note) == (10, "version 5") and len(earlier) == 9
    assert (await job_when(engine, job)).settings.stopping_wait_time == 5


async def test_settings_alone_come_back_without_a_copy(rig: Rig) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"}, {"stopping_wait_time": 1})
    engine = await rig.start()
    inode = rig.site.folder(job).stat().st_ino
    await engine.service.settings.save(job, "{}")
    await engine.service.versions.roll_back(job)
    assert rig.site.folder(job).stat().st_ino == inode
    assert json.loads(files_of(rig, job)["settings.job"]) == {"stopping_wait_time": 1}
    assert [each.number for each in await engine.service.versions.of(job)] == [3, 2, 1]


async def test_a_continuous_job_goes_back_and_runs_on(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.continuous("worker", {"run.sh": POLITE.format(1)})
    engine = await rig.start()
    await job_when(engine, job, lambda job: isinstance(job.phase, Running))
    await deploy(engine, tmp_path, job, {"run.sh": POLITE.format(2)})
    await eventually(lambda: "v2" in rig.app_log(job))
    await engine.service.versions.roll_back(job)
    await eventually(lambda: rig.app_log(job).count("v1") == 2)


async def test_a_roll_back_obeys_the_rules_of_a_deploy(rig: Rig, tmp_path: Path) -> None:
    waits = f'while [ ! -e "{tmp_path}/go" ] && [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done\n'
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    engine = await rig.start()
    await deploy(engine, tmp_path, job, {"run.sh": waits, "settings.job": '{"is_in_place": true}'})
    await engine.service.run(job)
    await job_when(engine, job, lambda job: isinstance(job.phase, Busy))
    with pytest.raises(Conflict, match="runs in its folder"):
        await engine.service.versions.roll_back(job)
    assert not list(rig.site.jobs.glob(".wjtui/*"))
    later = await engine.service.versions.roll_back(job, running=WhenRunning.AFTER)
    assert (later.number, later.current) == (3, False)
    (tmp_path / "go").touch()
    text = "rolled back to version 1, as version 3"
    await until(engine, lambda snapshot: any(each.text == text for each in snapshot.notices))
    assert files_of(rig, job) == {"run.sh": "echo 1\n"}


async def test_damaged_records_break_nothing_and_numbers_go_on(rig: Rig, tmp_path: Path) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo 1\n"})
    engine = await rig.start()
    for number in (2, 3):
        await deploy(engine, tmp_path, job, {"run.sh": f"echo {number}\n"})
    folder = VersionStore(engine.site, engine.service._rooms.config).of(job)
    for path in (folder / "current.json", folder / "2" / "version.json"):
        path.write_text('{"number": "x"')
    (folder / "rubbish").mkdir()
    (folder / "1" / "version.json").unlink()
    versions = await engine.service.versions.of(job)
    assert [(each.number, each.cause) for each in versions] == [(n, Cause.UNKNOWN) for n in (3, 2, 1)]
    (folder / "current.json").unlink()
    await deploy(engine, tmp_path, job, {"run.sh": "echo 4\n"})
    assert [each.number for each in await engine.service.versions.of(job)] == [4, 3, 2, 1]
    await engine.service.versions.roll_back(job, 1)
    assert files_of(rig, job) == {"run.sh": "echo 1\n"}
