"""The status line of a log: whether it follows, what is new, what is looked for, and what went wrong."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from wjtui.tui.present.ink import Ink, Line, Piece, plain_text
from wjtui.tui.present.log_time import TimeColumn
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.times import size

_WORDS = 24


class News(NamedTuple):
    """What came since a view was paused."""

    lines: int = 0
    errors: int = 0

    @property
    def text(self) -> str:
        """``▼ 1,733 new lines, 4 ERR``; empty when nothing came."""
        if not self.lines:
            return ""
        errors = f", {self.errors:,} ERR" if self.errors else ""
        return f"▼ {self.lines:,} new line{'s' * (self.lines != 1)}{errors}"


class Finding(NamedTuple):
    """A search as it stands."""

    words: str
    regex: bool
    hits: int
    at: int | None
    """The number of the hit last gone to, counted from 1; None: none yet."""
    progress: float
    """How much of the log was searched: 0 to 1."""
    trouble: str = ""


class Keeping(NamedTuple):
    """A filter as it stands."""

    words: str
    drop: bool
    shown: int
    progress: float
    trouble: str = ""


class LogState(NamedTuple):
    """What a status line tells."""

    follows: bool
    over: bool = False
    newer: bool = False
    """A newer run has begun than the one shown."""
    older: bool = False
    """An older run is shown, because somebody asked for it."""
    since: datetime | None = None
    """The time of the line that a paused view stands at."""
    news: News = News()
    rate: float | None = None
    """Lines a second; None: not known yet."""
    lines: int = 0
    errors: int = 0
    whole: bool = True
    read_back: float = 0.0
    bytes: int = 0
    finding: Finding | None = None
    keeping: Keeping | None = None
    locked: bool = False
    slow: bool = False
    follow_key: str = "f"
    """What the key that follows is called."""
    note: str = ""
    """One sentence about the log itself."""


def status(state: LogState, width: int, column: TimeColumn, *, full: bool) -> Line:
    """One line. ``full``: counts and place are in the head line already; the keys are hinted at instead."""
    left = [_motion(state, column, full=full)]
    if not state.lines and not state.keeping:
        return (left[0], Piece(f"  {state.note}", Ink.WARNING)) if state.note else (left[0],)
    if state.note:
        left.append(Piece(f"  {state.note}", Ink.WARNING))
    if state.locked:
        left.append(Piece(" locked ", Ink.ACCENT))
    if state.finding is not None:
        left += _finding(state.finding)
    if state.keeping is not None:
        left += _keeping(state.keeping, state.lines)
    if not full:
        known = f" {state.lines:,} lines" if state.whole else f" last {state.lines:,} lines"
        left.append(Piece(known, Ink.DIM))
        if state.errors:
            left.append(Piece(f"  {state.errors:,} ERR", Ink.LOG_ERROR))
        left.append(Piece(f"  {size(state.bytes)}", Ink.DIM))
    if not state.whole and state.read_back:
        left.append(Piece(f"  reading back {state.read_back:.0%}", Ink.WAITING))
    if state.slow:
        left.append(Piece("  link: slow", Ink.WARNING))
    if not full:
        return tuple(left)
    disk = f"on disk {size(state.bytes)} "
    room = width - cell_len(plain_text(tuple(left))) - len(disk)
    return (*left, Piece(" " * room), Piece(disk, Ink.DIM)) if room >= 2 else tuple(left)


def _motion(state: LogState, column: TimeColumn, *, full: bool) -> Piece:
    if state.newer:
        return Piece(f" PAUSED  a newer run has begun: {state.follow_key} shows it ", Ink.WARNING)
    if state.older:
        return Piece(f" OLDER RUN  {state.follow_key} shows the newest ", Ink.WARNING)
    if state.follows and state.over:
        return Piece(" END OF RUN ", Ink.DIM)
    if state.follows:
        rate = f"  {state.rate:,.0f} lines/s" if state.rate else ""
        return Piece(f" FOLLOW{rate} ", Ink.SUCCESS)
    at = f" at {state.since.astimezone(column.zone):%H:%M:%S}" if state.since is not None else ""
    news = f"  {state.news.text}" if state.news.lines else ""
    key = state.follow_key
    hint = f"  ({key} or End to follow)" if full else f"  {key} follows"
    return Piece(f" PAUSED{at}{news}{hint} ", Ink.WARNING)


def _finding(finding: Finding) -> list[Piece]:
    words = shorten(plain(finding.words), _WORDS)
    pieces = [Piece(f"  find «{words}» ", Ink.STRONG)]
    if finding.trouble:
        return [*pieces, Piece(f" {finding.trouble} ", Ink.WARNING)]
    at = f"{finding.at:,}/" if finding.at is not None else ""
    if finding.hits or finding.progress >= 1:
        pieces.append(Piece(f"{at}{finding.hits:,}" if finding.hits else "not found"))
    if finding.progress < 1:
        pieces.append(Piece(f"  searching {finding.progress:.0%}", Ink.WAITING))
    kind = "  regex" if finding.regex else ""
    pieces.append(Piece(f"{kind}  n/N ", Ink.DIM))
    return pieces


def _keeping(keeping: Keeping, lines: int) -> list[Piece]:
    words = shorten(plain(keeping.words), _WORDS)
    pieces = [Piece(f"  {'without' if keeping.drop else 'only'} «{words}» ", Ink.ACCENT)]
    if keeping.trouble:
        return [*pieces, Piece(f" {keeping.trouble} ", Ink.WARNING)]
    pieces.append(Piece(f"{keeping.shown:,} of {lines:,} lines "))
    if keeping.progress < 1:
        pieces.append(Piece(f" searching {keeping.progress:.0%} ", Ink.WAITING))
    return pieces
