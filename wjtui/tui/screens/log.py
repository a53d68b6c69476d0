"""LogScreen: one log, or several merged into one, in full height."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from textual import events
from textual.app import ComposeResult

from wjtui.model.events import LogRef
from wjtui.model.jobs import Job
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.desks.log import LogDesk
from wjtui.tui.present.header import log_header
from wjtui.tui.present.ink import Line
from wjtui.tui.present.jobs import in_order
from wjtui.tui.present.log_place import log_of
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Topic
from wjtui.tui.widgets.footer import Given
from wjtui.tui.widgets.log_pane import LogPane
from wjtui.tui.widgets.toast_stack import ToastStack

_WIDE = 100
"""Columns from which on the line of switches tells the place in the log, and not the title."""
_ROOMY = 24
"""Rows from which on there is room for two rows of keys."""


class LogScreen(View):
    """Any run's log or any job's, wherever it is opened from; Esc and q go back there."""

    AUTO_FOCUS = "#log-all"

    def __init__(self, session: Session, ref: LogRef, *, begin: datetime | int | None = None) -> None:
        """``begin``: open paused at the first line of that moment (aware), or at the line that holds that
        position, which is chosen; None: follow the end."""
        super().__init__(session)
        self.refs: tuple[LogRef, ...] = (ref,)
        self._begin = begin

    @classmethod
    def merged(cls, session: Session, refs: Sequence[LogRef]) -> LogScreen:
        """Several logs in order of time, each line with the name of its job. ValueError for none."""
        if not refs:
            raise ValueError("no log to show")
        screen = cls(session, refs[0])
        screen.refs = tuple(refs)
        return screen

    def compose(self) -> ComposeResult:
        yield from self.above()
        yield LogPane(self.session, id="log")
        yield from self.below()

    def on_mount(self) -> None:
        self.log_desk = LogDesk(self.log_pane)
        self.log_pane.place_above = self.app.size.width < _WIDE
        self.log_pane.set_full(True)
        self.session.topics[Topic.LOGS].subscribe(self, lambda change: self.log_pane.grew(change.logs))
        self.log_pane.open(*self.refs, begin=self._begin, over=self._over)
        self.say_around()

    @property
    def log_pane(self) -> LogPane:
        """What shows the log."""
        return self.query_one("#log", LogPane)

    @property
    def _over(self) -> bool:
        """Whether the run that is shown has ended; of other logs nobody can say."""
        ref = self.log_pane.ref or self.refs[0]
        job = self.session.store.jobs.get(ref.job.key)
        if ref.run is None or len(self.refs) > 1:
            return False
        latest = job.latest_run if job is not None else None
        return latest is None or latest.ref.run != ref.run or latest.status.ended

    @property
    def job(self) -> Job | None:
        return self.session.store.jobs.get(self.log_pane.job_key) if len(self.refs) == 1 else None

    @property
    def places(self) -> tuple[Where, ...]:
        # Of a merged log no one job is meant.
        about_a_job = (Where.JOB,) if len(self.refs) == 1 else ()
        return Where.LOG, *about_a_job, Where.EVERYWHERE

    def given(self) -> list[Given]:
        panes = {"pane.zoom"} if self.log_pane.split else {"pane.zoom", "pane.next"}
        return [given for given in super().given() if given.command.id not in panes]

    def desk(self, where: Where) -> Any:
        return self.log_desk if where is Where.LOG else super().desk(where)

    def header_line(self, width: int) -> Line:
        place = self.log_pane.view.viewport.place if width < _WIDE else None
        refs = self.log_pane.refs or self.refs
        return log_header(self.session.store, refs, self.session.now, width, place.text if place else "")

    def move(self, step: Step) -> None:
        self.log_pane.move(step)

    def next_pane(self, step: int) -> None:
        self.log_pane.next_view(step)

    def back(self) -> None:
        if not self.log_pane.step_back():
            self.close()

    def look_again(self) -> None:
        super().look_again()
        self.log_pane.sync()

    def show_details(self) -> None:
        """Where details are: beside the list."""
        if self.job is not None:
            main = self.shell.main
            main.go_to(self.job.id.key)
            if not main.lower.showing_details:
                main.show_details()

    def started(self) -> None:
        self.log_pane.follow()

    def place_toasts(self) -> None:
        """Show the messages that are due, over the status line and the field for finding."""
        self.query_one("#toasts", ToastStack).sync(None, 3 + self.key_rows + self.log_pane.field.is_open)

    def other_job(self, by: int) -> None:
        """The log of the next job that has one, or of the one before."""
        jobs = in_order(self.session.store.jobs.values())
        here = next((at for at, job in enumerate(jobs) if job.id.key == self.log_pane.job_key), 0)
        for step in range(1, len(jobs)):
            ref = log_of(jobs[(here + by * step) % len(jobs)])
            if ref is not None:
                self.refs = (ref,)
                self.log_pane.open(ref, over=self._over)
                self.say_around()
                return

    def on_jobs(self, change: Change) -> None:
        super().on_jobs(change)
        self.log_pane.over = self._over

    def tick(self) -> None:
        super().tick()
        self.log_pane.sync()  # what is said of the last seconds gets old

    def on_frame(self, number: int) -> None:
        self.log_pane.sync()
        self.say_footer_once_read(self.log_pane)
        if self.is_current and self.app.size.width < _WIDE:
            self.say_header()

    def on_resize(self, event: events.Resize) -> None:
        self.key_rows = 2 if event.size.height >= _ROOMY else 1
        self.query_one("#footer-above").display = self.key_rows == 2
        self.set_class(event.size.width >= _WIDE, "-boxed")
        self.log_pane.place_above = event.size.width < _WIDE
