"""The commands about schedules, on an engine made of values or on none."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.fake_service import NOW, FakeJobService, make_job, make_run, make_schedule
from wjtui.cli.main import run
from wjtui.cli.options import Given
from wjtui.model.errors import AlreadyRunning, InvalidRequest
from wjtui.model.identity import JobType
from wjtui.model.runs import RunStatus
from wjtui.model.schedules import LaterStart, Missed, MissedReason, ScheduleState
from wjtui.service import JobService

Command = Callable[..., str]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeJobService:
    """The service that commands ask: a scheduled job, one without a schedule, and a continuous one."""
    nightly = make_job(
        "nightly",
        schedule=make_schedule(zone="Europe/Berlin"),
        next_run=NOW + timedelta(hours=20),
        latest_run=make_run("nightly", RunStatus.SUCCESS),
    )
    fake = FakeJobService(nightly, make_job("plain"), make_job("worker", kind=JobType.CONTINUOUS))

    def ask(options: Given, work: Callable[[JobService], Awaitable[Any]]) -> Any:
        async def answer() -> Any:
            return await work(fake)

        return asyncio.run(answer())

    monkeypatch.setattr("wjtui.cli.ask.ask", ask)
    return fake


@pytest.fixture
def wjtui(
    service: FakeJobService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Runs a command: its standard output, or the one line of its refusal."""
    monkeypatch.delenv("WEBSITE_TIME_ZONE", raising=False)

    def command(*arguments: str, status: int = 0) -> str:
        found = run(Given(), [*arguments])
        out, err = capsys.readouterr()
        assert found == status, (found, out, err)
        if status == 0:
            assert err == ""
            return out
        assert out == "" and err.count("\n") == 1
        return err

    return command


def test_schedule_in_words_and_instants(wjtui: Command) -> None:
    out = wjtui("schedule", "0 30 2 * * *", "--zone", "Europe/Berlin", "--from", "2027-03-27", "--count", "2")
    assert out.startswith("schedule: 0 30 2 * * *\nmeans: At 02:30, every day\n")
    assert "shortest gap: " in out
    assert "the 02:30 run is at 03:30 that day" in out
    table = out.split("\n\n")[1]
    assert [re.split("  +", line) for line in table.splitlines()] == [
        ["NEXT RUNS (Europe/Berlin)", "UTC"],
        ["Sat 2027-03-27 02:30:00 +0100", "Sat 2027-03-27 01:30:00"],
        ["Sun 2027-03-28 03:30:00 +0200", "Sun 2027-03-28 01:30:00"],
    ]


def test_schedule_as_a_document(wjtui: Command) -> None:
    zone, start = "Europe/Berlin", "2027-03-28T12:00"
    text = wjtui("schedule", "0 0 22-20 * * Mon", "--zone", zone, "--from", start, "--count", "2", "--json")
    found = json.loads(text)
    [warning] = found.pop("warnings")
    notes = found.pop("notes")
    assert "backwards" in warning
    assert all(isinstance(note, str) for note in notes)
    assert found.pop("words").startswith("Every hour from 20:00 to 22:00")
    assert found == {
        "expression": "0 0 22-20 * * Mon",
        "expanded": "0 0 20-22 * * 1",
        "recurrence": None,
        "zone": "Europe/Berlin",
        "next": [
            {"utc": "2027-03-29T18:00:00.000000Z", "local": "2027-03-29T20:00:00+02:00"},
            {"utc": "2027-03-29T19:00:00.000000Z", "local": "2027-03-29T21:00:00+02:00"},
        ],
        "shortest_gap_seconds": 3600.0,
    }


def test_recurrence_as_a_document(wjtui: Command) -> None:
    text = '{"kind": "every", "unit": "minute", "n": 15, "start": "2027-01-01T00:07:00", "count": 2}'
    found = json.loads(wjtui("schedule", "--recurrence", text, "--from", "2026-12-31", "--json"))
    assert found["recurrence"] == json.loads(text)
    assert found["expanded"] is None
    assert [one["utc"] for one in found["next"]] == [
        "2027-01-01T00:07:00.000000Z",
        "2027-01-01T00:22:00.000000Z",
    ]
    assert found["shortest_gap_seconds"] == 900.0


def test_site_zone_counts_without_an_option(wjtui: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE_TIME_ZONE", "Tokyo Standard Time")
    assert json.loads(wjtui("schedule", "0 0 9 * * *", "--json"))["zone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["0 0 9 * *"], "write '0 0 0 9 * *'"),
        (["0", "0", "9", "*", "*", "*"], "in quotes"),
        (["0 0 9 * * *", "--zone", "Berlin"], "'Europe/Berlin'"),
        (["0 0 9 * * *", "--from", "soon"], "--from"),
        (["0 0 9 * * *", "--count", "0"], "--count"),
        (["0 0 9 * * *", "--count", "1001"], "--count"),
        ([], "EXPRESSION"),
        (["\x1b[31m 0 9 * * *"], "second field"),
    ],
)
def test_refused_schedules(wjtui: Command, arguments: list[str], says: str) -> None:
    said = wjtui("schedule", *arguments, status=2)
    assert says in said and "\x1b" not in said


