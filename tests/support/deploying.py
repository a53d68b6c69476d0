"""What a person does to bring a job in: pack it, stage it, put it in place, run it."""

from __future__ import annotations

import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from tests.support.harness import Harness
from wjtui.model.deploys import Deployed, DeployPlan, PlannedJob, WhenRunning
from wjtui.model.events import LogRef
from wjtui.model.identity import JobId
from wjtui.model.jobs import Idle, Job
from wjtui.model.runs import Run, RunRef

T = TypeVar("T")

LOOPING = 'while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.05; done\n'
"""A script that runs until it is asked to stop."""


def new_token() -> str:
    """A token that no package has."""
    return secrets.token_hex(16)


def make_zip(path: Path, files: Mapping[str, str]) -> Path:
    """A .zip of these files, by path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def make_folder(path: Path, files: Mapping[str, str]) -> Path:
    """A folder of these files, by path."""
    for name, text in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return path


async def deploy(
    engine: Harness,
    source: Path,
    job: JobId,
    *,
    running: WhenRunning = WhenRunning.NOW,
    settings_text: str | None = None,
    by: str = "",
) -> Deployed:
    """Stage a source of one job and put it in place under a name."""
    token, deploys = new_token(), engine.service.deploys
    package = await deploys.stage(source, token)
    plan = DeployPlan((PlannedJob(job, package.jobs[0].at, settings_text),), running)
    return await deploys.commit(token, plan, by=by)


async def ran(engine: Harness, job: JobId) -> Run:
    """A run of a triggered job, from its start to its end."""
    run = await engine.service.run(job)

    def over(found: Job) -> bool:
        latest = found.latest_run
        return latest is not None and latest.ref.run == run and latest.status.ended and found.phase == Idle()

    await engine.job(job, over)
    return await engine.service.get_run(RunRef(job, run))


async def output(engine: Harness, run: Run) -> str:
    """What a run has said so far."""
    source = await engine.service.open_log(LogRef(run.ref.job, run.ref.run))
    extent = await source.extent()
    return (await source.read(extent.start, extent.end - extent.start)).decode()
