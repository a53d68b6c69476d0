"""``launches.jsonl``: the last 200 launches of a continuous job, a line each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from wjtui.model.runs import Launch
from wjtui.support.files import write_atomic

KEPT = 200
_SLACK = 100
"""Lines beyond ``KEPT`` before the file is written anew: once in a hundred launches, not at each."""


class LaunchLog:
    """Launches of one job, oldest first in the file; the one that is going is not in it yet."""

    __slots__ = ("_launches", "_lines", "_path", "_torn")

    def __init__(self, path: Path) -> None:
        # As text: there is one for every job, and a path takes 600 bytes.
        self._path = str(path)
        self._launches, self._torn, _ = read_launches(path)
        self._lines = len(self._launches)

    @property
    def launches(self) -> list[Launch]:
        """Ended launches, oldest first, at most 200."""
        return self._launches[-KEPT:]

    def add(self, launch: Launch) -> None:
        """Append an ended launch. Raises OSError; the launch is remembered all the same."""
        self._launches = [*self._launches[-KEPT + 1 :], launch]
        self._lines += 1
        # A line that a crash cut short must not take this one with it.
        if self._torn or self._lines > KEPT + _SLACK:
            write_atomic(Path(self._path), encode_launches(self._launches))
            self._lines = len(self._launches)
            self._torn = False
            return
        Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(fd, msgspec.json.encode(launch) + b"\n")
        finally:
            os.close(fd)


def encode_launches(launches: Iterable[Launch]) -> bytes:
    """The file of these launches."""
    return b"".join(msgspec.json.encode(one) + b"\n" for one in launches)


def read_launches(path: Path) -> tuple[list[Launch], bool, bool]:
    """The last 200 launches that can be read, if the last line is unfinished, and if another is damaged.

    An unfinished last line is what a crash leaves.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return [], False, False
    torn = bool(data) and not data.endswith(b"\n")
    lines = data.splitlines()[-(KEPT + _SLACK) :]
    found, failed = [], 0
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=Launch))
        except (msgspec.MsgspecError, RecursionError):
            failed += 1
    cut = torn and lines[-1].startswith(b"{")
    return found[-KEPT:], torn, failed > cut
