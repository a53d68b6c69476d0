"""Memory: what the screen remembers of one root from one time to the next, in a file of the person's."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from wjtui.support.clock import Clock, SystemClock
from wjtui.support.files import read_whole, set_aside, write_atomic
from wjtui.support.locks import FileLock
from wjtui.support.tasks import first

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
"""At most one write in that time, and so long until something is on the disk."""
_LOCK_SECONDS = 0.5
_LOCK_LOOK_SECONDS = 0.005

T = TypeVar("T", str, bool, int, list[str])


class Memory:
    """Names and values. Two screens on one root share the file: the last to write a name wins that name.

    A screen works without it: what cannot be read or written is a line in the log and nothing more.
    """

    def __init__(self, path: Path | None, clock: Clock | None = None) -> None:
        """``path`` None: everything is forgotten at the end."""
        self._path = path
        self._clock = clock or SystemClock()
        self._values: dict[str, Any] = {}
        self._unsaved: dict[str, Any] = {}
        self._saving: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def load(self) -> None:
        """Read the file. One that is damaged is set aside; a missing one is an empty one."""
        if self._path is not None:
            self._values = {**_read(self._path), **self._unsaved}

    def get(self, key: str, default: T) -> T:
        """What was put under ``key``; ``default`` where that is nothing, or of another type."""
        value = self._values.get(key)
        if type(value) is not type(default):
            return default
        if isinstance(value, list):
            return list(value) if all(isinstance(each, str) for each in value) else default
        return value

    def put(self, key: str, value: str | bool | int | list[str]) -> None:
        """Remember it; the disk has it within about a second. Call it on the screen's loop."""
        if isinstance(value, list):
            value = list(value)
        if key in self._values and _same(self._values[key], value):
            return
        self._values[key] = self._unsaved[key] = value
        if self._path is not None and self._saving is None and not self._closing.is_set():
            self._saving = asyncio.get_running_loop().create_task(self._save(self._path), name="memory")

    async def aclose(self) -> None:
        """Write what is not written yet."""
        self._closing.set()
        if self._saving is not None:
            await self._saving
        while self._path is not None and self._unsaved:
            await self._write(self._path)

    async def _save(self, path: Path) -> None:
        try:
            while self._unsaved and not self._closing.is_set():
                await first(self._clock.sleep(PAUSE_SECONDS), self._closing.wait())
                await self._write(path)
        finally:
            self._saving = None

    async def _write(self, path: Path) -> None:
        changes, self._unsaved = self._unsaved, {}
        try:
            await asyncio.to_thread(_merge, path, changes)
        except OSError as error:
            # Not tried again: on a read-only home it would fail each second.
            log.warning("what the screen remembers was not written to %s: %s", path, error)


def _same(one: object, other: object) -> bool:
    """Equal and of one type: True is no 1."""
    return type(one) is type(other) and one == other


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(read_whole(path))
        if isinstance(values, dict):
            return values
        wrong = f"it holds a {type(values).__name__}"
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        log.warning("what the screen remembers was not read from %s: %s", path, error)
        return {}
    except (ValueError, RecursionError) as error:
        wrong = str(error)
    try:
        moved = set_aside(path, datetime.now(UTC))
        log.warning("%s is damaged (%s) and was set aside as %s", path, wrong, moved.name)
    except OSError as error:
        log.warning("%s is damaged (%s) and cannot be renamed: %s", path, wrong, error)
    return {}


def _merge(path: Path, changes: dict[str, Any]) -> None:
    """Change these names in the file and leave what another screen wrote. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(path.with_suffix(".lock"))
    until = time.monotonic() + _LOCK_SECONDS
    # Held for a millisecond by those who write; who cannot get it writes all the same.
    while not lock.acquire() and time.monotonic() < until:
        time.sleep(_LOCK_LOOK_SECONDS)
    try:
        # Escaped: names of files may hold what is no text, and have to come back as they were.
        text = json.dumps({**_read(path), **changes}, indent=1)
        write_atomic(path, text.encode("ascii"), mode=0o600)
    finally:
        lock.release()
