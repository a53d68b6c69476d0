"""WaitingScreen: the starts of one job that wait for their turn, and can be taken back."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wjtui.model.errors import WjtuiError
from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.model.runs import RunId
from wjtui.model.starts import Waiting
from wjtui.schedule.lists import counted
from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.header import trail
from wjtui.tui.present.holds import hold_sentences
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.plain import plain
from wjtui.tui.present.waiting import EMPTY, about_waiting, waiting_line
from wjtui.tui.refusals import change_why_not
from wjtui.tui.screens.question import CANCEL, Answer, Question
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Link
from wjtui.tui.widgets.footer import Given
from wjtui.tui.widgets.inked import paragraphs
from wjtui.tui.widgets.line_list import LineList
from wjtui.tui.widgets.toast_stack import ToastStack

_READING = "Asking what waits…"


class WaitingScreen(View):
    """Full screen; the list is read anew whenever what waits of the job has changed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.WAITING)
    AUTO_FOCUS = "#waiting"

    def __init__(self, session: Session, key: JobKey) -> None:
        super().__init__(session)
        self._key = key
        self.tasks = self.task_set(self._failed)
        self._waiting: dict[str, Waiting] = {}
        self._hold = session.store.jobs[key].hold
        self._was_live = True
        self._leaving = False
        self._title = ""
        self._said: list[Line] = []
        self._reading: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        ascii_only = self.session.options.ascii
        yield from self.above()
        yield LineList(self._line, ascii_only=ascii_only, id="waiting")
        yield Static(id="waiting-says")
        yield from self.below()

    def on_mount(self) -> None:
        self.table.empty_text = _READING
        self.read_anew()

    async def on_unmount(self) -> None:
        await self.tasks.cancel()

    @property
    def table(self) -> LineList:
        """What waits, in the order in which it begins."""
        return self.query_one("#waiting", LineList)

    @property
    def entry(self) -> Waiting | None:
        """The start under the cursor."""
        return self._waiting.get(self.table.cursor or "")

    @property
    def job(self) -> Job | None:
        return self.session.store.jobs.get(self._key)

    @property
    def settled(self) -> bool:
        """Whether all that is asked for is on the screen."""
        return not self.tasks

    @property
    def places(self) -> tuple[Where, ...]:
        return Where.WAITING, Where.EVERYWHERE

    def desk(self, where: Where) -> Any:
        return self if where is Where.WAITING else self.shell if where is Where.EVERYWHERE else None

    def given(self) -> list[Given]:
        return [one for one in super().given() if not one.command.id.startswith("pane.")]

    def header_line(self, width: int) -> Line:
        tail = counted(len(self._waiting), "start") if self._waiting else ""
        return trail((self._key[1] if self.job is None else self.job.id.name, "Waiting starts"), tail,
                     self.session.now, width)  # fmt: skip

    # Keys

    def move(self, step: Step) -> None:
        self.table.move(step)

    def withdraw(self) -> None:
        """Take the start under the cursor back."""
        if (entry := self.entry) is not None:
            self._take_back(entry.id)

    def withdraw_all(self) -> None:
        """Ask, then take all back."""
        count = counted(len(self._waiting), "start")
        lines: list[Line] = [
            (Piece("None of them will run; a run that is going goes on."),),
            (Piece("A retry that is taken back does not come again.", Ink.DIM),),
        ]
        answers = [Answer(CANCEL, "Keep them", "k"), Answer("all", "Take all back", "t", dangerous=True)]

        def answered(answer: str | None) -> None:
            if answer == "all":
                self._take_back(None)

        title = f"Take back {count} of {plain(self._key[1] if self.job is None else self.job.id.name)}?"
        self.app.push_screen(Question(title, lines, answers), answered)

    def why_no_withdraw(self) -> str | None:
        """Something must wait, and the engine must be there."""
        if not self._waiting:
            return "No start waits."
        return change_why_not(self.session.store, self.job)

    def look_again(self) -> None:
        self.read_anew()
        super().look_again()

    # Showing

    def say_entry(self) -> None:
        """Over the list why the first one waits, under it all that is known of the one under the cursor."""
        entry, job, now = self.entry, self.job, self.session.now
        hold = job.hold if job is not None else None
        title = hold_sentences(hold, "", now)[0].rstrip(".") if hold is not None else "Waiting starts"
        if title != self._title:
            self._title = title
            self.table.border_title = Content(title)
        lines = about_waiting(entry, now) if entry is not None else []
        if lines != self._said:
            self._said = lines
            self.query_one("#waiting-says", Static).update(
                paragraphs(lines, ascii_only=self.session.options.ascii)
            )

    def tick(self) -> None:
        super().tick()
        self.table.update()
        self.say_entry()

    def place_toasts(self) -> None:
        line = self.table.cursor_line()
        row = line + self.table.content_region.y if line is not None else None
        self.query_one("#toasts", ToastStack).sync(row, 1 + self.key_rows)

    def _line(self, key: str) -> Line:
        return waiting_line(self._waiting[key], self.session.now, self.table.room)

    # What happens

    def on_jobs(self, change: Change) -> None:
        job = self.job
        if job is None:
            self._gone()
            return
        if job.hold != self._hold:
            self._hold = job.hold
            self.read_anew()
        super().on_jobs(change)

    def on_engine(self, change: Change) -> None:
        live = self.session.store.link is Link.LIVE
        if live and not self._was_live:
            self.read_anew()
        self._was_live = live

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.say_entry()
        self.place_toasts()

    def read_anew(self) -> None:
        """Ask for the whole list."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self.tasks.start("waiting starts", self._ask())

    async def _ask(self) -> None:
        job = self.job
        try:
            found = await self.session.service.queue.waiting(job.id) if job is not None else []
        except WjtuiError as error:
            self.table.empty_text = f"It could not be asked what waits: {plain(error.message)}"
            self.table.refresh()
            return
        self._waiting = {str(waiting.id): waiting for waiting in found}
        self.table.empty_text = EMPTY
        self.table.show([*self._waiting])
        self.table.refresh()
        self.say_around()
        self.say_entry()

    def _take_back(self, run: RunId | None) -> None:
        job = self.job
        if job is not None:
            self.session.dispatch.give((job.id,), "Taking back", self._withdraw(job, run))

    async def _withdraw(self, job: Job, run: RunId | None) -> None:
        try:
            count = await self.session.service.queue.withdraw(job.id, run)
        finally:
            # Refused or not, somebody else may have been there, or its turn may have come.
            if self.is_attached:
                self.read_anew()
        self.session.tell(f"{plain(job.id.name)}: {counted(count, 'start')} taken back.", brief=True)

    def _gone(self) -> None:
        """The job was deleted: nothing is left to wait."""
        while isinstance(self.app.screen, ModalScreen) and self in self.app.screen_stack:
            self.app.pop_screen()
        if self.app.screen is self and not self._leaving:
            self._leaving = True
            self.session.tell(f"{plain(self._key[1])} is gone.", "No start of it waits.", Tone.WARNING)
            # While a screen is resumed the library cannot take it down.
            self.call_after_refresh(self.close)

    def _failed(self, name: str, error: BaseException) -> None:
        self.session.tell("What waits cannot be shown, by a bug of ours.", type(error).__name__, Tone.ERROR)
