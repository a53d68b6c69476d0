"""ToastStack: short messages at the bottom right, out of the way of the cursor row."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wjtui.model.events import Tone
from wjtui.tui.present.ink import Ink
from wjtui.tui.present.plain import fit
from wjtui.tui.present.status import in_ascii
from wjtui.tui.present.toasts import Toast, ToastQueue, heading, in_one_row, text
from wjtui.tui.widgets.inked import Inked

WIDTH = 50
_BODY_LINES = 2
_INK = {Tone.INFO: Ink.ACCENT, Tone.WARNING: Ink.WARNING, Tone.ERROR: Ink.FAILED}
_MARK = {Tone.INFO: "·", Tone.WARNING: "!", Tone.ERROR: "✗"}


class ToastStack(Inked):
    """Paints the messages of a queue; ``sync`` after each change of it."""

    DEFAULT_CSS = """
    ToastStack { overlay: screen; position: absolute; width: 50; height: auto; display: none; }
    """

    def __init__(self, queue: ToastQueue, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._queue = queue
        self._ascii = ascii_only
        self._lines: list[tuple[str, Ink, Ink]] = []

    @property
    def text(self) -> str:
        """What is shown."""
        return "\n".join(line for line, _, _ in self._lines)

    def sync(self, cursor: int | None, rows_under: int = 2) -> None:
        """Show what is in the queue; the screen row ``cursor`` and so many at the bottom stay free."""
        width = min(WIDTH, self.app.size.width - 2)
        self._lines = [line for toast in self._queue.toasts for line in _lines(toast, width - 4)]
        self.display = bool(self._lines)
        if not self._lines:
            return
        height = len(self._lines)
        bottom = self.app.size.height - rows_under
        top = max(1, bottom - height)
        if cursor is not None and top <= cursor < top + height:
            # Above the cursor row, or under it, wherever there is room; at least not on it.
            top = cursor - height if cursor - height >= 1 else cursor + 1
        self.styles.width, self.styles.height = width, height
        self.styles.offset = (self.app.size.width - width - 1, top)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, base)
        line, ink, edge = self._lines[y]
        bar = "|" if self._ascii else "▌"
        if self._ascii:
            line = in_ascii(line)
        style = base + self.ink(ink) if ink is not Ink.PLAIN else base + Style()
        return Strip([Segment(f"{bar} ", base + self.ink(edge)), Segment(fit(line, width - 2), style)])

    def on_click(self) -> None:
        self._queue.clear()
        self.display = False


def _lines(toast: Toast, width: int) -> list[tuple[str, Ink, Ink]]:
    ink = _INK[toast.tone]
    if toast.brief:
        return [(fit(f"{_MARK[toast.tone]} {in_one_row(toast)}", width), ink, ink)]
    marks = (f"{_MARK[toast.tone]} ", "  ", "  ")
    title = zip(marks, _wrap(heading(toast), width - 2, len(marks)), strict=False)
    lines = [(mark + line, ink, ink) for mark, line in title]
    lines += [
        (line, Ink.PLAIN, ink)
        for part in text(toast).splitlines()
        for line in _wrap(part, width, _BODY_LINES)
    ]
    return lines


def _wrap(words: str, width: int, at_most: int) -> list[str]:
    """So many lines at most, broken between words where that is possible."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        if line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    if len(lines) > at_most:
        lines = [*lines[: at_most - 1], " ".join(lines[at_most - 1 :])]
    return [fit(line, width) for line in lines if line]
