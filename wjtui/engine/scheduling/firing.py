"""Starts what is due of one job, and says what was not started (spec 7.5)."""

from __future__ import annotations

from datetime import timedelta

from wjtui.engine.rooms import Rooms
from wjtui.engine.running.triggered import NotWanted
from wjtui.engine.scheduling.log import info, local, warning
from wjtui.engine.scheduling.scheduled_job import ScheduledJob
from wjtui.model.errors import AlreadyRunning, WjtuiError
from wjtui.model.events import Tone
from wjtui.model.jobs import Severity
from wjtui.model.runs import Run
from wjtui.model.schedules import LaterStart, MissedReason
from wjtui.model.starts import Waiting
from wjtui.schedule.due import ON_TIME, Fire

RETRY = timedelta(seconds=5)
"""Between two tries of a start that was put off and cannot be made yet; the end of a run comes at once."""
_ELSEWHERE_SECONDS = 0.25
_ELSEWHERE_LOOKS = 4
_INSTANT = timedelta(microseconds=1)

Refusal = tuple[MissedReason, str]


async def fire(rooms: Rooms, job: ScheduledJob, due: Fire) -> None:
    """Start the run that is due, once, whatever the number of instants it stands for."""
    plan, last, since, now = job.plan, job.last(), job.since, rooms.clock.now()
    after = job.first_missed(now) if due.covered > 1 else due.occurrence - _INSTANT
    # From here on: a start that is refused is not tried again either.
    job.deal_with(now)
    refusal = _obstacle(rooms, job)
    if refusal is None:
        try:
            run = await job.runner.start(
                None,
                plan.trigger,
                scheduled=due.occurrence,
                wanted=lambda: job.plan is plan and job.still_due(last, since, now),
            )
        except NotWanted:
            return
        except AlreadyRunning:
            if job.runner.idle and await _started_elsewhere(rooms, job, due):
                return
            refusal = MissedReason.RUNNING, ""
        except WjtuiError as error:
            refusal = MissedReason.REFUSED, error.message
        else:
            job.ran(run)
            _tell_started(rooms, job, due, run)
    if refusal is not None and (job.gone or rooms.state.info.stopping):
        return
    if plan.once:
        job.remember(done=True)
    if refusal is not None:
        job.miss(refusal[0], after, due.occurrence + _INSTANT, refusal[1])


async def fire_later(rooms: Rooms, job: ScheduledJob, later: LaterStart) -> None:
    """Make the start that was put off; where it is refused it stays, and is made as soon as it can be."""
    refusal = _obstacle(rooms, job)
    if refusal is None:
        try:
            run = await job.runner.start(
                later.arguments, later.trigger, wanted=lambda: job.still_put_off(later)
            )
        except NotWanted:
            if job.memory.later == later:
                job.remember(later=None)
            return
        except AlreadyRunning:
            refusal = MissedReason.RUNNING, "its previous run is still active"
        except WjtuiError as error:
            refusal = MissedReason.REFUSED, error.message
        else:
            job.ran(run)
            job.retry_later = None
            job.remember(later=None)
            _tell_made_up(rooms, job, later, run)
            return
    if job.gone or rooms.state.info.stopping:
        return
    if job.retry_later is None:
        at = local(later.at, job.plan.zone)
        job.log.write(warning(f"The start put off to {at} waits until it can be made: {refusal[1]}"))
        text = f"'{job.definition.id.name}' starts as soon as it can, not at {at}: {refusal[1]}"
        rooms.state.raise_notice(text, Tone.WARNING, job.definition.id, "later")
    job.retry_later = rooms.clock.now() + RETRY


def _obstacle(rooms: Rooms, job: ScheduledJob) -> Refusal | None:
    """Why no run can be started at all."""
    if rooms.config.stopped:
        return MissedReason.STOPPED, "WebJobs are stopped by configuration (WEBJOBS_STOPPED)"
    if not job.definition.runnable:
        wrong = [one.text for one in job.definition.problems if one.severity is Severity.BLOCKING]
        return MissedReason.REFUSED, " ".join(wrong) or "it has no runnable script"
    return None


async def _started_elsewhere(rooms: Rooms, job: ScheduledJob, due: Fire) -> bool:
    """Whether the run that another instance is busy with is the one that was due; its folder may be late."""
    for look in range(_ELSEWHERE_LOOKS):
        if look:
            await rooms.clock.sleep(_ELSEWHERE_SECONDS)
        last = job.last()
        if last is not None and last >= due.occurrence:
            return True
    return False


def _invoked(run: Run | Waiting) -> str:
    return "WebJob invoked" if isinstance(run, Run) else f"WebJob waits for its turn, as run {run.id}"


def _tell_started(rooms: Rooms, job: ScheduledJob, due: Fire, run: Run | Waiting) -> None:
    lines = [info(_invoked(run))]
    if due.covered > 1:
        lines.append(info(f"This run stands for {due.covered} schedules, as it comes late"))
    job.log.write(*lines)
    if rooms.clock.now() - due.occurrence > ON_TIME:
        at = local(due.occurrence, job.plan.zone)
        text = f"'{job.definition.id.name}' was started late: its schedule was due at {at}."
        rooms.state.raise_notice(text, Tone.INFO, job.definition.id, "catch-up")


def _tell_made_up(rooms: Rooms, job: ScheduledJob, later: LaterStart, run: Run | Waiting) -> None:
    at = local(later.at, job.plan.zone)
    job.log.write(info(_invoked(run)), info(f"This start was put off to {at}"))
    if rooms.clock.now() - later.at > ON_TIME:
        text = f"'{job.definition.id.name}' was started late: the start was put off to {at}."
        rooms.state.raise_notice(text, Tone.INFO, job.definition.id, "catch-up")
