"""LowerPane: the log of the chosen job or its details, under a title that says which."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from wjtui.model.jobs import Job
from wjtui.tui.commands.command import Step
from wjtui.tui.present.details import Closeup, details
from wjtui.tui.present.header import pane_title
from wjtui.tui.present.ink import Line
from wjtui.tui.session import Session
from wjtui.tui.widgets.details_pane import DetailsPane
from wjtui.tui.widgets.inked import content
from wjtui.tui.widgets.log_pane import LogPane


class LowerPane(Container):
    """``follow`` says which job; ``say`` brings title and details up to date."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._job: Job | None = None
        self._title: Line = ()
        self.showing_details = False

    def compose(self) -> ComposeResult:
        yield LogPane(self._session, id="log")
        yield DetailsPane(ascii_only=self._session.options.ascii, id="details")

    @property
    def log_pane(self) -> LogPane:
        """The log of the chosen job."""
        return self.query_one("#log", LogPane)

    @property
    def details_pane(self) -> DetailsPane:
        """The details of the chosen job."""
        return self.query_one("#details", DetailsPane)

    @property
    def panes(self) -> list[Widget]:
        """What can have the focus: the details, the log, or in the split log two views."""
        return [self.details_pane] if self.showing_details else list(self.log_pane.views)

    @property
    def in_use(self) -> bool:
        """Whether the focus is in here."""
        return self.screen.focused is not None and self in self.screen.focused.ancestors

    def follow(self, job: Job | None) -> None:
        """Show what belongs to this job."""
        self._job = job
        self.log_pane.show(job)
        self.say()

    def say(self) -> None:
        """Title and details as of now."""
        job, now = self._job, self._session.now
        title = pane_title(job, now, details=self.showing_details)
        if title != self._title:
            self._title = title
            self.border_title = content(title, ascii_only=self._session.options.ascii)
        if self.showing_details:
            self.details_pane.say(self._details(job) if job is not None else [])

    def move(self, step: Step) -> None:
        """Scroll what is shown."""
        (self.details_pane if self.showing_details else self.log_pane).move(step)

    def _details(self, job: Job) -> list[Line]:
        store, now, key = self._session.store, self._session.now, job.id.key
        self._session.inquiry.ask(job)
        self._session.inquiry.locate(job, now)
        past = store.past.get(key)
        seen = Closeup(
            store.usage.get(key),
            store.usage_past.get(key, ()),
            past.missed if past is not None else (),
            store.whereabouts.get(key),
        )
        return details(job, now, seen)
