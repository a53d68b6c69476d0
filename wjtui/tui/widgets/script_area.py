"""ScriptArea: where a script is pasted; codes in it are shown by their pictures, never sent to a terminal."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

from wjtui.tui.present.plain import plain


class ScriptArea(TextArea):
    """The text stays as it is; only what is painted differs, character by character."""

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        line.plain = "".join(char if char == "\t" else plain(char) or "�" for char in line.plain)
        return line
