"""The wire to one engine: requests over its Unix socket or TCP, refusals and failures as errors."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx2
import msgspec

from wjtui.client.remote import Remote
from wjtui.model.base import Value
from wjtui.model.errors import AccessDenied, EngineUnreachable, InvalidRequest, WjtuiError
from wjtui.wire.stream import Refusal

T = TypeVar("T")

PREFIX = "/api/wjtui"
ANSWER_SECONDS = 30.0
LONG_SECONDS = 600.0
"""For what takes as long as files are large and jobs are slow to stop."""
_KEPT_SECONDS = 20.0
SILENCE_SECONDS = 45.0
"""Three heartbeats: a stream that says nothing for longer is dead."""

# It reports every request at INFO, which is ten a second for an open log.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Connection:
    """Asks one engine. Belongs to the loop that uses it first."""

    def __init__(self, where: Path | str | Remote) -> None:
        """``where``: the path of a Unix socket, or an engine over TCP."""
        self._where = where if isinstance(where, Remote) else os.fspath(where)
        self._client = self._open()

    @property
    def is_remote(self) -> bool:
        """Whether the engine's files are not to be looked for on this machine."""
        return isinstance(self._where, Remote)

    def turn_to(self, socket_path: Path | str) -> None:
        """Ask behind another socket from now on; only before the first request."""
        if (path := os.fspath(socket_path)) != self._where:
            self._where = path
            self._client = self._open()

    def _open(self) -> httpx2.AsyncClient:
        if isinstance(self._where, Remote):
            return _open_remote(self._where)
        # No connection is kept: opening one costs 0.1 ms here, and a kept one may have just been closed by
        # the engine, which would fail a command that was never carried out.
        transport = httpx2.AsyncHTTPTransport(
            uds=self._where,
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
            raise self._refused(response.status_code, response.content)
        return response

    async def send(
        self, path: str, query: Mapping[str, str | int], pieces: AsyncIterator[bytes], size: int
    ) -> httpx2.Response:
        """Post a body of ``size`` bytes piece by piece. Raises like ``ask``."""
        timeout = httpx2.Timeout(ANSWER_SECONDS, read=LONG_SECONDS)
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        try:
            response = await self._client.post(
                PREFIX + path, params=query, content=pieces, headers=headers, timeout=timeout
            )
        except httpx2.TransportError as error:
            raise self._lost(error) from error
        if response.is_error:
            raise self._refused(response.status_code, response.content)
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
                    raise self._refused(response.status_code, await response.aread())
                yield response.headers, response.aiter_bytes()
        except httpx2.TransportError as error:
            raise self._lost(error) from error

    async def aclose(self) -> None:
        """Give up every connection."""
        await self._client.aclose()

    def _lost(self, error: httpx2.TransportError) -> WjtuiError:
        late = isinstance(error, httpx2.TimeoutException)
        what = "in time" if late else f"({str(error) or type(error).__name__})"
        if not isinstance(self._where, Remote):
            return EngineUnreachable(
                f"The engine behind '{self._where}' does not answer {what}: try again, or start one with"
                " 'wjtui up'."
            )
        if (untrusted := _certificate_error(error)) is not None:
            return AccessDenied(
                f"'{self._where.url}' is not to be trusted ({untrusted}): where it is the right engine, give"
                " --ca FILE with its certificate, or that of who has signed it."
            )
        return EngineUnreachable(
            f"The engine at '{self._where.url}' does not answer {what}: see whether it runs there with"
            " --listen, and whether this is its address."
        )

    def _refused(self, status: int, content: bytes) -> WjtuiError:
        try:
            return msgspec.json.decode(content, type=Refusal).error()
        except msgspec.DecodeError:
            pass
        if not isinstance(self._where, Remote):
            return EngineUnreachable(
                f"What answers on the engine's socket is no engine of wjtui (HTTP {status})."
            )
        return _refused_by(self._where, status)


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


def _open_remote(remote: Remote) -> httpx2.AsyncClient:
    context = remote.context()
    # A handshake costs several ways there and back, so connections are kept; not as long as the engine keeps
    # them, so that none is used that it has just closed.
    transport = httpx2.AsyncHTTPTransport(
        verify=context if context is not None else False,
        trust_env=False,
        limits=httpx2.Limits(max_keepalive_connections=4, keepalive_expiry=_KEPT_SECONDS),
    )
    return httpx2.AsyncClient(
        transport=transport,
        base_url=remote.url,
        auth=httpx2.BasicAuth(remote.user, remote.password),
        timeout=ANSWER_SECONDS,
        trust_env=False,
    )


def _certificate_error(error: BaseException | None) -> str | None:
    """What is wrong with the certificate, where that is why there is no connection."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


def _refused_by(remote: Remote, status: int) -> WjtuiError:
    if status == 401:
        return AccessDenied(
            f"The engine at '{remote.url}' does not know '{remote.user}' with this password: set WJTUI_USER"
            " and WJTUI_PASSWORD; 'wjtui credentials --reset' there makes new ones."
        )
    if status == 429:
        return AccessDenied(
            f"The engine at '{remote.url}' was asked with wrong passwords too often: try again in a minute."
        )
    if status == 503:
        return EngineUnreachable(
            f"The engine at '{remote.url}' has no room for one more connection: try again in a moment."
        )
    return EngineUnreachable(f"What answers at '{remote.url}' is no engine of wjtui (HTTP {status}).")
