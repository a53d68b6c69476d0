"""Kudu's JSON of jobs and runs (spec 8.3): names, null members and URLs as its clients expect them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from wjtui.model.base import iso
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job, status_word
from wjtui.model.runs import Run

NO_END = "0001-01-01T00:00:00"
"""``end_time`` of a run that has not ended: year 1 means none (spec 8.3)."""


def job_json(
    job: Job, base: str, now: datetime | None = None, *, iid: str = "", scheduler_log: bool = False
) -> dict[str, Any]:
    """A job as ``/api/triggeredwebjobs/NAME`` and ``/api/continuouswebjobs/NAME`` show it (spec 8.3).

    ``base`` stands before every URL and may be empty; ``iid`` is the instance in ``detailed_status``;
    ``scheduler_log`` says whether ``job_scheduler.log`` exists.
    """
    own: dict[str, Any]
    data = f"{base}/vfs/data/jobs/{_path(job.id)}"
    if job.id.type is JobType.TRIGGERED:
        own = {
            "latest_run": run_json(job.latest_run, base, now) if job.latest_run is not None else None,
            "history_url": f"{_url(job.id, base)}/history",
            "scheduler_logs_url": f"{data}/job_scheduler.log" if scheduler_log else None,
        }
    else:
        status = status_word(job.phase)
        own = {
            "status": status,
            "detailed_status": (f"{iid} - {status}" if iid else status) + "\r\n",
            "log_url": f"{data}/job_log.txt",
        }
    return own | {
        "name": job.id.name,
        "run_command": job.script.path if job.script is not None else None,
        "url": _url(job.id, base),
        "extra_info_url": f"{base}/azurejobs/#/jobs/{_path(job.id)}",
        "type": job.id.type.value,
        "error": job.error,
        "using_sdk": job.using_sdk,
        "settings": dict(job.settings.raw),
    }


def run_json(run: Run, base: str, now: datetime | None = None) -> dict[str, Any]:
    """A run as ``/api/triggeredwebjobs/NAME/history/ID`` shows it (spec 8.3).

    The duration of a run that goes on is measured at ``now``; null without it.
    """
    until = run.ended or now
    log = f"{base}/vfs/data/jobs/{_path(run.ref.job)}/{run.ref.run}/output_log.txt"
    return {
        "id": run.ref.run,
        "name": run.ref.run,
        "status": run.status.value,
        "start_time": iso(run.started),
        "end_time": iso(run.ended) if run.ended is not None else NO_END,
        "duration": duration_text(until - run.started) if until is not None else None,
        "output_url": log if run.output_size is not None else None,
        "error_url": None,
        "url": f"{_url(run.ref.job, base)}/history/{run.ref.run}",
        "job_name": run.ref.job.name,
        "trigger": run.trigger,
    }


def duration_text(duration: timedelta) -> str:
    """``[d.]hh:mm:ss[.fffffff]``, never negative: a clock may have been set back meanwhile (spec 8.3)."""
    duration = max(duration, timedelta())
    minutes, seconds = divmod(duration.seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    days = f"{duration.days}." if duration.days else ""
    fraction = f".{duration.microseconds * 10:07d}" if duration.microseconds else ""
    return f"{days}{text}{fraction}"


def _path(job: JobId) -> str:
    return f"{job.type.value}/{quote(job.name, safe='')}"


def _url(job: JobId, base: str) -> str:
    return f"{base}/api/{job.type.value}webjobs/{quote(job.name, safe='')}"
