"""Everything below a folder, without following links."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from wjtui.model.base import Value


class Amount(Value, frozen=True):
    """How much lies below a folder."""

    files: int = 0
    """Links count, folders do not."""
    size: int = 0
    """Bytes."""


def below(
    folder: Path | str, *, without: str = "", unreadable: Callable[[str, OSError], None] | None = None
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every entry with its path relative to ``folder``, level by level, each folder before what is in it.

    The entries of one folder come by name. A folder called ``without`` is told but not gone into. One that
    cannot be listed goes to ``unreadable`` with its path; where there is no such thing OSError is raised.
    """
    waiting = deque([""])
    while waiting:
        prefix = waiting.popleft()
        try:
            with os.scandir(f"{folder}/{prefix}") as entries:
                here = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if unreadable is None:
                raise
            unreadable(prefix.rstrip("/"), error)
            continue
        for entry in here:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False) and entry.name != without:
                waiting.append(f"{path}/")
            yield path, entry


def measure(folder: Path | str) -> Amount:
    """Count files and their bytes. Raises OSError."""
    files = size = 0
    for _, entry in below(folder):
        if not entry.is_dir(follow_symlinks=False):
            files += 1
            size += entry.stat(follow_symlinks=False).st_size
    return Amount(files, size)


def is_inside(folder: str, path: str) -> bool:
    """Whether an absolute path is ``folder`` or below it: ``/a/job2`` is not below ``/a/job``.

    Neither may hold links or ``..``.
    """
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def kind_in_words(mode: int) -> str:
    """What an entry is that is neither file, folder nor link."""
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
