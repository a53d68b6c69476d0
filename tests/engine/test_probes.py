from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest

from tests.engine.process.family import lives
from tests.engine.rig import Rig, job_when
from tests.support.patience import eventually
from wjtui.engine.engine import Engine
from wjtui.engine.running import continuous_policy
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job, PendingRestart, Running, Severity, Stopped
from wjtui.model.runs import Exit, Launch

LOOP = 'while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done\necho asked\n'
SERVER = """\
import http.server, os, pathlib

data = pathlib.Path(os.environ["WEBJOBS_DATA_PATH"])

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sick = data / "sick"
        self.send_response(503 if sick.exists() else 200)
        self.end_headers()
        (data / "asked").touch()
        self.wfile.write(b"x" * 5000)

    def log_message(self, *_):
        pass

http.server.HTTPServer(("127.0.0.1", int(os.environ["WEBJOBS_PORT"])), Handler).serve_forever()
"""


def pid_of(job: Job) -> int:
    assert isinstance(job.phase, Running)
    return job.phase.pid


def runs(job: Job) -> bool:
    return isinstance(job.phase, Running)


def is_sick(job: Job) -> bool:
    return bool(job.unhealthy)


def is_well(job: Job) -> bool:
    return runs(job) and not job.unhealthy


def probes() -> list[str]:
    """Names of the probes that go on."""
    names = (task.get_name() for task in asyncio.all_tasks())
    return sorted(name for name in names if name.startswith("probe"))


def notices(engine: Engine) -> list[str]:
    return [notice.text for notice in engine._rooms.state._notices if notice.code == "unhealthy"]


def pids_in(folder: Path) -> list[int]:
    return [int(file.read_text()) for file in folder.glob("pid-*") if file.read_text().strip()]


async def ended(engine: Engine, job: JobId) -> list[Launch]:
    return [launch for launch in await engine.service.launches(job) if launch.ended is not None]


async def test_a_job_that_answers_badly_is_unhealthy_until_it_answers_well(rig: Rig) -> None:
    probe = {"http": "/health?deep=1", "interval": 0.1, "threshold": 2}
    job = rig.site.continuous("web", {"run.py": SERVER}, {"probe": probe, "stopping_wait_time": 0})
    engine = await rig.start()
    up = await job_when(engine, job, runs)
    await eventually(lambda: probes() == ["probe of continuous/web"])
    await eventually((rig.data(job) / "asked").exists)  # until its server listens, it may count as unhealthy
    await job_when(engine, job, is_well)
    before = len(notices(engine))
    (rig.data(job) / "sick").touch()
    sick = await job_when(engine, job, lambda now: "answered" in now.unhealthy)
    port = (await engine.service.workplace(job)).environment["WEBJOBS_PORT"]
    assert sick.unhealthy == f"GET /health?deep=1 on port {port} answered 503"
    assert f"SYS ERR ] WebJob is unhealthy: {sick.unhealthy}\n" in rig.app_log(job)
    assert notices(engine)[-1] == f"unhealthy: {sick.unhealthy}"
    told = len(notices(engine))
    assert told == before + 1

    (rig.data(job) / "sick").unlink()
    well = await job_when(engine, job, is_well)
    assert pid_of(well) == pid_of(up), "it was not to be restarted"
    assert rig.app_log(job).endswith("SYS INFO] WebJob is well again\n")
    assert len(notices(engine)) == told, "one notice for each time that it turns"
    assert "Traceback" not in rig.app_log(job), "the job's server was cut off"

    await engine.service.stop(job)
    await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert probes() == []


