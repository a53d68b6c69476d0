"""Talking to the service manager that started this process: notifications, its watchdog, its journal."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping, MutableMapping
from typing import Self

_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_@:,./=+-]+")


class ServiceManager:
    """The one who waits for our notifications, or nobody. Sending never blocks and never fails."""

    def __init__(self, address: str = "", watchdog_seconds: float = 0.0) -> None:
        """``address``: a path, or ``@`` and an abstract name; empty: nobody waits.

        ``watchdog_seconds``: so often it wants to hear ``alive``, else it ends us; 0: never.
        """
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_seconds = watchdog_seconds if address else 0.0

    @classmethod
    def of(cls, environment: MutableMapping[str, str], pids: tuple[int, ...]) -> Self:
        """The manager that ``environment`` names; ``pids``: us and our guardian, either may be meant.

        What names it is taken out of ``environment``: it is our manager, not that of what we start.
        """
        address, period, pid = (environment.pop(name, "") for name in _VARIABLES)
        mine = not pid or pid in map(str, pids)
        seconds = int(period) / 1_000_000 if period.isdecimal() and mine else 0.0
        return cls(address if address.startswith(("/", "@")) else "", seconds)

    @property
    def listens(self) -> bool:
        """Whether there is somebody to tell."""
        return bool(self._address)

    def ready(self) -> None:
        """The start is over."""
        self._send("READY=1")

    def stopping(self, seconds: float) -> None:
        """The end has begun, and takes up to ``seconds`` from now."""
        self._send(f"STOPPING=1\nEXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")

    def status(self, text: str) -> None:
        """One line for people who ask how we are."""
        self._send(f"STATUS={' '.join(text.split())}")

    def alive(self) -> None:
        """What the watchdog waits for."""
        self._send("WATCHDOG=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto(text.encode("utf-8", "replace"), self._address)
        except OSError:
            pass  # it restarts, or its queue is full: the next one reaches it


def is_journal(fd: int, environment: Mapping[str, str]) -> bool:
    """Whether what is written to ``fd`` goes to the journal: ``JOURNAL_STREAM`` says ``device:inode``."""
    try:
        found = os.fstat(fd)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM", "") == f"{found.st_dev}:{found.st_ino}"


def quote_word(word: str, *, expands: bool = False) -> str:
    """A word as it stands in a unit file's list of words.

    ``%`` is doubled, since it begins a specifier; ``$`` too where the line ``expands`` variables. What is no
    printable ASCII is written byte by byte, so that any path comes back as it was.
    """
    text = word.replace("%", "%%")
    if expands:
        text = text.replace("$", "$$")
    if _PLAIN_WORD.fullmatch(text.replace("%%", "")) and text:
        return text
    return '"' + "".join(map(_escaped, os.fsencode(text))) + '"'


def _escaped(byte: int) -> str:
    char = chr(byte)
    if char in '"\\':
        return f"\\{char}"
    return char if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"
