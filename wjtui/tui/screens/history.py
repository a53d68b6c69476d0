"""HistoryView: a full screen with a list of what has happened, that can be filtered and folded."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from wjtui.model.events import LogRef, Tone
from wjtui.model.runs import Run, RunRef
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.desks.runs import RunsDesk, RunsJobDesk
from wjtui.tui.present.history import Event, run_place
from wjtui.tui.present.history_book import HistoryBook
from wjtui.tui.present.history_chips import beside_chips, chips, nothing_shown, switch_after
from wjtui.tui.present.history_filter import Filter, Switch, read_filter
from wjtui.tui.present.times import local
from wjtui.tui.run_reader import RunReader
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Link
from wjtui.tui.undo import Undoable
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.history_list import HistoryList
from wjtui.tui.widgets.line_list import LineList
from wjtui.tui.widgets.toast_stack import ToastStack

_ONE_ROW_OF_KEYS = 120


class HistoryView(View):
    """A subclass says which runs, which switches there are, what Enter opens, and what is beside the list."""

    AUTO_FOCUS = "#runs"
    OPENS: ClassVar[str] = "Log"
    SWITCHES: ClassVar[tuple[Switch, ...]] = ()
    WORDS: ClassVar[str] = ""

    def __init__(self, session: Session, *, all_open: bool) -> None:
        super().__init__(session)
        self.book = HistoryBook(local(session.now).date(), all_open=all_open)
        self.runs_desk = RunsDesk(self)
        self.jobs_desk = RunsJobDesk(self)
        self.go_to_run: RunRef | None = None
        """Where the cursor is to go once that run is known."""
        self.tasks = self.task_set(self._failed)
        self.reader = RunReader(self.book, self.page, wants_more=self.wants_more, changed=self.changed)
        self.stale = True
        self._follow_newest = False
        self._reading: asyncio.Task[None] | None = None
        self._was_live = True

    def compose(self) -> ComposeResult:
        yield from self.above()
        with Horizontal(id="chips-line"):
            yield Bar(id="chips", ascii_only=self.session.options.ascii)
            yield Input(id="filter", placeholder=self.WORDS, compact=True)
        yield from self.body()
        yield from self.below()

    def body(self) -> ComposeResult:
        """The list, and what is beside it."""
        session = self.session
        yield HistoryList(self.book, lambda: session.now, ascii_only=session.options.ascii, id="runs")

    def on_mount(self) -> None:
        self.filter_field.display = False
        self._set_keys()
        self.read_anew()

    async def on_unmount(self) -> None:
        await self.tasks.cancel()

    # What a subclass says of itself

    @abstractmethod
    async def page(self, before: RunRef | None, limit: int) -> list[Run]:
        """So many runs older than ``before``, newest first."""

    @abstractmethod
    def concerns(self, ref: RunRef) -> bool:
        """Whether a run belongs here."""

    def wants_more(self) -> bool:
        """Whether older runs are to be read now."""
        return True

    def say_title(self) -> None:
        """What stands over the list and beside it."""

    def say_event(self) -> None:
        """What is shown of the row under the cursor."""

    def open_row(self) -> None:
        """Open what is under the cursor."""
        if self.group_key is not None:
            self.fold(open=not self.book.is_open(self.group_key))

    def next_job(self, step: int) -> None:
        """The runs of the job above or below in the list."""

    def why_no_other_job(self) -> str | None:
        """Why there is no other job to go to; None: there may be."""
        return None

    # Its parts

    @property
    def run_tree(self) -> HistoryList:
        """The list."""
        return self.query_one("#runs", HistoryList)

    @property
    def filter_field(self) -> Input:
        """Where the filter is typed."""
        return self.query_one("#filter", Input)

    @property
    def cursor(self) -> str | None:
        """The row under the cursor."""
        return self.run_tree.cursor

    @property
    def group_key(self) -> str | None:
        """The group under the cursor; None: it is on something else."""
        return self.run_tree.group_key

    @property
    def event(self) -> Event | None:
        """The event under the cursor."""
        return self.run_tree.event

    @property
    def run(self) -> Run | None:
        """The run under the cursor."""
        event = self.event
        return event if isinstance(event, Run) else None

    @property
    def places(self) -> tuple[Where, ...]:
        return Where.RUNS, Where.JOB, Where.EVERYWHERE

    def desk(self, where: Where) -> Any:
        return self.runs_desk if where is Where.RUNS else super().desk(where)

    @property
    def settled(self) -> bool:
        """Whether all that is known is on the screen, and nothing more is being asked for."""
        return not self.stale and self.reader.resting

    # Keys

    def move(self, step: Step) -> None:
        self.run_tree.move(step)

    def back(self) -> None:
        if self.filter_field.display or self.book.is_filtered:
            self.clear_filter()
        else:
            self.close()

    def look_again(self) -> None:
        self.read_anew()
        super().look_again()

    def started(self) -> None:
        """The run that begins now is the one to look at."""
        self.go_to_run = None
        self._follow_newest = True
        if self.book.is_filtered:
            self.clear_filter()

    def undoing(self, done: Undoable) -> None:
        if done.run is not None and self.concerns(done.run):
            self.go_to_run = done.run

    def type_filter(self) -> None:
        """Type a filter."""
        self.filter_field.display = True
        self.filter_field.focus()
        self.say_chips()

    def clear_filter(self) -> None:
        """Everything again."""
        with self.filter_field.prevent(Input.Changed):
            self.filter_field.value = ""
        self.leave_filter()
        self.ask_for(Switch.ALL, Filter())

    def leave_filter(self) -> None:
        """The filter is typed; it stays in force."""
        self.run_tree.focus()
        self.filter_field.display = False
        self.sync()

    def ask_for(self, switch: Switch, words: Filter) -> None:
        """Filter anew; the cursor stays on its run while that is shown."""
        before = self.cursor
        self.book.ask_for(switch, words)
        if before is not None:
            self.book.reveal(before)
        self.sync()

    def next_switch(self) -> None:
        """The switch after the one that is on, those left out that let nothing through."""
        self.ask_for(switch_after(self.book, self.SWITCHES), self.book.filter)

    def action_switch(self, name: str) -> None:
        """A switch was clicked."""
        self.ask_for(Switch(name), self.book.filter)

    def action_crumb(self, place: str) -> None:
        """A part of the title was clicked: the list, or the job in it."""
        job = self.job
        if job is not None:
            main = self.shell.main
            main.go_to(job.id.key)
            if place == "job":
                main.open_log()

    def fold(self, *, open: bool) -> None:
        """Fold the group under the cursor, or the one that it is in."""
        self.run_tree.fold(open=open)
        self.say_footer()
        self.reader.go_on()

    def open_log(self, ref: LogRef, begin: datetime | int | None = None) -> None:
        """A log in full height, at a moment, a position or its end."""
        # Here and not above: the first paint of this view need not wait for it.
        from wjtui.tui.screens.log import LogScreen

        self.app.push_screen(LogScreen(self.session, ref, begin=begin))

    # Showing

    def sync(self) -> None:
        """Show what the book knows."""
        self.stale = False
        reader = self.reader
        self.run_tree.empty_text = nothing_shown(
            self.book,
            typing=self.filter_field.display,
            clear=self.session.keys.name("app.back"),
            whole=reader.whole,
            trouble=reader.trouble,
            nothing_yet=self.nothing_yet(),
        )
        self.run_tree.show_book()
        self._go_where_wanted()
        self.say_chips()
        self.say_title()
        self.say_event()
        self.reader.go_on()

    def changed(self) -> None:
        """The book was changed: it is shown with the next frame, the first runs at once."""
        self.stale = True
        if self.book.switch is Switch.SLOW:
            self.book.show_anew(self.book.shown.today)
        if self.is_current and self.run_tree.cursor is None:
            self.sync()

    def say_chips(self) -> None:
        """The switches, and the filter."""
        # What is wrong with a filter needs the room while it is typed.
        room = bool(self.book.filter.trouble) and self.filter_field.display
        found = [] if room else chips(self.book, self.SWITCHES)
        found += beside_chips(
            self.book,
            self.filter_field.value,
            typing=self.filter_field.display,
            key=self.session.keys.name("runs.filter"),
            hint=self.WORDS,
            width=self.app.size.width,
            reading=not self.reader.resting,
            trouble=self.reader.trouble,
        )
        parts = [Part(line, f"screen.switch('{switch.value}')" if switch else "") for line, switch in found]
        self.query_one("#chips", Bar).say(*parts)

    def nothing_yet(self) -> str:
        """What to say where nothing has happened."""
        return "No run yet."

    def _go_where_wanted(self) -> None:
        ref = self.go_to_run
        if ref is not None and run_place(ref) in self.book.known:
            self.go_to_run = None
            self.run_tree.reveal(run_place(ref))

    # What happens

    def tick(self) -> None:
        today = local(self.session.now).date()
        if today != self.book.shown.today:
            self.book.show_anew(today)
            self.stale = True
        super().tick()
        if self.is_current:
            self.run_tree.update()

    def on_frame(self, number: int) -> None:
        if self.stale and self.is_current:
            self.sync()

    def on_runs(self, change: Change) -> None:
        if change.anew:
            self.read_anew()
        for ref, run in change.runs.items():
            if not self.concerns(ref):
                continue
            if run is None:
                self.reader.removed(ref)
            else:
                self._take_news(run)
            self.stale = True
        if change.runs:
            self.say_footer()

    def _take_news(self, run: Run) -> None:
        known = run_place(run.ref) in self.book.known
        self.reader.told([run])
        if not known:
            self.began(run)

    def take_latest(self, run: Run) -> None:
        """A job says that this is its latest run."""
        known = self.book.known.get(run_place(run.ref))
        if known != run:
            self.reader.latest(run)
            self.stale = True
            if known is None:
                self.began(run)

    def began(self, run: Run) -> None:
        """A run that was not known is there."""
        if self._follow_newest and not run.status.ended:
            self._follow_newest = False
            self.go_to_run = run.ref

    def on_engine(self, change: Change) -> None:
        live = self.session.store.link is Link.LIVE
        if live and not self._was_live:
            self.read_anew()
        self._was_live = live

    def read_anew(self) -> None:
        """Ask for everything again; what is shown stays until it is known to be gone."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self.tasks.start("runs", self.reader.read())

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.say_event()
        self.say_footer()
        self.place_toasts()

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.runs_desk.open()

    def on_line_list_seen(self, event: LineList.Seen) -> None:
        self.reader.go_on()

    def on_input_changed(self, event: Input.Changed) -> None:
        jobs = Switch.MANUAL not in self.SWITCHES
        self.ask_for(self.book.switch, read_filter(event.value, self.session.now, jobs=jobs))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.leave_filter()

    def on_resize(self, event: events.Resize) -> None:
        self._set_keys()
        self.sync()

    def on_screen_resume(self) -> None:
        self.stale = True

    def place_toasts(self) -> None:
        """Show the messages that are due, away from the cursor row."""
        tree = self.run_tree
        line = tree.cursor_line() if tree.is_on_screen else None
        row = line + tree.content_region.y if line is not None else None
        self.query_one("#toasts", ToastStack).sync(row, 1 + self.key_rows)

    def _set_keys(self) -> None:
        width, height = self.app.size
        self.key_rows = 2 if width < _ONE_ROW_OF_KEYS and height >= 20 else 1
        self.query_one("#footer-above").display = self.key_rows == 2

    def _failed(self, name: str, error: BaseException) -> None:
        self.session.tell("The history cannot be shown, by a bug of ours.", type(error).__name__, Tone.ERROR)
