"""Why a command cannot be given now: one sentence, or None; pure."""

from __future__ import annotations

from collections.abc import Callable

from wjtui.model.jobs import Busy, Disabling, Job, Stopped, Stopping
from wjtui.tui.present.plain import plain
from wjtui.tui.store import Link, Store

JobWhyNot = Callable[[Store, Job | None], str | None]


def needs_job(store: Store, job: Job | None) -> str | None:
    """It is about a job."""
    return "No job is chosen." if job is None else None


def needs_jobs(store: Store, job: Job | None) -> str | None:
    """It is about the list or the log, which are not there without jobs."""
    return None if store.jobs else "There are no jobs yet."


def engine_why_not(store: Store) -> str | None:
    """Commands need an engine that can be reached, and a screen that may change something."""
    if store.read_only:
        return "This screen is read-only: it was opened with --read-only."
    if store.link is not Link.LIVE:
        again = store.keys.name("view.refresh")
        return f"The engine is not reachable: nothing can be changed. {again} tries again."
    if store.engine is not None and store.engine.stopping:
        return "The engine is stopping and takes no commands."
    return None


def new_job_why_not(store: Store, job: Job | None) -> str | None:
    """Files are brought in from where the screen is; an engine elsewhere gets them over the network."""
    return engine_why_not(store)


def _cannot_change(store: Store, job: Job | None) -> str | None:
    if (reason := engine_why_not(store)) is not None:
        return reason
    if job is None:
        return "No job is chosen."
    if job.id.key in store.pending:
        return f"A command for {plain(job.id.name)} is on its way."
    return None


def run_why_not(store: Store, job: Job | None) -> str | None:
    """Runs are for triggered jobs that can run and do not, or let a start wait until they do not."""
    if (reason := _cannot_change(store, job)) is not None or job is None:
        return reason
    name = plain(job.id.name)
    if job.is_continuous:
        return _no_runs(store, name)
    if isinstance(job.phase, Busy) and not job.settings.queues:
        return f"{name} is already running: {store.keys.name('job.stop')} stops the run."
    if not job.runnable:
        return f"{name} cannot run: {store.keys.name('job.why')} tells why."
    if store.engine is not None and store.engine.stopped_by_setting:
        return "WEBJOBS_STOPPED is set, so no job runs."
    return None


def start_why_not(store: Store, job: Job | None) -> str | None:
    """Start is for continuous jobs; one that runs may be started again, nothing changes then."""
    if (reason := _cannot_change(store, job)) is not None or job is None:
        return reason
    return None if job.is_continuous else _is_triggered(store, job)


def schedule_why_not(store: Store, job: Job | None) -> str | None:
    """Schedules are for triggered jobs; to look at one changes nothing."""
    if job is None:
        return "No job is chosen."
    return (
        f"{plain(job.id.name)} is continuous: it is always on and has no schedule."
        if job.is_continuous
        else None
    )


def pause_why_not(store: Store, job: Job | None) -> str | None:
    """Pause and resume need a schedule."""
    if (reason := _cannot_change(store, job) or schedule_why_not(store, job)) is not None or job is None:
        return reason
    if job.schedule is not None:
        return None
    how = f"{store.keys.name('job.schedule')} says how to add one"
    return f"{plain(job.id.name)} has no schedule to pause: {how}."


def edit_why_not(store: Store, job: Job | None) -> str | None:
    """Settings can be changed whatever a job is doing."""
    return engine_why_not(store) or needs_job(store, job)


def later_why_not(store: Store, job: Job | None) -> str | None:
    """A start can be put off where one can be made; one that was put off can always be taken back."""
    if (reason := _cannot_change(store, job)) is not None or job is None:
        return reason
    name = plain(job.id.name)
    if job.is_continuous:
        return _no_runs(store, name)
    if job.later is not None:
        return None
    if not job.runnable:
        return f"{name} cannot run: {store.keys.name('job.why')} tells why."
    if store.engine is not None and store.engine.stopped_by_setting:
        return "WEBJOBS_STOPPED is set, so no job runs."
    return None


def waiting_why_not(store: Store, job: Job | None) -> str | None:
    """Starts wait for triggered jobs; to look at them changes nothing."""
    if job is None:
        return "No job is chosen."
    return _no_runs(store, plain(job.id.name)) if job.is_continuous else None


def change_why_not(store: Store, job: Job | None) -> str | None:
    """Why nothing about a job can be changed now, whatever it is that is to be changed."""
    return _cannot_change(store, job)


def stop_why_not(store: Store, job: Job | None) -> str | None:
    """Stop ends a continuous job, or the run that is going."""
    if (reason := _cannot_change(store, job)) is not None or job is None:
        return reason
    name = plain(job.id.name)
    if not job.is_continuous and not isinstance(job.phase, Busy):
        return f"{name} has no run going, so there is nothing to stop."
    if job.is_continuous and job.disabled and isinstance(job.phase, Stopped):
        return f"{name} is stopped already: {store.keys.name('job.start')} starts it."
    return None


def kill_why_not(store: Store, job: Job | None) -> str | None:
    """Kill needs a process."""
    if (reason := _cannot_change(store, job)) is not None or job is None:
        return reason
    if not job.live and not isinstance(job.phase, Disabling | Stopping):
        return f"{plain(job.id.name)} has no process to kill."
    return None


def restart_why_not(store: Store, job: Job | None) -> str | None:
    """Restart is for continuous jobs that are meant to run."""
    if (reason := _cannot_change(store, job)) is not None or job is None:
        return reason
    if not job.is_continuous:
        return _is_triggered(store, job)
    if not job.disabled:
        return None
    return f"{plain(job.id.name)} is stopped: {store.keys.name('job.start')} starts it."


def _no_runs(store: Store, name: str) -> str:
    restart, start = store.keys.name("job.restart"), store.keys.name("job.start")
    return f"{name} is continuous, so it has no runs: {restart} restarts it, {start} starts it."


def _is_triggered(store: Store, job: Job) -> str:
    return f"{plain(job.id.name)} is triggered: {store.keys.name('job.run')} runs it."


def shell_why_not(store: Store, job: Job | None) -> str | None:
    """A shell is for who may change things, on the machine where the job's files are."""
    if (reason := engine_why_not(store)) is not None or job is None:
        return reason or "No job is chosen."
    if store.engine is not None and not store.engine.shares_files:
        return "The engine is on another machine: its files are not here."
    return None
