"""The main screen: the jobs, and under or beside them the log or the details of the chosen one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from wjtui.model.jobs import Job
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.desks.list import ListDesk
from wjtui.tui.desks.log import LogDesk
from wjtui.tui.present.details import details
from wjtui.tui.present.header import chips, empty_root, header, newest_event, pane_title
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import Chip, JobKey, in_order, passes
from wjtui.tui.screens.layout import CLASSES, choose_layout, key_rows, list_height
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Link, Topic
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.details_pane import DetailsPane
from wjtui.tui.widgets.inked import content, paragraphs
from wjtui.tui.widgets.job_table import JobTable
from wjtui.tui.widgets.log_pane import LogPane
from wjtui.tui.widgets.toast_stack import ToastStack


class MainScreen(View):
    """Lays out, listens to the store, and paints what changed."""

    AUTO_FOCUS = "#jobs"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.jobs_desk = self.list_desk = ListDesk(self)
        self.chip = Chip.ALL
        self.zoomed = ""
        self.showing_details = False
        self.layout_now = choose_layout(80, 24, "")
        self._title: Line = ()
        self._count = ""
        self._list_height: int | None = 0

    def compose(self) -> ComposeResult:
        session = self.session
        ascii_only = session.options.ascii
        yield from self.above()
        with Horizontal(id="chips-line"):
            yield Bar(id="chips", ascii_only=ascii_only)
            yield Input(id="filter", placeholder="name or status", compact=True)
        with Container(id="body"):
            yield JobTable(session.store, session.now, ascii_only=ascii_only, id="jobs")
            with Container(id="lower"):
                yield LogPane(session.service, session.store, ascii_only=ascii_only, id="log")
                yield DetailsPane(ascii_only=ascii_only, id="details")
        yield Static(id="empty")
        yield Bar(id="event", ascii_only=ascii_only)
        yield from self.below()
        yield Static(
            Content("This terminal is too small: 20 columns and 5 rows are needed. q leaves."), id="small"
        )

    def on_mount(self) -> None:
        self.log_desk = LogDesk(self.log_pane)
        self.table.border_title = Content("Jobs")
        self.filter_field.display = False
        topics = self.session.topics
        topics[Topic.LOGS].subscribe(self, lambda change: self.log_pane.grew(change.logs))
        topics[Topic.NOTICES].subscribe(self, lambda change: self._say_event())
        self.lay_out()
        self.refresh_rows()
        self._say_all()

    # Its parts

    @property
    def table(self) -> JobTable:
        """The list of jobs."""
        return self.query_one("#jobs", JobTable)

    @property
    def log_pane(self) -> LogPane:
        """The log of the chosen job."""
        return self.query_one("#log", LogPane)

    @property
    def details_pane(self) -> DetailsPane:
        """The details of the chosen job."""
        return self.query_one("#details", DetailsPane)

    @property
    def filter_field(self) -> Input:
        """Where the filter is typed."""
        return self.query_one("#filter", Input)

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        return self.table.job_under_cursor()

    @property
    def places(self) -> tuple[Where, ...]:
        if self.lower_has_focus and not self.showing_details:
            return Where.LOG, Where.JOB, Where.EVERYWHERE
        return Where.JOB, Where.LIST, Where.EVERYWHERE

    @property
    def lower_has_focus(self) -> bool:
        """Whether the focus is in the log or the details."""
        return self.focused is not None and self.query_one("#lower") in self.focused.ancestors

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
        if not self.lower_has_focus:
            self.table.move(step)
        elif self.showing_details:
            self.details_pane.move(step)
        else:
            self.log_pane.move(step)

    def next_pane(self, step: int) -> None:
        """Focus the next pane; in the split log there are two."""
        panes = [self.table, *self._lower_panes()]
        if self.layout_now.classes & {"-zoom-list", "-zoom-lower"}:
            if "-one-pane" in self.layout_now.classes and self.zoomed != "lower":
                self.open_log()
                return
            panes = panes[1:] if self.zoomed == "lower" else panes[:1]
        at = next((number for number, pane in enumerate(panes) if pane.has_focus), -1)
        panes[(at + step) % len(panes)].focus()

    def zoom(self) -> None:
        if self.zoomed:
            self._zoom("")
        else:
            self._zoom("lower" if self.lower_has_focus else "list")

    def back(self) -> None:
        """Undo what was done last: zoom of the log, filter, zoom of the list, focus."""
        if self.zoomed == "lower":
            self._unzoom()
        elif self.filter_field.display or self.is_filtered:
            self.clear_filter()
        elif self.zoomed:
            self._unzoom()
        elif self.lower_has_focus:
            self.table.focus()

    def leave(self) -> None:
        if self.zoomed:
            self._unzoom()
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
        had_focus = self.lower_has_focus
        self.showing_details = not self.showing_details
        self.lay_out()
        if "-one-pane" in self.layout_now.classes:
            self._zoom("lower")
        elif had_focus:
            self._lower_panes()[0].focus()
        self.say_pane()
        self.say_footer()

    # Keys of the list

    def open_log(self) -> None:
        """The log in full height."""
        self.showing_details = False
        self._zoom("lower")

    def type_filter(self) -> None:
        """Type a filter."""
        self.filter_field.display = True
        self.filter_field.focus()
        self.refresh_rows()

    @property
    def is_filtered(self) -> bool:
        """Whether some jobs are left out."""
        return bool(self.filter_field.value) or self.chip is not Chip.ALL

    def leave_filter(self) -> None:
        """The filter is typed; it stays in force."""
        self.table.focus()
        self.filter_field.display = False
        self.refresh_rows()

    def clear_filter(self) -> None:
        """Every job again."""
        self.filter_field.value = ""
        self.chip = Chip.ALL
        self.leave_filter()

    def go_to(self, key: JobKey) -> None:
        """Come to the front with the cursor on a job, whatever is filtered."""
        while self.app.screen is not self and len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        if key not in self.table.rows:
            self.clear_filter()
        self.table.choose(key)

    def action_chip(self, name: str) -> None:
        """A chip was clicked."""
        self.chip = Chip(name)
        self.refresh_rows()

    # Showing

    def refresh_rows(self) -> None:
        """Filter and order the jobs anew."""
        store, now, words = self.session.store, self.session.now, self.filter_field.value
        rows = [job.id.key for job in in_order(store.jobs.values()) if passes(job, self.chip, words, now)]
        self.table.empty_text = "No job fits the filter: Esc clears it." if self.is_filtered else ""
        self.table.show(rows, now)
        self._say_count(f"{len(rows)} of {len(store.jobs)}")
        self._say_chips()
        self._set_heights()
        has_jobs = bool(store.jobs)
        self.query_one("#body").display = has_jobs
        self.query_one("#empty").display = not has_jobs
        self.query_one("#chips-line").set_class(not has_jobs, "-empty")
        if not has_jobs:
            lines = empty_root(None if store.link is Link.CONNECTING else store.engine)
            self.query_one("#empty", Static).update(paragraphs(lines, ascii_only=self.session.options.ascii))

    def lay_out(self) -> None:
        """Lay the screen out for its size and for what is zoomed."""
        width, height = self.app.size
        self.layout_now = layout = choose_layout(width, height, self.zoomed)
        wanted = (self.classes - {*CLASSES, "-details"}) | layout.classes
        if self.showing_details:
            wanted |= {"-details"}
        # Each change of a class has every widget's style looked up again, so all at once.
        if wanted != self.classes:
            self.set_classes(wanted)
        self._set_heights()

    def follow_job(self, *, follow: bool = False) -> None:
        """Show the log and the details of the chosen job."""
        self.log_pane.show(self.job, follow=follow)
        self.say_pane()

    def say_pane(self) -> None:
        """Title and text of the lower pane."""
        job, now = self.job, self.session.now
        title = pane_title(job, now, details=self.showing_details)
        if title != self._title:
            self._title = title
            lower = self.query_one("#lower")
            lower.border_title = content(title, ascii_only=self.session.options.ascii)
        if self.showing_details:
            self.details_pane.say(self._details(job, now) if job is not None else [])

    def _details(self, job: Job, now: datetime) -> list[Line]:
        store = self.session.store
        self.session.inquiry.ask(job)
        past = store.past.get(job.id.key)
        return details(job, store.usage.get(job.id.key), now, past.missed if past else None)

    def tick(self) -> None:
        if self.session.toasts.expire(self.session.options.clock.monotonic()):
            self.session.place_toasts()
        if self.is_current:
            self.say_header()
            self.table.update_cells(self.session.now)
            self.say_pane()

    def place_toasts(self) -> None:
        """Show the messages that are due, away from the cursor row."""
        line = self.table.cursor_line()
        row = line + self.table.content_region.y if line is not None and self.table.is_on_screen else None
        self.query_one("#toasts", ToastStack).sync(row, 1 + self.key_rows)

    # What happens

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()
        self._say_all()

    def on_job_table_chosen(self, event: JobTable.Chosen) -> None:
        self.follow_job()
        self.say_footer()
        self.place_toasts()

    def on_job_table_opened(self, event: JobTable.Opened) -> None:
        self.open_log()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.refresh_rows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.leave_filter()

    def on_screen_resume(self) -> None:
        self._say_all()

    def on_jobs(self, change: Change) -> None:
        self.refresh_rows()
        chosen = self.table.cursor
        if chosen is None or chosen in change.jobs:
            self.follow_job()
        self._say_event()
        self.say_header()
        self.say_footer()

    def on_engine(self, change: Change) -> None:
        self.refresh_rows()
        self.shell.engine_changed()

    def on_past(self, change: Change) -> None:
        if self.showing_details:
            self.say_pane()

    def on_frame(self, number: int) -> None:
        self.log_pane.sync()
        if self.session.store.pending and self.is_current:
            self.table.update_cells(self.session.now, turn=number // 2)

    def _say_all(self) -> None:
        self.say_around()
        self._say_chips()
        self._say_event()
        self.say_pane()
        self.table.update_cells(self.session.now)
        self.place_toasts()

    def _say_count(self, text: str) -> None:
        # Setting a title paints its whole widget anew, so only when it is another one.
        if text != self._count:
            self._count = text
            self.table.border_subtitle = Content(text)

    def say_banner(self) -> None:
        super().say_banner()
        self._set_heights()

    def _say_chips(self) -> None:
        parts = [
            Part((piece,), f"screen.chip('{chip.value}')")
            for chip, piece in chips(self.session.store, self.chip, self.app.size.width)
        ]
        words = self.filter_field.value
        hint = Piece(f"   /{words}" if words and not self.filter_field.display else "", Ink.WARNING)
        self.query_one("#chips", Bar).say(*parts, (hint,))

    def _say_event(self) -> None:
        line = newest_event(self.session.store, self.session.now)
        self.query_one("#event", Bar).say((Piece(" "), *line))

    def _set_heights(self) -> None:
        layout, jobs = self.layout_now, len(self.session.store.jobs)
        height = self.app.size.height - layout.rows_around - bool(self.query_one("#banner").display)
        keys = key_rows(layout, self.app.size.width, height, jobs)
        if keys != self.key_rows:
            self.key_rows = keys
            self.query_one("#footer-above").display = keys == 2
            self.say_footer()
        # The shown ones: a filter with one match leaves the rest to the log; with none a sentence needs two.
        wanted = list_height(layout, height + 1 - keys, len(self.table.rows) or 2)
        if wanted != self._list_height:
            self._list_height = wanted
            self.table.styles.height = wanted if wanted is not None else "1fr"

    def _unzoom(self) -> None:
        self._zoom("")
        self.table.focus()

    def _zoom(self, pane: str) -> None:
        self.zoomed = pane
        self.lay_out()
        if pane == "lower":
            self._lower_panes()[0].focus()
        elif pane == "list" or "-one-pane" in self.layout_now.classes:
            self.table.focus()
        self.say_footer()

    def _lower_panes(self) -> list[Widget]:
        return [self.details_pane] if self.showing_details else list(self.log_pane.views)
