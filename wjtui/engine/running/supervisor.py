"""Supervisor: definitions against runners; it starts, refreshes or stops the difference (spec 5.4)."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec

from wjtui.engine.catalog.discover import Definition, Folders, JobKey, define, list_jobs
from wjtui.engine.catalog.fingerprint import Change, changed, without_own
from wjtui.engine.catalog.settings_file import set_disabled, set_setting
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.queueing.door import Door
from wjtui.engine.queueing.following import Following
from wjtui.engine.queueing.queue import RunQueue
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.continuous import ContinuousRunner
from wjtui.engine.running.facts import facts_of, new_job, with_machine
from wjtui.engine.running.triggered import TriggeredRunner
from wjtui.engine.scheduling.scheduler import Scheduler
from wjtui.model.errors import Conflict, JobNotFound
from wjtui.model.events import Tone
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Problem
from wjtui.settings.edit import CannotEdit
from wjtui.support.tasks import TaskSet

log = logging.getLogger(__name__)

REMIND_EVERY_SECONDS = 60.0
_SHOWN_FILES = 5
_RETRY_SECONDS = 60.0
_BEGINNING_SECONDS = 0.01


Runner = ContinuousRunner | TriggeredRunner


class _Leaving(NamedTuple):
    """A job whose folder is gone, until it has ended."""

    runner: Runner
    task: asyncio.Task[None]


class Supervisor:
    """Owns every runner of an engine. All its methods run in the engine's loop."""

    def __init__(self, rooms: Rooms, scheduler: Scheduler) -> None:
        self._rooms = rooms
        self._scheduler = scheduler
        self.definitions: dict[JobKey, Definition] = {}
        self._continuous: dict[JobKey, ContinuousRunner] = {}
        self._triggered: dict[JobKey, TriggeredRunner] = {}
        self.queue = RunQueue(rooms, self._triggered)
        self.following = Following(
            rooms, self.queue, self.definitions, lambda job: self.set_enabled(job, False)
        )
        self._runners = TaskSet(self._runner_failed)
        self._runs = TaskSet(self._runner_failed)
        self._reading = asyncio.Lock()
        self._leaving: dict[JobKey, _Leaving] = {}
        self._reminder = TaskSet(self._runner_failed)
        self._begun = False
        self._stopping = False
        self._hurried = False

    @property
    def has_work(self) -> bool:
        """Whether a run is going or a continuous job is not stopped."""
        runners: tuple[Runner, ...] = (*self._continuous.values(), *self._triggered.values())
        return any(not runner.idle for runner in runners) or self.queue.has_work

    @property
    def groups(self) -> dict[JobKey, ProcessGroup]:
        """The processes of every job that runs now."""
        runners: dict[JobKey, Runner] = {**self._continuous, **self._triggered}
        return {key: runner.group for key, runner in runners.items() if runner.group is not None}

    def continuous(self, job: JobId) -> ContinuousRunner:
        """The runner of a continuous job. Raises JobNotFound."""
        if (runner := self._continuous.get(job.key)) is None:
            raise _not_found(job)
        return runner

    def triggered(self, job: JobId) -> TriggeredRunner:
        """The runner of a triggered job. Raises JobNotFound."""
        if (runner := self._triggered.get(job.key)) is None:
            raise _not_found(job)
        return runner

    def begin(self) -> None:
        """Let the jobs run that are known; those that come later run at once."""
        if self._begun:
            return
        self._begun = True
        self._reminder.start("reminder", self._remind())
        for keeper in self._continuous.values():
            self._runners.start(f"runner {keeper.definition.id}", keeper.run())

    async def read_all(self) -> Folders:
        """Read every job there is: at the start, and when an interpreter came or went."""
        found = await asyncio.to_thread(list_jobs, self._rooms.site)
        await self.refresh([*found.jobs, *(key for key in self.definitions if key not in found.jobs)], found)
        return found

    async def refresh(self, keys: Iterable[JobKey], found: Folders) -> None:
        """Read these jobs again, whole, and act on what is different."""
        async with self._reading:
            await self._read(keys, found)

    @asynccontextmanager
    async def changing(self, *jobs: JobId) -> AsyncIterator[None]:
        """Nobody reads these jobs while their files change; at the end they are read, and acted on at once.

        Whoever changes files keeps this short: no other job is read meanwhile either.
        """
        async with self._reading:
            try:
                yield
            finally:
                found = await asyncio.to_thread(list_jobs, self._rooms.site)
                await self._read([job.key for job in jobs], found)

    async def end(self, job: JobId, reason: str) -> None:
        """End what runs of a job now, with its grace; returns when it has ended. Raises JobNotFound.

        Nothing forbids the next start: whoever asks changes the job's files right after this.
        """
        if job.type is JobType.TRIGGERED:
            runner = self.triggered(job)
            while not runner.idle:
                if runner.current is None:  # its folder is being made
                    await self._rooms.clock.sleep(_BEGINNING_SECONDS)
                else:
                    runner.cancel(reason)
                    await runner.at_rest()
        else:
            keeper = self.continuous(job)
            keeper.ask(keeper.definition, False, reason=reason)
            await keeper.at_rest()

    async def gone(self, job: JobId) -> None:
        """Wait until a job whose folder is gone has ended, and nothing more is written for it."""
        if (leaving := self._leaving.get(job.key)) is not None:
            await asyncio.wait([leaving.task])
        await self._scheduler.written()

    async def set_disabled(self, job: JobId, disabled: bool) -> None:
        """Write or remove ``disable.job``, and act at once (spec 5.3). Raises Conflict."""
        # A reading that began before the file was written would undo the command when it is applied.
        async with self._reading:
            definition = self.definitions.get(job.key)
            if definition is None:
                raise _not_found(job)
            try:
                await asyncio.to_thread(set_disabled, definition.script_dir, disabled)
            except OSError as error:
                verb = "written" if disabled else "removed"
                raise Conflict(f"disable.job of '{job.name}' could not be {verb}: {error}") from None
            definition = msgspec.structs.replace(definition, disabled=disabled)
            self.definitions[job.key] = definition
            self._rooms.state.update_job(job.key, disabled=disabled)
            self._ask(definition)

    async def set_enabled(self, job: JobId, enabled: bool) -> None:
        """Write ``enabled`` into ``settings.job``, and act at once (D-26). Raises Conflict.

        When this returns, no run of a schedule that was switched off begins any more.
        """
        async with self._reading:
            definition = self.definitions.get(job.key)
            if definition is None:
                raise _not_found(job)
            if definition.settings.enabled != enabled:
                try:
                    await asyncio.to_thread(set_setting, definition.script_dir, "enabled", enabled)
                except OSError as error:
                    reason = error.strerror or str(error)
                    raise Conflict(
                        f"settings.job of '{job.name}' could not be written ({reason}): "
                        "let the engine's user write to the job's folder."
                    ) from None
                except CannotEdit as error:
                    raise Conflict(
                        f"settings.job of '{job.name}' was left as it is ({error}): correct it first."
                    ) from None
                await self._read([job.key], await asyncio.to_thread(list_jobs, self._rooms.site))
        await self._scheduler.settle(job.key)

    def read_settings(self, *, anew: bool = False) -> None:
        """Obey settings of the site that changed, at once; ``anew``: read them in any case (spec 3.1)."""
        rooms = self._rooms
        if rooms.config.refresh(anew=anew):
            rooms.state.put_info(**rooms.config.facts)
            self.reconcile_all()
            self._scheduler.read_settings()

    def reconcile_all(self) -> None:
        """A site setting changed: see which jobs shall run now (spec 3.1)."""
        for definition in self.definitions.values():
            self._ask(definition)
        self.queue.look_again()
        if self._rooms.config.stopped:
            for runner in self._triggered.values():
                if runner.current is not None:
                    runner.cancel("WebJobs were stopped by configuration (WEBJOBS_STOPPED)")

    async def stop_all(self) -> None:
        """End every job, all at once, each within its own grace period (spec 6.6)."""
        self._stopping = True
        self.begin()
        await self._reminder.cancel()
        now, reason = self._hurried, "the engine was shut down"
        closing = [runner.close(now=now) for runner in self._continuous.values()]
        closing += [runner.close(reason=reason, now=now) for runner in self._triggered.values()]
        await asyncio.gather(*closing)
        await self._runs.join()
        await self._runners.join()

    def hurry(self) -> None:
        """Skip what is left of every grace period, and those of a stop that is about to begin."""
        self._hurried = True
        leaving = [each.runner for each in self._leaving.values()]
        runners: list[Runner] = [*self._continuous.values(), *self._triggered.values(), *leaving]
        for runner in runners:
            runner.hurry()

    async def _read(self, keys: Iterable[JobKey], found: Folders) -> None:
        """Define these jobs anew; the caller holds ``_reading``."""
        rooms, known = self._rooms, self.definitions
        there = [(key, found.jobs[key]) for key in keys if key in found.jobs]
        gone = [key for key in keys if key not in found.jobs and key in known]

        def read() -> Iterator[Definition]:
            for key, folder in there:
                before = known[key].snapshot if key in known else None
                yield with_machine(define(rooms.site, folder, rooms.hosts, before), rooms)

        for definition in await asyncio.to_thread(lambda: [*read()]):
            self._apply(definition)
        for key in gone:
            if not _stays(found, known[key]):
                self._forget(key)
        self._look_at_chains()
        self.queue.look_again()

    def _apply(self, definition: Definition) -> None:
        key = definition.id.key
        old = self.definitions.get(key)
        if old is None:
            if (leaving := self._leaving.get(key)) is not None:
                # Two runners of one job would run it twice: the new one begins when the old one has ended.
                self._runs.start(f"return of {definition.id}", self._return(key, leaving.task))
                return
            self.definitions[key] = definition
            self._admit(definition)
            return
        change = changed(old.snapshot, definition.snapshot, in_place=definition.in_place)
        definition = msgspec.structs.replace(definition, snapshot=without_own(definition.snapshot, change))
        self.definitions[key] = definition
        self._show(definition)
        self._ask(definition, change)

    def _admit(self, definition: Definition) -> None:
        """A job that was not there before."""
        rooms, key = self._rooms, definition.id.key
        if definition.id.type is JobType.TRIGGERED:
            runner = TriggeredRunner(
                rooms, definition, self._runs, lambda: self._run_ended(key), self.following.follow
            )
            self._triggered[key] = runner
            facts = self._schedule(definition, runner)
            rooms.state.put_job(msgspec.structs.replace(new_job(definition, rooms.site), **facts))
            runner.show()
            return
        keeper = ContinuousRunner(rooms, definition)
        self._continuous[key] = keeper
        rooms.state.put_job(new_job(definition, rooms.site, keeper.launches))
        keeper.ask(definition, self._wanted(definition))
        if self._begun:
            self._runners.start(f"runner {definition.id}", keeper.run())

    def _run_ended(self, key: JobKey) -> None:
        self._scheduler.run_ended(key)
        self.queue.look_again()

    def _look_at_chains(self) -> None:
        """What is wrong with a chain may have come, or gone, with another job."""
        for key, runner in self._triggered.items():
            definition = self.definitions[key]
            if definition.settings.on_success or definition.settings.on_failure:
                self._rooms.state.update_job(key, **self._schedule(definition, runner))

    def _schedule(self, definition: Definition, runner: TriggeredRunner) -> dict[str, Any]:
        """Hand a triggered job to the scheduler; the fields of its Job that follow from that."""
        problems = (*definition.problems, *self.following.problems(definition))
        told = msgspec.structs.replace(definition, problems=problems)
        return self._scheduler.put(told, Door(self.queue, runner))

    async def _remind(self) -> None:
        """One timer for the words of every job that runs on."""
        while True:
            await self._rooms.clock.sleep(REMIND_EVERY_SECONDS)
            for keeper in self._continuous.values():
                keeper.remind()

    def _ask(self, definition: Definition, change: Change | None = None) -> None:
        """Tell the runner what its job is now."""
        key = definition.id.key
        if (triggered := self._triggered.get(key)) is not None:
            triggered.definition = definition
            return
        runner = self._continuous[key]
        wanted = self._wanted(definition)
        touched = change is not None and (change.program or change.settings)
        if touched and change is not None and not runner.idle:
            shown = ", ".join(change.paths[:_SHOWN_FILES])
            more = len(change.paths) - _SHOWN_FILES
            runner.say("Detected WebJob file/s were updated, refreshing WebJob")
            runner.say(f"Changed: {shown}" + (f" and {more} more" if more > 0 else ""))
        reason = "redeploy" if touched else "stop"
        runner.ask(definition, wanted, reason=reason, restart=touched and wanted and not runner.idle)

    def _wanted(self, definition: Definition) -> bool:
        return (
            definition.runnable
            and not definition.disabled
            and not self._rooms.config.stopped
            and not self._stopping
        )

    def _forget(self, key: JobKey) -> None:
        """A job whose folder is gone: stop it; its data stays (spec 1.6)."""
        definition = self.definitions.pop(key)
        self._scheduler.forget(key)
        runner = self._continuous.pop(key, None) or self._triggered.pop(key)
        task = self._runs.start(f"remove {definition.id}", self._remove(key, runner))
        self._leaving[key] = _Leaving(runner, task)

    async def _remove(self, key: JobKey, runner: Runner) -> None:
        try:
            reason = "removed" if isinstance(runner, ContinuousRunner) else "the job was removed"
            await runner.close(reason=reason, now=self._hurried)
            await runner.discard()
            await self.queue.forget(key)
        finally:
            self._rooms.state.remove_job(key)
            del self._leaving[key]

    async def _return(self, key: JobKey, leaving: asyncio.Task[None]) -> None:
        """Admit a job whose folder came back while its old process was still being stopped."""
        await asyncio.wait([leaving])
        if not self._stopping:
            await self.refresh([key], await asyncio.to_thread(list_jobs, self._rooms.site))

    def _show(self, definition: Definition) -> None:
        key, facts = definition.id.key, facts_of(definition)
        if (triggered := self._triggered.get(key)) is not None:
            facts |= self._schedule(definition, triggered)
        else:
            facts["problems"] = (*definition.problems, *self._continuous[key].problems)
        self._rooms.state.update_job(key, **facts)

    def _runner_failed(self, name: str, error: BaseException) -> None:
        """A bug in a runner: say so, put it on the job, and try again after a minute."""
        text = f"The {name} failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, code="internal")
        kind, _, job = name.partition(" ")
        if kind != "runner" or self._stopping:
            return
        for key, runner in self._continuous.items():
            if str(runner.definition.id) == job:
                problem = Problem("internal", text)
                self._rooms.state.update_job(key, problems=(*runner.definition.problems, problem))
                asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._revive, key)

    def _revive(self, key: JobKey) -> None:
        if not self._stopping and (definition := self.definitions.get(key)) is not None:
            self._admit(definition)


def _not_found(job: JobId) -> JobNotFound:
    return JobNotFound(f"There is no {job.type.value} job '{job.name}': wjtui list shows what there is.")


def _stays(found: Folders, definition: Definition) -> bool:
    """Whether a job that was not found is there all the same.

    What was found may be older than a switch of the job's folder, which is there all the time.
    """
    return found.may_hold(definition.folder) or os.path.isdir(definition.folder)
