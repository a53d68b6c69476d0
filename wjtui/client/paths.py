"""Where the API has a job, a run and a package. A name that no URL could carry names nothing."""

from __future__ import annotations

from urllib.parse import quote

from wjtui.model.errors import JobNotFound, RunNotFound
from wjtui.model.identity import JobId, is_safe_component
from wjtui.model.runs import RunId, RunRef, is_run_id
from wjtui.wire.changes import check_token


def job_path(job: JobId) -> str:
    """``type/name``. Raises JobNotFound."""
    if not is_safe_component(job.name):
        raise JobNotFound(f"There is no job '{job}'.")
    return f"{job.type.value}/{quote(job.name, safe='', errors='surrogateescape')}"


def run_path(ref: RunRef) -> str:
    """``type/name/runs/id``. Raises JobNotFound or RunNotFound."""
    return f"{job_path(ref.job)}/runs/{run_part(ref.run, ref.job)}"


def run_part(run: RunId, job: JobId) -> str:
    """A run's id. Raises RunNotFound."""
    if not is_run_id(run):
        raise RunNotFound(f"There is no run '{run}' of {job}.")
    return run


def staged_path(token: str) -> str:
    """Where a package is staged. Raises InvalidRequest for what is no token."""
    return f"/deploys/{check_token(token)}"
