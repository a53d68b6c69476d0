"""FolderWatch: looks at one job's folder about once a second, and asks for a run when one is due."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple, Protocol

from wjtui.engine.rooms import Rooms
from wjtui.engine.watching.folder import PROBLEM, matcher, read_folder, watch_problem, watched_folder
from wjtui.engine.watching.memory import LOCK
from wjtui.engine.watching.sightings import Sighting, sight
from wjtui.model.errors import WjtuiError
from wjtui.model.identity import JobId
from wjtui.model.runs import Run
from wjtui.model.settings import JobSettings, Watch
from wjtui.model.starts import Start, Waiting
from wjtui.support.locks import FileLock
from wjtui.support.tasks import first

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
_SHARE = 50
"""A look is followed by a pause so many times as long as it kept a core busy: at most 2 % of it."""
_LONGEST_PAUSE = 30.0
"""Seconds."""


class Door(Protocol):
    """Through which every run begins."""

    async def start(self, job: JobId, start: Start) -> Run | Waiting:
        """Ask for a run. Raises WjtuiError: there is none, and none waits."""

    def idle(self, job: JobId) -> bool:
        """Whether no run of a job is going or about to, none waits, and nothing follows from the last one."""


class Looked(NamedTuple):
    """What one look has found."""

    seen: dict[str, Sighting]
    fault: str
    """Why the folder could not be looked at; empty: it could."""
    busy: float
    """Seconds of a core that it took."""


def pause_after(busy: float, took: float, pause: float) -> float:
    """Seconds until the next look, at least ``pause``; the last took ``took`` s, ``busy`` of it on a core.

    What it waited, for a core or for the disk, counts once and not fifty times: on a machine with other work
    a look of 0.5 s would have kept files waiting for 25 s. A slow file server is left alone half of the time.
    """
    return max(pause, min(max(_SHARE * busy, took), _LONGEST_PAUSE))


class FolderWatch(ABC):
    """One job's folder. Ends when asked to, never in the middle of a start."""

    def __init__(
        self, rooms: Rooms, door: Door, job: JobId, watch: Watch, changed: Callable[[], None], pause: float
    ) -> None:
        """``changed`` is called when what the job says of its folder is not so any more; ``pause``: s."""
        self.rooms = rooms
        self.door = door
        self.job = job
        self.watch = watch
        self.data = rooms.site.job_data(job)
        self.folder = watched_folder(watch, rooms.site)
        self.seen: dict[str, Sighting] = {}
        self.fault = ""
        """Why the last look found nothing; empty: it could be taken."""
        self._changed = changed
        self._pause = pause
        self._counts = matcher(watch.pattern)
        self._lock = FileLock(self.data / LOCK)
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._asked: str | None = None

    def end(self) -> None:
        """Look no more; ``run`` returns soon."""
        self._ended.set()
        self._wake.set()

    def wake(self) -> None:
        """Its job may be free now."""
        self._wake.set()

    async def run(self) -> None:
        """Look until ``end``. Of the instances of a root one looks; the others wait until it has gone."""
        clock, due = self.rooms.clock, float("-inf")
        try:
            while not self._ended.is_set():
                self._wake.clear()
                if self._claim():
                    if clock.monotonic() >= due:
                        pause = await self._look()
                        due = clock.monotonic() + pause
                    if not self._ended.is_set() and not self.fault:
                        await self.act(clock.monotonic())
                rest = due - clock.monotonic() if self._lock.held else LOOK_SECONDS
                await first(clock.sleep(max(0.0, rest)), self._wake.wait())
        finally:
            self._lock.release()

    @abstractmethod
    async def looked(self, now: float) -> None:
        """A look was taken: ``seen`` is new."""

    @abstractmethod
    async def act(self, now: float) -> None:
        """Ask for a run if one is due. Called after each look, and whenever the job may be free."""

    async def ask(self, start: Start) -> bool:
        """Ask for a run; False: there is none. What is in the way is seen elsewhere, and is tried again."""
        try:
            await self.door.start(self.job, start)
        except WjtuiError as error:
            log.debug("%s was not started by a file: %s", self.job, error)
            return False
        return True

    @property
    def is_free(self) -> bool:
        """Whether a run may begin now; one that is paused is not to be started by a file either."""
        rooms = self.rooms
        job = rooms.state.jobs.get(self.job.key)
        if job is None or not job.runnable or not job.settings.enabled:
            return False
        return not rooms.config.stopped and not rooms.state.info.stopping and self.door.idle(self.job)

    def _claim(self) -> bool:
        if self._lock.held:
            return True
        try:
            self.data.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False  # a disk that cannot be written to has no place for a run either
        return self._lock.acquire()

    async def _look(self) -> float:
        """Seconds until the next one."""
        began = self.rooms.clock.monotonic()
        looked = await asyncio.to_thread(self._read, began)
        took = self.rooms.clock.monotonic() - began
        self.fault = looked.fault
        self._compare(looked.fault)
        if not looked.fault:
            self.seen = looked.seen
            await self.looked(self.rooms.clock.monotonic())
        return pause_after(looked.busy, took, self._pause)

    def _compare(self, fault: str) -> None:
        """Ask once that the job be read again where it says something else of its folder than this look."""
        job = self.rooms.state.jobs.get(self.job.key)
        shown = next((each.text for each in job.problems if each.code == PROBLEM), "") if job else fault
        if shown == fault:
            self._asked = None
        elif self._asked != fault:
            self._asked = fault
            self._changed()

    def _read(self, now: float) -> Looked:
        began = time.thread_time()
        seen, fault = self._sight(now)
        return Looked(seen, fault, time.thread_time() - began)

    def _sight(self, now: float) -> tuple[dict[str, Sighting], str]:
        problem = watch_problem(JobSettings(watch=self.watch), self.rooms.site)
        if problem is not None:
            return {}, problem.text
        try:
            found = read_folder(self.folder, self._counts, links=not self.watch.spool)
        except OSError as error:
            return {}, str(error)
        return sight(found, self.seen, now), ""


def trigger(kind: str, name: str) -> str:
    """What a run that a file has started says of that: ``Spool - order.json``."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)
    return f"{kind} - {shown}"
