"""Why a job is not running, and what to do about it, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from wjtui.model.runs import RunStatus
from wjtui.model.schedules import Missed, ScheduleState
from wjtui.schedule.missed_words import REASONS
from wjtui.tui.present.jobs import ending
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import schedule_text, stretch, waiting
from wjtui.tui.present.times import age, countdown, moment, seconds_between, span

_SHOWN = 60
_READ = 600


def why_not_running(
    job: Job, engine: EngineInfo | None, now: datetime, missed: Sequence[Missed] = ()
) -> list[str]:
    """One sentence a reason, the strongest first; for a job that runs, one that says so.

    ``missed``: its stretches of instants without a run, newest first, as far as they are known.
    """
    reasons = []
    if not job.live:
        if engine is not None and engine.stopped_by_setting:
            reasons.append("WEBJOBS_STOPPED is set, so no job of this root runs. Unset it to let them run.")
        reasons += [plain(p.text) for p in job.problems if p.severity is Severity.BLOCKING]
        if job.script is None and not reasons:
            reasons.append("No script: its folder holds no run.* and no file with a known ending.")
    if not reasons or job.live:
        reasons += _failure(job, now)
        reasons.append(_phase(job, now))
    if job.later is not None:
        due = f"{moment(job.later.at)}, {waiting(job.later.at, now)}"
        reasons.append(f"One start was put off to {due}. t changes that or takes it back.")
    if missed and not job.live and _is_news(missed[0], job):
        reasons.append(_missed(missed[0]))
    return reasons


def _failure(job: Job, now: datetime) -> Iterator[str]:
    """How the latest run failed, of a job that has none going."""
    run = job.latest_run
    if not isinstance(job.phase, Idle) or run is None or run.status is not RunStatus.FAILED:
        return
    at = run.ended or run.started
    how = str(run.exit) if run.exit is not None else plain(run.reason[:_READ]) or "it did not start"
    yield f"Its last run failed, {age(at, now)} ({moment(at)}): {how}. Its log says more; r runs it again."


def _is_news(missed: Missed, job: Job) -> bool:
    """Whether no run has begun since."""
    return job.latest_run is None or job.latest_run.started < missed.latest


def _missed(missed: Missed) -> str:
    if missed.count == 1:
        return f"It was due at {moment(missed.latest)}, but {REASONS[missed.reason]}."
    times = f"{missed.count:,} times, {stretch(missed)}"
    return f"It was due {times}, but {REASONS[missed.reason]}."


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
    if job.schedule is None:
        return "It has no schedule: it runs when somebody runs it. r does, c says how to add one."
    its = f"Its schedule '{schedule_text(job.schedule, _SHOWN)}'"
    match job.schedule.state:
        case ScheduleState.PAUSED:
            return f"{its} is paused ('enabled' is false in settings.job). p resumes it, r runs it now."
        case ScheduleState.OFF:
            off = "Schedules are off: WEBJOBS_DISABLE_SCHEDULE is set for this engine"
            return f"{off}, so '{schedule_text(job.schedule, _SHOWN)}' starts nothing. r runs it now."
        case ScheduleState.INVALID:
            said = next((plain(p.text[:_READ]) for p in job.problems if p.code == "schedule-invalid"), None)
            return f"{said or f'{its} cannot be read.'} c shows where it is wrong, r runs it now."
        case ScheduleState.NEVER:
            return f"{its} names a date that never comes. c shows it, r runs it now."
        case ScheduleState.DONE:
            return f"{its} was for one start, which was made. r runs it again."
        case ScheduleState.ENDED:
            return f"{its} has ended. r runs it now."
        case ScheduleState.PENDING if job.next_run is not None:
            waits = f"It waits for its schedule '{schedule_text(job.schedule, _SHOWN)}'"
            return f"{waits}: next in {countdown(job.next_run, now)}. r runs it now."
    return f"{its} has no coming time yet. r runs it now."
