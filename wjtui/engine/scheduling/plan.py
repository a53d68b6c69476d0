"""What a job's settings ask for: its timetable, how to show it, and what is wrong with it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from wjtui.model.errors import InvalidSchedule
from wjtui.model.jobs import Problem, Severity
from wjtui.model.schedules import Schedule, ScheduleState
from wjtui.model.settings import JobSettings
from wjtui.schedule.cron import Cron, parse
from wjtui.schedule.due import Misfire
from wjtui.schedule.fields import shown
from wjtui.schedule.recurrence import Kind, Recurrence, anchor_of, fingerprint, instant_of
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.recurrence_times import RecurrenceTimetable
from wjtui.schedule.recurrence_words import describe_recurrence
from wjtui.schedule.timetable import CronTimetable, Timetable
from wjtui.schedule.wall import SECOND
from wjtui.schedule.words import describe, never_reason
from wjtui.schedule.zones import UTC_ZONE, ZoneChoice, pick_zone

Seen = tuple[str, datetime]
"""The fingerprint of a recurrence and when it was first seen."""


@dataclass(frozen=True)
class Plan:
    """The schedule of one job, ready to be asked."""

    schedule: Schedule | None = None
    """None: it has none. Its state is that of the settings; whether a recurrence is over, time tells."""
    timetable: Timetable | None = None
    """None: it is due never. There is one too while the schedule is paused or off."""
    zone: ZoneInfo = UTC_ZONE
    fingerprint: str = ""
    """The same for the same meaning; without the zone, for a recurrence (spec 7.7)."""
    trigger: str = ""
    """Of its runs (spec 6.3)."""
    once: bool = False
    misfire: Misfire = Misfire.RUN_ONCE_WITHIN_10M
    problems: tuple[Problem, ...] = ()
    failure: str = ""
    """Why it cannot be read; empty where it can."""

    @property
    def waits(self) -> bool:
        """Whether the settings let it wait for its next instant."""
        return self.schedule is not None and self.schedule.state is ScheduleState.PENDING

    @property
    def name(self) -> str:
        """What logs call the schedule: the expanded expression, or the recurrence in words (spec 7.6)."""
        return "" if self.schedule is None else self.schedule.expanded or self.schedule.words


def make_plan(
    settings: JobSettings,
    site_zone: str | None,
    now: datetime,
    *,
    seen: Seen | None = None,
    off: bool = False,
) -> Plan:
    """What the settings of a triggered job ask for; the job itself runs by hand whatever they say.

    ``site_zone`` is ``WEBSITE_TIME_ZONE``, ``off`` ``WEBJOBS_DISABLE_SCHEDULE``. ``seen``: which recurrence
    was seen when; another one is first seen ``now``.
    """
    raw = settings.raw.get("recurrence")
    expression = settings.schedule or None
    if settings.run_mode == "on_demand":
        text = "'run_mode' is on_demand, so 'recurrence' has no effect."
        return Plan(problems=() if raw is None else (Problem("settings-run-mode", text, Severity.NOTE),))
    if expression is None and raw is None:
        return Plan()
    if expression is None:
        plan = _of_recurrence(settings, raw, site_zone, now, seen)
    else:
        plan = _of_expression(settings, expression, site_zone)
    if expression is not None and raw is not None:
        text = "'schedule' and 'recurrence' are both there: 'schedule' counts; remove one of them."
        plan = replace(plan, problems=(Problem("schedule-both", text), *plan.problems))
    plan = replace(plan, misfire=Misfire(settings.misfire or Misfire.RUN_ONCE_WITHIN_10M))
    if plan.waits and not settings.enabled:
        return _in_state(plan, ScheduleState.PAUSED)
    return _in_state(plan, ScheduleState.OFF) if plan.waits and off else plan


def _of_expression(settings: JobSettings, text: str, site_zone: str | None) -> Plan:
    choice = pick_zone(settings.time_zone, site_zone)
    zone = choice.zone
    problems = _problems(choice)
    try:
        cron = parse(text)
    except InvalidSchedule as error:
        return _unreadable(f"The schedule '{shown(text)}'", text, error, zone, problems)
    problems += tuple(Problem("schedule-odd", warning, Severity.NOTE) for warning in cron.warnings)
    schedule = Schedule(text, ScheduleState.PENDING, describe(cron), cron.expanded, zone=zone.key)
    plan = Plan(schedule, CronTimetable(cron, zone), zone, _fingerprint(cron, zone), problems=problems)
    if (reason := never_reason(cron)) is not None:
        return replace(
            _in_state(plan, ScheduleState.NEVER),
            timetable=None,
            problems=(Problem("schedule-never", reason), *problems),
        )
    return replace(plan, trigger=f"Schedule - {cron.expanded}")


def _of_recurrence(
    settings: JobSettings, raw: Any, site_zone: str | None, now: datetime, seen: Seen | None
) -> Plan:
    text = json.dumps(raw, ensure_ascii=False)
    try:
        recurrence = parse_recurrence(raw)
    except InvalidSchedule as error:
        zone = pick_zone(settings.time_zone, site_zone).zone
        return _unreadable("The recurrence", text, error, zone, (), raw)
    choice = pick_zone(recurrence.time_zone or settings.time_zone, site_zone)
    zone = choice.zone
    problems = _problems(choice)
    if (refusal := _ends_too_early(recurrence, zone)) is not None:
        return _unreadable("The recurrence", text, refusal, zone, problems, raw)
    mark = fingerprint(recurrence)
    anchor = seen[1] if seen is not None and seen[0] == mark else now
    words = describe_recurrence(recurrence, zone, anchor)
    timetable = RecurrenceTimetable(recurrence, zone, anchor)
    schedule = Schedule(text, ScheduleState.PENDING, words, "", raw, anchor, zone.key)
    plan = Plan(
        schedule,
        timetable,
        zone,
        mark,
        f"Recurrence - {words}",
        once=recurrence.kind is Kind.ONCE,
        problems=problems,
    )
    if _comes_never(recurrence, timetable, anchor):
        reason = f"The recurrence never comes: {words}."
        plan = replace(plan, timetable=None, problems=(Problem("schedule-never", reason), *problems))
        return _in_state(plan, ScheduleState.NEVER)
    return plan


def _unreadable(
    what: str,
    text: str,
    error: InvalidSchedule,
    zone: ZoneInfo,
    problems: tuple[Problem, ...],
    raw: Any = None,
) -> Plan:
    problem = Problem("schedule-invalid", f"{what} is not valid, so nothing is scheduled: {error.message}")
    recurrence = raw if isinstance(raw, dict) else {}
    schedule = Schedule(text, ScheduleState.INVALID, recurrence=recurrence, zone=zone.key)
    return Plan(schedule, zone=zone, problems=(problem, *problems), failure=error.message)


def _in_state(plan: Plan, state: ScheduleState) -> Plan:
    if plan.schedule is None:
        return plan
    return replace(plan, schedule=msgspec.structs.replace(plan.schedule, state=state))


def _problems(choice: ZoneChoice) -> tuple[Problem, ...]:
    return () if choice.problem is None else (choice.problem,)


def _fingerprint(cron: Cron, zone: ZoneInfo) -> str:
    return f"{cron.expanded} {zone.key}"


def _ends_too_early(recurrence: Recurrence, zone: ZoneInfo) -> InvalidSchedule | None:
    """A start with a zone and an end without one, or the reverse: the file alone cannot compare them."""
    if recurrence.start is None or recurrence.end is None:
        return None
    start, end = instant_of(recurrence.start, zone), instant_of(recurrence.end, zone)
    if end >= start:
        return None
    text = f"'end' lies before 'start' ({end.isoformat()} and {start.isoformat()}), so nothing is ever due."
    return InvalidSchedule(text, field="end")


def _comes_never(recurrence: Recurrence, timetable: RecurrenceTimetable, anchor: datetime) -> bool:
    """Whether no instant follows its start, as of every 30 February; one of the past has ended instead."""
    start = anchor_of(recurrence, timetable.zone, anchor)
    return start > anchor and timetable.next_after(start - SECOND) is None
