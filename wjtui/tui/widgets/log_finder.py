"""LogFinder: what is looked for in a log and by what it is filtered, with the way from hit to hit."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from wjtui.model.errors import InvalidRequest
from wjtui.support.tasks import TaskSet
from wjtui.tui.present.log_lines import Sieve
from wjtui.tui.present.log_status import Finding, Keeping
from wjtui.tui.widgets.log_pages import LogPages
from wjtui.tui.widgets.log_search import LogSearch
from wjtui.tui.widgets.log_view import LogView

_TRIES = 10_000
"""Hits passed over because level or filter hides them, at one key press."""


class Way(Enum):
    """Where the next hit is looked for."""

    NEAREST = "nearest"
    """At the last line in sight or above it, else below."""
    OLDER = "older"
    NEWER = "newer"


class Filter(NamedTuple):
    """A filter in force."""

    search: LogSearch
    drop: bool

    @property
    def sieve(self) -> Sieve:
        """What passes it."""
        return Sieve(self.search.matches, self.drop)


class LogFinder:
    """Holds a find and a filter for the log that is open; both end with it.

    Hits that are not found yet are gone to once they are, in the order they were asked for, unless
    ``forget_wishes`` was called: somebody moved.
    """

    def __init__(self, tasks: TaskSet, tell: Callable[[str], None], wake: Callable[[], None]) -> None:
        """``wake``: more was found, so that a frame may have more to show."""
        self.find: LogSearch | None = None
        self.filter: Filter | None = None
        self.filtered_last = False
        """Whether the filter was asked for after the find."""
        self._tasks = tasks
        self._tell = tell
        self._wake = wake
        self._wishes: list[Way] = []
        self._sieved = -1

    @property
    def busy(self) -> bool:
        """Whether something is still being searched."""
        return any(search.busy for search in self._searches)

    @property
    def finding(self) -> Finding | None:
        """The find, for the status line, without the hit that somebody stands at."""
        find = self.find
        if find is None:
            return None
        return Finding(find.words, find.regex, find.matches.count, None, find.progress, find.trouble)

    def keeping(self, shown: int) -> Keeping | None:
        """The filter, for the status line."""
        if self.filter is None:
            return None
        search, drop = self.filter
        return Keeping(search.words, drop, shown, search.progress, search.trouble)

    def rank(self, position: int | None) -> int | None:
        """Which hit the line at a position is, counted from 1 in the order of the log."""
        if self.find is None or position is None or position not in self.find.matches:
            return None
        return self.find.matches.rank(position) + 1

    def look_for(self, words: str, regex: bool, pages: LogPages) -> str:
        """Look for something else; no words: for nothing. Why it cannot be, as a sentence; empty: it can."""
        self.filtered_last = False
        if self.find is not None and (self.find.words, self.find.regex) == (words, regex):
            return ""
        self.clear_find()
        if words:
            try:
                self.find = LogSearch(words, regex, pages, self._tasks, self._wake)
            except InvalidRequest as error:
                return error.message
        return ""

    def keep(self, words: str, regex: bool, pages: LogPages) -> str:
        """Filter; ``!`` before the words drops what matches. Why it cannot be, as a sentence."""
        drop = words.startswith("!")
        words = words.removeprefix("!")
        search = None
        if words:
            try:
                search = LogSearch(words, regex, pages, self._tasks, self._wake)
            except InvalidRequest as error:
                return error.message
        self.clear_filter()
        self.filter = Filter(search, drop) if search is not None else None
        self.filtered_last = True
        return ""

    def clear_find(self) -> None:
        """Look for nothing."""
        if self.find is not None:
            self.find.close()
        self.find = None
        self.forget_wishes()

    def clear_filter(self) -> None:
        """Show everything."""
        if self.filter is not None:
            self.filter.search.close()
        self.filter = None

    def close(self) -> None:
        """The log is shown no more."""
        self.clear_find()
        self.clear_filter()

    def forget_wishes(self) -> None:
        """Do not go to hits that are found later."""
        self._wishes.clear()

    def step(self, way: Way, view: LogView) -> None:
        """Go to the next hit that way, now or once it is found."""
        self._wishes.append(way)
        self._grant(view)

    def sync(self, views: list[LogView], view: LogView) -> None:
        """Once a frame: what was found since."""
        for search in self._searches:
            search.grew()
        if self.filter is not None and self.filter.search.matches.version != self._sieved:
            self._sieved = self.filter.search.matches.version
            for each in views:
                each.viewport.sift()
        self._grant(view)

    @property
    def _searches(self) -> list[LogSearch]:
        found = [self.find] if self.find is not None else []
        return [*found, self.filter.search] if self.filter is not None else found

    def _grant(self, view: LogView) -> None:
        """Go where somebody wants to go, as far as that is known."""
        while self._wishes and (find := self.find) is not None and view.pages is not None and view.count:
            found = self._found(self._wishes[0], view, find)
            if found is None:
                return
            view.go_to(found)
            self._wishes.pop(0)

    def _found(self, way: Way, view: LogView, find: LogSearch) -> int | None:
        """The next hit that way; None: there is none, and nothing more is wished, or it is not known yet."""
        here = _here(view, way)
        begin, _ = find.matches.searched
        older = self._hit(view, find.matches.previous, here)
        newer = self._hit(view, find.matches.next, here) if begin <= here or not find.busy else None
        found = newer if way is Way.NEWER else older
        if found is None and way is Way.NEAREST and not find.busy:
            found = self._hit(view, find.matches.next, here - 1)
        if found is None and (not find.busy or (way is Way.NEWER and begin <= here)):
            self.forget_wishes()
            if find.trouble:
                self._tell(find.trouble)
            elif not find.matches.count:
                self._tell(f"Not found: {find.words}")
            else:
                self._tell("No newer hit: N goes back." if way is Way.NEWER else "No older hit: n goes on.")
        return found

    def _hit(self, view: LogView, step: Callable[[int], int | None], here: int) -> int | None:
        """The nearest hit that is shown, or that lies where the lines are not known yet."""
        pages = view.pages
        assert pages is not None
        known = pages.index.span(pages.index.lines.start)[0]
        for _ in range(_TRIES):
            found = step(here)
            if found is None or found < known or view.viewport.has(pages.index.line_at(found)):
                return found
            here = found
        return None


def _here(view: LogView, way: Way) -> int:
    """The position from which the next hit is looked for."""
    viewport, pages = view.viewport, view.pages
    assert pages is not None
    rows = viewport.in_sight
    last = pages.index.span(viewport.numbers[rows[-1].at])[0]
    if way is Way.NEAREST:
        return last + 1
    line = viewport.current
    if viewport.chosen is not None and line is not None and pages.index.span(line)[0] == viewport.chosen:
        return viewport.chosen
    return last + 1 if way is Way.OLDER else pages.index.span(viewport.numbers[rows[0].at])[0] - 1
