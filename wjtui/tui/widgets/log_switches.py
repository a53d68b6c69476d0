"""LogSwitches: how the lines of a pane are shown, and which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wjtui.tui.present.log_head import Shows, Switches
from wjtui.tui.present.log_time import TimeColumn, time_columns
from wjtui.tui.widgets.log_finder import LogFinder
from wjtui.tui.widgets.log_view import LogView


class LogSwitches:
    """Holds what the line over the log shows; ``dress`` and ``sieve`` bring it to views."""

    def __init__(self, zone: str, remembered: Sequence[str] = ()) -> None:
        """``zone``: the IANA name of the one to show times in. ``remembered``: what ``written`` gave once.

        The level is not among it: lines that are left out unasked would be taken for lost.
        """
        self.level = Shows.ALL
        self.wrap = "wrap" in remembered
        """Whether long lines are broken, or cut at the edge."""
        self.json = "json" in remembered
        """Whether JSON is unfolded into rows."""
        self._columns = time_columns(zone)
        if any(column.name in remembered for column in self._columns):
            while self.column.name not in remembered:
                self.next_time()

    @property
    def column(self) -> TimeColumn:
        """How times are shown."""
        return self._columns[0]

    @property
    def shown(self) -> Switches:
        """For the line over the log."""
        return Switches(self.level, self.wrap, self.column.name, self.json)

    def written(self) -> list[str]:
        """As texts, to be remembered."""
        return ["wrap"] * self.wrap + ["json"] * self.json + [self.column.name]

    def next_time(self) -> None:
        """Show times in the next way."""
        self._columns = (*self._columns[1:], self._columns[0])

    def dress(self, views: Iterable[LogView], finder: LogFinder, *, numbered: bool) -> None:
        """How lines are painted; ``numbered``: with their numbers, where there is room."""
        find = finder.find
        marks = find.matches.bounded if find is not None else None
        for view in views:
            view.search, view.numbered = find, numbered
            view.change(view.look._replace(time=self.column, json=self.json, marks=marks), wrap=self.wrap)
            view.paint_again()

    def sieve(self, views: Iterable[LogView], finder: LogFinder) -> None:
        """Which lines are shown."""
        keeping = finder.filter
        for view in views:
            view.viewport.show_only(self.level, keeping.sieve if keeping is not None else None)
            view.paint_again()
