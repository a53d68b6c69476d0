"""Limits: no request's body is longer, or slower, than its route can use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wjtui.api.requests import MAX_FILE_BODY
from wjtui.model.errors import InvalidRequest

MOST_OWN = 2 * MAX_FILE_BODY
"""Bytes of a body that is no upload. Handlers have limits of their own below it, and sentences for them."""
_GRACE_BYTES = 1 << 20
BODY_SECONDS = 30.0
"""A body that brings nothing for so long is given up."""


class BodyTooLarge(InvalidRequest):
    """A body over the limit of its route."""

    code = "too-large"
    http_status = 413


class BodyTooSlow(InvalidRequest):
    """A body that does not go on."""

    code = "too-slow"
    http_status = 408


class Limits:
    """The application, with every body bounded in bytes and in silence."""

    def __init__(
        self, app: ASGIApp, *, own: str, uploads: str, most: Callable[[], int], patience: float = BODY_SECONDS
    ) -> None:
        """``own``: the beginning of paths whose bodies are small but for ``uploads``; ``most``: bytes of an
        upload. Elsewhere any request may be an upload.
        """
        self._app = app
        self._own = own
        self._uploads = uploads
        self._most = most
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; who reads a body that is too long, or stands still, gets an error instead of a piece."""
        body = _Body(receive, self._limit(scope["path"]), self._patience)
        await self._app(scope, body.receive, send)

    def _limit(self, path: str) -> int:
        small = path.startswith(self._own) and path.rstrip("/") != self._uploads
        # Whoever takes an upload has a sentence of its own at the most.
        return MOST_OWN if small else max(self._most(), MOST_OWN) + _GRACE_BYTES


class _Body:
    """What is still to come of one body."""

    def __init__(self, receive: Receive, left: int, patience: float) -> None:
        self._receive = receive
        self._limit = self._left = left
        self._patience = patience
        self._ended = False

    async def receive(self) -> Message:
        """The next piece. Raises BodyTooLarge and BodyTooSlow; what follows the body may take any time."""
        if self._ended:
            return await self._receive()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow(
                f"Nothing of the body came for {self._patience:.0f} s: send it again."
            ) from None
        self._ended = not message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large(self._limit)
        return message


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is over {limit >> 20} MiB, which is the most that is taken here.")
