"""EmptyRoot: what a root without jobs shows: the first two things to do, and what else there is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from wjtui.model.events import EngineInfo
from wjtui.tui.commands.table import BY_ID
from wjtui.tui.present.header import empty_root, empty_title
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.widgets.file_list import FileList
from wjtui.tui.widgets.inked import content, paragraphs

_CHOICES: tuple[tuple[str, str, str], ...] = (
    (
        "sample",
        "Try a sample job",
        "a Python job that runs at once and shows its log",
    ),
    ("own", "Deploy your own", "from a .zip, a folder, one script or a pasted one"),
)
_LABEL = 20


class EmptyRoot(VerticalScroll, can_focus=False):
    """Enter does what is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(BY_ID["job.new"].keys), "screen.command('job.new')", id="job.new"),
    ]

    class Chosen(Message):
        """``sample`` or ``own``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._lines: list[Line] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="empty-title")
        yield FileList(ascii_only=self._ascii, id="empty-choices")
        yield Static(id="empty-text")

    def on_mount(self) -> None:
        self.query_one(FileList).show(len(_CHOICES), _choice)

    def say(self, engine: EngineInfo | None) -> None:
        """Show where the jobs would be; None: the engine has not answered yet."""
        lines = [empty_title(engine), *(empty_root(engine) if engine is not None else ())]
        if lines == self._lines:
            return
        self._lines = lines
        choices = self.query_one(FileList)
        choices.display = engine is not None
        self.query_one("#empty-title", Static).update(content(lines[0], ascii_only=self._ascii))
        self.query_one("#empty-text", Static).update(paragraphs(lines[1:], ascii_only=self._ascii))

    def take_focus(self) -> None:
        """The first thing to do is under the cursor."""
        self.query_one(FileList).focus()

    def on_file_list_opened(self, event: FileList.Opened) -> None:
        event.stop()
        self.post_message(self.Chosen(_CHOICES[event.row][0]))


def _choice(row: int, width: int) -> Line:
    _, label, words = _CHOICES[row]
    return Piece(f"{label:<{_LABEL}}", Ink.STRONG), Piece(
        words if len(words) + _LABEL <= width else "", Ink.DIM
    )
