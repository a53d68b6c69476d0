"""LogDesk: what the keys of the log view do."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from wjtui.model.errors import WjtuiError
from wjtui.model.events import LogRef
from wjtui.model.identity import JobId
from wjtui.model.runs import Run, RunId
from wjtui.tui.commands.command import Step
from wjtui.tui.present.log_head import Shows
from wjtui.tui.present.log_lines import ERRORS, next_shown
from wjtui.tui.present.plain import plain
from wjtui.tui.widgets.log_field import Purpose
from wjtui.tui.widgets.log_finder import Way
from wjtui.tui.widgets.log_pages import Stream
from wjtui.tui.widgets.log_pane import LogPane

if TYPE_CHECKING:
    from wjtui.tui.desks.log_out import LogOut

_RUNS_AT_ONCE = 200


class LogDesk:
    """For one log pane, whichever screen it is on."""

    def __init__(self, pane: LogPane) -> None:
        self._pane = pane
        self._session = pane.session

    def why_no_log(self) -> str | None:
        """Without a line there is nothing to look at."""
        pages = self._pane.pages
        return None if pages is not None and len(pages.index) else "There is no log here yet."

    def why_no_lock(self) -> str | None:
        """One view has nothing to be locked to."""
        return None if self._pane.split else "Only two views can be locked: | splits the log."

    def why_no_hit(self) -> str | None:
        """Nothing is looked for."""
        return None if self._pane.finder.find is not None else "Nothing is looked for: / finds."

    def why_no_run(self) -> str | None:
        """Only one run of a triggered job has others beside it."""
        ref = self._pane.ref
        if ref is None:
            return "This is not the log of one run."
        return None if ref.run is not None else "A continuous job has one log for all its launches."

    def follow(self) -> None:
        """Follow the end."""
        self._pane.follow()

    def split(self) -> None:
        """One view, or two."""
        self._pane.toggle_split()

    def lock(self) -> None:
        """Two views move together, or each by itself."""
        self._pane.toggle_lock()

    def move(self, step: Step) -> None:
        """Sideways."""
        self._pane.move(step)

    def find(self) -> None:
        """Type what to find."""
        self._pane.type_words(Purpose.FIND)

    def filter(self) -> None:
        """Type by what to filter."""
        self._pane.type_words(Purpose.FILTER)

    def regex(self) -> None:
        """The words in the field are a regular expression, or plain text."""
        if self._pane.field.is_open:
            self._pane.field.turn()
        else:
            self.find()

    def hit(self, *, newer: bool) -> None:
        """The next hit, or the one before."""
        self._pane.go_to_hit(Way.NEWER if newer else Way.OLDER)

    def error(self, *, backwards: bool) -> None:
        """The next error, or the one before; a traceback is one stop."""
        # Of two views only one shows errors.
        view = next((view for view in self._pane.views if view.stream is Stream.ERR), self._pane.view)
        pages, viewport = self._pane.pages, view.viewport
        line = viewport.current
        if pages is None or line is None:
            return
        errors = pages.index.lines_of(ERRORS)
        if backwards and viewport.follow:
            line = viewport.numbers[-1] + 1
        found = next_shown(errors, viewport.numbers, line, backwards=backwards)
        if found is not None:
            self._pane.go_to(pages.index.span(found)[0], view)
        elif backwards and not pages.whole:
            viewport.pause()
            viewport.when_whole(lambda: self.error(backwards=True))
        elif not errors:
            self._pane.tell("There is no error in this log.")
        else:
            self._pane.tell(f"No error {'before' if backwards else 'after'} this line.")

    def level(self, level: Shows) -> None:
        """Lines of one level, or all."""
        self._pane.switches.level = level
        self._pane.sieve()

    def wrap(self) -> None:
        """Break long lines, or not."""
        self._pane.switches.wrap = not self._pane.switches.wrap
        self._pane.dress()

    def time(self) -> None:
        """Show times in the next way."""
        self._pane.switches.next_time()
        self._pane.dress()

    def json(self) -> None:
        """Unfold JSON, or not."""
        self._pane.switches.json = not self._pane.switches.json
        self._pane.dress()

    def bookmark(self) -> None:
        """Mark the current line, or take its mark off."""
        pages, line = self._pane.pages, self._pane.view.viewport.current
        if pages is None or line is None:
            return
        position = pages.index.span(line)[0]
        at = bisect_left(pages.bookmarks, position)
        if at < len(pages.bookmarks) and pages.bookmarks[at] == position:
            del pages.bookmarks[at]
        else:
            pages.bookmarks.insert(at, position)
        for view in self._pane.views:
            view.paint_again()

    def to_bookmark(self, *, backwards: bool) -> None:
        """The next marked line, or the one before."""
        pages, line = self._pane.pages, self._pane.view.viewport.current
        if pages is None or line is None:
            return
        # A view that follows stands at its end.
        marks = pages.bookmarks
        here = pages.index.end if self._pane.view.follow else pages.index.span(line)[0]
        at = bisect_left(marks, here) - 1 if backwards else bisect_right(marks, here)
        if not marks:
            self._pane.tell("No line is marked: m marks one.")
        elif 0 <= at < len(marks):
            self._pane.go_to(marks[at])
        else:
            self._pane.tell("No mark before this line." if backwards else "No mark after this line.")

    def copy(self) -> None:
        """Copy something of the log."""
        self._out.copy()

    def save(self) -> None:
        """Save it to a file."""
        self._out.save()

    def pager(self) -> None:
        """Look at it with the pager."""
        self._out.page()

    def editor(self) -> None:
        """Look at it with the editor."""
        self._out.edit()

    @property
    def _out(self) -> LogOut:
        # Only people who take something out of the log need what it imports.
        from wjtui.tui.desks.log_out import LogOut

        return LogOut(self._pane)

    def other_run(self, *, newer: bool) -> None:
        """The log of the run before or after this one."""
        ref = self._pane.ref
        if ref is not None and ref.run is not None:
            self._pane.errands.start("other run", self._show_other_run(ref.job, ref.run, newer=newer))

    def other_job(self, by: int) -> None:
        """The log of the job before or after this one."""
        step = getattr(self._pane.screen, "other_job", None)
        if step is not None:
            step(by)

    async def _show_other_run(self, job: JobId, run: RunId, *, newer: bool) -> None:
        try:
            found = await (self._newer(job, run) if newer else self._older(job, run))
            newest = (await self._session.service.runs(job, limit=1))[:1]
        except WjtuiError as error:
            self._pane.tell(plain(error.message))
            return
        if found is None:
            self._pane.tell("This is the newest run." if newer else "This is the oldest run there is.")
        else:
            latest = LogRef(job, newest[0].ref.run) if newest else None
            self._pane.open_older(LogRef(job, found.ref.run), latest, over=found.status.ended)

    async def _older(self, job: JobId, run: RunId) -> Run | None:
        found = await self._session.service.runs(job, before=run, limit=1)
        return found[0] if found else None

    async def _newer(self, job: JobId, run: RunId) -> Run | None:
        """The run after this one: pages come newest first."""
        before: RunId | None = None
        last: Run | None = None
        while page := await self._session.service.runs(job, before=before, limit=_RUNS_AT_ONCE):
            newer = [one for one in page if one.ref.run > run]
            last = newer[-1] if newer else last
            if len(newer) < len(page):
                break
            before = page[-1].ref.run
        return last
