"""What ``--json`` prints: the REST API's objects (spec 8.3), whose URLs begin at the API's own root."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from wjtui.cli.words import exit_text
from wjtui.logs.line import LogLine
from wjtui.model.base import iso
from wjtui.model.jobs import Job
from wjtui.model.runs import Launch, Run
from wjtui.wire.kudu import duration_text, job_json, run_json


def job_document(job: Job, now: datetime) -> dict[str, Any]:
    """A job."""
    return job_json(job, "", now, scheduler_log=Path(job.data, "job_scheduler.log").exists())


def run_document(run: Run, now: datetime) -> dict[str, Any]:
    """A run."""
    return run_json(run, "", now)


def launch_document(launch: Launch, now: datetime) -> dict[str, Any]:
    """A launch of a continuous job, with the names of a run's fields."""
    return {
        "start_time": iso(launch.started),
        "end_time": iso(launch.ended) if launch.ended else None,
        "duration": duration_text((launch.ended or now) - launch.started),
        "pid": launch.pid,
        "exit": exit_text(launch.exit) or None,
        "reason": launch.reason or None,
    }


def line_document(line: LogLine) -> dict[str, Any]:
    """A log line; one that continues the line before it has no time of its own."""
    return {
        "time": iso(line.at) if line.at else None,
        "instance": line.instance or None,
        "system": line.system,
        "level": line.level.value,
        "text": line.text,
    }
