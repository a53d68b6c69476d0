"""``missed.jsonl``: the last 200 stretches of scheduled instants without a run, a line each, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from wjtui.model.schedules import Missed
from wjtui.support.files import read_whole, write_atomic

KEPT = 200
FILE = "missed.jsonl"


class MissedLog:
    """The stretches of one job. Only the newest one grows; it is held here until ``flush`` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        stretches, self.damaged = read_missed(folder)
        """Whether a line could not be read, other than a last one that a crash cut short."""
        self.newest: Missed | None = stretches[-1] if stretches else None
        self._written = self.newest

    def extend(self, more: Missed) -> Missed:
        """The newest stretch, which there is, goes on by ``more``; returns it whole."""
        newest = self.newest or more
        self.newest = msgspec.structs.replace(newest, count=newest.count + more.count, latest=more.latest)
        return self.newest

    def begin(self, stretch: Missed) -> None:
        """A new stretch. Raises OSError when the one before could not be written, which is lost then."""
        try:
            self.flush()
        finally:
            self.newest = stretch

    def flush(self) -> None:
        """Write what is not written yet: the file whole, some 20 kB at most. Raises OSError."""
        if self.newest != self._written:
            write_missed(self._folder, reversed(self.stretches()))
            self._written = self.newest

    def stretches(self) -> list[Missed]:
        """The last 200, newest first."""
        found, _ = read_missed(self._folder)
        if self.newest is not None:
            mark = self.newest.first, self.newest.reason
            # The file may have it as it was some seconds ago.
            found = [one for one in found if (one.first, one.reason) != mark] + [self.newest]
        return found[: -KEPT - 1 : -1]


def read_missed(folder: Path) -> tuple[list[Missed], bool]:
    """The last 200 stretches that can be read, oldest first, and whether a line is damaged.

    A last line that a crash cut short is passed over and damages nothing.
    """
    try:
        data = read_whole(folder / FILE)
    except OSError:
        return [], False
    lines = data.split(b"\n")
    read = [_read(line) for line in lines[:-1]]
    found = [one for one in read if one is not None]
    torn = not lines[-1] or lines[-1].startswith(b"{")
    return found[-KEPT:], len(found) < len(read) or not torn


def write_missed(folder: Path, stretches: Iterable[Missed]) -> None:
    """Write the file whole, oldest first. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / FILE, b"".join(msgspec.json.encode(one) + b"\n" for one in stretches))


def _read(line: bytes) -> Missed | None:
    try:
        stretch = msgspec.json.decode(line, type=Missed)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    aware = stretch.first.tzinfo is not None and stretch.latest.tzinfo is not None
    return stretch if aware and stretch.count > 0 else None
