"""What the pictures show: the night of the wireframes with its logs, its past and what was told of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tests.support.fake_service import NOW, FakeJobService, engine_line
from tests.tui.past_scene import BY_HAND, a_month, at, past_run
from wjtui.logs.line import Level, message
from wjtui.model.events import LogRef, Notice, Tone
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job
from wjtui.model.runs import Exit, Launch, RunStatus
from wjtui.model.schedules import Missed, MissedReason

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS
EVERY_QUARTER = "Schedule - 0 */15 * * * *"
EVERY_MORNING = "Schedule - 0 30 6 * * 1-5"
EVERY_HOUR = "Schedule - 0 0 * * * *"
EVERY_MONTH = "Schedule - 0 0 0 1 * *"
FOLDER = "/srv/site/wwwroot/app_data/jobs"
QUEUE_WORKER = LogRef(JobId(CONTINUOUS, "queue-worker"))
_FIRST_ORDER = 54_826
_WORKER_SINCE = NOW - timedelta(minutes=15)


def pictured() -> FakeJobService:
    """The service behind every picture."""
    service = a_month()
    _remember_runs(service)
    _remember_missed(service)
    _remember_launches(service)
    _log_report(service)
    _log_worker(service)
    _log_mail(service)
    _log_sync(service)
    _log_resizer(service)
    service.notices = _told()
    return service


def worker_goes_on(service: FakeJobService) -> None:
    """What the queue worker prints while somebody reads further up."""
    lines = [
        line
        for number in range(300, 330)
        for line in _order(number, NOW + timedelta(seconds=3 * number - 908))
    ]
    service.grow(QUEUE_WORKER, b"".join(lines))


def _line(when: datetime, text: str, level: Level = Level.INFO) -> bytes:
    return message("web-01", level, text, when)


def _remember_runs(service: FakeJobService) -> None:
    """Runs of the jobs that ``a_month`` says nothing of, in accord with their strips and schedules."""
    # In the scene below all of them take nearly the same time, and a line of durations would say nothing.
    for number, run in enumerate(service.past):
        if run.status is RunStatus.SUCCESS:
            took = timedelta(seconds=150 + run.started.day * 53 % 97)
            service.past[number] = msgspec.structs.replace(run, ended=run.started + took)
    busy = service.find("sync-inventory").latest_run
    assert busy is not None
    busy = msgspec.structs.replace(busy, trigger=BY_HAND, arguments="--warehouse 4")
    service.change("sync-inventory", latest_run=busy)
    quarters = [at(21, 5) - timedelta(minutes=15 * number) for number in range(12)]
    service.past += [
        past_run(
            "sync-inventory", when, 88 + number * 7 % 31, code=int(number == 11), trigger=EVERY_QUARTER,
            errors=3 if number == 11 else 0, output_size=4096 + number * 97,
            scheduled=when,
        )
        for number, when in enumerate(quarters)
    ]  # fmt: skip
    mornings = [
        past_run(
            "thumbs-cleanup", when, 9 + when.day % 3, trigger=EVERY_MORNING, output_size=900, scheduled=when
        )
        for when in (at(day, 5, 30) for day in (20, 19, 17, 16, 13, 12, 11, 10, 9))
    ]
    service.past += mornings[1:]
    service.change("thumbs-cleanup", latest_run=mornings[0])
    months = [
        past_run("rotate-keys", at(1, 0, month=month), 2, trigger=EVERY_MONTH, output_size=300)
        for month in (11, 10, 9, 8)
    ]
    service.past += months[1:]
    service.change("rotate-keys", latest_run=months[0])
    ended = past_run("export-csv", at(19, 5), 41, trigger=EVERY_HOUR)
    ended = msgspec.structs.replace(
        ended, status=RunStatus.ABORTED, exit=Exit(signal=15), reason="cancelled by ops"
    )
    service.change("export-csv", latest_run=ended)
    codes = (0, 1, 0, 0)
    service.past += [
        past_run(
            "export-csv", at(19, 4 - number), 38 + number, code=code, trigger=EVERY_HOUR, errors=5 * code
        )
        for number, code in enumerate(codes)
    ]


def _remember_missed(service: FakeJobService) -> None:
    """Times without a run, none of which has one above."""
    service.stretches[service.find("nightly-report").id.key] = [
        Missed(MissedReason.DOWN, 1, at(15), at(15)),
        Missed(MissedReason.PAUSED, 8, at(1), at(8)),
    ]
    service.stretches[service.find("thumbs-cleanup").id.key] = [
        Missed(MissedReason.DOWN, 1, at(18, 5, 30), at(18, 5, 30)),
        Missed(MissedReason.PAUSED, 5, at(2, 5, 30), at(6, 5, 30)),
    ]


def _remember_launches(service: FakeJobService) -> None:
    """The resizer's crashes of this hour, a deployment that ran for a day, and a stop by hand."""
    resizer = service.find("image-resizer").id
    crashes = [
        Launch(when, 940 - number, when + timedelta(seconds=3), Exit(code=1))
        for number, when in enumerate(NOW - timedelta(seconds=84 + 63 * number) for number in range(3))
    ]
    day = Launch(at(20, 4, 2), 711, NOW - timedelta(seconds=276), Exit(signal=9))
    stopped = Launch(at(17, 9, 14), 644, at(20, 4, 1), Exit(code=0), "redeploy")
    by_hand = Launch(at(12, 8), 512, at(17, 9, 13), Exit(signal=15), "stop")
    service.passed_launches[resizer.key] = [*crashes, day, stopped, by_hand]


