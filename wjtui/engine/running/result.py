"""The file in which a run says how far it has come and what came out of it, and how that is judged."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import msgspec

from wjtui.model.base import Value

RESULT = "result.json"
MAX_RESULT = 64 * 1024
"""Bytes."""
LONGEST_MESSAGE = 200
"""Characters."""


class Report(Value, frozen=True):
    """What a run has said of itself."""

    progress: int | None = None
    """0 to 100."""
    message: str = ""
    trouble: str = ""
    """Why the file says nothing, in one sentence; empty: it can be read."""


class ResultFile:
    """``WEBJOBS_RESULT_FILE`` of one run, looked at again and again while it is being written."""

    __slots__ = ("_doubted", "_path", "_seen", "report")

    def __init__(self, folder: Path) -> None:
        """``folder``: the run's."""
        self._path = folder / RESULT
        self._seen: tuple[int, ...] = ()
        self._doubted: tuple[int, ...] = ()
        self.report: Report | None = None
        """What it said last; None: it was never there."""

    def look(self, *, last: bool = False) -> bool:
        """Whether it says something new, which ``report`` then has. Reads nothing while nothing changes.

        A file that cannot be read may be half written: that counts once it has stayed so from one look to the
        next, or where this is the ``last`` one. A file that is gone takes nothing back.
        """
        try:
            stamp = _stamp(self._path)
        except OSError:
            return False
        if stamp == self._seen:
            return False
        found = report_of(read_file(self._path))
        if found.trouble and stamp != self._doubted and not last:
            self._doubted = stamp
            return False
        self._seen = stamp
        before = self.report or Report()
        if found.trouble:
            found = Report(before.progress, before.message, found.trouble)
        self.report = found
        return found != before


def read_result(folder: Path) -> bytes | None:
    """The JSON object that a run has left, as it was written; None: there is none that can be read."""
    data = read_file(folder / RESULT)
    return data if isinstance(data, bytes) and isinstance(_object(data), dict) else None


def report_of(data: bytes | str) -> Report:
    """What the bytes of the file say; a sentence in their place says why there are none."""
    found = data if isinstance(data, str) else _object(data)
    if isinstance(found, str):
        return Report(trouble=found)
    return Report(_progress(found.get("progress")), _message(found.get("message")))


def read_file(path: Path) -> bytes | str:
    """The bytes of the file, or a sentence that says why there are none.

    A link is not followed and nothing but a file is read: the engine may open what the job may not.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(fd, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return f"{RESULT} is no file: write one JSON object into it."
            data = file.read(MAX_RESULT + 1) or b""
    except OSError as error:
        return f"{RESULT} cannot be read ({error.strerror}): write one JSON object into it."
    if len(data) > MAX_RESULT:
        return f"{RESULT} is over {MAX_RESULT >> 10} KiB: write less into it, for example a file's name."
    return data


def _object(data: bytes) -> dict[str, Any] | str:
    """The object, or a sentence that says why it is none."""
    try:
        found = msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        what = "nested too deep" if isinstance(error, RecursionError) else str(error)
        return f'{RESULT} is no JSON ({what}): write an object, for example {{"progress": 40}}.'
    if not isinstance(found, dict):
        return f'{RESULT} is no JSON object: write one, for example {{"progress": 40}}.'
    return found


def _progress(found: object) -> int | None:
    """A number from 0 to 100, rounded down; anything else is something that the job says to others."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 100:
        return None
    return int(found)


def _message(found: object) -> str:
    """One line of text, which no terminal takes for a command."""
    if not isinstance(found, str):
        return ""
    line = "".join(letter if letter.isprintable() else " " for letter in found[: 4 * LONGEST_MESSAGE])
    return " ".join(line.split())[:LONGEST_MESSAGE]


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes when the file does. Raises OSError."""
    info = path.lstat()
    return info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns
