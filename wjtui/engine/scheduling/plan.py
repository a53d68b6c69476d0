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
from wjtui.schedule.cron import parse
from wjtui.schedule.due import Misfire
from wjtui.schedule.fields import shown
from wjtui.schedule.reading import read_in_zone
from wjtui.schedule.recurrence import Kind, Recurrence, anchor_of, fingerprint
from wjtui.schedule.recurrence_file import parse_recurrence
from wjtui.schedule.timetable import Timetable
from wjtui.schedule.wall import SECOND
from wjtui.schedule.words import never_reason
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
        plan = _of_expression(settings, expression, site_zone, now)
    if expression is not None and raw is not None:
        text = "'schedule' and 'recurrence' are both there: 'schedule' counts; remove one of them."
        plan = replace(plan, problems=(Problem("schedule-both", text), *plan.problems))
    plan = replace(plan, misfire=Misfire(settings.misfire or Misfire.RUN_ONCE_WITHIN_10M))
    if plan.waits and not settings.enabled:
        return _in_state(plan, ScheduleState.PAUSED)
    return _in_state(plan, ScheduleState.OFF) if plan.waits and off else plan


def _of_expression(settings: JobSettings, text: str, site_zone: str | None, now: datetime) -> Plan:
    choice = pick_zone(settings.time_zone, site_zone)
    zone = choice.zone
    problems = _problems(choice)
    try:
        cron = parse(text)
    except InvalidSchedule as error:
        return _unreadable(f"The schedule '{shown(text)}'", text, error, zone, problems)
    found = read_in_zone(cron, zone, now)
    problems += tuple(Problem("schedule-odd", warning, Severity.NOTE) for warning in found.warnings)
    schedule = Schedule(text, ScheduleState.PENDING, found.words, found.expanded, zone=zone.key)
    plan = Plan(schedule, found.timetable, zone, f"{found.expanded} {zone.key}", problems=problems)
    if (reason := never_reason(cron)) is not None:
        return _never(plan, reason)
    return replace(plan, trigger=f"Schedule - {found.expanded}")


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
    mark = fingerprint(recurrence)
    anchor = seen[1] if seen is not None and seen[0] == mark else now
    try:
        found = read_in_zone(recurrence, zone, anchor)
    except InvalidSchedule as error:
        return _unreadable("The recurrence", text, error, zone, problems, raw)
    plan = Plan(
        Schedule(text, ScheduleState.PENDING, found.words, "", raw, anchor, zone.key),
        found.timetable,
        zone,
        mark,
        f"Recurrence - {found.words}",
        once=recurrence.kind is Kind.ONCE,
        problems=problems,
    )
    if _comes_never(recurrence, found.timetable, zone, anchor):
        return _never(plan, f"The recurrence never comes: {found.words}.")
    return plan


def _never(plan: Plan, reason: str) -> Plan:
    problems = (Problem("schedule-never", reason), *plan.problems)
    return replace(_in_state(plan, ScheduleState.NEVER), timetable=None, problems=problems)


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


def _comes_never(recurrence: Recurrence, timetable: Timetable, zone: ZoneInfo, anchor: datetime) -> bool:
    """Whether no instant follows its start, as of every 30 February; one of the past has ended instead."""
    start = anchor_of(recurrence, zone, anchor)
    return start > anchor and timetable.next_after(start - SECOND) is None
