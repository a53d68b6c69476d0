"""HTTP on one connection, with an end to everything that a client may drag out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import h11
from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from wjtui.api.joined import BRIEF_SECONDS, LINGER_SECONDS, UPLOAD_SECONDS, Joined
from wjtui.api.room import Room

HEAD_SECONDS = 10.0
"""From a connection, or the first byte of a further request, to the end of its head."""
HEAD_BYTES = 128 * 1024
"""32 KiB of arguments (spec 4), percent-encoded; each connection may hold so much without a name."""
KEEP_SECONDS = 60
"""A connection without a request is kept so long: scripts keep theirs, and one that was just closed under a
request fails it."""
_REFUSED_UPLOADS = (409, 413)
_CLOSE = (b"connection", b"close")
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n"
)


class GuardedProtocol(H11Protocol):
    """uvicorn's, in a room, with deadlines."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        room: Room,
        greet: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._behind = self.app
        self.app = cast(Any, self._answer)
        self._room = room
        self._greet = greet
        self._joined: Joined | None = None
        self._head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet a client, or tell it that there is no room."""
        joined = self._joined = Joined(cast(asyncio.Transport, transport), self.loop)
        super().connection_made(joined)
        descriptor = joined.get_extra_info("socket").fileno()
        if self._greet is not None:
            self._greet(descriptor)
        if self._room.enter(self, descriptor):
            self._watch_head()
            return
        joined.write(_TOO_MANY)
        joined.lingers = BRIEF_SECONDS
        joined.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._room.leave(self)
        self._stop_watching()
        self._unset_keepalive_if_required()
        if self._joined is not None:
            self._joined.forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of a request; thrown away where the answer was given without it."""
        if self.transport.is_closing():
            if self._joined is not None:
                self._joined.throw_away()
            return
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """The answer is given; the next request may be here already."""
        self._room.rest(self)
        super().on_response_complete()
        self._look()

    def give_up(self) -> None:
        """Close it: nobody asks anything on it."""
        if self._joined is not None:
            self._joined.cut()

    def shutdown(self) -> None:
        """The server ends: nobody is waited for who only sends."""
        super().shutdown()
        if self._joined is not None and self._joined.is_closing():
            self._joined.cut()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, with the status that says why."""
        if self._is_asked:
            # A body that is none: whoever reads it hears that the client is gone.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        error = sys.exc_info()[1]
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        text = _WRONG.get(status, f"This is no HTTP request ({error}).").encode("ascii", "backslashreplace")
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(text)),
            _CLOSE,
        ]
        reason = HTTPStatus(status).phrase.encode()
        for event in (
            h11.Response(status_code=status, headers=headers, reason=reason),
            h11.Data(data=text),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self._hang_up()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            # Unread bytes of a body would be taken for the next request.
            if message["type"] == "http.response.start" and self.conn.their_state is h11.SEND_BODY:
                headers = [*message.get("headers", ()), _CLOSE]
                message = {**message, "headers": headers}
                if self._joined is not None:
                    refused = message["status"] in _REFUSED_UPLOADS
                    self._joined.lingers = UPLOAD_SECONDS if refused else LINGER_SECONDS
            await send(message)

        self._room.work(self)
        if _head_bytes(scope) > HEAD_BYTES:
            # One that comes whole in one packet is not found too long while it is read.
            await _say(tell, 431)
            return
        await self._behind(scope, receive, tell)

    @property
    def _is_asked(self) -> bool:
        """Whether a request waits for the end of its answer."""
        cycle: RequestResponseCycle | None = self.cycle  # there is none before the first request
        return cycle is not None and not cycle.response_complete

    def _look(self) -> None:
        """Begin or end the wait for the end of a head."""
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            self._stop_watching()
        elif self.timeout_keep_alive_task is None and self._head_deadline is None:
            self._watch_head()

    def _watch_head(self) -> None:
        self._head_deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_watching(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _too_slow(self) -> None:
        self._head_deadline = None
        self._hang_up()

    def _hang_up(self) -> None:
        """Close, once the client had the time to read what was said to it."""
        if self._joined is not None:
            self._joined.lingers = LINGER_SECONDS
        self.transport.close()


_WRONG = {
    431: f"The head of the request is over {HEAD_BYTES} bytes: send long arguments in the body.",
    501: "A Transfer-Encoding but chunked is not taken: send the body chunked, or with its length.",
}


def _head_bytes(scope: Scope) -> int:
    names = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    return names + len(scope["raw_path"]) + len(scope["query_string"])


async def _say(send: Send, status: int) -> None:
    text = _WRONG[status].encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
        _CLOSE,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
