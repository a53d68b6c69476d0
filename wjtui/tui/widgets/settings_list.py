"""SettingsList: rows of names and values, one of which may be opened or taken out."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from wjtui.tui.widgets.choices import Choices


class SettingsList(Choices, can_focus=True):
    """Has the focus as one field of a form; Enter opens a row, Delete takes it out, Insert adds one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up"),
        Binding("down", "step(1)", "Down"),
        Binding("pageup", "page(-1)", "Page up"),
        Binding("pagedown", "page(1)", "Page down"),
        Binding("home", "step(-1000000)", "First"),
        Binding("end", "step(1000000)", "Last"),
        Binding("enter", "tell('change')", "Change"),
        Binding("delete", "tell('remove')", "Remove"),
        Binding("insert", "tell('add')", "Add"),
    ]
    DEFAULT_CSS = "SettingsList { height: auto; min-height: 1; background: $background; }"

    class Asked(Message):
        """A key asks to ``change``, ``remove`` or ``add`` a row."""

        def __init__(self, sender: SettingsList, verb: str) -> None:
            super().__init__()
            self.list = sender
            self.verb = verb

        @property
        def control(self) -> SettingsList:
            return self.list

    def action_step(self, rows: int) -> None:
        """Move the cursor."""
        self.move(rows)

    def action_page(self, pages: int) -> None:
        """Move it by a screenful."""
        self.move(pages * self.page)

    def action_tell(self, verb: str) -> None:
        """A key was pressed."""
        self.post_message(self.Asked(self, verb))