async def test_an_unhealthy_job_is_restarted_within_its_grace(rig: Rig) -> None:
    script = 'echo begun\n[ -e "$WEBJOBS_DATA_PATH/cured" ] && touch "$WEBJOBS_DATA_PATH/heart"\n' + LOOP
    probe = {"file": "heart", "interval": 0.1, "threshold": 2, "restart": True}
    job = rig.site.continuous("worker", {"run.sh": script}, {"probe": probe, "stopping_wait_time": 20})
    engine = await rig.start()
    first = pid_of(await job_when(engine, job, runs))
    sick = await job_when(engine, job, is_sick)
    assert sick.unhealthy == "heart does not exist"
    (rig.data(job) / "cured").touch()
    await eventually((rig.data(job) / "heart").exists)
    again = await job_when(engine, job, lambda now: is_well(now) and pid_of(now) != first)
    assert not lives(first)
    assert again.latest_launch is not None
    launches = await ended(engine, job)
    assert {launch.reason for launch in launches} == {"unhealthy"}
    assert launches[-1].exit is not None
    assert launches[-1].exit.ok, "it was asked, and ended by itself"
    log = rig.app_log(job)
    steps = (
        "is unhealthy: heart",
        "Restarting the WebJob",
        "changed to Stopping",
        "asked",
        "changed to Stopped",
    )
    places = [log.index(step) for step in steps]
    assert places == sorted(places)
    assert "aborted" not in log
    assert probes() == ["probe of continuous/worker"]


async def test_an_unhealthy_job_is_not_started_more_often_than_one_that_fails(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuous_policy, "STARTS_A_MINUTE", 2)
    probe = {"file": "heart", "interval": 0.1, "threshold": 1, "restart": True}
    job = rig.site.continuous("worker", {"run.sh": LOOP}, {"probe": probe})
    engine = await rig.start()
    first = pid_of(await job_when(engine, job, runs))
    again = await job_when(engine, job, lambda now: is_sick(now) and runs(now) and pid_of(now) != first)
    # A third start within a minute is put off; a stop does not wait for it.
    assert pid_of(again) == pid_of(await job_when(engine, job))
    assert rig.app_log(job).count("Restarting the WebJob") == 1
    await engine.service.stop(job)
    await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert [launch.reason for launch in await ended(engine, job)] == ["stop", "unhealthy"]


async def test_a_heartbeat_that_grows_old(rig: Rig) -> None:
    probe = {"file": "heart", "interval": 0.1, "threshold": 1, "max_age": 120}
    job = rig.site.continuous("pump", {"run.sh": LOOP}, {"probe": probe})
    heart = rig.data(job) / "heart"
    heart.parent.mkdir(parents=True)
    heart.touch()
    os.utime(heart, (1_700_000_000, 1_700_000_000))
    engine = await rig.start()
    sick = await job_when(engine, job, is_sick)
    told = re.fullmatch(r"heart is (\d+) s old", sick.unhealthy)
    assert told is not None
    assert int(told[1]) > 120
    heart.touch()
    await job_when(engine, job, is_well)


async def test_a_command_is_run_as_the_job_is(rig: Rig) -> None:
    check = """\
[ "$PWD" = "$WEBJOBS_PATH" ] && [ -n "$WEBJOBS_PORT" ] && [ "$OWN" = yes ] || exit 9
[ "$(ps -o sid= -p $$)" -eq $$ ] || exit 8
[ "$(nice)" = 7 ] || exit 7
yes | head -c 300000
[ ! -e "$WEBJOBS_DATA_PATH/sick" ] || exit $1
"""
    probe = {"command": "check.sh 3", "interval": 0.1, "threshold": 1}
    settings = {"probe": probe, "env": {"OWN": "yes"}, "nice": 7}
    job = rig.site.continuous("asked", {"run.sh": LOOP, "check.sh": check}, settings)
    engine = await rig.start()
    await job_when(engine, job, runs)
    (rig.data(job) / "sick").touch()
    sick = await job_when(engine, job, is_sick)
    assert sick.unhealthy == "check.sh ended with exit 3"
    (rig.data(job) / "sick").unlink()
    await job_when(engine, job, is_well)
    assert "y\n" not in rig.app_log(job), "what it prints is lost"
    await engine.service.stop(job)
    await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert engine._rooms.launches.living == set()
    assert engine._rooms.launches.leaders == set()


HANGS = """\
sleep 1000 & echo $! > "$WEBJOBS_DATA_PATH/pid-$!"
setsid sleep 1000 & echo $! > "$WEBJOBS_DATA_PATH/pid-$!"
wait
"""


