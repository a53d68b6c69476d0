"""The schedule view: what a job's schedule means, when it is due, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Static

from wjtui.model.jobs import Job
from wjtui.model.schedules import Schedule
from wjtui.schedule.preview import Preview
from wjtui.tui.bindings import bindings_of
from wjtui.tui.commands import BY_ID
from wjtui.tui.inquiry import Inquiry
from wjtui.tui.present.header import banner, schedule_header
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.outlook import failure_of_schedule, look_ahead
from wjtui.tui.present.schedule_page import Page, lay_out
from wjtui.tui.present.sight import Sight
from wjtui.tui.store import Change, Link, Topic
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.footer import command_parts
from wjtui.tui.widgets.inked import paragraphs
from wjtui.tui.widgets.toast_stack import ToastStack

if TYPE_CHECKING:
    from wjtui.tui.screens.main import MainScreen

_COMMANDS = tuple(BY_ID[id] for id in ("job.pause", "job.run", "job.later"))
_ALSO = tuple(BY_ID[id] for id in ("app.help", "app.copy", "app.suspend", "view.refresh", "view.redraw"))
_HELP, _BACK = BY_ID["app.help"], Part((Piece(" Esc ", Ink.KEY), Piece("Back ")), "screen.close")
_COLUMNS = {"left": ("next", "pace"), "right": ("later", "missed")}
_TICK = 1.0


class ScheduleScreen(Screen[None]):
    """Full screen, for one job; its commands are those of the table, given to the main screen's desk."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of((*_COMMANDS, *_ALSO)),
        Binding("escape,q,c", "close", "Back"),
        Binding("j,down", "scroll(1)", "Down"),
        Binding("k,up", "scroll(-1)", "Up"),
        Binding("pagedown,ctrl+d,space", "scroll(10)", "Page down"),
        Binding("pageup,ctrl+u", "scroll(-10)", "Page up"),
        Binding("g,home", "scroll(-1000)", "To the top"),
        Binding("G,end", "scroll(1000)", "To the end"),
    ]

    def __init__(
        self, key: JobKey, main: MainScreen, topics: Mapping[Topic, Signal[Change]], inquiry: Inquiry
    ) -> None:
        super().__init__(classes="-ascii" if main.options.ascii else None)
        self._key = key
        self._main = main
        self._topics = topics
        self._inquiry = inquiry
        self._ahead: Preview | None = None
        self._ahead_of: Schedule | None = None
        self._shown: Page = {}

    def compose(self) -> ComposeResult:
        ascii_only = self._main.options.ascii
        yield Bar(id="header", ascii_only=ascii_only)
        yield Bar(id="banner", ascii_only=ascii_only)
        with VerticalScroll(id="schedule", can_focus=False):
            yield Static(id="panel-meaning", classes="panel")
            with Container(id="schedule-columns"):
                for column, panels in _COLUMNS.items():
                    with Container(classes="schedule-column", id=f"schedule-{column}"):
                        yield from (Static(id=f"panel-{panel}", classes="panel") for panel in panels)
        yield Bar(id="footer", ascii_only=ascii_only)
        yield ToastStack(self._main.toasts, ascii_only=ascii_only, id="toasts")

    def on_mount(self) -> None:
        for topic in (Topic.JOBS, Topic.PENDING, Topic.PAST, Topic.ENGINE, Topic.LINK):
            self._topics[topic].subscribe(self, self._on_change)
        self.set_interval(_TICK, self.tick, name="countdown")
        self.tick()

    def on_screen_resume(self) -> None:
        self.query_one(ToastStack).sync(None)

    def on_resize(self, event: events.Resize) -> None:
        self.tick()

    @property
    def job(self) -> Job | None:
        """The job whose schedule is shown; None: it is gone."""
        return self._main.store.jobs.get(self._key)

    def tick(self) -> None:
        """Show how things stand now."""
        job = self.job
        if job is None:
            self.action_close()
            return
        self._inquiry.ask(job)
        self._say_around(job)
        self._say_panels(self._look(job))

    def action_close(self) -> None:
        """Back to the list."""
        if self.is_current:
            self.dismiss()

    def action_command(self, id: str) -> None:
        """A key of the table was pressed, or its word in the footer clicked."""
        self._main.give(BY_ID[id], self.job)

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one("#schedule", VerticalScroll).scroll_relative(y=rows, animate=False)

    def _on_change(self, change: Change) -> None:
        if self._key in change.jobs or change.topics & {Topic.ENGINE, Topic.LINK}:
            self.tick()

    def _look(self, job: Job) -> Sight:
        store, now = self._main.store, self._main.options.clock.now()
        schedule = job.schedule
        stale = self._ahead is not None and bool(self._ahead.runs) and self._ahead.runs[0] <= now
        if schedule != self._ahead_of or stale:
            self._ahead_of = schedule
            self._ahead = look_ahead(schedule, now) if schedule is not None else None
        past = store.past.get(self._key)
        return Sight(
            job,
            store.engine,
            now,
            self._ahead,
            failure_of_schedule(job),
            past.missed if past is not None else None,
            past.durations if past is not None else (),
            store.pending.get(self._key),
        )

    def _say_around(self, job: Job) -> None:
        store, now, width = self._main.store, self._main.options.clock.now(), self.app.size.width
        self.query_one("#header", Bar).say(schedule_header(job, now, width, store.pending.get(self._key)))
        bar, found = self.query_one("#banner", Bar), banner(store, now)
        bar.display = found is not None
        if found is not None:
            bar.set_class(found.serious, "-serious")
            bar.say((Piece(f" {'✗' if found.serious else '!'} {found.text}", Ink.STRONG),))
        always = [_BACK, *command_parts((_HELP,), store, job, width)]
        self.query_one("#footer", Bar).say(*command_parts(_COMMANDS, store, job, width - 20), *always)
        self.set_class(store.link in (Link.LOST, Link.ENDED), "-unreachable")

    def _say_panels(self, sight: Sight) -> None:
        width, height = self.app.size
        rows = height - 2 - bool(self.query_one("#banner").display)
        layout = lay_out(sight, width, rows)
        self.set_class(layout.boxed, "-boxed")
        for column, cells in (("left", layout.left), ("right", layout.right)):
            self.query_one(f"#schedule-{column}").styles.width = cells
        for name, panel in layout.panels.items():
            if self._shown.get(name) == panel:
                continue
            widget = self.query_one(f"#panel-{name}", Static)
            widget.styles.height = panel.height
            widget.border_title = Content(panel.title)
            widget.update(self._painted(panel.lines), layout=False)
        self._shown = layout.panels

    def _painted(self, lines: list[Line]) -> Content:
        return paragraphs(lines, ascii_only=self._main.options.ascii)
