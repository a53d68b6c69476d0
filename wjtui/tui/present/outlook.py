"""What lies ahead of a job's schedule, and what is wrong with one that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from wjtui.model.errors import InvalidSchedule
from wjtui.model.jobs import Job
from wjtui.model.schedules import Schedule, ScheduleState
from wjtui.schedule.preview import Preview, preview
from wjtui.schedule.reading import read_in_zone, rule_of
from wjtui.schedule.zones import UTC_ZONE, find_zone

_COMING = frozenset((ScheduleState.PENDING, ScheduleState.PAUSED, ScheduleState.OFF))
"""In these states a schedule has instants, whether it waits for them or not."""


def look_ahead(schedule: Schedule, now: datetime) -> Preview | None:
    """The next ten instants and what to know of them, some 10 ms; None: none comes, or it cannot be read."""
    if schedule.state not in _COMING:
        return None
    zone = find_zone(schedule.zone) or UTC_ZONE
    try:
        found = read_in_zone(rule_of(schedule), zone, schedule.anchor or now)
    except InvalidSchedule:  # an engine of another version knows more kinds
        return None
    return preview(found.timetable, now, zone)


def failure_of_schedule(job: Job) -> InvalidSchedule | None:
    """Why the schedule of a job is no schedule, with the place of the wrong part; None: it is one."""
    schedule = job.schedule
    if schedule is None or schedule.state is not ScheduleState.INVALID:
        return None
    told = next((problem.text for problem in job.problems if problem.code == "schedule-invalid"), None)
    try:
        rule_of(schedule)
    except InvalidSchedule as error:
        if told is None or error.message in told:
            return error
    return InvalidSchedule(told or "The engine cannot read this schedule.")


def wrong_part(text: str, error: InvalidSchedule) -> tuple[int, int]:
    """Where in the text the wrong part lies; an empty stretch where no part can be named."""
    if error.start == error.end and error.field is not None:
        key = f'"{error.field}"'
        start = text.find(key)
        return (start, start + len(key)) if start >= 0 else (0, 0)
    return error.start, max(error.start, error.end)


def percentile(values: Sequence[timedelta], percent: int) -> timedelta | None:
    """The value that ``percent`` of them do not exceed (nearest rank); None: there are none."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]
