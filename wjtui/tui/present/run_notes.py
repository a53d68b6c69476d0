"""Under the list of runs: how long the last ones took, and what else has happened to the job."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from wjtui.model.runs import Run, RunStatus
from wjtui.model.schedules import Missed
from wjtui.schedule.missed_words import missed_words
from wjtui.tui.present.history import Event, place_of
from wjtui.tui.present.history_filter import began
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain, shorten
from wjtui.tui.present.run_words import brief_span
from wjtui.tui.present.spark import sparkline
from wjtui.tui.present.times import stamp

SPARKS = 20
"""So many runs are drawn."""


def durations(latest: list[timedelta], width: int) -> list[Line]:
    """A bar a run, oldest first; nothing to see before there are two."""
    if len(latest) < 2:
        return []
    bars = sparkline([length.total_seconds() for length in latest], min(SPARKS, width - 2))
    most = f"max {brief_span(max(latest))}"
    head = f"DURATION  last {len(latest)} runs"
    return [
        (Piece(fit(head, width - len(most)), Ink.STRONG), Piece(most, Ink.DIM)),
        (Piece(f"  {bars}", Ink.ACCENT),),
    ]


def happenings(events: Iterable[Event], now: datetime, width: int, rows: int) -> list[Line]:
    """What was missed and what was aborted, newest first, in so many rows."""
    told = [event for event in events if isinstance(event, Missed) or _was_cut_short(event)]
    told.sort(key=place_of, reverse=True)
    if not told or rows < 2:
        return []
    lines: list[Line] = [(Piece("EVENTS OF THIS JOB", Ink.STRONG),)]
    for event in told[: rows - 1]:
        when = f"  {stamp(began(event), now):<11}  "
        lines.append((Piece(when, Ink.DIM), Piece(shorten(_words(event), width - len(when)))))
    return lines


def _was_cut_short(event: Event) -> bool:
    return isinstance(event, Run) and event.status is RunStatus.ABORTED


def _words(event: Event) -> str:
    if isinstance(event, Missed):
        return f"missed {missed_words(event)}"
    reason = event.reason if isinstance(event, Run) else ""
    return f"run aborted: {plain(reason[:200])}" if reason else "run aborted"
