"""The event stream over HTTP: Server-Sent Events that end by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from wjtui.api.requests import number
from wjtui.api.traffic import EVENTS, Traffic
from wjtui.model.errors import WjtuiError
from wjtui.model.events import Envelope, Snapshot
from wjtui.service import JobService
from wjtui.wire.stream import END, HEARTBEAT, LIFE_HEADER, error_frame, item_frame

HEARTBEAT_SECONDS = 15.0


class EventStream(StreamingResponse):
    """A stream that closes its source as soon as its client is gone, not when memory is tidied up."""

    def __init__(self, frames: AsyncGenerator[bytes], life: str, traffic: Traffic) -> None:
        headers = {"Cache-Control": "no-store", LIFE_HEADER: life}
        super().__init__(frames, headers=headers, media_type="text/event-stream")
        self._frames = frames
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send frames until they end or the client is gone."""
        with self._traffic.open(EVENTS):
            try:
                await super().__call__(scope, receive, send)
            finally:
                await self._frames.aclose()


async def stream_events(service: JobService, request: Request) -> EventStream:
    """Changes above ``after``, for ever; a fresh snapshot first without it.

    ``life`` says whose numbers ``after`` counts in: those of an engine before this one are not believed.
    """
    state, query = request.app.state, request.query_params
    known = "after" in query and query.get("life", state.life) == state.life
    items = service.events(number(request, "after", 0) if known else None)
    return EventStream(frames(items, state.closing), state.life, state.traffic)


async def frames(
    items: AsyncIterator[Envelope | Snapshot], closing: asyncio.Event, heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncGenerator[bytes]:
    """The items as frames, a heartbeat after each silence, and an end when they end or ``closing`` is set."""
    closed = asyncio.get_running_loop().create_task(closing.wait(), name="event stream's end")
    following: asyncio.Task[Envelope | Snapshot | None] | None = None
    try:
        # At once: the head of the answer is sent with its first bytes, and a quiet engine has none.
        yield HEARTBEAT
        while True:
            if following is None:
                following = asyncio.get_running_loop().create_task(_next(items), name="event stream")
            await asyncio.wait({following, closed}, timeout=heartbeat, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                done, following = following, None
                if (item := done.result()) is None:
                    break
                yield item_frame(item)
            elif closed.done():
                break
            else:
                yield HEARTBEAT
        yield END
    except WjtuiError as error:
        yield error_frame(error)
    finally:
        tasks = [task for task in (following, closed) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(items, AsyncGenerator):
            await items.aclose()


async def _next(items: AsyncIterator[Envelope | Snapshot]) -> Envelope | Snapshot | None:
    return await anext(items, None)
