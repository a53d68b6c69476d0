"""The order of messages, where they end, and names that are taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wjtui.engine.recovery import REASON
from wjtui.engine.watching.sightings import Mark, Sighting
from wjtui.engine.watching.spool import Fate, fate_of, free_number, line_up, numbered
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunId, RunRef, RunStatus

REF = RunRef(JobId(JobType.TRIGGERED, "orders"), RunId("202611210200000000"))


def test_oldest_first_then_by_name_and_only_what_rests() -> None:
    seen = {
        "b": Sighting(Mark(1, 0), 0.0),
        "a": Sighting(Mark(1, 0), 0.0),
        "z": Sighting(Mark(0, 0), 0.0),
        "new": Sighting(Mark(0, 0), 9.0),
    }
    line = line_up(seen, 2.0, 10.0)
    assert [line.pop() for _ in range(len(line))] == ["z", "a", "b"]


@pytest.mark.parametrize(
    ("status", "reason", "retried", "fate"),
    [
        (RunStatus.SUCCESS, "", False, Fate.DONE),
        (RunStatus.FAILED, "", False, Fate.DEAD),
        (RunStatus.FAILED, "", True, Fate.STAY),
        (RunStatus.ABORTED, REASON, False, Fate.DEAD),
        (RunStatus.ABORTED, REASON, True, Fate.STAY),
        (RunStatus.ABORTED, "the engine was shut down", False, Fate.STAY),
        (RunStatus.ABORTED, "it was cancelled by a user", False, Fate.STAY),
    ],
)
def test_where_a_message_goes(status: RunStatus, reason: str, retried: bool, fate: Fate) -> None:
    run = Run(REF, status, "Spool - a", datetime(2026, 11, 21, tzinfo=UTC), reason=reason)
    assert fate_of(run, retried) is fate


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("order.json", "order.2.json"),
        ("order", "order.2"),
        ("a.tar.gz", "a.tar.2.gz"),
        ("x" * 255, "x" * 253 + ".2"),
        ("ü" * 120 + ".csv", "ü" * 120 + ".2.csv"),
        ("ü" * 125 + ".csv", "ü" * 124 + ".2.csv"),
        ("a." + "b" * 253, "a_" + "b" * 251 + ".2"),
    ],
)
def test_another_name_for_the_same(name: str, other: str) -> None:
    assert numbered(name, 2) == other
    assert len(numbered(name, 123456).encode()) <= 255


@pytest.mark.parametrize("taken", [1, 2, 3, 7, 8, 1000])
def test_a_free_number_is_found_in_a_few_looks(taken: int) -> None:
    looks = []

    def is_taken(number: int) -> bool:
        looks.append(number)
        return number <= taken

    assert free_number(is_taken) == taken + 1
    assert len(looks) <= 22
