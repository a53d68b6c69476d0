from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from wjtui.engine.queueing.sequel import Sequel, cycle_from, decide
from wjtui.engine.recovery import REASON as CRASHED
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunId, RunRef, RunStatus
from wjtui.model.settings import JobSettings, Retry

ENDED = datetime(2026, 11, 21, 2, tzinfo=UTC)
RUN = Run(
    RunRef(JobId(JobType.TRIGGERED, "nightly"), RunId("202611210159000000")),
    RunStatus.FAILED,
    "External - ",
    ENDED - timedelta(seconds=60),
    ENDED,
    arguments="--all",
    correlation="abc",
    input="/inbox/a",
)


def ran(**changes: Any) -> Run:
    return msgspec.structs.replace(RUN, **changes)


def after(run: Run, settings: JobSettings, *earlier: Run) -> Sequel:
    return decide(run, settings, [run, *earlier])


def test_a_failed_run_is_tried_again_until_its_retries_are_used_up() -> None:
    settings = JobSettings(retry=Retry(3, 30, 2), on_failure="clean-up")
    waits = []
    for attempt in range(3):
        sequel = after(ran(attempt=attempt), settings)
        assert sequel.next is not None and sequel.next.due is not None and sequel.retries
        start = sequel.next.start
        assert (start.attempt, start.arguments, start.input, start.correlation, start.origin) == (
            attempt + 1, "--all", "/inbox/a", "abc", RUN.ref,
        )  # fmt: skip
        assert start.trigger == f"Retry {attempt + 1}/3 of {RUN.ref.run}"
        waits.append((sequel.next.due - ENDED).total_seconds())
    assert waits == [30, 60, 120]
    last = after(ran(attempt=3), settings)
    assert last.next is not None and last.next.job.name == "clean-up" and not last.retries
    assert last.next.start.trigger == f"After nightly {RUN.ref.run}" and last.next.start.arguments is None


@pytest.mark.parametrize(
    ("status", "reason", "failed"),
    [
        (RunStatus.FAILED, "", True),
        (RunStatus.FAILED, "idle for 120 s (WEBJOBS_IDLE_TIMEOUT)", True),
        (RunStatus.ABORTED, CRASHED, True),
        (RunStatus.ABORTED, "it was stopped by a user", False),
        (RunStatus.ABORTED, "the engine was shut down", False),
    ],
)
def test_what_counts_as_failed(status: RunStatus, reason: str, failed: bool) -> None:
    sequel = after(ran(status=status, reason=reason), JobSettings(retry=Retry(1), poison_after=1))
    assert (sequel.next is not None, sequel.pauses) == (failed, failed)


def test_a_success_goes_on_to_the_next_step() -> None:
    settings = JobSettings(retry=Retry(3), on_success="send", on_failure="clean-up", poison_after=1)
    sequel = after(ran(status=RunStatus.SUCCESS), settings)
    assert sequel.next is not None and sequel.next.job.name == "send" and not sequel.pauses
    assert after(ran(status=RunStatus.SUCCESS), JobSettings()) == Sequel()


def test_so_many_failures_in_a_row_pause_the_schedule() -> None:
    settings, good = JobSettings(poison_after=3), ran(status=RunStatus.SUCCESS)
    assert after(RUN, settings, RUN, RUN).pauses
    assert not after(RUN, settings, RUN, good).pauses
    assert not after(RUN, settings, good, RUN, RUN).pauses


def test_a_chain_that_leads_back_is_found() -> None:
    jobs = {
        "a": JobSettings(on_success="B"),
        "b": JobSettings(on_failure="c", on_success="d"),
        "c": JobSettings(on_success="a"),
        "d": JobSettings(),
        "self": JobSettings(on_failure="self"),
        "before": JobSettings(on_success="a"),
    }
    assert cycle_from("A", jobs) == ["a", "b", "c"]
    assert cycle_from("self", jobs) == ["self"]
    assert cycle_from("d", jobs) == cycle_from("before", jobs) == cycle_from("none", jobs) == []


def test_waits_grow_to_a_day_at_most() -> None:
    assert Retry(1000, 30, 10).wait(500) == 86_400
    assert Retry(3).wait(3) == 30
