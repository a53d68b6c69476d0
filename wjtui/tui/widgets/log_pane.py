"""LogPane: a log in one view or in two, with its switches, its status and the field for finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Container

from wjtui.model.events import LogExtent, LogRef
from wjtui.model.jobs import Job
from wjtui.support.tasks import TaskSet
from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.log_place import log_of, nothing_yet
from wjtui.tui.present.log_status import status
from wjtui.tui.session import Session
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.log_field import LogField, Purpose
from wjtui.tui.widgets.log_finder import LogFinder, Way
from wjtui.tui.widgets.log_pace import Pace
from wjtui.tui.widgets.log_pages import LogPages, Stream
from wjtui.tui.widgets.log_reading import LogReading
from wjtui.tui.widgets.log_report import head_of, instead_of_lines, state_of
from wjtui.tui.widgets.log_switches import LogSwitches
from wjtui.tui.widgets.log_view import LogView

if TYPE_CHECKING:
    from wjtui.tui.app import WjtuiApp

LOOK_EVERY = 5.0
"""Seconds between two looks at a log of which no growth is told: it may be cut or deleted."""
NOTED_FOR = 15.0
"""Seconds for which it is said that a log was rolled, cut or deleted."""
_VIEWS = (("log-all", Stream.ALL), ("log-out", Stream.OUT), ("log-err", Stream.ERR))


class LogPane(Container):
    """``show`` or ``open`` says which log; ``sync``, called once a frame, brings the views up to date."""

    BINDINGS = bindings(Where.LOG)

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.split = self.locked = False
        self.switches = LogSwitches(session.options.preferences.time_zone, session.memory.get("log", []))
        self._ascii = session.options.ascii
        self.newer: LogRef | None = None
        """A newer run than the one shown, to which following leads."""
        self.older = False
        """Whether somebody asked for the run that is shown, and there is a newer one."""
        self.over = False
        """Whether the run that is shown has ended."""
        self.empty = ""
        """What to say while there is no line."""
        self.working = ""
        """What is being done with the log, for the status line."""
        self.pace = Pace()
        self._noted = ("", 0.0)
        self.place_above = False
        """Whether another line than that of the switches tells where the view is."""
        self._missed = self._full = self._on_top = False
        self._tasks = TaskSet(self._failed)
        self.errands = TaskSet(self._failed)
        """What is done once for a key: ask for runs, write a file."""
        self.finder = LogFinder(self._tasks, self.tell, session.wake)
        self.reading = LogReading(session.service, opened=self._opened, arrived=self.sync, wake=session.wake)

    def compose(self) -> ComposeResult:
        yield Bar(ascii_only=self._ascii, id="log-head")
        with Container(id="log-views"):
            for name, stream in _VIEWS:
                yield LogView(stream, ascii_only=self._ascii, id=name)
        yield Bar(ascii_only=self._ascii, id="log-status")
        yield LogField(ascii_only=self._ascii, id="log-field")

    def on_mount(self) -> None:
        self._tasks.start("log reading", self.reading.run())
        self.set_interval(LOOK_EVERY, self._look_again, name="look at the log")
        self._arrange()
        self.dress()

    async def on_unmount(self) -> None:
        await self.errands.cancel()
        await self._tasks.cancel()

    # What it shows

    @property
    def refs(self) -> tuple[LogRef, ...]:
        """The logs that are shown; none: nothing is."""
        return self.reading.refs

    @property
    def ref(self) -> LogRef | None:
        """The log that is shown; None: none, or several."""
        return self.refs[0] if len(self.refs) == 1 else None

    @property
    def job_key(self) -> JobKey:
        """Whose log it is; of several the first one's."""
        return self.refs[0].job.key if self.refs else ("", "")

    @property
    def pages(self) -> LogPages | None:
        """What is known of the log."""
        return self.reading.pages

    @property
    def view(self) -> LogView:
        """The view that keys move: the one with the focus, else the first."""
        return next((view for view in self._shown() if view.has_focus), next(self._shown()))

    @property
    def views(self) -> list[LogView]:
        """What is shown: one view, or two."""
        return list(self._shown())

    @property
    def field(self) -> LogField:
        """Where words to find are typed."""
        return self.query_one("#log-field", LogField)

    @property
    def note(self) -> str:
        """What happened to the log a short while ago."""
        note, now = self.reading.note, self.session.options.clock.monotonic()
        if note != self._noted[0]:
            self._noted = (note, now)
        return note if now - self._noted[1] < NOTED_FOR else ""

    @property
    def hidden(self) -> bool:
        """Whether another full screen is over this one, so that nobody can see it."""
        stack = self.app.screen_stack
        above = stack[stack.index(self.screen) + 1 :] if self.screen in stack else []
        return any(not screen.is_modal for screen in above)

    @property
    def settled(self) -> bool:
        """Whether all that is known of the log is on the screen."""
        if self.hidden:
            return True
        pages = self.pages
        shown = pages is None or all(view.shows(pages) for view in self._shown())
        return self.reading.settled and shown and not self.finder.busy and not self.errands

    # Which log

    def show(self, job: Job | None, *, follow: bool = False) -> None:
        """Show a job's log. A paused reader keeps his run until he follows or chooses another job."""
        wanted = log_of(job) if job is not None else None
        self.empty = nothing_yet(job, self.session.keys.name("job.run"))
        if not self.older:
            self.over = job is not None and job.latest_run is not None and job.latest_run.status.ended
        self.newer = None
        shown = self.ref
        if wanted == shown and not follow:
            return
        same_job = wanted is not None and shown is not None and wanted.job.key == shown.job.key
        if same_job and wanted != shown and not follow and (self.older or not self.view.follow):
            self.newer = wanted
        elif wanted != shown:
            self._turn_to((wanted,) if wanted is not None else ())
        elif follow:
            self.follow()

    def open(self, *refs: LogRef, begin: datetime | int | None = None, over: bool = False) -> None:
        """Show a log, or several merged, whatever becomes of their jobs.

        ``begin``: paused at the first line of that moment, or at that position; ``over``: the run has ended.
        """
        self.empty = "No output."
        self.over, self.newer = over, None
        self._turn_to(refs, begin)

    def open_older(self, ref: LogRef, newest: LogRef | None, *, over: bool) -> None:
        """Show another run of the job; following leads back to the newest one."""
        self.open(ref, over=over)
        self.newer = newest if newest != ref else None
        self.older = self.newer is not None
        self._say()

    def grew(self, logs: Mapping[LogRef, LogExtent]) -> None:
        """Some logs have grown."""
        if any(ref in logs for ref in self.refs):
            self._look_again()

    def sync(self) -> None:
        """Once a frame; nothing is done for a pane that nobody can see."""
        if self.hidden:
            return
        if self._missed:
            self._look_again()
        pages, shown = self.pages, self.views
        if pages is not None:
            self.finder.sync(shown, self.view)
            skipped = cast("WjtuiApp", self.app).pump.skipped
            self.pace.note(
                self.session.options.clock.monotonic(), pages.index, pages.index.lines.stop, skipped
            )
        for view in shown:
            view.say_instead(instead_of_lines(self))
            view.sync()
        self._say()

    # Keys

    def move(self, step: Step) -> None:
        """Move the view that has the focus, and with ``locked`` the other one."""
        self.finder.forget_wishes()
        self.view.move(step)
        self._moved(self.view)

    def follow(self) -> None:
        """Follow the end, of the newest run if there is a newer one."""
        self.finder.forget_wishes()
        if self.newer is not None:
            newer, self.newer = self.newer, None
            self._turn_to((newer,))
        for view in self._shown():
            view.follow_end()
        self.sync()

    def toggle_split(self) -> None:
        """Standard output and standard error beside each other, or all in order of arrival."""
        focused = any(view.has_focus for view in self._shown())
        self.split, self.locked = not self.split, False
        self._arrange()
        for view in self._shown():
            view.open(self.pages)
        self.sieve()
        self.dress()
        if focused:
            self.view.focus()
        self.sync()

    def toggle_lock(self) -> None:
        """Two views move together, or each by itself."""
        self.locked = self.split and not self.locked
        self._moved(self.view)

    def set_full(self, full: bool) -> None:
        """Whether it has the screen, and so room for the switches and line numbers."""
        if full is not self._full:
            self._full = full
            self.set_class(full, "-full")
            self.dress()
            self.call_after_refresh(self.dress)

    def dress(self) -> None:
        """Paint lines as the switches say now."""
        self.session.memory.put("log", self.switches.written())
        self.switches.dress(self._shown(), self.finder, numbered=self._full)
        self._say()

    def sieve(self) -> None:
        """Show the lines that the switches and the filter say now."""
        self.switches.sieve(self._shown(), self.finder)
        self._say()

    def go_to(self, position: int, view: LogView | None = None) -> None:
        """Pause a view, the one with the focus if no other is named, at the line that holds a position."""
        view = view or self.view
        self.finder.forget_wishes()
        view.go_to(position)
        self._moved(view)

    def tell(self, text: str) -> None:
        """Answer to a key; the same answer twice is one."""
        self.session.tell(text, group=text, brief=True)

    def go_to_hit(self, way: Way) -> None:
        """The next hit that way."""
        self.finder.step(way, self.view)
        self._moved(self.view)

    def step_back(self) -> bool:
        """Esc: leave the field, else take away the find or the filter, the last one first; False: neither."""
        finder = self.finder
        if self.field.is_open:
            self._close_field()
        elif finder.filter is not None and (finder.find is None or finder.filtered_last):
            finder.clear_filter()
            self.sieve()
        elif finder.find is not None:
            finder.clear_find()
            self.dress()
        else:
            return False
        return True

    def next_view(self, by: int) -> None:
        """Focus the next view of two."""
        views = self.views
        at = next((number for number, view in enumerate(views) if view.has_focus), -1)
        views[(at + by) % len(views)].focus()

    def type_words(self, purpose: Purpose) -> None:
        """Open the field."""
        self.field.open(purpose)

    # What happens

    def on_log_field_typed(self) -> None:
        pages, field = self.pages, self.field
        if pages is not None and field.purpose is Purpose.FIND:
            field.say(self.finder.look_for(field.words, field.regex, pages))
            self.dress()

    def on_log_field_entered(self) -> None:
        pages, field = self.pages, self.field
        if pages is None:
            return
        act = self.finder.look_for if field.purpose is Purpose.FIND else self.finder.keep
        if trouble := act(field.words, field.regex, pages):
            field.say(trouble)
            return
        self._close_field()
        if field.purpose is Purpose.FILTER:
            self.sieve()
        elif field.words:
            self.go_to_hit(Way.NEAREST)
        self.dress()

    def on_log_view_moved(self, event: LogView.Moved) -> None:
        event.stop()
        self.finder.forget_wishes()
        self._moved(event.view)

    def on_resize(self) -> None:
        self._say()

    def _moved(self, view: LogView) -> None:
        if self.locked:
            for other in self._shown():
                if other is not view:
                    other.viewport.align(view.viewport)
                    other.paint_again()
        self.sync()

    def _close_field(self) -> None:
        view = self.view
        self.field.close()
        view.focus()

    def _shown(self) -> Iterator[LogView]:
        for name in ("#log-out", "#log-err") if self.split else ("#log-all",):
            yield self.query_one(name, LogView)

    def _arrange(self) -> None:
        self.set_class(self.split, "-split")
        titles = {"#log-out": "standard output and engine", "#log-err": "standard error"}
        for name, title in titles.items():
            self.query_one(name, LogView).border_title = title

    def _turn_to(self, refs: tuple[LogRef, ...], begin: datetime | int | None = None) -> None:
        self.finder.close()
        self.older = False
        # What led to a line is above it; a moment begins with its first line.
        self._on_top = isinstance(begin, datetime)
        self.reading.turn_to(refs, begin)
        instead = instead_of_lines(self)
        for view in self.query(LogView):
            view.open(None)
            view.say_instead(instead)
        self.dress()

    def _opened(self, pages: LogPages, begin: int | None) -> None:
        for view in self._shown():
            view.open(pages)
            if begin is not None:
                view.go_to(begin, on_top=self._on_top)
        self.sieve()
        self.dress()

    def _look_again(self) -> None:
        self._missed = self.hidden
        if not self._missed and self.pages is not None:
            self.pages.grew()

    def _failed(self, name: str, error: BaseException) -> None:
        self.reading.fail(f"This log cannot be shown, by a bug of ours: {type(error).__name__}.")

    def _say(self) -> None:
        full, width = self._full, self.size.width
        if full:
            said = [Part(line, f"screen.command('{id}')" if id else "") for line, id in head_of(self, width)]
            self.query_one("#log-head", Bar).say(*said)
        line = status(state_of(self), width, self.switches.column, full=full)
        self.query_one("#log-status", Bar).say(line)
