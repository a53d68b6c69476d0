"""Shapes of Kudu's JSON (spec 8.3), for descriptions: what ``wire.kudu`` makes, as types."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from wjtui.model.base import Value


class KuduRun(Value, frozen=True, forbid_unknown_fields=True):
    """A run of a triggered job."""

    id: str
    name: str
    status: Literal["Initializing", "Running", "Success", "Failed", "Aborted"]
    start_time: str
    end_time: str
    """Year 1: it has not ended."""
    duration: str | None
    output_url: str | None
    error_url: str | None
    url: str
    job_name: str
    trigger: str
    progress: int | UnsetType = UNSET
    """0 to 100, as the run itself has said."""
    message: str | UnsetType = UNSET
    """What it said of what it is doing."""
    result: dict[str, Any] | UnsetType = UNSET
    """What it has left as its result; not in lists of runs."""
    correlation_id: str | UnsetType = UNSET
    """Of the call that started it."""


class KuduHistory(Value, frozen=True, forbid_unknown_fields=True):
    """The runs of a job, newest first."""

    runs: list[KuduRun]


class KuduWaiting(Value, frozen=True, forbid_unknown_fields=True):
    """Starts of a job that wait, in short."""

    count: int
    reason: str
    due: str | None
    attempt: int
    attempts: int


class _KuduJob(Value, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    name: str
    run_command: str | None
    runCommand: str | None
    url: str
    extra_info_url: str
    error: str | None
    using_sdk: bool
    settings: dict[str, Any]


class KuduTriggeredJob(_KuduJob, frozen=True, tag="triggered"):
    """A triggered job."""

    latest_run: KuduRun | None
    history_url: str
    scheduler_logs_url: str | None
    waiting: KuduWaiting | None = None
    unmet_limits: list[str] | None = None


class KuduContinuousJob(_KuduJob, frozen=True, tag="continuous"):
    """A continuous job."""

    status: str
    detailed_status: str
    log_url: str
    unhealthy: str | None = None
    unmet_limits: list[str] | None = None


KuduJob = KuduTriggeredJob | KuduContinuousJob


class KuduTrouble(Value, frozen=True):
    """A refusal that the disk, or a job, is the reason of."""

    Message: str


class KuduEntry(Value, frozen=True, forbid_unknown_fields=True):
    """A file or a folder in a list."""

    name: str
    size: int
    mtime: str
    crtime: str
    mime: str
    href: str
    path: str


class KuduHook(Value, frozen=True, forbid_unknown_fields=True):
    """A web hook. Its URL may hold a password."""

    id: str
    url: str
    event: str
    insecure_ssl: bool
    last_status: str | None
    last_reason: str | None
    last_datetime: str | None
    last_context: str | None


class KuduHookBody(Value, frozen=True):
    """Who wants to be told of what (spec 8.9)."""

    url: str
    event: str
    insecure_ssl: bool | None = None


class KuduDeployment(Value, frozen=True, forbid_unknown_fields=True):
    """A deployment of the whole site."""

    id: str
    status: int
    """0: it waits; 2: it is carried out; 3: it has failed; 4: it is done."""
    status_text: str
    author_email: str
    author: str
    deployer: str
    message: str
    progress: str
    received_time: str
    start_time: str
    end_time: str | None
    last_success_end_time: str | None
    complete: bool
    active: bool
    is_temp: bool
    is_readonly: bool
    url: str
    log_url: str
    site_name: str


class KuduDeploymentLine(Value, frozen=True, forbid_unknown_fields=True):
    """A line of a deployment's log."""

    log_time: str
    id: str
    message: str
    type: int
    details_url: str | None
