"""The schedule builder's boxes beside the controls: when it runs next, how often, and among which others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from rich.cells import cell_len

from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Idle, Job
from wjtui.model.schedules import Schedule
from wjtui.schedule.lists import counted
from wjtui.schedule.preview import Preview
from wjtui.schedule.reading import Reading
from wjtui.tui.present.builder_page import run_rows
from wjtui.tui.present.clash import Day
from wjtui.tui.present.day_line import clash_lines, day_rows, day_strip, day_title
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.outlook import percentile
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.schedule_view import pace
from wjtui.tui.present.schedules import is_paused, zone_name
from wjtui.tui.present.sight import Sight
from wjtui.tui.present.times import clock, span, zone_word
from wjtui.tui.present.wrap import wrap

_RUNS, _FEW_RUNS = 10, 5
_WIDE = 100
_LEFT, _MIDDLE = 49, 42


class Valid(NamedTuple):
    """The last answers that made a schedule."""

    reading: Reading
    schedule: Schedule
    ahead: Preview


class Outlook(NamedTuple):
    """What the boxes are about, at one moment."""

    title: str
    """What the job is called."""
    job: Job | None
    """None: it is not there yet."""
    now: datetime
    valid: Valid | None = None
    """None: no answers made a schedule yet, or none is wanted."""
    is_wrong: bool = False
    """The answers make none now: ``valid`` is older than they are."""
    is_manual: bool = False
    day: Day | None = None
    """None: not worked out yet."""
    durations: tuple[timedelta, ...] = ()


class Box(NamedTuple):
    """A title and rows."""

    title: str
    lines: list[Line]


def columns(width: int) -> tuple[int, int, int]:
    """Cells of the controls, of the runs and of the day where they stand side by side."""
    left = _LEFT if width < 140 else _LEFT + 6
    middle = _MIDDLE if width < 120 else (width - left) * 59 // 100
    return left, middle, width - left - middle


def runs_box(outlook: Outlook, width: int, *, short: bool) -> Box:
    """The next runs, how often, what changes of clocks do, and whether runs can meet."""
    valid = None if outlook.is_manual else outlook.valid
    if valid is None:
        what = "None: it runs when somebody runs it." if outlook.is_manual else "Not known while it is wrong."
        return Box("Next runs", wrap((Piece(what, Ink.DIM),), width))
    ahead, zone = valid.ahead, valid.reading.zone
    count = min(len(ahead.runs), _FEW_RUNS if short else _RUNS)
    lines = run_rows(ahead, zone, outlook.now, width, count, valid=not outlook.is_wrong)
    if outlook.is_wrong:
        kept = valid.schedule.text if valid.schedule.expanded else valid.schedule.words
        title = shorten(f"Next runs of the last valid one: {plain(kept)}", max(10, width))
    else:
        title = f"Next {counted(count, 'run')}" if count != 1 else "The one run that is left"
        title = "Next runs" if count == 0 else f"{title}, {_clocks(valid, outlook.now)}"
    lines.append(())
    lines += pace(_sight(outlook, valid), width)
    lines += _history(outlook, width)
    return Box(title, lines)


def day_box(outlook: Outlook, width: int, *, short: bool) -> Box:
    """24 hours of all jobs, and which starts fall together."""
    title = day_title(outlook.day, outlook.now)
    if outlook.day is None:
        return Box(title, [(Piece("Being worked out.", Ink.DIM),)])
    clashes = [] if outlook.is_manual else clash_lines(outlook.day, width)
    rows = day_strip if short else day_rows
    return Box(title, [*rows(outlook.day, outlook.title, width), *([()] if clashes else []), *clashes])


def builder_header(title: str, now: datetime, width: int) -> Line:
    """The first line: the job, and the time."""
    right = f"{clock(now)} {zone_word(now)} "
    right = right if 3 * len(right) <= width else ""
    lead, tail = (" wjtui › " if width >= _WIDE else " "), " › Schedule builder"
    name = shorten(plain(title), max(8, width - len(lead) - len(tail) - len(right) - 1))
    gap = max(1, width - cell_len(name) - len(lead) - len(tail) - len(right))
    return (
        Piece(lead, Ink.ACCENT),
        Piece(name, Ink.STRONG),
        Piece(tail + " " * gap, Ink.ACCENT),
        Piece(right, Ink.DIM),
    )


def paused_note(job: Job | None) -> str:
    """What keeps a job from being started by any schedule."""
    if job is None:
        return ""
    if job.settings.run_mode == "on_demand":
        return "'run_mode' is on_demand, so no schedule has an effect."
    return "The schedule is paused: it starts nothing until p resumes it." if is_paused(job) else ""


def _clocks(valid: Valid, now: datetime) -> str:
    zone = valid.reading.zone
    seen = zone_word(now)
    there = zone_name(zone)
    return there if there == seen else f"{there} · {seen}"


def _history(outlook: Outlook, width: int) -> list[Line]:
    middle, high = (percentile(outlook.durations, percent) for percent in (50, 95))
    if middle is None or high is None:
        return []
    text = f"{counted(len(outlook.durations), 'run')} took p50 {span(middle.total_seconds())}"
    return wrap((Piece(f"{text}, p95 {span(high.total_seconds())}.", Ink.DIM),), width, 2)


def _sight(outlook: Outlook, valid: Valid) -> Sight:
    """The job as the schedule view would see it with this schedule."""
    job = outlook.job or Job(JobId(JobType.TRIGGERED, outlook.title), "", "", Idle())
    job = msgspec.structs.replace(job, schedule=valid.schedule)
    return Sight(job, None, outlook.now, valid.ahead, None, (), outlook.durations)
