"""The schedule view's other panels: the next runs, how often, a start that was put off, what was missed."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from rich.cells import cell_len

from wjtui.model.schedules import Missed, Schedule, ScheduleState
from wjtui.schedule.date_words import span_words
from wjtui.schedule.lists import counted
from wjtui.schedule.missed_words import missed_words
from wjtui.schedule.zones import UTC_ZONE, find_zone, zone_of
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.outlook import percentile
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import STANDINGS, local_moment, stretch, waiting, zone_name
from wjtui.tui.present.sight import Sight
from wjtui.tui.present.times import span
from wjtui.tui.present.wrap import wrap, wrap_all

_NEXT = 10
_WITH_UTC, _WITH_YEAR, _WITH_DAY = 50, 36, 31
"""Cells that a row of the next instants needs for the second clock, the year, the day of the week."""


def next_title(sight: Sight) -> str:
    """Over the next instants: how many, and under which condition."""
    schedule = sight.job.schedule
    count = len(sight.ahead.runs) if sight.ahead is not None else 0
    title = f"Next {counted(count, 'run')}" if count != 1 else "The one run that is left"
    if count == 0 or schedule is None:
        return "Next runs"
    if schedule.state is ScheduleState.PAUSED:
        return f"{title}, once it is resumed"
    return f"{title}, once schedules are on" if schedule.state is ScheduleState.OFF else title


def next_runs(sight: Sight, width: int) -> list[Line]:
    """A row an instant: by the clocks of the schedule's zone, by UTC, and the time until then."""
    schedule, ahead = sight.job.schedule, sight.ahead
    if schedule is None:
        return wrap((Piece("None: it runs when somebody runs it.", Ink.DIM),), width)
    if ahead is None or not ahead.runs:
        return wrap((Piece(f"None: {_why_none(schedule)}.", Ink.DIM),), width)
    zone = find_zone(schedule.zone) or UTC_ZONE
    fine = any(at.second for at in ahead.runs)
    waits = schedule.state is ScheduleState.PENDING
    rows = []
    for number, at in enumerate(ahead.runs[:_NEXT]):
        ink = Ink.STRONG if number == 0 and waits else Ink.PLAIN
        rows.append(_instant(at, zone, sight.now, width, fine=fine, ink=ink))
    return rows


def pace(sight: Sight, width: int) -> list[Line]:
    """How often it runs, whether runs can meet, and what changes of clocks do to it."""
    if sight.ahead is None:
        return wrap((Piece("No run is ahead.", Ink.DIM),), width)
    often, *changes = sight.ahead.sentences
    lines: list[Line] = [(Piece(often),), _gap(sight), *(((Piece(text),)) for text in changes)]
    if not changes:
        zone = find_zone(sight.job.schedule.zone) if sight.job.schedule is not None else None
        what = "has no change of clocks within a year." if sight.ahead.change is None else (
            "changes its clocks within a year; that moves no run of this schedule."
        )  # fmt: skip
        lines.append((Piece(f"{zone_name(zone or UTC_ZONE)} {what}", Ink.DIM),))
    return wrap_all(lines, width, 2)


def put_off(sight: Sight, width: int) -> list[Line]:
    """The start that somebody put off."""
    later = sight.job.later
    if later is None:
        return wrap(
            (Piece("None. ", Ink.DIM), Piece("t", Ink.KEY), Piece(" starts it once, later.", Ink.DIM)), width
        )
    at = local_moment(later.at, zone_of(sight.job, sight.engine))
    lines: list[Line] = [(Piece(at, Ink.STRONG), Piece(f", {waiting(later.at, sight.now)}", Ink.ACCENT))]
    by = plain(later.trigger.strip(" -")[:80])
    said = "" if later.arguments is None else f", with the arguments {plain(later.arguments[:200])}"
    lines.append((Piece(f"by {by}{said}" if by else said.removeprefix(", "), Ink.DIM),))
    lines.append((Piece("t", Ink.KEY), Piece(" changes it or takes it back.", Ink.DIM)))
    return wrap_all(lines, width)


def missed(sight: Sight, width: int, rows: int) -> list[Line]:
    """The last stretches of instants that brought no run, as many as go into ``rows``, but one at least."""
    if sight.missed is None:
        return [(Piece("Not known yet.", Ink.DIM),)]
    if not sight.missed:
        return wrap((Piece("None that the engine knows of.", Ink.DIM),), width)
    lines: list[Line] = []
    for number, one in enumerate(sight.missed):
        more, left = _stretch(one, width), len(sight.missed) - number
        if lines and len(lines) + len(more) + (left > 1) > rows:
            lines.append((Piece(f"and {left:,} earlier.", Ink.DIM),))
            break
        lines += more
    return lines


def _stretch(one: Missed, width: int) -> list[Line]:
    """A row, or where that is too narrow its reason under its time."""
    when, why = Piece(stretch(one), Ink.DIM), Piece(missed_words(one))
    if cell_len(when.text) + 2 + cell_len(why.text) <= width:
        return [(when, Piece("  "), why)]
    return [*wrap((when,), width, 2), *wrap((Piece("  "), why), width, 2)]


def _gap(sight: Sight) -> Line:
    """The shortest time between two starts, against the usual duration."""
    gap = sight.ahead.shortest_gap if sight.ahead is not None else None
    if gap is None:
        return (Piece("No two runs are ahead that could meet.", Ink.DIM),)
    usual = percentile(sight.durations, 95)
    shortest = f"Shortest gap {span_words(gap)}"
    if usual is None:
        return (Piece(f"{shortest}; no run has ended yet that could be longer.", Ink.DIM),)
    of = f"p95 of {counted(len(sight.durations), 'run')} {span(usual.total_seconds())}"
    if usual < gap:
        return Piece(f"{shortest}, {of}: "), Piece("no clash.", Ink.SUCCESS)
    return (Piece(f"! {shortest}, {of}: a start is left out while the run before is going.", Ink.WARNING),)


def _instant(at: datetime, zone: tzinfo, now: datetime, width: int, *, fine: bool, ink: Ink) -> Line:
    clocks = "%H:%M:%S" if fine else "%H:%M"
    local = at.astimezone(zone)
    if width < _WITH_DAY:
        short = local.strftime(f"%m-%d {clocks}")
        left = f"  {waiting(at, now)}"
        return Piece(short, ink), Piece(left if len(short) + len(left) <= width else "", Ink.DIM)
    year = "%Y-" if width >= _WITH_YEAR else ""
    pieces = [Piece(local.strftime(f"%a {year}%m-%d {clocks}"), ink)]
    if zone_name(zone) != "UTC" and width >= _WITH_UTC:
        utc = at.astimezone(UTC)
        day = "" if utc.date() == local.date() else "%a "
        pieces.append(
            Piece(f"  {utc.strftime(day + clocks):>{len('Sun ') + (8 if fine else 5)}} UTC", Ink.DIM)
        )
    return (
        *pieces,
        Piece(f"  {waiting(at, now)}", Ink.ACCENT if ink is Ink.STRONG else Ink.DIM),
    )


def _why_none(schedule: Schedule) -> str:
    if schedule.state is ScheduleState.INVALID:
        return "the schedule is not valid"
    return STANDINGS[schedule.state].sentence.partition(": ")[2] or "the engine has not said when"