def _log_report(service: FakeJobService) -> None:
    """The report that failed at two, from its first line to its traceback."""
    run = service.find("nightly-report").latest_run
    assert run is not None
    begin, end = run.started, run.ended or NOW
    log = engine_line("Run script 'run.py' with script host - 'PythonScriptHost'", begin)
    log += engine_line("Status changed to Running", begin)
    log += _line(begin, "Loading 1,204 orders of 2026-11-20 from orders.db")
    log += _line(begin + timedelta(seconds=3), '{"event":"loaded","orders":1204,"skipped":3,"seconds":2.61}')
    for page in range(1, 31):
        when = begin + timedelta(seconds=4 + page * 8.6)
        log += _line(when, f"Rendering page {page} of 31")
        if page % 6 == 0:
            log += _line(when, f"page {page}: no rate for 'CHF', the one of yesterday is used", Level.WARN)
    traceback = (
        "Traceback (most recent call last):",
        f'  File "{FOLDER}/triggered/nightly-report/run.py", line 88, in <module>',
        "    upload(path)",
        f'  File "{FOLDER}/triggered/nightly-report/upload.py", line 31, in upload',
        "    shutil.copyfile(path, target)",
        "OSError: [Errno 28] No space left on device: '/srv/reports/2026-11-20.pdf'",
    )
    for text in traceback:
        log += _line(end - timedelta(seconds=1), text, Level.ERR)
    log += engine_line("Job failed due to exit code 1", end, Level.ERR)
    log += engine_line("Status changed to Failed", end)
    service.log(LogRef(run.ref.job, run.ref.run), log)
    fields = {"errors": 7, "output_size": len(log), "ended": end}
    service.change(
        "nightly-report",
        latest_run=msgspec.structs.replace(run, **fields),
        tail=(traceback[0], traceback[-1]),
    )


def _order(number: int, when: datetime) -> list[bytes]:
    """What the queue worker prints about one order."""
    order = _FIRST_ORDER + number
    lines = [_line(when, f"dequeued order={order} attempt=1")]
    if number % 9 == 4:
        lines.append(_line(when, f"lease renewed id={8800 + number // 9}"))
    if number % 7 == 2:
        event = f'{{"event":"shipped","order":{order},"parcels":[{{"kg":1.2,"to":"Oslo"}}],"cents":4990}}'
        lines.append(_line(when, event))
    if number % 59 == 41:
        later = when + timedelta(seconds=2)
        failed = (
            f"timeout after 2.0s: POST https://api.example.com/v2/orders/{order}",
            "Traceback (most recent call last):",
            '  File "worker.py", line 214, in send',
            "    raise UpstreamTimeout(url)",
            f"UpstreamTimeout: https://api.example.com/v2/orders/{order}",
        )
        lines += [_line(later, text, Level.ERR) for text in failed]
        lines.append(_line(later, f"requeue order={order} delay=30s", Level.WARN))
        return lines
    if number % 73 == 70:
        lines.append(_line(when, f"budget 80% used by order={order}", Level.WARN))
    lines.append(_line(when + timedelta(seconds=1), f"200 OK order={order} {280 + number * 37 % 90} ms"))
    return lines


