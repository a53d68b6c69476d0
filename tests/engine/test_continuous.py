from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from pathlib import Path

import pytest

from tests.engine.process.family import FAMILY, KINDS, family_pids, lives
from tests.engine.rig import Rig, job_when, run_to_end
from tests.support.patience import PATIENCE, eventually
from wjtui.engine.running import workdir, working_copy
from wjtui.engine.running.head import FIRST_LINES, LAST_LINES
from wjtui.model.errors import Conflict
from wjtui.model.jobs import (
    Disabling,
    InactiveInstance,
    Job,
    PendingRestart,
    Running,
    Severity,
    Stopped,
    Stopping,
    status_word,
)
from wjtui.model.runs import Exit, Outcome, RunRef, RunStatus

LOOP = "while :; do sleep 0.05; done\n"
POLITE = """\
echo begun
while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done
echo "asked at $(cat "$WEBJOBS_SHUTDOWN_FILE")"
"""
STUBBORN = """\
import signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(1000)
"""


def runs(job: Job) -> bool:
    return isinstance(job.phase, Running)


def is_stopped(job: Job) -> bool:
    return isinstance(job.phase, Stopped)


def pid_of(job: Job) -> int:
    assert isinstance(job.phase, Running)
    return job.phase.pid


async def test_a_job_is_found_started_stopped_and_started_again(rig: Rig) -> None:
    job = rig.site.continuous("worker", {"run.sh": POLITE})
    engine = await rig.start()
    first = pid_of(await job_when(engine, job, runs))
    await eventually(lambda: ": INFO] begun\n" in rig.app_log(job))
    assert (rig.data(job) / "status_one").read_bytes() == b'{"Status":"Running"}'
    assert "SYS INFO] Run script 'run.sh' with script host - 'BashScriptHost'" in rig.job_log(job)
    await eventually(lambda: ": INFO] begun\n" in rig.job_log(job))

    await engine.service.start(job)
    assert pid_of(await job_when(engine, job)) == first, "a start of what runs does nothing"
    await engine.service.stop(job)
    asked = await job_when(engine, job)
    assert asked.disabled
    assert isinstance(asked.phase, Disabling | Stopping | Stopped)
    assert (rig.site.folder(job) / "disable.job").read_bytes() == b""
    await engine.service.stop(job)
    ended = await job_when(engine, job, is_stopped)
    assert not lives(first)
    assert ": INFO] asked at 20" in rig.app_log(job)
    assert "aborted" not in rig.app_log(job)
    assert (rig.data(job) / "status_one").read_bytes() == b'{"Status":"Stopped"}'
    assert ended.latest_launch is not None
    assert (ended.latest_launch.reason, ended.recent) == ("stop", (Outcome.ABORTED,))
    await engine.service.stop(job)
    with pytest.raises(Conflict, match=r"disable\.job"):
        await engine.service.restart(job)

    await asyncio.gather(engine.service.start(job), engine.service.start(job))
    second = pid_of(await job_when(engine, job, runs))
    assert not (rig.site.folder(job) / "disable.job").exists()
    await engine.service.restart(job)
    third = pid_of(await job_when(engine, job, lambda now: runs(now) and pid_of(now) != second))
    assert not lives(second)
    assert lives(third)
    lines = [line.partition("] ")[2] for line in rig.job_log(job).splitlines() if "Status changed" in line]
    cycle = ["Starting", "Running", "Stopping", "Stopped"]
    assert lines == [f"Status changed to {word}" for word in (*cycle, *cycle, "Starting", "Running")]


async def test_a_job_that_fails_is_started_again(rig: Rig) -> None:
    job = rig.site.continuous("broken", {"run.sh": "echo out; echo wrong >&2; exit 7\n"})
    engine = await rig.start()
    again = await job_when(
        engine, job, lambda now: isinstance(now.phase, Running) and now.phase.restarts >= 2
    )
    assert again.tail == ("wrong",)
    assert again.recent[:2] == (Outcome.FAILED, Outcome.FAILED)
    await engine.service.stop(job)
    await job_when(engine, job, is_stopped)
    launches = await engine.service.launches(job)
    assert len(launches) >= 2
    assert launches[-1].exit == Exit(code=7)
    assert launches == sorted(launches, key=lambda launch: launch.started, reverse=True)
    written = (rig.data(job) / "launches.jsonl").read_text().splitlines()
    assert [json.loads(line)["pid"] for line in written] == [launch.pid for launch in reversed(launches)]
    log = rig.app_log(job)
    for line in (
        "SYS ERR ] Job failed due to exit code 7",
        "SYS INFO] Process went down, waiting for 0 seconds",
    ):
        assert line in log
        assert line in rig.job_log(job)
    assert log.index("ERR ] wrong") < log.index("exit code 7") < log.index("changed to PendingRestart")


