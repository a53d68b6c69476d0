"""The schedule view: what a job's schedule means, when it is due, and what became of it."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wjtui.model.jobs import Job
from wjtui.model.schedules import Schedule
from wjtui.schedule.preview import Preview
from wjtui.tui.bindings import bindings
from wjtui.tui.commands import list as list_commands
from wjtui.tui.commands.command import Command, Step, Where
from wjtui.tui.commands.table import BY_ID
from wjtui.tui.desks.schedule import ScheduleDesk
from wjtui.tui.present.header import schedule_header
from wjtui.tui.present.ink import Line
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.outlook import failure_of_schedule, look_ahead
from wjtui.tui.present.schedule_page import Page, lay_out
from wjtui.tui.present.sight import Sight
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change
from wjtui.tui.widgets.footer import Given
from wjtui.tui.widgets.inked import paragraphs

_COLUMNS = {"left": ("next", "pace"), "right": ("later", "missed")}


class ScheduleScreen(View):
    """Full screen, for one job."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.SCHEDULE),
        Binding("c", "close", "Back", id="job.schedule"),
        Binding("t", "command('job.later')", "Later", id="job.later"),
        Binding("space", "scroll(10)", "Page down"),
    ]

    def __init__(self, session: Session, key: JobKey) -> None:
        super().__init__(session)
        self._key = key
        self._changing = ScheduleDesk(self)
        self._ahead: Preview | None = None
        self._ahead_of: Schedule | None = None
        self._shown: Page = {}

    def compose(self) -> ComposeResult:
        yield from self.above()
        with VerticalScroll(id="schedule", can_focus=False):
            yield Static(id="panel-meaning", classes="panel")
            with Container(id="schedule-columns"):
                for column, panels in _COLUMNS.items():
                    with Container(classes="schedule-column", id=f"schedule-{column}"):
                        yield from (Static(id=f"panel-{panel}", classes="panel") for panel in panels)
        yield from self.below()

    @property
    def job(self) -> Job | None:
        """The job whose schedule is shown; None: it is gone."""
        return self.session.store.jobs.get(self._key)

    @property
    def places(self) -> tuple[Where, ...]:
        return Where.SCHEDULE, Where.JOB, Where.LIST, Where.EVERYWHERE

    def given(self) -> list[Given]:
        wanted = ("schedule.change", "job.pause", "job.run", "job.later", "app.back", "app.help")
        return [Given(BY_ID[id], desk) for id in wanted if (desk := self.desk(BY_ID[id].where)) is not None]

    def desk(self, where: Where) -> Any:
        own = {Where.LIST: self.jobs_desk, Where.SCHEDULE: self._changing}
        return own.get(where) or super().desk(where)

    def desk_of(self, command: Command[Any]) -> Any:
        # Of the list's commands those about one job count here; there is nothing to filter, mark or sort.
        return None if command in list_commands.COMMANDS else super().desk_of(command)

    def header_line(self, width: int) -> Line:
        job = self.job
        if job is None:
            return ()
        return schedule_header(job, self.session.now, width, self.session.store.pending.get(self._key))

    def tick(self) -> None:
        job = self.job
        if job is None:
            # Not from inside a resume: the screen is not on top of all yet.
            self.call_after_refresh(self.close)
            return
        self.session.inquiry.ask(job)
        self.say_around()
        self._say_panels(self._look(job))

    def action_close(self) -> None:
        """Back to the list."""
        self.close()

    def move(self, step: Step) -> None:
        page = max(1, self.query_one("#schedule").size.height - 1)
        by = step.rows(page, 1000)
        self.action_scroll(by)

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one("#schedule", VerticalScroll).scroll_relative(y=rows, animate=False)

    def on_jobs(self, change: Change) -> None:
        if self._key in change.jobs:
            self.tick()

    def on_past(self, change: Change) -> None:
        self.on_jobs(change)

    def on_engine(self, change: Change) -> None:
        self.tick()

    def on_resize(self, event: events.Resize) -> None:
        self.tick()

    def _look(self, job: Job) -> Sight:
        store, now = self.session.store, self.session.now
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
        return paragraphs(lines, ascii_only=self.session.options.ascii)
