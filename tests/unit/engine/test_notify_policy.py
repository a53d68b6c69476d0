"""Which events are failures, how often somebody is told of them, and in which words."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from wjtui.engine.notify_policy import (
    CALLS,
    JOB_ENDS,
    JOB_FAILED,
    JOB_UNHEALTHY,
    RUN_FAILED,
    WINDOW_SECONDS,
    Failure,
    FailureWatch,
    Ledger,
    Told,
    command_environment,
    message,
)
from wjtui.engine.site import Site
from wjtui.model.events import AnyEvent, JobChanged, JobRemoved, RunChanged
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import AnyPhase, Idle, Job, PendingRestart, Problem, Running, Severity
from wjtui.model.runs import Exit, Run, RunId, RunRef, RunStatus

AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
WORKER = JobId(JobType.CONTINUOUS, "worker")


def run_changed(status: RunStatus, number: int = 1, exit: Exit | None = None, reason: str = "") -> RunChanged:
    ref = RunRef(NIGHTLY, RunId(f"{number:018}"))
    ended = AT if status.ended else None
    return RunChanged(Run(ref, status, "manual", AT, ended, exit, reason=reason))


def worker(phase: AnyPhase, *codes: str) -> JobChanged:
    problems = tuple(Problem(code, "text", Severity.NOTE) for code in codes)
    return JobChanged(Job(WORKER, "", "", phase, problems=problems))


def pending(seconds: int, exit: Exit | None) -> PendingRestart:
    return PendingRestart(AT + timedelta(seconds=seconds), seconds, exit)


def seen(*events: AnyEvent) -> list[Failure]:
    watch = FailureWatch()
    return [failure for event in events if (failure := watch.look(event, AT)) is not None]


def test_a_failed_run_is_a_failure_once() -> None:
    failed = run_changed(RunStatus.FAILED, exit=Exit(code=3))
    events = (run_changed(RunStatus.INITIALIZING), run_changed(RunStatus.RUNNING), failed, failed)
    assert seen(*events) == [Failure(RUN_FAILED, NIGHTLY, AT, "Failed", failed.run.ref.run, Exit(code=3))]


def test_each_failed_run_counts_and_an_old_one_does_not_come_again() -> None:
    numbers = [1, 2, 5, 2, 5, 6]
    found = seen(*(run_changed(RunStatus.FAILED, number) for number in numbers))
    assert [int(failure.run or "") for failure in found] == [1, 2, 5, 6]


def test_a_retry_that_ends_after_later_runs_counts() -> None:
    numbers = [1, 9, 5, 9, 1]
    found = seen(*(run_changed(RunStatus.FAILED, number) for number in numbers))
    assert [int(failure.run or "") for failure in found] == [1, 9, 5]


def test_a_job_that_becomes_unhealthy_is_told_of_once_until_it_is_well() -> None:
    job = Job(WORKER, "", "", Running(AT, 7))
    sick, worse = (msgspec.structs.replace(job, unhealthy=f"heart is {age} s old") for age in (130, 160))
    found = seen(*map(JobChanged, (job, sick, worse, job, sick)))
    assert [(each.event, each.how) for each in found] == [
        (JOB_UNHEALTHY, "unhealthy: heart is 130 s old")
    ] * 2


def test_a_failed_run_that_comes_back_from_the_trash_is_no_news() -> None:
    event = run_changed(RunStatus.FAILED, exit=Exit(code=3))
    ended = msgspec.structs.replace(event.run, ended=AT - timedelta(days=2))
    assert seen(RunChanged(ended)) == []


@pytest.mark.parametrize("status", [RunStatus.SUCCESS, RunStatus.ABORTED, RunStatus.RUNNING])
def test_other_runs_are_no_failures(status: RunStatus) -> None:
    assert seen(run_changed(status)) == []


def test_every_failed_launch_of_a_continuous_job_counts() -> None:
    events = (
        worker(Running(AT, 1)),
        worker(pending(1, Exit(code=1))),
        worker(pending(1, Exit(code=1)), "note"),
        worker(Running(AT, 2)),
        worker(pending(2, Exit(signal=9))),
        worker(pending(3, None)),
        worker(pending(4, Exit(code=0))),
    )
    found = seen(*events)
    assert [(each.event, each.exit) for each in found] == [
        (JOB_FAILED, Exit(code=1)),
        (JOB_FAILED, Exit(signal=9)),
        (JOB_FAILED, None),
    ]


def test_a_job_without_a_loop_is_told_of_when_that_is_seen() -> None:
    events = (
        worker(pending(1, Exit(code=0))),
        worker(pending(2, Exit(code=0)), "ends-by-itself"),
        worker(pending(3, Exit(code=0)), "ends-by-itself"),
        worker(Running(AT, 1)),
        worker(pending(4, Exit(code=0)), "ends-by-itself"),
    )
    assert [each.event for each in seen(*events)] == [JOB_ENDS, JOB_ENDS]


def test_what_is_gone_is_forgotten() -> None:
    one = worker(pending(1, Exit(code=1)))
    assert len(seen(one, JobRemoved(WORKER), one)) == 2


def test_a_triggered_job_that_changes_is_no_failure() -> None:
    assert seen(JobChanged(Job(NIGHTLY, "", "", Idle()))) == []


def failure(name: str, number: int = 1) -> Failure:
    job = JobId(JobType.TRIGGERED, name)
    return Failure(RUN_FAILED, job, AT, "Failed", RunId(f"{number:018}"), Exit(code=number))


def names(told: tuple[Told, ...]) -> list[tuple[str, int]]:
    return [(each.newest.job.name, each.times) for each in told]


def test_one_job_is_told_of_once_a_minute_with_all_that_happened() -> None:
    ledger = Ledger()
    ledger.add(failure("a"))
    assert names(ledger.take(100.0)) == [("a", 1)]
    assert ledger.due() is None and ledger.take(100.0) == ()
    for number in range(2, 7):
        ledger.add(failure("a", number))
    assert ledger.take(100.0 + WINDOW_SECONDS - 0.1) == () and ledger.due() == 100.0 + WINDOW_SECONDS
    (told,) = ledger.take(100.0 + WINDOW_SECONDS)
    assert (told.times, told.newest.exit) == (5, Exit(code=6))
    assert ledger.count == 0


def test_the_last_call_of_a_minute_takes_all_that_waits() -> None:
    ledger = Ledger()
    for number in range(30):
        ledger.add(failure(f"job-{number}"))
    calls = []
    while told := ledger.take(5.0):
        calls.append(names(told))
    assert [len(call) for call in calls] == [1] * (CALLS - 1) + [30 - CALLS + 1]
    assert calls[0] == [("job-0", 1)] and calls[-1][-1] == ("job-29", 1)
    ledger.add(failure("late"))
    assert ledger.take(5.0 + WINDOW_SECONDS - 0.1) == () and ledger.due() == 5.0 + WINDOW_SECONDS
    assert names(ledger.take(5.0 + WINDOW_SECONDS)) == [("late", 1)]


def test_names_that_differ_in_case_are_one_job() -> None:
    ledger = Ledger()
    ledger.add(failure("Job"))
    ledger.add(failure("job"))
    assert names(ledger.take(0.0)) == [("job", 2)]


@pytest.mark.parametrize("seed", range(20))
def test_limits_hold_and_nothing_is_lost(seed: int) -> None:
    """Failures at random times; the ledger is asked whenever it says so, and whenever one comes."""
    chance = random.Random(seed)
    ledger, now, added, told = Ledger(), 0.0, 0, 0
    calls: list[float] = []
    of: dict[str, list[float]] = {}
    arrivals = sorted(chance.uniform(0, 400) for _ in range(300))
    while arrivals or ledger.due() is not None:
        due = ledger.due()
        if arrivals and (due is None or arrivals[0] <= due):
            now = arrivals.pop(0)
            ledger.add(failure(f"job-{chance.randrange(25)}"))
            added += 1
        else:
            assert due is not None and due > now
            now = due
        while taken := ledger.take(now):
            calls.append(now)
            told += sum(each.times for each in taken)
            for each in taken:
                of.setdefault(each.newest.job.name, []).append(now)
    assert told == added == 300
    for times, most in [(calls, CALLS), *((each, 1) for each in of.values())]:
        assert all(
            later - earlier >= WINDOW_SECONDS - 1e-6
            for earlier, later in zip(times, times[most:], strict=False)
        )


def test_nobody_wants_to_know() -> None:
    ledger = Ledger()
    ledger.add(failure("a"))
    ledger.clear()
    assert ledger.count == 0 and ledger.due() is None and ledger.take(0.0) == ()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, "web-01", "web-01")


def test_the_message_of_one_failure(site: Site) -> None:
    text = message([Told(failure("nightly", 3), 1)], ("first", 'second "\x1b"'), site)
    assert text.endswith(b"}\n") and text.count(b"\n") == 1
    assert json.loads(text) == {
        "event": "run-failed",
        "text": "nightly failed: exit 3",
        "job": "nightly",
        "type": "triggered",
        "run": "000000000000000003",
        "status": "Failed",
        "exit_code": 3,
        "reason": "",
        "time": "2027-03-01T09:00:00.000000Z",
        "error": ["first", 'second "\x1b"'],
        "root": str(site.root),
        "instance": "web-01",
        "count": 1,
    }


def test_the_message_of_a_storm_counts_and_names(site: Site) -> None:
    told = [Told(failure("a"), 1), Told(failure("b"), 4), Told(failure("c", 7), 2)]
    found = json.loads(message(told, (), site))
    assert (found["job"], found["count"], found["exit_code"]) == ("c", 7, 7)
    assert found["text"] == "3 jobs failed, newest c failed: exit 7"
    assert found["jobs"] == [
        {"job": "a", "type": "triggered", "count": 1},
        {"job": "b", "type": "triggered", "count": 4},
        {"job": "c", "type": "triggered", "count": 2},
    ]


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (
            Failure(RUN_FAILED, NIGHTLY, AT, "Failed", reason="idle for 120 s"),
            "nightly failed: idle for 120 s",
        ),
        (Failure(JOB_FAILED, WORKER, AT, "PendingRestart"), "worker failed: not started"),
        (Failure(JOB_FAILED, WORKER, AT, "PendingRestart", exit=Exit(signal=9)), "worker failed: SIGKILL"),
        (Failure(JOB_ENDS, WORKER, AT, "PendingRestart", exit=Exit(code=0)), "worker ends by itself again"),
    ],
)
def test_the_words(site: Site, what: Failure, text: str) -> None:
    found = json.loads(message([Told(what, 3)], (), site))
    assert found["text"].startswith(text) and found["text"].endswith(" (3 times)")


def test_a_name_that_is_no_text_is_told_all_the_same(site: Site) -> None:
    assert json.loads(message([Told(failure("caf\udce9"), 1)], (), site))["job"] == "caf?"


def test_the_environment_holds_nothing_of_jobs_and_no_secret() -> None:
    inherited = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus",
        "WJTUI_PASSWORD": "secret",
        "WJTUI_USER": "me",
        "WEBJOBS_NAME": "outer",
        "WEBJOBS_STOPPED": "1",
        "WEBSITE_ALWAYS_ON_JOB_RUNNING_x": "true",
        "WJTUI_JOB": "continuous/outer",
        "WJTUI_ENGINE": "outer",
    }
    assert command_environment(inherited, "mark") == {
        "PATH": "/bin",
        "HOME": "/home/me",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus",
        "WJTUI_ENGINE": "mark",
    }
