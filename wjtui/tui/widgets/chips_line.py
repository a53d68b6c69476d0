"""ChipsLine: the switches over the list, the filter, and what the list is ordered by."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from wjtui.tui.present.header import chips
from wjtui.tui.present.ink import Ink, Piece, plain_text
from wjtui.tui.present.listing import Listing
from wjtui.tui.present.plain import plain
from wjtui.tui.store import Store
from wjtui.tui.widgets.bar import Bar, Part

_ROOMY = 100


class ChipsLine(Horizontal):
    """``say`` after each change of the jobs, the listing or the marks."""

    def __init__(self, words: str, *, ascii_only: bool = False, id: str | None = None) -> None:
        """``words``: the filter to begin with."""
        super().__init__(id=id)
        self._words = words
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        yield Bar(id="chips", ascii_only=self._ascii)
        yield Input(self._words, id="filter", placeholder="name or status", compact=True)
        yield Bar(id="order", ascii_only=self._ascii)

    @property
    def field(self) -> Input:
        """Where the filter is typed."""
        return self.query_one("#filter", Input)

    def say(self, store: Store, listing: Listing, marked: int, width: int) -> None:
        """Show the switches with their counts; a click on one, or on the order, is the screen's to act on."""
        # Where there is little room, the order that is there unasked leaves it to the switches.
        told = width >= _ROOMY or listing.is_ordered
        order = (
            Piece(f" {marked} marked " if marked else "", Ink.KEY),
            Piece(f" {listing.order} " if told else "", Ink.DIM),
        )
        room = cell_len(plain_text(order))
        words = listing.words if not self.field.display else ""
        hint = Piece(f"  /{plain(words)}" if words else "", Ink.WARNING)
        parts = [
            Part((piece,), f"screen.chip('{chip.value}')")
            for chip, piece in chips(store, listing.chip, width - room - cell_len(hint.text))
        ]
        self.query_one("#chips", Bar).say(*parts, (hint,))
        bar = self.query_one("#order", Bar)
        bar.styles.width = room
        bar.say(Part(order, "screen.order()"))
