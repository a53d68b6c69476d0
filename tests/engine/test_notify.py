"""notify_command, called by a real engine: what it gets, and what becomes of one that hangs or fails."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.engine.rig import Rig, job_when, run_to_end, until
from tests.support.patience import PATIENCE, eventually
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.engine.notify_policy import CALLS
from wjtui.engine.process.survivors import find_survivors
from wjtui.model.events import Snapshot, Tone
from wjtui.model.identity import JobId
from wjtui.model.jobs import PendingRestart
from wjtui.model.runs import RunStatus

FAILS = "echo about to fail\necho 'the disk is full' >&2\nexit 3\n"


class Post:
    """A config.toml, and the folder into which its command puts what it is told."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self._rig = rig
        self._written = 0
        self.config = folder / "config.toml"
        self.folder = folder / "told"
        self.folder.mkdir()

    def command(self, script: str) -> None:
        """Have this script called, in bash."""
        # Another length each time: a file system's clock may stand still between two writes.
        self._written += 1
        argv = ["bash", "-c", f"{script} {'#' * self._written}"]
        self.config.write_text(f"notify_command = {json.dumps(argv)}\n")

    def note_pid(self, then: str) -> Path:
        """Have a call leave its process id, then do this; returns the file that it will be in."""
        pid = self.folder / "pid"
        quoted = shlex.quote(str(pid))
        self.command(f"echo $$ > {quoted}.tmp; mv {quoted}.tmp {quoted}; {then}")
        return pid

    def keep(self, then: str = "true") -> None:
        """Have each call put what it reads into a file of its own."""
        folder = shlex.quote(str(self.folder))
        self.command(f"cat > {folder}/$$.tmp; mv {folder}/$$.tmp {folder}/$$.json; {then}")

    async def start(self) -> Engine:
        """An engine that reads this file."""
        options = EngineOptions(
            self._rig.root, "one", self._rig.environment, native_watch=False, config_file=lambda: self.config
        )
        engine = Engine(options)
        await engine.start()
        self._rig._started.append(engine)
        return engine

    @property
    def told(self) -> list[dict[str, Any]]:
        """What the calls were told, in the order of the failures."""
        found = [json.loads(path.read_text()) for path in self.folder.glob("*.json")]
        return sorted(found, key=lambda each: str(each["time"]))


@pytest.fixture
def post(rig: Rig, tmp_path: Path) -> Post:
    return Post(rig, tmp_path)


def notices(snapshot: Snapshot) -> list[str]:
    return [each.text for each in snapshot.notices if each.code == "notify" and each.tone is Tone.WARNING]


async def fail(engine: Engine, job: JobId) -> str:
    """A run that fails, to its end; returns its id."""
    run = await engine.service.run(job)
    assert (await run_to_end(engine, job, run)).status is RunStatus.FAILED
    return run


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_failing_run_is_told(rig: Rig, post: Post) -> None:
    job = rig.site.triggered("nightly", {"run.sh": FAILS})
    good = rig.site.triggered("good", {"run.sh": "true\n"})
    rig.environment |= {"WJTUI_PASSWORD": "secret", "WEBJOBS_NAME": "outer"}
    environment = shlex.quote(str(post.folder / "environment"))
    post.keep(f"env > {environment}.tmp; mv {environment}.tmp {environment}")
    engine = await post.start()
    await run_to_end(engine, good, await engine.service.run(good))
    run = await fail(engine, job)
    await eventually(lambda: (post.folder / "environment").exists())
    (told,) = post.told
    assert {key: told[key] for key in ("event", "job", "type", "run", "status", "exit_code", "count")} == {
        "event": "run-failed",
        "job": "nightly",
        "type": "triggered",
        "run": run,
        "status": "Failed",
        "exit_code": 3,
        "count": 1,
    }
    assert told["error"] == ["the disk is full"]
    assert (told["root"], told["instance"]) == (str(rig.root), "one")
    found = (post.folder / "environment").read_text()
    assert "secret" not in found and "WEBJOBS_" not in found and "WJTUI_JOB" not in found
    assert f"HOME={rig.environment['HOME']}\n" in found and f"WJTUI_ENGINE={engine.site.mark}\n" in found


