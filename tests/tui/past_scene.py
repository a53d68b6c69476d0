"""The past behind wireframe D3: a month of nightly reports, and what happened beside them."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tests.support.fake_service import NOW, FakeJobService, output
from tests.tui.scene import ERRORS, eleven_jobs
from wjtui.logs.line import Level
from wjtui.model.events import LogRef
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Exit, Launch, Run, RunRef, RunStatus, make_run_id

SCHEDULE = "Schedule - 0 0 2 * * *"
BY_HAND = "UI - ops"


def at(day: int, hour: int = 2, minute: int = 0, second: int = 0, *, month: int = 11) -> datetime:
    """An instant of the scene."""
    return NOW.replace(month=month, day=day, hour=hour, minute=minute, second=second)


def past_run(
    name: str,
    started: datetime,
    seconds: float = 242,
    *,
    code: int = 0,
    trigger: str = SCHEDULE,
    errors: int = 0,
    **fields: object,
) -> Run:
    """A run that has ended."""
    ref = RunRef(JobId(JobType.TRIGGERED, name), make_run_id(started, None))
    run = Run(
        ref,
        RunStatus.FAILED if code else RunStatus.SUCCESS,
        trigger,
        started,
        started + timedelta(seconds=seconds),
        Exit(code=code),
        scheduled=started.replace(microsecond=0) if trigger == SCHEDULE else None,
        pid=48213,
        cpu_seconds=seconds * 0.43,
        peak_memory=212 << 20,
        output_size=182 << 10,
        errors=errors,
    )
    return msgspec.structs.replace(run, **fields)


def a_month() -> FakeJobService:
    """``nightly-report`` with 40 runs in November and October, ``image-resizer`` with five launches."""
    service = eleven_jobs()
    name = "nightly-report"
    newest = past_run(name, at(21) + timedelta(milliseconds=12), 270.991, code=1, errors=37)
    aborted = past_run(name, at(19, 2, 30, 2), 41, trigger=BY_HAND)
    aborted = msgspec.structs.replace(
        aborted, status=RunStatus.ABORTED, exit=Exit(signal=15), reason="cancelled by ops", errors=0
    )
    runs = [
        newest,
        past_run(name, at(20, 14, 22, 10), 242, trigger=BY_HAND, arguments="--month 2026-10 --dry-run"),
        past_run(name, at(20), 238),
        past_run(name, at(19, 2, 31, 7), 251, trigger=BY_HAND, errors=2),
        aborted,
        past_run(name, at(19), 2, code=2, errors=4, output_size=1024),
        *(past_run(name, at(day), 230 + day) for day in (18, 17, 16, 14, 13, 12, 11, 10, 9)),
        *(past_run(name, at(day, month=10), 225 + day) for day in range(31, 6, -1)),
    ]
    service.past += runs[1:]
    service.change(name, latest_run=newest)
    at_end = newest.ended or NOW
    service.log(
        LogRef(newest.ref.job, newest.ref.run),
        output("Loading 1,204 orders", "Rendering page 30 of 31", at=at(21))
        + output(*ERRORS, at=at_end - timedelta(seconds=1), level=Level.ERR),
    )
    resizer = service.find("image-resizer").id
    service.passed_launches[resizer.key] = [
        Launch(at(21, 5, 0) - timedelta(minutes=7 * n), 980 - n, at(21, 5, 0) - timedelta(minutes=7 * n - 3),
               Exit(code=1) if n % 2 else Exit(signal=9))
        for n in range(5)
    ]  # fmt: skip
    service.log(LogRef(resizer), output("resizing", at=at(21, 4, 40)) + output("again", at=at(21, 5, 0)))
    return service
