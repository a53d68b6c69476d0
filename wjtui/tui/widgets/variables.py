"""Variables: the environment that a job's settings give it, as a list with the keys to change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.widgets import Button

from wjtui.tui.present.palette import Row
from wjtui.tui.present.settings_variables import Variable, variable_line, variables
from wjtui.tui.widgets.controls import Tick
from wjtui.tui.widgets.settings_list import SettingsList


class Variables(Container):
    """Shows them, and asks for what is to be done; its screen does it."""

    DEFAULT_CSS = """
    Variables { height: auto; }
    Variables SettingsList { max-height: 12; }
    Variables Horizontal { height: 1; }
    Variables Button { margin-right: 1; }
    """

    class Asked(Message):
        """``add`` one, or ``change`` or ``remove`` this one."""

        def __init__(self, verb: str, name: str = "") -> None:
            super().__init__()
            self.verb = verb
            self.name = name

    class Revealed(Message):
        """Secrets are to be shown, or not any more."""

        def __init__(self, on: bool) -> None:
            super().__init__()
            self.on = on

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._rows: list[Variable] = []

    def compose(self) -> ComposeResult:
        yield SettingsList(ascii_only=self._ascii, id="variables-list")
        with Horizontal():
            yield Button("Add", id="variable-add", compact=True)
            yield Button("Change", id="variable-change", compact=True)
            yield Button("Remove", id="variable-remove", compact=True)
            yield Tick("reveal secrets", ascii_only=self._ascii, id="variables-reveal")

    def on_mount(self) -> None:
        self._list.empty_text = "No variables of its own: Insert or Add makes one."
        self._show()

    def put(self, env: Any, own: Mapping[str, str]) -> None:
        """Show these; ``own``: what every job gets from wjtui."""
        rows = variables(env, own)
        if rows != self._rows:
            self._rows = rows
            self._show()

    def on_tick_changed(self, event: Tick.Changed) -> None:
        event.stop()
        self._list.refresh()
        self.post_message(self.Revealed(event.tick.on))

    def on_settings_list_asked(self, event: SettingsList.Asked) -> None:
        event.stop()
        self._ask(event.verb)

    def on_choices_picked(self) -> None:
        self._list.focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self._ask((event.button.id or "").removeprefix("variable-"))

    @property
    def _list(self) -> SettingsList:
        return self.query_one(SettingsList)

    def _show(self) -> None:
        for rows in self.query(SettingsList):
            rows.show(len(self._rows), self._row, rows.cursor)
            rows.styles.height = max(1, len(self._rows))

    def _row(self, number: int, width: int) -> Row:
        return Row(variable_line(self._rows[number], width, reveal=self.query_one(Tick).on))

    def _ask(self, verb: str) -> None:
        if verb == "add":
            self.post_message(self.Asked("add"))
        elif self._list.cursor < len(self._rows) and not self._rows[self._list.cursor].by_wjtui:
            self.post_message(self.Asked(verb, self._rows[self._list.cursor].name))
