"""Schedules, put-off starts and instants without a run in the words of the command line; pure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import islice

from wjtui.cli.forecast import Forecast
from wjtui.model.jobs import Job
from wjtui.model.runs import Run
from wjtui.model.schedules import Missed, MissedReason, Schedule, ScheduleState
from wjtui.schedule.date_words import span_words
from wjtui.schedule.missed_words import missed_words
from wjtui.schedule.wall import wall_time
from wjtui.schedule.zones import UTC_ZONE, find_zone
from wjtui.tui.present.times import countdown, moment, span

_STATES = {
    ScheduleState.PENDING: "waits for its next run",
    ScheduleState.PAUSED: "paused: 'wjtui resume {name}' lets it wait again",
    ScheduleState.OFF: "off: WEBJOBS_DISABLE_SCHEDULE is set, so no schedule of this engine waits",
    ScheduleState.INVALID: "invalid: it cannot be read",
    ScheduleState.NEVER: "never: it names a date that does not come",
    ScheduleState.DONE: "done: its one start was made",
    ScheduleState.ENDED: "ended: its end or its count is behind it",
}
_FULLER = {
    MissedReason.STOPPED: "WebJobs were stopped (WEBJOBS_STOPPED)",
    MissedReason.OFF: "schedules were off (WEBJOBS_DISABLE_SCHEDULE)",
}
"""Reasons that are told at more length than on the screen, where a row is short."""


def schedule_cell(job: Job) -> str:
    """The schedule in a table: the expression, expanded where that is no longer, or a recurrence in words."""
    schedule = job.schedule
    if schedule is None:
        return ""
    if schedule.expanded:
        # Every other second is 13 characters as it is written, and 92 when expanded.
        return min(schedule.expanded, schedule.text, key=len)
    return schedule.words or schedule.text


def next_cell(job: Job, now: datetime) -> str:
    """When a job runs next, as far as that is known; why it does not, where its schedule does not wait."""
    parts = []
    if job.next_run is not None:
        parts.append(_waiting(job.next_run, now))
    elif job.schedule is not None and job.schedule.state is not ScheduleState.PENDING:
        parts.append(job.schedule.state.value)
    if job.later is not None:
        parts.append(f"once {_waiting(job.later.at, now)}")
    return "; ".join(parts)


def schedule_facts(job: Job, now: datetime, upcoming: Sequence[datetime]) -> list[tuple[str, str]]:
    """What is known of a job's schedule and of a start that was put off."""
    facts: list[tuple[str, str]] = []
    if schedule := job.schedule:
        zone = find_zone(schedule.zone) or UTC_ZONE
        facts += [
            ("schedule", schedule.text),
            ("means", schedule.words),
            ("expanded", schedule.expanded if schedule.expanded != schedule.text else ""),
            ("time zone", schedule.zone),
            ("schedule state", _STATES[schedule.state].replace("{name}", job.id.name)),
            (
                "next run",
                f"{_waiting(job.next_run, now)}{_there(job.next_run, zone)}" if job.next_run else "",
            ),
            *(("then", f"{moment(at)}{_there(at, zone)}") for at in upcoming[1:]),
        ]
    if later := job.later:
        said = "" if later.arguments is None else f", with the arguments {later.arguments}"
        facts.append(("put-off start", f"{_waiting(later.at, now)}, by {later.trigger.strip(' -')}{said}"))
    return facts


def forecast_facts(found: Forecast) -> list[tuple[str, str]]:
    """What a schedule means and does, without its instants."""
    gap = found.ahead.shortest_gap
    return [
        ("schedule", found.plan.text),
        ("means", found.reading.words),
        ("expanded", found.reading.expanded),
        ("time zone", found.reading.zone.key),
        ("shortest gap", span_words(gap) if gap is not None else ""),
        *(("warning", text) for text in found.warnings),
        *(("note", text) for text in found.ahead.sentences),
    ]


def forecast_table(found: Forecast) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The next instants under their titles: in the schedule's zone, and in UTC where that is another one."""
    if found.reading.zone.key == "UTC":
        return ("NEXT RUNS",), [(local_text(at, UTC),) for at in found.ahead.runs]
    titles = (f"NEXT RUNS ({found.reading.zone.key})", "UTC")
    return titles, [(local_text(at, found.reading.zone), local_text(at, UTC)) for at in found.ahead.runs]


def local_text(at: datetime, zone: tzinfo) -> str:
    """An instant by the clocks of a zone, with its day of the week and, but for UTC, its offset."""
    return at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M:%S" + ("" if zone is UTC else " %z"))


def put_off(job: Job, at: datetime, before: datetime | None, zone: tzinfo, now: datetime) -> str:
    """That a start was put off, and from when, as a sentence or two."""
    name = job.id.name
    said = f"A run of {name} will start {_waiting(at, now)}{_there(at, zone)}"
    if before is not None:
        said += f", not at {moment(before)} as was meant before"
    return f"{said}; 'wjtui run {name} --cancel' takes it back."


def late(run: Run) -> str:
    """How late a scheduled run started: ``12 ms``, ``1.2 s``, ``00:04:31``."""
    if run.scheduled is None:
        return ""
    seconds = max(0.0, (run.started - run.scheduled).total_seconds())
    if seconds >= 60:
        return span(seconds)
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def missed_text(missed: Missed) -> str:
    """How many instants brought no run, and why."""
    return missed_words(missed, _FULLER.get(missed.reason))


def missed_stretch(missed: Missed) -> str:
    """From when to when."""
    return moment(missed.first) + (f" to {moment(missed.latest)}" if missed.count > 1 else "")


def by_time(runs: Sequence[Run], missed: Sequence[Missed], count: int) -> list[Run | Missed]:
    """The newest of both, newest first; each of them is so already."""
    both: tuple[Sequence[Run | Missed], ...] = (runs, missed)
    return [*islice(heapq.merge(*both, key=_moment_of, reverse=True), count)]


def pause_words(schedule: Schedule | None, next_run: datetime | None, now: datetime) -> str:
    """What became of a schedule that was paused or resumed."""
    if schedule is not None and schedule.state is ScheduleState.PENDING and next_run is not None:
        return f"next run {_waiting(next_run, now)}"
    return schedule.state.value if schedule is not None else "no schedule"


def _moment_of(one: Run | Missed) -> datetime:
    return one.started if isinstance(one, Run) else one.latest


def _waiting(at: datetime, now: datetime) -> str:
    left = countdown(at, now)
    return f"now, {moment(at)}" if left == "now" else f"in {left}, {moment(at)}"


def _there(at: datetime, zone: tzinfo) -> str:
    """The same by the clocks of a zone, where they show another time."""
    if at.astimezone(zone).utcoffset() == UTC.utcoffset(None):
        return ""
    return f" ({wall_time(at, zone):%Y-%m-%d %H:%M:%S} {zone})"
