"""ExpressionField: the expression, under it the mark of the place that is meant, and what there is to say."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from wjtui.tui.present.ink import Line
from wjtui.tui.widgets.builder_input import BuilderInput
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.inked import paragraphs


class ExpressionField(Field):
    """A field whose says begin under the first character of the text."""

    DEFAULT_CSS = """
    ExpressionField > .field-says { padding-left: 13; }
    """

    def __init__(self, input: BuilderInput, *, help: str, ascii_only: bool, id: str) -> None:
        super().__init__("Expression", input, help=help, ascii_only=ascii_only, id=id)
        self.input = input
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field-row"):
            yield Static(Content(self.label), classes="field-label")
            yield self.input
        yield Static(classes="field-says")

    def tell(self, lines: list[Line], error: str) -> None:
        """Say these lines under the text; ``error`` marks the field as wrong."""
        if (lines, error) != (self._lines, self._error):
            anew = len(lines) != len(self._lines)
            self._lines, self._error = lines, error
            self._show(anew)

    def _show(self, anew: bool = True) -> None:
        self.set_class(bool(self._error), "-wrong")
        for widget in self.query(".field-says").results(Static):
            widget.display = True
            # The lines are wrapped: as many as there were need no new layout of the screen.
            widget.update(paragraphs(self._lines, ascii_only=self._ascii), layout=anew)
