"""The trash in lines: deleted jobs, and how long they can be brought back."""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len

from wjtui.model.versions import Trashed
from wjtui.schedule.lists import counted
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, fit_right, plain
from wjtui.tui.present.times import age, countdown, file_size, moment

EMPTY = "It is empty: a deleted job rests here for 7 days, and Enter brings it back."
_AGE, _LEFT, _FILES, _SIZE = 10, 14, 10, 10
_NAME_AT_MOST = 40


def longest_name(entries: list[Trashed]) -> int:
    """Cells of the longest name."""
    return max((cell_len(plain(entry.job.name)) for entry in entries), default=0)


def trashed_line(entry: Trashed, now: datetime, width: int, longest: int, pending: str | None) -> Line:
    """A row, in ``width`` cells; ``longest``: cells of the longest name, ``pending``: what is on its way."""
    roomy, details = width >= 100, width >= 64
    kind = entry.job.type.value if roomy else entry.job.type.value[:4]
    history = history_words(entry) if roomy else counted(entry.runs, "run") if entry.history else "no runs"
    ends = (_FILES if roomy else 0) + (_SIZE + 3 + cell_len(history) if details else 0)
    rest = width - (10 if roomy else 4) - _AGE - _LEFT - 6 - ends
    name = max(8, min(longest, _NAME_AT_MOST, rest))
    left = f"{countdown(entry.until, now)} left" if entry.until > now else "goes now"
    pieces = [
        Piece(fit(plain(entry.job.name), name), Ink.STRONG),
        Piece(f"  {fit(kind, 10 if roomy else 4)}", Ink.DIM),
        Piece(f"  {fit(age(entry.at, now), _AGE)}"),
        Piece(f"  {fit(f'{pending}…' if pending else left, _LEFT)}", Ink.ACCENT if pending else Ink.DIM),
    ]
    if roomy:
        pieces.append(Piece(fit_right(counted(entry.files, "file"), _FILES), Ink.DIM))
    if details:
        pieces.append(Piece(f"{fit_right(file_size(entry.size), _SIZE)}   {history}", Ink.DIM))
    return tuple(pieces)


def about(entry: Trashed) -> list[Line]:
    """All that is known of one entry."""
    return [
        (
            Piece(plain(entry.job.name), Ink.STRONG),
            Piece(f", {entry.job.type.value}, was deleted {moment(entry.at)}."),
        ),
        (
            Piece(f"It is kept until {moment(entry.until)}: {counted(entry.files, 'file')}, "),
            Piece(f"{file_size(entry.size)}, {history_words(entry)}.", Ink.PLAIN),
        ),
    ]


def history_words(entry: Trashed) -> str:
    """What becomes of its runs."""
    return counted(entry.runs, "run") if entry.history else "history left in place"
