"""TriggeredRunner: the runs of one triggered job, one at a time (spec 6)."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import datetime
from typing import Any

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.process.usage import read_usage
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.idle import POLL_SECONDS, Idleness
from wjtui.engine.running.journal import Journal
from wjtui.engine.running.launch import CannotLaunch, Launched, Launcher
from wjtui.logs.line import Level
from wjtui.logs.writer import LogWriter, rolled_app_log
from wjtui.model.base import iso
from wjtui.model.errors import AlreadyRunning, Conflict, NotRunning
from wjtui.model.events import LogRef
from wjtui.model.jobs import Busy, Idle
from wjtui.model.runs import Run, RunId, RunStatus, run_outcome
from wjtui.support.locks import FileLock
from wjtui.support.tasks import TaskSet, first

log = logging.getLogger(__name__)

_STRIP = 10
_COMMAND_SHOWN = 15


class TriggeredRunner:
    """Starts runs, watches the one that is going, keeps the history within its size."""

    def __init__(self, rooms: Rooms, definition: Definition, tasks: TaskSet) -> None:
        self._rooms = rooms
        self.definition = definition
        self._tasks = tasks
        self._launcher = Launcher(rooms, definition)
        self._lock = FileLock(definition.data / "triggeredJob.lock")
        self._run: Run | None = None
        self.group: ProcessGroup | None = None
        """The processes of the run that is going."""
        self._starting = False
        self._closing = ""
        self._hurried = False
        self._reason = ""
        self._halt = asyncio.Event()
        self._now = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def current(self) -> Run | None:
        """The run that is going."""
        return self._run

    @property
    def idle(self) -> bool:
        """Whether no run is going or about to."""
        return self._run is None and not self._starting

    async def start(self, arguments: str | None, trigger: str) -> Run:
        """Begin a run; returns once its folder exists. Raises AlreadyRunning or Conflict (spec 6.2)."""
        job = self.definition.id
        busy = AlreadyRunning(f"The job '{job.name}' is already running; no new run was started.")
        if self._starting or self._run is not None:
            raise busy
        self._check_open()
        self._starting = True
        self._ended.clear()
        try:
            if not await asyncio.to_thread(self._take_lock):
                raise busy
            try:
                run = await self._create(arguments, trigger)
            except OSError as error:
                self._lock.release()
                raise Conflict(f"The run of '{job.name}' could not be written down: {error}") from None
            self._run = run
            self._reason = ""
            self._halt.clear()
            self._now.clear()
            if self._closing:
                self.cancel(self._closing, now=self._hurried)
            self._tell()
            self._tasks.start(f"run {run.ref}", self._attend(run))
            return run
        finally:
            self._starting = False
            if self._run is None:
                self._ended.set()

    def cancel(self, reason: str, *, now: bool = False, run: RunId | None = None) -> None:
        """End the run that is going as Aborted, with ``reason`` in its log. Raises NotRunning."""
        going = self._run
        if going is None or (run is not None and going.ref.run != run):
            raise NotRunning(f"No run of '{self.definition.id.name}' is going that could be ended.")
        self._reason = self._reason or reason
        self._halt.set()
        if now:
            self._now.set()

    def hurry(self) -> None:
        """Skip what is left of the grace period."""
        if self._halt.is_set():
            self._now.set()

    async def close(self, *, reason: str, now: bool = False) -> None:
        """Take no more runs and end the one that is going or about to; returns when it has ended."""
        self._closing, self._hurried = reason, now
        if self._run is not None:
            self.cancel(reason, now=now)
        await self._ended.wait()

    async def discard(self) -> None:
        """Delete what only a living job needs."""
        await self._launcher.discard()

    def show(self, **changes: Any) -> None:
        """Publish what the history says of this job now."""
        runs = self._rooms.store.page(self.definition.id, None, _STRIP)
        phase = Idle() if self._run is None else Busy(self._run.ref.run, self._run.started)
        self._rooms.state.update_job(
            self.definition.id.key,
            phase=phase,
            latest_run=runs[0] if runs else None,
            recent=tuple(run_outcome(run) for run in reversed(runs)),
            **changes,
        )

    def _check_open(self) -> None:
        if self._closing:
            raise Conflict(f"No run of '{self.definition.id.name}' was started: {self._closing}.")

    async def _create(self, arguments: str | None, trigger: str) -> Run:
        rooms, definition = self._rooms, self.definition
        own = definition.settings.history_size
        keep = own if own is not None and own > 0 else rooms.config.history_size
        excess = rooms.store.excess(definition.id, keep)
        if excess:
            for ref in await asyncio.to_thread(lambda: [r for r in excess if rooms.store.remove(r)]):
                rooms.state.remove_run(ref)
        given = definition.settings.arguments if arguments is None else arguments
        return rooms.store.create(definition.id, rooms.clock.now(), trigger, given)

    def _take_lock(self) -> bool:
        try:
            self._lock.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        site = self._rooms.site
        note = f"run {iso(self._rooms.clock.now())} pid {os.getpid()} instance {site.iid}"
        return self._lock.acquire(note)

    async def _attend(self, run: Run) -> None:
        """One run from launch to final status; the lock is released after that, never before (spec 6.2)."""
        app_log = self._app_log()
        journal = Journal(
            self._rooms, LogRef(run.ref.job, run.ref.run), copy=app_log.write if app_log else None
        )
        try:
            run = await self._perform(run, journal)
        except OSError as error:
            journal.system(f"WebJob run failed due to: {error}", Level.ERR)
            run = self._finished(run, RunStatus.FAILED, reason=str(error))
        finally:
            if not run.status.ended:
                if self.group is not None:
                    await self.group.end(now=True)
                run = self._finished(run, RunStatus.FAILED, reason="the engine failed; see its log")
            tail = journal.error_tail() if run.status is RunStatus.FAILED else None
            journal.close()
            if app_log:
                app_log.close()
            await self._keep(run, durable=True)
            self._run = None
            self.group = None
            self._lock.release()
            self._tell(run, tail)
            self._ended.set()

    async def _perform(self, run: Run, journal: Journal) -> Run:
        definition = self.definition
        journal.system("Status changed to Initializing")
        try:
            launched = await self._launcher.launch(
                definition, journal.feed, journal.system, run=run.ref.run, arguments=run.arguments
            )
        except CannotLaunch as error:
            journal.system(f"WebJob run failed due to: {error}", Level.ERR)
            journal.system("Status changed to Failed")
            return self._finished(run, RunStatus.FAILED, reason=str(error))
        self.group = launched.group
        run = msgspec.structs.replace(run, status=RunStatus.RUNNING, pid=launched.group.pid)
        self._run = run
        journal.system("Status changed to Running")
        await self._keep(run)
        self._tell()
        idle_seconds, peak = await self._watch(launched, definition)
        if self._halt.is_set() and not launched.group.exited.done():
            await self._launcher.stop(launched, definition, journal.system, self._tell_deadline, self._now)
        elif idle_seconds is not None:
            await launched.group.end()
            await launched.group.drain(self._rooms.drain.total_seconds())
        else:
            await self._launcher.settle(launched, self._halt)
        journal.finish()
        group = launched.group
        run = msgspec.structs.replace(
            run, exit=group.exit, cpu_seconds=group.cpu_seconds, peak_memory=peak or None
        )
        if idle_seconds is not None:
            return self._idle(run, journal, idle_seconds)
        return self._judged(run, journal)

    async def _watch(self, launched: Launched, definition: Definition) -> tuple[int | None, int]:
        """Wait for the end, a cancel or the idle limit; returns the idle seconds, if any, and peak memory."""
        rooms, group = self._rooms, launched.group
        own = definition.settings.idle_timeout
        limit = rooms.config.idle_timeout.total_seconds() if own is None else float(max(0, own))
        idleness = Idleness(rooms.clock.monotonic())
        offset = rooms.clock.monotonic() - group.started
        peak = 0
        while not group.exited.done() and not self._halt.is_set():
            reading = await read_usage(group)
            peak = max(peak, reading.memory)
            await first(group.exited, self._halt.wait(), rooms.clock.sleep(POLL_SECONDS))
            if group.exited.done() or self._halt.is_set() or limit <= 0:
                continue
            seen = (await read_usage(group)).activity
            silent = idleness.look(rooms.clock.monotonic(), group.last_output + offset, seen)
            if silent >= limit:
                return int(silent), peak
        return None, peak

    def _idle(self, run: Run, journal: Journal, seconds: int) -> Run:
        script = self.definition.script
        command = f"{script.path if script else ''} {run.arguments}".strip()
        journal.note(
            f"Command '{command[:_COMMAND_SHOWN]}...' was aborted: no output and no CPU use for {seconds} "
            "seconds. Raise WEBJOBS_IDLE_TIMEOUT, or idle_timeout in settings.job, if the job needs longer.",
            Level.ERR,
        )
        journal.system("Status changed to Failed")
        reason = f"idle for {seconds} s (WEBJOBS_IDLE_TIMEOUT)"
        journal.system(f"Job failed: {reason}", Level.ERR)
        return self._finished(run, RunStatus.FAILED, reason=reason)

    def _judged(self, run: Run, journal: Journal) -> Run:
        if self._halt.is_set():
            journal.system(f"The run was aborted: {self._reason}", Level.WARN)
            journal.system("Status changed to Aborted")
            return self._finished(run, RunStatus.ABORTED, reason=self._reason)
        if run.exit is not None and run.exit.ok:
            journal.system("Status changed to Success")
            return self._finished(run, RunStatus.SUCCESS)
        number = run.exit.number if run.exit else 1
        named = f" ({run.exit})" if run.exit and run.exit.signal is not None else ""
        journal.system("Status changed to Failed")
        journal.system(f"Job failed due to exit code {number}{named}", Level.ERR)
        return self._finished(run, RunStatus.FAILED)

    def _finished(self, run: Run, status: RunStatus, reason: str = "") -> Run:
        return msgspec.structs.replace(
            run, status=status, ended=max(self._rooms.clock.now(), run.started), reason=reason
        )

    async def _keep(self, run: Run, *, durable: bool = False) -> None:
        """Write the status; a disk that refuses is told of, and the run goes on."""
        try:
            if durable:
                await asyncio.to_thread(self._rooms.store.save, run, durable=True)
            else:
                self._rooms.store.save(run)
        except OSError as error:
            log.warning("status of %s was not written: %s", run.ref, error)

    def _tell(self, ended: Run | None = None, tail: tuple[str, ...] | None = None) -> None:
        rooms = self._rooms
        run = ended or self._run
        if run is not None:
            stored = rooms.store.load(run.ref) or run
            rooms.state.put_run(stored)
        self.show(**({} if tail is None else {"tail": tail}))

    def _tell_deadline(self, deadline: datetime) -> None:
        if self._run is not None:
            phase = Busy(self._run.ref.run, self._run.started, deadline)
            self._rooms.state.update_job(self.definition.id.key, phase=phase)

    def _app_log(self) -> LogWriter | None:
        if not self._rooms.config.triggered_to_app_log:
            return None
        path = self._rooms.site.application_log(self.definition.id)
        return LogWriter(path, rolling=rolled_app_log(path))
