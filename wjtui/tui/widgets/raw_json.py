"""RawJson: the text of a ``settings.job``, to be edited as it is."""

from __future__ import annotations

import re

from rich.text import Text
from textual.message import Message
from textual.widgets import TextArea

from wjtui.tui.present.ink import Ink
from wjtui.tui.present.settings_text import Shadow, difference, secret_spans
from wjtui.tui.widgets.inked import Inked

_TOKENS = re.compile(
    r"""(?P<comment>//.*|/\*.*?\*/)
      | (?P<key>"(?:[^"\\]|\\.)*"(?=\s*:)|'(?:[^'\\]|\\.)*'(?=\s*:))
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<word>\b(?:true|false|null)\b|-?\b[0-9][0-9.eE+-]*)""",
    re.VERBOSE,
)
_INKS = {"comment": Ink.DIM, "key": Ink.ACCENT, "text": Ink.SUCCESS, "word": Ink.WAITING}
_LONGEST_COLOURED = 2000
"""Characters of a line; a longer one has no colours, and is not wrapped."""


class RawJson(TextArea, Inked):
    """Edits a text without touching what a person does not touch; see ``Shadow``."""

    class Edited(Message):
        """A person has changed the text."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, soft_wrap=True, show_line_numbers=True, compact=True)
        self._shadow = Shadow("")
        self._secrets: dict[int, list[tuple[int, int]]] = {}
        """Row -> columns, from and to."""
        self._reveals = False
        self._dot = "*" if ascii_only else "•"

    @property
    def true_text(self) -> str:
        """The text, with the characters that are only hinted at here."""
        return self._shadow.text

    def put(self, text: str) -> None:
        """Show another text; the cursor stays where it is as far as it can. Nobody is told."""
        if text == self._shadow.text:
            return
        self._shadow = Shadow(text)
        self._look_over()
        start, end, put = difference(self.text, self._shadow.shown)
        if put or start != end:
            before = self.text
            self.replace(put, _location(before, start), _location(before, end))

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor there; both count from 1."""
        last = self.document.line_count - 1
        row = max(0, min(line - 1, last))
        self.focus()
        self.move_cursor((row, max(0, min(column - 1, len(self.document.get_line(row))))))

    def reveal(self, on: bool) -> None:
        """Show secrets, or mask them for as long as nobody edits the text."""
        self._reveals = on
        self._paint_anew()

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        if not (self._reveals or self.has_focus):
            line = _masked(line, self._secrets.get(line_index, []), self._dot)
        if len(line.plain) <= _LONGEST_COLOURED:
            for found in _TOKENS.finditer(line.plain):
                line.stylize(self.ink(_INKS[found.lastgroup or ""]), found.start(), found.end())
        return line

    def on_focus(self) -> None:
        self._paint_anew()

    def on_blur(self) -> None:
        self._paint_anew()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        shown = self.text
        if shown != self._shadow.shown:
            self._shadow.edit(shown)
            self._look_over()
            self.post_message(self.Edited())

    def _paint_anew(self) -> None:
        """Painted lines are kept by the library until it is told that they look otherwise."""
        self.notify_style_update()
        self.refresh()

    def _look_over(self) -> None:
        """Find what is secret, and whether lines are short enough to be wrapped at each key that is typed."""
        shown = self._shadow.shown
        self._secrets = {}
        for start, end in secret_spans(shown):
            row, column = _location(shown, start)
            self._secrets.setdefault(row, []).append((column, column + end - start))
        self.soft_wrap = max(map(len, shown.split("\n"))) <= _LONGEST_COLOURED


def _masked(line: Text, spans: list[tuple[int, int]], dot: str) -> Text:
    """The line with dots for what is secret, as many as it has characters: the cursor counts on that."""
    text = line.plain
    for start, end in spans:
        text = text[: start + 1] + dot * (end - start - 2) + text[end - 1 :]
    return Text(text, end="", no_wrap=True)


def _location(text: str, at: int) -> tuple[int, int]:
    """Row and column of a place in a text, from 0."""
    return text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
