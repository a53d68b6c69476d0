"""Following: does what follows from the end of a run, once, also when the engine ended in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Iterable, Mapping

import msgspec

from wjtui.engine.catalog.discover import Definition, JobKey
from wjtui.engine.queueing.queue import RunQueue
from wjtui.engine.queueing.sequel import Next, Sequel, cycle_from, decide
from wjtui.engine.rooms import Rooms
from wjtui.engine.running.inputs import carry_input
from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Problem
from wjtui.model.runs import Run, RunId, RunRef
from wjtui.model.settings import JobSettings

log = logging.getLogger(__name__)


class Following:
    """What is decided at the end of each run of a job that has something to follow."""

    def __init__(
        self,
        rooms: Rooms,
        queue: RunQueue,
        definitions: Mapping[JobKey, Definition],
        pause: Callable[[JobId], Awaitable[None]],
    ) -> None:
        """``pause`` switches the schedule of a job off."""
        self._rooms = rooms
        self._queue = queue
        self._definitions = definitions
        self._pause = pause
        self.settle: Callable[[Run, bool], Awaitable[None]] | None = None
        """Told of each run that has ended, and whether it is retried."""

    async def follow(self, run: Run, settings: JobSettings, *, followed: bool = False) -> None:
        """A run has ended: do what follows, then note in its status that this is done (``Run.sequel``).

        ``followed``: a run has followed it already, and the engine has ended right after that was made.
        """
        recent = self._rooms.store.page(run.ref.job, None, max(1, settings.poison_after or 1))
        sequel = decide(run, settings, [run if each.ref == run.ref else each for each in recent])
        if sequel.pauses:
            await self._pause_schedule(run, settings)
        if sequel.next is not None and not followed and not self._waits(run, sequel.next):
            await self._do(run, sequel, sequel.next)
        if self.settle is not None:
            await self.settle(run, sequel.retries)
        done = msgspec.structs.replace(self._rooms.store.load(run.ref) or run, sequel=False)
        try:
            await asyncio.to_thread(self._rooms.store.save, done)
        except OSError as error:
            log.warning("status of %s was not written: %s", run.ref, error)

    async def resume(self, unfollowed: Iterable[Run], followed: Container[tuple[JobKey, RunId]]) -> None:
        """Do what a crash kept from being done.

        It need not be the newest run of its job that is left: a start has its id from when it was asked for,
        and one that has waited, such as a retry, may have run after others with newer ones.
        """
        for run in sorted(unfollowed, key=lambda run: run.ended or run.started):
            definition = self._definitions.get(run.ref.job.key)
            if definition is None:
                continue
            # The folder of its data may be written in another case than the job.
            run = msgspec.structs.replace(run, ref=RunRef(definition.id, run.ref.run))
            done = (run.ref.job.key, run.ref.run) in followed
            await self.follow(run, definition.settings, followed=done)

    def problems(self, definition: Definition) -> tuple[Problem, ...]:
        """What is wrong with the chains that begin at a job."""
        settings = definition.settings
        if not (settings.on_success or settings.on_failure):
            return ()
        found = []
        for key in ("on_success", "on_failure"):
            name = getattr(settings, key)
            if name and (JobType.TRIGGERED.value, name.lower()) not in self._definitions:
                text = f"'{key}' names '{name}', which is no triggered job here: it is passed over."
                found.append(Problem("chain-missing", text))
        if cycle := cycle_from(definition.id.name, self._settings()):
            way = " -> ".join([*cycle, definition.id.name.lower()])
            text = (
                f"'on_success' and 'on_failure' lead back to the job itself ({way}): nothing follows from it."
            )
            found.append(Problem("chain-cycle", text))
        return tuple(found)

    def _settings(self) -> dict[str, JobSettings]:
        return {
            definition.id.name.lower(): definition.settings
            for definition in self._definitions.values()
            if definition.id.type is JobType.TRIGGERED
        }

    async def _do(self, run: Run, sequel: Sequel, following: Next) -> None:
        job = run.ref.job
        if not sequel.retries:
            target = self._definitions.get(following.job.key)
            if target is None:
                self._say(job, f"'{following.job.name}' was to follow and is no triggered job here.")
                return
            if cycle_from(job.name, self._settings()):
                self._say(job, "nothing follows: its chain of jobs leads back to itself.")
                return
            following = following._replace(job=target.id)
        try:
            if sequel.retries:
                # Its own copy: the run that failed may be removed from the history before.
                given = await asyncio.to_thread(carry_input, self._rooms.site, run)
                following = following._replace(start=msgspec.structs.replace(following.start, input=given))
            await self._queue.put(*following)
        except OSError as error:
            self._say(job, f"what run {run.ref.run} was given could not be kept for its retry: {error}")
        except WjtuiError as error:
            self._say(job, error.message)

    def _waits(self, run: Run, following: Next) -> bool:
        """Whether the start is there already: the engine may have ended right after it was asked for."""
        return any(each.start.origin == run.ref for each in self._queue.waiting(following.job))

    async def _pause_schedule(self, run: Run, settings: JobSettings) -> None:
        job = run.ref.job
        found = self._rooms.state.jobs.get(job.key)
        if found is None or not settings.enabled or (found.schedule is None and settings.watch is None):
            return
        count = settings.poison_after
        try:
            await self._pause(job)
        except WjtuiError as error:
            self._say(job, error.message)
            return
        failed = "a run" if count == 1 else f"{count} runs in a row"
        what = "its schedule" if found.schedule is not None else "what its files start"
        self._say(job, f"{what} is paused, as {failed} failed: resume it once the job is mended.")

    def _say(self, job: JobId, text: str) -> None:
        self._rooms.state.raise_notice(f"'{job.name}': {text}", Tone.WARNING, job, "sequel")
