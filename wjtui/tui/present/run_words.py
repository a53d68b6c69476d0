"""A run's trigger, exit and duration in words."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from wjtui.model.runs import Exit, Run
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import span

_READ = 400
"""Characters looked at of a text that may be very long."""


class Source(StrEnum):
    """Who starts runs (spec 6.3)."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    API = "api"
    OTHER = "other"


def source_of(trigger: str) -> Source:
    """Who started a run, by its trigger string."""
    match trigger.partition(" - ")[0]:
        case "Schedule" | "Recurrence":
            return Source.SCHEDULE
        case "UI" | "CLI":
            return Source.MANUAL
        case "External":
            return Source.API
        case _:
            return Source.OTHER


def trigger_word(trigger: str) -> str:
    """In a few cells: ``schedule``, ``manual ops``, ``api curl/8.5.0``."""
    kind, _, by = trigger[:_READ].partition(" - ")
    by = plain(by.strip())
    match source_of(trigger):
        case Source.SCHEDULE:
            return "schedule"
        case Source.MANUAL:
            return f"manual {by}".rstrip()
        case Source.API:
            return f"api {by}".rstrip()
        case Source.OTHER:
            return plain(kind.strip() or by) or "unknown"


def trigger_sentence(run: Run) -> str:
    """In full: the schedule's expression, who pressed the key, which program asked."""
    _, _, by = run.trigger[:_READ].partition(" - ")
    by = plain(by.strip())
    match source_of(run.trigger):
        case Source.SCHEDULE:
            return f"schedule  {by}".rstrip()
        case Source.MANUAL:
            place = "on the screen" if run.trigger.startswith("UI") else "on the command line"
            return f"manual  {place}{f', by {by}' if by else ''}"
        case Source.API:
            return f"api  {f'by {by}' if by else 'by a program that gave no name'}"
        case Source.OTHER:
            return plain(run.trigger[:_READ].strip()) or "not known"


_CODES = {
    0: "success",
    1: "general error",
    2: "misuse, or bad arguments",
    126: "found, but it cannot be run: is it executable?",
    127: "command not found",
    128: "exit with an argument that is no number",
    255: "exit status out of range, or ssh failed",
}
_SIGNALS = {
    1: "the terminal hung up",
    2: "interrupted, as by ctrl+c",
    3: "quit, with a core dump",
    4: "illegal instruction",
    6: "it aborted itself",
    7: "bus error",
    8: "arithmetic error",
    9: "killed, maybe out of memory",
    11: "segmentation fault",
    13: "wrote to a pipe that nobody reads",
    14: "its alarm went off",
    15: "asked to end",
    24: "processor time limit",
    25: "file size limit",
}


def exit_word(exit: Exit | None) -> str:
    """In a few cells: ``exit 1``, ``SIGTERM``; empty where no process ended."""
    return "" if exit is None else str(exit)


def exit_meaning(exit: Exit) -> str:
    """What an exit code or a signal usually means; empty where nothing is known."""
    if exit.signal is not None:
        return _SIGNALS.get(exit.signal, "")
    code = exit.number
    if code in _CODES:
        return _CODES[code]
    if 128 < code < 128 + 65:
        name = str(Exit(signal=code - 128))
        meaning = _SIGNALS.get(code - 128, "")
        return f"{name}: {meaning}" if meaning else name
    return ""


def exit_sentence(exit: Exit) -> str:
    """In full: ``1  (general error)``, ``SIGKILL  (killed, maybe out of memory)``."""
    meaning = exit_meaning(exit)
    shown = str(exit) if exit.signal is not None else str(exit.number)
    return f"{shown}  ({meaning})" if meaning else shown


def brief_span(length: timedelta) -> str:
    """``04:02``, from an hour on ``01:04:02``."""
    shown = span(length.total_seconds())
    return shown.removeprefix("00:") if len(shown) == 8 else shown


def difference(length: timedelta) -> str:
    """With its sign, as coarse as it is long: ``+12 ms``, ``-29 s``, ``+4 min``, ``+3 h``."""
    seconds = length.total_seconds()
    sign, amount = "-" if seconds < 0 else "+", abs(seconds)
    if amount < 1:
        return f"{sign}{round(amount * 1000)} ms"
    if amount < 120:
        return f"{sign}{amount:.0f} s"
    return f"{sign}{amount / 60:.0f} min" if amount < 7200 else f"{sign}{amount / 3600:.0f} h"
