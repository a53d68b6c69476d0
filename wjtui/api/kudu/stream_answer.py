"""StreamAnswer: a body that is made piece by piece in threads, as fast as the client takes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wjtui.support.tasks import first

PIECE = 256 * 1024
"""Bytes that are in memory at once."""

log = logging.getLogger(__name__)


class StreamAnswer(Response):
    """Ends early, the connection with it, where the body cannot be made to its end; or nobody reads it."""

    def __init__(
        self, pieces: Iterator[bytes], close: Callable[[], object], status: int, headers: Mapping[str, str]
    ) -> None:
        """``pieces`` is asked in a thread, and ``close`` called in one at the end, never both at once.

        Without a Content-Length in ``headers`` the body is sent in chunks.
        """
        self.status_code = status
        self.background = None
        self._pieces = pieces
        self._close = close
        self.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send everything; the pieces are closed whatever happens."""
        streaming = asyncio.get_running_loop().create_task(self._stream(send), name="answer")
        try:
            await first(streaming, _gone(receive))
            if streaming.done():
                await streaming
        finally:
            streaming.cancel()
            await asyncio.wait({streaming})
            await asyncio.to_thread(self._close)

    async def _stream(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            while piece := await self._next():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except OSError as error:
            log.warning("an answer was broken off: %s", error)
            return
        await send({"type": "http.response.body", "body": b""})

    async def _next(self) -> bytes:
        """The next piece, empty at the end. A cancellation waits for the thread."""
        work = asyncio.get_running_loop().run_in_executor(None, next, self._pieces, b"")
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            work.exception()  # so that nobody reports it as never looked at
            raise


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
