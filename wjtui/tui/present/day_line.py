"""The 24-hour line: for each hour which jobs start in it, and a bar that says how many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from rich.cells import cell_len

from wjtui.schedule.lists import counted, joined
from wjtui.tui.present.clash import Clash, Day, Hour
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain, shorten
from wjtui.tui.present.spark import sparkline
from wjtui.tui.present.times import local, zone_word
from wjtui.tui.present.wrap import wrap

_LABEL = 6
_NAMES = 3
_CLASHES = 3
_EVERY = 3
"""In the short form each so-manieth hour has its number."""


def day_rows(day: Day, name: str, width: int) -> list[Line]:
    """A row an hour; hours in which the same jobs start are one row."""
    bars = _bars(day.hours)
    rows: list[Line] = []
    numbered = list(enumerate(day.hours))
    for _, group in groupby(numbered, lambda pair: (pair[1].others, pair[1].own)):
        members = list(group)
        place, hour = members[0]
        label = f"{local(hour.start):%H}"
        if len(members) == len(day.hours):
            label = "each"
        elif len(members) > 1:
            label += f"-{local(members[-1][1].start):%H}"
        rows += _rows(label, bars[place], hour, name, width)
    return rows


def day_strip(day: Day, name: str, width: int) -> list[Line]:
    """The same in three rows: the bars, the hours under them, and what the job itself adds."""
    cells = 3 if width >= 3 * len(day.hours) else 2 if width >= 2 * len(day.hours) else 1
    bars: list[Piece] = []
    marks = ""
    for bar, hour in zip(_bars(day.hours), day.hours, strict=True):
        shown = bar if hour.jobs else "·"
        bars.append(Piece(fit(shown * max(1, cells - 1), cells), Ink.KEY if hour.own else Ink.DIM))
    for number, hour in enumerate(day.hours):
        step = _EVERY if cells > 1 else 2 * _EVERY
        text = f"{local(hour.start):%H}" if number % step == 0 else ""
        marks = marks.ljust(number * cells) + text
    busiest = max(day.hours, key=lambda hour: hour.jobs)
    says = f"{counted(busiest.jobs, 'job')} from {local(busiest.start):%H:%M}"
    if not busiest.jobs:
        said: Line = (Piece("No job starts in these hours.", Ink.DIM),)
    else:
        short = shorten(plain(name), max(8, width // 3))
        said = (Piece(short, Ink.KEY), Piece(f" among all jobs; most: {says}", Ink.DIM))
    return [tuple(bars), (Piece(marks, Ink.DIM),), *wrap(said, width, 2)]


def clash_lines(day: Day, width: int) -> list[Line]:
    """Which starts fall together, the worst ones; where none does, that too."""
    if not any(hour.own for hour in day.hours):
        return wrap((Piece("It does not start in these 24 hours.", Ink.DIM),), width)
    if not day.clashes:
        rest = "" if day.complete else " of those that were compared"
        return wrap((Piece(f"No other job starts in the same minute{rest}.", Ink.DIM),), width)
    lines: list[Line] = []
    for clash in day.clashes[:_CLASHES]:
        lines += wrap(_clash(clash), width, 2)
    more = len(day.clashes) - _CLASHES
    if more > 0 or not day.complete:
        rest = f"and {counted(max(more, 1), 'more time')}" + ("" if day.complete else " at least")
        lines += wrap((Piece(f"  {rest} in these hours.", Ink.DIM),), width, 2)
    return lines


def _clash(clash: Clash) -> Line:
    names = [shorten(plain(name), 24) for name in clash.names[:_NAMES]]
    if len(clash.names) > _NAMES:
        names.append(f"{len(clash.names) - _NAMES} more")
    text = f"! {len(clash.names) + 1} jobs start at {local(clash.at):%H:%M}: this one and {joined(names)}"
    return (Piece(text, Ink.WARNING),)


def _rows(label: str, bar: str, hour: Hour, name: str, width: int) -> list[Line]:
    """One row; in an hour of the job itself the others have one of their own."""
    ink = Ink.KEY if hour.own else Ink.DIM
    head = (Piece(f"{label:<{_LABEL}}", Ink.DIM), Piece(f"{bar if hour.jobs else '·'} ", ink))
    room = width - _LABEL - 2
    others = _cut([Piece(_times(plain(other), count)) for other, count in hour.others], room)
    if not hour.own:
        return [(*head, *others)]
    rows: list[Line] = [(*head, Piece(shorten(_times(plain(name), hour.own), room), Ink.KEY))]
    return [*rows, (Piece(" " * (_LABEL + 2)), *others)] if others else rows


def _cut(names: list[Piece], room: int) -> list[Piece]:
    """As many names as there is room for, and how many are left out."""
    shown: list[Piece] = []
    used = 0
    for number, piece in enumerate(names):
        left = len(names) - number
        more = f", {left} more" if shown else f"{left} jobs"
        tail = cell_len(f", {left - 1} more") if left > 1 else 0
        text = (", " if shown else "") + piece.text
        if used + cell_len(text) + tail > room:
            if not shown and left == 1:
                return [piece._replace(text=shorten(piece.text, max(1, room)))]
            if not shown:
                first = shorten(piece.text, max(1, room - tail))
                return [piece._replace(text=first), Piece(f", {left - 1} more", Ink.DIM)]
            return [*shown, Piece(shorten(more, max(1, room - used)), Ink.DIM)]
        shown.append(piece._replace(text=text))
        used += cell_len(text)
    return shown


def _times(name: str, count: int) -> str:
    return name if count == 1 else f"{name} x{count}"


def _bars(hours: Sequence[Hour]) -> str:
    return sparkline([hour.jobs for hour in hours], len(hours), at_least=3)


def day_title(day: Day | None, now: datetime) -> str:
    """Over the line."""
    if day is None or day.hours[0].start <= now:
        return f"All jobs, next 24 h, {zone_word(now)}"
    return f"All jobs {local(day.hours[0].start):%a %m-%d}, {zone_word(now)}"
