"""Vitals: whether the engine takes work, what is wrong with its surroundings, what it has counted."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from wjtui.engine.rooms import Rooms
from wjtui.engine.tally import Tally
from wjtui.model.health import Health
from wjtui.model.metrics import Family, Kind, Sample

_PROBE = 4096
"""Bytes that a disk must take to count as one with room."""
_NO_PROBE = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL})
"""What file systems without unnamed files answer."""


class LocalVitals:
    """Those of an engine in this process; lives in its loop. It hears events from the beginning."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._tally = Tally(rooms.clock.now())
        self._watch_trouble: Callable[[], str] | None = None
        rooms.state.bus.hear(self._tally.hear)

    def begin(self, watch_trouble: Callable[[], str]) -> None:
        """Every job was read; ``watch_trouble`` says why there are no file events, empty: there are."""
        self._watch_trouble = watch_trouble

    async def health(self) -> Health:
        """Whether work is taken, and what does not work as it should."""
        info, site = self._rooms.state.info, self._rooms.site
        if info.stopping:
            return Health("The engine is being stopped and takes no new work.")
        if self._watch_trouble is None:
            return Health("The engine has not read its jobs yet: ask again in a moment.")
        trouble = self._watch_trouble()
        watch = f"File events are not to be had ({trouble}): changed files are found some seconds later."
        full = await asyncio.to_thread(disk_trouble, site.own)
        return Health(degraded=tuple(text for text in (full, watch if trouble else "") if text))

    def families(self) -> list[Family]:
        """Figures of the engine and of its jobs."""
        info, now = self._rooms.state.info, self._rooms.clock.now()
        build = (
            ("version", info.version),
            ("python", sys.version.split()[0]),
            ("instance", info.instance),
        )
        return [
            Family(
                "wjtui_up",
                Kind.GAUGE,
                "1 while the engine takes work, 0 while it is being stopped.",
                (Sample(float(not info.stopping)),),
            ),
            Family("wjtui_build_info", Kind.GAUGE, "What this engine is; always 1.", (Sample(1.0, build),)),
            Family(
                "wjtui_start_timestamp_seconds",
                Kind.GAUGE,
                "When this engine was started; its counters began at 0 then.",
                (Sample(info.started.timestamp()),),
            ),
            *self._tally.families(now),
        ]


def disk_trouble(folder: Path) -> str:
    """One sentence where the disk below a folder takes no data, else nothing; nothing is left there.

    A file without a name is written, since quotas and a disk that has become read-only are in no figure.
    """
    try:
        try:
            fd = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno not in _NO_PROBE:
                raise
            found = os.statvfs(folder)
            if found.f_bavail * found.f_frsize < _PROBE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
            return ""
        try:
            os.write(fd, b"\0" * _PROBE)
        finally:
            os.close(fd)
    except OSError as error:
        return (
            f"Nothing can be written in '{folder}' ({error.strerror}): make room, or mend the disk; meanwhile"
            " logs are held in memory and no run is started."
        )
    return ""
