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
from wjtui.tui.bindings import OWN, Keys
from wjtui.tui.present.holds import hold_sentences
from wjtui.tui.present.jobs import ending
from wjtui.tui.present.plain import plain
from wjtui.tui.present.schedules import schedule_text, stretch, waiting
from wjtui.tui.present.times import age, countdown, moment, seconds_between, span

_SHOWN = 60
_READ = 600


def why_not_running(
    job: Job,
    engine: EngineInfo | None,
    now: datetime,
    missed: Sequence[Missed] = (),
    keys: Keys = OWN,
) -> list[str]:
    """One sentence a reason, the strongest first; for a job that runs, one that says so.

    ``missed``: its stretches of instants without a run, newest first, as far as they are known.
    ``keys``: by what the sentences name keys.
    """
    reasons = []
    if not job.live:
        if engine is not None and engine.stopped_by_setting:
            reasons.append("WEBJOBS_STOPPED is set, so no job of this root runs. Unset it to let them run.")
        reasons += [plain(p.text) for p in job.problems if p.severity is Severity.BLOCKING]
        if job.script is None and not reasons:
            reasons.append("No script: its folder holds no run.* and no file with a known ending.")
    held = _held(job, now, keys)
    if not reasons or job.live:
        phase = _phase(job, now, keys)
        # What is to begin at once says more than what is to begin by a schedule.
        reasons += [*_failure(job, now, keys), *([phase, *held] if job.live else [*held, phase])]
    else:
        reasons += held
    if job.unhealthy:
        reasons.append(f"It is unhealthy: {_sentence(job.unhealthy)}")
    reasons += [f"A limit does not hold: {_sentence(each)}" for each in job.unmet]
    if job.later is not None:
        due = f"{moment(job.later.at)}, {waiting(job.later.at, now)}"
        change = f"{keys.name('job.later')} changes that or takes it back"
        reasons.append(f"One start was put off to {due}. {change}.")
    if missed and not job.live and _is_news(missed[0], job):
        reasons.append(_missed(missed[0]))
    return reasons


def _failure(job: Job, now: datetime, keys: Keys) -> Iterator[str]:
    """How the latest run failed, of a job that has none going."""
    run = job.latest_run
    if not isinstance(job.phase, Idle) or run is None or run.status is not RunStatus.FAILED:
        return
    at = run.ended or run.started
    how = str(run.exit) if run.exit is not None else plain(run.reason[:_READ]) or "it did not start"
    again = f"{keys.name('job.run')} runs it again"
    yield f"Its last run failed, {age(at, now)} ({moment(at)}): {how}. Its log says more; {again}."


def _held(job: Job, now: datetime, keys: Keys) -> list[str]:
    """What waits of it."""
    if job.hold is None:
        return []
    waits = " ".join(hold_sentences(job.hold, job.settings.lock, now))
    return [f"{waits} {keys.name('job.waiting')} shows what waits."]


def _sentence(text: str) -> str:
    """With its full stop."""
    return plain(text[:_READ]).rstrip(". ") + "."


def _is_news(missed: Missed, job: Job) -> bool:
    """Whether no run has begun since."""
    return job.latest_run is None or job.latest_run.started < missed.latest


def _missed(missed: Missed) -> str:
    if missed.count == 1:
        return f"It was due at {moment(missed.latest)}, but {REASONS[missed.reason]}."
    times = f"{missed.count:,} times, {stretch(missed)}"
    return f"It was due {times}, but {REASONS[missed.reason]}."


def _phase(job: Job, now: datetime, keys: Keys) -> str:
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
            again = f"It is launched again in {countdown(due, now)}"
            return f"{what}. {again}; {keys.name('job.restart')} does it now."
        case InactiveInstance(holder=holder):
            by = f" ({plain(holder)})" if holder else ""
            return f"It is a singleton, and another instance{by} holds its lock and runs it."
        case Stopped():
            how = ": disable.job lies in its folder" if job.disabled else ""
            return f"It was stopped{how}. {keys.name('job.start')} starts it."
        case Idle():
            return _idle(job, now, keys)
        case _:
            assert_never(phase)


def _idle(job: Job, now: datetime, keys: Keys) -> str:
    run, page = keys.name("job.run"), keys.name("job.schedule")
    if job.schedule is None:
        return f"It has no schedule: it runs when somebody runs it. {run} does, {page} says how to add one."
    its = f"Its schedule '{schedule_text(job.schedule, _SHOWN)}'"
    match job.schedule.state:
        case ScheduleState.PAUSED:
            resume = keys.name("job.pause")
            off = f"{its} is paused ('enabled' is false in settings.job)"
            return f"{off}. {resume} resumes it, {run} runs it now."
        case ScheduleState.OFF:
            off = "Schedules are off: WEBJOBS_DISABLE_SCHEDULE is set for this engine"
            return f"{off}, so '{schedule_text(job.schedule, _SHOWN)}' starts nothing. {run} runs it now."
        case ScheduleState.INVALID:
            said = next((plain(p.text[:_READ]) for p in job.problems if p.code == "schedule-invalid"), None)
            return f"{said or f'{its} cannot be read.'} {page} shows where it is wrong, {run} runs it now."
        case ScheduleState.NEVER:
            return f"{its} names a date that never comes. {page} shows it, {run} runs it now."
        case ScheduleState.DONE:
            return f"{its} was for one start, which was made. {run} runs it again."
        case ScheduleState.ENDED:
            return f"{its} has ended. {run} runs it now."
        case ScheduleState.PENDING if job.next_run is not None:
            waits = f"It waits for its schedule '{schedule_text(job.schedule, _SHOWN)}'"
            return f"{waits}: next in {countdown(job.next_run, now)}. {run} runs it now."
    return f"{its} has no coming time yet. {run} runs it now."