async def test_a_death_by_signal_is_named_and_the_wait_ends_at_a_stop(rig: Rig) -> None:
    job = rig.site.continuous("killed", {"run.sh": "kill -9 $$\n"}, {"restart_time": 1000})
    engine = await rig.start()
    down = await job_when(engine, job, lambda now: isinstance(now.phase, PendingRestart))
    assert isinstance(down.phase, PendingRestart)
    assert down.phase.exit == Exit(signal=9)
    assert "Job failed due to exit code 137 (SIGKILL)" in rig.job_log(job)
    await engine.service.restart(job)
    await job_when(engine, job, lambda now: len(now.recent) == 2 and isinstance(now.phase, PendingRestart))
    await engine.service.stop(job)
    await job_when(engine, job, is_stopped)
    assert (rig.data(job) / "status_one").read_bytes() == b'{"Status":"Stopped"}'


async def test_an_endless_restart_time_is_a_long_wait(rig: Rig) -> None:
    rig.environment["WEBJOBS_RESTART_TIME"] = "9" * 18
    job = rig.site.continuous("ends", {"run.sh": "exit 1\n"})
    engine = await rig.start()
    await job_when(engine, job, lambda now: isinstance(now.phase, PendingRestart))


async def test_the_job_log_has_the_first_lines_and_the_last(rig: Rig) -> None:
    job = rig.site.continuous("chatty", {"run.sh": "seq 1 1000; exit 1\n"}, {"restart_time": 1000})
    engine = await rig.start()
    await job_when(engine, job, lambda now: isinstance(now.phase, PendingRestart))
    assert sum(": INFO] " in line and "SYS" not in line for line in rig.app_log(job).splitlines()) == 1000
    lines = [line for line in rig.job_log(job).splitlines() if "SYS" not in line]
    texts = [line.partition("] ")[2] for line in lines]
    assert texts[:FIRST_LINES] == [str(number) for number in range(1, FIRST_LINES + 1)]
    assert ": WARN] " in lines[FIRST_LINES]
    assert texts[FIRST_LINES + 1 :] == [str(number) for number in range(1001 - LAST_LINES, 1001)]


async def test_a_job_that_ignores_everything_is_killed(rig: Rig) -> None:
    job = rig.site.continuous("deaf", {"run.py": STUBBORN}, {"stopping_wait_time": 0})
    other = rig.site.continuous("quick", {"run.sh": POLITE})
    engine = await rig.start()
    pid = pid_of(await job_when(engine, job, runs))
    await job_when(engine, other, runs)
    await eventually(lambda: "deaf" in rig.app_log(job))
    await engine.service.stop(job)
    await engine.service.stop(other)
    await job_when(engine, other, is_stopped)
    assert not is_stopped(await job_when(engine, job)), "a hung job delays no other"
    await job_when(engine, job, is_stopped)
    assert not lives(pid)
    assert "SYS WARN] WebJob process was aborted" in rig.app_log(job)


@pytest.mark.parametrize("how", ["stop", "restart", "crash", "engine"])
async def test_nothing_of_a_job_is_left(rig: Rig, tmp_path: Path, how: str) -> None:
    folder = tmp_path / "family"
    folder.mkdir()
    then = "exit" if how == "crash" else "stay"
    settings = {"stopping_wait_time": 0, "restart_time": 1000, "arguments": f'"{folder}" {then}'}
    program = f"KINDS = {KINDS!r}\n{FAMILY}"
    job = rig.site.continuous("family", {"run.py": program}, settings)
    engine = await rig.start(drain=0.2)
    leader = 0
    if how != "crash":
        await eventually(lambda: "leader" in family_pids(folder) and len(family_pids(folder)) > len(KINDS))
        leader = family_pids(folder)["leader"]
    if how == "stop":
        await engine.service.stop(job, now=True)
        await job_when(engine, job, is_stopped)
    elif how == "restart":
        await engine.service.restart(job)
        await job_when(engine, job, lambda now: runs(now) and pid_of(now) != leader)
    elif how == "engine":
        await engine.stop(now=True)
    else:
        await job_when(engine, job, lambda now: isinstance(now.phase, PendingRestart))
    pids = family_pids(folder)
    if how == "restart":
        assert not lives(leader)
        return
    assert set(pids) >= set(KINDS)
    assert [kind for kind, pid in pids.items() if lives(pid)] == []


