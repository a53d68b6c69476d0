"""ThreadBridge: a JobService that lives on the loop of another thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from wjtui.client.bridged_changes import BridgedDeploys, BridgedSettings, BridgedTrash, BridgedVersions
from wjtui.client.bridged_hooks import BridgedHooks
from wjtui.client.queue import BridgedQueue
from wjtui.client.senders import BridgedSenders
from wjtui.logs.reader import FileLogSource
from wjtui.model.errors import EngineUnreachable
from wjtui.model.events import Envelope, LogExtent, LogRef, Snapshot
from wjtui.model.identity import JobId
from wjtui.model.instances import Instance, Workplace
from wjtui.model.runs import Launch, Run, RunId, RunRef
from wjtui.model.schedules import Missed
from wjtui.model.starts import EXTERNAL
from wjtui.service import JobService, LogSource

T = TypeVar("T")


class ThreadBridge:
    """Use it on any loop but the service's own. A command that was given is carried out, whoever waits."""

    def __init__(self, service: JobService, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop
        self.deploys = BridgedDeploys(service, self.call)
        """Jobs that are brought in."""
        self.versions = BridgedVersions(service, self.call)
        """Earlier versions of jobs."""
        self.trash = BridgedTrash(service, self.call)
        """Jobs that are deleted, and brought back."""
        self.settings = BridgedSettings(service, self.call)
        """``settings.job``, and the settings of the site."""
        self.hooks = BridgedHooks(service, self.call)
        """Who is told of what, over HTTP."""
        self.senders = BridgedSenders(service, self.call)
        """Secret URLs that start a job without a login."""
        self.queue = BridgedQueue(service, self.call)
        """Starts that wait for their turn."""

    async def snapshot(self) -> Snapshot:
        """Everything to show."""
        return await self.call(self._service.snapshot())

    async def events(self, after: int | None = None) -> AsyncGenerator[Envelope | Snapshot]:
        """Changes above ``after``. One is asked for at a time, so what is not taken yet waits, and merges, at
        the service."""
        feed = _Feed(self._service, after)
        try:
            while (item := await self.call(feed.next(), keep=False)) is not None:
                yield item
        finally:
            with contextlib.suppress(EngineUnreachable):
                await self.call(feed.close())

    async def runs(self, job: JobId, *, before: RunId | None = None, limit: int = 50) -> list[Run]:
        """Runs of a triggered job, newest first."""
        return await self.call(self._service.runs(job, before=before, limit=limit))

    async def history(self, *, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        """Runs of every triggered job, newest first."""
        return await self.call(self._service.history(before=before, limit=limit))

    async def get_run(self, ref: RunRef) -> Run:
        """One run."""
        return await self.call(self._service.get_run(ref))

    async def result(self, ref: RunRef) -> bytes | None:
        """What a run has left."""
        return await self.call(self._service.result(ref))

    async def delete_run(self, ref: RunRef) -> None:
        """Move a run to the trash."""
        await self.call(self._service.delete_run(ref))

    async def restore_run(self, ref: RunRef) -> None:
        """Bring a deleted run back."""
        await self.call(self._service.restore_run(ref))

    async def launches(self, job: JobId) -> list[Launch]:
        """The last launches of a continuous job."""
        return await self.call(self._service.launches(job))

    async def instances(self, job: JobId) -> list[Instance]:
        """What each instance of the root says of a job."""
        return await self.call(self._service.instances(job))

    async def workplace(self, job: JobId) -> Workplace:
        """What a job's process finds around itself."""
        return await self.call(self._service.workplace(job))

    async def open_log(self, ref: LogRef) -> LogSource:
        """One log."""
        source = await self.call(self._service.open_log(ref))
        # Files may be read from any thread: no need to disturb the engine's.
        return source if isinstance(source, FileLogSource) else _BridgedLog(self, source)

    async def start(self, job: JobId) -> None:
        """Start a continuous job."""
        await self.call(self._service.start(job))

    async def stop(self, job: JobId, *, now: bool = False) -> None:
        """Stop a job."""
        await self.call(self._service.stop(job, now=now))

    async def restart(self, job: JobId) -> None:
        """Stop and start a continuous job."""
        await self.call(self._service.restart(job))

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
        """Start a run of a triggered job."""
        return await self.call(
            self._service.run(job, arguments, trigger=trigger, body=body, correlation=correlation, key=key)
        )

    async def run_later(
        self, job: JobId, at: datetime, arguments: str | None = None, *, trigger: str = "External - "
    ) -> None:
        """Put a start of a triggered job off to an instant."""
        await self.call(self._service.run_later(job, at, arguments, trigger=trigger))

    async def cancel_later(self, job: JobId) -> None:
        """Take the start that was put off back."""
        await self.call(self._service.cancel_later(job))

    async def pause(self, job: JobId) -> None:
        """Let a job's schedule wait no more."""
        await self.call(self._service.pause(job))

    async def resume(self, job: JobId) -> None:
        """Let a job's schedule wait again."""
        await self.call(self._service.resume(job))

    async def missed(self, job: JobId) -> list[Missed]:
        """The last stretches of scheduled instants without a run, newest first."""
        return await self.call(self._service.missed(job))

    async def cancel(self, ref: RunRef, *, now: bool = False) -> None:
        """End a run as Aborted."""
        await self.call(self._service.cancel(ref, now=now))

    async def shut_down(self) -> None:
        """Stop every job, then the engine."""
        await self.call(self._service.shut_down())

    async def call(self, work: Coroutine[Any, Any, T], *, keep: bool = True) -> T:
        """Do ``work`` on the service's loop; with ``keep`` it goes on when nobody waits for it any more.

        Raises what it raises, or EngineUnreachable when that loop has ended or ends meanwhile.
        """
        try:
            if not self._loop.is_running():
                raise RuntimeError("not running")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()
            raise _ended() from None
        waiting = asyncio.wrap_future(future)
        try:
            return await (asyncio.shield(waiting) if keep else waiting)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if future.cancelled() and task is not None and not task.cancelling():
                raise _ended() from None
            raise


class _Feed:
    """The service's side of one event stream; everything here runs on its loop."""

    def __init__(self, service: JobService, after: int | None) -> None:
        self._service = service
        self._after = after
        self._items: AsyncIterator[Envelope | Snapshot] | None = None
        self._turn = asyncio.Lock()

    async def next(self) -> Envelope | Snapshot | None:
        """The next item; None at the end."""
        async with self._turn:
            if self._items is None:
                self._items = self._service.events(self._after)
            return await anext(self._items, None)

    async def close(self) -> None:
        """Give up the stream, once a cancelled ``next`` has let go of it."""
        async with self._turn:
            if isinstance(self._items, AsyncGenerator):
                await self._items.aclose()


class _BridgedLog:
    """A ``LogSource`` of the other loop."""

    def __init__(self, bridge: ThreadBridge, source: LogSource) -> None:
        self._bridge = bridge
        self._source = source

    async def extent(self) -> LogExtent:
        """How far the log reaches now."""
        return await self._bridge.call(self._source.extent())

    async def read(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from position ``start``."""
        return await self._bridge.call(self._source.read(start, length))


def _ended() -> EngineUnreachable:
    return EngineUnreachable("The engine in this program has ended: start wjtui anew.")
