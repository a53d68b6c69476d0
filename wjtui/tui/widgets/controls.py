"""Tick and Choice: what can be switched and chosen in a form, painted in one style everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from wjtui.tui.present.ink import Ink
from wjtui.tui.present.plain import fit, plain
from wjtui.tui.present.status import in_ascii
from wjtui.tui.widgets.inked import Inked

_GAP = 2


class Tick(Inked, can_focus=True):
    """``[x] run once afterwards``: on or off."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "switch", "Switch")]
    DEFAULT_CSS = "Tick { height: 1; width: auto; }"

    class Changed(Message):
        """It was switched by a person."""

        def __init__(self, tick: Tick) -> None:
            super().__init__()
            self.tick = tick

        @property
        def control(self) -> Tick:
            return self.tick

    def __init__(
        self, label: str, on: bool = False, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._label = plain(label)
        self._ascii = ascii_only
        self._on = on

    @property
    def on(self) -> bool:
        """Whether it is on."""
        return self._on

    @property
    def label(self) -> str:
        """What it is called."""
        return self._label

    def put(self, on: bool) -> None:
        """Show it on or off; nobody is told."""
        if on is not self._on:
            self._on = on
            self.refresh()

    def say(self, label: str) -> None:
        """Call it something else."""
        self._label = plain(label)
        self.refresh(layout=True)

    def action_switch(self) -> None:
        """Switch it."""
        self._on = not self._on
        self.refresh()
        self.post_message(self.Changed(self))

    def on_click(self) -> None:
        self.action_switch()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return 4 + cell_len(self._label)

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        label = in_ascii(self._label) if self._ascii else self._label
        box = Segment("[x] " if self._on else "[ ] ", base + self.ink(Ink.ACCENT if self._on else Ink.DIM))
        return Strip([box, Segment(fit(label, max(0, self.size.width - 4)), base)])


class Option(NamedTuple):
    """One of several."""

    value: str
    label: str


class Choice(Inked, can_focus=True):
    """``(•) now   ( ) after the run``: one of several, side by side or each on a row of its own.

    Where side by side has no room the rest goes into the next row.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "move(-1)", "Previous choice"),
        Binding("right,down", "move(1)", "Next choice"),
        Binding("space", "next", "Next choice, round"),
        Binding("home", "move(-99)", "First choice"),
        Binding("end", "move(99)", "Last choice"),
    ]
    DEFAULT_CSS = "Choice { height: auto; width: 1fr; }"

    class Changed(Message):
        """A person chose another one."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            return self.choice

    def __init__(
        self,
        options: Sequence[Option],
        value: str = "",
        *,
        rows: bool = False,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        """``value``: the chosen one; empty: the first. ``rows``: each on a row of its own."""
        super().__init__(id=id)
        self._rows = rows
        self._ascii = ascii_only
        self._options = [Option(each.value, plain(each.label)) for each in options]
        self._value = value or self._options[0].value

    @property
    def value(self) -> str:
        """The chosen one."""
        return self._value

    @property
    def labels(self) -> list[str]:
        """What can be chosen, in words."""
        return [option.label for option in self._options]

    def put(self, value: str) -> None:
        """Show another one as chosen; nobody is told."""
        if value != self._value:
            self._value = value
            self.refresh()

    def offer(self, options: Sequence[Option]) -> None:
        """Offer others; the chosen one stays where it is among them."""
        self._options = [Option(each.value, plain(each.label)) for each in options]
        if self._value not in {option.value for option in self._options}:
            self._value = self._options[0].value
        self.refresh(layout=True)

    def action_move(self, by: int) -> None:
        """Choose another one."""
        self._choose(max(0, min(self._at + by, len(self._options) - 1)))

    def action_next(self) -> None:
        """Choose the next one, after the last the first."""
        self._choose((self._at + 1) % len(self._options))

    def on_click(self, event: events.Click) -> None:
        for at, (row, column, option) in enumerate(self._places(self.size.width)):
            if row == event.y and column <= event.x < column + 4 + cell_len(option.label):
                self._choose(at)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._places(width)[-1][0] + 1

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        segments: list[Segment] = []
        for row, column, option in self._places(width):
            if row != y:
                continue
            chosen = option.value == self._value
            drawn = sum(segment.cell_length for segment in segments)
            mark = ("(*) " if self._ascii else "(•) ") if chosen else "( ) "
            label = in_ascii(option.label) if self._ascii else option.label
            ink = self.ink(Ink.ACCENT if chosen else Ink.DIM)
            segments += [
                Segment(" " * (column - drawn), base),
                Segment(mark, base + ink),
                Segment(label, base),
            ]
        return Strip(segments).crop_extend(0, width, base)

    @property
    def _at(self) -> int:
        return next(at for at, option in enumerate(self._options) if option.value == self._value)

    def _choose(self, at: int) -> None:
        if at != self._at:
            self._value = self._options[at].value
            self.refresh()
            self.post_message(self.Changed(self))

    def _places(self, width: int) -> list[tuple[int, int, Option]]:
        """Row and column of each."""
        places: list[tuple[int, int, Option]] = []
        row = column = 0
        for option in self._options:
            cells = 4 + cell_len(option.label)
            if places and (self._rows or column + cells > width):
                row, column = row + 1, 0
            places.append((row, column, option))
            column += cells + _GAP
        return places
