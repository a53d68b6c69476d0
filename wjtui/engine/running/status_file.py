"""StatusFile: what other instances and people read of a continuous job, ``status_{iid}`` (spec 1.2)."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from wjtui.model.jobs import AnyPhase, PendingRestart, Starting, Success, status_word
from wjtui.support.files import write_atomic
from wjtui.support.locks import FileLock

log = logging.getLogger(__name__)

PASSING = (Starting, Success, PendingRestart)
"""Another phase may follow these within milliseconds."""
LAG_SECONDS = 2.0
"""How long a passing phase must last to be written: each write in the place of another costs ext4 0.4 ms.

So long 500 jobs may take to start; half a second made 460 of them write ``Starting`` before ``Running``.
"""


_TRIES = 10


class StatusFile:
    """One instance's file, believed by readers while its lock is held; written whole, or not at all."""

    __slots__ = ("_folder", "_iid", "_later", "_lock", "_phase", "_written")

    def __init__(self, folder: Path, iid: str) -> None:
        """``folder`` is the job's data folder."""
        self._folder = folder
        self._iid = iid
        self._lock: FileLock | None = None
        self._later: asyncio.TimerHandle | None = None
        self._phase: AnyPhase | None = None
        self._written = ""

    def put(self, phase: AnyPhase) -> None:
        """Write a phase; a passing one only if it is still the newest after a while."""
        self._phase = phase
        if not isinstance(phase, PASSING):
            self._write()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(LAG_SECONDS, self._write)

    def close(self) -> None:
        """Write what was not written yet, and say that this instance is gone."""
        if self._later is not None:
            self._write()
        if self._lock is not None:
            self._lock.release()

    def _write(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._phase is None:
            return
        word = status_word(self._phase)
        path = self._folder / f"status_{self._iid}"
        if word == self._written and path.exists():
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._lock is None:
                self._lock = FileLock(self._folder / f".instance_{self._iid}.lock")
            # Another instance that looks whether this one lives holds it for some microseconds.
            tries = 0
            while not self._lock.held and tries < _TRIES:
                self._lock.acquire()
                tries += 1
            write_atomic(path, b'{"Status":"%s"}' % word.encode())
        except OSError as error:
            log.warning("%s was not written: %s", path, error)
        else:
            self._written = word
