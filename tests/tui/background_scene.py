"""A busy night: what waits, what is tried again, what follows, what is unwell, how far one run has come."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tests.support.fake_service import NOW, FakeJobService, make_job, make_run, make_schedule
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Running
from wjtui.model.runs import Exit, Launch, Outcome, Run, RunRef, RunStatus, make_run_id
from wjtui.model.settings import JobSettings, Probe, Retry
from wjtui.model.starts import Hold, Start

DUE = NOW + timedelta(seconds=24)
AT_TWO = NOW.replace(hour=2, minute=0, second=0)
NAME = "nightly-report"
RESULT = b'{"progress": 100, "message": "done", "rows": 1204, "file": "s3://reports/2026-11-21.pdf"}'


def run_at(
    name: str,
    at: datetime,
    code: int | None,
    *,
    after: Run | None = None,
    attempt: int = 0,
    seconds: int = 31,
) -> Run:
    """A run that began at an instant and took so long; ``code`` None: it goes on."""
    ref = RunRef(JobId(JobType.TRIGGERED, name), make_run_id(at, None))
    status = RunStatus.RUNNING if code is None else RunStatus.FAILED if code else RunStatus.SUCCESS
    trigger = "Schedule - 0 0 2 * * *"
    if after is not None:
        trigger = f"After {after.ref.job.name} {after.ref.run}"
        if attempt:
            trigger = f"Retry {attempt}/3 of {after.ref.run}"
    ended = None if code is None else at + timedelta(seconds=seconds)
    exit = None if code is None else Exit(code=code)
    origin = after.ref if after is not None else None
    return Run(ref, status, trigger, at, ended, exit, pid=4811, attempt=attempt, origin=origin, errors=code)


def chain() -> list[Run]:
    """Tried three times in vain, then cleaned up after, which told somebody; the day before all was well."""
    first = run_at(NAME, AT_TWO, 1)
    one = run_at(NAME, AT_TWO + timedelta(seconds=60), 1, after=first, attempt=1)
    two = run_at(NAME, AT_TWO + timedelta(seconds=150), 1, after=one, attempt=2)
    cleaned = run_at("clean-up", AT_TWO + timedelta(seconds=190), 0, after=two)
    told = run_at("send-report", AT_TWO + timedelta(seconds=240), 0, after=cleaned)
    return [first, one, two, cleaned, told, run_at(NAME, AT_TWO - timedelta(days=1), 0)]


def busy_night() -> FakeJobService:
    """The service behind it."""
    going = msgspec.structs.replace(
        make_run("import-orders", RunStatus.RUNNING, took=timedelta(seconds=72)),
        trigger="External - curl/8.5.0",
        progress=42,
        message="row 504 of 1,204",
        input="/srv/data/jobs/triggered/import-orders/202611210510570000/input",
        correlation="req-77f3",
        key="order-88",
    )
    up = Running(NOW - timedelta(hours=3), 5120)
    runs = chain()
    service = FakeJobService(
        make_job(
            "import-orders",
            Busy(going.ref.run, going.started),
            latest_run=going,
            settings=JobSettings(if_running="queue", queue_limit=20, lock="database", priority=5),
            recent=(Outcome.OK, Outcome.RUNNING),
        ),
        make_job(
            NAME,
            latest_run=runs[2],
            tail=("OSError: [Errno 28] No space left on device",),
            settings=JobSettings(retry=Retry(3, 60, 1.5), on_failure="clean-up"),
            schedule=make_schedule(),
            next_run=NOW + timedelta(hours=20),
            hold=Hold(1, "its retry is not due yet", DUE, 3, 3),
            recent=(Outcome.OK, Outcome.FAILED, Outcome.FAILED, Outcome.FAILED),
        ),
        make_job("clean-up", latest_run=runs[3], recent=(Outcome.OK,)),
        make_job("send-report", latest_run=runs[4], recent=(Outcome.OK,)),
        make_job(
            "rebuild-index",
            settings=JobSettings(lock="database"),
            hold=Hold(1, "'import-orders' holds the lock 'database'"),
        ),
        make_job(
            "web-hook",
            up,
            kind=JobType.CONTINUOUS,
            settings=JobSettings(probe=Probe(http="/health", restart=True)),
            unhealthy="GET /health on port 40123 did not answer within 5 s",
            latest_launch=Launch(up.since, 5120),
            recent=(Outcome.RUNNING,),
        ),
        make_job(
            "mail-pump",
            up,
            kind=JobType.CONTINUOUS,
            settings=JobSettings(memory_limit=512 << 20, nice=10),
            unmet=("memory_limit: this engine may not make a cgroup, so nothing is limited.",),
            latest_launch=Launch(up.since, 5121),
            recent=(Outcome.RUNNING,),
        ),
    )
    service.past = runs
    service.queue.put(
        "import-orders",
        Start("External - curl/8.5.0", correlation="req-78"),
        Start("UI - ops", "--warehouse 4 --since 2026-11-01"),
        Start("Schedule - 0 */15 * * * *"),
    )
    return service