async def test_a_chatty_orphan_does_not_delay_a_stop(rig: Rig) -> None:
    script = "(while :; do echo still; sleep 0.05; done) &\nexit 0\n"
    job = rig.site.continuous("orphan", {"run.sh": script})
    engine = await rig.start()
    pid = pid_of(await job_when(engine, job, runs))
    await eventually(lambda: not lives(pid) and "still" in rig.app_log(job))
    assert runs(await job_when(engine, job)), "its output is not at its end"
    await engine.service.stop(job)
    await job_when(engine, job, is_stopped)


async def test_a_job_without_a_loop_gets_a_note(rig: Rig) -> None:
    job = rig.site.continuous("once", {"run.sh": "exit 0\n"})
    engine = await rig.start()
    noted = await job_when(engine, job, lambda now: bool(now.problems))
    assert [(problem.code, problem.severity) for problem in noted.problems] == [
        ("ends-by-itself", Severity.NOTE)
    ]
    assert noted.error is None
    assert "Status changed to Success" in rig.job_log(job)


async def test_a_singleton_runs_on_one_instance(rig: Rig) -> None:
    job = rig.site.continuous("single", {"run.sh": POLITE}, {"is_singleton": True})
    one = await rig.start("one")
    await job_when(one, job, runs)
    two = await rig.start("two")
    waits = await job_when(two, job, lambda now: isinstance(now.phase, InactiveInstance))
    assert waits.phase == InactiveInstance("one")
    assert (rig.data(job) / "status_two").read_bytes() == b'{"Status":"InactiveInstance"}'
    assert (rig.data(job) / "status_one").read_bytes() == b'{"Status":"Running"}'
    await one.stop()
    await job_when(two, job, runs)
    log = rig.job_log(job)
    for text in ("singleton setting is True", "singleton lock is acquired", "singleton lock is released"):
        assert f"WebJob {text}" in log


async def test_what_the_job_sees(rig: Rig) -> None:
    script = "import json, os, sys\n" + (
        "seen = [dict(os.environ), os.getcwd(), sys.argv[1:], sys.stdin.read(), os.getsid(0)]\n"
        "print(json.dumps(seen), flush=True)\n"
        "import time; time.sleep(1000)\n"
    )
    settings = {
        "arguments": 'a "b c" $HOME',
        "env": {"MINE": "1", "WEBJOBS_NAME": "other"},
        "is_in_place": False,
    }
    job = rig.site.continuous("My Job", {"inner/run.py": script}, settings)
    (rig.site.folder(job) / "settings.job").rename(rig.site.folder(job) / "inner" / "settings.job")
    engine = await rig.start()
    pid = pid_of(await job_when(engine, job, runs))
    await eventually(lambda: ": INFO] [{" in rig.app_log(job))
    (line,) = [line for line in rig.app_log(job).splitlines() if ": INFO] [{" in line]
    env, cwd, argv, stdin, session = json.loads(line.partition("] ")[2])
    working = Path(env["WEBJOBS_PATH"])
    assert (argv, stdin, session) == (["a", "b c", "$HOME"], "", pid)
    assert Path(cwd) == working / "inner"
    assert working.is_relative_to(
        rig.root / "data" / "wjtui" / "one" / "temp" / "jobs" / "continuous" / "My Job"
    )
    shutdown = Path(env["WEBJOBS_SHUTDOWN_FILE"])
    assert os.path.isdir(shutdown.parent)
    assert not os.path.lexists(shutdown)
    assert 0 < int(env["WEBJOBS_PORT"]) < 65536
    expected = {
        "WEBJOBS_NAME": "My Job",
        "WEBJOBS_TYPE": "continuous",
        "WEBJOBS_DATA_PATH": str(rig.data(job)),
        "WEBJOBS_RUN_ID": "",
        "WEBJOBS_COMMAND_ARGUMENTS": "",
        "WEBROOT_PATH": str(rig.root / "site" / "wwwroot"),
        "HOME": str(rig.root),
        "WEBSITE_ALWAYS_ON_JOB_RUNNING_My Job": "true",
        "WJTUI_JOB": "continuous/My Job",
        "WJTUI_ENGINE": engine.site.mark,
        "PYTHONUNBUFFERED": "1",
        "MINE": "1",
        "WEBJOBS_RESTART_TIME": "0",
    }
    assert {key: env.get(key) for key in expected} == expected


