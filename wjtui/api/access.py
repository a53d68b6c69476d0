"""Access: who may ask, in front of the whole application (spec 8.1).

On the Unix socket the file's permissions have answered that. On TCP it is Basic, each time; there is no
session. The Host header is not judged: credentials are always asked for, and what a browser has kept of them
for one address it does not send to a page that only pretends to live there.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
import re
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from wjtui.api.credentials import Hashed
from wjtui.api.kudu.origin import TRUSTED_PROXY
from wjtui.api.requests import TRUSTED
from wjtui.api.tcp_socket import is_loopback
from wjtui.api.throttle import Throttle, address_of
from wjtui.model.senders import SENDER_PATH
from wjtui.support.clock import Clock

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_JUDGED = 64
"""Guesses that wait to be judged, from whatever address; each holds a processor for some 50 ms."""
_LONGEST = 64
"""Characters of an address that somebody tells of."""
_ASKER = "wjtui.asker"
_SENDER = re.compile(re.escape(SENDER_PATH) + r"[A-Za-z0-9_-]+")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

log = logging.getLogger(__name__)


class Gate:
    """Tells the right credentials. The first time costs a hash, from then on a request costs microseconds."""

    def __init__(self, credentials: Callable[[], Hashed | None], clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._throttle = Throttle()
        self._key = secrets.token_bytes(32)
        self._passed: tuple[Hashed, bytes] | None = None
        """What was found right, as a keyed digest: nothing of it can be read out of the memory."""
        self._judging = asyncio.Lock()
        self._waiting = 0
        self._going: dict[tuple[bytes, str], asyncio.Event] = {}

    async def judge(self, header: str, host: str) -> int:
        """200, or the status of the refusal: 401 for wrong credentials, 429 for too many of them at once."""
        given = read_basic(header)
        hashed = self._credentials()
        if given is None or hashed is None:
            return 401
        digest = hmac.digest(self._key, b"%d:%b:%b" % (len(given[0]), *given), "sha256")
        if self._is_passed(hashed, digest):
            return 200
        address = address_of(host)
        # Of clients that come at once with the same credentials one is judged: before the first right ones
        # are known, a hundred of them would be more than may wait, and be refused.
        if (going := self._going.get((digest, address))) is not None:
            await going.wait()
            if self._is_passed(hashed, digest):
                return 200
            return await self._judge(hashed, given, digest, address)
        going = self._going[digest, address] = asyncio.Event()
        try:
            return await self._judge(hashed, given, digest, address)
        finally:
            del self._going[digest, address]
            going.set()

    async def _judge(self, hashed: Hashed, given: tuple[bytes, bytes], digest: bytes, address: str) -> int:
        wait = self._throttle.turn(address, self._clock.monotonic())
        if wait is None or self._waiting >= _MOST_JUDGED:
            return 429
        self._waiting += 1
        try:
            if wait:
                await self._clock.sleep(wait)
            # One at a time: a hash takes 16 MiB and a thread, of which the engine has few.
            async with self._judging:
                right = self._is_passed(hashed, digest) or await asyncio.to_thread(hashed.matches, *given)
        finally:
            self._waiting -= 1
        if not right:
            log.warning("wrong credentials from %s", address)
            return 401
        self._throttle.right(address)
        self._passed = hashed, digest
        return 200

    def _is_passed(self, hashed: Hashed, digest: bytes) -> bool:
        known = self._passed
        return known is not None and known[0] == hashed and hmac.compare_digest(known[1], digest)


class Access:
    """The application for those who may ask."""

    def __init__(self, app: ASGIApp, gate: Gate | None) -> None:
        """``gate``: None: whoever reaches a TCP socket may ask, which is for sockets of tests alone."""
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse without a word on why."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not is_unix(scope) and self._gate is not None:
            host = scope["client"][0] if scope.get("client") else ""
            local = is_loopback(host)
            # Behind a proxy of this machine everybody would come from one address, and wait for a guesser.
            told = headers.get(b"x-forwarded-for", "").rpartition(",")[2].strip() if local else ""
            scope[_ASKER] = told[:_LONGEST] or host
            if not is_sending(scope):
                status = await self._gate.judge(headers.get(b"authorization", ""), scope[_ASKER])
                if status != 200:
                    await refuse(send, status)
                    return
                # In clear over a network, whoever listens would learn the settings of the site too.
                scope[TRUSTED] = scope["scheme"] == "https" or local
            scope[TRUSTED_PROXY] = local and scope["scheme"] == "http"
        if scope["method"] not in _SAFE and is_foreign(headers.get(b"origin"), headers.get(b"host", "")):
            await refuse(send, 403)
            return
        await self._app(scope, receive, send)


def is_unix(scope: Scope) -> bool:
    """Whether a request came through a Unix socket: the server's address is a path and has no port."""
    server = scope.get("server")
    return server is not None and server[1] is None


def is_sending(scope: Scope) -> bool:
    """Whether a request brings its own secret, in the very shape of a sender URL, and needs no login.

    Anything else that begins so, a further slash above all, might mean another route.
    """
    return scope["method"] == "POST" and _SENDER.fullmatch(scope["path"]) is not None


def asker(scope: Scope) -> str:
    """The address that a request over TCP comes from, as its proxy tells it; empty: the Unix socket."""
    found: str = scope.get(_ASKER, "")
    return found


def read_basic(header: str) -> tuple[bytes, bytes] | None:
    """User and password of an ``Authorization`` header; None: there are none to be read."""
    scheme, _, text = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(text.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon else None


def is_foreign(origin: str | None, host: str) -> bool:
    """Whether a browser says that a page from elsewhere makes the request; programs send no ``Origin``.

    The scheme is not compared: behind a proxy that ends TLS it is another one here.
    """
    if origin is None:
        return False
    try:
        asks = urlsplit(origin.strip())
    except ValueError:
        return True
    default = _DEFAULT_PORTS.get(asks.scheme)
    if default is None or not host:
        return True
    own = host.strip().lower().removesuffix(default)
    return asks.netloc.lower().removesuffix(default) != own


async def refuse(send: Send, status: int) -> None:
    """An answer without a body."""
    headers = [(b"content-length", b"0")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="wjtui", charset="UTF-8"'))
    elif status == 429:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
