"""PacedTerminal: a program on a terminal of its own, which is read as fast as it is told to be."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from tests.bench.painted import Painted

COLUMNS, ROWS = 120, 36
_LOOK_SECONDS = 0.002
_QUESTION = b"\x1b[6n"


class PacedTerminal:
    """What the program writes is kept, and is painted only when somebody looks, which costs time."""

    def __init__(
        self,
        program: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = COLUMNS,
        rows: int = ROWS,
    ) -> None:
        self._ours, theirs = os.openpty()
        _set_size(self._ours, columns, rows)
        # The leader of a session that has this terminal: only so does the kernel tell it of a new size, of
        # ctrl+z and of a terminal that was closed.
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *program], stdin=theirs, stdout=theirs, stderr=theirs, env=dict(environment)
        )
        os.close(theirs)
        self.pace: float | None = None
        """Bytes a second that are read; 0: none; None: all there are."""
        self.output = bytearray()
        """Everything that was read so far."""
        self._painted = Painted(columns, rows)
        self._fed = self._heard = 0
        self._leaving = threading.Event()
        self._reader = threading.Thread(target=self._read, name="terminal")
        self._reader.start()

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self.process.pid

    @property
    def count(self) -> int:
        """Bytes read so far."""
        return len(self.output)

    @property
    def screen(self) -> Painted:
        """What is on the screen now."""
        data = bytes(self.output[self._fed :])
        self._fed += len(data)
        self._painted.feed(data)
        return self._painted

    def press(self, keys: bytes) -> None:
        """Give the program ``keys`` in one write."""
        os.write(self._ours, keys)

    def wait_for(self, wanted: str | Callable[[str], object], seconds: float = 30.0) -> float:
        """Wait until a text, or one that a predicate likes, is on the screen; the monotonic clock then.

        Raises TimeoutError, with the screen.
        """
        deadline = time.monotonic() + seconds
        while True:
            text = self.screen.text
            if wanted in text if isinstance(wanted, str) else wanted(text):
                return time.monotonic()
            if time.monotonic() > deadline:
                raise TimeoutError(f"not on the screen after {seconds:.0f} s: {wanted!r}\n{text}")
            time.sleep(_LOOK_SECONDS)

    def answer(self, keys: bytes, wanted: str | Callable[[str], object], seconds: float = 30.0) -> float:
        """Seconds from the press of ``keys`` to what is on the screen after it."""
        began = time.monotonic()
        self.press(keys)
        return self.wait_for(wanted, seconds) - began

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        _set_size(self._ours, columns, rows)
        _ = self.screen
        self._painted.resize(columns, rows)

    def hang_up(self) -> None:
        """Close the terminal under the program."""
        self._leaving.set()
        self._reader.join()
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def close(self) -> None:
        """Close the terminal; a program that does not end by that is killed."""
        self.hang_up()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read(self) -> None:
        while not self._leaving.is_set():
            pace = self.pace
            if pace == 0:
                self._leaving.wait(0.02)
                continue
            if not select.select([self._ours], [], [], 0.05)[0]:
                continue
            try:
                chunk = os.read(self._ours, 65536 if pace is None else max(64, int(pace / 50)))
            except OSError:
                return  # nobody has the other side any more
            self.output += chunk
            if pace is not None:
                self._leaving.wait(len(chunk) / pace)
            self._answer()

    def _answer(self) -> None:
        """Say where the cursor is as often as that was asked, as every terminal does once it is there."""
        while (asked := self.output.find(_QUESTION, self._heard)) >= 0:
            self._heard = asked + len(_QUESTION)
            os.write(self._ours, b"\x1b[1;1R")


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
