"""Form: a full screen of fields: the keys, help and errors of all of them, and leaving with changes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Coroutine
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Input, TextArea

from wjtui.model.errors import WjtuiError
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.screens.layer import Layer
from wjtui.tui.screens.question import CANCEL, Answer, Question
from wjtui.tui.session import Session
from wjtui.tui.widgets.bar import Bar, Part
from wjtui.tui.widgets.field import Field
from wjtui.tui.widgets.toast_stack import ToastStack

T = TypeVar("T")

NARROW = 100
"""Cells under which a form has no room for two columns."""


class Form(Layer[T | None], Generic[T]):
    """Dismissed with what came of it, or None. Letters count as text in its fields; keys are ctrl+ ones.

    A subclass composes ``above``, its body and ``below``; it says its ``header_line`` and ``key_words``, what
    ``save`` does, and whether something ``changed``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("escape", "back", "Leave the field, then the form"),
        Binding("f1", "field_help", "Help for the field", priority=True),
        Binding("ctrl+l", "redraw", "Redraw"),
    ]
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """The two widgets that it goes between paint themselves; the library would paint the whole screen."""

    def __init__(self, session: Session) -> None:
        super().__init__(classes="-ascii form" if session.options.ascii else "form")
        self.session = session
        self.tasks = self.task_set(self._failed)
        """Work of this form; it ends with it."""
        self._status: Line = ()

    def above(self) -> ComposeResult:
        """The header."""
        yield Bar(id="form-header", ascii_only=self.session.options.ascii)

    def below(self) -> ComposeResult:
        """What is wrong or going on, keys, messages."""
        ascii_only = self.session.options.ascii
        yield Bar(id="form-status", ascii_only=ascii_only)
        yield Bar(id="form-footer", ascii_only=ascii_only)
        yield ToastStack(self.session.toasts, ascii_only=ascii_only, id="toasts")

    # What a subclass says of itself

    @abstractmethod
    def header_line(self, width: int) -> Line:
        """The first line."""

    def key_words(self) -> list[tuple[str, str, str]]:
        """Keys of the footer: what they are called, what they do, and the action of a click on them."""
        return [
            ("ctrl+s", "Save", "screen.save"),
            ("tab", "Next field", "app.focus_next"),
            ("F1", "Field help", "screen.field_help"),
            ("esc", "Back", "screen.back"),
        ]

    @property
    def changed(self) -> bool:
        """Whether leaving would lose something."""
        return False

    @property
    def losing(self) -> str:
        """What leaving would lose, in words."""
        return "What you changed is not saved."

    @abstractmethod
    def save(self) -> None:
        """Check everything, and do it."""

    def discarded(self) -> None:
        """It is left without a result."""
        self.dismiss(None)

    # What all do

    def on_mount(self) -> None:
        # Before the first paint: else a narrow terminal sees two columns for a moment.
        self._fit(self.app.size.width)
        self.say_around()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width)
        self.say_around()
        self.place_toasts()

    async def on_unmount(self) -> None:
        await self.tasks.cancel()

    def say_around(self) -> None:
        """Header, status and keys."""
        width = self.app.size.width
        self.query_one("#form-header", Bar).say(self.header_line(width))
        self.query_one("#form-status", Bar).say(self._status)
        parts = [
            Part((Piece(f" {name} ", Ink.KEY), Piece(f"{word} ", Ink.PLAIN)), action)
            for name, word, action in self.key_words()
        ]
        self.query_one("#form-footer", Bar).say(*parts)

    def say_status(self, text: str, ink: Ink = Ink.DIM) -> None:
        """Say in the line over the keys what is going on, or what is wrong."""
        self._status = (Piece(f" {plain(text)}", ink),) if text else ()
        for bar in self.query("#form-status").results(Bar):
            bar.say(self._status)

    def attempt(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do something that may be refused: what is refused is said in the status line."""
        self.tasks.start(name, self._guarded(work))

    def place_toasts(self) -> None:
        """Show the messages that are due."""
        for stack in self.query("#toasts").results(ToastStack):
            stack.sync(None, 2)

    def action_save(self) -> None:
        """Save, or say what is wrong."""
        self.save()

    def action_redraw(self) -> None:
        """Send every cell again."""
        self.session.redraw()

    def action_back(self) -> None:
        """Leave the field, then the form; asks where something would be lost."""
        if isinstance(self.focused, Input | TextArea) and not self.focused.has_class("-leave-at-once"):
            self.set_focus(None)
        elif self.changed:
            answers = [
                Answer(CANCEL, "Go on here", "g"),
                Answer("discard", "Discard", "d", dangerous=True),
            ]
            lines: list[Line] = [(Piece(self.losing),)]
            self.app.push_screen(Question("Leave without saving?", lines, answers), self._asked)
        else:
            self.discarded()

    def action_field_help(self) -> None:
        """What the field with the focus means."""
        field = _field_of(self.focused)
        if field is None or not field.help:
            self.say_status("Put the cursor into a field, then F1 says what it means.")
            return
        lines: list[Line] = [(Piece(line),) for line in field.help.splitlines()]
        self.app.push_screen(Question(field.label.strip(), lines, [Answer(CANCEL, "Close", "c")]))

    def focus_first_error(self) -> bool:
        """Put the cursor into the first field with an error; False: there is none."""
        wrong = next((field for field in self.query(Field) if field.error), None)
        if wrong is None:
            return False
        target = next((child for child in wrong.query("*") if child.can_focus), None)
        if target is not None:
            target.focus()
        return True

    def _fit(self, width: int) -> None:
        for widget in (self, *self.query(Field)):
            widget.set_class(width < NARROW, "-narrow")

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except WjtuiError as error:
            self.say_status(error.message, Ink.FAILED)

    def _asked(self, answer: str | None) -> None:
        if answer == "discard":
            self.discarded()

    def _failed(self, name: str, error: BaseException) -> None:
        self.say_status(f"{name} failed by a bug of ours: {type(error).__name__}: {error}", Ink.FAILED)


def _field_of(widget: Widget | None) -> Field | None:
    """The field that a control belongs to."""
    for node in widget.ancestors_with_self if widget is not None else ():
        if isinstance(node, Field):
            return node
    return None
