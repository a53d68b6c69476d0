"""Which events hooks are told of, how often, and in which words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from wjtui.engine.hooks.happenings import Happening, Watch, body_of, sample_body
from wjtui.engine.site import Site
from wjtui.model.events import AnyEvent, JobChanged, JobRemoved, RunChanged
from wjtui.model.hooks import CRASH_LOOP, EVENTS, JOB_FAILED, RUN_FAILED, RUN_FINISHED
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job, PendingRestart, Problem, Severity
from wjtui.model.runs import Exit, Launch, Run, RunId, RunRef, RunStatus

AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
WORKER = JobId(JobType.CONTINUOUS, "worker")
SITE = Site(Path("/root-of-test"), "one", "one")
LOOP = Problem("ends-by-itself", "text", Severity.NOTE)


def run(status: RunStatus, number: int = 1, exit: Exit | None = None) -> Run:
    ended = AT + timedelta(seconds=2) if status.ended else None
    return Run(RunRef(NIGHTLY, RunId(f"{number:018}")), status, "External - x", AT, ended, exit)


def down(
    number: int, exit: Exit | None, lived: int = 1, *, restarts: int | None = None, problems: bool = False
) -> JobChanged:
    """A continuous job waits for its next start, after its ``number``-th end."""
    at = AT + timedelta(seconds=1000 * number)
    launch = None if exit is None else Launch(at - timedelta(seconds=lived), 7, at, exit)
    phase = PendingRestart(at, number if restarts is None else restarts, exit)
    return JobChanged(Job(WORKER, "", "", phase, latest_launch=launch, problems=(LOOP,) if problems else ()))


def told(*events: AnyEvent) -> list[str]:
    watch = Watch()
    return [each.event for event in events for each in watch.look(event, AT)]


def test_the_end_of_each_run_is_told_once() -> None:
    good, bad = run(RunStatus.SUCCESS, exit=Exit(code=0)), run(RunStatus.FAILED, 2, Exit(code=3))
    stopped = run(RunStatus.ABORTED, 3)
    events = [RunChanged(run(RunStatus.RUNNING)), RunChanged(good), RunChanged(good), RunChanged(bad)]
    assert told(*events, RunChanged(stopped), RunChanged(bad)) == [
        RUN_FINISHED,
        RUN_FINISHED,
        RUN_FAILED,
        RUN_FINISHED,
    ]


def test_a_run_that_came_back_from_the_trash_is_no_news() -> None:
    old = msgspec.structs.replace(run(RunStatus.FAILED), ended=AT - timedelta(days=1))
    assert told(RunChanged(old)) == []


def test_three_failures_soon_after_the_start_are_a_loop_that_is_told_once() -> None:
    bad = Exit(code=1)
    assert told(*(down(n, bad) for n in range(1, 6))) == [
        JOB_FAILED,
        JOB_FAILED,
        JOB_FAILED,
        CRASH_LOOP,
        JOB_FAILED,
        JOB_FAILED,
    ]


def test_launches_that_never_came_about_are_a_loop_too() -> None:
    assert told(*(down(n, None) for n in range(1, 4)))[-1] == CRASH_LOOP


def test_a_long_life_or_a_new_start_ends_a_loop() -> None:
    bad, lived = Exit(signal=9), 120
    events = [down(1, bad), down(2, bad), down(3, bad, lived), down(4, bad), down(5, bad)]
    assert CRASH_LOOP not in told(*events)
    assert told(*events, down(6, bad))[-1] == CRASH_LOOP
    # It was stopped and started by hand after the second.
    assert CRASH_LOOP not in told(down(1, bad), down(2, bad), down(3, bad, restarts=1), down(4, bad))
    again = [down(n, bad) for n in range(1, 4)] + [down(n, bad, restarts=n - 3) for n in range(4, 7)]
    assert told(*again).count(CRASH_LOOP) == 2


def test_a_job_without_a_loop_is_told_of_as_one() -> None:
    good = Exit(code=0)
    events = [down(1, good), down(2, good), down(3, good, problems=True), down(4, good, problems=True)]
    assert told(*events) == [CRASH_LOOP]
    assert told(*events, JobRemoved(WORKER)) == [CRASH_LOOP]


def test_the_body_of_a_run_is_that_of_the_api_without_what_is_null() -> None:
    done = msgspec.structs.replace(run(RunStatus.SUCCESS, exit=Exit(code=0)), output_size=12)
    base = "http://127.0.0.1:8000"
    assert json.loads(body_of(Happening(RUN_FINISHED, NIGHTLY, done), (), SITE, base)) == {
        "id": "000000000000000001",
        "name": "000000000000000001",
        "status": "Success",
        "start_time": "2027-03-01T09:00:00.000000Z",
        "end_time": "2027-03-01T09:00:02.000000Z",
        "duration": "00:00:02",
        "output_url": f"{base}/vfs/data/jobs/triggered/nightly/000000000000000001/output_log.txt",
        "url": f"{base}/api/triggeredwebjobs/nightly/history/000000000000000001",
        "job_name": "nightly",
        "trigger": "External - x",
    }
    bare = json.loads(body_of(Happening(RUN_FINISHED, NIGHTLY, run(RunStatus.SUCCESS)), (), SITE, ""))
    assert "output_url" not in bare
    assert bare["url"].startswith("/api/triggeredwebjobs/nightly/")


def test_the_body_of_a_failure_says_what_notify_command_is_told() -> None:
    [_, failed] = Watch().look(RunChanged(run(RunStatus.FAILED, exit=Exit(code=3))), AT)
    body = json.loads(body_of(failed, ("the disk is full",), SITE, "http://h"))
    assert body["event"] == RUN_FAILED
    assert body["text"] == "nightly failed: exit 3"
    assert (body["exit_code"], body["error"], body["status"]) == (3, ["the disk is full"], "Failed")
    assert body["trigger"] == "External - x" and body["url"].endswith("/history/000000000000000001")
    watch = Watch()
    last = [each for n in range(1, 4) for each in watch.look(down(n, Exit(code=1)), AT)][-1]
    body = json.loads(body_of(last, (), SITE, "http://h"))
    assert (body["event"], body["count"]) == (CRASH_LOOP, 3)
    assert body["text"] == "worker failed: exit 1 (3 times)"
    assert body["url"] == "http://h/api/continuouswebjobs/worker"
    assert None not in body.values()


def test_names_and_lines_of_any_bytes_can_be_told() -> None:
    odd = JobId(JobType.TRIGGERED, "na\udcefve & <b>")
    ended = msgspec.structs.replace(run(RunStatus.FAILED), ref=RunRef(odd, RunId("1" * 18)))
    [_, failed] = Watch().look(RunChanged(ended), AT)
    body = body_of(failed, ("\udcff\0\x1b[31m",), SITE, "")
    assert json.loads(body.encode("utf-8"))["job"] == "na?ve & <b>"


@pytest.mark.parametrize("event", [*EVENTS, "triggeredjobfinished", "Ours"])
def test_a_sample_says_that_it_is_one(event: str) -> None:
    body = json.loads(sample_body(event, AT, SITE, ""))
    assert body["test"] is True
    if event.lower() == RUN_FINISHED.lower():
        assert body["job_name"] == "wjtui-test"
    else:
        assert body["event"] == event
