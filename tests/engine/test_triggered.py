from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path

import pytest

from tests.engine.process.family import FAMILY, KINDS, family_pids, lives
from tests.engine.rig import Rig, job_when, run_to_end
from tests.support.patience import PATIENCE, eventually
from wjtui.engine.history.store import RunStore
from wjtui.model.errors import AlreadyRunning, Conflict, NotRunning, RunNotFound
from wjtui.model.identity import JobId
from wjtui.model.jobs import Busy, Idle, Job, Severity
from wjtui.model.runs import Exit, Outcome, Run, RunId, RunRef, RunStatus

POLITE = 'while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done; exit 5\n'


def has_process(job: Job) -> bool:
    return job.latest_run is not None and job.latest_run.status is RunStatus.RUNNING


def system_lines(log: str) -> list[str]:
    return [line.partition("SYS ")[2] for line in log.splitlines() if "SYS " in line]


def status_file(rig: Rig, ref: RunRef) -> dict[str, object]:
    found: dict[str, object] = json.loads((rig.data(ref.job) / ref.run / "status").read_bytes())
    return found


async def test_a_run_that_succeeds(rig: Rig) -> None:
    script = "import json, os, sys\nprint(json.dumps([dict(os.environ), sys.argv[1:]]))\n"
    job = rig.site.triggered("echo", {"run.py": script}, {"arguments": "of settings"})
    engine = await rig.start()
    run = await engine.service.run(job, 'a "b c" ; $HOME', trigger="External - test")
    ended = await run_to_end(engine, job, run)
    assert (ended.status, ended.exit, ended.trigger) == (RunStatus.SUCCESS, Exit(code=0), "External - test")
    log = rig.output(ended.ref)
    assert system_lines(log) == [
        "INFO] Status changed to Initializing",
        "INFO] Run script 'run.py' with script host - 'PythonScriptHost'",
        "INFO] Status changed to Running",
        "INFO] Status changed to Success",
    ]
    (line,) = [line for line in log.splitlines() if ": INFO] [{" in line]
    env, argv = json.loads(line.partition("] ")[2])
    assert argv == ["a", "b c", ";", "$HOME"]
    expected = {
        "WEBJOBS_NAME": "echo",
        "WEBJOBS_TYPE": "triggered",
        "WEBJOBS_RUN_ID": run,
        "WEBJOBS_COMMAND_ARGUMENTS": 'a "b c" ; $HOME',
        "WEBJOBS_DATA_PATH": str(rig.data(job)),
        "WEBSITE_TRIGGERED_JOB_RUNNING_echo": "true",
        "HOME": str(rig.root),
    }
    assert {key: env.get(key) for key in expected} == expected
    assert "WEBJOBS_PORT" not in env
    assert env["WEBJOBS_SHUTDOWN_FILE"]
    written = status_file(rig, ended.ref)
    assert list(written)[:4] == ["Trigger", "Status", "StartTime", "EndTime"]
    second = await run_to_end(engine, job, await engine.service.run(job))
    assert second.arguments == "of settings"
    assert '["of", "settings"]' in rig.output(second.ref)
    assert await engine.service.runs(job) == [second, ended]


async def test_a_run_that_fails(rig: Rig) -> None:
    job = rig.site.triggered("fails", {"run.sh": "echo bad >&2; exit 3\n"})
    engine = await rig.start()
    ended = await run_to_end(engine, job, await engine.service.run(job))
    assert (ended.status, ended.exit) == (RunStatus.FAILED, Exit(code=3))
    lines = system_lines(rig.output(ended.ref))
    assert lines[-2:] == ["INFO] Status changed to Failed", "ERR ] Job failed due to exit code 3"]
    shown = await job_when(engine, job)
    assert (shown.phase, shown.tail, shown.recent) == (Idle(), ("bad",), (Outcome.FAILED,))


async def test_one_run_at_a_time_and_a_cancel(rig: Rig) -> None:
    job = rig.site.triggered("long", {"run.sh": POLITE})
    engine = await rig.start()
    results = await asyncio.gather(*(engine.service.run(job) for _ in range(5)), return_exceptions=True)
    (run,) = [result for result in results if isinstance(result, str)]
    assert sum(isinstance(result, AlreadyRunning) for result in results) == 4
    with pytest.raises(AlreadyRunning, match="already running"):
        await engine.service.run(job)
    await job_when(engine, job, has_process)
    with pytest.raises(RunNotFound):
        await engine.service.cancel(RunRef(job, RunId("201605192149381933")))
    await engine.service.cancel(RunRef(job, run))
    ended = await run_to_end(engine, job, run)
    assert (ended.status, ended.reason, ended.exit) == (
        RunStatus.ABORTED,
        "it was cancelled by a user",
        Exit(code=5),
    )
    assert "WARN] The run was aborted: it was cancelled by a user" in system_lines(rig.output(ended.ref))
    assert status_file(rig, ended.ref)["Status"] == "Aborted"
    with pytest.raises(NotRunning):
        await engine.service.cancel(ended.ref)
    with pytest.raises(NotRunning):
        await engine.service.stop(job)
    assert len(await engine.service.runs(job)) == 1