async def test_a_command_that_hangs_is_killed_with_what_it_started(rig: Rig) -> None:
    probe = {"command": "./check.sh", "interval": 0.1, "threshold": 1, "timeout": 1}
    job = rig.site.continuous("slow", {"run.sh": LOOP, "check.sh": HANGS}, {"probe": probe})
    engine = await rig.start()
    sick = await job_when(engine, job, is_sick)
    assert sick.unhealthy == "./check.sh did not end within 1 s"
    await eventually(lambda: len(pids_in(rig.data(job))) >= 2)
    await engine.service.stop(job)
    await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert not any(lives(pid) for pid in pids_in(rig.data(job)))


async def test_a_stop_ends_a_look_that_is_going_on(rig: Rig) -> None:
    probe = {"command": "check.sh", "interval": 0.1, "timeout": 1000}
    job = rig.site.continuous("slow", {"run.sh": LOOP, "check.sh": HANGS}, {"probe": probe})
    engine = await rig.start()
    await eventually(lambda: len(pids_in(rig.data(job))) == 2)
    await engine.service.stop(job)
    stopped = await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert not any(lives(pid) for pid in pids_in(rig.data(job)))
    assert probes() == []
    assert stopped.unhealthy == ""
    assert "unhealthy" not in rig.app_log(job)


async def test_a_job_that_ends_by_itself_ends_its_probe(rig: Rig) -> None:
    script = 'while [ ! -e "$WEBJOBS_DATA_PATH/end" ]; do sleep 0.02; done\nexit 4\n'
    settings = {"probe": {"file": "heart", "interval": 0.1, "threshold": 1}, "restart_time": 1000}
    job = rig.site.continuous("mortal", {"run.sh": script}, settings)
    engine = await rig.start()
    await job_when(engine, job, is_sick)
    (rig.data(job) / "end").touch()
    await job_when(engine, job, lambda now: not runs(now) and not now.unhealthy)
    assert probes() == []
    assert [launch.reason for launch in await ended(engine, job)] == [""]


async def test_a_process_that_dies_of_a_look_is_not_unhealthy(rig: Rig) -> None:
    script = SERVER.replace("sick = data", "os._exit(7)\n        sick = data")
    probe = {"http": "/", "interval": 1, "threshold": 1, "restart": True}
    job = rig.site.continuous("web", {"run.py": script}, {"probe": probe, "restart_time": 1000})
    engine = await rig.start()
    down = await job_when(engine, job, lambda now: isinstance(now.phase, PendingRestart))
    assert isinstance(down.phase, PendingRestart)
    assert down.phase.exit == Exit(code=7)
    assert [launch.reason for launch in await ended(engine, job)] == [""]
    assert notices(engine) == []


async def test_a_command_that_is_not_there_restarts_nobody(rig: Rig) -> None:
    probe = {"command": "no-such-program -x", "interval": 0.1, "threshold": 1, "restart": True}
    job = rig.site.continuous("web", {"run.sh": LOOP}, {"probe": probe})
    engine = await rig.start()
    up = await job_when(engine, job, runs)
    sick = await job_when(engine, job, is_sick)
    assert sick.unhealthy.startswith("'no-such-program' could not be started: there is no such file, ")
    assert probes() == ["probe of continuous/web"]
    assert pid_of(await job_when(engine, job)) == pid_of(up)
    assert await ended(engine, job) == []


async def test_changed_settings_end_the_probe(rig: Rig) -> None:
    probe = {"file": "heart", "interval": 0.1, "threshold": 1}
    job = rig.site.continuous("web", {"run.sh": LOOP}, {"probe": probe})
    engine = await rig.start()
    first = pid_of(await job_when(engine, job, is_sick))
    await engine.service.settings.save(job, "{}")
    again = await job_when(engine, job, lambda now: is_well(now) and pid_of(now) != first)
    assert again.settings.probe is None
    assert probes() == []
    assert [launch.reason for launch in await ended(engine, job)] == ["redeploy"]


async def test_no_probe_no_task_and_a_bad_one_is_told(rig: Rig) -> None:
    plain = rig.site.continuous("plain", {"run.sh": LOOP})
    wrong = rig.site.continuous("wrong", {"run.sh": LOOP}, {"probe": {"file": "../heart"}})
    engine = await rig.start()
    await job_when(engine, plain, runs)
    told = await job_when(engine, wrong, runs)
    assert probes() == []
    (problem,) = told.problems
    assert problem.severity is not Severity.BLOCKING
    assert "probe" in problem.text
    assert "data folder" in problem.text
