"""Passthrough: what a continuous job that listens on its ``WEBJOBS_PORT`` is asked (spec 8.6)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

import h11
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wjtui.api.kudu.answers import trouble
from wjtui.api.kudu.named import job_id
from wjtui.api.kudu.paths import REST
from wjtui.model.errors import Conflict, JobNotFound
from wjtui.service import JobService

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 100.0
"""How long a job may take until its answer begins, counted from the last piece of the request."""
_PIECE = 64 * 1024
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_OURS = frozenset({b"host", b"authorization", b"expect"})
_BODILESS = frozenset({"GET", "HEAD"})

Headers = list[tuple[bytes, bytes]]


async def forward(service: JobService, request: Request) -> Response:
    """Ask the job, and answer what it answers; both bodies are streamed."""
    job = job_id(request)
    try:
        place = await service.workplace(job)
    except JobNotFound:
        return trouble(f"There is no job '{job}'.", 404)
    except Conflict as error:
        return trouble(error.message, 502)
    if place.pid is None:
        return trouble(f"'{job.name}' does not run now: start it first.", 502)
    port = int(place.environment["WEBJOBS_PORT"])
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:  # a TimeoutError too
        return trouble(f"'{job.name}' does not listen on its WEBJOBS_PORT ({port}).", 502)
    exchange = _Exchange(request, reader, writer)
    try:
        return Relay(exchange, await exchange.begin(port))
    except TimeoutError:
        await exchange.close()
        return trouble(f"'{job.name}' has not answered within {ANSWER_SECONDS:.0f} s.", 504)
    except (OSError, h11.ProtocolError) as error:
        await exchange.close()
        return trouble(f"'{job.name}' has not answered as a server does ({error}).", 502)
    except BaseException:
        await exchange.close()
        raise


class Relay(Response):
    """The job's answer, its body as it comes; the connection to the job ends with it."""

    def __init__(self, exchange: _Exchange, answer: h11.Response) -> None:
        super().__init__(status_code=answer.status_code)
        # The server puts a date of its own.
        self.raw_headers = without(answer.headers.raw_items(), {b"date"})
        self._exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; an answer that breaks off breaks off for the client too."""
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            async for piece in self._exchange.body():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except (OSError, h11.ProtocolError) as error:
            # Without a last message the server closes the connection, so the client knows.
            log.warning("the answer to %s %s broke off: %s", scope["method"], scope["path"], error)
        finally:
            await self._exchange.close()


def without(headers: Iterable[tuple[bytes, bytes]], more: Iterable[bytes] = ()) -> Headers:
    """Headers but those that count for one connection alone, and ``more``; names in lower case."""
    pairs = [(name.lower(), value) for name, value in headers]
    named = {
        part.strip().lower() for name, value in pairs if name == b"connection" for part in value.split(b",")
    }
    gone = _HOP_BY_HOP | named | set(more)
    return [(name, value) for name, value in pairs if name not in gone]


class _Exchange:
    """One request to a job, and its answer."""

    def __init__(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._request = request
        self._reader = reader
        self._writer = writer
        self._wire = h11.Connection(h11.CLIENT)
        self._limit: asyncio.Timeout | None = None
        """As long as the job may not have answered yet."""
        self._feeding: asyncio.Task[None] | None = None
        """Ends when the client is gone."""

    async def begin(self, port: int) -> h11.Response:
        """Send the request, its body beside; returns the head of the answer.

        Raises TimeoutError, OSError, ``h11.ProtocolError`` and ClientDisconnect.
        """
        scope = self._request.scope
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        own = [(b"host", b"127.0.0.1:%d" % port), (b"connection", b"close")]
        head = h11.Request(
            method=self._request.method,
            target=b"/" + scope[REST].encode("ascii", "surrogateescape") + query,
            headers=[*own, *self._headers()],
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS) as self._limit:
                await self._send(head)
                self._feeding = asyncio.get_running_loop().create_task(self._feed(), name="passthrough")
                while not isinstance(event := await self._next(), h11.Response):
                    if event is None:
                        raise ClientDisconnect
                    if isinstance(event, h11.ConnectionClosed):
                        raise h11.RemoteProtocolError("it has closed the connection")
                return event
        finally:
            self._limit = None

    async def body(self) -> AsyncIterator[bytes]:
        """The body of the answer, as it comes; ends when the client is gone. Raises ``h11.ProtocolError``."""
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    async def close(self) -> None:
        """End it, however far it has come."""
        if self._feeding is not None:
            self._feeding.cancel()
            await asyncio.gather(self._feeding, return_exceptions=True)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    def _headers(self) -> Headers:
        request = self._request
        if request.method in _BODILESS:
            return without(request.scope["headers"], {*_OURS, b"content-length"})
        headers = without(request.scope["headers"], _OURS)
        if "transfer-encoding" in request.headers:
            headers.append((b"transfer-encoding", b"chunked"))
        return headers

    async def _feed(self) -> None:
        """Hand the client's body on, then wait until the client is gone."""
        more = True
        while (message := await self._request.receive())["type"] != "http.disconnect":
            if not more:
                continue
            more = message.get("more_body", False)
            # A job that reads no more may have answered all the same.
            with suppress(OSError):
                if message.get("body") and self._request.method not in _BODILESS:
                    await self._send(h11.Data(data=message["body"]))
                if not more:
                    await self._send(h11.EndOfMessage())
            if self._limit is not None:
                self._limit.reschedule(asyncio.get_running_loop().time() + ANSWER_SECONDS)

    async def _send(self, event: h11.Event) -> None:
        if data := self._wire.send(event):
            self._writer.write(data)
            await self._writer.drain()

    async def _next(self) -> h11.Event | None:
        """What comes next from the job; None: the client is gone."""
        assert self._feeding is not None
        following = asyncio.get_running_loop().create_task(self._event(), name="passthrough answer")
        try:
            await asyncio.wait({following, self._feeding}, return_when=asyncio.FIRST_COMPLETED)
            return following.result() if following.done() else self._feeding.result()
        finally:
            if not following.done():
                following.cancel()
                await asyncio.wait({following})

    async def _event(self) -> h11.Event:
        while True:
            event = self._wire.next_event()
            if isinstance(event, h11.Event):
                return event
            self._wire.receive_data(await self._reader.read(_PIECE))
