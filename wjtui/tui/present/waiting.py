"""Starts that wait for a job, in lines: a row each, and all that is known of one."""

from __future__ import annotations

from datetime import datetime

from wjtui.model.starts import Waiting
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain
from wjtui.tui.present.run_words import trigger_word
from wjtui.tui.present.times import age, countdown, moment, stamp

EMPTY = "No start waits: each begins as soon as it is asked for."
_ID, _ASKED, _DUE = 18, 11, 11
_READ = 600
_TRIGGER_AT_MOST = 36


def waiting_line(waiting: Waiting, now: datetime, width: int) -> Line:
    """A row, in ``width`` cells: its run's id, when it was asked for, when it begins, by whom, with what."""
    rest = max(2, width - _ID - _ASKED - _DUE - 8)
    trigger = min(_TRIGGER_AT_MOST, max(10, rest // 2))
    arguments = waiting.start.arguments
    return (
        Piece(fit(plain(waiting.id), _ID), Ink.STRONG),
        Piece(f"  {fit(stamp(waiting.asked, now), _ASKED)}"),
        Piece(f"  {fit(due_word(waiting.due, now), _DUE)}", Ink.WAITING if waiting.due else Ink.DIM),
        Piece(f"  {fit(trigger_word(waiting.start.trigger), trigger)}", Ink.DIM),
        Piece(f"  {plain((arguments or '')[:_READ])}"),
    )


def due_word(due: datetime | None, now: datetime) -> str:
    """``in 00:00:24``; ``in its turn`` where no time is waited for, or that has come."""
    return f"in {countdown(due, now)}" if due is not None and due > now else "in its turn"


def about_waiting(waiting: Waiting, now: datetime) -> list[Line]:
    """All that is known of one."""
    start = waiting.start
    who = plain(start.trigger[:_READ]).rstrip(" -") or "not known"
    lines: list[Line] = [
        (Piece(f"Asked for at {moment(waiting.asked)}, {age(waiting.asked, now)}. Trigger: {who}."),)
    ]
    if waiting.due is not None:
        lines.append((Piece(f"It begins at {moment(waiting.due)} at the earliest."),))
    if start.origin is not None:
        run, job = plain(start.origin.run), plain(start.origin.job.name)
        lines.append((Piece(f"It follows run {run} of {job}."),))
    for label, text in (("Arguments", start.arguments or ""), ("Input", start.input)):
        if text:
            lines.append((Piece(f"{label}: ", Ink.DIM), Piece(plain(text[:_READ]))))
    return lines
