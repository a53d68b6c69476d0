"""The environment of a job process (spec 4)."""

from __future__ import annotations

from collections.abc import Mapping

from wjtui.model.runs import Run, RunRef
from wjtui.settings.secrets import looks_secret

ENGINE = "WJTUI_ENGINE"
JOB = "WJTUI_JOB"
"""These two mark a job's processes wherever they end up: both must match (spec 5.3)."""
LAUNCH = "WJTUI_LAUNCH"
"""Added at each start: which launch of the engine a process comes from."""
MARKS = frozenset({ENGINE, JOB, LAUNCH})
"""What has all of these is ended with its job, whoever started it."""
GUARDIAN = "WJTUI_GUARDIAN"
"""The process id of the engine's guardian, for the engine alone."""

SECRETS = frozenset({"WJTUI_USER", "WJTUI_PASSWORD"})
# What an outer engine gave the engine that runs inside one of its jobs says nothing about this job.
_OUTER = frozenset(
    {
        "WEBJOBS_PATH",
        "WEBJOBS_NAME",
        "WEBJOBS_TYPE",
        "WEBJOBS_DATA_PATH",
        "WEBJOBS_RUN_ID",
        "WEBJOBS_COMMAND_ARGUMENTS",
        "WEBJOBS_SHUTDOWN_FILE",
        "WEBJOBS_PORT",
        "WEBJOBS_ATTEMPT",
        "WEBJOBS_INPUT_FILE",
        "WEBJOBS_RESULT_FILE",
        "WEBJOBS_CORRELATION_ID",
        "WEBJOBS_ORIGIN_JOB",
        "WEBJOBS_ORIGIN_RUN",
        "WEBJOBS_ORIGIN_STATUS",
        ENGINE,
        JOB,
        LAUNCH,
        GUARDIAN,
    }
)
_MARKERS = {"triggered": "WEBSITE_TRIGGERED_JOB_RUNNING_", "continuous": "WEBSITE_ALWAYS_ON_JOB_RUNNING_"}


def job_environment(
    *,
    inherited: Mapping[str, str],
    site_settings: Mapping[str, str],
    job_settings: Mapping[str, str],
    kind: str,
    name: str,
    working_folder: str,
    data_folder: str,
    shutdown_file: str,
    root: str,
    wwwroot: str,
    engine: str,
    instance: str,
    host_name: str,
    run_id: str = "",
    arguments: str = "",
    port: int | None = None,
    of_run: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Everything a job process finds in its environment.

    The engine's own environment without secrets, then the site settings, then the job's ``env``, then the
    variables of spec 4. ``kind`` is ``triggered`` or ``continuous``; ``port`` is for continuous jobs,
    ``run_id``, ``arguments`` (as given, not taken apart) and ``of_run`` for triggered ones. A name or value
    that no process can have (empty name, ``=`` in it, NUL, a lone surrogate) is left out.
    """
    result = {key: value for key, value in inherited.items() if not _is_private(key)}
    result.update(site_settings)
    result.update(job_settings)
    result.setdefault("PYTHONUNBUFFERED", "1")
    result.setdefault("WEBSITE_HOSTNAME", host_name)
    result.update(
        {
            "WEBJOBS_PATH": working_folder,
            "WEBJOBS_NAME": name,
            "WEBJOBS_TYPE": kind,
            "WEBJOBS_DATA_PATH": data_folder,
            "WEBJOBS_RUN_ID": run_id,
            "WEBJOBS_COMMAND_ARGUMENTS": arguments,
            "WEBJOBS_SHUTDOWN_FILE": shutdown_file,
            "WEBROOT_PATH": wwwroot,
            "WEBSITE_INSTANCE_ID": instance,
            "HOME": root,
            _MARKERS[kind] + name: "true",
            JOB: f"{kind}/{name}",
            ENGINE: engine,
        }
    )
    result.update(of_run or {})
    if port is not None:
        result["WEBJOBS_PORT"] = str(port)
    return {key: value for key, value in result.items() if _can_be_passed(key, value)}


def run_variables(
    run: Run, result_file: str, origin: RunRef | None = None, origin_status: str = ""
) -> dict[str, str]:
    """What the process of one run gets beside all that. ``origin``: the run of a chain that it follows."""
    found = {
        "WEBJOBS_ATTEMPT": str(run.attempt + 1),
        "WEBJOBS_RESULT_FILE": result_file,
        "WEBJOBS_INPUT_FILE": run.input,
        "WEBJOBS_CORRELATION_ID": run.correlation,
        "WEBJOBS_ORIGIN_JOB": origin.job.name if origin else "",
        "WEBJOBS_ORIGIN_RUN": origin.run if origin else "",
        "WEBJOBS_ORIGIN_STATUS": origin_status,
    }
    return {name: value for name, value in found.items() if value}


def secret_names(environment: Mapping[str, str], site_settings: Mapping[str, str]) -> tuple[str, ...]:
    """Variables whose values are nobody's business, sorted: site settings, and what looks like a secret."""
    return tuple(
        sorted(
            name for name, value in environment.items() if name in site_settings or looks_secret(name, value)
        )
    )


def _is_private(name: str) -> bool:
    return name in SECRETS or name in _OUTER or name.startswith(tuple(_MARKERS.values()))


def _can_be_passed(name: str, value: str) -> bool:
    if not name or "=" in name or "\0" in name or "\0" in value:
        return False
    try:
        f"{name}{value}".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
