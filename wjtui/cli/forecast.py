"""What a schedule that was written down means and when it is due; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from wjtui.model.base import Value
from wjtui.model.errors import InvalidRequest, InvalidSchedule
from wjtui.model.schedules import Schedule, ScheduleState
from wjtui.schedule.cron import Cron, parse
from wjtui.schedule.fields import shown
from wjtui.schedule.preview import Preview, preview
from wjtui.schedule.recurrence import Recurrence, instant_of
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_times import RecurrenceTimetable
from wjtui.schedule.recurrence_words import describe_recurrence
from wjtui.schedule.timetable import CronTimetable, Timetable
from wjtui.schedule.words import describe, never_reason
from wjtui.schedule.zones import find_zone, pick_zone, suggest_zone

_EXAMPLE = """'{"kind": "every", "unit": "minute", "n": 15}'"""


class Plan(Value, frozen=True):
    """A valid schedule."""

    text: str
    """As written."""
    rule: Cron | Recurrence
    object: dict[str, Any] | None = None
    """The recurrence as written; None: it is an expression."""


class Forecast(Value, frozen=True):
    """A schedule from one moment on."""

    plan: Plan
    zone: ZoneInfo
    words: str
    ahead: Preview
    warnings: tuple[str, ...]
    """Sentences on what is valid but hardly meant."""

    @property
    def expanded(self) -> str | None:
        """The expression in the form of spec 7.2; None: it is a recurrence."""
        return self.plan.rule.expanded if isinstance(self.plan.rule, Cron) else None


def read_plan(text: str, *, recurrence: bool = False) -> Plan:
    """The schedule that ``text`` means: an expression, or a recurrence's object as JSON.

    Text that begins with a brace is a recurrence, and so is any with ``recurrence``. Raises InvalidSchedule.
    """
    if not recurrence and not text.lstrip().startswith("{"):
        return Plan(text, parse(text))
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"The recurrence is no JSON ({error.msg} at character {error.pos + 1}): write {_EXAMPLE}."
        raise InvalidSchedule(message, start=error.pos, end=error.pos + 1) from None
    except (ValueError, RecursionError):
        raise InvalidSchedule(f"The recurrence is no JSON that can be read: write {_EXAMPLE}.") from None
    return Plan(text, parse_recurrence(found), found)


def choose_zone(plan: Plan, given: str | None, site: str | None) -> tuple[ZoneInfo, list[str]]:
    """The zone of a schedule's wall times, and sentences about it.

    As for a job: a recurrence's own zone, else ``given`` with the option, else the site's, else UTC.
    Raises InvalidSchedule and InvalidRequest for a zone that nobody knows; the site's only brings a warning.
    """
    own = plan.rule.time_zone if isinstance(plan.rule, Recurrence) else None
    zones = {name: find_zone(name) for name in (own, given) if name is not None}
    if own is not None:
        zone = zones[own]
        if zone is None:
            raise InvalidSchedule(_unknown("'time_zone'", own), field="time_zone")
        ignored = given is not None and zones[given] != zone
        return zone, [f"The recurrence's own 'time_zone' goes before --zone {given}."] if ignored else []
    if given is not None:
        zone = zones[given]
        if zone is None:
            raise InvalidRequest(_unknown("--zone", given))
        return zone, []
    choice = pick_zone(None, site)
    return choice.zone, [choice.problem.text] if choice.problem is not None else []


def forecast(plan: Plan, zone: ZoneInfo, start: datetime, count: int, warnings: list[str]) -> Forecast:
    """The schedule from ``start`` on, as if it was first seen then; ``warnings`` are added to its own.

    Raises InvalidSchedule for a recurrence that ends before it starts.
    """
    rule = plan.rule
    if isinstance(rule, Cron):
        words, own = describe(rule), [*rule.warnings, *filter(None, [never_reason(rule)])]
    else:
        _check_end(rule, zone)
        words, own = describe_recurrence(rule, zone), []
    ahead = preview(timetable_of(plan, zone, start), start, zone, count)
    return Forecast(plan, zone, words, ahead, tuple(own + warnings))


def timetable_of(plan: Plan, zone: tzinfo, first_seen: datetime) -> Timetable:
    """When the schedule is due; ``first_seen`` is what a recurrence's ``now`` means."""
    if isinstance(plan.rule, Cron):
        return CronTimetable(plan.rule, zone)
    return RecurrenceTimetable(plan.rule, zone, first_seen)


def upcoming(schedule: Schedule, next_run: datetime | None, count: int) -> list[datetime]:
    """The next instants of a job's schedule from ``next_run`` on; none while it does not wait."""
    zone = find_zone(schedule.zone)
    if next_run is None or zone is None or schedule.state is not ScheduleState.PENDING:
        return []
    try:
        plan = read_plan(schedule.text, recurrence=bool(schedule.recurrence))
    except InvalidSchedule:  # an engine of another version knows more kinds
        return [next_run]
    timetable = timetable_of(plan, zone, schedule.anchor or next_run)
    return [next_run, *islice(_following(timetable, next_run), count - 1)]


def _check_end(recurrence: Recurrence, zone: tzinfo) -> None:
    """A start with a zone and an end without one, or the reverse: they alone cannot be compared."""
    start, end = recurrence.start, recurrence.end
    if start is not None and end is not None and instant_of(end, zone) < instant_of(start, zone):
        raise InvalidSchedule(
            f"'end' lies before 'start' ({end.isoformat()} and {start.isoformat()}), so nothing is ever due.",
            field="end",
        )


def _following(timetable: Timetable, at: datetime | None) -> Iterator[datetime]:
    while at is not None and (at := timetable.next_after(at)) is not None:
        yield at


def _unknown(what: str, name: str) -> str:
    meant = suggest_zone(name)
    if meant is None:
        return f"{what} is '{shown(name)}', which is no time zone: one is called for example 'Europe/Berlin'."
    sign = " (its sign is the other way round)" if meant.startswith("Etc/GMT") else ""
    return f"{what} is '{shown(name)}', which is no time zone: did you mean '{meant}'{sign}?"
