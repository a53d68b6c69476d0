"""Processes that are killed while they put versions in place."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.rig import Rig, job_when
from tests.engine.switch_driver import look, write_version
from wjtui.model.identity import JobId, JobType

HERE = Path(__file__).parent
TOP = HERE.parent.parent
PATH = os.pathsep.join(filter(None, [str(TOP), os.environ.get("PYTHONPATH")]))
"""Where a process finds the tests, and what makes it late (``tests/late``)."""
SEED = 20261121
ENGINE = """
import asyncio, secrets, sys
from pathlib import Path
from tests.engine.switch_driver import write_version
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.model.deploys import DeployPlan, PlannedJob
from wjtui.model.identity import JobId, JobType

async def main(root, source, begun):
    engine = Engine(EngineOptions(root, "one", native_watch=False))
    await engine.start()
    job = JobId(JobType.TRIGGERED, "report")
    for number in range(begun, begun + 1000):
        package = source / str(number)
        write_version(package, str(number))
        (package / "run.sh").write_text("echo\\n")
        token = secrets.token_hex(16)
        await engine.service.deploys.stage(package, token)
        await engine.service.deploys.commit(token, DeployPlan((PlannedJob(job),)))
        print(number, flush=True)

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.parametrize("way", ["exchange", "renames"])
def test_fifty_kills_leave_the_old_version_or_the_new_one(tmp_path: Path, way: str) -> None:
    driver = [sys.executable, str(HERE / "switch_driver.py"), str(tmp_path / "root"), "50", str(SEED), way]
    environment = {**os.environ, "PYTHONPATH": PATH}
    done = subprocess.run(driver, env=environment, capture_output=True, text=True, timeout=55, check=False)
    assert done.returncode == 0, done.stderr
    told = re.fullmatch(r"50 kills, (\d+) the last version\n", done.stdout)
    assert told and int(told[1]) > 0, done.stdout


async def test_a_killed_engine_leaves_whole_versions_and_the_next_one_goes_on(
    rig: Rig, tmp_path: Path
) -> None:
    job = JobId(JobType.TRIGGERED, "report")
    folder = rig.site.folder(job)
    write_version(folder, "0")
    environment = {**os.environ, "PYTHONPATH": PATH}
    last = 0
    for kill in range(3):
        begun = 1000 * (kill + 1)
        command = [sys.executable, "-c", ENGINE, str(rig.root), str(tmp_path / "source"), str(begun)]
        process = subprocess.Popen(  # noqa: ASYNC220 (a moment, in a test)
            command, env=environment, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            await asyncio.to_thread(process.stdout.readline)
            await asyncio.sleep(0.02 * kill)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        (folder / "run.sh").unlink()  # beside the files that tell which version it is
        mark = int(look(folder))
        assert mark >= begun > last
        last = mark
        engine = await rig.start()
        await job_when(engine, job)
        current, *earlier = await engine.service.versions.of(job)
        assert earlier and current.number == earlier[0].number + 1
        hidden = [path for path in rig.site.jobs.rglob(".wjtui*") if path.name != ".wjtui"]
        assert hidden == [] and not list(rig.site.jobs.glob(".wjtui/*"))
        await engine.stop(now=True)
