"""Jobs with limits: time, memory, user; as an engine runs them."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when, run_to_end
from tests.support.patience import eventually
from wjtui.engine.process.account import Account, find_account
from wjtui.engine.process.bounds import look_at_machine
from wjtui.engine.process.subreaper import become_subreaper
from wjtui.model.identity import JobId
from wjtui.model.jobs import PendingRestart
from wjtui.model.runs import Exit, Run, RunRef, RunStatus

MACHINE = look_at_machine("ab" * 16)
OTHER = find_account("www-data") or find_account("nobody")
needs_ground = pytest.mark.skipif(MACHINE.ground is None, reason="no control group can be made here")
needs_root = pytest.mark.skipif(not MACHINE.switches or OTHER is None, reason="needs root and a second user")

POLITE = 'while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done; echo asked; exit 0\n'
# The limit may be on some milliseconds after the start.
HOG = "import time\ntime.sleep(0.3)\nx = [bytearray(10 << 20) for _ in range(40)]\nprint('all of it')\n"


def other() -> Account:
    assert OTHER is not None
    return OTHER


@pytest.fixture
async def open_rig() -> AsyncIterator[Rig]:
    """A rig in a folder that everybody may enter, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="wjtui-test-"))
    folder.chmod(0o755)
    become_subreaper()
    made = Rig(folder)
    yield made
    await made.end()
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
    shutil.rmtree(folder)


def groups(rig: Rig) -> list[str]:
    """The control groups that engines of this rig have now."""
    ground = look_at_machine(rig.started.site.mark).ground
    assert ground is not None
    return [name for name in os.listdir(ground.folder) if name.startswith(ground.prefix)]


def system_lines(log: str) -> list[str]:
    return [line.partition("SYS ")[2] for line in log.splitlines() if "SYS " in line]


async def one_run(rig: Rig, job: JobId) -> Run:
    """A run from its start to its end."""
    engine = await rig.start()
    return await run_to_end(engine, job, await engine.service.run(job))


# Time


async def test_a_run_that_takes_too_long_is_asked_to_end_and_has_failed(rig: Rig) -> None:
    job = rig.site.triggered("slow", {"run.sh": POLITE}, {"max_run_time": 1})
    run = await one_run(rig, job)
    assert (run.status, run.exit) == (RunStatus.FAILED, Exit(code=0))
    assert run.reason == "it ran longer than its max_run_time of 1 s"
    assert run.ended is not None
    assert run.ended - run.started >= timedelta(seconds=1)
    log = rig.output(run.ref)
    assert system_lines(log)[2:] == [
        "INFO] Status changed to Running",
        "ERR ] The run is ended: it takes longer than its max_run_time of 1 seconds. "
        "Raise max_run_time in settings.job, if the job needs longer.",
        "INFO] Status changed to Stopping",
        "INFO] Status changed to Failed",
        "ERR ] Job failed: it ran longer than its max_run_time of 1 s",
    ]
    assert "asked" in log


async def test_a_run_that_does_not_end_when_asked_is_killed(rig: Rig) -> None:
    settings = {"max_run_time": 1, "stopping_wait_time": 0, "idle_timeout": 0}
    job = rig.site.triggered("deaf", {"run.sh": "trap '' TERM\nsleep 1000 & sleep 1000\n"}, settings)
    run = await one_run(rig, job)
    assert (run.status, run.reason) == (RunStatus.FAILED, "it ran longer than its max_run_time of 1 s")
    assert run.exit is not None
    assert not run.exit.ok


async def test_a_run_that_is_fast_enough_has_no_trouble(rig: Rig) -> None:
    job = rig.site.triggered("fast", {"run.sh": "echo done\n"}, {"max_run_time": 60})
    run = await one_run(rig, job)
    assert (run.status, run.reason) == (RunStatus.SUCCESS, "")


# Memory


@needs_ground
async def test_a_run_that_uses_too_much_memory_is_killed_and_says_why(rig: Rig) -> None:
    job = rig.site.triggered("hog", {"run.py": HOG}, {"memory_limit": "100M"})
    run = await one_run(rig, job)
    assert (run.status, run.exit) == (RunStatus.FAILED, Exit(signal=9))
    assert run.reason == "it used more than its memory_limit of 100M"
    log = rig.output(run.ref)
    assert "ERR ] A process of the job was killed: it used more than its memory_limit of 100M" in log
    assert groups(rig) == []


@needs_ground
async def test_each_launch_of_a_continuous_job_has_a_group_of_its_own(rig: Rig) -> None:
    # On a busy machine the limit comes some milliseconds after the first instruction.
    held = "until grep -q wjtui- /proc/self/cgroup; do sleep 0.01; done\n"
    script = f"{held}grep memory /proc/self/cgroup; cat /proc/self/cgroup | tail -1; exit 3\n"
    settings = {"memory_limit": "200M", "nice": 12}
    job = rig.site.continuous("again", {"run.sh": "nice; " + script}, settings)
    engine = await rig.start()
    await job_when(engine, job, lambda job: isinstance(job.phase, PendingRestart) and job.phase.restarts >= 2)
    lines = [line for line in rig.app_log(job).splitlines() if "wjtui-" in line]
    names = {line.rpartition("/wjtui-")[2] for line in lines}
    assert len(names) >= 2
    assert " 12" in rig.app_log(job)
    await engine.stop()
    assert groups(rig) == []


