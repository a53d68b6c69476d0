"""LogField: the row at the bottom of a log in which words to find or to filter by are typed."""

from __future__ import annotations

from enum import Enum

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.widgets.bar import Bar


class Purpose(Enum):
    """What the words are for; the value stands before them."""

    FIND = "/"
    FILTER = "&"


class LogField(Horizontal):
    """Not there until it is opened; keeps the words typed last for each purpose."""

    class Typed(Message):
        """The words are another now, or are meant in another way."""

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self.purpose = Purpose.FIND
        self.regex = False
        """Whether the words are a regular expression."""
        self._last = dict.fromkeys(Purpose, "")

    def compose(self) -> ComposeResult:
        yield Bar(ascii_only=self._ascii, classes="log-field-mark")
        yield Input(compact=True, select_on_focus=True, classes="log-field-words")
        yield Bar(ascii_only=self._ascii, classes="log-field-says")

    def on_mount(self) -> None:
        self.display = False

    @property
    def words(self) -> str:
        """What is typed."""
        return self._input.value

    @property
    def is_open(self) -> bool:
        """Whether it can be typed in."""
        return bool(self.display)

    def open(self, purpose: Purpose) -> None:
        """Show it with the words typed last."""
        self.purpose = purpose
        self.display = True
        with self.prevent(Input.Changed):
            self._input.value = self._last[purpose]
        self._input.focus()
        self.query_one(".log-field-mark", Bar).say((Piece(f" {purpose.value}", Ink.KEY),))
        self.say("")

    def close(self) -> None:
        """Take it away; what was typed is there again the next time."""
        self._last[self.purpose] = self.words
        self.display = False

    def turn(self) -> None:
        """Regular expression, or text as it is."""
        self.regex = not self.regex
        self.say("")
        self.post_message(self.Typed())

    def say(self, trouble: str) -> None:
        """What is wrong with the words; empty: nothing."""
        line: Line = (Piece(f"  {plain(trouble)}", Ink.WARNING),) if trouble else self._hint()
        self.query_one(".log-field-says", Bar).say(line)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")
        self.post_message(self.Typed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    def _hint(self) -> Line:
        kind = "regular expression" if self.regex else "plain text"
        more = "   ! first drops them" if self.purpose is Purpose.FILTER else ""
        return (
            Piece(f"  {kind}", Ink.PLAIN),
            Piece(f"   ctrl+t {'text' if self.regex else 'regex'}   Enter   Esc{more}", Ink.DIM),
        )
