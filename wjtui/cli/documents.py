"""What ``--json`` prints: the REST API's objects (spec 8.3), whose URLs begin at the API's own root."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec

from wjtui.cli.forecast import Forecast
from wjtui.cli.words import exit_text
from wjtui.logs.line import LogLine
from wjtui.model.base import Value, iso
from wjtui.model.jobs import Job
from wjtui.model.runs import Launch, Run
from wjtui.model.schedules import Missed
from wjtui.wire.kudu import duration_text, job_json, run_json


def job_document(job: Job, now: datetime) -> dict[str, Any]:
    """A job, and what is known of its schedule beyond the REST API's object."""
    found = job_json(job, "", now, scheduler_log=Path(job.data, "job_scheduler.log").exists())
    schedule, later = job.schedule, job.later
    return found | {
        "schedule": None if schedule is None else _all_of(schedule),
        "next_run": _iso(job.next_run),
        "later": None if later is None else _all_of(later) | {"at": iso(later.at)},
    }


def run_document(run: Run, now: datetime, left: bytes | None = None) -> dict[str, Any]:
    """A run, how late it started for the instant of its schedule, and how many of its lines are errors.

    ``left``: the JSON that it has left as its result.
    """
    late = None if run.scheduled is None else (run.started - run.scheduled).total_seconds()
    return run_json(run, "", now) | {
        "scheduled_time": _iso(run.scheduled),
        "late_seconds": late,
        "errors": run.errors,
        **({} if left is None else {"result": msgspec.json.decode(left)}),
    }


def missed_document(missed: Missed) -> dict[str, Any]:
    """A stretch of scheduled instants without a run."""
    return {
        "reason": missed.reason.value,
        "count": missed.count,
        "first_time": iso(missed.first),
        "latest_time": iso(missed.latest),
    }


def forecast_document(found: Forecast) -> dict[str, Any]:
    """What a schedule means and does."""
    gap = found.ahead.shortest_gap
    return {
        "expression": found.plan.text,
        "expanded": found.reading.expanded or None,
        "recurrence": found.plan.object,
        "words": found.reading.words,
        "zone": found.reading.zone.key,
        "next": instants_document(found.ahead.runs, found.reading.zone),
        "shortest_gap_seconds": None if gap is None else gap.total_seconds(),
        "warnings": list(found.warnings),
        "notes": list(found.ahead.sentences),
    }


def instants_document(instants: Sequence[datetime], zone: tzinfo) -> list[dict[str, str]]:
    """Instants in UTC and by the clocks of a zone."""
    return [{"utc": iso(at), "local": at.astimezone(zone).isoformat()} for at in instants]


def launch_document(launch: Launch, now: datetime) -> dict[str, Any]:
    """A launch of a continuous job, with the names of a run's fields."""
    return {
        "start_time": iso(launch.started),
        "end_time": _iso(launch.ended),
        "duration": duration_text((launch.ended or now) - launch.started),
        "pid": launch.pid,
        "exit": exit_text(launch.exit) or None,
        "reason": launch.reason or None,
    }


def line_document(line: LogLine) -> dict[str, Any]:
    """A log line; one that continues the line before it has no time of its own."""
    return {
        "time": _iso(line.at),
        "instance": line.instance or None,
        "system": line.system,
        "level": line.level.value,
        "text": line.text,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _all_of(value: Value) -> dict[str, Any]:
    """Every member, the empty ones too: a script should not have to know which are left out."""
    found: dict[str, Any] = msgspec.to_builtins(msgspec.structs.asdict(value))
    return found
