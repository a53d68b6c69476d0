from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.support.fake_service import NOW, FakeJobService, make_job, make_run
from tests.support.said import Say
from wjtui.cli import past
from wjtui.cli.past import Wanted, day_line, pick, read_since, run_line
from wjtui.cli.runs import _STATUSES
from wjtui.model.errors import InvalidRequest
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Launch, Run, RunRef, RunStatus, make_run_id

HOUR = timedelta(hours=1)


def a_run(number: int, status: RunStatus = RunStatus.SUCCESS, trigger: str = "External - ") -> Run:
    """One that started ``number`` hours ago."""
    started = NOW - number * HOUR
    ref = RunRef(JobId(JobType.TRIGGERED, "nightly"), make_run_id(started, None))
    return Run(ref, status, trigger, started, started + timedelta(seconds=5))


async def picked(wanted: Wanted, count: int | None, *runs: Run) -> tuple[list[Run], list[tuple[int, int]]]:
    """What is picked, and for each page how many runs came before it and how many were asked for."""
    asked: list[tuple[int, int]] = []

    async def page(before: RunRef | None, limit: int) -> list[Run]:
        older = [run for run in runs if before is None or run.ref.run < before.run]
        asked.append((len(runs) - len(older), limit))
        return older[:limit]

    return [run async for run in pick(page, wanted, count)], asked


async def test_no_more_is_asked_for_than_is_printed() -> None:
    runs = [a_run(number) for number in range(30)]
    assert await picked(Wanted(), 20, *runs) == (runs[:20], [(0, 20)])


async def test_pages_follow_each_other_until_there_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "PAGE", 10)
    runs = [a_run(number, RunStatus.SUCCESS if number % 2 else RunStatus.FAILED) for number in range(35)]
    assert await picked(Wanted(), None, *runs) == (runs, [(0, 10), (10, 10), (20, 10), (30, 10)])
    assert await picked(Wanted(), 25, *runs) == (runs[:25], [(0, 10), (10, 10), (20, 5)])
    found, asked = await picked(Wanted((RunStatus.FAILED,)), 7, *runs)
    assert (found, len(asked)) == (runs[:14:2], 2)
    found, asked = await picked(Wanted(since=NOW - 11.5 * HOUR), None, *runs)
    assert (found, len(asked)) == (runs[:12], 2)


async def test_a_run_of_a_clock_that_was_set_back_is_judged_by_its_start() -> None:
    odd = Run(a_run(1).ref, RunStatus.SUCCESS, "", NOW - 5 * HOUR)
    found, _ = await picked(Wanted(since=NOW - 3 * HOUR), None, a_run(0), odd, a_run(2), a_run(4))
    assert found == [a_run(0), a_run(2)]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(), True),
        (Wanted((RunStatus.FAILED,)), True),
        (Wanted((RunStatus.SUCCESS, RunStatus.ABORTED)), False),
        (Wanted(trigger="SCHEDULE"), True),
        (Wanted(trigger="external"), False),
        (Wanted(since=NOW - HOUR), True),
        (Wanted(since=NOW - HOUR + timedelta(seconds=1)), False),
        (Wanted((RunStatus.FAILED,), "schedule", NOW), False),
    ],
)
def test_which_runs_are_wanted(wanted: Wanted, fits: bool) -> None:
    assert wanted.has(a_run(1, RunStatus.FAILED, "Schedule - 0 0 2 * * *")) == fits


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("7d", "2026-11-14T05:12:09"),
        ("12h", "2026-11-20T17:12:09"),
        ("1h30m", "2026-11-21T03:42:09"),
        ("2026-11-20", "2026-11-20T00:00:00"),
        ("2026-11-20T09:00", "2026-11-20T09:00:00"),
        ("2026-11-20T09:00+01:00", "2026-11-20T08:00:00"),
        ("09:00", "2026-11-20T09:00:00"),
        (" 05:00 ", "2026-11-21T05:00:00"),
    ],
)
def test_since_when(text: str, at: str) -> None:
    assert read_since(text, NOW) == datetime.fromisoformat(f"{at}+00:00")


@pytest.mark.parametrize("text", ["", "soon", "-7d", "7", "0d", "2026-13-01", "99999999d", "25:00", "d"])
def test_since_what_is_no_time(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"--since is .*7d"):
        read_since(text, NOW)


def test_statuses_are_those_of_runs() -> None:
    assert sorted(_STATUSES) == sorted(status.value for status in RunStatus)


