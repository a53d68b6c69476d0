from __future__ import annotations

from typing import Any

import pytest

from wjtui.model.identity import JobType
from wjtui.model.site import Inherited
from wjtui.settings.check import check_settings
from wjtui.settings.effect import effect

TRIGGERED, CONTINUOUS = JobType.TRIGGERED, JobType.CONTINUOUS


def told(
    before: dict[str, Any], after: dict[str, Any], kind: JobType = TRIGGERED, live: bool = False, **more: Any
) -> tuple[str, ...]:
    return effect(check_settings(before, kind)[0], check_settings(after, kind)[0], kind, live, **more)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ({}, {"stopping_wait_time": 90}, "stopping_wait_time 30 -> 90: from the next stop on."),
        ({"stopping_wait_time": 90}, {}, "stopping_wait_time 90 -> 30: from the next stop on."),
        ({}, {"stopping_wait_time": 30}, "stopping_wait_time stays 30."),
        ({}, {"history_size": 500}, "history_size 50 -> 500: no run is deleted."),
        ({}, {"history_size": 10}, "history_size 50 -> 10: 40 runs may be deleted at the next run."),
        (
            {"history_size": 11},
            {"history_size": 10},
            "history_size 11 -> 10: 1 run may be deleted at the next run.",
        ),
        ({}, {"schedule": "0 0 2 * * *"}, "schedule none -> 0 0 2 * * *: at once."),
        ({}, {"enabled": False}, "enabled true -> false: at once."),
        ({}, {"arguments": "x" * 50}, f"arguments none -> {'x' * 40}…: from the next run on."),
        ({}, {"idle_timeout": 9}, "idle_timeout 120 -> 9: from the next run on."),
        (
            {},
            {"notify": ["toast"]},
            "notify toast, bell, command -> toast: from the next failure on.",
        ),
        ({"env": {"A": "secret"}}, {"env": {"A": "other"}}, "env changes: from the next run on."),
        ({}, {"env": {"A": "secret"}}, "env none -> 1 variable: from the next run on."),
        ({}, {"restart_time": 5}, "restart_time has no effect on a triggered job."),
        ({}, {"x-owner": "ops"}, "'x-owner' is kept for others: wjtui does not use it."),
        ({"x": 1}, {"y": 1}, "2 other keys are kept for others: wjtui does not use them."),
    ],
)
def test_each_value_that_changes(before: dict[str, Any], after: dict[str, Any], sentence: str) -> None:
    assert told(before, after) == (sentence, "No restart is needed.")


def test_what_counted_before_may_be_an_app_setting() -> None:
    inherited = {"WEBJOBS_HISTORY_SIZE": Inherited("20", "site setting")}
    first, _ = told({}, {"history_size": 15}, inherited=inherited)
    assert first == "history_size 20 -> 15: 5 runs may be deleted at the next run."


@pytest.mark.parametrize(("runs", "words"), [(3, "no run is deleted"), (12, "2 runs will be deleted")])
def test_how_many_runs_there_are(runs: int, words: str) -> None:
    assert words in told({}, {"history_size": 10}, runs=runs)[0]


@pytest.mark.parametrize(
    ("kind", "live", "words"),
    [
        (CONTINUOUS, True, "A restart is needed: the job runs and is restarted at once."),
        (CONTINUOUS, False, "No restart is needed: the job does not run."),
        (TRIGGERED, True, "No restart is needed: the run that is going ends as it began."),
        (TRIGGERED, False, "No restart is needed."),
    ],
)
def test_whether_it_is_restarted(kind: JobType, live: bool, words: str) -> None:
    assert told({}, {}, kind, live) == (words,)
    assert told({}, {"stop_signal": "INT"}, kind, live)[-1] == words


def test_a_continuous_job() -> None:
    first, second, _ = told({}, {"arguments": "-v", "stopping_wait_time": 7}, CONTINUOUS)
    assert first == "stopping_wait_time 5 -> 7: from the next stop on."
    assert second == "arguments none -> -v: from the next launch on."