async def test_who_has_read_that_a_run_ended_may_start_the_next(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe, save = threading.Event(), RunStore.save

    def save_slowly(store: RunStore, run: Run, *, durable: bool = False) -> None:
        save(store, run, durable=durable)
        if durable:
            safe.wait(PATIENCE)

    monkeypatch.setattr(RunStore, "save", save_slowly)
    job = rig.site.triggered("echo", {"run.sh": "true\n"})
    engine = await rig.start()
    run = await engine.service.run(job)
    await eventually(lambda: status_file(rig, RunRef(job, run))["Status"] == "Success")
    second = asyncio.ensure_future(engine.service.run(job))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not second.done()
    safe.set()
    await run_to_end(engine, job, await second)


async def test_a_cancel_now_spares_nobody(rig: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "family"
    folder.mkdir()
    job = rig.site.triggered("family", {"run.py": f"KINDS = {KINDS!r}\n{FAMILY}"})
    engine = await rig.start()
    run = await engine.service.run(job, f'"{folder}" stay')
    await eventually(lambda: len(family_pids(folder)) > len(KINDS))
    await engine.service.stop(job, now=True)
    ended = await run_to_end(engine, job, run)
    assert ended.status is RunStatus.ABORTED
    assert [kind for kind, pid in family_pids(folder).items() if lives(pid)] == []


async def test_an_idle_run_is_ended(rig: Rig) -> None:
    rig.environment["WEBJOBS_IDLE_TIMEOUT"] = "1000"
    idle = rig.site.triggered("idle", {"run.sh": "sleep 1000\n"}, {"idle_timeout": 1})
    busy = rig.site.triggered("busy", {"run.sh": "while :; do echo; sleep 0.2; done\n"}, {"idle_timeout": 1})
    patient = rig.site.triggered("patient", {"run.sh": "sleep 1000\n"}, {"idle_timeout": 0})
    engine = await rig.start()
    for job in (busy, patient):
        await engine.service.run(job)
    ended = await run_to_end(engine, idle, await engine.service.run(idle, "some quite long arguments"))
    assert ended.status is RunStatus.FAILED
    assert "WEBJOBS_IDLE_TIMEOUT" in ended.reason
    assert ended.ended is not None
    assert (ended.ended - ended.started).total_seconds() >= 1
    log = rig.output(ended.ref)
    assert ": ERR ] Command 'run.sh some qui" in log
    assert system_lines(log)[-2] == "INFO] Status changed to Failed"
    assert system_lines(log)[-1].startswith("ERR ] Job failed: idle for ")
    for job in (busy, patient):
        assert isinstance((await job_when(engine, job)).phase, Busy)


async def test_the_history_keeps_its_size(rig: Rig) -> None:
    rig.environment["WEBJOBS_HISTORY_SIZE"] = "3"
    job = rig.site.triggered("often", {"run.sh": "true\n"})
    own = rig.site.triggered("own", {"run.sh": "true\n"}, {"history_size": 1})
    engine = await rig.start()

    async def run_often(which: JobId) -> list[RunId]:
        return [(await run_to_end(engine, which, await engine.service.run(which))).ref.run for _ in range(5)]

    made, made_own = await asyncio.gather(run_often(job), run_often(own))
    assert made == sorted(set(made))
    assert [run.ref.run for run in await engine.service.runs(job)] == made[:1:-1]
    assert [run.ref.run for run in await engine.service.runs(own)] == made_own[-1:]
    assert sorted(path.name for path in rig.data(job).iterdir() if path.is_dir()) == made[2:]


async def test_what_a_run_leaves_behind_ends_with_it(rig: Rig) -> None:
    job = rig.site.triggered("litter", {"run.sh": "sleep 600 &\necho $!\n"})
    engine = await rig.start(drain=0.2)
    ended = await run_to_end(engine, job, await engine.service.run(job))
    assert ended.status is RunStatus.SUCCESS
    (line,) = [line for line in rig.output(ended.ref).splitlines() if "SYS" not in line]
    assert not lives(int(line.partition("] ")[2]))


async def test_a_chatty_orphan_does_not_delay_a_cancel(rig: Rig) -> None:
    script = "echo $$; (while :; do echo still; sleep 0.05; done) &\n"
    job = rig.site.triggered("orphan", {"run.sh": script})
    engine = await rig.start()
    run = await engine.service.run(job)
    ref = RunRef(job, run)
    await eventually((rig.data(job) / run / "output_log.txt").exists)
    await eventually(lambda: rig.output(ref).count("still") > 3)
    await engine.service.cancel(ref)
    assert (await run_to_end(engine, job, run)).status is RunStatus.ABORTED


async def test_an_interpreter_that_has_gone_fails_the_run(rig: Rig, tmp_path: Path) -> None:
    interpreter = tmp_path / "interpreter"
    interpreter.write_text("#!/bin/sh\n")
    interpreter.chmod(0o755)
    rig.environment["WJTUI_HOST_PY"] = str(interpreter)
    job = rig.site.triggered("nobody", {"run.py": "print(1)\n"})
    engine = await rig.start()
    interpreter.unlink()
    ended = await run_to_end(engine, job, await engine.service.run(job))
    assert (ended.status, ended.exit) == (RunStatus.FAILED, None)
    assert any("WebJob run failed due to: " in line for line in system_lines(rig.output(ended.ref)))
    assert "interpreter" in ended.reason


async def test_an_interpreter_that_cannot_be_started_fails_the_run(rig: Rig, tmp_path: Path) -> None:
    broken = tmp_path / "broken-python"
    broken.write_bytes(b"\x7fELF no program")
    broken.chmod(0o755)
    rig.environment["WJTUI_HOST_PY"] = str(broken)
    job = rig.site.triggered("broken", {"run.py": "print(1)\n"})
    engine = await rig.start()
    ended = await run_to_end(engine, job, await engine.service.run(job))
    assert (ended.status, ended.exit, ended.pid) == (RunStatus.FAILED, None, None)
    lines = system_lines(rig.output(ended.ref))
    assert lines[-1] == "INFO] Status changed to Failed"
    assert lines[-2].startswith("ERR ] WebJob run failed due to: ")
    assert status_file(rig, ended.ref)["Reason"] == ended.reason


async def test_an_unrunnable_job_is_refused(rig: Rig) -> None:
    job = rig.site.triggered("empty", {"readme.txt": "x"})
    engine = await rig.start()
    shown = await job_when(engine, job)
    assert shown.problems[0].severity is Severity.BLOCKING
    assert (shown.error or "").startswith("No runnable script")
    with pytest.raises(Conflict, match="No runnable script"):
        await engine.service.run(job)
    assert not (rig.data(job)).exists()


async def test_the_end_of_the_engine_aborts_a_run(rig: Rig) -> None:
    job = rig.site.triggered("long", {"run.sh": POLITE})
    engine = await rig.start()
    run = await engine.service.run(job)
    await job_when(engine, job, has_process)
    await engine.stop()
    written = status_file(rig, RunRef(job, run))
    assert (written["Status"], written["Reason"]) == ("Aborted", "the engine was shut down")
    assert written["EndTime"]


async def test_a_run_that_begins_while_the_engine_ends_ends_too(rig: Rig) -> None:
    job = rig.site.triggered("late", {"run.sh": "sleep 1000\n"})
    engine = await rig.start()
    request = asyncio.create_task(engine.service.run(job))
    await asyncio.sleep(0)
    await engine.stop(now=True)
    (result,) = await asyncio.gather(request, return_exceptions=True)
    assert not engine.has_work
    if isinstance(result, str):
        assert status_file(rig, RunRef(job, RunId(result)))["Status"] == "Aborted"
    else:
        assert isinstance(result, Conflict)
    with pytest.raises(Conflict):
        await engine.service.run(job)


async def test_output_goes_to_the_application_log_where_asked(rig: Rig) -> None:
    rig.environment["WEBJOBS_LOG_TRIGGERED_JOBS_TO_APP_LOGS"] = "true"
    job = rig.site.triggered("echo", {"run.sh": "echo hello\n"})
    engine = await rig.start()
    await run_to_end(engine, job, await engine.service.run(job))
    assert ": INFO] hello\n" in rig.app_log(job)


async def test_weird_names_run(rig: Rig) -> None:
    names = ("a.b.c", "with blanks  two", "ünïcode ☃", "-dash", "per%cent$HOME", "quote'\"x")
    jobs = [rig.site.triggered(name, {"-my script's.sh": 'echo "<$WEBJOBS_NAME>"\n'}) for name in names]
    engine = await rig.start()
    runs = [await engine.service.run(job) for job in jobs]
    for job, run in zip(jobs, runs, strict=True):
        ended = await run_to_end(engine, job, run)
        assert ended.status is RunStatus.SUCCESS, (job, rig.output(ended.ref))
        assert f": INFO] <{job.name}>\n" in rig.output(ended.ref)
    assert os.path.isdir(rig.data(jobs[0]))


async def test_a_lock_that_cannot_be_made_is_no_run_that_is_going(rig: Rig) -> None:
    job = rig.site.triggered("report", {"run.sh": "echo ran\n"})
    engine = await rig.start()
    # After the start, which sets a folder in the lock's place aside.
    (rig.data(job) / "triggeredJob.lock").mkdir(parents=True)
    with pytest.raises(Conflict, match=r"could not be locked .*triggeredJob.lock: Is a directory") as refused:
        await engine.service.run(job)
    assert not isinstance(refused.value, AlreadyRunning)
