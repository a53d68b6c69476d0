"""The main screen: the jobs, and under or beside them the log or the details of the chosen one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static

from wjtui.model.jobs import Job
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.desks.list import ListDesk
from wjtui.tui.desks.log import LogDesk
from wjtui.tui.outlasting import hide
from wjtui.tui.present.columns import read_columns
from wjtui.tui.present.header import header, newest_event
from wjtui.tui.present.ink import Line, Piece
from wjtui.tui.present.jobs import Chip, JobKey, Sort
from wjtui.tui.present.listing import Listing, read_listing, sort_trouble
from wjtui.tui.screens.panes import Panes
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Link, Topic
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.chips_line import ChipsLine
from wjtui.tui.widgets.empty_root import EmptyRoot
from wjtui.tui.widgets.job_table import JobTable
from wjtui.tui.widgets.log_pane import LogPane
from wjtui.tui.widgets.lower_pane import LowerPane
from wjtui.tui.widgets.toast_stack import ToastStack


class MainScreen(View):
    """Lays out, listens to the store, and paints what changed."""

    AUTO_FOCUS = "#jobs"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.jobs_desk = self.list_desk = ListDesk(self)
        self.listing = read_listing(session.memory.get("list", []), session.options.preferences.sort)
        wanted = session.options.preferences
        self._columns, trouble = read_columns(wanted.columns)
        self._troubles = [each for each in (trouble, sort_trouble(wanted.sort)) if each]
        self.panes = Panes(self)
        self._count = ""
        self._awaited: JobKey | None = None

    def compose(self) -> ComposeResult:
        session = self.session
        ascii_only = session.options.ascii
        yield from self.above()
        yield ChipsLine(self.listing.words, ascii_only=ascii_only, id="chips-line")
        with Container(id="body"):
            yield JobTable(
                session.store, session.now, columns=self._columns, ascii_only=ascii_only, id="jobs"
            )
            yield LowerPane(session, id="lower")
        yield EmptyRoot(ascii_only=ascii_only, id="empty")
        yield Bar(id="event", ascii_only=ascii_only)
        yield from self.below()
        yield Static(
            Content(
                "This terminal is too small: 20 columns and 5 rows are needed."
                f" {session.keys.name('app.leave')} leaves."
            ),
            id="small",
        )

    def on_mount(self) -> None:
        self.log_desk = LogDesk(self.log_pane)
        self.table.border_title = Content("Jobs")
        self.filter_field.display = False
        topics = self.session.topics
        topics[Topic.LOGS].subscribe(self, lambda change: self.log_pane.grew(change.logs))
        topics[Topic.NOTICES].subscribe(self, lambda change: self._say_event())
        self.panes.lay_out()
        self.refresh_rows()
        self._say_all()
        for trouble in self._troubles:
            self.session.remark(trouble)

    # Its parts

    @property
    def table(self) -> JobTable:
        """The list of jobs."""
        return self.query_one("#jobs", JobTable)

    @property
    def lower(self) -> LowerPane:
        """The log or the details."""
        return self.query_one("#lower", LowerPane)

    @property
    def log_pane(self) -> LogPane:
        """The log of the chosen job."""
        return self.lower.log_pane

    @property
    def filter_field(self) -> Input:
        """Where the filter is typed."""
        return self.query_one(ChipsLine).field

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        return self.table.job_under_cursor()

    @property
    def targets(self) -> tuple[Job, ...]:
        """The marked jobs in sight of the list, top to bottom; without marks the one under the cursor."""
        marked, jobs = self.table.marked, self.session.store.jobs
        found = tuple(jobs[key] for key in self.table.rows if key in marked and key in jobs)
        return found or super().targets

    @property
    def places(self) -> tuple[Where, ...]:
        if self.lower.in_use and not self.lower.showing_details:
            return Where.LOG, Where.JOB, Where.EVERYWHERE
        return Where.JOB, Where.LIST, Where.EVERYWHERE

    @property
    def says_newest_event(self) -> bool:
        """Whether the line of the newest event is in sight."""
        return self.query_one("#event").is_on_screen and self.is_current

    def desk(self, where: Where) -> Any:
        return {Where.LIST: self.list_desk, Where.LOG: self.log_desk}.get(where) or super().desk(where)

    def header_line(self, width: int) -> Line:
        return header(self.session.store, self.session.now, width)

    # Keys of every screen

    def move(self, step: Step) -> None:
        (self.lower if self.lower.in_use else self.table).move(step)

    def next_pane(self, step: int) -> None:
        self.panes.next(step)

    def zoom(self) -> None:
        self.panes.toggle()

    def back(self) -> None:
        """Undo what was done last: zoom of the log, filter, marks, zoom of the list, focus."""
        if self.lower.in_use and not self.lower.showing_details and self.log_pane.step_back():
            return
        if self.panes.zoomed == "lower":
            self.panes.unzoom()
        elif self.filter_field.display or self.listing.is_filtered:
            self.clear_filter()
        elif self.table.marked:
            self.table.mark(self.table.marked, on=False)
        elif self.panes.zoomed:
            self.panes.unzoom()
        elif self.lower.in_use:
            self.table.focus()
        else:
            hide(self.session.store, self.session.memory, self.session.publish)

    def leave(self) -> None:
        if self.panes.zoomed:
            self.panes.unzoom()
        else:
            self.shell.quit()

    def look_again(self) -> None:
        self.refresh_rows()
        self.follow_job()
        self.refresh()

    def started(self) -> None:
        self.log_pane.follow()

    def show_details(self) -> None:
        """Details in place of the log, or the log again."""
        had_focus = self.lower.in_use
        self.lower.showing_details = not self.lower.showing_details
        self.panes.lay_out()
        if self.panes.is_one:
            self.panes.zoom("lower")
        elif had_focus:
            self.lower.panes[0].focus()
        self.lower.say()
        self.say_footer()

    def resize_panes(self, by: int) -> None:
        self.panes.grow(by)

    def other_job(self, by: int) -> None:
        """The next job, or the one before; the pane stays the log's."""
        self.table.move(Step.DOWN if by > 0 else Step.UP)

    # Keys of the list

    def open_log(self) -> None:
        """The log in full height."""
        self.lower.showing_details = False
        self.panes.zoom("lower")

    def type_filter(self) -> None:
        """Type a filter."""
        self.filter_field.display = True
        self.filter_field.focus()
        self.refresh_rows()

    def list_as(self, listing: Listing) -> None:
        """Show other jobs, or the same in another order."""
        if listing != self.listing:
            self.listing = listing
            self.session.memory.put("list", listing.written())
            self.refresh_rows()

    def leave_filter(self) -> None:
        """The filter is typed; it stays in force."""
        self.table.focus()
        self.filter_field.display = False
        self.refresh_rows()

    def clear_filter(self) -> None:
        """Every job again."""
        self.filter_field.value = ""
        self.list_as(self.listing.unfiltered())
        self.leave_filter()

    def go_to(self, key: JobKey) -> None:
        """Come to the front with the cursor on a job, whatever is filtered."""
        while self.app.screen is not self and len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        if key not in self.table.rows:
            self.clear_filter()
        self.table.choose(key)

    def await_job(self, key: JobKey) -> None:
        """Put the cursor on a job once it is there, whatever is filtered; the screen on top stays."""
        self._awaited = key
        if key in self.session.store.jobs:
            self._awaited = None
            if key not in self.table.rows:
                self.refresh_rows()
            if key not in self.table.rows:
                self.clear_filter()
            self.table.choose(key)

    def action_chip(self, name: str) -> None:
        """A chip was clicked."""
        self.list_as(replace(self.listing, chip=Chip(name)))

    def action_order(self) -> None:
        """The order was clicked: the next one."""
        orders = list(Sort)
        self.list_as(self.listing.sorted_by(orders[(orders.index(self.listing.sort) + 1) % len(orders)]))

    # Showing

    def refresh_rows(self) -> None:
        """Filter and order the jobs anew."""
        store, now = self.session.store, self.session.now
        rows = self.listing.rows(store.jobs, store.usage, now)
        self.table.empty_text = (
            f"No job fits the filter: {self.session.keys.name('app.back')} clears it."
            if self.listing.is_filtered
            else ""
        )
        self.table.show(rows, now)
        self._say_count(f"{len(rows)} of {len(store.jobs)}")
        self._say_chips()
        self.panes.set_heights()
        has_jobs = bool(store.jobs)
        self.set_class(not has_jobs, "-no-jobs")
        self.query_one("#chips-line").set_class(not has_jobs, "-empty")
        if not has_jobs:
            self.query_one(EmptyRoot).say(None if store.link is Link.CONNECTING else store.engine)
        self._focus_what_is_there(has_jobs=has_jobs)

    def _focus_what_is_there(self, *, has_jobs: bool) -> None:
        """The list where there are jobs, what can be done first where there are none."""
        if has_jobs and (self.focused is None or not self.focused.is_on_screen):
            self.call_after_refresh(self._focus_list)
        elif not has_jobs and self.session.store.link is not Link.CONNECTING:
            self.call_after_refresh(self.query_one(EmptyRoot).take_focus)

    def _focus_list(self) -> None:
        if self.focused is None or not self.focused.is_on_screen:
            # The log, where that was opened together with the first job: the list has no key of it.
            (self.lower.panes[0] if self.panes.zoomed == "lower" else self.table).focus()

    def follow_job(self) -> None:
        """Show the log and the details of the chosen job."""
        self.lower.follow(self.job)

    def tick(self) -> None:
        if self.session.toasts.expire(self.session.options.clock.monotonic()):
            self.session.place_toasts()
        if self.is_current:
            self.say_header()
            self.table.update_cells(self.session.now)
            self.lower.say()
            self.log_pane.sync()

    def place_toasts(self) -> None:
        """Show the messages that are due, away from the cursor row."""
        line = self.table.cursor_line()
        row = line + self.table.content_region.y if line is not None and self.table.is_on_screen else None
        self.query_one("#toasts", ToastStack).sync(row, 1 + self.key_rows)

    # What happens

    def on_resize(self, event: events.Resize) -> None:
        self.panes.lay_out()
        self._say_all()

    def on_job_table_chosen(self, event: JobTable.Chosen) -> None:
        self.follow_job()
        self.say_footer()
        self.place_toasts()

    def on_job_table_opened(self, event: JobTable.Opened) -> None:
        self.open_log()

    def on_job_table_menu_wanted(self, event: JobTable.MenuWanted) -> None:
        self.list_desk.menu()

    def on_job_table_marks_changed(self, event: JobTable.MarksChanged) -> None:
        self._say_chips()
        self.say_footer()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.list_as(replace(self.listing, words=event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.leave_filter()

    def on_screen_resume(self) -> None:
        self._say_all()

    def on_jobs(self, change: Change) -> None:
        self.refresh_rows()
        self.list_desk.deploys.jobs_changed()
        if self._awaited in change.jobs and self._awaited is not None:
            self.await_job(self._awaited)
        chosen = self.table.cursor
        if chosen is None or chosen in change.jobs:
            self.follow_job()
        self._say_event()
        self.say_header()
        self.say_footer()

    def on_engine(self, change: Change) -> None:
        self.refresh_rows()
        self.shell.engine_changed()

    def on_empty_root_chosen(self, event: EmptyRoot.Chosen) -> None:
        desk = self.list_desk.deploys
        desk.try_sample() if event.what == "sample" else self.action_command("job.new")

    def on_past(self, change: Change) -> None:
        if self.lower.showing_details:
            self.lower.say()

    def on_frame(self, number: int) -> None:
        self.log_pane.sync()
        self.say_footer_once_read(self.log_pane)
        if self.session.store.pending and self.is_current:
            self.table.update_cells(self.session.now, turn=number // 2)

    def _say_all(self) -> None:
        self.say_around()
        self._say_chips()
        self._say_event()
        self.lower.say()
        self.table.update_cells(self.session.now)
        self.place_toasts()

    def _say_count(self, text: str) -> None:
        # Setting a title paints its whole widget anew, so only when it is another one.
        if text != self._count:
            self._count = text
            self.table.border_subtitle = Content(text)

    def say_banner(self) -> None:
        super().say_banner()
        self.panes.set_heights()

    def _say_chips(self) -> None:
        line = self.query_one(ChipsLine)
        line.say(self.session.store, self.listing, len(self.table.marked), self.app.size.width)

    def _say_event(self) -> None:
        line = newest_event(self.session.store, self.session.now)
        self.query_one("#event", Bar).say((Piece(" "), *line))
