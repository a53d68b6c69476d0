"""Many requests over few kept-alive connections, by a client that costs little beside the server."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle

CONNECTIONS = 16
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_STREAM_SECONDS = 20.0


class BadAnswer(Exception):
    """An answer that is not what was asked for."""


class _Asker(asyncio.Protocol):
    """Asks again as soon as it is answered, for as long as there is something to ask."""

    def __init__(self, requests: Iterator[bytes], answered: Callable[[], None]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._answered = answered
        self._got = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        if length is None or not head.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4")):
            self._fail(BadAnswer(bytes(head[:200])))
        elif len(body) >= int(length[1]):
            self._got.clear()
            self._answered()
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or BadAnswer("the server has closed the connection"))

    def _ask(self) -> None:
        assert self._transport is not None
        if (request := next(self._requests, None)) is not None:
            self._transport.write(request)
            return
        if not self.done.done():
            self.done.set_result(None)
        self._transport.close()

    def _fail(self, error: BadAnswer) -> None:
        assert self._transport is not None
        if not self.done.done():
            self.done.set_exception(error)
        self._transport.close()


def request_bytes(path: str, *, method: str = "GET", authorization: str = "") -> bytes:
    """A request without a body."""
    told = f"Authorization: {authorization}\r\n" if authorization else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{told}\r\n".encode()


async def ask_for(port: int, request: bytes, seconds: float) -> float:
    """Requests a second, asked for some seconds. Raises BadAnswer."""
    until = time.monotonic() + seconds

    def requests() -> Iterator[bytes]:
        while time.monotonic() < until:
            yield request

    began = time.monotonic()
    count = await _ask(port, requests())
    return count / (time.monotonic() - began)


async def ask_times(port: int, requests: Sequence[bytes], count: int) -> None:
    """So many requests in all, of each kind in turn. Raises BadAnswer."""
    await _ask(port, (request for request, _ in zip(cycle(requests), range(count), strict=False)))


@asynccontextmanager
async def listeners(port: int, request: bytes, count: int) -> AsyncIterator[None]:
    """So many clients that take whatever comes, each after its first bytes have come."""
    async with asyncio.TaskGroup() as group:
        openings = [group.create_task(_listen(port, request)) for _ in range(count)]
        async with asyncio.timeout(_STREAM_SECONDS):
            tasks = [await opening for opening in openings]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(port: int, request: bytes) -> asyncio.Task[None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    status = await reader.readline()
    if b" 200 " not in status:
        raise BadAnswer(status)

    async def take() -> None:
        try:
            while await reader.read(65536):
                pass
        finally:
            writer.close()

    return asyncio.get_running_loop().create_task(take())


async def _ask(port: int, requests: Iterator[bytes]) -> int:
    count = 0

    def answered() -> None:
        nonlocal count
        count += 1

    loop = asyncio.get_running_loop()
    made = await asyncio.gather(
        *(
            loop.create_connection(lambda: _Asker(requests, answered), "127.0.0.1", port)
            for _ in range(CONNECTIONS)
        )
    )
    await asyncio.gather(*(asker.done for _, asker in made))
    return count
