"""HistoryList: the rows of a HistoryBook, with a cursor that knows runs from groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from wjtui.model.runs import Run
from wjtui.model.schedules import Missed
from wjtui.tui.commands.command import Step
from wjtui.tui.present.history import Event, Place
from wjtui.tui.present.history_book import HistoryBook
from wjtui.tui.present.ink import Line
from wjtui.tui.present.run_rows import Columns, columns, event_line, group_line
from wjtui.tui.widgets.run_tree import RunTree


class HistoryList(RunTree):
    """``show_book`` after each change of the book."""

    def __init__(
        self,
        book: HistoryBook,
        now: Callable[[], datetime],
        *,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(self._line, ascii_only=ascii_only, id=id)
        self._book = book
        self._now = now
        self._longest = 0
        self._columns: tuple[int, Columns] = (0, columns(0, 0))

    @property
    def group_key(self) -> str | None:
        """The group under the cursor; None: it is on something else."""
        key = self.cursor
        return key if key is not None and self._book.group(key) is not None else None

    @property
    def event(self) -> Event | None:
        """The event under the cursor."""
        return self._book.known.get(self.cursor) if self.cursor is not None else None

    def name_jobs(self, longest: int) -> None:
        """Show a column of jobs, for names of so many cells."""
        if longest != self._longest:
            self._longest, self._columns = longest, (0, columns(0, 0))
            self.update()

    def show_book(self) -> None:
        """Show what the book has; at first the cursor is on the newest run and not on its day."""
        first = self.cursor is None
        rows = self._book.rows()
        self.show(rows)
        if first and len(rows) > 1:
            self.choose(rows[1])

    def fold(self, *, open: bool) -> None:
        """Fold the group under the cursor, or the one that it is in; one that is open is entered."""
        key = self.cursor
        group = self.group_key
        if key is None or (group is None and open):
            return
        if group is not None and open and self._book.is_open(group):
            self.move(Step.DOWN)
            return
        if group is None:
            group = self._book.shown.group_at(key).name.key
        self._book.fold(group, open=open)
        self.choose(group)
        self.show_book()

    def reveal(self, place: Place) -> bool:
        """Put the cursor on an event, whatever is folded; False when it is not among those shown."""
        if not self._book.reveal(place):
            return False
        self.show_book()
        self.choose(place)
        return True

    def next_run(self, step: int) -> None:
        """To the next run in a direction; its group opens."""
        book = self._book
        places = book.places()
        if not places or self.cursor is None:
            return
        group = book.group(self.cursor)
        # From a group its own first run is below; what was missed is no run, and is passed over.
        at = (
            places.index(next(iter(group.branches(book.shown.events))))
            if group
            else places.index(self.cursor)
        )
        below, above = places[at + (group is None) :], places[:at][::-1]
        found = next((place for place in (below if step > 0 else above) if self._is_run(place)), None)
        if found is None and (group is not None or not self._is_run(self.cursor)):
            found = next((place for place in places if self._is_run(place)), None)
        if found is not None:
            self.reveal(found)

    def _is_run(self, place: Place) -> bool:
        return not isinstance(self._book.known.get(place), Missed)

    def _line(self, key: str) -> Line:
        book, now = self._book, self._now()
        group = book.group(key)
        if group is not None:
            return group_line(group, book.known, now, is_open=book.is_open(key))
        event = book.shown.events.get(key)
        if event is None:
            return ()
        group = book.shown.group_at(key)
        if self._columns[0] != self.room:
            self._columns = self.room, columns(self.room, self._longest)
        job = event.ref.job.name if isinstance(event, Run) and self._longest else ""
        branch = group.branches(book.shown.events)[key]
        return event_line(event, group.name, now, self._columns[1], branch=branch, job=job)
