"""``launches.jsonl``: the last 200 launches of a continuous job, a line each."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from wjtui.model.runs import Launch
from wjtui.support.files import write_atomic

KEPT = 200
_SLACK = 100
"""Lines beyond ``KEPT`` before the file is written anew: once in a hundred launches, not at each."""


class LaunchLog:
    """Launches of one job, oldest first in the file; the one that is going is not in it yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._launches, self._torn = _read(path)
        self._lines = len(self._launches)

    @property
    def launches(self) -> list[Launch]:
        """Ended launches, oldest first, at most 200."""
        return self._launches[-KEPT:]

    def add(self, launch: Launch) -> None:
        """Append an ended launch. Raises OSError; the launch is remembered all the same."""
        self._launches = [*self._launches[-KEPT + 1 :], launch]
        self._lines += 1
        if self._lines > KEPT + _SLACK:
            write_atomic(self._path, b"".join(msgspec.json.encode(one) + b"\n" for one in self._launches))
            self._lines = len(self._launches)
            self._torn = False
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            # A line that a crash cut short must not take this one with it.
            os.write(fd, b"\n" * self._torn + msgspec.json.encode(launch) + b"\n")
            self._torn = False
        finally:
            os.close(fd)


def _read(path: Path) -> tuple[list[Launch], bool]:
    """Every line that can be read, a torn or foreign one passed over; and whether the last is unfinished."""
    try:
        data = path.read_bytes()
    except OSError:
        return [], False
    found = []
    for line in data.splitlines()[-(KEPT + _SLACK) :]:
        try:
            found.append(msgspec.json.decode(line, type=Launch))
        except (msgspec.MsgspecError, RecursionError):
            continue
    return found[-KEPT:], bool(data) and not data.endswith(b"\n")
