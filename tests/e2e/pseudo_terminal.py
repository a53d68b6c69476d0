"""PseudoTerminal: a program on a terminal that is nothing but bytes, each of them kept."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
from collections.abc import Mapping, Sequence

from tests.support.terminal import PATIENCE, until


class PseudoTerminal:
    """A program, the keys it gets and the bytes it writes; read by a thread, so it never has to wait."""

    def __init__(
        self, program: Sequence[str], environment: Mapping[str, str], *, columns: int = 120, rows: int = 36
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            program, stdin=slave, stdout=slave, stderr=slave, env=dict(environment), start_new_session=True
        )
        os.close(slave)
        self._output = bytearray()
        self._leaving = threading.Event()
        self._reader = threading.Thread(target=self._read, name="pseudo-terminal")
        self._reader.start()

    @property
    def output(self) -> bytes:
        """Everything that was written so far."""
        return bytes(self._output)

    def write(self, keys: bytes) -> None:
        """Give the program ``keys`` in one write."""
        assert os.write(self._master, keys) == len(keys)

    def wait_for(self, text: bytes, *, after: int = 0) -> int:
        """Wait until ``text`` was written behind position ``after``; the position behind it."""
        until(lambda: self._output.find(text, after) >= 0)
        return self._output.index(text, after) + len(text)

    def wait_for_end(self) -> int:
        """Wait for the program's end; its exit status."""
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """End the program at once if it is still there, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._leaving.set()
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        while not self._leaving.is_set():
            if select.select([self._master], [], [], 0.05)[0]:
                try:
                    self._output += os.read(self._master, 65536)
                except OSError:  # Linux says EIO once nobody has the other end
                    return
