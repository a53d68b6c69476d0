"""TCP sockets for the API: where it may listen, and listening there.

Opened by us, so that a busy port is a sentence; nothing of the API is imported for it.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import ipaddress
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass

from wjtui.model.errors import InvalidRequest, WjtuiError

_WAITING = 512
"""Connections that the system keeps until the server takes them."""
_UNREAD_MILLISECONDS = 60_000
"""A client that takes nothing of what was sent to it for so long is gone."""
_MOST_TRIES = 8
_EXAMPLE = "for example 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8443"


class ListenFailed(WjtuiError):
    """An address that cannot be listened on."""

    code = "listen-failed"


@dataclass(frozen=True)
class Listen:
    """What ``--listen`` and its companions say."""

    host: str
    port: int
    """0: the system chooses one."""
    certificate: str = ""
    """A file with the certificate and its chain; empty: no TLS."""
    key: str = ""
    insecure: bool = False
    """Passwords may travel in clear."""

    @property
    def address(self) -> str:
        """As it is given to ``--listen``."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def scheme(self) -> str:
        """Of the URLs that lead there."""
        return "https" if self.certificate else "http"

    @property
    def arguments(self) -> list[str]:
        """The options that tell another process the same."""
        tls = ["--tls-cert", self.certificate, "--tls-key", self.key] if self.certificate else []
        return ["--listen", self.address, *tls, *["--insecure"] * self.insecure]

    def urls(self, sockets: list[socket.socket]) -> tuple[str, ...]:
        """Where clients find what listens on these sockets."""
        return tuple(
            f"{self.scheme}://{_bracketed(host)}:{port}"
            for host, port, *_ in (opened.getsockname() for opened in sockets)
        )


def read_listen(address: str, *, certificate: str = "", key: str = "", insecure: bool = False) -> Listen:
    """What was given on a command line. Raises InvalidRequest."""
    host, colon, port = address.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise InvalidRequest(
            f"--listen is '{address}': put an IPv6 address into brackets, for example [::1]:8080."
        )
    if not (colon and host and port.isascii() and port.isdecimal() and int(port) < 65536):
        raise InvalidRequest(f"--listen is '{address}', allowed is HOST:PORT, {_EXAMPLE}.")
    if bool(certificate) != bool(key):
        raise InvalidRequest("--tls-cert and --tls-key belong together: give both files.")
    return Listen(host, int(port), certificate, key, insecure)


def open_tcp_sockets(listen: Listen) -> list[socket.socket]:
    """A listening socket for each address of the host, all with the same port.

    Raises ListenFailed, and InvalidRequest where passwords would travel in clear beyond this machine.
    """
    addresses = resolve(listen)
    check_secured(listen, addresses)
    for _ in range(_MOST_TRIES if listen.port == 0 and len(addresses) > 1 else 1):
        opened: list[socket.socket] = []
        try:
            port = listen.port
            for family, host in addresses:
                opened.append(_open(family, host, port))
                port = opened[0].getsockname()[1]
            return opened
        except OSError as error:
            failed = error
            for each in opened:
                each.close()
    raise ListenFailed(
        f"'{listen.address}' cannot be listened on ({failed.strerror}): choose another port or address with"
        " --listen, or end what has it."
    )


def resolve(listen: Listen) -> list[tuple[int, str]]:
    """Families and addresses of the host, each once. Raises ListenFailed."""
    try:
        found = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_ADDRCONFIG
        )
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no name of a host"
        raise ListenFailed(
            f"'{listen.host}' of --listen has no address here ({reason}): give an address of this machine,"
            f" {_EXAMPLE}."
        ) from error
    return list(dict.fromkeys((int(family), str(address[0])) for family, _, _, _, address in found))


def check_secured(listen: Listen, addresses: list[tuple[int, str]]) -> None:
    """Raise InvalidRequest where passwords would travel in clear beyond this machine (contract: REST)."""
    if listen.certificate or listen.insecure or all(is_loopback(host) for _, host in addresses):
        return
    raise InvalidRequest(
        f"'{listen.address}' can be reached from other machines, and passwords would travel there in clear:"
        " give --tls-cert FILE and --tls-key FILE, listen on 127.0.0.1, or add --insecure where something"
        " else encrypts."
    )


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


class ListeningSocket(socket.socket):
    """Takes connections before anything is known of them; those that stay strangers are few.

    A TLS handshake that never comes holds 300 KiB and a descriptor, and is told to nobody.
    """

    crowded: Callable[[], object] = staticmethod(lambda: None)
    """Called where a connection is turned away: somebody who is in should make room for the next one."""
    _turned_out = 0

    def accept(self) -> tuple[socket.socket, object]:
        """The next connection; one too many is closed unheard, which costs nothing."""
        taken, address = super().accept()
        if taken.fileno() >= descriptor_ceiling(kept=_KEPT // 2):
            taken.close()
            self.crowded()
            # To the loop it looks like a client that has given up while it waited.
            raise ConnectionAbortedError
        self._strangers.pop(taken.fileno(), None)
        self._strangers[taken.fileno()] = taken
        if len(self._strangers) > MOST_STRANGERS:
            self._turn_out(self._strangers.pop(next(iter(self._strangers))))
        return taken, address

    def greet(self, descriptor: int) -> None:
        """A connection is no stranger any more: it has done its handshake."""
        self._strangers.pop(descriptor, None)

    @functools.cached_property
    def _strangers(self) -> dict[int, socket.socket]:
        """By descriptor, the oldest first; closed ones among them."""
        return {}

    def _turn_out(self, stranger: socket.socket) -> None:
        if stranger.fileno() < 0:
            return
        with contextlib.suppress(OSError):  # it may be gone by itself
            stranger.shutdown(socket.SHUT_RDWR)
        self._turned_out += 1
        if self._turned_out % _SWEEP == 0:
            # What a handshake held lies in cycles; the collector counts objects, and sees few of them.
            gc.collect()


MOST_STRANGERS = 100
"""Connections without a handshake; for one more the oldest goes."""
_SWEEP = 200
"""Strangers that were turned out leave 60 MB behind."""
_KEPT = 64
"""Descriptors of the table, at its end, that no connection gets: those of a few jobs that start."""


def descriptor_ceiling(kept: int = _KEPT) -> int:
    """The first descriptor that a connection must not have: the system gives the lowest that is free."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 30 if soft == resource.RLIM_INFINITY else max(soft - kept, soft // 2)


def _open(family: int, host: str, port: int) -> socket.socket:
    # With the protocol named, asyncio sets TCP_NODELAY; else a kept connection answers 40 ms late.
    opened = ListeningSocket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections that are taken inherit these two.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MILLISECONDS)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        opened.bind((host, port))
        opened.listen(_WAITING)
        opened.setblocking(False)
    except BaseException:
        opened.close()
        raise
    return opened


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
