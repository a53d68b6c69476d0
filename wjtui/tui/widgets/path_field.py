"""PathField: a path that is typed, completed or pasted; what would act on a terminal is shown otherwise."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from wjtui.tui.present.paths import begun_anew, read_pasted
from wjtui.tui.present.plain import plain


class PathField(Input):
    """Tab asks for completion; the path itself is ``path``, which may hold more than can be shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "Complete")]

    class Completing(Message):
        """Tab was pressed: put in what is certain, or go on to the next field."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, select_on_focus=False)
        self._raw = self._shown = ""

    @property
    def path(self) -> str:
        """What stands there, a name with bytes or codes that cannot be shown as it really is."""
        if self._raw != self._shown and self._shown and self.value.startswith(self._shown):
            return self._raw + self.value[len(self._shown) :]
        return self.value

    def put(self, path: str) -> None:
        """Fill it in."""
        self._raw, self._shown = path, plain(path)
        self.value = self._shown
        self.cursor_position = len(self.value)

    def insert_text_at_cursor(self, text: str) -> None:
        """Typed, or pasted into what is there; a second beginning of a path takes the place of the first."""
        super().insert_text_at_cursor(text)
        anew = begun_anew(self.value)
        if anew != self.value:
            self.put(anew)

    def action_complete(self) -> None:
        """Tab."""
        self.post_message(self.Completing())

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        pasted = read_pasted(event.text)
        if not self.value or self.selected_text == self.value or pasted.startswith(("/", "~")):
            self.put(pasted)
        else:
            self.insert_text_at_cursor(plain(pasted))
