"""Rig: real engines over a temporary root, and waiting for what they come to."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.model.events import Snapshot
from wjtui.model.identity import JobId
from wjtui.model.jobs import Idle, Job
from wjtui.model.runs import Run, RunId, RunRef


class Rig:
    """A root, and the engines that a test starts on it; they are stopped after it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.site = SiteBuilder(self.root)
        self.site.jobs.mkdir(parents=True)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "WEBJOBS_RESTART_TIME": "0"}
        self._started: list[Engine] = []

    def make(self, instance: str = "one", *, native: bool = False) -> Engine:
        """An engine of this root, not started."""
        return Engine(EngineOptions(self.root, instance, self.environment, native_watch=native))

    async def start(self, instance: str = "one", *, native: bool = False, drain: float = 5.0) -> Engine:
        """An engine of this root."""
        engine = self.make(instance, native=native)
        engine._rooms.drain = timedelta(seconds=drain)
        await engine.start()
        self._started.append(engine)
        return engine

    @property
    def started(self) -> Engine:
        """The engine that was started last."""
        return self._started[-1]

    async def end(self) -> None:
        """Stop what was started."""
        await asyncio.gather(*(engine.stop(now=True) for engine in self._started))

    def data(self, job: JobId) -> Path:
        """A job's data folder."""
        return self.root / "data" / "jobs" / job.type.value / job.name

    def app_log(self, job: JobId, instance: str = "one") -> str:
        """A job's application log."""
        name = f"webjob-{job.type.value}-{job.name}-{instance}.log"
        return (self.root / "LogFiles" / "Application" / name).read_text("utf-8")

    def job_log(self, job: JobId) -> str:
        """A continuous job's ``job_log.txt``."""
        return (self.data(job) / "job_log.txt").read_text("utf-8")

    def output(self, ref: RunRef) -> str:
        """A run's log."""
        return (self.data(ref.job) / ref.run / "output_log.txt").read_text("utf-8")

    def site_settings(self, **values: str) -> None:
        """Write the site settings."""
        path = self.root / "data" / "wjtui" / "site_settings.json"
        path.write_text(json.dumps(values), "utf-8")


async def until(engine: Engine, state: Callable[[Snapshot], bool]) -> Snapshot:
    """Wait, from event to event, until the whole state is as wanted."""
    last: Snapshot | None = None
    try:
        async with asyncio.timeout(PATIENCE), aclosing(engine.service.events()) as items:  # type: ignore[type-var]
            async for _ in items:
                last = await engine.service.snapshot()
                if state(last):
                    return last
    except TimeoutError:
        pass
    raise AssertionError(f"the state did not come; the last one was {last}")


async def job_when(engine: Engine, job: JobId, state: Callable[[Job], bool] = lambda job: True) -> Job:
    """A job, once it is there and as wanted."""

    def found(snapshot: Snapshot) -> list[Job]:
        return [known for known in snapshot.jobs if known.id.key == job.key and state(known)]

    return found(await until(engine, lambda snapshot: bool(found(snapshot))))[0]


async def run_to_end(engine: Engine, job: JobId, run: RunId) -> Run:
    """A run, once it has ended and its job is idle."""

    def over(found: Job) -> bool:
        latest = found.latest_run
        return latest is not None and latest.ref.run >= run and latest.status.ended and found.phase == Idle()

    await job_when(engine, job, over)
    return await engine.service.get_run(RunRef(job, run))
