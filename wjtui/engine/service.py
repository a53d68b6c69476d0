"""LocalJobService: checks a request and calls the room that knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wjtui.engine.calls import Calls
from wjtui.engine.deploy.claims import Claims
from wjtui.engine.deploy.journal import Journal
from wjtui.engine.deploy.replacing import Replacing
from wjtui.engine.deploy.service import LocalDeploys
from wjtui.engine.deploy.trash import LocalTrash
from wjtui.engine.deploy.version_store import VersionStore
from wjtui.engine.deploy.versions import LocalVersions
from wjtui.engine.deploy.work import Work
from wjtui.engine.history.timeline import read_page
from wjtui.engine.hooks.service import LocalHooks
from wjtui.engine.queueing.service import LocalQueue
from wjtui.engine.removal import Removal
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.instances import read_instances, read_run_holder
from wjtui.engine.running.program import rehearsed
from wjtui.engine.running.result import read_result
from wjtui.engine.running.supervisor import Supervisor
from wjtui.engine.scheduling.scheduler import Scheduler
from wjtui.engine.senders import LocalSenders
from wjtui.engine.settings_service import LocalSettings
from wjtui.logs.reader import FileLogSource, LogFile
from wjtui.logs.writer import rolled_app_log, rolled_job_log
from wjtui.model.errors import Conflict, EngineStopping, InvalidRequest, NotAllowed, NotRunning, RunNotFound
from wjtui.model.events import Envelope, LogKind, LogRef, Snapshot
from wjtui.model.identity import JobId, JobType
from wjtui.model.instances import Instance, Workplace
from wjtui.model.jobs import Job, status_word
from wjtui.model.runs import Launch, Run, RunId, RunRef, RunStatus, is_run_id
from wjtui.model.schedules import LaterStart, Missed
from wjtui.model.starts import EXTERNAL, Start, Waiting
from wjtui.service import LogSource

MAX_ARGUMENTS = 32 * 1024
"""Bytes (spec 4)."""
FURTHEST = timedelta(days=3653)
"""How far a start can be put off: ten years, the longest that ten of them are."""


class LocalJobService:
    """The JobService of an engine in this process; its methods run in the engine's loop."""

    def __init__(
        self, rooms: Rooms, supervisor: Supervisor, scheduler: Scheduler, shut_down: Callable[[], None]
    ) -> None:
        self._rooms = rooms
        self._supervisor = supervisor
        self._scheduler = scheduler
        self._shut_down = shut_down
        self._calls = Calls(rooms, self._begin, supervisor.queue.find_key)
        self._removal = Removal(rooms, supervisor, scheduler)
        store, claims = VersionStore(rooms.site, rooms.config), Claims()
        self._work = work = Work(rooms.state)
        self._replacing = replacing = Replacing(rooms, supervisor, store, claims, work)
        self.deploys = LocalDeploys(rooms, store, claims, work, replacing)
        self.versions = LocalVersions(rooms, supervisor, store, claims, work, replacing)
        self.trash = LocalTrash(rooms, supervisor, store, claims, work)
        self.settings = LocalSettings(rooms, supervisor, store, work, claims)
        self.hooks = LocalHooks(rooms)
        self.senders = LocalSenders(rooms)
        self.queue = LocalQueue(rooms, supervisor.queue)

    async def snapshot(self) -> Snapshot:
        """Everything to show."""
        return self._rooms.state.snapshot()

    def events(self, after: int | None = None) -> AsyncIterator[Envelope | Snapshot]:
        """Changes, for ever."""
        return self._rooms.state.bus.events(after, self._rooms.state.snapshot)

    async def runs(self, job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        """Runs of a triggered job, newest first."""
        found = self._rooms.state.job(job)
        return self._rooms.store.page(found.id, before, max(0, limit))

    async def history(self, *, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        """Runs of every triggered job, newest first."""
        jobs = [job.id for job in self._rooms.state.jobs.values() if not job.is_continuous]
        return await asyncio.to_thread(read_page, self._rooms.store, jobs, before, max(0, limit))

    async def get_run(self, ref: RunRef) -> Run:
        """One run, also one whose start waits."""
        waiting = self._waiting(ref)
        if waiting is None:
            return self._run(ref)
        start = waiting.start
        return Run(
            RunRef(waiting.job, waiting.id),
            RunStatus.INITIALIZING,
            start.trigger,
            waiting.asked,
            arguments=start.arguments or "",
            correlation=start.correlation,
            attempt=start.attempt,
            origin=start.origin,
            message="it waits for its turn",
        )

    async def result(self, ref: RunRef) -> bytes | None:
        """What a run has left."""
        run = await self.get_run(ref)
        return await asyncio.to_thread(read_result, self._rooms.site.run_folder(run.ref))

    async def delete_run(self, ref: RunRef) -> None:
        """Move a run to the trash."""
        self._check_stopping()
        await self._removal.delete(self._run(ref))

    async def restore_run(self, ref: RunRef) -> None:
        """Bring a deleted run back."""
        self._check_stopping()
        job = self._rooms.state.job(ref.job)
        if job.is_continuous or not is_run_id(ref.run):
            raise RunNotFound(f"There is no run {ref.run} of '{job.id.name}'.")
        self._removal.restore(RunRef(job.id, ref.run))

    async def launches(self, job: JobId) -> list[Launch]:
        """Launches of a continuous job, newest first."""
        found = self._rooms.state.job(job)
        if not found.is_continuous:
            return []
        past = self._supervisor.continuous(found.id).launches
        latest = found.latest_launch
        going = [latest] if latest is not None and latest.ended is None else []
        return [*going, *reversed(past)]

    async def instances(self, job: JobId) -> list[Instance]:
        """What each instance says of a continuous job; who runs a triggered one."""
        found, iid = self._rooms.state.job(job), self._rooms.site.iid
        folder = Path(found.data)
        if not found.is_continuous:
            run = self._supervisor.triggered(found.id).current
            return await asyncio.to_thread(read_run_holder, folder, iid, run)
        runner = self._supervisor.continuous(found.id)
        since = getattr(found.phase, "since", None)
        mine = Instance(iid, status_word(found.phase), since, mine=True, alive=True)
        return await asyncio.to_thread(read_instances, folder, mine, singleton=runner.holds_singleton)

    async def workplace(self, job: JobId) -> Workplace:
        """What a job's process finds around itself."""
        found, rooms = self._rooms.state.job(job), self._rooms
        supervisor = self._supervisor
        runner = supervisor.continuous(found.id) if found.is_continuous else supervisor.triggered(found.id)
        program, group = runner.program, runner.group
        if program is None:
            definition = runner.definition
            if definition.script is None or not found.runnable:
                raise Conflict(f"'{found.id.name}' cannot run: {found.error}")
            program = rehearsed(definition, definition.script, rooms.site, rooms.config.variables)
        return program.workplace(rooms.site, rooms.config.environment, group.pid if group else None)

    async def open_log(self, ref: LogRef) -> LogSource:
        """One log."""
        job = self._rooms.state.job(ref.job)
        if ref.run is not None:
            self._run(RunRef(job.id, ref.run))
        elif ref.kind is LogKind.OUTPUT and not job.is_continuous:
            raise RunNotFound(f"'{job.id.name}' is a triggered job: its output is that of one run.")
        ref = LogRef(job.id, ref.run, ref.kind)
        path = self._rooms.site.log_path(ref)
        if ref.run is not None:
            return FileLogSource(LogFile(path))
        rolling = rolled_app_log(path) if ref.kind is LogKind.OUTPUT else rolled_job_log(path)
        return FileLogSource(LogFile(path, rolling.older))

    async def start(self, job: JobId) -> None:
        """Enable and start a continuous job."""
        found = self._continuous(job, "start", "wjtui run")
        if found.script is None or not found.runnable:
            raise Conflict(f"'{found.id.name}' cannot run: {found.error}")
        if self._rooms.config.stopped:
            raise Conflict("WebJobs are stopped by configuration (WEBJOBS_STOPPED): unset it first.")
        if found.disabled:
            await self._supervisor.set_disabled(found.id, False)

    async def stop(self, job: JobId, *, now: bool = False) -> None:
        """Disable a continuous job, or end the run of a triggered one."""
        self._check_stopping()
        found = self._rooms.state.job(job)
        if not found.is_continuous:
            taken_back = await self._supervisor.queue.forget_retries(found.id)
            runner = self._supervisor.triggered(found.id)
            if not taken_back or runner.current is not None:
                runner.cancel("it was stopped by a user", now=now)
            return
        if not found.disabled:
            await self._supervisor.set_disabled(found.id, True)
        if now:
            self._supervisor.continuous(found.id).hurry()

    async def restart(self, job: JobId) -> None:
        """Stop and start a continuous job."""
        found = self._continuous(job, "restart", "wjtui run")
        if found.disabled:
            raise Conflict(f"'{found.id.name}' is stopped (disable.job): start it instead of restarting it.")
        if not found.runnable:
            raise Conflict(f"'{found.id.name}' cannot run: {found.error}")
        if self._rooms.config.stopped:
            raise Conflict("WebJobs are stopped by configuration (WEBJOBS_STOPPED): unset it first.")
        runner = self._supervisor.continuous(found.id)
        runner.ask(runner.definition, True, reason="restart", restart=True)

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
        """Start a run of a triggered job (spec 6.2)."""
        start = Start(trigger, arguments, correlation=correlation, key=key)
        return await self._calls.run(self._rooms.state.job(job).id, start, body)

    async def _begin(self, job: JobId, start: Start) -> RunId:
        found = self._startable(job, start.arguments)
        begun = await self._supervisor.queue.start(found.id, start)
        return begun.id if isinstance(begun, Waiting) else begun.ref.run

    async def run_later(
        self, job: JobId, at: datetime, arguments: str | None = None, *, trigger: str = "External - "
    ) -> None:
        """Start a run of a triggered job at an instant, or as soon after it as that is possible.

        A run that is going then ends first; the scheduler's log and a notice say so.
        """
        found = self._startable(job, arguments)
        now, at = self._rooms.clock.now(), at.astimezone(UTC)
        if at <= now:
            raise InvalidRequest(f"{at.isoformat()} is over: name a time that is yet to come.")
        if at - now > FURTHEST:
            raise InvalidRequest(f"{at.isoformat()} is more than ten years away: name an earlier time.")
        await self._scheduler.put_off(found.id, LaterStart(at, trigger, arguments))

    async def cancel_later(self, job: JobId) -> None:
        """Take the start that was put off back."""
        self._check_stopping()
        found = self._rooms.state.job(job)
        if found.is_continuous:
            raise NotRunning(f"'{found.id.name}' is a continuous job, of which no start is ever put off.")
        await self._scheduler.take_back(found.id)

    async def pause(self, job: JobId) -> None:
        """Switch the schedule of one job off (D-26)."""
        await self._supervisor.set_enabled(self._scheduled(job).id, False)

    async def resume(self, job: JobId) -> None:
        """Switch the schedule of one job on again."""
        await self._supervisor.set_enabled(self._scheduled(job).id, True)

    async def missed(self, job: JobId) -> list[Missed]:
        """Stretches of scheduled instants without a run, newest first."""
        return self._scheduler.missed(self._rooms.state.job(job).id)

    def _startable(self, job: JobId, arguments: str | None) -> Job:
        """A triggered job that can be started with these arguments now, but for a run that is going."""
        if self._rooms.state.info.stopping:
            raise Conflict("The engine is being stopped: no new run was started.")
        found = self._rooms.state.job(job)
        if found.is_continuous:
            raise NotAllowed(f"'{found.id.name}' is a continuous job: wjtui restart starts it anew.")
        if len((arguments or "").encode("utf-8", "surrogateescape")) > MAX_ARGUMENTS:
            raise InvalidRequest("The arguments are longer than 32 KiB: pass a file's name instead.")
        if self._rooms.config.stopped:
            raise Conflict("WebJobs are stopped by configuration (WEBJOBS_STOPPED): no run was started.")
        if not found.runnable:
            raise Conflict(f"'{found.id.name}' cannot run: {found.error}")
        return found

    def _scheduled(self, job: JobId) -> Job:
        """A triggered job that a schedule or files start, whatever the state of that."""
        self._check_stopping()
        found = self._rooms.state.job(job)
        if found.is_continuous:
            raise NotAllowed(f"'{found.id.name}' is a continuous job, which has no schedule.")
        if found.schedule is None and found.settings.watch is None:
            raise Conflict(
                f"'{found.id.name}' has no schedule: write 'schedule' into its settings.job first."
            )
        return found

    async def cancel(self, ref: RunRef, *, now: bool = False) -> None:
        """End a run as Aborted."""
        self._check_stopping()
        if self._waiting(ref) is not None:
            await self._supervisor.queue.withdraw(ref.job, ref.run)
            return
        run = self._run(ref)
        if run.status.ended:
            raise NotRunning(f"Run {ref.run} of '{ref.job.name}' has ended already.")
        self._supervisor.triggered(run.ref.job).cancel("it was cancelled by a user", now=now, run=run.ref.run)

    async def shut_down(self) -> None:
        """Begin the end of the engine."""
        self._shut_down()

    def resume_deploys(self, waiting: Iterable[tuple[Path, Journal]]) -> None:
        """Go on with deploys that wait for a run to end, whoever began them."""
        self._replacing.resume(waiting)

    async def close(self) -> None:
        """End what changes files: what is being done is done to its end, what waits is left to be resumed."""
        await self._replacing.close()
        await self._work.join()

    def _check_stopping(self) -> None:
        if self._rooms.state.info.stopping:
            raise EngineStopping("The engine is being stopped and takes no new commands.")

    def _continuous(self, job: JobId, verb: str, instead: str) -> Job:
        self._check_stopping()
        found = self._rooms.state.job(job)
        if found.id.type is not JobType.CONTINUOUS:
            raise NotAllowed(f"'{found.id.name}' is a triggered job, which cannot {verb}: {instead} runs it.")
        return found

    def _waiting(self, ref: RunRef) -> Waiting | None:
        waiting = self._supervisor.queue.waiting(self._rooms.state.job(ref.job).id)
        return next((each for each in waiting if each.id == ref.run), None)

    def _run(self, ref: RunRef) -> Run:
        job = self._rooms.state.job(ref.job)
        run = self._rooms.store.load(RunRef(job.id, ref.run)) if is_run_id(ref.run) else None
        if run is None:
            raise RunNotFound(f"There is no run {ref.run} of '{job.id.name}': wjtui history lists its runs.")
        return run