async def test_a_launch_that_cannot_be_is_told_and_waits(rig: Rig) -> None:
    job = rig.site.continuous("link", {"run.sh": LOOP})
    (rig.site.folder(job) / "out").symlink_to("/etc/passwd")
    engine = await rig.start()
    down = await job_when(engine, job, lambda now: isinstance(now.phase, PendingRestart))
    assert isinstance(down.phase, PendingRestart)
    assert down.phase.exit is None
    assert "SYS ERR ] Failed to copy job files" in rig.job_log(job)
    assert "Process went down, waiting for 60 seconds" in rig.job_log(job)


async def test_killed_by_a_stranger_is_a_failure(rig: Rig) -> None:
    job = rig.site.continuous("victim", {"run.sh": LOOP})
    engine = await rig.start()
    pid = pid_of(await job_when(engine, job, runs))
    os.kill(pid, signal.SIGTERM)
    after = await job_when(engine, job, lambda now: runs(now) and pid_of(now) != pid)
    assert after.recent == (Outcome.FAILED, Outcome.RUNNING)
    assert status_word(after.phase) == "Running"


async def test_a_stop_during_a_large_copy_calls_the_launch_off(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    copying = threading.Event()
    left = rig.root / "ran"

    def large(source: Path, target: Path, stop: threading.Event) -> dict[str, working_copy.Copied]:
        copying.set()
        stop.wait(PATIENCE)
        return working_copy.copy_tree(source, target, stop)

    monkeypatch.setattr(workdir, "copy_tree", large)
    job = rig.site.continuous("large", {"run.sh": f"touch {left}\n" + LOOP})
    nightly = rig.site.triggered("nightly", {"run.sh": f"touch {left}\n"})
    engine = await rig.start()
    await eventually(copying.is_set)
    async with asyncio.timeout(PATIENCE / 2):
        await engine.service.stop(job)
        await job_when(engine, job, is_stopped)
    copying.clear()
    run = await engine.service.run(nightly)
    await eventually(copying.is_set)
    async with asyncio.timeout(PATIENCE / 2):
        await engine.service.cancel(RunRef(nightly, run))
        aborted = await run_to_end(engine, nightly, run)
    assert (aborted.status, aborted.pid) == (RunStatus.ABORTED, None)
    assert "cancelled by a user" in aborted.reason
    assert "Status changed to Aborted" in rig.output(aborted.ref)
    assert "Run script" not in rig.output(aborted.ref) + rig.app_log(job)
    assert not left.exists()
    assert await engine.service.launches(job) == []
    temp = rig.root / "data" / "wjtui" / "one" / "temp" / "jobs"
    assert not list(temp.rglob("run.sh")), "half a copy is no copy"
    monkeypatch.setattr(workdir, "copy_tree", working_copy.copy_tree)
    await engine.service.start(job)
    await job_when(engine, job, runs)
    await eventually(left.exists)


async def test_the_shutdown_folder_is_empty_at_each_launch(rig: Rig) -> None:
    job = rig.site.continuous("polite", {"run.sh": 'ls "${WEBJOBS_SHUTDOWN_FILE%/*}"; ' + POLITE})
    engine = await rig.start()
    await job_when(engine, job, runs)
    await eventually(lambda: rig.app_log(job).count(": INFO] begun\n") == 1)
    await engine.service.restart(job)
    await eventually(lambda: rig.app_log(job).count(": INFO] begun\n") == 2)
    said = [line.partition(": INFO] ")[2] for line in rig.app_log(job).splitlines() if ": INFO] " in line]
    assert [line for line in said if not line.startswith("asked at")] == ["begun", "begun"]
