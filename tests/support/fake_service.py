"""FakeJobService: an engine made of values; tests script its state and look at the commands it got."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec

from tests.support.fake_changes import FakeDeploys, FakeSettings, FakeTrash, FakeVersions
from tests.support.fake_hooks import FakeHooks
from tests.support.fake_queue import FakeQueue
from tests.support.fake_senders import FakeSenders
from wjtui.logs.line import Level, message
from wjtui.model.errors import Conflict, JobNotFound, NotAllowed, NotRunning, RunNotFound, WjtuiError
from wjtui.model.events import (
    AnyEvent,
    EngineChanged,
    EngineInfo,
    Envelope,
    JobChanged,
    JobRemoved,
    LogExtent,
    LogGrew,
    LogRef,
    MissedChanged,
    Notice,
    RunChanged,
    RunRemoved,
    Snapshot,
    UsageSampled,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.instances import Instance, Workplace
from wjtui.model.jobs import (
    AnyPhase,
    Busy,
    Disabling,
    Idle,
    Job,
    Running,
    Script,
    Starting,
    Stopping,
)
from wjtui.model.runs import Exit, Launch, Run, RunId, RunRef, RunStatus, make_run_id, run_outcome
from wjtui.model.schedules import LaterStart, Missed, Schedule, ScheduleState
from wjtui.model.settings import JobSettings
from wjtui.model.starts import EXTERNAL
from wjtui.model.versions import Cause
from wjtui.service import LogSource
from wjtui.settings.parse import parse_settings

NOW = datetime(2026, 11, 21, 5, 12, 9, tzinfo=UTC)
_ENDED = object()


class FixedClock:
    """A clock that stands still until it is set; sleeping yields, and ends when the clock has moved on."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self._monotonic = 1000.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
        self._moved.set()

    async def sleep(self, seconds: float) -> None:
        until = self._monotonic + seconds
        while self._monotonic < until:
            self._moved.clear()
            await self._moved.wait()


