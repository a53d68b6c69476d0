"""A web server on the loopback that hooks post to: it keeps what came, and answers as a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tests.support.patience import eventually

HANG = 0
"""The answer that never comes."""
ENDLESS = -1
"""An answer whose body never ends."""
CUT = -2
"""The connection is closed without an answer."""
MOVED = b"Location: /elsewhere\r\n"


@dataclass
class Post:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class HookServer:
    """``answers`` are used up one a request; then ``always`` counts."""

    always: int = 200
    answers: deque[int] = field(default_factory=deque)
    posts: list[Post] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    open: int = 0
    """Requests that are being answered."""

    def url(self, path: str = "/hook", login: str = "") -> str:
        return f"{self.scheme}://{login + '@' if login else ''}127.0.0.1:{self.port}{path}"

    async def until(self, count: int) -> list[Post]:
        """Wait for so many requests."""
        await eventually(lambda: len(self.posts) >= count)
        return self.posts

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass  # the other side has enough
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = first.split(" ")
        code = self.answers.popleft() if self.answers else self.always
        self.posts.append(Post(method, path, headers, body))
        if code == CUT:
            return
        if code == HANG:
            await reader.read()  # until the other side gives up
            return
        more = MOVED if 300 <= code < 400 else b""
        if code == ENDLESS:
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await writer.drain()
        writer.write(b"HTTP/1.1 %d Said So\r\n%sContent-Length: 0\r\n\r\n" % (code, more))
        await writer.drain()


@asynccontextmanager
async def hook_server(certificate: Path | None = None) -> AsyncIterator[HookServer]:
    """One that listens; over TLS with a certificate and its key in one file."""
    found = HookServer(scheme="http" if certificate is None else "https")
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0, ssl=context)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        await eventually(lambda: found.open == 0)
