"""Following a log over HTTP: its bytes as they come, until its run, the engine or the client ends.

A stream of raw bytes has no room for a heartbeat: of a connection that has died in silence the server learns
with the next bytes, or by TCP's own means. Who needs to know sooner listens to the event stream beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from wjtui.api.traffic import FOLLOWERS, Traffic
from wjtui.model.errors import RunNotFound, WjtuiError
from wjtui.model.events import (
    AnyEvent,
    Envelope,
    JobRemoved,
    LogExtent,
    LogGrew,
    LogRef,
    RunChanged,
    RunRemoved,
)
from wjtui.model.runs import RunRef
from wjtui.service import JobService, LogSource
from wjtui.support.tasks import first

LOOK_SECONDS = 5.0
"""Another instance that writes a log of this root tells nobody, so there is a look that often."""
_PIECE = 64 * 1024
"""Bytes on their way to one client; what it does not take waits in the log's file."""


class LogStream(StreamingResponse):
    """The answer: raw bytes of unknown number."""

    def __init__(self, pieces: AsyncGenerator[bytes], headers: Mapping[str, str], traffic: Traffic) -> None:
        super().__init__(
            pieces, headers={**headers, "Cache-Control": "no-store"}, media_type="application/octet-stream"
        )
        self._pieces = pieces
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send pieces until they end or the client is gone."""
        with self._traffic.open(FOLLOWERS):
            try:
                await super().__call__(scope, receive, send)
            finally:
                await self._pieces.aclose()


def follow_log(
    service: JobService,
    request: Request,
    ref: LogRef,
    source: LogSource,
    extent: LogExtent,
    start: int,
    headers: Mapping[str, str],
) -> LogStream:
    """A log from position ``start`` on, for as long as it can grow."""
    state = request.app.state
    pieces = follow(News(service, ref), source, extent, start, state.closing)
    return LogStream(pieces, headers, state.traffic)


class News:
    """What the engine's events say of one log: that it has grown, that it is over."""

    def __init__(self, service: JobService, ref: LogRef) -> None:
        self._service = service
        self._ref = ref
        self.over = False
        """Whether nothing will be added any more. Whoever has read to the end after that has everything."""
        self.wake = asyncio.Event()

    async def listen(self) -> None:
        """Listen until it is over; ``wake`` is set with each piece of news."""
        items = self._service.events()
        try:
            async for item in items:
                if isinstance(item, Envelope):
                    self._hear(item.event)
                else:
                    await self._look()  # from here on nothing is missed
                if self.over:
                    return
        except WjtuiError:
            pass  # no engine, no news
        finally:
            self.over = True
            self.wake.set()
            if isinstance(items, AsyncGenerator):
                await items.aclose()

    async def _look(self) -> None:
        if self._ref.run is not None:
            try:
                run = await self._service.get_run(RunRef(self._ref.job, self._ref.run))
                self.over = run.status.ended
            except RunNotFound:
                self.over = True
        self.wake.set()

    def _hear(self, event: AnyEvent) -> None:
        job, run = self._ref.job.key, self._ref.run
        match event:
            case LogGrew(ref=ref):
                if (ref.job.key, ref.run, ref.kind) == (job, run, self._ref.kind):
                    self.wake.set()
            case RunChanged(run=changed):
                self.over |= (changed.ref.job.key, changed.ref.run) == (job, run) and changed.status.ended
            case RunRemoved(ref=removed):
                self.over |= (removed.job.key, removed.run) == (job, run)
            case JobRemoved(id=gone):
                self.over |= gone.key == job


async def follow(
    news: News, source: LogSource, extent: LogExtent, position: int, closing: asyncio.Event
) -> AsyncGenerator[bytes]:
    """Bytes from ``position`` on, until they can be no more or ``closing`` is set.

    Where a log was cut or replaced it goes on with what is there; bytes rolled away unread are left out.
    """
    listening = asyncio.get_running_loop().create_task(news.listen(), name="log follower")
    generation = extent.generation
    try:
        yield b""  # at once: the head of the answer is sent with its first piece, and a log may be quiet
        while not closing.is_set():
            news.wake.clear()
            over = news.over
            if data := await source.read(position, _PIECE):
                position += len(data)
                yield data
                continue
            extent = await source.extent()
            # Without a name there was no log before, so nothing of another one was read.
            if (generation and extent.generation != generation) or position < extent.start:
                position = extent.start
            generation = extent.generation
            if extent.start <= position < extent.end:
                continue
            if over:
                break
            await first(news.wake.wait(), closing.wait(), asyncio.sleep(LOOK_SECONDS))
    except WjtuiError:
        pass  # the log can be read no more; a stream that has begun has no other way to say so than to end
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
