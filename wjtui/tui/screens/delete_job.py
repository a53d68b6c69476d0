"""DeleteJobs: asks whether jobs are to be deleted; the name has to be typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from wjtui.model.errors import WjtuiError
from wjtui.model.events import LogRef
from wjtui.model.jobs import Job
from wjtui.tui.present.deleting import Holding, matches, question, title, wanted
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.session import Session
from wjtui.tui.widgets.controls import Tick
from wjtui.tui.widgets.inked import content, paragraphs

_RUNS = 100
"""So many runs of a job are counted."""


class Deletion(NamedTuple):
    """How they are to be deleted."""

    keep_history: bool


class DeleteJobs(Dialog[Deletion | None]):
    """Dismissed with None when nothing is to be deleted. What they hold is counted while one reads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("down", "app.focus_next", "Next field"),
        Binding("up", "app.focus_previous", "Previous field"),
    ]
    AUTO_FOCUS = "#delete-name"

    def __init__(self, session: Session, jobs: Sequence[Job], left_out: int = 0) -> None:
        """``left_out``: marked jobs to which it cannot be done."""
        super().__init__(classes="-ascii" if session.options.ascii else None)
        self._session = session
        self._jobs = jobs
        self._left_out = left_out
        self._ascii = session.options.ascii
        self._holding: Holding | None = None
        self._trouble = ""
        self.tasks = self.task_set(self._failed)

    def compose(self) -> ComposeResult:
        ask = "Type the name" if len(self._jobs) == 1 else "Type"
        with Container(classes="dialog") as dialog:
            dialog.border_title = Content(title(self._jobs))
            with VerticalScroll(classes="dialog-text", can_focus=False):
                yield Static(id="delete-text")
            asked: Line = (Piece(f"{ask}:  ", Ink.DIM), Piece(plain(wanted(self._jobs)), Ink.KEY))
            yield Static(content(asked, ascii_only=self._ascii))
            yield Input(id="delete-name", compact=True)
            whose = "its" if len(self._jobs) == 1 else "their"
            yield Tick(f"keep {whose} history: runs and logs stay", ascii_only=self._ascii, id="delete-keep")
            yield Static(id="delete-says")
            with Horizontal(classes="dialog-row"):
                yield Button("Cancel", id="delete-cancel", compact=True)
                yield Button("Delete", id="delete-go", compact=True, disabled=True, classes="-dangerous")

    def on_mount(self) -> None:
        self._say()
        self.tasks.start("what the jobs hold", self._count())

    async def on_unmount(self) -> None:
        await self.tasks.cancel()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#delete-go", Button).disabled = not matches(event.value, self._jobs)
        self._hint("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if matches(event.value, self._jobs):
            self._delete()
        else:
            self._hint(f"Type {plain(wanted(self._jobs))} and then Enter to delete, or Esc to keep it.")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "delete-go":
            self._delete()
        else:
            self.dismiss(None)

    def _delete(self) -> None:
        self.dismiss(Deletion(self.query_one("#delete-keep", Tick).on))

    def _hint(self, text: str) -> None:
        line: Line = (Piece(text, Ink.WARNING),) if text else ()
        self.query_one("#delete-says", Static).update(content(line, ascii_only=self._ascii))

    def _say(self) -> None:
        undo = self._session.keys.name("app.undo")
        lines = question(self._jobs, self._left_out, self._holding, self._trouble, self._session.now, undo)
        for text in self.query("#delete-text").results(Static):
            text.update(paragraphs(lines, ascii_only=self._ascii))

    async def _count(self) -> None:
        try:
            held = [await self._held_by(job) for job in self._jobs]
        except WjtuiError as error:
            self._trouble = error.message
        else:
            self._holding = Holding(
                sum(one.files for one in held),
                sum(one.size for one in held),
                sum(one.runs for one in held),
                any(one.more for one in held),
                sum(one.logs for one in held),
            )
        self._say()

    async def _held_by(self, job: Job) -> Holding:
        service = self._session.service
        there = await service.versions.of(job.id)
        current = there[0]
        if job.is_continuous:
            extent = await (await service.open_log(LogRef(job.id))).extent()
            launches = await service.launches(job.id)
            return Holding(current.files, current.size, len(launches), logs=extent.end - extent.start)
        runs = await service.runs(job.id, limit=_RUNS + 1)
        logs = sum(run.output_size or 0 for run in runs)
        return Holding(current.files, current.size, min(len(runs), _RUNS), len(runs) > _RUNS, logs)

    def _failed(self, name: str, error: BaseException) -> None:
        self._trouble = f"by a bug of ours ({type(error).__name__})."
        self._say()
