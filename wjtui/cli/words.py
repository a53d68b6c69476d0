"""Jobs, runs and launches in the words of the command line; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wjtui.cli.schedule_words import (
    late,
    missed_stretch,
    missed_text,
    next_cell,
    schedule_cell,
    schedule_facts,
)
from wjtui.model.jobs import Busy, Idle, Job, PendingRestart, Running, Stopping, status_word
from wjtui.model.runs import Exit, Launch, Run, RunStatus, launch_outcome
from wjtui.model.schedules import Missed
from wjtui.tui.present.holds import hold_sentences, tries
from wjtui.tui.present.times import age, moment, span

JOB_TITLES = ("NAME", "KIND", "STATUS", "SCHEDULE", "LAST RUN", "NEXT RUN")
RUN_TITLES = ("ID", "STATUS", "STARTED", "DURATION", "TRIGGER", "EXIT", "SCHEDULED FOR", "LATE")
LAUNCH_TITLES = ("STARTED", "STATUS", "PID", "DURATION", "EXIT", "REASON")


def status(job: Job) -> str:
    """One word or two; a triggered job that is idle says how its latest run ended."""
    if not job.runnable and not job.live:
        return "Cannot run" if job.script else "No run script"
    match job.phase:
        case Running() if job.unhealthy:
            return "Unhealthy"
        case Idle() if job.hold is not None and job.hold.attempt:
            return f"Retry {tries(job.hold.attempt, job.hold.attempts)}"
        case Idle() if job.hold is not None:
            return f"Queued {job.hold.count}"
        case Idle():
            return job.latest_run.status.value if job.latest_run else "Never run"
        case Busy(deadline=deadline):
            return "Stopping" if deadline else "Running"
        case phase:
            return status_word(phase)


def job_row(job: Job, now: datetime) -> tuple[str, ...]:
    """A job under ``JOB_TITLES``."""
    return (
        job.id.name,
        job.id.type.value,
        status(job),
        schedule_cell(job),
        _last(job, now),
        next_cell(job, now),
    )


def run_row(run: Run, now: datetime) -> tuple[str, ...]:
    """A run under ``RUN_TITLES``."""
    return (
        run.ref.run,
        run.status.value,
        moment(run.started),
        duration(run.started, run.ended, now),
        run.trigger,
        exit_text(run.exit),
        moment(run.scheduled) if run.scheduled else "",
        late(run),
    )


def missed_row(missed: Missed) -> tuple[str, ...]:
    """Instants without a run under ``RUN_TITLES``."""
    return ("", "Missed", "", "", missed_text(missed), "", missed_stretch(missed), "")


def launch_row(launch: Launch, now: datetime) -> tuple[str, ...]:
    """A launch under ``LAUNCH_TITLES``."""
    return (
        moment(launch.started),
        launch_outcome(launch).value,
        str(launch.pid),
        duration(launch.started, launch.ended, now),
        exit_text(launch.exit),
        launch.reason,
    )


def job_facts(job: Job, now: datetime, upcoming: Sequence[datetime] = ()) -> list[tuple[str, str]]:
    """Everything known of a job, as key and value; empty where nothing is known.

    ``upcoming``: the next instants of its schedule.
    """
    script = job.script
    phase = job.phase
    run, launch = job.latest_run, job.latest_launch
    return [
        ("name", job.id.name),
        ("kind", job.id.type.value),
        ("status", status(job)),
        ("since", moment(phase.since) if isinstance(phase, Running | Busy | Stopping) else ""),
        ("pid", str(_pid(job) or "")),
        ("restart", moment(phase.due) if isinstance(phase, PendingRestart) else ""),
        ("disabled", "yes, by disable.job" if job.disabled else ""),
        ("unhealthy", job.unhealthy),
        *(("waiting", said) for said in _waiting(job, now)),
        *(("limit", said) for said in job.unmet),
        *(("problem", problem.text) for problem in job.problems),
        ("script", script.path if script else ""),
        ("why", script.reason if script else ""),
        ("command", " ".join((*script.command, script.path)) if script else ""),
        ("runs in", "its folder" if job.in_place else "a working copy"),
        *schedule_facts(job, now, upcoming),
        ("waiting time", f"{job.settings.grace_seconds(job.id.type)} s"),
        ("arguments", job.settings.arguments),
        ("folder", job.folder),
        ("data", job.data),
        ("latest run", _latest(run, now) if run else ""),
        ("progress", _progress(run) if run else ""),
        ("latest launch", " · ".join(filter(None, launch_row(launch, now))) if launch else ""),
        ("results", " ".join(outcome.value for outcome in job.recent)),
        *(("error line", line) for line in job.tail),
    ]


def _waiting(job: Job, now: datetime) -> list[str]:
    return [] if job.hold is None else hold_sentences(job.hold, job.settings.lock, now)


def _progress(run: Run) -> str:
    share = f"{run.progress} %" if run.progress is not None else ""
    return " ".join(filter(None, (share, run.message)))


def ending(run: Run, now: datetime) -> str:
    """How a run went, as a sentence."""
    took = duration(run.started, run.ended, now)
    how = "; ".join(filter(None, (str(run.exit or ""), run.reason)))
    return f"Run {run.ref.run} of {run.ref.job.name}: {run.status.value} after {took}{how and f' ({how})'}."


def exit_text(exit: Exit | None) -> str:
    """An exit code, or the name of a signal; empty when it has not ended."""
    return "" if exit is None else str(exit).removeprefix("exit ")


def _latest(run: Run, now: datetime) -> str:
    *facts, scheduled, lateness = run_row(run, now)
    if scheduled:
        facts.append(f"scheduled for {scheduled}, {lateness} late")
    return " · ".join(filter(None, facts))


def _pid(job: Job) -> int | None:
    match job.phase:
        case Running(pid=pid) | Stopping(pid=pid):
            return pid
        case Busy(run=run) if job.latest_run is not None and job.latest_run.ref.run == run:
            return job.latest_run.pid
        case _:
            return None


def _last(job: Job, now: datetime) -> str:
    if run := job.latest_run:
        if run.status in (RunStatus.RUNNING, RunStatus.INITIALIZING):
            return f"running for {duration(run.started, None, now)}"
        return f"{run.status.value} {age(run.ended or run.started, now)}"
    if launch := job.latest_launch:
        if launch.ended is None:
            return f"up {duration(launch.started, None, now)}"
        return f"{launch_outcome(launch).value} {age(launch.ended, now)}"
    return ""


def duration(start: datetime, end: datetime | None, now: datetime) -> str:
    """How long it took, or has taken by now."""
    return span(((end or now) - start).total_seconds())
