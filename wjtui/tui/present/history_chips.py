"""The line over a history: its switches, its filter, and how far it has been read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wjtui.tui.present.history_book import HistoryBook
from wjtui.tui.present.history_filter import Switch
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain

_WITH_HINT = 100


class Chip(NamedTuple):
    """A part of the line, and the switch that a click on it turns on; None: a click does nothing."""

    line: Line
    switch: Switch | None = None


def chips(book: HistoryBook, switches: Sequence[Switch]) -> list[Chip]:
    """The switches with their counts; those that let nothing through are left out, but for failures."""
    found = []
    for switch in switches:
        count = book.totals.counted(switch)
        if switch is book.switch:
            found.append(Chip((Piece(f"[{switch.value} {count:,}]", Ink.KEY),), switch))
        elif count or switch is Switch.FAILED:
            ink = Ink.PLAIN if count else Ink.DIM
            found.append(Chip((Piece(f" {switch.value} {count:,} ", ink),), switch))
    return found


def switch_after(book: HistoryBook, switches: Sequence[Switch]) -> Switch:
    """The next switch that lets something through; the first one, which lets all through, always may."""
    at = switches.index(book.switch)
    after = (*switches[at + 1 :], *switches[:at])
    return next((one for one in after if one is switches[0] or book.totals.counted(one)), book.switch)


def beside_chips(
    book: HistoryBook,
    words: str,
    *,
    typing: bool,
    key: str,
    hint: str,
    width: int,
    reading: bool,
    trouble: str,
) -> list[Chip]:
    """What stands behind the switches; ``words``: the filter's, ``hint``: what it could be."""
    found: list[Line] = []
    if book.filter.trouble:
        found.append((Piece(f"   ! {book.filter.trouble}", Ink.WARNING),))
    elif words and not typing:
        found.append(
            (Piece(f"   /{plain(words)}", Ink.WARNING), Piece(f"  {len(book.shown):,} found", Ink.DIM))
        )
    elif not typing and width >= _WITH_HINT:
        found.append((Piece(f"   {key} filter runs ({hint})", Ink.DIM),))
    if trouble:
        found.append((Piece(f"   ! {trouble}", Ink.WARNING),))
    elif reading and book.known:
        found.append((Piece("   reading…", Ink.DIM),))
    return [Chip(line) for line in found]


def nothing_shown(
    book: HistoryBook, *, typing: bool, clear: str, whole: bool, trouble: str, nothing_yet: str
) -> str:
    """What an empty list says; ``clear``: the key that clears the filter."""
    if book.is_filtered and book.known:
        more = "" if whole else " Enter looks further back." if typing else " Older ones are being read."
        return f"Nothing fits the filter: {clear} clears it.{more}"
    if trouble:
        return "What has happened cannot be read now."
    return nothing_yet if whole else "Reading…"
