"""LogSearch: a search of one log, kept up while the log grows and as long as somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wjtui.logs.matches import Matches
from wjtui.logs.search import compile_pattern
from wjtui.model.errors import WjtuiError
from wjtui.model.events import LogExtent
from wjtui.support.tasks import TaskSet
from wjtui.tui.present.plain import plain
from wjtui.tui.widgets.log_pages import LogPages


class LogSearch:
    """Looks in a thread, newest first; what was found is in ``matches`` at any time."""

    def __init__(
        self, words: str, regex: bool, pages: LogPages, tasks: TaskSet, more: Callable[[], None]
    ) -> None:
        """``more`` is called when something was searched. InvalidRequest: a wrong regular expression."""
        self.words = words
        self.regex = regex
        self.matches = Matches(pages.source, pages.extent, compile_pattern(words, regex=regex))
        self.busy = True
        """Whether there is more to be found in what the log is known to hold."""
        self._pages = pages
        self._more = more
        self._trouble = ""
        self._wake = asyncio.Event()
        self._task = tasks.start("log search", self._look())

    @property
    def trouble(self) -> str:
        """Why it ended early, as a sentence; empty: it did not."""
        return self._trouble or self.matches.trouble or ""

    @property
    def progress(self) -> float:
        """How much was searched: 0 to 1."""
        return 1.0 if self._trouble else self.matches.progress

    def grew(self) -> None:
        """Look at what the log has grown by."""
        known, extent = self.matches.extent, self._pages.extent
        if (known.start, known.end, known.generation) != (extent.start, extent.end, extent.generation):
            self.matches.grew(LogExtent(extent.start, extent.end, extent.generation))
            self.busy = not self._trouble
            self._wake.set()

    def close(self) -> None:
        """Nobody looks any more."""
        self.busy = False
        self._task.cancel()

    async def _look(self) -> None:
        while True:
            self._wake.clear()
            try:
                if await self.matches.advance():
                    self._more()
                    await asyncio.sleep(0)
                    continue
            except WjtuiError as error:
                self._trouble = plain(error.message)
            self.busy = False
            self._more()
            await self._wake.wait()