def _log_worker(service: FakeJobService) -> None:
    started = NOW - timedelta(days=3, hours=4, minutes=12)
    log = engine_line("Run script 'run.py' with script host - 'PythonScriptHost'", started)
    log += engine_line("Status changed to Running", started)
    for number in range(300):
        log += b"".join(_order(number, _WORKER_SINCE + timedelta(seconds=3 * number - 8)))
    service.log(QUEUE_WORKER, log)


def _log_mail(service: FakeJobService) -> None:
    log = b""
    for number in range(180):
        when = _WORKER_SINCE + timedelta(seconds=5 * number)
        log += _line(when, f"sent message={7700 + number} to=customer-{number * 13 % 97:02} 250 queued")
        if number % 40 == 31:
            log += _line(when, "smtp.example.com: 421 try again later", Level.ERR)
    service.log(LogRef(JobId(CONTINUOUS, "mail-pump")), log)


def _log_sync(service: FakeJobService) -> None:
    run = service.find("sync-inventory").latest_run
    assert run is not None
    log = engine_line("Status changed to Running", run.started)
    for number in range(36):
        log += _line(
            run.started + timedelta(seconds=2 * number), f"warehouse 4: {number * 250:,} of 11,400 items"
        )
    service.log(LogRef(run.ref.job, run.ref.run), log)


def _log_resizer(service: FakeJobService) -> None:
    """Five starts, each of which finds nobody at the other end."""
    log = b""
    for seconds in (210, 147, 84, 21):
        start = NOW - timedelta(seconds=seconds)
        log += engine_line("Run script 'run.py' with script host - 'PythonScriptHost'", start)
        log += engine_line("Status changed to Running", start)
        log += _line(start + timedelta(seconds=1), "connecting to redis://cache.internal:6379")
        for text in (
            "Traceback (most recent call last):",
            f'  File "{FOLDER}/continuous/image-resizer/run.py", line 19, in <module>',
            "    cache = connect(URL)",
            "ConnectionRefusedError: [Errno 111] Connection refused",
        ):
            log += _line(start + timedelta(seconds=3), text, Level.ERR)
        end = start + timedelta(seconds=3)
        log += engine_line("Job failed due to exit code 1", end, Level.ERR)
        log += engine_line("Process went down, waiting for 60 seconds", end)
        log += engine_line("Status changed to PendingRestart", end)
    service.log(LogRef(service.find("image-resizer").id), log)


def _told() -> tuple[Notice, ...]:
    """What the engine told since yesterday, oldest first."""

    def told(when: datetime, text: str, tone: Tone = Tone.INFO, job: Job | JobId | None = None) -> Notice:
        return Notice(when, text, tone, job.id if isinstance(job, Job) else job)

    report, sync = JobId(TRIGGERED, "nightly-report"), JobId(TRIGGERED, "sync-inventory")
    resizer, export = JobId(CONTINUOUS, "image-resizer"), JobId(TRIGGERED, "export-csv")
    refused = 'failed: exit 1 after 00:00:03  "ConnectionRefusedError: [Errno 111] Connection refused"'
    return (
        told(at(20, 5, 12), "3 processes of an earlier engine were ended", Tone.WARNING),
        told(at(20, 9, 3), "its schedule is paused", Tone.INFO, export),
        told(at(20, 14, 22), "run by ops with --month 2026-10 --dry-run", Tone.INFO, report),
        told(at(21, 2, 4, 31), "failed: exit 1 after 00:04:30"
             '  "OSError: [Errno 28] No space left on device"', Tone.ERROR, report),
        told(at(21, 2, 16, 43), "failed: exit 1 after 00:01:43", Tone.ERROR, sync),
        told(NOW - timedelta(seconds=276), "failed: SIGKILL after 1d 01:05", Tone.ERROR, resizer),
        *(told(NOW - timedelta(seconds=81 + 63 * number), refused, Tone.ERROR, resizer)
          for number in (2, 1, 0)),
        told(NOW - timedelta(seconds=18), refused, Tone.ERROR, resizer),
    )  # fmt: skip
