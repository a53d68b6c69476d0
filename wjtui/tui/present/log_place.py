"""Which log tells what a job does, where it is, what prints it, and what a copy of it is called."""

from __future__ import annotations

import shlex

from wjtui.model.events import LogKind, LogRef
from wjtui.model.jobs import Job
from wjtui.tui.present.plain import plain


def log_of(job: Job) -> LogRef | None:
    """The log that tells what a job is doing: its latest run's, or its application log."""
    if job.is_continuous:
        return LogRef(job.id)
    return LogRef(job.id, job.latest_run.ref.run) if job.latest_run is not None else None


def log_path(job: Job, ref: LogRef) -> str:
    """The file of a log on the engine's machine (spec 1.2)."""
    match ref.kind:
        case LogKind.JOB:
            return f"{job.data}/job_log.txt"
        case LogKind.SCHEDULER:
            return f"{job.data}/job_scheduler.log"
        case LogKind.OUTPUT:
            return job.output_path(ref.run)


def log_command(ref: LogRef, again: str) -> str:
    """What prints it in a shell; ``again`` is what opens this screen again, so that this root is meant."""
    line = f"{again} logs {shlex.quote(str(ref.job))}"
    return line if ref.run is None else f"{line} --run {ref.run}"


def copy_name(refs: tuple[LogRef, ...]) -> str:
    """What a copy of the log is called: ``nightly-report-202611210200.log``."""
    first = refs[0]
    name = "".join(char if char.isalnum() or char in "-_." else "_" for char in first.job.name).lstrip(".")
    end = f"-{first.run}" if first.run is not None and len(refs) == 1 else ""
    more = f"-and-{len(refs) - 1}-more" if len(refs) > 1 else ""
    return f"{name or 'job'}{end}{more}.log"


def nothing_yet(job: Job | None, run_key: str = "r") -> str:
    """What to say in place of the log of a job that printed nothing; ``run_key`` runs it."""
    if job is None:
        return "No job is chosen."
    if not job.runnable:
        return plain(job.error or "It cannot run.")
    if job.is_continuous:
        return "No output yet: what it prints appears here, and what the engine does with it."
    if job.latest_run is None:
        return f"No run yet: {run_key} runs it, and its output appears here."
    return "No output yet."
