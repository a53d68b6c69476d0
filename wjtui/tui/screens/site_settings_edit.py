"""EditVariable: asks for the name and the value of a variable, of one job or of the site."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import ClassVar, NamedTuple

from textual import containers
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from wjtui.settings.secrets import looks_secret
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.settings_names import variable_wrong
from wjtui.tui.present.settings_text import Shadow
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.controls import Tick
from wjtui.tui.widgets.field import FieldInput
from wjtui.tui.widgets.inked import content, paragraphs, say_in


class Pair(NamedTuple):
    """A variable."""

    name: str
    value: str


class EditVariable(Dialog[Pair | None]):
    """Dismissed with None when nothing is to change. A value that looks like a secret is typed unseen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("ctrl+s", "save", "Save"),
        Binding("down", "app.focus_next", "Next field"),
        Binding("up", "app.focus_previous", "Previous field"),
    ]

    def __init__(
        self,
        title: str,
        pair: Pair,
        *,
        about: Callable[[str], str],
        taken: Container[str] = (),
        enter: str = "saves",
        ascii_only: bool = False,
    ) -> None:
        """``about``: a sentence on a name. ``taken``: names that are there. ``enter``: what Enter does."""
        super().__init__(classes="-ascii" if ascii_only else None)
        self._title = title
        self._named = Shadow(pair.name)
        self._worth = Shadow(pair.value)
        self._about = about
        self._taken = taken
        self._enter = enter
        self._error = ""
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        hints: Line = (
            Piece("Enter", Ink.KEY),
            Piece(f" {self._enter}   "),
            Piece("Tab", Ink.KEY),
            Piece(" next field   "),
            Piece("Esc", Ink.KEY),
            Piece(" does not"),
        )
        with containers.Container(classes="dialog") as dialog:
            dialog.border_title = Content(plain(self._title))
            yield Static("Name", classes="dialog-label")
            yield FieldInput(self._named.shown, id="variable-name")
            yield Static("Value", classes="dialog-label")
            yield FieldInput(self._worth.shown, id="variable-value")
            yield Tick("show the value", ascii_only=self._ascii, id="variable-show")
            yield Static(id="variable-says")
            yield Static(paragraphs([hints], ascii_only=self._ascii))

    def on_mount(self) -> None:
        self.query_one("#variable-value" if self._named.shown else "#variable-name", Input).focus()
        self._say()

    def on_input_changed(self, event: Input.Changed) -> None:
        shadow = self._named if event.input.id == "variable-name" else self._worth
        if event.value != shadow.shown:
            shadow.edit(event.value)
            self._error = ""
        self._say()

    def on_tick_changed(self) -> None:
        self._say()

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        """Give the pair back, or say why not."""
        self._error = variable_wrong(self._named.text, self._worth.text)
        if self._error:
            self._say()
            self.query_one("#variable-name", Input).focus()
        else:
            self.dismiss(Pair(self._named.text, self._worth.text))

    def _say(self) -> None:
        name = self._named.text
        secret = looks_secret(name, self._worth.text)
        tick = self.query_one(Tick)
        tick.display = secret
        self.query_one("#variable-value", Input).password = secret and not tick.on
        line: Line = (Piece(plain(self._about(name)), Ink.DIM),)
        if self._error:
            line = (Piece(f"✗ {self._error}", Ink.FAILED),)
        elif name in self._taken:
            line = (Piece("! It is there already: saving changes its value.", Ink.WARNING),)
        say_in(self.query_one("#variable-says", Static), content(line, ascii_only=self._ascii))


def edit_variable_of(
    job: str, pair: Pair, taken: Container[str], own: Container[str], *, ascii_only: bool = False
) -> EditVariable:
    """Asks for a variable of a job; ``own`` are those that wjtui sets itself."""

    def about(name: str) -> str:
        if name in own:
            return "wjtui sets this one itself for each launch, so yours has no effect."
        return "Every launch of this job finds it, from the next one on."

    enter = "puts it into the text"
    title = f"Variable of {job}"
    return EditVariable(title, pair, about=about, taken=taken, enter=enter, ascii_only=ascii_only)
