"""RunQueue: the one door through which runs begin; what cannot begin yet waits, on the disk too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from wjtui.engine.catalog.discover import JobKey
from wjtui.engine.damage import Aside
from wjtui.engine.queueing.line import Line
from wjtui.engine.queueing.store import QueueStore
from wjtui.engine.queueing.turn import Head, decide, why_not
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.inputs import drop_input, sweep_inputs
from wjtui.engine.running.triggered import NotWanted, TriggeredRunner
from wjtui.model.errors import AlreadyRunning, Conflict, NotRunning, QueueFull, WjtuiError
from wjtui.model.events import Tone
from wjtui.model.identity import JobId
from wjtui.model.runs import Run, RunId, make_run_id
from wjtui.model.starts import Start, Waiting
from wjtui.support.tasks import TaskSet, first

log = logging.getLogger(__name__)

AGAIN = timedelta(seconds=5)
"""Between two tries of a start that another instance, or the disk, was in the way of."""
_LOOK_SECONDS = 60.0
_ENDING_SECONDS = 5.0
"""How long a start waits for the end of a run that has its final status: a disk may hang."""


class RunQueue:
    """Starts of triggered jobs: at once, or in their turn. All its methods run in the engine's loop."""

    def __init__(self, rooms: Rooms, runners: Mapping[JobKey, TriggeredRunner]) -> None:
        """``runners``: those of the jobs there are, as they come and go."""
        self._rooms = rooms
        self._runners = runners
        self._store = QueueStore(rooms.site)
        self._lines: dict[JobKey, Line] = {}
        self._tasks = TaskSet(self._failed)
        self._wake = asyncio.Event()

    @property
    def has_work(self) -> bool:
        """Whether a start waits."""
        return any(line.waiting for line in self._lines.values())

    async def read(self) -> None:
        """Take up what waited when the engine ended. What was started by then does not wait any more."""
        state, aside = self._rooms.state, Aside(self._rooms.clock.now())
        for waiting in await asyncio.to_thread(self._read, aside):
            self._line(waiting.job.key).add(waiting)
        aside.tell(lambda text, job: state.raise_notice(text, Tone.WARNING, job, "damaged"))

    async def sweep(self) -> None:
        """Remove what was sent for starts that are not there any more."""
        wanted = [waiting.start.input for line in self._lines.values() for waiting in line.waiting]
        try:
            await asyncio.to_thread(sweep_inputs, self._rooms.site, wanted)
        except OSError as error:
            log.warning("what was sent for starts that are gone stays: %s", error)

    async def run(self) -> None:
        """Let starts begin when it is their turn, until cancelled."""
        try:
            while True:
                self._wake.clear()
                pause = self._look()
                await first(self._wake.wait(), self._rooms.clock.sleep(pause))
        finally:
            await self._tasks.join()

    def look_again(self) -> None:
        """Something changed that a start may have waited for: a run ended, a setting."""
        self._wake.set()

    async def start(
        self, job: JobId, start: Start, *, wanted: Callable[[], bool] | None = None
    ) -> Run | Waiting:
        """Begin a run, or keep its start for later.

        Raises AlreadyRunning: a run is going and the job does not queue. QueueFull: too many wait. Conflict:
        it cannot be written down. NotWanted: ``wanted``, asked where it would begin at once, says no.
        """
        runner = self._runners[job.key]
        if runner.ending and not runner.definition.settings.queues:
            # Who has read that it ended may ask for the next run before the end is safe on a slow disk.
            await first(runner.at_rest(), self._rooms.clock.sleep(_ENDING_SECONDS))
        line, settings = self._line(job.key), runner.definition.settings
        before = line.ahead_of(start)
        busy = not runner.idle or bool(before) or line.beginning is not None
        if busy and not settings.queues:
            raise AlreadyRunning(f"The job '{job.name}' is already running; no new run was started.")
        reason = "its run is going" if busy else why_not(settings.lock, self._locks(), self._going, self._cap)
        if not reason:
            line.beginning = start
            try:
                run = await runner.start(start, wanted=wanted)
                await self._take_over(line, start, queues=settings.queues)
                return run
            finally:
                line.beginning = None
                self._wake.set()
        if len(before) >= settings.queue_room:
            waits = "1 start waits" if len(before) == 1 else f"{len(before)} starts wait"
            raise QueueFull(
                f"The queue of '{job.name}' is full: {waits} already, as many as its queue_limit allows."
            )
        return await self.put(runner.definition.id, start)

    async def put(self, job: JobId, start: Start, due: datetime | None = None) -> Waiting:
        """Let a start wait, however many do; it is on the disk when this returns. Raises Conflict.

        A retry that waits is taken back: a newer run takes its place. Not so of a job that queues: of that,
        each start is a piece of work of its own.
        """
        runner = self._runners.get(job.key)
        queues = runner is not None and runner.definition.settings.queues
        await self._take_over(self._line(job.key), start, queues=queues)
        # Only now: a line that nothing waits in is put away meanwhile.
        line, now = self._line(job.key), self._rooms.clock.now()
        known = self._rooms.store.ids(job)
        last = max([*known[:1], *line.last_id(due)], default=None)
        waiting = Waiting(job, make_run_id(due or now, last), start, now, due)
        # In its place at once, so that starts which come while it is written stay behind it.
        line.add(waiting)
        line.unwritten.add(waiting.id)
        try:
            await asyncio.to_thread(self._store.put, waiting)
        except OSError as error:
            line.remove(waiting.id)
            raise Conflict(f"The start of '{job.name}' could not be written down: {error}") from None
        finally:
            line.unwritten.discard(waiting.id)
            self._wake.set()
        if waiting.id not in line:
            # Begun or taken back while it was written: who did that found no file to remove.
            await asyncio.to_thread(self._forget_file, waiting)
        return waiting

    def idle(self, job: JobId) -> bool:
        """Whether no run of a job is going or about to, and none waits."""
        runner, line = self._runners.get(job.key), self._lines.get(job.key)
        waits = line is not None and (bool(line.waiting) or line.beginning is not None)
        return runner is not None and runner.idle and not waits

    def waiting(self, job: JobId) -> list[Waiting]:
        """What waits of a job, in its order."""
        line = self._lines.get(job.key)
        return list(line.waiting) if line is not None else []

    def find_key(self, job: JobId, key: str) -> RunId | None:
        """The run that the waiting start with an ``Idempotency-Key`` will have; None: there is none."""
        return next((waiting.id for waiting in self.waiting(job) if waiting.start.key == key), None)

    async def withdraw(self, job: JobId, run: RunId | None = None) -> int:
        """Take starts back: one, or all. Raises NotRunning where there is none."""
        line = self._line(job.key)
        wanted = [waiting for waiting in line.waiting if run in (None, waiting.id)]
        if not wanted:
            which = f"No start of '{job.name}' waits" + (f" that is called {run}" if run else "")
            raise NotRunning(f"{which}: wjtui queue shows those that do.")
        return await self._drop(line, wanted)

    async def forget_retries(self, job: JobId) -> int:
        """Take back the retries that wait: somebody stopped the job. Returns how many those were."""
        line = self._line(job.key)
        return await self._drop(line, [waiting for waiting in line.waiting if waiting.start.attempt])

    async def forget(self, key: JobKey) -> None:
        """A job is gone, and with it what waits of it."""
        if (line := self._lines.pop(key, None)) is not None:
            await self._drop(line, list(line.waiting))

    @property
    def _going(self) -> int:
        return sum(self._is_taken(key, runner) for key, runner in self._runners.items())

    @property
    def _cap(self) -> int:
        return self._rooms.config.max_runs

    def _locks(self) -> dict[str, str]:
        held = {}
        for key, runner in self._runners.items():
            lock = runner.definition.settings.lock
            if lock and self._is_taken(key, runner):
                held[lock] = runner.definition.id.name
        return held

    def _is_taken(self, key: JobKey, runner: TriggeredRunner) -> bool:
        line = self._lines.get(key)
        return not runner.idle or (line is not None and line.beginning is not None)

    def _line(self, key: JobKey) -> Line:
        return self._lines.setdefault(key, Line())

    def _read(self, aside: Aside) -> list[Waiting]:
        left = []
        for waiting in self._store.load(aside):
            if self._rooms.site.run_status(waiting.job, waiting.id).exists():
                self._forget_file(waiting)  # the engine ended between its start and this
            else:
                left.append(waiting)
        return left

    def _look(self) -> float:
        """Begin what can begin, tell what waits on and why; the seconds until the next look."""
        now = self._rooms.clock.now()
        verdicts = decide(self._heads(now), self._locks(), self._going, self._cap, now)
        reasons: dict[JobKey, str] = {}
        for waiting, reason in verdicts:
            if reason:
                reasons[waiting.job.key] = reason
            else:
                line = self._line(waiting.job.key)
                line.beginning = waiting.start
                self._tasks.start(f"turn of {waiting.job}/{waiting.id}", self._begin(line, waiting))
        self._tell(reasons, now)
        times = [at for line in self._lines.values() if (at := line.wakes_at(now)) is not None]
        return min([(at - now).total_seconds() for at in times] + [_LOOK_SECONDS])

    def _heads(self, now: datetime) -> Iterable[Head]:
        for key, line in self._lines.items():
            runner = self._runners.get(key)
            if runner is None or not line.waiting or line.beginning is not None:
                continue
            settings = runner.definition.settings
            yield Head(line.head(now), settings.priority, settings.lock, self._obstacle(line, runner, now))

    def _obstacle(self, line: Line, runner: TriggeredRunner, now: datetime) -> str:
        if not runner.idle:
            return "its run is going"
        if self._rooms.config.stopped:
            return "WebJobs are stopped by configuration (WEBJOBS_STOPPED)"
        if not runner.definition.runnable:
            return "it has nothing that can run"
        return line.trouble if line.again is not None and line.again > now else ""

    async def _begin(self, line: Line, waiting: Waiting) -> None:
        try:
            if (runner := self._runners.get(waiting.job.key)) is None:
                return  # its job was removed just now
            await runner.start(waiting.start, run_id=waiting.id)
        except (AlreadyRunning, NotWanted):
            line.put_off("another instance runs it", self._rooms.clock.now() + AGAIN)
        except WjtuiError as error:
            line.put_off(error.message, self._rooms.clock.now() + AGAIN)
        else:
            line.remove(waiting.id)
            line.again = None
            if waiting.id not in line.unwritten:
                await asyncio.to_thread(self._forget_file, waiting)
        finally:
            line.beginning = None
            self._wake.set()

    async def _take_over(self, line: Line, start: Start, *, queues: bool) -> None:
        if not queues and (overtaken := line.overtaken_by(start)):
            await self._drop(line, overtaken)

    async def _drop(self, line: Line, waiting: list[Waiting]) -> int:
        dropped = [each for each in waiting if line.remove(each.id)]
        for each in dropped:
            await asyncio.to_thread(self._forget_file, each)
            await asyncio.to_thread(drop_input, self._rooms.site, each.start.input)
        if dropped:
            self._wake.set()
        return len(dropped)

    def _forget_file(self, waiting: Waiting) -> None:
        try:
            self._store.remove(waiting)
        except OSError as error:
            log.warning("the waiting start %s/%s stays on the disk: %s", waiting.job, waiting.id, error)

    def _tell(self, reasons: Mapping[JobKey, str], now: datetime) -> None:
        for key, line in list(self._lines.items()):
            job = self._rooms.state.jobs.get(key)
            if job is not None:
                hold = line.hold(now, reasons.get(key, ""), job.settings.retry)
                if hold != job.hold:
                    self._rooms.state.update_job(key, hold=hold)
            if not line.waiting and line.beginning is None:
                del self._lines[key]

    def _failed(self, name: str, error: BaseException) -> None:
        text = f"The {name} failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, code="internal")