@needs_ground
async def test_a_stop_removes_the_group(rig: Rig) -> None:
    job = rig.site.triggered("polite", {"run.sh": POLITE}, {"memory_limit": "200M"})
    engine = await rig.start()
    run = await engine.service.run(job)
    await eventually(lambda: groups(rig))
    await engine.service.cancel(RunRef(job, run))
    assert (await run_to_end(engine, job, run)).status is RunStatus.ABORTED
    assert groups(rig) == []


@needs_ground
async def test_a_start_removes_what_a_killed_engine_left(rig: Rig) -> None:
    site = rig.make().site
    ground = look_at_machine(site.mark).ground
    assert ground is not None
    site.own.mkdir(parents=True)
    (site.own / "cgroups").write_text(f"/gone/long/ago\n{ground.folder}\n", "utf-8")
    left = Path(ground.folder, f"{ground.prefix}4000000000000001")
    left.mkdir()
    await rig.start()
    assert not left.exists()
    assert not (site.own / "cgroups").exists()


@needs_ground
async def test_an_idle_run_leaves_no_group(rig: Rig) -> None:
    settings = {"memory_limit": "200M", "idle_timeout": 1}
    job = rig.site.triggered("idle", {"run.sh": "exec sleep 1000\n"}, settings)
    assert (await one_run(rig, job)).reason.startswith("idle for")
    assert groups(rig) == []


async def test_a_job_without_limits_makes_nothing(rig: Rig) -> None:
    job = rig.site.triggered("plain", {"run.sh": "echo done\n"})
    assert (await one_run(rig, job)).status is RunStatus.SUCCESS
    assert not (rig.started.site.own / "cgroups").exists()


# Users


@needs_root
async def test_a_run_as_another_user_can_use_its_files_and_nothing_else(open_rig: Rig) -> None:
    script = """
id -un
echo "HOME is $HOME, $USER, $LOGNAME"
cp run.sh beside && echo the copy is mine
echo x > "$WEBJOBS_DATA_PATH/mine" && echo data is mine
echo '{"progress": 40}' > "$WEBJOBS_RESULT_FILE" && echo the result is mine
run="$WEBJOBS_DATA_PATH/$WEBJOBS_RUN_ID"
rm -f "$run/status" 2>/dev/null || echo status is safe
mv "$run" "$run.away" 2>/dev/null || echo the run is safe
rm -f "$run/output_log.txt" 2>/dev/null || echo the log is safe
touch "$PWD/../../x" 2>/dev/null || echo elsewhere is safe
"""
    job = open_rig.site.triggered("web", {"run.sh": script}, {"run_as": other().name})
    run = await one_run(open_rig, job)
    assert run.status is RunStatus.SUCCESS, open_rig.output(run.ref)
    said = [
        line.partition("INFO] ")[2] for line in open_rig.output(run.ref).splitlines() if "SYS" not in line
    ]
    assert said == [
        other().name,
        f"HOME is {other().home}, {other().name}, {other().name}",
        "the copy is mine",
        "data is mine",
        "the result is mine",
        "status is safe",
        "the run is safe",
        "the log is safe",
        "elsewhere is safe",
    ]
    second = await open_rig.started.service.run(job)
    assert (await run_to_end(open_rig.started, job, second)).status is RunStatus.SUCCESS
    assert "Job directory change detected" not in open_rig.output(RunRef(job, second))


@needs_root
async def test_a_folder_that_the_user_may_not_enter_is_named(open_rig: Rig) -> None:
    open_rig.root.mkdir(exist_ok=True)
    open_rig.root.chmod(0o700)
    job = open_rig.site.triggered("web", {"run.sh": "echo hello\n"}, {"run_as": other().name})
    run = await one_run(open_rig, job)
    assert f"WARN] '{other().name}' may not enter '{open_rig.root}', and so cannot" in open_rig.output(
        run.ref
    )


async def test_a_run_for_a_user_that_is_not_there_does_not_begin(rig: Rig) -> None:
    job = rig.site.triggered("web", {"run.sh": "echo here\n"}, {"run_as": "nobody-knows"})
    run = await one_run(rig, job)
    assert run.status is RunStatus.FAILED
    assert run.reason == (
        "It is to run as 'nobody-knows', and this machine has no such user: create it, or correct run_as in "
        "settings.job."
    )
    assert run.pid is None
    assert "here" not in rig.output(run.ref)


async def test_a_continuous_job_for_a_user_that_is_not_there_does_not_begin(rig: Rig) -> None:
    job = rig.site.continuous(
        "web", {"run.sh": "echo here\n"}, {"run_as": "nobody-knows", "restart_time": 60}
    )
    engine = await rig.start()
    await job_when(engine, job, lambda job: isinstance(job.phase, PendingRestart))
    log = rig.app_log(job)
    assert "ERR ] It is to run as 'nobody-knows', and this machine has no such user" in log
    assert "here" not in log.replace("there", "")
