"""BatchWatch: files that appear or change start their job, once for all of them."""

from __future__ import annotations

import asyncio
import logging

from wjtui.engine.watching.batch import after_start, due_batch, newest
from wjtui.engine.watching.memory import BASELINE, Baseline, load, save
from wjtui.engine.watching.sightings import Mark
from wjtui.engine.watching.watcher import FolderWatch, trigger
from wjtui.model.starts import Start

log = logging.getLogger(__name__)


class BatchWatch(FolderWatch):
    """What is there at the first look of all starts nothing; later, what differs from what is remembered."""

    _known: dict[str, Mark] | None = None

    async def looked(self, now: float) -> None:
        """At the first look, find out what was there before."""
        if self._known is not None:
            return
        baseline = await asyncio.to_thread(load, self.data, BASELINE, Baseline)
        if baseline is not None and (baseline.path, baseline.pattern) == self._place:
            self._known = dict(baseline.files)
        else:
            await self._keep({name: each.mark for name, each in self.seen.items()})

    async def act(self, now: float) -> None:
        """Start the job for what has changed and rests, if it is free."""
        known = self._known
        if known is None or not self.is_free:
            return
        names = due_batch(self.seen, known, self.watch.quiet, now)
        if not names:
            return
        input = str(self.folder / newest(names, self.seen))
        if await self.ask(Start(trigger("Watch", self.watch.path), input=input)):
            # Written when the run is there: a crash in between costs a start too many, not one too few.
            await self._keep(after_start(self.seen, known, names))

    @property
    def _place(self) -> tuple[str, str]:
        return str(self.folder), self.watch.pattern

    async def _keep(self, known: dict[str, Mark]) -> None:
        self._known = known
        try:
            await asyncio.to_thread(save, self.data, BASELINE, Baseline(*self._place, known))
        except OSError as error:
            log.warning("what lies in %s was not written down: %s", self.folder, error)
