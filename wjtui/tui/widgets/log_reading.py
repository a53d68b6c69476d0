"""LogReading: the one task that reads the log of a pane, as long as that log is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from wjtui.logs.merge import MergedLog
from wjtui.logs.moment import position_at
from wjtui.model.errors import WjtuiError
from wjtui.model.events import LogExtent, LogRef
from wjtui.service import JobService, LogSource
from wjtui.tui.present.plain import plain
from wjtui.tui.widgets.log_pages import LogPages

TRY_AGAIN = 1.0
"""Seconds before a log that could not be read is tried again."""


class LogReading:
    """``turn_to`` says which log, ``pages`` is what is known of it, ``trouble`` why nothing is."""

    def __init__(
        self,
        service: JobService,
        *,
        opened: Callable[[LogPages, int | None], None],
        arrived: Callable[[], None],
        wake: Callable[[], None],
    ) -> None:
        """``opened`` gets the pages and where to begin; ``arrived``: what was waited for is there.

        ``wake``: more is known, so that a frame may have more to show.
        """
        self.refs: tuple[LogRef, ...] = ()
        self.pages: LogPages | None = None
        self.trouble = ""
        self._service = service
        self._opened = opened
        self._arrived = arrived
        self._more = wake
        self._begin: datetime | int | None = None
        self._merged: MergedLog | None = None
        self._wake = asyncio.Event()

    @property
    def settled(self) -> bool:
        """Whether all that is to be read is read."""
        if not self.refs or self.trouble:
            return True
        pages = self.pages
        return pages is not None and pages.opened and not pages.waiting and not pages.behind

    @property
    def note(self) -> str:
        """What happened to the log while it was open, as a sentence; empty: nothing."""
        if self._merged is not None and self._merged.trouble:
            return self._merged.trouble
        return self.pages.note if self.pages is not None else ""

    def turn_to(self, refs: tuple[LogRef, ...], begin: datetime | int | None = None) -> None:
        """Read another log, several merged, none: nothing; ``begin``: a moment, or a position in it."""
        self.refs = refs
        self.pages = None
        self.trouble = ""
        self._begin = begin
        self._wake.set()

    def fail(self, trouble: str) -> None:
        """It cannot go on."""
        self.trouble = trouble

    async def run(self) -> None:
        """Read whatever log is to be read, for ever."""
        while True:
            self._wake.clear()
            refs = self.refs
            if not refs:
                await self._wake.wait()
                continue
            try:
                await self._read(refs)
            except WjtuiError as error:
                if refs == self.refs:
                    self.pages = None
                    self.trouble = f"This log cannot be read now: {plain(error.message)}"
                    self._more()
                    await self._pause()

    async def _read(self, refs: tuple[LogRef, ...]) -> None:
        sources = [(_name(ref, refs), await self._service.open_log(ref)) for ref in refs]
        if len(sources) == 1:
            await self._read_one(refs, sources[0][1])
            return
        self._merged = merged = MergedLog(sources)
        try:
            await self._read_one(refs, _Fresh(merged))
        finally:
            self._merged = None
            await merged.aclose()

    async def _read_one(self, refs: tuple[LogRef, ...], source: LogSource) -> None:
        pages = LogPages(source, self._wake)
        await pages.open()
        begin = self._begin
        position = begin if isinstance(begin, int) else None
        if isinstance(begin, datetime):
            position = await position_at(source, pages.extent, begin)
        if refs != self.refs:
            return
        self.trouble = ""
        self.pages, self._begin = pages, None
        self._opened(pages, position if position is not None and position < pages.extent.end else None)
        pages.grew()  # while it was being opened, nobody listened to what came
        while self.pages is pages:
            self._wake.clear()
            awaited, known = pages.waiting, (pages.version, pages.read_back)
            if await pages.advance():
                # A look at a log that has not grown is no reason for frames.
                if known != (pages.version, pages.read_back):
                    self._more()
                if awaited and not pages.waiting:
                    self._arrived()
                await asyncio.sleep(0)
            else:
                await self._wake.wait()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), TRY_AGAIN)
        except TimeoutError:
            pass


class _Fresh:
    """A merged log that takes in what its logs have grown by whenever somebody asks how far it reaches."""

    def __init__(self, merged: MergedLog) -> None:
        self._merged = merged

    async def extent(self) -> LogExtent:
        await self._merged.refresh()
        return await self._merged.extent()

    async def read(self, start: int, length: int) -> bytes:
        return await self._merged.read(start, length)


def _name(ref: LogRef, refs: tuple[LogRef, ...]) -> str:
    """What a log is called among others: its job, with the run where one job has several."""
    several = sum(other.job.key == ref.job.key for other in refs) > 1
    name = plain(ref.job.name)
    return f"{name} {ref.run}" if several and ref.run is not None else name
