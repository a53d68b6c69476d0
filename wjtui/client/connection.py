"""The wire to one engine: requests over its Unix socket, refusals and failures as errors."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx2
import msgspec

from wjtui.model.base import Value
from wjtui.model.errors import EngineUnreachable, InvalidRequest, WjtuiError
from wjtui.wire.stream import Refusal

T = TypeVar("T")

PREFIX = "/api/wjtui"
ANSWER_SECONDS = 30.0
LONG_SECONDS = 600.0
"""For what takes as long as files are large and jobs are slow to stop."""
SILENCE_SECONDS = 45.0
"""Three heartbeats: a stream that says nothing for longer is dead."""

# It reports every request at INFO, which is ten a second for an open log.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Connection:
    """Asks the engine behind one socket. Belongs to the loop that uses it first."""

    def __init__(self, socket_path: Path | str) -> None:
        self.socket_path = os.fspath(socket_path)
        self._client = self._open()

    def turn_to(self, socket_path: Path | str) -> None:
        """Ask behind another socket from now on; only before the first request."""
        if (path := os.fspath(socket_path)) != self.socket_path:
            self.socket_path = path
            self._client = self._open()

    def _open(self) -> httpx2.AsyncClient:
        # No connection is kept: opening one costs 0.1 ms here, and a kept one may have just been closed by
        # the engine, which would fail a command that was never carried out.
        transport = httpx2.AsyncHTTPTransport(
            uds=self.socket_path,
            verify=False,
            trust_env=False,
            limits=httpx2.Limits(max_keepalive_connections=0),
        )
        return httpx2.AsyncClient(
            transport=transport, base_url="http://wjtui", timeout=ANSWER_SECONDS, trust_env=False
        )

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        *,
        patience: float = ANSWER_SECONDS,
    ) -> httpx2.Response:
        """One request and its whole answer. Raises what the engine raised, or EngineUnreachable.

        ``patience``: seconds without a word of the answer.
        """
        timeout = httpx2.Timeout(ANSWER_SECONDS, read=patience)
        try:
            response = await self._client.request(
                method, PREFIX + path, params=query, content=body, timeout=timeout
            )
        except httpx2.TransportError as error:
            raise self._lost(error) from error
        if response.is_error:
            raise _refused(response.status_code, response.content)
        return response

    @asynccontextmanager
    async def open_stream(
        self, path: str, query: Mapping[str, str | int]
    ) -> AsyncIterator[tuple[httpx2.Headers, AsyncIterator[bytes]]]:
        """An answer that goes on: its headers and its bytes. Raises like ``ask``, while it is read too."""
        timeout = httpx2.Timeout(ANSWER_SECONDS, read=SILENCE_SECONDS)
        try:
            async with self._client.stream("GET", PREFIX + path, params=query, timeout=timeout) as response:
                if response.is_error:
                    raise _refused(response.status_code, await response.aread())
                yield response.headers, response.aiter_bytes()
        except httpx2.TransportError as error:
            raise self._lost(error) from error

    async def aclose(self) -> None:
        """Give up every connection."""
        await self._client.aclose()

    def _lost(self, error: httpx2.TransportError) -> EngineUnreachable:
        late = isinstance(error, httpx2.TimeoutException)
        what = "in time" if late else f"({str(error) or type(error).__name__})"
        return EngineUnreachable(
            f"The engine behind '{self.socket_path}' does not answer {what}: try again, or start one with"
            " 'wjtui up'."
        )


def read_answer(data: bytes, kind: type[T]) -> T:
    """A value out of an answer. Raises EngineUnreachable when an engine of another version means others."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise foreign(error) from error


def to_body(value: Value) -> bytes:
    """A value as the body of a request. Raises InvalidRequest, which keeps it to itself: it may be secret."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        raise InvalidRequest(
            "Bytes that are no UTF-8 cannot be sent: save the text as UTF-8, or rename the file."
        ) from None


def foreign(error: msgspec.DecodeError) -> EngineUnreachable:
    """What an answer is that cannot be read."""
    return EngineUnreachable(
        f"The engine's answer cannot be read ({error}): it may be of another version, so start it anew with"
        " 'wjtui down' and 'wjtui up'."
    )


def _refused(status: int, content: bytes) -> WjtuiError:
    try:
        return msgspec.json.decode(content, type=Refusal).error()
    except msgspec.DecodeError:
        return EngineUnreachable(
            f"What answers on the engine's socket is no engine of wjtui (HTTP {status})."
        )
