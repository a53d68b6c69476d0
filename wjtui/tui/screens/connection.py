"""EditConnection: asks for a connection string."""

from __future__ import annotations

from typing import ClassVar

from textual import containers
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Input, Static

from wjtui.model.site import OFFERED_CONNECTIONS, ConnectionString, ConnectionType
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.settings_names import connection_wrong
from wjtui.tui.present.settings_text import Shadow
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.controls import Choice, Option, Tick
from wjtui.tui.widgets.inked import content, paragraphs


class EditConnection(Dialog[ConnectionString | None]):
    """Dismissed with None when nothing is to change. The value is typed unseen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("ctrl+s", "save", "Save"),
    ]

    def __init__(self, title: str, found: ConnectionString | None, *, ascii_only: bool = False) -> None:
        """``found``: the one that is to change; None: a new one."""
        super().__init__(classes="-ascii" if ascii_only else None)
        self._title = title
        self._named = Shadow(found.name if found else "")
        self._worth = Shadow(found.value if found else "")
        self._type = found.type if found else ConnectionType.CUSTOM
        self._offers = () if found else OFFERED_CONNECTIONS
        self._error = ""
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        hints: Line = (
            Piece("Enter", Ink.KEY),
            Piece(" saves   "),
            Piece("Tab", Ink.KEY),
            Piece(" next field   "),
            Piece("Esc", Ink.KEY),
            Piece(" does not"),
        )
        types = [Option(each.value, each.value) for each in ConnectionType]
        with containers.Container(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Static("Name", classes="dialog-label")
            yield Input(self._named.shown, id="connection-name", select_on_focus=False, compact=True)
            if self._offers:
                with containers.Horizontal(id="connection-offers"):
                    for name in self._offers:
                        yield Button(name, name=name, compact=True)
            yield Static("Type", classes="dialog-label")
            yield Choice(types, self._type.value, ascii_only=self._ascii, id="connection-type")
            yield Static("Value", classes="dialog-label")
            yield Input(
                self._worth.shown, id="connection-value", password=True, select_on_focus=False, compact=True
            )
            yield Tick("show the value", ascii_only=self._ascii, id="connection-show")
            yield Static(id="connection-says")
            yield Static(paragraphs([hints], ascii_only=self._ascii))

    def on_mount(self) -> None:
        self.query_one("#connection-value" if self._named.shown else "#connection-name", Input).focus()
        self._say()

    def on_input_changed(self, event: Input.Changed) -> None:
        shadow = self._named if event.input.id == "connection-name" else self._worth
        if event.value != shadow.shown:
            shadow.edit(event.value)
            self._error = ""
        self._say()

    def on_tick_changed(self, event: Tick.Changed) -> None:
        self.query_one("#connection-value", Input).password = not event.tick.on

    def on_choice_changed(self, event: Choice.Changed) -> None:
        self._type = ConnectionType(event.choice.value)
        self._say()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.query_one("#connection-name", Input).value = event.button.name or ""
        self.query_one("#connection-value", Input).focus()

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        """Give it back, or say why not."""
        found = self._found
        self._error = connection_wrong(found.name, found.value)
        if not self._error:
            self.dismiss(found)
            return
        self._say()
        wrong = "#connection-name" if connection_wrong(found.name, "something") else "#connection-value"
        self.query_one(wrong, Input).focus()

    @property
    def _found(self) -> ConnectionString:
        return ConnectionString(self._named.text, self._type, self._worth.text)

    def _say(self) -> None:
        line: Line = (Piece("Jobs find it as "), Piece(plain(self._found.variable), Ink.STRONG))
        if self._error:
            line = (Piece(f"✗ {self._error}", Ink.FAILED),)
        self.query_one("#connection-says", Static).update(content(line, ascii_only=self._ascii))