class MemoryLog:
    """A log that lies in memory; ``reads`` says what was asked for."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)
        self.start = 0
        self.generation = "1"
        self.reads: list[tuple[int, int]] = []
        self.error: WjtuiError | None = None

    def append(self, data: bytes) -> None:
        self.data += data

    @property
    def reach(self) -> LogExtent:
        return LogExtent(self.start, self.start + len(self.data), self.generation)

    def roll(self, count: int) -> None:
        """Lose the first ``count`` bytes."""
        del self.data[:count]
        self.start += count

    async def extent(self) -> LogExtent:
        if self.error is not None:
            raise self.error
        return self.reach

    async def read(self, start: int, length: int) -> bytes:
        self.reads.append((start, length))
        if self.error is not None:
            raise self.error
        if start < self.start:
            return b""
        return bytes(self.data[start - self.start : start - self.start + length])


class FakeJobService:
    """Implements ``JobService``. Commands are recorded; ``refuse`` and ``hold`` change how they end."""

    def __init__(
        self, *jobs: Job, engine: EngineInfo | None = None, notices: tuple[Notice, ...] = ()
    ) -> None:
        self.jobs = {job.id.key: job for job in jobs}
        self.info = engine or make_engine()
        self.notices = notices
        self.usage: tuple[UsageSampled, ...] = ()
        self.logs: dict[LogRef, LogSource] = {}
        self.stretches: dict[tuple[str, str], list[Missed]] = {}
        """What ``missed`` answers, by ``JobId.key``."""
        self.past: list[Run] = []
        """Runs of ``runs``, ``get_run`` and ``history`` beside the latest run of each job, in any order."""
        self.deleted_runs: dict[RunRef, Run] = {}
        """What ``delete_run`` took and ``restore_run`` brings back."""
        self.passed_launches: dict[tuple[str, str], list[Launch]] = {}
        """What ``launches`` answers beside the latest one, by ``JobId.key``, newest first."""
        self.places: dict[tuple[str, str], list[Instance]] = {}
        """What ``instances`` answers, by ``JobId.key``."""
        self.workplaces: dict[tuple[str, str], Workplace] = {}
        """What ``workplace`` answers, by ``JobId.key``; made up for other jobs that can run."""
        self.inputs: dict[RunRef, bytes] = {}
        """The bodies that runs were started with."""
        self.keys: dict[str, RunId] = {}
        """The runs that were started with a key; of every job together."""
        self.results: dict[RunRef, bytes] = {}
        """What ``result`` answers."""
        self.commands: list[tuple[str, ...]] = []
        self.refuse: WjtuiError | None = None
        self.fail: Exception | None = None
        self.hold: asyncio.Event | None = None
        """Commands wait for it, so that tests can look while one is on its way."""
        self.unreachable: WjtuiError | None = None
        self.connections = 0
        self.ends_on_shut_down = True
        self.versions = FakeVersions(self._command, self._known, NOW)
        self.deploys = FakeDeploys(self._command, self._adopt)
        self.hooks = FakeHooks()
        self.senders = FakeSenders(self._known, NOW)
        self.queue = FakeQueue(self._command, self._known, self.change, NOW)
        self.settings = FakeSettings(self._command, self._known, self._settings_changed)
        self.trash = FakeTrash(
            self._command, self._known, lambda job: self.tell(JobRemoved(job.id)), self.add, NOW
        )
        self._seq = 0
        self._subscribers: list[asyncio.Queue[Envelope | Snapshot | object]] = []

    # What tests do

    def tell(self, *events: AnyEvent, at: datetime = NOW) -> None:
        """Publish events, and apply those about jobs."""
        for event in events:
            if isinstance(event, JobChanged):
                self.jobs[event.job.id.key] = event.job
            elif isinstance(event, JobRemoved):
                self.jobs.pop(event.id.key, None)
            elif isinstance(event, EngineChanged):
                self.info = event.info
            elif isinstance(event, MissedChanged):
                older = [one for one in self._stretches(event.id) if one.first != event.missed.first]
                self.stretches[event.id.key] = [event.missed, *older]
            self._seq += 1
            for queue in self._subscribers:
                queue.put_nowait(Envelope(self._seq, at, event))

    def change(self, name: str, phase: AnyPhase | None = None, **fields: object) -> Job:
        """Change a job by name and tell about it."""
        job = self.find(name)
        if phase is not None:
            fields["phase"] = phase
        job = msgspec.structs.replace(job, **fields)
        self.tell(JobChanged(job))
        return job

    def add(self, job: Job) -> None:
        """A job appears."""
        self.tell(JobChanged(job))

    def find(self, name: str) -> Job:
        """A job by name."""
        return next(job for job in self.jobs.values() if job.id.name == name)

    def log(self, ref: LogRef, data: bytes = b"") -> MemoryLog:
        """Give a log a content in memory."""
        log = self.logs[ref] = MemoryLog(data)
        return log

    def grow(self, ref: LogRef, data: bytes) -> None:
        """Append to a log in memory and tell about it."""
        log = self.logs.get(ref)
        if not isinstance(log, MemoryLog):
            log = self.log(ref)
        log.append(data)
        self.tell(LogGrew(ref, log.reach))

    def lose(self, error: WjtuiError) -> None:
        """The engine cannot be reached from now on."""
        self.unreachable = error
        for queue in self._subscribers:
            queue.put_nowait(error)

    def end(self) -> None:
        """The engine ends in order."""
        for queue in self._subscribers:
            queue.put_nowait(_ENDED)

    @property
    def delivered(self) -> bool:
        """Whether every event has been taken by every subscriber."""
        return all(queue.empty() for queue in self._subscribers)

    # JobService

    async def snapshot(self) -> Snapshot:
        return Snapshot(
            self._seq, NOW, self.info, tuple(self.jobs.values()), usage=self.usage, notices=self.notices
        )

    async def events(self, after: int | None = None) -> AsyncIterator[Envelope | Snapshot]:
        self.connections += 1
        if self.unreachable is not None:
            raise self.unreachable
        queue: asyncio.Queue[Envelope | Snapshot | object] = asyncio.Queue()
        self._subscribers.append(queue)
        try:
            yield await self.snapshot()
            while True:
                item = await queue.get()
                if isinstance(item, WjtuiError):
                    raise item
                if not isinstance(item, Envelope | Snapshot):
                    return
                yield item
        finally:
            self._subscribers.remove(queue)

    async def runs(self, job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        found = self._runs_of(self._known(job))
        return [run for run in found if before is None or run.ref.run < before][:limit]

    async def history(self, *, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        if self.unreachable is not None:
            raise self.unreachable
        found = [run for job in self.jobs.values() for run in self._runs_of(job)]
        found.sort(key=lambda run: _place(run.ref), reverse=True)
        return [run for run in found if before is None or _place(run.ref) < _place(before)][:limit]

    async def get_run(self, ref: RunRef) -> Run:
        found = next((run for run in self._runs_of(self._known(ref.job)) if run.ref == ref), None)
        if found is None:
            raise RunNotFound(f"There is no run {ref}.")
        return found

    async def result(self, ref: RunRef) -> bytes | None:
        return self.results.get((await self.get_run(ref)).ref)

    async def delete_run(self, ref: RunRef) -> None:
        await self._command("delete_run", ref.job.name, ref.run)
        run = await self.get_run(ref)
        if not run.status.ended:
            raise Conflict(f"Run {ref.run} of '{ref.job.name}' is going: cancel it first.")
        rest = [one for one in self._runs_of(self._known(ref.job)) if one.ref != ref]
        self.deleted_runs[ref] = run
        self.tell(RunRemoved(ref))
        self._keep_runs(ref.job, rest)

    async def restore_run(self, ref: RunRef) -> None:
        await self._command("restore_run", ref.job.name, ref.run)
        known = self._runs_of(self._known(ref.job))
        if ref not in self.deleted_runs:
            raise RunNotFound(f"Run {ref.run} of '{ref.job.name}' is not in the trash.")
        if any(run.ref == ref for run in known):
            raise Conflict(f"There is a run {ref.run} of '{ref.job.name}' again.")
        run = self.deleted_runs.pop(ref)
        self.tell(RunChanged(run))
        self._keep_runs(ref.job, [run, *known])

    async def launches(self, job: JobId) -> list[Launch]:
        found = self._known(job).latest_launch
        return [*([found] if found is not None else []), *self.passed_launches.get(job.key, [])]

    async def instances(self, job: JobId) -> list[Instance]:
        return list(self.places.get(self._known(job).id.key, []))

    async def workplace(self, job: JobId) -> Workplace:
        found = self._known(job)
        if found.id.key in self.workplaces:
            return self.workplaces[found.id.key]
        if found.script is None or not found.runnable:
            raise Conflict(f"'{job.name}' cannot run: {found.error}")
        return Workplace(
            found.folder,
            (*found.script.command, found.script.path),
            {"HOME": self.info.root, "WEBJOBS_NAME": found.id.name, "DB_PASSWORD": "hunter2"},
            secret=("DB_PASSWORD",),
        )

    async def open_log(self, ref: LogRef) -> LogSource:
        if self.unreachable is not None:
            raise self.unreachable
        return self.logs.setdefault(ref, MemoryLog())

    async def start(self, job: JobId) -> None:
        await self._command("start", job.name)
        self.change(job.name, Starting(NOW), disabled=False)

    async def stop(self, job: JobId, *, now: bool = False) -> None:
        await self._command("kill" if now else "stop", job.name)
        found = self._known(job)
        if found.is_continuous:
            grace = timedelta(seconds=found.settings.grace_seconds(job.type))
            phase = Stopping(NOW, NOW + grace) if found.live else Disabling(NOW)
            self.change(job.name, phase, disabled=True)

    async def restart(self, job: JobId) -> None:
        await self._command("restart", job.name)
        self.change(job.name, Starting(NOW))

    async def run(
        self,
        job: JobId,
        arguments: str | None = None,
        *,
        trigger: str = EXTERNAL,
        body: bytes | None = None,
        correlation: str = "",
        key: str = "",
    ) -> RunId:
        await self._command("run", job.name, *(() if arguments is None else (arguments,)))
        if key and key in self.keys:
            return self.keys[key]
        latest = self._known(job).latest_run
        run_id = make_run_id(NOW, latest.ref.run if latest is not None else None)
        run = Run(
            RunRef(job, run_id), RunStatus.RUNNING, trigger, NOW, pid=4242, correlation=correlation, key=key
        )
        if body:
            self.inputs[run.ref] = body
        if key:
            self.keys[key] = run_id
        self.change(job.name, Busy(run_id, NOW), latest_run=run)
        return run_id

    async def run_later(
        self, job: JobId, at: datetime, arguments: str | None = None, *, trigger: str = "External - "
    ) -> None:
        words = () if arguments is None else (arguments,)
        await self._command("run_later", job.name, at.isoformat(), *words)
        if self._known(job).is_continuous:
            raise NotAllowed(f"'{job.name}' is a continuous job and has no runs.")
        self.change(job.name, later=LaterStart(at, trigger, arguments))

    async def cancel_later(self, job: JobId) -> None:
        await self._command("cancel_later", job.name)
        if self._known(job).later is None:
            raise NotRunning(f"No start of '{job.name}' was put off.")
        self.change(job.name, later=None)

    async def pause(self, job: JobId) -> None:
        await self._switch(job, "pause", ScheduleState.PAUSED, None)

    async def resume(self, job: JobId) -> None:
        await self._switch(job, "resume", ScheduleState.PENDING, NOW + timedelta(hours=1))

    async def missed(self, job: JobId) -> list[Missed]:
        return list(self._stretches(self._known(job).id))

    async def cancel(self, ref: RunRef, *, now: bool = False) -> None:
        await self._command("cancel", ref.job.name)

    async def shut_down(self) -> None:
        await self._command("shut_down")
        self.tell(EngineChanged(msgspec.structs.replace(self.info, stopping=True)))
        if self.ends_on_shut_down:
            self.end()

    async def _switch(self, job: JobId, verb: str, state: ScheduleState, due: datetime | None) -> None:
        await self._command(verb, job.name)
        found = self._known(job)
        if found.is_continuous:
            raise NotAllowed(f"'{job.name}' is a continuous job and has no schedule.")
        if found.schedule is None:
            raise Conflict(f"'{job.name}' has no schedule.")
        settings = msgspec.structs.replace(found.settings, enabled=state is not ScheduleState.PAUSED)
        schedule = msgspec.structs.replace(found.schedule, state=state)
        self.change(job.name, settings=settings, schedule=schedule, next_run=due)

    def _adopt(self, job: JobId, text: str) -> int:
        """A job was deployed: it is there now, with these settings."""
        existed = job.key in self.jobs
        self.add(self.jobs.get(job.key) or make_job(job.name, kind=job.type))
        self.settings.texts[job.key] = text
        return self.versions.add(job, Cause.DEPLOY, existed=existed).number

    def _settings_changed(self, job: JobId, text: str, by: str) -> int:
        """A ``settings.job`` was saved."""
        found = self._known(job)
        settings = parse_settings(text, job.type).settings if text.strip() else JobSettings()
        self.change(found.id.name, settings=settings)
        return self.versions.add(job, Cause.SETTINGS, by=by, existed=True).number

    def _runs_of(self, job: Job) -> list[Run]:
        """Runs of a job, newest first."""
        found = {run.ref: run for run in self.past if run.ref.job.key == job.id.key}
        if job.latest_run is not None:
            found[job.latest_run.ref] = job.latest_run
        return sorted(found.values(), key=lambda run: run.ref.run, reverse=True)

    def _keep_runs(self, job: JobId, runs: list[Run]) -> None:
        """These are the runs of a job now."""
        runs.sort(key=lambda run: run.ref.run, reverse=True)
        self.past = [run for run in self.past if run.ref.job.key != job.key] + runs
        recent = tuple(run_outcome(run) for run in reversed(runs[:10]))
        self.change(self._known(job).id.name, latest_run=runs[0] if runs else None, recent=recent)

    def _stretches(self, job: JobId) -> list[Missed]:
        return self.stretches.get(job.key, [])

    async def _command(self, *words: str) -> None:
        self.commands.append(words)
        if self.hold is not None:
            await self.hold.wait()
        if self.refuse is not None:
            raise self.refuse
        if self.fail is not None:
            raise self.fail

    def _known(self, job: JobId) -> Job:
        found = self.jobs.get(job.key)
        if found is None:
            raise JobNotFound(f"There is no job {job}.")
        return found


def _place(ref: RunRef) -> tuple[str, tuple[str, str]]:
    """Where a run stands among those of every job."""
    return ref.run, ref.job.key


def make_engine(**fields: object) -> EngineInfo:
    """An engine that has been up for a day."""
    hosts = {".sh": "/bin/bash", ".py": "/usr/bin/python3", ".js": "/usr/bin/node", ".php": "", ".ps1": ""}
    info = EngineInfo("/srv", "web-01", 811, "0.1.0", NOW - timedelta(days=1), hosts=hosts)
    return msgspec.structs.replace(info, **fields)


def make_job(
    name: str, phase: AnyPhase | None = None, *, kind: JobType = JobType.TRIGGERED, **fields: object
) -> Job:
    """A job that can run."""
    job_id = JobId(kind, name)
    folder = f"/srv/site/wwwroot/app_data/jobs/{kind.value}/{name}"
    data = f"/srv/data/jobs/{kind.value}/{name}"
    script = Script(
        "run.py", "PythonScriptHost", ("/usr/bin/python3",), "run.py is there, and run.* comes first."
    )
    default: AnyPhase = Idle() if kind is JobType.TRIGGERED else Running(NOW - timedelta(hours=1), 812)
    app_log = f"/srv/LogFiles/Application/webjob-{kind.value}-{name}-4f2a1c.log"
    job = Job(job_id, folder, data, phase or default, script, app_log=app_log)
    return msgspec.structs.replace(job, **fields)


def make_schedule(text: str = "0 0 2 * * *", **fields: object) -> Schedule:
    """A schedule that waits."""
    schedule = Schedule(text, ScheduleState.PENDING, "At 02:00, every day", text)
    return msgspec.structs.replace(schedule, **fields)


def make_run(
    name: str,
    status: RunStatus,
    *,
    ago: timedelta = timedelta(hours=3, minutes=12),
    took: timedelta = timedelta(minutes=4, seconds=31),
    exit: Exit | None = None,
) -> Run:
    """A run of a triggered job that ended ``ago``, or, while it is running, began ``took`` ago."""
    running = not status.ended
    ended = None if running else NOW - ago
    started = NOW - took if running else NOW - ago - took
    ref = RunRef(JobId(JobType.TRIGGERED, name), make_run_id(started, None))
    if exit is None and not running:
        exit = Exit(code=0 if status is RunStatus.SUCCESS else 1)
    return Run(ref, status, "Schedule - 0 0 2 * * *", started, ended, exit, pid=48213)


def output(*lines: str, at: datetime = NOW - timedelta(hours=3), level: Level = Level.INFO) -> bytes:
    """Log lines of a job, a second apart."""
    return b"".join(
        message("web-01", level, line, at + timedelta(seconds=number)) for number, line in enumerate(lines)
    )


def engine_line(text: str, at: datetime = NOW - timedelta(hours=3), level: Level = Level.INFO) -> bytes:
    """A log line of the engine."""
    return message("web-01", level, text, at, system=True)
