"""EventsScreen: what the engine told, newest last."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wjtui.model.events import Notice
from wjtui.model.jobs import Job
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.header import notice_line, trail
from wjtui.tui.present.ink import Line
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Topic
from wjtui.tui.widgets.footer import Given
from wjtui.tui.widgets.inked import content


class EventsScreen(View):
    """Enter goes to the job that an event is about."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "close", "Back")]
    AUTO_FOCUS = "#events"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._shown: list[Notice] = []

    def compose(self) -> ComposeResult:
        yield from self.above()
        yield OptionList(id="events", compact=True)
        yield Static(
            Content("Nothing has happened since this screen was opened, as far as the engine told."),
            id="no-events",
        )
        yield from self.below()

    def on_mount(self) -> None:
        self.session.topics[Topic.NOTICES].subscribe(self, self._on_notices)
        self._fill()

    @property
    def options(self) -> OptionList:
        """The events."""
        return self.query_one("#events", OptionList)

    @property
    def job(self) -> Job | None:
        """The job that the event under the cursor is about, if it is still there."""
        at = self.options.highlighted
        about = self._shown[at].job if at is not None and at < len(self._shown) else None
        return self.session.store.jobs.get(about.key) if about is not None else None

    @property
    def places(self) -> tuple[Where, ...]:
        return (Where.EVERYWHERE,) if self.job is None else (Where.JOB, Where.EVERYWHERE)

    def given(self) -> list[Given]:
        return [each for each in super().given() if not each.command.id.startswith("pane.")]

    def header_line(self, width: int) -> Line:
        count = len(self.session.store.notices)
        return trail(("Events",), f"{count:,} kept" if count else "", self.session.now, width)

    def move(self, step: Step) -> None:
        last = len(self._shown) - 1
        if last < 0:
            return
        page = max(1, self.options.size.height - 1)
        by = step.rows(page, last + 1)
        self.options.highlighted = min(max((self.options.highlighted or 0) + by, 0), last)

    def action_close(self) -> None:
        """Back to the list."""
        self.close()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if (job := self.job) is not None:
            self.shell.main.go_to(job.id.key)
        else:
            self.session.tell("This event is about no job that is still there.")

    def on_option_list_option_highlighted(self, event: Any) -> None:
        self.say_footer()

    def _on_notices(self, change: Change) -> None:
        at_end = self.options.highlighted in (None, len(self._shown) - 1)
        before = self._shown
        self._shown = list(self.session.store.notices)
        new = len(change.notices)
        if self._shown[: len(self._shown) - new] == before:
            self.options.add_options(self._option(notice) for notice in self._shown[len(before) :])
            self._show_emptiness()
        else:
            self._fill()
        if at_end:
            self.move(Step.LAST)
        self.say_header()

    def _fill(self) -> None:
        self._shown = list(self.session.store.notices)
        self.options.clear_options()
        self.options.add_options(self._option(notice) for notice in self._shown)
        self._show_emptiness()
        self.move(Step.LAST)

    def _show_emptiness(self) -> None:
        self.options.display = bool(self._shown)
        self.query_one("#no-events").display = not self._shown

    def _option(self, notice: Notice) -> Option:
        line = notice_line(notice, self.session.now)
        return Option(content(line, ascii_only=self.session.options.ascii))