async def test_it_is_nobody_who_watches_and_no_job(rig: Rig, post: Post) -> None:
    job = rig.site.triggered("nightly", {"run.sh": FAILS})
    pid = post.note_pid("exec sleep 600")
    engine = await post.start()
    assert not engine.watched
    await fail(engine, job)
    await eventually(pid.exists)
    assert not engine.has_work and not engine.watched
    assert engine._supervisor.groups == {}
    await fail(engine, job)


async def test_a_continuous_job_that_crashes_is_told(rig: Rig, post: Post) -> None:
    job = rig.site.continuous("worker", {"run.sh": "echo broken >&2\nexit 4\n"}, {"restart_time": 3600})
    post.keep()
    engine = await post.start()
    await job_when(engine, job, lambda found: isinstance(found.phase, PendingRestart))
    await eventually(lambda: post.told)
    (told,) = post.told
    assert (told["event"], told["job"], told["type"], told["run"]) == (
        "job-failed",
        "worker",
        "continuous",
        None,
    )
    assert (told["status"], told["exit_code"], told["error"]) == ("PendingRestart", 4, ["broken"])


async def test_a_continuous_job_without_a_loop_is_told(rig: Rig, post: Post) -> None:
    rig.site.continuous("worker", {"run.sh": "true\n"}, {"restart_time": 0})
    post.keep()
    await post.start()
    await eventually(lambda: post.told)
    assert [each["event"] for each in post.told] == ["job-ends-by-itself"]


async def test_the_file_is_read_again_when_it_has_changed(rig: Rig, post: Post) -> None:
    jobs = [rig.site.triggered(name, {"run.sh": FAILS}) for name in ("one", "two", "three", "four")]
    engine = await post.start()
    ledger = engine._notifier._ledger
    await fail(engine, jobs[0])
    await eventually(lambda: not ledger.count)
    post.keep()
    await fail(engine, jobs[1])
    await eventually(lambda: len(post.told) == 1)
    post.config.write_text("notify_command = []\n")
    await fail(engine, jobs[2])
    await eventually(lambda: not ledger.count)
    post.config.unlink()
    post.keep()
    await fail(engine, jobs[3])
    await eventually(lambda: len(post.told) == 2)
    assert [each["job"] for each in post.told] == ["two", "four"]


async def test_a_hanging_command_is_killed_with_all_it_started(rig: Rig, post: Post) -> None:
    job, other = (rig.site.triggered(name, {"run.sh": FAILS}) for name in ("nightly", "other"))
    pids = shlex.quote(str(post.folder / "pids"))
    post.command(f"setsid sleep 600 & echo $! $$ > {pids}.tmp; mv {pids}.tmp {pids}; sleep 600")
    engine = await post.start()
    engine._notifier.limit_seconds = 3.0
    await fail(engine, job)
    snapshot = await until(engine, lambda state: bool(notices(state)))
    assert "was killed after 3 s" in notices(snapshot)[0]
    started = (post.folder / "pids").read_text().split()
    await eventually(lambda: all(gone(int(pid)) for pid in started))
    post.keep()
    await fail(engine, other)
    await eventually(lambda: post.told)


