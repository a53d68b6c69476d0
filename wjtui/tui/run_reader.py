"""RunReader: runs of the past into a book, page by page, and what is told meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from wjtui.model.errors import WjtuiError
from wjtui.model.runs import Run, RunRef
from wjtui.tui.present.history import Place, run_place
from wjtui.tui.present.history_book import HistoryBook
from wjtui.tui.present.plain import plain

PAGE = 200
"""Runs asked for at once."""
Page = Callable[[RunRef | None, int], Awaitable[list[Run]]]
"""So many runs older than one, newest first; None: the newest."""


class RunReader:
    """``read`` is a task of the screen that owns it. Whatever changed the book is told by ``changed``."""

    def __init__(
        self, book: HistoryBook, page: Page, *, wants_more: Callable[[], bool], changed: Callable[[], None]
    ) -> None:
        self.book = book
        self.whole = False
        """Whether all that there is has been read, or all that there is room for."""
        self.trouble = ""
        """Why it could not be read; empty: it could."""
        self._page = page
        self._wants_more = wants_more
        self._changed = changed
        self._wake = asyncio.Event()
        self._waiting = False
        self._gone: set[Place] = set()
        self._told: set[Place] = set()

    @property
    def resting(self) -> bool:
        """Whether nothing is being read."""
        return self.whole or bool(self.trouble) or self._waiting

    def go_on(self) -> None:
        """More may be wanted now."""
        self._wake.set()

    def told(self, runs: Iterable[Run]) -> None:
        """These runs began or changed."""
        runs = list(runs)
        places = {run_place(run.ref) for run in runs}
        self._told |= places
        self._gone -= places
        self.book.put(runs)

    def latest(self, run: Run) -> None:
        """A job says that this is its latest run; of a deleted one it may not know yet."""
        if run_place(run.ref) not in self._gone:
            self.book.put([run])

    def removed(self, ref: RunRef) -> None:
        """This run is gone."""
        place = run_place(ref)
        self._gone.add(place)
        self._told.discard(place)
        self.book.drop(place)

    async def read(self) -> None:
        """Read from the newest on; what is known and not there any more is forgotten on the way."""
        self.whole, self.trouble = False, ""
        self._told.clear()
        before: RunRef | None = None
        while not self.whole:
            try:
                page = await self._page(before, PAGE)
            except WjtuiError as error:
                self.trouble = plain(error.message)
                self._changed()
                return
            self._take(page, before)
            self.whole = len(page) < PAGE or self.book.is_full
            self._changed()
            # The first page is painted before the next one is taken apart.
            await asyncio.sleep(0)
            if self.whole:
                return
            before = page[-1].ref
            while not self._wants_more():
                self._wake.clear()
                self._waiting = True
                try:
                    await self._wake.wait()
                finally:
                    self._waiting = False

    def _take(self, page: list[Run], before: RunRef | None) -> None:
        read = {run_place(run.ref): run for run in page}
        newest = run_place(before) if before is not None else None
        oldest = min(read) if len(page) == PAGE else ""
        for place, event in list(self.book.known.items()):
            known = isinstance(event, Run) and place not in read and place not in self._told
            if known and place > oldest and (newest is None or place < newest):
                self.book.drop(place)
        self.book.put(run for place, run in read.items() if place not in self._gone)
