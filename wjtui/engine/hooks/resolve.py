"""Resolver: addresses of hosts, looked up in threads of their own.

A look-up cannot be ended and may take half a minute. In the few threads that the engine has for its files it
would keep jobs waiting, and the engine from ending.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from ipaddress import ip_address

Lookup = asyncio.Future[list[str]]


class Resolver:
    """Looks hosts up, each once at a time. Belongs to the loop that uses it first."""

    def __init__(self) -> None:
        self._going: dict[str, Lookup] = {}

    async def look_up(self, host: str) -> list[str]:
        """Addresses, the system's choice first. Raises OSError."""
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        going = self._going.get(host)
        if going is None:
            going = self._going[host] = asyncio.get_running_loop().create_future()
            going.add_done_callback(lambda done: self._over(host, done))
            # Nobody waits for it at the end of the program.
            threading.Thread(target=_look_up, args=(host, going), name="hook-host", daemon=True).start()
        return await asyncio.shield(going)

    def _over(self, host: str, done: Lookup) -> None:
        del self._going[host]
        if not done.cancelled():
            done.exception()  # whoever asked may have had enough


def _look_up(host: str, going: Lookup) -> None:
    """A thread's work."""
    found: list[str] = []
    error: OSError | None = None
    try:
        for *_, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
            found.append(str(address[0]))
    except OSError as failed:
        error = failed
    except UnicodeError:
        error = OSError("no name that a host can have")
    if not found and error is None:
        error = OSError("no address of this host")

    def tell() -> None:
        if going.done():
            return
        if error is None:
            going.set_result(found)
        else:
            going.set_exception(error)

    try:
        going.get_loop().call_soon_threadsafe(tell)
    except RuntimeError:
        pass  # the loop has ended meanwhile
