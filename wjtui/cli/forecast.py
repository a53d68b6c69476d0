"""What a schedule that was written down means and when it is due; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from wjtui.model.base import Value
from wjtui.model.errors import InvalidRequest, InvalidSchedule
from wjtui.model.schedules import Schedule, ScheduleState
from wjtui.schedule.cron import Cron, parse
from wjtui.schedule.fields import shown
from wjtui.schedule.preview import Preview, preview
from wjtui.schedule.reading import Reading, Rule, read_in_zone, rule_of
from wjtui.schedule.recurrence import Recurrence
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.timetable import Timetable
from wjtui.schedule.words import never_reason
from wjtui.schedule.zones import find_zone, pick_zone, zone_hint

_EXAMPLE = """'{"kind": "every", "unit": "minute", "n": 15}'"""


class Plan(Value, frozen=True):
    """A valid schedule."""

    text: str
    """As written."""
    rule: Rule
    object: dict[str, Any] | None = None
    """The recurrence as written; None: it is an expression."""


class Forecast(Value, frozen=True):
    """A schedule from one moment on."""

    plan: Plan
    reading: Reading
    ahead: Preview
    warnings: tuple[str, ...]
    """Sentences on what is valid but hardly meant."""


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
    reading = read_in_zone(plan.rule, zone, start, seen=False)
    never = never_reason(plan.rule) if isinstance(plan.rule, Cron) else None
    ahead = preview(reading.timetable, start, zone, count)
    return Forecast(plan, reading, ahead, (*reading.warnings, *filter(None, [never]), *warnings))


def upcoming(schedule: Schedule, next_run: datetime | None, count: int) -> list[datetime]:
    """The next instants of a job's schedule from ``next_run`` on; none while it does not wait."""
    zone = find_zone(schedule.zone)
    if next_run is None or zone is None or schedule.state is not ScheduleState.PENDING:
        return []
    try:
        found = read_in_zone(rule_of(schedule), zone, schedule.anchor or next_run)
    except InvalidSchedule:  # an engine of another version knows more kinds
        return [next_run]
    return [next_run, *islice(_following(found.timetable, next_run), count - 1)]


def _following(timetable: Timetable, at: datetime | None) -> Iterator[datetime]:
    while at is not None and (at := timetable.next_after(at)) is not None:
        yield at


def _unknown(what: str, name: str) -> str:
    hint = zone_hint(name) or "one is called for example 'Europe/Berlin'."
    return f"{what} is '{shown(name)}', which is no time zone: {hint}"
