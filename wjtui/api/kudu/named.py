"""What a request path names: a job, a run. Its segments were decoded one by one, so a slash shows."""

from __future__ import annotations

from starlette.requests import Request

from wjtui.model.errors import JobNotFound, RunNotFound
from wjtui.model.identity import JobId, JobType, is_safe_component
from wjtui.model.runs import RunId, RunRef, is_run_id


def job_id(request: Request) -> JobId:
    """The job in the path. Raises JobNotFound for what cannot be one (spec 9.1)."""
    kind, name = request.path_params["type"], request.path_params["name"]
    if kind not in list(JobType) or not is_safe_component(name):
        raise JobNotFound(f"There is no job '{kind}/{name}'.")
    return JobId(JobType(kind), name)


def run_ref(request: Request) -> RunRef:
    """The run in the path. Raises JobNotFound or RunNotFound."""
    job, run = job_id(request), request.path_params["run"]
    if not is_run_id(run):
        raise RunNotFound(f"There is no run '{run}' of {job}.")
    return RunRef(job, RunId(run))
