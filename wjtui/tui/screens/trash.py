"""TrashScreen: deleted jobs, as long as they can be brought back."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from wjtui.model.errors import TrashNotFound, WjtuiError
from wjtui.model.events import Tone
from wjtui.model.jobs import Job
from wjtui.model.versions import Trashed
from wjtui.schedule.lists import counted
from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.header import trail
from wjtui.tui.present.ink import Line
from wjtui.tui.present.plain import plain
from wjtui.tui.present.trash import EMPTY, about, longest_name, trashed_line
from wjtui.tui.refusals import engine_why_not
from wjtui.tui.screens.view import View
from wjtui.tui.session import Session
from wjtui.tui.store import Change, Link
from wjtui.tui.widgets.footer import Given
from wjtui.tui.widgets.inked import paragraphs
from wjtui.tui.widgets.line_list import LineList
from wjtui.tui.widgets.toast_stack import ToastStack

_READING = "Reading what lies here…"


class TrashScreen(View):
    """Full screen; Enter brings the job under the cursor back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.TRASH)
    AUTO_FOCUS = "#trash"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.tasks = self.task_set(self._failed)
        self._lying: dict[str, Trashed] = {}
        self._known: set[object] = set()
        self._was_live = True
        self._said: list[Line] = []

    def compose(self) -> ComposeResult:
        ascii_only = self.session.options.ascii
        yield from self.above()
        yield LineList(self._line, ascii_only=ascii_only, id="trash")
        yield Static(id="trash-says")
        yield from self.below()

    def on_mount(self) -> None:
        self.table.border_title = Content("Deleted jobs")
        self.table.empty_text = _READING
        self._read_anew()

    async def on_unmount(self) -> None:
        await self.tasks.cancel()

    @property
    def table(self) -> LineList:
        """What lies here, newest first."""
        return self.query_one("#trash", LineList)

    @property
    def entry(self) -> Trashed | None:
        """The one under the cursor."""
        return self._lying.get(self.table.cursor or "")

    @property
    def job(self) -> Job | None:
        return None

    @property
    def settled(self) -> bool:
        """Whether all that is asked for is on the screen."""
        return not self.tasks

    @property
    def places(self) -> tuple[Where, ...]:
        return Where.TRASH, Where.EVERYWHERE

    def desk(self, where: Where) -> Any:
        return self if where is Where.TRASH else self.shell if where is Where.EVERYWHERE else None

    def given(self) -> list[Given]:
        return [one for one in super().given() if not one.command.id.startswith("pane.")]

    def header_line(self, width: int) -> Line:
        tail = counted(len(self._lying), "job") if self._lying else ""
        return trail(("Trash",), tail, self.session.now, width)

    # Keys

    def move(self, step: Step) -> None:
        self.table.move(step)

    def restore(self) -> None:
        """Bring the job under the cursor back."""
        if (entry := self.entry) is not None:
            self.session.dispatch.give((entry.job,), "Bringing back", self._restore(entry))

    def why_no_restore(self) -> str | None:
        """Something must lie here, and be read, and the engine must be there."""
        entry = self.entry
        if entry is None:
            is_read = self.table.empty_text != _READING
            return "Nothing lies in the trash." if is_read else "What lies here is still being read."
        if entry.job.key in self.session.store.pending:
            return f"A command for {plain(entry.job.name)} is on its way."
        return engine_why_not(self.session.store)

    def look_again(self) -> None:
        self._read_anew()
        super().look_again()

    # Showing

    def say_entry(self) -> None:
        """All that is known of the one under the cursor."""
        entry = self.entry
        lines = about(entry) if entry is not None else []
        if lines != self._said:
            self._said = lines
            self.query_one("#trash-says", Static).update(
                paragraphs(lines, ascii_only=self.session.options.ascii)
            )
        self.say_footer()

    def tick(self) -> None:
        super().tick()
        self.table.update()

    def place_toasts(self) -> None:
        line = self.table.cursor_line()
        row = line + self.table.content_region.y if line is not None else None
        self.query_one("#toasts", ToastStack).sync(row, 1 + self.key_rows)

    def _line(self, key: str) -> Line:
        entry = self._lying[key]
        pending = self.session.store.pending.get(entry.job.key)
        longest = longest_name([*self._lying.values()])
        return trashed_line(entry, self.session.now, self.table.room, longest, pending)

    # What happens

    def on_jobs(self, change: Change) -> None:
        if set(self.session.store.jobs) != self._known:
            self._read_anew()
        self.table.update()
        super().on_jobs(change)

    def on_engine(self, change: Change) -> None:
        live = self.session.store.link is Link.LIVE
        if live and not self._was_live:
            self._read_anew()
        self._was_live = live

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.say_entry()
        self.place_toasts()

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.action_command("trash.restore")

    def _read_anew(self) -> None:
        self._known = set(self.session.store.jobs)
        self.tasks.start("trash", self._ask())

    async def _ask(self) -> None:
        try:
            found = await self.session.service.trash.contents()
        except WjtuiError as error:
            self.table.empty_text = f"The trash could not be read: {plain(error.message)}"
            self.table.refresh()
            return
        self._lying = {entry.id: entry for entry in found}
        self.table.empty_text = EMPTY
        self.table.show([*self._lying])
        self.table.refresh()
        self.say_header()
        self.say_entry()

    async def _restore(self, entry: Trashed) -> None:
        session = self.session
        try:
            job = await session.changes.restore(entry)
        except TrashNotFound:
            # Somebody else has brought it back, or its time has come.
            if self.is_attached:
                self._read_anew()
            raise
        session.tell(f"{plain(job.name)} is back.", "It is in the list, as it was.")
        self.shell.main.await_job(job.key)

    def _failed(self, name: str, error: BaseException) -> None:
        self.session.tell("The trash cannot be shown, by a bug of ours.", type(error).__name__, Tone.ERROR)
