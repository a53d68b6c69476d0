"""SpoolWatch: each file is a message that gets a run of its own, oldest first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from wjtui.engine.rooms import Rooms
from wjtui.engine.watching.folder import read_mark
from wjtui.engine.watching.memory import SPOOL, Spool, Taken, load, save
from wjtui.engine.watching.settling import move_again
from wjtui.engine.watching.spool import line_up
from wjtui.engine.watching.watcher import Door, FolderWatch, trigger
from wjtui.model.identity import JobId
from wjtui.model.runs import Run, RunRef
from wjtui.model.settings import Watch
from wjtui.model.starts import Start

log = logging.getLogger(__name__)


class SpoolWatch(FolderWatch):
    """Messages of one folder, one at a time: the next is taken when the one before is settled."""

    def __init__(
        self, rooms: Rooms, door: Door, job: JobId, watch: Watch, changed: Callable[[], None], pause: float
    ) -> None:
        super().__init__(rooms, door, job, watch, changed, pause)
        self._line: list[str] = []
        self._later: dict[str, float] = {}
        self._left: dict[str, RunRef] | None = None
        """Messages of runs that were not settled when this instance began to look: the lock is held from then
        on, and nobody else takes any. None: that is not looked up yet."""

    def put_off(self, name: str, seconds: float) -> None:
        """Do not take a message for so long."""
        self._later[name] = self.rooms.clock.monotonic() + seconds

    async def looked(self, now: float) -> None:
        """Line up what may be taken, the oldest last."""
        self._line = await asyncio.to_thread(line_up, self.seen, self.watch.quiet, now)
        self._later = {name: until for name, until in self._later.items() if until > now}

    async def act(self, now: float) -> None:
        """Take the oldest message, if the job is free."""
        if not self._line or not self.is_free:
            return
        if self._left is None:
            self._left = await asyncio.to_thread(self._find_left)
        spool = load(self.data, SPOOL, Spool) or Spool()
        while self._line and self.is_free:
            name = self._line.pop()
            path, mark = self.folder / name, self.seen[name].mark
            if self._later.get(name, now) > now or read_mark(path) != mark:
                continue  # gone, or written again since the look
            ended = spool.unmoved.get(str(path))
            if ended is not None and ended.mark == mark:
                if await asyncio.to_thread(move_again, self.data, spool, path):
                    spool = load(self.data, SPOOL, Spool) or Spool()
            elif not self._is_unsettled(str(path)):
                await self._take(name, Taken(str(path), mark, self.rooms.clock.now()), spool)
                return

    async def _take(self, name: str, taken: Taken, spool: Spool) -> None:
        try:
            save(self.data, SPOOL, Spool(taken, spool.unmoved))
        except OSError as error:
            log.warning("%s was not taken: %s", taken.path, error)
            return
        if not await self.ask(Start(trigger("Spool", name), input=taken.path)):
            self._line.append(name)

    def _find_left(self) -> dict[str, RunRef]:
        """Reads every status of the job: an instance that has gone may have left a run among newer ones."""
        store = self.rooms.store
        runs = (store.load(RunRef(self.job, id)) for id in store.ids(self.job))
        return {run.input: run.ref for run in runs if run is not None and run.input and _is_open(run)}

    def _is_unsettled(self, path: str) -> bool:
        """Whether a run had this very message, and what follows from it is still to be done.

        An instance that went away may have left it so; it, or the next start of this one, does it.
        """
        store = self.rooms.store
        if self._left is not None and (ref := self._left.get(path)) is not None:
            run = store.load(ref)
            if run is not None and _is_open(run):
                return True
            del self._left[path]
        latest = store.latest(self.job)
        return latest is not None and latest.input == path and _is_open(latest)


def _is_open(run: Run) -> bool:
    return not run.status.ended or run.sequel
