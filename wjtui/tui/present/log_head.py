"""The switches over a log: levels with their counts, how lines are shown, and where the view is."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from wjtui.logs.index import LineIndex
from wjtui.logs.line import LineKind
from wjtui.tui.present.ink import Ink, Line, Piece, plain_text


class Shows(Enum):
    """Which levels are shown; the keys are those of the head line."""

    ALL = ("1", "All", frozenset(LineKind))
    OUTPUT = ("2", "INFO", frozenset({LineKind.INFO, LineKind.WARN, LineKind.CONTINUATION}))
    ERRORS = ("3", "ERR", frozenset({LineKind.ERR, LineKind.SYS_ERR}))
    SYSTEM = ("4", "SYS", frozenset({LineKind.SYS_INFO, LineKind.SYS_WARN, LineKind.SYS_ERR}))

    @property
    def key(self) -> str:
        """The key that chooses it."""
        return self.value[0]

    @property
    def word(self) -> str:
        """What it is called."""
        return self.value[1]

    @property
    def kinds(self) -> frozenset[LineKind]:
        """The kinds of line that it shows."""
        return self.value[2]

    def count(self, index: LineIndex) -> int:
        """How many such lines there are, continuations left out."""
        return sum(index.count(kind) for kind in self.kinds if kind is not LineKind.CONTINUATION)


class Place(NamedTuple):
    """Where a view is."""

    line: int | None
    """Counted from 1 over the whole log; None: nobody knows yet how many lines are before it."""
    total: int
    share: float
    """How far down: 0 to 1."""

    @property
    def text(self) -> str:
        """``line 79,902 of 81,635   97%``."""
        percent = f"{int(self.share * 100):>3}%"
        return percent if self.line is None else f"line {self.line:,} of {self.total:,}   {percent}"


class Switches(NamedTuple):
    """How lines are shown."""

    level: Shows
    wrap: bool
    time: str
    json: bool


Switch = tuple[Line, str]
"""Some pieces, and the command that a click on them gives; empty: none."""


def head(
    index: LineIndex | None, whole: bool, switches: Switches, place: Place | None, width: int
) -> list[Switch]:
    """The line over the log; where not all fits beside the place, how lines are shown is told in brief."""
    more = "" if whole else "+"
    parts: list[Switch] = [((Piece(" "),), "")]
    for shows in Shows:
        count = shows.count(index) if index is not None and shows is not Shows.ALL else 0
        text = f"{shows.key} {shows.word}" + (f" {count:,}{more}" if count else "")
        chosen = shows is switches.level
        parts.append(
            (
                (
                    Piece("[" if chosen else " ", Ink.KEY if chosen else Ink.DIM),
                    Piece(text, Ink.KEY if chosen else _ink(shows, count)),
                    Piece("]" if chosen else " ", Ink.KEY if chosen else Ink.DIM),
                ),
                f"log.level_{shows.key}",
            )
        )
    ways: tuple[tuple[str, str, str], ...] = (
        ("log.wrap", "wrap", "on" if switches.wrap else "off"),
        ("log.time", "time:", switches.time),
        ("log.json", "json", "on" if switches.json else "off"),
    )
    room = width - _cells(parts)
    text = f"   {place.text} " if place is not None else ""
    told = len(text) if len(text) <= room else 0
    room -= told
    gap = "   "
    if sum(len(f"{gap}{name} {value}") for _, name, value in ways) + (not told) > room:
        # What is off goes first, then blanks.
        ways, gap = tuple(way for way in ways if way[2] != "off"), "  "
        if told:
            text = f"  {' '.join(text.split())} "
            room += told - len(text)
    for command, name, value in ways:
        lead = f"{gap}{name} "
        if room < len(lead) + len(value) + (not told):
            break
        room -= len(lead) + len(value)
        ink = Ink.DIM if value == "off" else Ink.PLAIN
        parts.append(((Piece(lead, Ink.DIM), Piece(value, ink)), command))
    if told:
        parts.append(((Piece(" " * room), Piece(text, Ink.DIM)), ""))
    return parts


def _ink(shows: Shows, count: int) -> Ink:
    if shows is Shows.ERRORS and count:
        return Ink.LOG_ERROR
    return Ink.PLAIN if count or shows is Shows.ALL else Ink.DIM


def _cells(parts: list[Switch]) -> int:
    return sum(len(plain_text(line)) for line, _ in parts)
