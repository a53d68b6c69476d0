"""Spool: which message is next, and what becomes of it when its run has ended; pure."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from wjtui.engine.recovery import DAMAGED, REASON
from wjtui.engine.watching.sightings import Seen, is_quiet
from wjtui.model.runs import Run, RunStatus

_CRASHED = frozenset({REASON, DAMAGED})
"""Of a run whose engine has ended without a word."""
_MOST_BYTES = 255
"""Of a file's name."""


class Fate(StrEnum):
    """Where a message goes; the value is the folder's name."""

    DONE = "done"
    DEAD = "dead"
    STAY = ""


def fate_of(run: Run, retried: bool) -> Fate:
    """Where the message of an ended run goes.

    What people or an engine in order have ended is left to be taken again. After a crash nobody knows how
    far the run had come: taken again by itself, it might be processed twice.
    """
    if retried:
        return Fate.STAY
    match run.status:
        case RunStatus.SUCCESS:
            return Fate.DONE
        case RunStatus.ABORTED if run.reason not in _CRASHED:
            return Fate.STAY
        case _:
            return Fate.DEAD


def line_up(seen: Seen, quiet: float, now: float) -> list[str]:
    """Messages that nobody writes any more, the oldest last, where it is cheap to take."""
    rested = [(each.mark.mtime_ns, name) for name, each in seen.items() if is_quiet(each, quiet, now)]
    return [name for _, name in sorted(rested, reverse=True)]


def numbered(name: str, number: int) -> str:
    """``report.csv`` as ``report.2.csv``: another name for the same, never too long for a file."""
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    tail = f".{number}{dot}{ending}"
    room = _MOST_BYTES - len(tail.encode())
    if room <= 0:  # an ending that is the whole name
        return numbered(name.replace(".", "_"), number)
    return stem.encode()[:room].decode("utf-8", "ignore") + tail


def free_number(is_taken: Callable[[int], bool]) -> int:
    """A number from 2 on that is not taken, found in a few looks although thousands may be.

    A sender may call every message the same.
    """
    low, high = 1, 2
    while is_taken(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_taken(middle) else (low, middle)
    return high