def test_a_line_of_the_history() -> None:
    run = a_run(1, RunStatus.FAILED, "External - ")
    assert day_line(run) == "Saturday 2026-11-21 UTC"
    words = ("04:12:09", "Failed      ", "00:00:05 ", "nightly ", run.ref.run, "External")
    assert run_line(run, NOW, 8, str) == "  ".join(words)


Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def service() -> FakeJobService:
    nightly = make_job("nightly", latest_run=make_run("nightly", RunStatus.SUCCESS))
    report = make_job("report", latest_run=make_run("report", RunStatus.FAILED, ago=timedelta(days=1)))
    launch = Launch(NOW - HOUR, 812)
    return FakeJobService(nightly, report, make_job("mailer", kind=JobType.CONTINUOUS, latest_launch=launch))


@pytest.fixture
def say(say: Say) -> Ask:
    """Runs ``history``; its exit status and what it printed."""
    return lambda *arguments: say("history", *arguments)


def test_every_run_day_by_day(say: Ask) -> None:
    status, out, err = say()
    titles, saturday, nightly, friday, report = out.splitlines()
    assert (status, err) == (0, "")
    assert titles.split() == ["TIME", "STATUS", "DURATION", "JOB", "ID", "TRIGGER"]
    assert (saturday, friday) == ("Saturday 2026-11-21 UTC", "Friday 2026-11-20 UTC")
    assert nightly.split()[1:4] == ["Success", "00:04:31", "nightly"]
    assert report.split()[1:4] == ["Failed", "00:04:31", "report"]
    assert [line.index("Schedule") for line in (nightly, report)] == [titles.index("TRIGGER")] * 2


def test_some_runs(say: Ask) -> None:
    assert "nightly" not in say("--status", "failed")[1]
    assert "report" not in say("--since", "2026-11-21")[1]
    assert "report" in say("--since", "2026-11-20T00:00:00Z")[1]
    assert say("--trigger", "nobody")[1].count("\n") == 1
    assert "report" not in say("-n", "1")[1]


def test_every_run_as_one_document(say: Ask, service: FakeJobService) -> None:
    document = json.loads(say("--json")[1])
    assert [run["job_name"] for run in document["runs"]] == ["nightly", "report"]
    assert document["runs"][0]["status"] == "Success" and "errors" in document["runs"][0]
    service.jobs.clear()
    assert json.loads(say("--json")[1]) == {"runs": []}


def test_thousands_of_runs_are_never_held_together(
    say: Ask, service: FakeJobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PAGE", 100)
    service.past = [a_run(number) for number in range(10, 1210)]
    limits: list[int] = []
    whole = service.history

    async def watched(*, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        limits.append(limit)
        return await whole(before=before, limit=limit)

    monkeypatch.setattr(service, "history", watched)
    _, out, _ = say("--json", "-n", "1150")
    ids = [run["id"] for run in json.loads(out)["runs"]]
    assert (len(ids), ids) == (1150, sorted(set(ids), reverse=True))
    assert max(limits) == 100


def test_a_torn_document_does_not_look_whole(
    say: Ask, service: FakeJobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*, before: RunRef | None = None, limit: int = 100) -> list[Run]:
        raise InvalidRequest("No.")

    monkeypatch.setattr(service, "history", fails)
    status, out, err = say("--json")
    assert (status, err) == (2, "No.\n")
    with pytest.raises(json.JSONDecodeError):
        json.loads(out)


def test_a_job_of_ones_own_choice(say: Ask) -> None:
    assert "Success" in say("nightly", "--status", "Success")[1]
    assert say("nightly", "--status", "failed")[1].count("\n") == 1
    assert json.loads(say("nightly", "--trigger", "nobody", "--json")[1]) == {"runs": [], "missed": []}
    assert "812" in say("mailer", "--since", "2026-11-21")[1]
    assert "812" not in say("mailer", "--since", "2026-11-22")[1]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["mailer", "--status", "failed"], 2),
        (["mailer", "--trigger", "x"], 2),
        (["--since", "soon"], 2),
        (["--status", "odd"], 2),
        (["-n", "0"], 2),
        (["nobody"], 4),
    ],
)
def test_refusals_are_one_line(say: Ask, arguments: list[str], status: int) -> None:
    ended, out, err = say(*arguments)
    assert (ended, out, err.count("\n")) == (status, "", 1)
