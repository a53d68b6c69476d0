"""The main screen: the jobs, and under or beside them the log or the details of the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Input, Static

from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.service import JobService
from wjtui.tui.bindings import bindings
from wjtui.tui.commands import BY_ID, Command, Where
from wjtui.tui.options import ScreenOptions
from wjtui.tui.present.details import details
from wjtui.tui.present.header import banner, chips, empty_root, header, newest_event, pane_title
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import Chip, in_order, passes
from wjtui.tui.present.plain import plain
from wjtui.tui.present.toasts import RECURRING, ToastQueue, from_notice
from wjtui.tui.screens.desk import MainDesk
from wjtui.tui.screens.layout import CLASSES, choose_layout, key_rows, list_height
from wjtui.tui.store import Change, Link, Store, Topic
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.details_pane import DetailsPane
from wjtui.tui.widgets.footer import footer
from wjtui.tui.widgets.inked import content, paragraphs
from wjtui.tui.widgets.job_table import JobTable
from wjtui.tui.widgets.log_pane import LogPane
from wjtui.tui.widgets.toast_stack import ToastStack

LOW = 30
"""Under so many rows a message that the event line repeats is a short one."""
TICK = 1.0
"""Seconds between two looks at what depends on the time alone."""


class MainScreen(Screen[None]):
    """Lays out, listens to the store, and paints what changed; ``MainDesk`` does what keys ask for."""

    BINDINGS = bindings(Where.SCREEN)
    AUTO_FOCUS = "#jobs"

    def __init__(
        self,
        service: JobService,
        store: Store,
        options: ScreenOptions,
        topics: Mapping[Topic, Signal[Change]],
        frames: Signal[int],
        make_desk: Callable[[MainScreen], MainDesk],
    ) -> None:
        super().__init__(classes="-ascii" if options.ascii else None)
        self.store = store
        self.options = options
        self.toasts = ToastQueue()
        self.chip = Chip.ALL
        self.zoomed = ""
        self.showing_details = False
        self._title: Line = ()
        self._count = ""
        self._list_height: int | None = 0
        self._key_rows = 1
        self._service = service
        self.topics = topics
        self._frames = frames
        self.desk = make_desk(self)
        self.layout_now = choose_layout(80, 24, "")

    def compose(self) -> ComposeResult:
        ascii_only = self.options.ascii
        yield Bar(id="header", ascii_only=ascii_only)
        yield Bar(id="banner", ascii_only=ascii_only)
        with Horizontal(id="chips-line"):
            yield Bar(id="chips", ascii_only=ascii_only)
            yield Input(id="filter", placeholder="name or status", compact=True)
        with Container(id="body"):
            yield JobTable(self.store, self.options.clock.now(), ascii_only=ascii_only, id="jobs")
            with Container(id="lower"):
                yield LogPane(self._service, self.store, ascii_only=ascii_only, id="log")
                yield DetailsPane(ascii_only=ascii_only, id="details")
        yield Static(id="empty")
        yield Bar(id="event", ascii_only=ascii_only)
        yield Bar(id="footer-above", ascii_only=ascii_only)
        yield Bar(id="footer", ascii_only=ascii_only)
        yield Static(
            Content("This terminal is too small: 20 columns and 5 rows are needed. q leaves."), id="small"
        )
        yield ToastStack(self.toasts, ascii_only=ascii_only, id="toasts")

    def on_mount(self) -> None:
        self.table.border_title = Content("Jobs")
        self.topics[Topic.JOBS].subscribe(self, self._on_jobs)
        self.topics[Topic.PENDING].subscribe(self, self._on_jobs)
        self.topics[Topic.ENGINE].subscribe(self, self._on_engine)
        self.topics[Topic.LINK].subscribe(self, self._on_engine)
        self.topics[Topic.LOGS].subscribe(self, lambda change: self.log_pane.grew(change.logs))
        self.topics[Topic.NOTICES].subscribe(self, self._on_notices)
        self.topics[Topic.PAST].subscribe(self, self._on_past)
        self._frames.subscribe(self, self._on_frame)
        self.set_interval(TICK, self.tick, name="clock")
        self.query_one("#filter").display = False
        self.lay_out()
        self.refresh_rows()
        self._say_all()

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
        """The chosen job."""
        return self.table.job_under_cursor()

    @property
    def where(self) -> Where:
        """Which part of the screen has the focus."""
        return Where.LOG if self.lower_has_focus and not self.showing_details else Where.LIST

    @property
    def lower_has_focus(self) -> bool:
        """Whether the focus is in the log or the details."""
        return self.focused is not None and self.query_one("#lower") in self.focused.ancestors

    def tell(
        self,
        title: str,
        body: str = "",
        tone: Tone = Tone.INFO,
        *,
        group: str = "",
        name: str = "",
        brief: bool = False,
    ) -> None:
        """Show a short message."""
        now = self.options.clock.monotonic()
        self.toasts.add(title, body, tone, now, group=group, name=name, brief=brief)
        self.place_toasts()

    def action_command(self, id: str) -> None:
        """A key of the table was pressed, or its word in the footer clicked."""
        self.give(BY_ID[id], self.job)

    def give(self, command: Command, job: Job | None) -> None:
        """Give a command for a job, or say why it cannot be given."""
        reason = command.why_not(self.store, job)
        if reason is not None:
            self.tell(reason, tone=Tone.WARNING, group=f"refused {command.id}")
        else:
            command.action(self.desk, job)

    def action_chip(self, name: str) -> None:
        """A chip was clicked."""
        self.chip = Chip(name)
        self.refresh_rows()

    def refresh_rows(self) -> None:
        """Filter and order the jobs anew."""
        now = self.options.clock.now()
        words = self.filter_field.value
        rows = [
            job.id.key for job in in_order(self.store.jobs.values()) if passes(job, self.chip, words, now)
        ]
        filtered = bool(words) or self.chip is not Chip.ALL
        self.table.empty_text = "No job fits the filter: Esc clears it." if filtered else ""
        self.table.show(rows, now)
        self._say_count(f"{len(rows)} of {len(self.store.jobs)}")
        self._say_chips()
        self._set_heights()
        has_jobs = bool(self.store.jobs)
        self.query_one("#body").display = has_jobs
        self.query_one("#empty").display = not has_jobs
        self.query_one("#chips-line").set_class(not has_jobs, "-empty")
        if not has_jobs:
            connecting = self.store.link is Link.CONNECTING
            lines = empty_root(None if connecting else self.store.engine)
            self.query_one("#empty", Static).update(paragraphs(lines, ascii_only=self.options.ascii))

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
        job = self.job
        self.log_pane.show(job, follow=follow)
        self.say_pane()

    def say_pane(self) -> None:
        """Title and text of the lower pane."""
        job, now = self.job, self.options.clock.now()
        title = pane_title(job, now, details=self.showing_details)
        if title != self._title:
            self._title = title
            self.query_one("#lower").border_title = content(title, ascii_only=self.options.ascii)
        if self.showing_details:
            self.details_pane.say(self._details(job, now) if job is not None else [])

    def _details(self, job: Job, now: datetime) -> list[Line]:
        self.desk.look_closely(job)
        past = self.store.past.get(job.id.key)
        return details(job, self.store.usage.get(job.id.key), now, past.missed if past else None)

    def say_footer(self) -> None:
        """The keys that count now."""
        width, rows = self.app.size.width, self._key_rows
        above, last = footer(self.store, self.job, self.where, width, rows)
        self.query_one("#footer-above", Bar).say(*above)
        self.query_one("#footer", Bar).say(*last)

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()
        self._say_all()

    def on_descendant_focus(self) -> None:
        self.say_footer()

    def on_descendant_blur(self) -> None:
        self.say_footer()

    def on_job_table_chosen(self, event: JobTable.Chosen) -> None:
        self.follow_job()
        self.say_footer()
        self.place_toasts()

    def on_job_table_opened(self, event: JobTable.Opened) -> None:
        self.desk.act_open_log()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.refresh_rows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.desk.leave_filter()

    def _on_jobs(self, change: Change) -> None:
        self.refresh_rows()
        chosen = self.table.cursor
        if chosen is None or chosen in change.jobs:
            self.follow_job()
        self._say_event()
        self._say_header()
        self.say_footer()

    def _on_engine(self, change: Change) -> None:
        self.set_class(self.store.link in (Link.LOST, Link.ENDED), "-unreachable")
        self.refresh_rows()
        self._say_header()
        self._say_banner()
        self.say_footer()
        self.desk.engine_changed()

    def _on_past(self, change: Change) -> None:
        if self.showing_details:
            self.say_pane()
        self.desk.past_changed(change)

    def _on_notices(self, change: Change) -> None:
        event_line = self.query_one("#event").is_on_screen and self.is_current
        brief = event_line and self.app.size.height < LOW
        for notice in change.notices:
            if notice.tone is not Tone.INFO:
                title, body = from_notice(notice)
                name = plain(notice.job.name) if notice.job is not None else ""
                recurs = notice.code in RECURRING and bool(name)
                if recurs and self.toasts.is_repeated(notice.code, name, self.options.clock.monotonic()):
                    continue
                self.tell(title, body, notice.tone, group=notice.code, name=name, brief=brief)
        self._say_event()

    def _on_frame(self, number: int) -> None:
        self.log_pane.sync()
        if self.store.pending and self.is_current:
            self.table.update_cells(self.options.clock.now(), turn=number // 2)

    def tick(self) -> None:
        """Once a second: what depends on the time alone."""
        if self.toasts.expire(self.options.clock.monotonic()):
            self.place_toasts()
        if not self.is_current:
            return
        self._say_header()
        self.table.update_cells(self.options.clock.now())
        self.say_pane()

    def on_screen_resume(self) -> None:
        self._say_all()

    def _say_all(self) -> None:
        self._say_header()
        self._say_banner()
        self._say_chips()
        self._say_event()
        self.say_pane()
        self.say_footer()
        self.table.update_cells(self.options.clock.now())
        self.place_toasts()

    def _say_count(self, text: str) -> None:
        # Setting a title paints its whole widget anew, so only when it is another one.
        if text != self._count:
            self._count = text
            self.table.border_subtitle = Content(text)

    def _say_header(self) -> None:
        now = self.options.clock.now()
        self.query_one("#header", Bar).say(header(self.store, now, self.app.size.width))

    def _say_banner(self) -> None:
        bar = self.query_one("#banner", Bar)
        found = banner(self.store, self.options.clock.now())
        bar.display = found is not None
        if found is not None:
            bar.set_class(found.serious, "-serious")
            bar.say((Piece(f" {'✗' if found.serious else '!'} {found.text}", Ink.STRONG),))
        self._set_heights()

    def _say_chips(self) -> None:
        parts = [
            Part((piece,), f"screen.chip('{chip.value}')")
            for chip, piece in chips(self.store, self.chip, self.app.size.width)
        ]
        words = self.filter_field.value
        hint = Piece(f"   /{words}" if words and not self.filter_field.display else "", Ink.WARNING)
        self.query_one("#chips", Bar).say(*parts, (hint,))

    def _say_event(self) -> None:
        self.query_one("#event", Bar).say((Piece(" "), *newest_event(self.store, self.options.clock.now())))

    def _set_heights(self) -> None:
        layout = self.layout_now
        height = self.app.size.height - layout.rows_around - bool(self.query_one("#banner").display)
        keys = key_rows(layout, self.app.size.width, height, len(self.store.jobs))
        if keys != self._key_rows:
            self._key_rows = keys
            self.query_one("#footer-above").display = keys == 2
            self.say_footer()
        # The shown ones: a filter with one match leaves the rest to the log; with none a sentence needs two.
        wanted = list_height(layout, height + 1 - keys, len(self.table.rows) or 2)
        if wanted != self._list_height:
            self._list_height = wanted
            self.table.styles.height = wanted if wanted is not None else "1fr"

    def place_toasts(self) -> None:
        """Show the messages that are due, away from the cursor row."""
        line = self.table.cursor_line()
        row = line + self.table.content_region.y if line is not None and self.table.is_on_screen else None
        self.query_one("#toasts", ToastStack).sync(row, 1 + self._key_rows)
        if self.app.screen is not self:
            for stack in self.app.screen.query(ToastStack):
                stack.sync(None)
