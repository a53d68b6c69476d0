"""wjtui queue over values."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.support.fake_service import FakeJobService, make_job
from tests.support.said import Say
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunId
from wjtui.model.starts import Hold, Start, Waiting

JOB = JobId(JobType.TRIGGERED, "import")
ASKED = datetime(2026, 11, 21, 2, tzinfo=UTC)
FIRST, SECOND = RunId("202611210200000000"), RunId("202611210200000001")


@pytest.fixture
def service() -> FakeJobService:
    found = FakeJobService(make_job("import", hold=Hold(2, "its run is going")))
    found.queue.starts[JOB.key] = [
        Waiting(JOB, FIRST, Start(arguments="--day 1"), ASKED),
        Waiting(JOB, SECOND, Start(f"Retry 1/3 of {FIRST}", attempt=1), ASKED, ASKED),
    ]
    return found


def test_what_waits_is_listed_with_the_reason(say: Say) -> None:
    status, out, err = say("queue", "import")
    assert (status, err) == (0, "") and "The first one waits: its run is going.\n" in out
    rows = [line for line in out.splitlines() if line.startswith("2026")]
    assert [row.split()[0] for row in rows] == [FIRST, SECOND]
    assert "--day 1" in rows[0] and f"Retry 1/3 of {FIRST}" in rows[1]


def test_it_is_told_as_json(say: Say) -> None:
    found = json.loads(say("queue", "import", "--json")[1])
    assert [each["id"] for each in found] == [FIRST, SECOND]
    assert found[1]["due"] == "2026-11-21T02:00:00.000000Z" and found[0]["due"] is None


def test_one_is_taken_back_or_all(say: Say, service: FakeJobService) -> None:
    assert say("queue", "import", "--withdraw", FIRST)[1] == "1 start was taken back from 'import'.\n"
    assert json.loads(say("queue", "import", "--all", "--json")[1]) == {"withdrawn": 1}
    assert service.queue.starts[JOB.key] == []
    assert say("queue", "import")[1] == "No start of 'import' waits.\n"
    status, _, err = say("queue", "import", "--all")
    assert status == 5 and "No start of 'import' waits" in err


def test_one_and_all_at_once_is_refused(say: Say, service: FakeJobService) -> None:
    status, _, err = say("queue", "import", "--all", "--withdraw", FIRST)
    assert status == 2 and "give one of them" in err and service.commands == []