@pytest.mark.parametrize("argv", ['["no-such-program"]', '["/no/such/program", "x"]', '["./here"]', '["/"]'])
async def test_a_missing_command_is_one_notice(
    rig: Rig, post: Post, argv: str, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [rig.site.triggered(f"job-{number}", {"run.sh": FAILS}) for number in range(3)]
    post.config.write_text(f"notify_command = {argv}\n")
    engine = await post.start()
    with caplog.at_level(logging.WARNING):
        for job in jobs:
            await fail(engine, job)
        await eventually(lambda: caplog.text.count("is no program that can be run here") == 3)
    (notice,) = notices(await engine.service.snapshot())
    assert json.loads(argv)[0] in notice and "config.toml" in notice


async def test_a_failing_command_is_one_notice_and_its_words_are_in_the_log(
    rig: Rig, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [rig.site.triggered(f"job-{number}", {"run.sh": FAILS}) for number in range(3)]
    post.keep("printf 'no \\033[31mserver\\n' >&2; head -c 100000 /dev/zero | tr '\\0' x; exit 7")
    engine = await post.start()
    with caplog.at_level(logging.INFO, logger="wjtui.engine.notify"):
        for job in jobs:
            await fail(engine, job)
        await eventually(lambda: caplog.text.count("failed: exit 7") == 3)
    assert len(notices(await engine.service.snapshot())) == 1
    said = [record.getMessage() for record in caplog.records if "notify_command: " in record.getMessage()]
    assert "notify_command: no  [31mserver" in said
    assert all(line.isprintable() for line in said) and 3 * 4000 < sum(map(len, said)) < 3 * 4300


async def test_a_command_that_reads_nothing_is_no_trouble(rig: Rig, post: Post) -> None:
    job = rig.site.triggered("nightly", {"run.sh": FAILS})
    done = post.folder / "done"
    post.command(f"exec < /dev/null; touch {shlex.quote(str(done))}")
    engine = await post.start()
    await fail(engine, job)
    await eventually(done.exists)
    await eventually(lambda: not engine._rooms.launches.leaders)
    assert notices(await engine.service.snapshot()) == []


async def test_a_storm_gives_few_calls_and_loses_no_failure(
    rig: Rig, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [rig.site.triggered(f"job-{number}", {"run.sh": "exit 1\n"}) for number in range(30)]
    post.keep()
    engine = await post.start()
    runs = await asyncio.gather(*(engine.service.run(job) for job in jobs))
    await asyncio.gather(*(run_to_end(engine, job, run) for job, run in zip(jobs, runs, strict=True)))
    ledger = engine._notifier._ledger
    await eventually(lambda: not ledger.count or len(ledger._calls) == CALLS)
    await eventually(lambda: sum(each["count"] for each in post.told) == 30 - ledger.count)
    told = post.told
    assert 1 <= len(told) <= CALLS
    named = [name for each in told for name in (one["job"] for one in each.get("jobs", [each]))]
    assert len(named) == len(set(named)) == sum(each["count"] for each in told)
    left = ledger.count
    with caplog.at_level(logging.WARNING, logger="wjtui.engine.notify"):
        await engine.stop()
    assert (f"was not told of {left} failures" in caplog.text) is bool(left)


async def test_the_end_of_the_engine_waits_a_little_and_no_more(rig: Rig, post: Post) -> None:
    job, other = (rig.site.triggered(name, {"run.sh": FAILS}) for name in ("nightly", "other"))
    pid = post.note_pid("sleep 600")
    engine = await post.start()
    await fail(engine, job)
    await eventually(pid.exists)
    await fail(engine, other)
    async with asyncio.timeout(PATIENCE):
        await engine.stop()
    assert gone(int(pid.read_text())) and engine._rooms.launches.living == set()


async def test_a_quick_command_is_let_finish_at_the_end(rig: Rig, post: Post) -> None:
    job = rig.site.triggered("nightly", {"run.sh": FAILS})
    post.keep()
    engine = await post.start()
    await fail(engine, job)
    await engine.stop()
    assert [each["job"] for each in post.told] == ["nightly"]


async def test_what_a_killed_engine_left_is_found_by_the_next_one(rig: Rig, post: Post) -> None:
    """The command carries the engine's marks, as jobs do, and is no part of the job it tells of."""
    job = rig.site.triggered("nightly", {"run.sh": FAILS})
    pid = post.note_pid("exec sleep 600")
    engine = await post.start()
    await fail(engine, job)
    await eventually(pid.exists)
    # What has written the file may not have ended yet.
    await eventually(lambda: find_survivors(engine.site.mark) == [int(pid.read_text())])
    assert find_survivors(engine.site.mark, str(job)) == []
    assert find_survivors(engine.site.mark, None, engine._rooms.launches.living) == []


async def test_without_a_file_nobody_is_told(rig: Rig, post: Post) -> None:
    job = rig.site.triggered("nightly", {"run.sh": FAILS})
    engine = await rig.start()
    await fail(engine, job)
    assert engine._notifier._ledger.count == 0 and post.told == []
