"""Question: one question in the middle of the screen, with named answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from wjtui.tui.present.ink import Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.inked import paragraphs


class Answer(NamedTuple):
    """One way out: what it is called, and the letter that gives it."""

    value: str
    label: str
    key: str
    dangerous: bool = False


CANCEL = "cancel"


class Question(Dialog[str]):
    """Dismissed with an answer's value. The first answer has the focus, so it is a safe one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer('cancel')", "Cancel"),
        Binding("right,down,tab", "app.focus_next", "Next answer"),
        Binding("left,up,shift+tab", "app.focus_previous", "Previous answer"),
    ]

    def __init__(self, title: str, lines: Sequence[Line], answers: Sequence[Answer]) -> None:
        super().__init__()
        self._title = title
        self._lines = list(lines)
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Container(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            with VerticalScroll(classes="dialog-text", can_focus=False):
                yield Static(id="question-text")
            with Vertical(classes="dialog-answers"):
                for answer in self._answers:
                    label = Content.assemble((answer.key, "underline bold"), f"  {answer.label}")
                    button = Button(label, id=f"answer-{answer.value}", compact=True)
                    yield button.set_class(answer.dangerous, "-dangerous")

    def on_mount(self) -> None:
        for answer in self._answers:
            self._bindings.bind(answer.key, f"answer('{answer.value}')", answer.label)
        self._show_lines()
        self.query(Button).first().focus()

    def say(self, lines: Sequence[Line]) -> None:
        """Ask with other words."""
        if list(lines) != self._lines:
            self._lines = list(lines)
            self._show_lines()

    def _show_lines(self) -> None:
        # None is there before the screen is mounted, and none after it was dismissed.
        for text in self.query("#question-text").results(Static):
            text.update(paragraphs(self._lines))

    def action_answer(self, value: str) -> None:
        """Give an answer."""
        self.dismiss(value)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss((event.button.id or "").removeprefix("answer-"))


class Arguments(Dialog[str | None]):
    """Asks for the arguments of one run; dismissed with None when it is not to be run."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, job: str, usual: str) -> None:
        super().__init__()
        self._job = job
        self._usual = usual

    def compose(self) -> ComposeResult:
        with Container(classes="dialog") as dialog:
            dialog.border_title = Content(f"Run {self._job} with arguments")
            yield Input(plain(self._usual), id="arguments", select_on_focus=False, compact=True)
            hint: Line = (
                Piece("They are given to the script as if typed after its name.  Enter runs, Esc does not."),
            )
            yield Static(paragraphs([hint]))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        # What cannot be drawn safely is shown by something else: unchanged means as it was.
        self.dismiss(self._usual if event.value == plain(self._usual) else event.value)
