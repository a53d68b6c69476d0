"""Post: one POST to one address. Imported with the first delivery: its library takes 0.1 s and more."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl

import httpx2

from wjtui import __version__
from wjtui.engine.hooks.address import Target
from wjtui.engine.hooks.outcome import Outcome, answered, unanswered
from wjtui.engine.hooks.resolve import Resolver

# They tell of requests and of their headers, and so of passwords.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


CONNECT_SECONDS = 3.0
"""After that the next address of a host is tried, where there is one."""


class Poster:
    """Posts bodies, each over a connection of its own. Belongs to the loop that uses it first.

    Making one reads the certificates of the machine: do it in a thread.
    """

    def __init__(self) -> None:
        self._clients = {insecure: _open(insecure=insecure) for insecure in (False, True)}
        self._resolver = Resolver()

    async def post(self, target: Target, body: bytes, limit_seconds: float) -> Outcome:
        """What came of a POST within some seconds. Redirects are not followed, answers not read."""
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"wjtui/{__version__}"}
        if target.authorization is not None:
            headers["Authorization"] = target.authorization
        try:
            async with asyncio.timeout(limit_seconds):
                return await self._post(target, body, headers)
        except TimeoutError:
            return unanswered(f"no answer within {limit_seconds:g} s")
        # ValueError: a host whose name cannot be written in the name service's way.
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return unanswered(_reason(error))

    async def _post(self, target: Target, body: bytes, headers: dict[str, str]) -> Outcome:
        """Post to the first address of the host that takes a connection."""
        url = httpx2.URL(target.url)
        *others, last = await self._resolver.look_up(url.host)
        for address in others:
            try:
                return await self._post_to(address, url, target, body, headers, CONNECT_SECONDS)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                pass
        return await self._post_to(last, url, target, body, headers)

    async def _post_to(
        self,
        address: str,
        url: httpx2.URL,
        target: Target,
        body: bytes,
        headers: dict[str, str],
        connect_seconds: float | None = None,
    ) -> Outcome:
        sending = self._clients[target.insecure_ssl].stream(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers={**headers, "Host": url.netloc.decode("ascii")},
            timeout=httpx2.Timeout(None, connect=connect_seconds),
            extensions={"sni_hostname": url.host},
        )
        async with sending as response:
            return answered(response.status_code, response.reason_phrase)

    async def aclose(self) -> None:
        """Give up every connection."""
        for client in self._clients.values():
            await client.aclose()


def _open(*, insecure: bool) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(
        verify=_unchecked() if insecure else httpx2.create_ssl_context(),
        trust_env=False,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
    )
    # All of it is limited together: with a limit for silence alone a slow answer could go on for ever.
    return httpx2.AsyncClient(transport=transport, timeout=None, trust_env=False, follow_redirects=False)


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: Exception) -> str:
    """Why nothing answered: the deepest cause says most."""
    deepest: BaseException = error
    while (cause := deepest.__cause__ or deepest.__context__) is not None:
        deepest = cause
    if isinstance(deepest, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {deepest.verify_message}"
    if isinstance(deepest, socket.gaierror):
        return deepest.strerror or "no such host"
    if isinstance(deepest, OSError) and deepest.errno:
        return os.strerror(deepest.errno)  # its own words repeat the address
    return str(error) or type(error).__name__
