"""What a job's schedule is up to, in short words: next start, state, zone, what brought no run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from wjtui.model.jobs import Job
from wjtui.model.schedules import Missed, Schedule, ScheduleState
from wjtui.tui.present.ink import Ink, Piece
from wjtui.tui.present.plain import plain, shorten
from wjtui.tui.present.times import clock, countdown, moment

_READ = 400
"""Characters looked at of a text that may have ten thousand."""


class Standing(NamedTuple):
    """A schedule's state: its glyph, a word for a column of eight cells, a sentence without a full stop."""

    glyph: str
    word: str
    sentence: str
    ink: Ink


STANDINGS = {
    ScheduleState.PENDING: Standing("✓", "-", "waits for its next run", Ink.SUCCESS),
    ScheduleState.PAUSED: Standing(
        "=", "paused", "paused: it starts nothing until p resumes it", Ink.WAITING
    ),
    ScheduleState.OFF: Standing(
        "=", "off", "off: WEBJOBS_DISABLE_SCHEDULE is set for this engine", Ink.WAITING
    ),
    ScheduleState.INVALID: Standing("✗", "invalid", "not valid, so nothing is scheduled", Ink.FAILED),
    ScheduleState.NEVER: Standing("!", "never", "never: no such date comes", Ink.WARNING),
    ScheduleState.DONE: Standing("✓", "done", "done: its one start was made", Ink.SUCCESS),
    ScheduleState.ENDED: Standing("○", "ended", "ended: its end or its count is behind it", Ink.STOPPED),
}


def is_paused(job: Job) -> bool:
    """Whether its schedule would wait if somebody had not paused it."""
    return job.schedule is not None and job.schedule.state is ScheduleState.PAUSED


def resumes(job: Job) -> bool:
    """Whether ``p`` would resume the schedule, not pause it; one that is invalid can be paused, too."""
    schedule = job.schedule
    return schedule is not None and (schedule.state is ScheduleState.PAUSED or not job.settings.enabled)


def coming(job: Job) -> datetime | None:
    """When it starts next, by its schedule, because somebody put a start off, or as a retry."""
    due = job.hold.due if job.hold is not None else None
    starts = [job.next_run, job.later.at if job.later is not None else None, due]
    return min((at for at in starts if at is not None), default=None)


def schedule_text(schedule: Schedule, width: int = _READ) -> str:
    """The expression as it is written, or a recurrence in words; at most ``width`` cells of it."""
    return shorten(plain(_written(schedule)[: width + _READ]), width)


def schedule_cell(job: Job) -> Piece:
    """What the column of schedules shows."""
    if job.is_continuous:
        return Piece("single" if job.settings.is_singleton else "always on", Ink.DIM)
    if job.schedule is None:
        return Piece("manual", Ink.DIM)
    paused = "(paused) " if is_paused(job) else ""
    return Piece(paused + schedule_text(job.schedule, 80), Ink.DIM)


def next_cell(job: Job, now: datetime) -> Piece:
    """Time left to the next start; where none comes, why not."""
    at = coming(job)
    if at is not None:
        return Piece(countdown(at, now), Ink.PLAIN if at == job.next_run else Ink.ACCENT)
    if job.schedule is None or job.schedule.state is ScheduleState.PENDING:
        return Piece("-", Ink.DIM)
    standing = STANDINGS[job.schedule.state]
    return Piece(standing.word, Ink.WAITING if standing.word == "paused" else standing.ink)


def later_word(at: datetime, now: datetime) -> str:
    """A start that was put off, for the status column: ``later 02:00``, ``later 11-29``."""
    at = at.astimezone(UTC)
    return f"later {at:%H:%M}" if at - now < timedelta(days=1) else f"later {at:%m-%d}"


def zone_name(zone: tzinfo) -> str:
    """A zone as people call it."""
    return str(zone)


def local_moment(at: datetime, zone: tzinfo) -> str:
    """An instant by the clocks of a zone: ``Sun 2026-11-22 02:00:00 Europe/Berlin``."""
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M:%S} {zone_name(zone)}"


def waiting(at: datetime, now: datetime) -> str:
    """``in 20:47:51``, or ``now``."""
    left = countdown(at, now)
    return left if left == "now" else f"in {left}"


def stretch(missed: Missed) -> str:
    """From when to when: ``2026-11-16 02:00:00 to 05:00:00 UTC``."""
    if missed.count == 1 or missed.first == missed.latest:
        return moment(missed.latest)
    same_day = missed.first.astimezone(UTC).date() == missed.latest.astimezone(UTC).date()
    end = f"{clock(missed.latest)} UTC" if same_day else moment(missed.latest)
    return f"{moment(missed.first).removesuffix(' UTC')} to {end}"


def with_newest(known: Sequence[Missed], newest: Missed | None) -> tuple[Missed, ...]:
    """Stretches, newest first, with one that was told of later taken in."""
    if newest is None:
        return tuple(known)
    others = [one for one in known if one.first != newest.first]
    same = [one for one in known if one.first == newest.first]
    longest = max([newest, *same], key=lambda one: one.count)
    return tuple(sorted([longest, *others], key=lambda one: one.first, reverse=True))


def _written(schedule: Schedule) -> str:
    return schedule.words if schedule.recurrence and schedule.words else schedule.text
