"""A file of the site's settings: the value in force, which outlives a file that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from wjtui.model.site import ConnectionString
from wjtui.support.files import read_whole

VALUES = dict[str, str]
"""What ``site_settings.json`` holds."""
CONNECTIONS = tuple[ConnectionString, ...]
"""What ``connection_strings.json`` holds."""

T = TypeVar("T")


class SiteFile(Generic[T]):
    """One file: the value in force, which stays while the file cannot be read."""

    def __init__(self, path: Path | None, kind: type[T]) -> None:
        """``kind`` is what the file holds; made without arguments it is what no file means."""
        self._path = path
        self._kind = kind
        self._stamp: tuple[int, ...] | None = None
        self.value = kind()

    def refresh(self, *, anew: bool = False) -> bool:
        """Read it again if it changed, ``anew``: in any case; True when the value is another one."""
        if self._path is None:
            return False
        try:
            found = self._path.stat()
            stamp: tuple[int, ...] = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp == self._stamp and not anew:
                return False
            value = decode(read_whole(self._path), self._kind)
        except FileNotFoundError:
            stamp, value = (), self._kind()
        except (OSError, Damaged):
            return False
        self._stamp = stamp
        changed = value != self.value
        self.value = value
        return changed


class Damaged(ValueError):
    """A file that does not hold what it should. It says nothing of the content."""


def decode(data: bytes, kind: type[T]) -> T:
    """The content of one of the files. Raises Damaged."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Damaged from None
