"""TriggeredRunner: the runs of one triggered job, one at a time (spec 6)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.process.group import ProcessGroup
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.execution import Execution
from wjtui.engine.running.job_lock import JobLock
from wjtui.engine.running.launch import Launcher
from wjtui.engine.running.program import Program
from wjtui.model.errors import AlreadyRunning, Conflict, NotRunning
from wjtui.model.jobs import Busy, Idle
from wjtui.model.runs import Run, RunId, run_outcome
from wjtui.model.settings import JobSettings
from wjtui.model.starts import Start
from wjtui.support.tasks import TaskSet

_STRIP = 10

Follow = Callable[[Run, JobSettings], Awaitable[None]]
"""Does what follows from the end of a run."""


class NotWanted(Exception):
    """A run that was asked for is not to be started any more."""


class TriggeredRunner:
    """Starts runs, knows the one that is going, keeps the history within its size."""

    def __init__(
        self,
        rooms: Rooms,
        definition: Definition,
        tasks: TaskSet,
        on_end: Callable[[], None] = lambda: None,
        follow: Follow | None = None,
    ) -> None:
        """``on_end`` is called when a run has ended and the next one can begin; ``follow`` before that."""
        self._rooms = rooms
        self._on_end = on_end
        self._follow = follow
        self.definition = definition
        self._tasks = tasks
        self._launcher = Launcher(rooms, definition)
        self._lock = JobLock(definition.data / "triggeredJob.lock", rooms)
        self._execution: Execution | None = None
        self._shown: list[Run] = []
        self._closing = ""
        self._hurried = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def current(self) -> Run | None:
        """The run that is going."""
        return self._execution.run if self._execution is not None else None

    @property
    def group(self) -> ProcessGroup | None:
        """The processes of the run that is going."""
        return self._execution.group if self._execution is not None else None

    @property
    def program(self) -> Program | None:
        """What the process of the run that is going was started with, once there is one."""
        return self._execution.program if self._execution is not None else None

    @property
    def idle(self) -> bool:
        """Whether no run is going or about to."""
        return self._idle.is_set()

    @property
    def ending(self) -> bool:
        """Whether the run that is going has its final status: it may be read on the disk already."""
        return self._execution is not None and self._execution.run.status.ended

    async def start(
        self, start: Start, *, run_id: RunId | None = None, wanted: Callable[[], bool] | None = None
    ) -> Run:
        """Begin a run; returns once its folder exists. Raises AlreadyRunning or Conflict (spec 6.2).

        ``run_id``: what it was promised to be called. ``wanted`` is asked when the lock is held and no other
        instance can begin a run any more; where the answer is no, NotWanted is raised.
        """
        job = self.definition.id
        busy = AlreadyRunning(f"The job '{job.name}' is already running; no new run was started.")
        if not self._idle.is_set():
            raise busy
        self._check_open()
        self._idle.clear()
        try:
            try:
                if not self._lock.claim():
                    raise busy
            except OSError as error:
                raise Conflict(
                    f"The run of '{job.name}' could not be locked ({error.filename}: {error.strerror}): "
                    "let the engine's user write to the job's data folder."
                ) from None
            if wanted is not None and not wanted():
                self._lock.release()
                raise NotWanted
            try:
                run = await self._create(start, run_id)
            except OSError as error:
                self._lock.release()
                raise Conflict(f"The run of '{job.name}' could not be written down: {error}") from None
            execution = Execution(self._rooms, self.definition, self._launcher, run, self._tell)
            self._execution = execution
            if self._closing:
                execution.cancel(self._closing, now=self._hurried)
            self._tell()
            self._tasks.start(f"run {run.ref}", self._attend(execution))
            return run
        finally:
            if self._execution is None:
                self._idle.set()

    def cancel(self, reason: str, *, now: bool = False, run: RunId | None = None) -> None:
        """End the run that is going as Aborted, with ``reason`` in its log. Raises NotRunning."""
        execution = self._execution
        if execution is None or (run is not None and execution.run.ref.run != run):
            raise NotRunning(f"No run of '{self.definition.id.name}' is going that could be ended.")
        execution.cancel(reason, now=now)

    def hurry(self) -> None:
        """Skip what is left of the grace period."""
        self._hurried = True
        if self._execution is not None:
            self._execution.hurry()

    async def close(self, *, reason: str, now: bool = False) -> None:
        """Take no more runs and end the one that is going or about to; returns when it has ended."""
        self._closing, self._hurried = reason, self._hurried or now
        if self._execution is not None:
            self._execution.cancel(reason, now=self._hurried)
        await self._idle.wait()

    async def at_rest(self) -> None:
        """Wait until no run is going or about to."""
        await self._idle.wait()

    async def discard(self) -> None:
        """Delete what only a living job needs."""
        await self._launcher.discard()

    def show(self, **changes: Any) -> None:
        """Publish what the history says of this job now."""
        run = self.current
        known = [one for one in self._shown if one.status.ended]
        if run is not None:
            known.append(run)
        self._shown = runs = self._rooms.store.page(self.definition.id, None, _STRIP, known)
        self._rooms.state.update_job(
            self.definition.id.key,
            phase=Idle() if run is None else Busy(run.ref.run, run.started),
            latest_run=runs[0] if runs else None,
            recent=tuple(run_outcome(run) for run in reversed(runs)),
            **changes,
        )

    def _check_open(self) -> None:
        if self._closing:
            raise Conflict(f"No run of '{self.definition.id.name}' was started: {self._closing}.")

    async def _create(self, start: Start, run_id: RunId | None) -> Run:
        rooms, definition = self._rooms, self.definition
        own = definition.settings.history_size
        keep = own if own is not None and own > 0 else rooms.config.history_size
        excess = rooms.store.excess(definition.id, keep)
        if excess:
            for ref in await asyncio.to_thread(lambda: [r for r in excess if rooms.store.remove(r)]):
                rooms.state.remove_run(ref)
        settings = definition.settings
        return rooms.store.create(
            definition.id,
            rooms.clock.now(),
            start.trigger,
            settings.arguments if start.arguments is None else start.arguments,
            start.scheduled,
            run_id=run_id,
            input=start.input,
            correlation=start.correlation,
            key=start.key,
            attempt=start.attempt,
            origin=start.origin,
            sequel=settings.has_sequel,
        )

    async def _attend(self, execution: Execution) -> None:
        """One run; the lock is released after its final status is written, never before (spec 6.2)."""
        try:
            await execution.perform()
            if self._follow is not None and execution.run.sequel:
                await self._follow(execution.run, self.definition.settings)
        finally:
            self._execution = None
            self._lock.release()
            self._publish(execution)
            self._idle.set()
            self._on_end()

    def _tell(self, deadline: datetime | None = None) -> None:
        """The run that is going has changed, or must end until ``deadline``."""
        execution = self._execution
        if execution is None:
            return
        if deadline is None:
            self._publish(execution)
        else:
            run = execution.run
            phase = Busy(run.ref.run, run.started, deadline)
            self._rooms.state.update_job(self.definition.id.key, phase=phase)

    def _publish(self, execution: Execution) -> None:
        run, tail = execution.run, execution.tail
        if run.status.ended:
            run = self._rooms.store.load(run.ref) or run  # with the size of its output
        self._rooms.state.put_run(run)
        self.show(**({} if tail is None else {"tail": tail}))
