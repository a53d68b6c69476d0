"""Why a job is not running, and what to do about it, in sentences."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from wjtui.model.events import EngineInfo
from wjtui.model.jobs import (
    Busy,
    Disabling,
    Idle,
    InactiveInstance,
    Initializing,
    Job,
    PendingRestart,
    Running,
    Severity,
    Starting,
    Stopped,
    Stopping,
    Success,
)
from wjtui.tui.present.jobs import ending
from wjtui.tui.present.plain import plain
from wjtui.tui.present.times import countdown, seconds_between, span


def why_not_running(job: Job, engine: EngineInfo | None, now: datetime) -> list[str]:
    """One sentence a reason, the strongest first; for a job that runs, one that says so."""
    reasons = []
    if not job.live:
        if engine is not None and engine.stopped_by_setting:
            reasons.append("WEBJOBS_STOPPED is set, so no job of this root runs. Unset it to let them run.")
        reasons += [plain(p.text) for p in job.problems if p.severity is Severity.BLOCKING]
        if job.script is None and not reasons:
            reasons.append("No script: its folder holds no run.* and no file with a known ending.")
    if not reasons or job.live:
        reasons.append(_phase(job, now))
    return reasons


def _phase(job: Job, now: datetime) -> str:
    phase = job.phase
    match phase:
        case Running(since=since, pid=pid):
            return f"It is running: pid {pid}, up {span(seconds_between(since, now))}."
        case Busy(since=since, deadline=None):
            return f"It is running, for {span(seconds_between(since, now))}."
        case Busy() | Stopping():
            return "It was asked to end and is still running."
        case Disabling():
            return "It was asked to stop; that is about to happen."
        case Starting():
            return "It is being started."
        case Initializing():
            return "The engine has not come to it yet."
        case Success():
            return "Its process has just ended with exit 0; it will be launched again."
        case PendingRestart(due=due, exit=exit):
            what = "It could not be launched" if exit is None else f"Its process ended with {ending(exit)}"
            return f"{what}. It is launched again in {countdown(due, now)}; R does it now."
        case InactiveInstance(holder=holder):
            by = f" ({plain(holder)})" if holder else ""
            return f"It is a singleton, and another instance{by} holds its lock and runs it."
        case Stopped():
            if job.disabled:
                return "It was stopped: disable.job lies in its folder. s starts it."
            return "It was stopped. s starts it."
        case Idle():
            return _idle(job, now)
        case _:
            assert_never(phase)


def _idle(job: Job, now: datetime) -> str:
    schedule = plain(job.settings.schedule or "")
    if not schedule:
        return "It has no schedule: it runs when somebody runs it. r does."
    if not job.settings.enabled:
        return f"Its schedule '{schedule}' is paused ('enabled' is false in settings.job). r runs it now."
    if job.next_run is None:
        return f"Its schedule '{schedule}' has no coming time. r runs it now."
    return f"It waits for its schedule '{schedule}': next in {countdown(job.next_run, now)}. r runs it now."
