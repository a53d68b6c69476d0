"""Starts that wait for their turn, and how far a run has come, in words for rows and sentences."""

from __future__ import annotations

from datetime import datetime

from wjtui.model.runs import Run
from wjtui.model.starts import Hold
from wjtui.schedule.lists import counted
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import countdown, moment

_READ = 200
_BAR = 10


def retry_word(hold: Hold, now: datetime) -> str:
    """``Retry 1/3 in 00:24``; without the time once that has come, since something else is waited for."""
    which = f"Retry {tries(hold.attempt, hold.attempts)}"
    if hold.due is None or hold.due <= now:
        return which
    left = countdown(hold.due, now)
    return f"{which} in {left.removeprefix('00:') if len(left) == 8 else left}"


def tries(attempt: int, attempts: int) -> str:
    """``1/3``; ``1`` where nothing says of how many."""
    return f"{attempt}/{attempts}" if attempts else str(attempt)


def queued_word(count: int, room: int = 8) -> str:
    """``queued 3``, shorter where the number needs the room."""
    return next(text for text in (f"queued {count}", f"queue {count}", f"+{count}") if len(text) <= room)


def next_of_hold(hold: Hold, now: datetime) -> Piece:
    """What the column of next starts shows: a retry's time left, else how many wait."""
    if hold.count == 1 and hold.due is not None and hold.due > now:
        return Piece(countdown(hold.due, now), Ink.WAITING)
    return Piece(queued_word(hold.count), Ink.WAITING)


def hold_sentences(hold: Hold, lock: str, now: datetime) -> list[str]:
    """What waits and for what; ``lock``: the one of the job's settings, empty: none."""
    told = []
    others = hold.count
    if hold.attempt:
        others -= 1
        which = f"Retry {tries(hold.attempt, hold.attempts)} of its failed run"
        if hold.due is not None and hold.due > now:
            told.append(f"{which} begins in {countdown(hold.due, now)} ({moment(hold.due)}).")
        else:
            told.append(f"{which} waits: {_reason(hold)}.")
        if others:
            told.append(f"{_starts(others)} behind it.")
    else:
        told.append(f"{_starts(others)}: {_reason(hold)}.")
    if lock:
        told.append(f"Of the jobs that name the lock '{plain(lock[:_READ])}' one runs at a time.")
    return told


def _starts(count: int) -> str:
    return f"{counted(count, 'start')} {'waits' if count == 1 else 'wait'}"


def _reason(hold: Hold) -> str:
    return plain(hold.reason[:_READ]).strip().rstrip(".") or "it has no turn yet"


def progress_line(run: Run, cells: int = _BAR) -> Line:
    """``████░░░░░░  42%  Rendering page 13``, as far as the run has said it; nothing where it has not."""
    pieces: list[Piece] = []
    if run.progress is not None:
        percent = min(100, max(0, run.progress))
        done = percent * cells // 100
        pieces = [
            Piece("█" * done, Ink.RUNNING),
            Piece("░" * (cells - done), Ink.DIM),
            Piece(f" {percent:>3}%"),
        ]
    if run.message:
        pieces += [Piece("  " if pieces else ""), Piece(plain(run.message[:_READ]), Ink.DIM)]
    return tuple(pieces)
