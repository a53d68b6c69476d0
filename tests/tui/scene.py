"""The night of the wireframes: one job failed, one cannot stay up, one cannot run, the rest is well."""

from __future__ import annotations

from datetime import timedelta

from tests.support.fake_service import (
    NOW,
    FakeJobService,
    engine_line,
    make_job,
    make_run,
    make_schedule,
    output,
)
from wjtui.logs.line import Level
from wjtui.model.events import LogRef, Usage, UsageSampled
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Job, PendingRestart, Problem, Running, Severity, Stopped
from wjtui.model.runs import Exit, Launch, Outcome, RunStatus
from wjtui.model.schedules import Missed, MissedReason, ScheduleState
from wjtui.model.settings import JobSettings

CONTINUOUS = JobType.CONTINUOUS
OK, BAD = Outcome.OK, Outcome.FAILED
ERRORS = ("Traceback (most recent call last):", "OSError: [Errno 28] No space left on device")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


_AT_TWO = NOW.replace(hour=2, minute=0, second=0)
_AT_HALF_PAST_FIVE = NOW.replace(hour=5, minute=30, second=0)
_DAY = timedelta(days=1)
_MISSED = (
    (
        "nightly-report",
        Missed(MissedReason.RUNNING, 1, _AT_TWO - 2 * _DAY, _AT_TWO - 2 * _DAY),
        Missed(MissedReason.DOWN, 2, _AT_TWO - 6 * _DAY, _AT_TWO - 5 * _DAY),
    ),
    (
        "thumbs-cleanup",
        Missed(MissedReason.DOWN, 1, _AT_HALF_PAST_FIVE - _DAY, _AT_HALF_PAST_FIVE - _DAY),
        Missed(MissedReason.PAUSED, 5, _AT_HALF_PAST_FIVE - 12 * _DAY, _AT_HALF_PAST_FIVE - 8 * _DAY),
    ),
)


def _continuous() -> tuple[Job, ...]:
    up = Running(NOW - timedelta(days=3, hours=4, minutes=12), 5120)
    crashed = Launch(NOW - timedelta(seconds=21), 990, NOW - timedelta(seconds=18), Exit(code=1))
    stopped = Launch(NOW - timedelta(days=10), 77, NOW - timedelta(days=1), Exit(signal=15), "stop")
    return (
        make_job(
            "image-resizer",
            PendingRestart(NOW + timedelta(seconds=42), 3, Exit(code=1)),
            kind=CONTINUOUS,
            recent=(BAD,) * 4,
            latest_launch=crashed,
            tail=("ConnectionRefusedError: [Errno 111]",),
        ),
        make_job("queue-worker", up, kind=CONTINUOUS, recent=(Outcome.RUNNING,)),
        make_job(
            "mail-pump",
            up,
            kind=CONTINUOUS,
            recent=(Outcome.RUNNING,),
            settings=JobSettings(is_singleton=True),
        ),
        make_job(
            "metrics-agent",
            Stopped(NOW - timedelta(days=1)),
            kind=CONTINUOUS,
            disabled=True,
            latest_launch=stopped,
            recent=(Outcome.ABORTED,),
        ),
    )


def _triggered() -> tuple[Job, ...]:
    failed = make_run("nightly-report", RunStatus.FAILED)
    busy = make_run("sync-inventory", RunStatus.RUNNING, took=timedelta(seconds=72))
    cleaned = make_run(
        "thumbs-cleanup", RunStatus.SUCCESS, ago=timedelta(hours=23), took=timedelta(seconds=9)
    )
    rotated = make_run("rotate-keys", RunStatus.SUCCESS, ago=timedelta(days=20), took=timedelta(seconds=2))
    exported = make_run("export-csv", RunStatus.ABORTED, ago=timedelta(days=2), took=minutes(1))
    no_script = Problem("no-script", "No run.* and no script with a known ending.", Severity.BLOCKING)
    return (
        make_job(
            "nightly-report",
            latest_run=failed,
            recent=(*(OK,) * 9, BAD),
            tail=ERRORS,
            settings=JobSettings(schedule="0 0 2 * * *"),
            schedule=make_schedule(),
            next_run=NOW + timedelta(hours=20, minutes=47, seconds=51),
        ),
        make_job(
            "sync-inventory",
            Busy(busy.ref.run, busy.started),
            latest_run=busy,
            recent=(*(OK,) * 9, Outcome.RUNNING),
            settings=JobSettings(schedule="0 */15 * * * *"),
            schedule=make_schedule(
                "0 */15 * * * *", words="Every 15 minutes", expanded="0 0,15,30,45 * * * *"
            ),
            next_run=NOW + timedelta(minutes=2, seconds=51),
        ),
        make_job(
            "thumbs-cleanup",
            latest_run=cleaned,
            recent=(OK,) * 10,
            settings=JobSettings(schedule="0 30 6 * * 1-5", time_zone="Europe/Berlin"),
            schedule=make_schedule(
                "0 30 6 * * 1-5", words="At 06:30, Monday to Friday", zone="Europe/Berlin"
            ),
            next_run=NOW.replace(day=23, hour=5, minute=30, second=0),
        ),
        make_job(
            "rotate-keys",
            latest_run=rotated,
            recent=(OK,) * 10,
            settings=JobSettings(schedule="0 0 0 1 * *"),
            schedule=make_schedule("0 0 0 1 * *", words="At 00:00 on the 1st"),
            next_run=NOW + timedelta(days=9, hours=18, minutes=47),
        ),
        make_job(
            "export-csv",
            latest_run=exported,
            recent=(OK, OK, BAD, OK, Outcome.ABORTED),
            settings=JobSettings(schedule="0 0 * * * *", enabled=False),
            schedule=make_schedule("0 0 * * * *", state=ScheduleState.PAUSED, words="Every hour"),
        ),
        make_job("import-legacy"),
        make_job("half-uploaded", script=None, problems=(no_script,)),
    )


def eleven_jobs() -> FakeJobService:
    """The service behind wireframes D1 and D2."""
    service = FakeJobService(*_continuous(), *_triggered())
    service.usage = (
        UsageSampled(JobId(CONTINUOUS, "queue-worker"), Usage(2.1, 48 << 20, 4)),
        UsageSampled(JobId(CONTINUOUS, "mail-pump"), Usage(0.3, 31 << 20, 1)),
        UsageSampled(JobId(JobType.TRIGGERED, "sync-inventory"), Usage(61.0, 212 << 20, 2)),
    )
    for name, *stretches in _MISSED:
        service.stretches[service.find(name).id.key] = stretches
    run = service.find("nightly-report").latest_run
    assert run is not None
    at = run.started
    service.log(
        LogRef(run.ref.job, run.ref.run),
        engine_line("Run script 'run.py' with script host - 'PythonScriptHost'", at)
        + engine_line("Status changed to Running", at)
        + output("Loading 1,204 orders", "Rendering page 1 of 31", "Rendering page 30 of 31", at=at)
        + output(*ERRORS, at=at + minutes(4), level=Level.ERR)
        + engine_line("Job failed due to exit code 1", at + timedelta(seconds=271), Level.ERR)
        + engine_line("Status changed to Failed", at + timedelta(seconds=271)),
    )
    lines = (f"dequeued order={number} attempt=1" for number in range(55_000, 55_400))
    service.log(LogRef(JobId(CONTINUOUS, "queue-worker")), output(*lines, at=NOW - minutes(60)))
    return service
