"""Kudu's JSON of jobs and runs (spec 8.3): names, null members and URLs as its clients expect them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from wjtui.model.base import iso
from wjtui.model.identity import JobId, JobType
from wjtui.model.instances import Instance
from wjtui.model.jobs import InactiveInstance, Initializing, Job, status_word
from wjtui.model.runs import Run

NO_END = "0001-01-01T00:00:00"
"""``end_time`` of a run that has not ended: year 1 means none (spec 8.3)."""


def job_json(
    job: Job,
    base: str,
    now: datetime | None = None,
    *,
    iid: str = "",
    instances: Sequence[Instance] = (),
    scheduler_log: bool = False,
    error_log: bool = False,
) -> dict[str, Any]:
    """A job as ``/api/triggeredwebjobs/NAME`` and ``/api/continuouswebjobs/NAME`` show it (spec 8.3).

    ``base`` stands before every URL and may be empty; ``iid`` is the instance in ``detailed_status``, unless
    there are several ``instances`` of a continuous job; ``scheduler_log`` and ``error_log`` say whether
    ``job_scheduler.log`` and the latest run's ``error_log.txt`` exist.
    """
    own: dict[str, Any]
    data = f"{base}/vfs/data/jobs/{_path(job.id)}"
    if job.id.type is JobType.TRIGGERED:
        own = {
            "latest_run": run_json(job.latest_run, base, now, error_log=error_log)
            if job.latest_run
            else None,
            "history_url": f"{_url(job.id, base)}/history",
            "scheduler_logs_url": f"{data}/job_scheduler.log" if scheduler_log else None,
        }
    else:
        status, detailed = _statuses(job, iid, instances)
        own = {
            "status": status,
            "detailed_status": detailed,
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
        **_more_of_job(job),
    }


def _more_of_job(job: Job) -> dict[str, Any]:
    """What only jobs with settings beyond Kudu's have: starts that wait, health, limits that do not hold."""
    more: dict[str, Any] = {}
    if job.hold is not None:
        more["waiting"] = {
            "count": job.hold.count,
            "reason": job.hold.reason,
            "due": iso(job.hold.due) if job.hold.due is not None else None,
            "attempt": job.hold.attempt,
            "attempts": job.hold.attempts,
        }
    if job.unhealthy:
        more["unhealthy"] = job.unhealthy
    if job.unmet:
        more["unmet_limits"] = list(job.unmet)
    return more


def client_job_json(shown: dict[str, Any]) -> dict[str, Any]:
    """A job's JSON with ``runCommand`` beside ``run_command``: documents promised the one (D-09)."""
    return shown | {"runCommand": shown["run_command"]}


def run_json(run: Run, base: str, now: datetime | None = None, *, error_log: bool = False) -> dict[str, Any]:
    """A run as ``/api/triggeredwebjobs/NAME/history/ID`` shows it (spec 8.3).

    The duration of a run that goes on is measured at ``now``; null without it. ``error_log``: whether it has
    an ``error_log.txt``, as runs of Kudu's first years have. What a run has said of itself, and how it was
    asked for beyond that, are there where there is something.
    """
    until = run.ended or now
    folder = f"{base}/vfs/data/jobs/{_path(run.ref.job)}/{run.ref.run}"
    return {
        "id": run.ref.run,
        "name": run.ref.run,
        "status": run.status.value,
        "start_time": iso(run.started),
        "end_time": iso(run.ended) if run.ended is not None else NO_END,
        "duration": duration_text(until - run.started) if until is not None else None,
        "output_url": f"{folder}/output_log.txt" if run.output_size is not None else None,
        "error_url": f"{folder}/error_log.txt" if error_log else None,
        "url": f"{_url(run.ref.job, base)}/history/{run.ref.run}",
        "job_name": run.ref.job.name,
        "trigger": run.trigger,
    } | more_of_run(run)


def more_of_run(run: Run) -> dict[str, Any]:
    """What runs of Kudu have not: only what there is."""
    found = {
        "progress": run.progress,
        "message": run.message or None,
        "correlation_id": run.correlation or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def duration_text(duration: timedelta) -> str:
    """``[d.]hh:mm:ss[.fffffff]``, never negative: a clock may have been set back meanwhile (spec 8.3)."""
    duration = max(duration, timedelta())
    minutes, seconds = divmod(duration.seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    days = f"{duration.days}." if duration.days else ""
    fraction = f".{duration.microseconds * 10:07d}" if duration.microseconds else ""
    return f"{days}{text}{fraction}"


def _statuses(job: Job, iid: str, instances: Sequence[Instance]) -> tuple[str, str]:
    """``status`` and ``detailed_status`` (spec 5.1)."""
    live = [(each.name, each.status) for each in instances if each.alive is not False]
    if len(live) > 1:
        busy = [status for _, status in live if status != InactiveInstance.__name__]
        status = busy[-1] if busy else InactiveInstance.__name__
        return status, "".join(f"{name} - {text}\r\n" for name, text in live)
    status = status_word(job.phase)
    end = "" if isinstance(job.phase, Initializing) else "\r\n"
    return status, (f"{iid} - {status}" if iid else status) + end


def _path(job: JobId) -> str:
    return f"{job.type.value}/{quote(job.name, safe='', errors='surrogateescape')}"


def _url(job: JobId, base: str) -> str:
    return f"{base}/api/{job.type.value}webjobs/{quote(job.name, safe='', errors='surrogateescape')}"
