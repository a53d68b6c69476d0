"""A schedule as it is read: what its rule means on the clocks of a zone, and when it is due."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from wjtui.model.base import Value
from wjtui.model.schedules import Schedule
from wjtui.schedule.cron import Cron, parse
from wjtui.schedule.recurrence import Recurrence, check_end
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_times import RecurrenceTimetable
from wjtui.schedule.recurrence_words import describe_recurrence
from wjtui.schedule.timetable import CronTimetable, Timetable
from wjtui.schedule.words import describe

Rule = Cron | Recurrence


class Reading(Value, frozen=True):
    """A valid schedule in its zone."""

    rule: Rule
    zone: ZoneInfo
    timetable: Timetable
    words: str
    """The rule in plain English."""
    expanded: str = ""
    """The expression in the form of spec 7.2; empty for a recurrence."""
    warnings: tuple[str, ...] = ()
    """Sentences on what is valid but hardly meant."""


def rule_of(schedule: Schedule) -> Rule:
    """The rule of a job's schedule. Raises InvalidSchedule."""
    return parse_recurrence(schedule.recurrence) if schedule.recurrence else parse(schedule.text)


def read_in_zone(rule: Rule, zone: ZoneInfo, first_seen: datetime, *, seen: bool = True) -> Reading:
    """What the rule means in ``zone``. Raises InvalidSchedule for a recurrence that ends before it starts.

    ``first_seen`` is what a recurrence's ``now`` means; where it was not yet ``seen``, its words say ``now``.
    """
    if isinstance(rule, Cron):
        return Reading(rule, zone, CronTimetable(rule, zone), describe(rule), rule.expanded, rule.warnings)
    check_end(rule, zone)
    words = describe_recurrence(rule, zone, first_seen if seen else None)
    return Reading(rule, zone, RecurrenceTimetable(rule, zone, first_seen), words)
