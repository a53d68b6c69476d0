"""Field: a label, what is filled in, and under it what that means or what is wrong with it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.widgets.inked import content, say_in


class FieldInput(Input):
    """One line of text, as wide as its place: what is typed moves nothing around it.

    The library lays the whole screen out at each key, in case that the widget grows with its text.
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(value, placeholder=placeholder, select_on_focus=False, compact=True, id=id)


class Field(Container):
    """One row of a form. ``help`` is what F1 says while one of its controls has the focus."""

    DEFAULT_CSS = """
    Field { height: auto; width: 1fr; }
    Field > .field-row { height: auto; width: 1fr; }
    Field .field-label { width: 21; padding-right: 1; color: $ink-dim; text-wrap: nowrap; }
    Field .field-note { width: auto; max-width: 50%; padding-left: 1; color: $ink-dim; }
    Field > .field-says { height: auto; width: 1fr; padding-left: 21; display: none; }
    Field.-narrow .field-label { width: 15; }
    Field.-narrow > .field-says { padding-left: 15; }
    Field Input { width: 1fr; }
    """

    def __init__(
        self,
        label: str,
        *controls: Widget,
        help: str = "",
        note: str = "",
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        """``note`` stands behind the controls: a unit, where the value comes from."""
        super().__init__(id=id)
        self.label = plain(label)
        self.help = help
        self._controls = controls
        self._note = note
        self._ascii = ascii_only
        self._error = ""
        self._said: Line = ()

    @property
    def error(self) -> str:
        """What is wrong; empty: nothing."""
        return self._error

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field-row"):
            yield Static(Content(self.label), classes="field-label")
            yield from self._controls
            yield Static(Content(plain(self._note)), classes="field-note")
        yield Static(classes="field-says")

    def on_mount(self) -> None:
        self._show()

    def remark(self, note: str) -> None:
        """Put another note behind the controls."""
        if note != self._note:
            self._note = note
            for widget in self.query(".field-note").results(Static):
                say_in(widget, Content(plain(note)))

    def say(self, line: Line = (), error: str = "") -> None:
        """Say under the controls what the value means, and what is wrong with it."""
        if (line, error) != (self._said, self._error):
            self._said, self._error = line, error
            self._show()

    def _show(self) -> None:
        mark = "x" if self._ascii else "✗"
        said = (Piece(f"{mark} {plain(self._error)}", Ink.FAILED),) if self._error else self._said
        self.set_class(bool(self._error), "-wrong")
        for widget in self.query(".field-says").results(Static):
            widget.display = bool(said)
            say_in(widget, content(said, ascii_only=self._ascii))
