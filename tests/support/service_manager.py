"""A service manager to be told things: a datagram socket, and programs that note what they are asked."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.support.patience import PATIENCE


class FakeManager:
    """Listens where ``NOTIFY_SOCKET`` points."""

    def __init__(self, address: str) -> None:
        """``address`` as systemd writes it: a path, or ``@`` and an abstract name."""
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.settimeout(PATIENCE)
        self.heard: list[str] = []

    def until(self, wanted: Callable[[str], bool]) -> str:
        """Wait for a line; what came before it is in ``heard``."""
        while True:
            for line in self._socket.recv(4096).decode().splitlines():
                self.heard.append(line)
                if wanted(line):
                    return line

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


class FakePrograms:
    """``systemctl`` and ``loginctl`` on a PATH of their own; each call is a line, and may be refused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._calls = folder / "calls"
        self._calls.write_text("")
        for name in ("systemctl", "loginctl"):
            self._write(name, f'echo "{name} $*" >> "{self._calls}"; {self._answers(name)}')

    @property
    def path(self) -> str:
        """For ``PATH``: these before what the machine has."""
        return f"{self._folder}{os.pathsep}{os.environ['PATH']}"

    @property
    def calls(self) -> list[str]:
        """What was asked, in order."""
        return self._calls.read_text().splitlines()

    @property
    def orders(self) -> list[str]:
        """Of these, what changes something."""
        return [call for call in self.calls if " show" not in call]

    def forget(self) -> None:
        """Begin a new list."""
        self._calls.write_text("")

    def refuse(self, program: str, word: str, complaint: str) -> None:
        """Have a program fail where ``word`` is among what it is asked."""
        (self._folder / f"{program}.refuses").write_text(f"{word}\n{complaint}\n")

    def linger(self) -> None:
        """Have the user linger."""
        (self._folder / "lingers").write_text("")

    def _answers(self, name: str) -> str:
        return (
            f'if [ -e "{self._folder}/{name}.refuses" ]; then '
            f'{{ read -r word; read -r why; }} < "{self._folder}/{name}.refuses"; '
            'case " $* " in *" $word "*) echo "$why" >&2; exit 1;; esac; fi; '
            f'case "$*" in *Linger*) if [ -e "{self._folder}/lingers" ]; then echo Linger=yes; '
            "else echo Linger=no; fi;; esac"
        )

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)
