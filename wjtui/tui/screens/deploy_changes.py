"""Changes: the files that a deploy brings, changes and takes away; Enter shows the difference of one."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from wjtui.model.deploys import FileChange, JobPreview
from wjtui.tui.present.deploy_review import change_line, counts_line
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.widgets.file_list import FileList
from wjtui.tui.widgets.inked import content

_ROWS = 8


class Changes(Container):
    """How many, and a row each."""

    class Opened(Message):
        """Somebody wants to see the difference of a file."""

        def __init__(self, preview: JobPreview, change: FileChange) -> None:
            super().__init__()
            self.preview = preview
            self.change = change

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._rows: list[tuple[JobPreview, FileChange]] = []

    def compose(self) -> ComposeResult:
        yield Static(id="review-counts")
        yield FileList(ascii_only=self._ascii, id="review-changes")

    def show(self, previews: tuple[JobPreview, ...], settings: Callable[[JobPreview], str]) -> None:
        """Show them; ``settings`` says which keys of a job's ``settings.job`` will be different."""
        self._rows = [(preview, change) for preview in previews for change in preview.changes]
        counts = self.query_one("#review-counts", Static)
        if not previews:
            counts.update(Content("Asking what this changes…"))
        elif len(previews) == 1:
            hint = (Piece("   enter Diff", Ink.DIM),) if self._rows else ()
            line = counts_line(previews[0], previews[0].replaces)
            counts.update(content((*line, *hint), ascii_only=self._ascii))
        else:
            new = sum(preview.replaces is None for preview in previews)
            text = f"{new} new, {len(previews) - new} replaced; {len(self._rows)} files differ"
            counts.update(content((Piece(text, Ink.STRONG),), ascii_only=self._ascii))
        told = {preview.id: settings(preview) for preview in previews}
        several = len(previews) > 1

        def line_of(row: int, width: int) -> Line:
            preview, change = self._rows[row]
            line = change_line(change, width, told[preview.id])
            return (Piece(f"{plain(preview.id.name)}  ", Ink.DIM), *line) if several else line

        files = self.query_one(FileList)
        files.display = bool(self._rows)
        files.styles.height = max(1, min(len(self._rows), _ROWS))
        files.show(len(self._rows), line_of, files.cursor)

    def on_file_list_opened(self, event: FileList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened(*self._rows[event.row]))