def test_start_is_put_off_in_the_zone_of_the_job(wjtui: Command, service: FakeJobService) -> None:
    said = wjtui("run", "nightly", "--at", "2026-12-01T09:00", "--", "--date", "2 May")
    later = service.find("nightly").later
    assert later is not None
    assert (later.at.isoformat(), later.arguments) == ("2026-12-01T08:00:00+00:00", '--date "2 May"')
    assert later.trigger.startswith("CLI - ")
    assert "2026-12-01 08:00:00 UTC (2026-12-01 09:00:00 Europe/Berlin)" in said
    again = wjtui("run", "nightly", "--in", "1h30m")
    assert "not at 2026-12-01 08:00:00 UTC as was meant before" in again
    later = service.find("nightly").later
    assert later == LaterStart(NOW + timedelta(minutes=90), later.trigger if later else "")
    assert "put off to 2026-11-21 06:42:09 UTC is taken back" in wjtui("run", "nightly", "--cancel")
    assert service.find("nightly").later is None
    wjtui("run", "nightly", "--cancel", status=5)


def test_put_off_start_as_a_document(wjtui: Command) -> None:
    assert json.loads(wjtui("run", "plain", "--in", "1d", "--json"))["later"]["at"] == (
        "2026-11-22T05:12:09.000000Z"
    )
    assert json.loads(wjtui("run", "plain", "--cancel", "--json"))["later"] is None


def test_time_of_day_is_meant_in_utc_without_a_zone(wjtui: Command, service: FakeJobService) -> None:
    assert "2026-11-22 05:00:00 UTC;" in wjtui("run", "plain", "--at", "05:00")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--at", "09:00", "--in", "5m"], "--in 30m"),
        (["--at", "09:00", "--wait"], "--wait"),
        (["--in", "5m", "--follow"], "--follow"),
        (["--cancel", "--in", "5m"], "--cancel"),
        (["--cancel", "--wait"], "--cancel"),
        (["--cancel", "--", "x"], "--cancel"),
        (["--in", "soon"], "1h30m"),
        (["--at", "soon"], "2027-03-01T09:00"),
    ],
)
def test_options_that_do_not_go_together(
    wjtui: Command, service: FakeJobService, arguments: list[str], says: str
) -> None:
    assert says in wjtui("run", "nightly", *arguments, status=2)
    assert service.commands == []


def test_refusals_keep_their_status(wjtui: Command, service: FakeJobService) -> None:
    assert "has no runs" in wjtui("run", "worker", "--in", "5m", status=2)
    assert "has no runs" in wjtui("run", "worker", "--cancel", status=2)
    assert wjtui("run", "absent", "--in", "5m", status=4)
    service.refuse = InvalidRequest("That instant is over.")
    assert wjtui("run", "nightly", "--at", "2026-01-01", status=2) == "That instant is over.\n"
    service.refuse = AlreadyRunning("It is already running.")
    wjtui("pause", "nightly", status=5)


def test_pause_and_resume(wjtui: Command, service: FakeJobService) -> None:
    for _ in range(2):
        assert wjtui("pause", "nightly") == "nightly: paused\n"
    assert json.loads(wjtui("pause", "nightly", "--json"))["schedule"]["state"] == "paused"
    assert "  paused\n" in wjtui("list")
    assert "schedule state: paused: 'wjtui resume nightly'" in wjtui("show", "nightly")
    for _ in range(2):
        assert wjtui("resume", "nightly").startswith("nightly: next run ")
    for verb in ("pause", "resume"):
        wjtui(verb, "plain", status=5)
        wjtui(verb, "worker", status=2)
        wjtui(verb, "absent", status=4)


def test_show_names_the_next_runs(wjtui: Command, service: FakeJobService) -> None:
    out = wjtui("show", "nightly")
    assert "\nmeans: At 02:00, every day\n" in out
    assert "\nnext run: in 20:00:00, 2026-11-22 01:12:09 UTC (2026-11-22 02:12:09 Europe/Berlin)\n" in out
    assert out.count("\nthen: ") == 4
    document = json.loads(wjtui("show", "nightly", "--json"))
    assert document["next"][0]["local"] == "2026-11-22T02:12:09+01:00"
    assert len(document["next"]) == 5
    assert json.loads(wjtui("show", "worker", "--json"))["next"] == []


def test_history_has_what_was_missed(wjtui: Command, service: FakeJobService) -> None:
    job = service.find("nightly").id
    older, newer = NOW - timedelta(days=1), NOW - timedelta(hours=1)
    service.stretches[job.key] = [
        Missed(MissedReason.RUNNING, 1, newer, newer),
        Missed(MissedReason.DOWN, 7, older - timedelta(days=7), older),
    ]
    rows = wjtui("history", "nightly").splitlines()[1:]
    assert [row.split()[1] for row in rows] == ["Missed", "Success", "Missed"]
    assert "1 time: the run before was still going" in rows[0]
    assert "7 times: no engine ran" in rows[2]
    assert len(wjtui("history", "nightly", "-n", "2").splitlines()) == 3
    document = json.loads(wjtui("history", "nightly", "--json"))
    assert [one["count"] for one in document["missed"]] == [1, 7]
    assert [one["status"] for one in document["runs"]] == ["Success"]
    assert set(json.loads(wjtui("history", "worker", "--json"))) == {"launches"}


def test_states_without_an_instant_are_in_the_list(wjtui: Command, service: FakeJobService) -> None:
    for state in (ScheduleState.NEVER, ScheduleState.DONE, ScheduleState.INVALID):
        service.change("nightly", schedule=make_schedule(state=state), next_run=None)
        assert f"  {state.value}\n" in wjtui("list")
