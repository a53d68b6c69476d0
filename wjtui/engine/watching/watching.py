"""Watching: one watch for each job whose settings name a folder, as jobs and settings come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wjtui.engine.rooms import Rooms
from wjtui.engine.state import JobKey
from wjtui.engine.watching.batch_watch import BatchWatch
from wjtui.engine.watching.settling import settle_message
from wjtui.engine.watching.spool import Fate
from wjtui.engine.watching.spool_watch import SpoolWatch
from wjtui.engine.watching.watcher import LOOK_SECONDS, Door, FolderWatch
from wjtui.model.events import Envelope, JobChanged, JobRemoved, Tone
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job
from wjtui.model.runs import Run
from wjtui.support.tasks import TaskSet, first

CANCELLED_SECONDS = 60.0
"""How long a message whose run somebody ended is left alone: else it would be taken again at once."""
_CLOSING_SECONDS = 2.0


class Watching:
    """All its methods run in the engine's loop."""

    def __init__(
        self,
        rooms: Rooms,
        door: Door,
        *,
        reread: Callable[[JobId], None] = lambda job: None,
        pause: float = LOOK_SECONDS,
    ) -> None:
        """``reread`` is called when ``watch_problem`` would say something else than the job does: its folder
        has come or gone. ``pause``: seconds between two looks.
        """
        self._rooms = rooms
        self._door = door
        self._reread = reread
        self._pause = pause
        self._watches: dict[JobKey, FolderWatch] = {}
        self._tasks = TaskSet(self._failed)
        self._closed = False

    @property
    def has_work(self) -> bool:
        """Whether a folder is watched."""
        return bool(self._watches)

    def begin(self) -> None:
        """From now on files start jobs. What followed from runs of an earlier engine is settled by then."""
        self._rooms.state.bus.hear(self._hear)
        for job in list(self._rooms.state.jobs.values()):
            self._meet(job)

    async def settle(self, run: Run, retried: bool) -> None:
        """A run has ended: its message, if it had one, is moved to ``done`` or ``dead``, or stays.

        ``retried``: another try is going to follow; the message waits for its end. It stays as well where
        somebody ended the run, or the engine was shut down. After a crash without another try it is dead.
        Twice is as once, also after a restart.
        """
        if not run.input:
            return
        job = run.ref.job
        settled = await asyncio.to_thread(settle_message, self._rooms.site.job_data(job), run, retried)
        if settled is None:
            return
        if settled.trouble:
            self._rooms.state.raise_notice(settled.trouble, Tone.WARNING, job)
        watch = self._watches.get(job.key)
        if isinstance(watch, SpoolWatch) and (settled.trouble or settled.fate is Fate.STAY):
            watch.put_off(Path(settled.path).name, CANCELLED_SECONDS)
        self.look_again(job)

    def look_again(self, job: JobId) -> None:
        """A job may be free now."""
        if (watch := self._watches.get(job.key)) is not None:
            watch.wake()

    async def close(self) -> None:
        """Start nothing any more; returns when nobody looks."""
        self._closed = True
        for key in list(self._watches):
            self._end(key)
        # A look at a file server that has gone may never return.
        await first(self._tasks.join(), self._rooms.clock.sleep(_CLOSING_SECONDS))
        await self._tasks.cancel()

    def _hear(self, envelope: Envelope) -> None:
        match envelope.event:
            case JobChanged(job):
                self._meet(job)
            case JobRemoved(id):
                self._end(id.key)

    def _meet(self, job: Job) -> None:
        """A job is as it is said here."""
        known, wanted = self._watches.get(job.id.key), job.settings.watch
        if known is not None and known.job == job.id and known.watch == wanted:
            known.wake()
            return
        self._end(job.id.key)
        if wanted is None or job.is_continuous or self._closed:
            return
        kind = SpoolWatch if wanted.spool else BatchWatch
        watch = kind(self._rooms, self._door, job.id, wanted, partial(self._reread, job.id), self._pause)
        self._watches[job.id.key] = watch
        self._tasks.start(f"watch {job.id}", watch.run())

    def _end(self, key: JobKey) -> None:
        if (watch := self._watches.pop(key, None)) is not None:
            watch.end()

    def _failed(self, name: str, error: BaseException) -> None:
        text = f"The {name} failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, code="internal")
