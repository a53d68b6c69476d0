"""ScheduleDesk: a Scheduler under a FakeClock, with jobs whose runs are only written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tests.support.fake_clock import FakeClock
from wjtui.engine.catalog.discover import Definition
from wjtui.engine.catalog.hosts import find_hosts
from wjtui.engine.config import Config
from wjtui.engine.history.store import RunStore
from wjtui.engine.process.launches import Launches
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.triggered import NotWanted
from wjtui.engine.scheduling.scheduler import LOOK_EVERY_SECONDS, Scheduler
from wjtui.engine.site import Site
from wjtui.engine.state import State
from wjtui.model.errors import AlreadyRunning
from wjtui.model.events import EngineInfo
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Idle, Job, Script
from wjtui.model.runs import Run, RunId, RunRef, RunStatus, make_run_id
from wjtui.settings.check import check_settings

SCRIPT = Script("run.sh", "BashScriptHost", ("/bin/bash",), "it is there")


class FakeStore(RunStore):
    """Runs in memory."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.runs: dict[JobId, dict[RunId, Run]] = {}
        self.newest: dict[JobId, list[RunId]] = {}

    def ids(self, job: JobId) -> list[RunId]:
        return self.newest.get(job, [])

    def load(self, ref: RunRef) -> Run | None:
        return self.runs[ref.job].get(ref.run)

    def add(self, job: JobId, at: datetime, trigger: str, scheduled: datetime | None = None) -> Run:
        """A run of any instance."""
        known = self.newest.setdefault(job, [])
        run_id = make_run_id(at, known[0] if known else None)
        known[:] = [run_id]
        run = Run(RunRef(job, run_id), RunStatus.SUCCESS, trigger, at, scheduled=scheduled)
        self.runs[job] = {run_id: run}
        return run


class FakeRunner:
    """Starts nothing: it notes what was asked for. ``busy`` and ``refusal`` change what it answers."""

    def __init__(self, job: JobId, clock: FakeClock, store: FakeStore) -> None:
        self.job = job
        self.busy = False
        self.refusal: Exception | None = None
        self.before: Callable[[], object] = lambda: None
        """Called when the lock is taken, before ``wanted`` is asked."""
        self.started: list[Run] = []
        self.arguments: list[str | None] = []
        self._clock = clock
        self._store = store

    @property
    def idle(self) -> bool:
        return not self.busy

    async def start(
        self,
        arguments: str | None,
        trigger: str,
        *,
        scheduled: datetime | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> Run:
        if self.busy:
            raise AlreadyRunning("The job is already running.")
        if self.refusal is not None:
            raise self.refusal
        self.before()
        if wanted is not None and not wanted():
            raise NotWanted
        run = self._store.add(self.job, self._clock.now(), trigger, scheduled)
        self.started.append(run)
        self.arguments.append(arguments)
        return run

    @property
    def times(self) -> list[datetime]:
        """When runs were started, of which those of the schedule say for when."""
        return [run.started for run in self.started]


class ScheduleDesk:
    """One root, whose engine may be ended and begun again."""

    def __init__(self, folder: Path, now: datetime, look_every: float) -> None:
        self.clock = FakeClock(now)
        self.site = Site(folder, "one", "one")
        self.environment: dict[str, str] = {}
        self.site.shared.mkdir(parents=True)
        self.store = FakeStore(self.site)
        self._look_every = look_every
        self._task: asyncio.Task[None] | None = None
        self._runners: dict[JobId, FakeRunner] = {}
        self.rooms: Rooms
        self.scheduler: Scheduler

    def begin(self) -> None:
        """An engine of this root, which has read no job yet."""
        config = Config(self.environment, self.site.site_settings)
        state = State(self.clock, EngineInfo(str(self.site.root), "one", 1, "0", self.clock.now()))
        hosts = find_hosts({"PATH": ""})
        self.rooms = Rooms(self.site, config, self.clock, state, self.store, Launches(self.site.mark), hosts)
        self.scheduler = Scheduler(self.rooms, look_every=self._look_every)

    async def run(self) -> None:
        """Its schedules are due from now on."""
        self._task = asyncio.create_task(self.scheduler.run(), name="scheduler")
        await self.clock.settle()

    async def end(self) -> None:
        """The engine ends."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def restart(self, down_for: float, **jobs: Any) -> None:
        """The engine is down for so many seconds, then it reads these jobs: name -> settings."""
        await self.end()
        await self.clock.advance(down_for)
        self.begin()
        for name, settings in jobs.items():
            self.put(name, **settings)
        await self.run()

    def put(self, name: str, **settings: Any) -> Job:
        """A triggered job with these settings, as the supervisor would hand it over."""
        job = JobId(JobType.TRIGGERED, name)
        typed, _ = check_settings(settings, JobType.TRIGGERED)
        folder = self.site.root / name
        definition = Definition(job, folder, self.site.job_data(job), folder, SCRIPT, typed)
        facts = self.scheduler.put(definition, self.runner(name))
        made = Job(job, str(folder), str(definition.data), Idle(), SCRIPT, typed)
        self.rooms.state.put_job(msgspec.structs.replace(made, **facts))
        return self.job(name)

    def runner(self, name: str) -> FakeRunner:
        """Who would run this job."""
        job = JobId(JobType.TRIGGERED, name)
        return self._runners.setdefault(job, FakeRunner(job, self.clock, self.store))

    def job(self, name: str) -> Job:
        """A job as it is in the state."""
        return self.rooms.state.job(JobId(JobType.TRIGGERED, name))

    def log(self, name: str) -> list[str]:
        """The lines of its ``job_scheduler.log``, from the level on."""
        path = self.site.job_data(JobId(JobType.TRIGGERED, name)) / "job_scheduler.log"
        if not path.exists():
            return []
        return [line.partition(": SYS ")[2] for line in path.read_text("utf-8").splitlines()]

    @property
    def notices(self) -> list[str]:
        """The codes of what was told."""
        return [notice.code for notice in self.rooms.state.snapshot().notices]


@asynccontextmanager
async def open_desk(
    folder: Path, now: datetime, *, look_every: float = LOOK_EVERY_SECONDS
) -> AsyncIterator[ScheduleDesk]:
    """A desk whose engine has read no job yet."""
    desk = ScheduleDesk(folder, now, look_every)
    desk.begin()
    try:
        yield desk
    finally:
        await desk.end()
